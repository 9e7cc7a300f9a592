//! The evidence bundle: what travelled between this provider and the bureaus in a span of days, with the chain that
//! shows that nothing was changed, removed or added since.
//!
//! A bundle is a zip file of its own: the containers as they travelled, one file of ledger lines for each bureau and
//! direction, a manifest with the checksum of every file, and an explanation in both languages. It is checked without
//! keys and without a database ([`verify`]).

pub mod verify;
pub mod write;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The version of the form; a checker refuses one that it does not know.
pub const FORMAT: u32 = 1;
/// The name of the manifest in the bundle.
pub const MANIFEST: &str = "manifest.json";
/// The name of the explanation in the bundle.
pub const README: &str = "README.md";

/// What a bundle says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the form.
    pub format: u32,
    /// When it was made.
    pub made_at: Timestamp,
    /// The first day, in China.
    pub from: Date,
    /// The last day, in China.
    pub to: Date,
    /// The ledgers that have lines of that time.
    pub ledgers: Vec<LedgerPart>,
    /// Every other file of the bundle.
    pub files: Vec<FileLine>,
}

/// The part of one ledger that is in a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerPart {
    /// The bureau.
    pub bureau: String,
    /// Which way the containers went.
    pub direction: Direction,
    /// The file with its lines.
    pub file: String,
    /// The line before the first one in here: the link to everything earlier.
    pub before: Place,
    /// The last line in here.
    pub last: Place,
    /// Where the ledger ended when the bundle was made.
    pub head: Place,
}

/// Which way a container went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From here to the bureau.
    Upload,
    /// From the bureau to here.
    Download,
}

impl Direction {
    /// The word in addresses and file names.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Upload => "upload",
            Self::Download => "download",
        }
    }
}

/// A place in a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The number of the entry; 0 before the first.
    pub entry: u64,
    /// Its hash; 64 zeros before the first.
    pub hash: String,
}

/// One file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileLine {
    /// Its name in the bundle.
    pub path: String,
    /// Its bytes.
    pub size: u64,
    /// Their SHA-256, in hex.
    pub sha256: String,
}

/// One line of a ledger. `text` is what the hash covers, letter by letter; the rest of the line tells what became of
/// the container later and is not bound by the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerLine {
    /// What never changes of the entry, as a JSON array in a string.
    pub text: String,
    /// The hash of the entry before.
    pub prev_hash: String,
    /// SHA-256 over `prev_hash` and `text`, in hex.
    pub hash: String,
    /// The container as it travelled.
    pub container: String,
    /// The zip of a container that travelled encrypted, where this provider still has the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened: Option<String>,
    /// Where it stood when the bundle was made.
    pub state: String,
    /// How often it was sent, or came.
    pub times: u32,
    /// The last code of the bureau, for an upload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<i32>,
    /// What was said of it last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// When the bureau stored or refused it, or heard that it arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<Timestamp>,
}
