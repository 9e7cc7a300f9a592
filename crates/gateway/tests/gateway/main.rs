//! The gateway as a whole, between a feed, an origin and clients on real sockets.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

mod envoy;
mod integrate;
mod platform;
mod requests;
mod rpz;
mod stand;
mod stopping;
mod tls;
mod traefik;
mod verdicts;
