//! The clients against real sockets: servers that answer, that are slow, that lie, that hang up.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod dns;
mod rdap;
mod server;
mod whois;
