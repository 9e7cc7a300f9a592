//! The gateway as a whole, between a feed, an origin and clients on real sockets.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

mod balancer;
mod ending;
mod envoy;
mod hostile;
mod http2;
mod idle;
mod integrate;
mod platform;
mod pools;
mod reports;
mod requests;
mod rpz;
mod site;
mod stand;
mod stopping;
mod takeover;
mod tls;
mod traefik;
mod verdicts;
