//! The command line of the verdicts.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// The verdicts of this machine's index.
#[derive(Debug, Subcommand)]
pub enum Registry {
    /// Write the verdicts as a file that another program reads
    #[command(after_help = "Ends with 0 when something was written, 4 when the file already says the same.")]
    Export(Export),
    /// Say what is known of a host, as a gateway would decide
    Look {
        /// The host, as a client says it
        #[arg(value_name = "HOST")]
        host: String,
        /// The folder of the index; the gateway's when absent
        #[arg(long, value_name = "FOLDER")]
        index: Option<PathBuf>,
    },
}

/// What is exported where.
#[derive(Debug, Args)]
pub struct Export {
    /// The format
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Format,
    /// Only what the feed said after this entry
    #[arg(long, value_name = "SEQUENCE", default_value_t = 0)]
    pub since: u64,
    /// Where resolvers send closed domains: a name (rpz) or an address (dnsmasq); without it they do not exist
    #[arg(long, value_name = "TARGET")]
    pub redirect: Option<String>,
    /// The file, swapped as a whole; standard output when absent
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The folder of the index; the gateway's when absent
    #[arg(long, value_name = "FOLDER")]
    pub index: Option<PathBuf>,
}

/// A file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Lines for an nginx map with hostnames
    NginxMap,
    /// Lines of a HAProxy map
    HaproxyMap,
    /// A response policy zone of the closed domains
    Rpz,
    /// address= lines of the closed domains
    Dnsmasq,
    /// One verdict a line
    Json,
    /// A table
    Csv,
}
