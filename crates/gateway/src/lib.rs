//! The enforcement gateway: a reverse proxy that opens and closes domains as the platform says.
//!
//! ```text
//!             changes, one running hash            open ─→ origin
//!  platform ───────────────────────────→ verdicts ─┤
//!                                          │  ↑    closed or unlisted ─→ the page that tells how to file
//!                                          ↓  │ mapped
//!                                       the index (a folder)
//! ```
//!
//! A [`config::Config`] and an [`Ambient`] make a [`Gateway`]; [`Gateway::run`] serves until SIGTERM or SIGINT, or until
//! another gateway takes over its sockets. `docs/gateway.md` is the operator's page.
//!
//! - [`index::host`] reduces the `Host` header to a registrable domain; [`decide`] looks it up and decides.
//! - [`index`] holds the verdicts, mapped and the same for every worker; a change is one store in memory.
//! - The follower takes a snapshot, then asks for changes and proves that it missed none (see [`filing::verdict`]).
//!   While the platform is away, the gateway goes on with what it has; how old that is shows in the metrics.
//! - What was applied is on disk: it starts without the platform, within milliseconds.
//!
//! Proxies of others ask for the same verdicts at an address of their own (`ask.rs`; Envoy over gRPC, `ext_authz`), are told
//! of them (`haproxy.rs`, `nginx.rs`), or read the index themselves. Resolvers take them as a zone (`rpz`).
//!
//! # How a connection becomes requests
//!
//! `front.rs` and `tls.rs` accept. `wire.rs` is the connection, after a load balancer said whose it is
//! (`proxy_protocol.rs`). TLS passes by the name in its first message ([`index::hello`]), or ends here under a certificate of
//! `certificates.rs`. HTTP/1.1 is read by `head.rs`, HTTP/2 by `http2.rs`; pingora proxies both (`proxy.rs`) to one of
//! the origins (`origin.rs`).
//!
//! # What a client cannot do
//!
//! Send a head that two servers could read differently, or that takes too long, or too large a head or body; hold more
//! connections or streams than there is room for; stay idle for ever; speak for another client in `X-Forwarded-*` or,
//! unless it is a load balancer of the configuration, by the PROXY protocol; use the gateway as an open proxy (CONNECT
//! is refused, absolute targets must agree with `Host`, and only origins of the feed or the configuration are spoken
//! to). Hop-by-hop fields end here; of upgrades only WebSocket passes, over HTTP/1.1. pingora does not pipeline: what a
//! client sends before its answer is not read as a request. The reasons are in `head.rs` and `http2.rs`, the limits in
//! [`config::Client`].
//!
//! # What it does not do
//!
//! Speak TLS or HTTP/2 to origins; pass to the original destination of a redirected connection (`SO_ORIGINAL_DST`).

mod ambient;
mod ask;
mod certificates;
pub mod config;
pub mod decide;
pub mod export;
mod ext_authz;
mod feed;
mod follower;
mod front;
mod handover;
mod haproxy;
mod head;
mod http2;
mod metrics;
mod nginx;
pub mod origin;
mod pages;
mod proxy;
mod proxy_protocol;
mod reload;
mod reporter;
mod rpz;
mod server;
mod state;
mod tally;
mod tls;
mod wire;

pub use ambient::Ambient;
pub use config::Config;
pub use rpz::BadZone;
pub use server::{Addresses, Error, Gateway, Stopper};
