//! The readers, one for each kind of input.

mod capture;
mod dns_log;
mod dnstap;
mod haproxy;
mod json;
mod nginx;

use std::io::{BufReader, Read, Result};

use filing::sighting::Source;

use crate::{Count, Place, See, Sighting, lines};

/// Reads an input to its end.
///
/// # Errors
/// When it cannot be read, or is none of its kind at all.
pub fn read(source: Source, input: impl Read, place: &Place, see: &mut See<'_>) -> Result<Count> {
    let input = BufReader::with_capacity(1 << 16, input);
    let line: for<'a> fn(&'a [u8], &Place) -> Option<Sighting<'a>> = match source {
        Source::Nginx => |line, _| nginx::line(line),
        Source::Haproxy => haproxy::line,
        Source::Envoy => |line, _| json::line(line),
        Source::DnsLog => dns_log::line,
        Source::Dnstap => return dnstap::read(input, place, see),
        Source::Capture => return capture::read(input, place, see),
    };
    lines::each(input, |text| line(text, place).map(&mut *see).is_some())
}
