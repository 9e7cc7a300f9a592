//! The operations a provider may ask for, one file each: what the machine looks at, and what an approval does.

pub(super) mod claims;
pub(super) mod first_filing;

use super::records::Recipients;

/// What an approval did.
#[derive(Debug, Default)]
pub(super) struct Applied {
    /// The filing number that was issued.
    pub(super) number: Option<String>,
    /// What the providers concerned learn of it.
    pub(super) told: Vec<Recipients>,
}
