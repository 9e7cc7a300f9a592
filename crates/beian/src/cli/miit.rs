//! The interface to the authority.

use super::day;
use clap::{Args, Subcommand};
use jiff::civil::Date;
use std::path::PathBuf;

/// What is done with the interface to the authority.
#[derive(Debug, Subcommand)]
pub enum Miit {
    /// Write a bundle of everything that went over the wire, with the chain that proves it unchanged
    Export(Export),
    /// Check a bundle that `beian miit export` wrote, offline: chain, hashes, containers
    #[command(
        after_help = "Ends with 0 when everything is as it was written, 1 when something was tampered with, 2 when the file is no bundle."
    )]
    Verify(Verify),
}

/// Which days, of whom, and where to.
#[derive(Debug, Args)]
pub struct Export {
    /// The first day, in China
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub from: Date,
    /// The last day, in China
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub to: Date,
    /// One bureau, by its code; all by default
    #[arg(long, value_name = "CODE")]
    pub bureau: Option<String>,
    /// The file to write; it must not exist yet
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// A bundle.
#[derive(Debug, Args)]
pub struct Verify {
    /// The bundle
    #[arg(value_name = "BUNDLE")]
    pub file: PathBuf,
    /// The fingerprint that was shown when the bundle was made
    #[arg(long, value_name = "SHA256")]
    pub fingerprint: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}
