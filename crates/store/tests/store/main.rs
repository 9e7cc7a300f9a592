//! Every function of the store on both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

// The same file the test kit publishes: depending on the kit here would make each test of the store build the whole
// house, because the kit depends on the store.
#[path = "../../../testkit/src/postgres.rs"]
#[expect(dead_code, reason = "no server is pulled away here")]
mod postgres;

mod account;
mod authority;
mod backup;
mod domain_fact;
mod enforcement;
mod filed;
mod fixture;
mod ip_range;
mod job;
mod mailbox;
mod order;
mod sealing;
mod told;
mod transaction;
mod work;
