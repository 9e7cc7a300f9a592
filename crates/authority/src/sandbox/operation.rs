//! The operations a provider may ask for, one file each: what the machine looks at, and what an approval does.

pub(super) mod cancel;
pub(super) mod change;
pub(super) mod claims;
pub(super) mod domain;
pub(super) mod first_filing;
pub(super) mod ip;
pub(super) mod materials;
pub(super) mod new_access;
pub(super) mod new_site;
pub(super) mod unfiled;
pub(super) mod verification;

use super::records::Recipients;

/// What an approval did.
#[derive(Debug, Default)]
pub(super) struct Applied {
    /// The filing number that was issued.
    pub(super) number: Option<String>,
    /// What the providers concerned learn of it.
    pub(super) told: Vec<Recipients>,
}
