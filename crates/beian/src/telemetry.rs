//! Log lines on standard error: for people on a terminal, one JSON object a line elsewhere.
//!
//! The rule of the house: a log line names ids, codes and counts, never a person, a number or an address.

use crate::config::{Log, LogFormat};
use crate::trouble::{Result, Trouble};
use std::io::IsTerminal as _;
use tracing_subscriber::EnvFilter;

/// Begins to write log lines.
///
/// # Errors
/// When the filter cannot be read.
pub fn start(log: &Log) -> Result {
    let filter = EnvFilter::try_new(&log.filter).map_err(|error| {
        Trouble::configuration(format!("log.filter is not a filter: {error}"))
            .hint("a level (error, warn, info, debug, trace), or levels by module as in `info,app=debug`")
    })?;
    let json = match log.format {
        LogFormat::Json => true,
        LogFormat::Pretty => false,
        LogFormat::Auto => !std::io::stderr().is_terminal(),
    };
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if json {
        lines.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()
    } else {
        lines.with_ansi(std::io::stderr().is_terminal()).compact().try_init()
    };
    // A second start in one process changes nothing and is not worth failing for.
    drop(started);
    Ok(())
}
