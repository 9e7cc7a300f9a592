//! The gateway as a whole, between a feed, an origin and clients on real sockets.

mod platform;
mod requests;
mod stand;
mod stopping;
mod verdicts;
