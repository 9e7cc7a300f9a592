//! The clients against real sockets: servers that answer, that are slow, that lie, that hang up.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

// The same file the test kit publishes: depending on the kit here would make these tests build the whole house.
#[path = "../../../testkit/src/dnsmasq.rs"]
mod dnsmasq;

mod dns;
mod rdap;
mod server;
mod site;
mod whois;
