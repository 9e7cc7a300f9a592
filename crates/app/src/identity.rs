//! The provider's own real-name service (账号实名认证), behind a trait: every provider has another one.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who an account says it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityClaim {
    /// The nature as a word of [`filing::nature::Nature`].
    pub nature: String,
    /// The full name.
    pub name: String,
    /// The kind of certificate as a word of [`filing::certificate::CertificateKind`].
    pub certificate_kind: String,
    /// The certificate's number.
    pub certificate_number: String,
}

/// How well a claim is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// Only the form of the number was checked; nobody outside was asked.
    FormatOnly,
    /// An outside register confirmed that name and number belong together.
    Verified,
}

impl Proof {
    /// The word it is stored as.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FormatOnly => "format_only",
            Self::Verified => "verified",
        }
    }

    /// The proof of a stored word; an unknown one proves no more than the form.
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        if word == Self::Verified.as_str() { Self::Verified } else { Self::FormatOnly }
    }
}

/// What the service says about a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The claim stands, with this proof.
    Accepted(Proof),
    /// The register knows the number under another name, or not at all.
    Refused,
}

/// Somebody who can tell whether name and number belong together.
#[async_trait]
pub trait IdentityService: std::fmt::Debug + Send + Sync {
    /// Looks a claim up whose form is already known to be right.
    ///
    /// # Errors
    /// With a word for the log when nobody could be asked.
    async fn look_up(&self, claim: &IdentityClaim) -> Result<Verdict, String>;
}

/// Asks nobody, and says so in what it records.
#[derive(Debug, Clone, Copy, Default)]
pub struct FormatOnly;

#[async_trait]
impl IdentityService for FormatOnly {
    async fn look_up(&self, _claim: &IdentityClaim) -> Result<Verdict, String> {
        Ok(Verdict::Accepted(Proof::FormatOnly))
    }
}
