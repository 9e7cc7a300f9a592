//! The verdicts as files that other programs read.

use std::io::{self, Write};

use filing::verdict::Enforcement;
use index::{Index, Listing};
use serde::Serialize;

/// A file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Lines of an nginx `map` with `hostnames`: `.example.cn closed;`.
    NginxMap,
    /// Lines of a HAProxy map: `example.cn closed`.
    HaproxyMap,
    /// A response policy zone (RPZ) of the closed domains.
    Rpz,
    /// `address=` lines of dnsmasq for the closed domains.
    Dnsmasq,
    /// One verdict a line, as JSON.
    Json,
    /// A table with a line of names.
    Csv,
}

/// What is exported.
#[derive(Debug, Clone, Copy)]
pub struct Export<'a> {
    /// The format.
    pub format: Format,
    /// Only what the feed said after this entry; 0 for everything.
    pub since: u64,
    /// Where resolvers send the visitors of closed domains: a name for a zone, an address for dnsmasq. Without it the
    /// names do not exist.
    pub redirect: Option<&'a str>,
}

impl Export<'_> {
    /// Writes what an index lists and says how many domains that were. The order is that of the file, and any.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn write(&self, index: &Index, out: &mut dyn Write) -> io::Result<u64> {
        match self.format {
            Format::Rpz => {
                // The serial only has to differ: whoever loads a file does not compare.
                let serial = index.built_at().as_second().unsigned_abs() % (1 << 31) + index.changed();
                writeln!(
                    out,
                    "$TTL 60\n@ SOA localhost. hostmaster.localhost. {serial} 60 60 604800 60\n@ NS localhost."
                )?;
            }
            Format::Csv => {
                writeln!(out, "domain,enforcement,reason,filed,accessed,number,origin,at,sequence")?;
            }
            Format::NginxMap | Format::HaproxyMap | Format::Dnsmasq | Format::Json => {}
        }
        let mut count = 0;
        for listing in index.listings().filter(|listing| listing.sequence > self.since) {
            count += u64::from(self.line(&listing, out)?);
        }
        Ok(count)
    }

    /// Writes a domain's line, if it has one.
    fn line(&self, listing: &Listing<'_>, out: &mut dyn Write) -> io::Result<bool> {
        let Listing { domain, .. } = listing;
        let is_closed = listing.enforcement == Enforcement::Closed;
        match self.format {
            Format::NginxMap => writeln!(out, ".{domain} {};", word(listing))?,
            Format::HaproxyMap => writeln!(out, "{domain} {}", word(listing))?,
            Format::Rpz if is_closed => {
                let target =
                    self.redirect.map_or_else(|| ".".to_owned(), |name| format!("{}.", name.trim_end_matches('.')));
                writeln!(out, "{domain} CNAME {target}\n*.{domain} CNAME {target}")?;
            }
            Format::Dnsmasq if is_closed => writeln!(out, "address=/{domain}/{}", self.redirect.unwrap_or_default())?,
            Format::Rpz | Format::Dnsmasq => return Ok(false),
            Format::Json => {
                let json = serde_json::to_string(&Row::of(listing))?;
                writeln!(out, "{json}")?;
            }
            Format::Csv => {
                let row = Row::of(listing);
                let text = |value: serde_json::Value| value.as_str().map(str::to_owned).unwrap_or_default();
                let known = |value| serde_json::to_value(value).map(text);
                // Several origins have commas between them (RFC 4180, 2.6).
                let plain = |value: Option<&str>| match value.unwrap_or_default() {
                    value if value.contains([',', '"', '\n', '\r']) => format!("\"{}\"", value.replace('"', "\"\"")),
                    value => value.to_owned(),
                };
                writeln!(
                    out,
                    "{domain},{},{},{},{},{},{},{},{}",
                    word(listing),
                    row.reason,
                    known(row.filed)?,
                    known(row.accessed)?,
                    plain(row.number),
                    plain(row.origin),
                    row.at,
                    row.sequence
                )?;
            }
        }
        Ok(true)
    }
}

/// What is done with a domain's requests, as maps say it.
pub(crate) fn word(listing: &Listing<'_>) -> &'static str {
    match listing.enforcement {
        Enforcement::Open => "open",
        Enforcement::Closed => "closed",
    }
}

#[derive(Serialize)]
struct Row<'a> {
    domain: &'a str,
    enforcement: Enforcement,
    reason: &'static str,
    filed: filing::verdict::Known,
    accessed: filing::verdict::Known,
    number: Option<&'a str>,
    origin: Option<&'a str>,
    at: jiff::Timestamp,
    sequence: u64,
}

impl<'a> Row<'a> {
    fn of(listing: &Listing<'a>) -> Self {
        Self {
            domain: listing.domain,
            enforcement: listing.enforcement,
            reason: listing.reason.as_str(),
            filed: listing.filed,
            accessed: listing.accessed,
            number: listing.number,
            origin: listing.origin,
            at: listing.at,
            sequence: listing.sequence,
        }
    }
}
