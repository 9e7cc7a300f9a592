//! The command line of the provider's own address ranges.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// The provider's own address ranges (IP filing).
#[derive(Debug, Subcommand)]
pub enum Ip {
    /// List ranges: a tab between address, kind, state and what needs a look
    List(List),
    /// Say line by line what is wrong with a CSV file of ranges, and save nothing
    Check(File),
    /// Save the ranges of a CSV file as drafts, all of them or none
    Import {
        #[command(flatten)]
        file: File,
        /// Save the lines with which nothing is wrong, though others are
        #[arg(long)]
        valid_lines: bool,
    },
}

/// Which ranges.
#[derive(Debug, Args)]
pub struct List {
    /// The bureau's code; the first one configured when absent
    #[arg(long, value_name = "CODE")]
    pub bureau: Option<String>,
    /// Only in this state, such as `filed`
    #[arg(long, value_name = "STATE")]
    pub state: Option<String>,
    /// Only those that hold this address
    #[arg(long, value_name = "ADDRESS")]
    pub holding: Option<String>,
    /// Only those that need a look
    #[arg(long)]
    pub flagged: bool,
}

/// A file of ranges.
#[derive(Debug, Args)]
pub struct File {
    /// The file, in UTF-8 or GBK; `beian` serves a template at /ip-ranges/template.csv
    #[arg(value_name = "FILE.csv")]
    pub file: PathBuf,
    /// The bureau they are filed with
    #[arg(long, value_name = "CODE")]
    pub bureau: String,
}
