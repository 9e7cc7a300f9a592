//! The command line of measures on domains.

use clap::{Args, Subcommand};

/// What is decided on top of the verdicts.
#[derive(Debug, Subcommand)]
pub enum Enforcement {
    /// Keep a domain open for a time, whatever the filings say
    Exempt(Measure),
    /// Close a domain for a time, whatever the filings say
    Suspend(Measure),
    /// Open again, for a time, what was closed since a place of the feed
    #[command(
        after_help = "What the authority or the provider ordered closed stays so. The place stands in the gateways' metrics and on the page of the gateways."
    )]
    RollBack(RollBack),
    /// Print the key under which the feed is signed, for `gateway.platform_key`
    Key,
}

/// A domain and a term.
#[derive(Debug, Args)]
pub struct Measure {
    /// The domain
    #[arg(value_name = "DOMAIN")]
    pub domain: String,
    /// Why; it stands in the audit trail and on the page of the measures
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// For how many hours
    #[arg(long, value_name = "HOURS", default_value_t = 24)]
    pub hours: u32,
}

/// What is rolled back.
#[derive(Debug, Args)]
pub struct RollBack {
    /// The sequence number of the last entry that was right
    #[arg(long, value_name = "SEQUENCE")]
    pub since: u64,
    /// Why; it stands in the audit trail and on the page of the measures
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// For how many hours
    #[arg(long, value_name = "HOURS", default_value_t = 24)]
    pub hours: u32,
    /// Only say what would be opened
    #[arg(long)]
    pub dry_run: bool,
}
