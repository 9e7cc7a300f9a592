//! What people can do with Beian, and what the platform does by itself.
//!
//! - [`act`]: one act, one file; the same function serves pages, API, command line and jobs.
//! - [`job`] and [`worker`]: the report to the authority, its downloads, messages, timers.
//! - [`policy`]: who may do what, as one table.
//! - [`world`]: time, chance, the store, the wires to the outside, the settings.
//!
//! No HTTP server and no SQL here. Whatever an act writes, its audit line and its jobs commit together or not at all.

pub mod access;
pub mod account;
pub mod act;
pub mod actor;
pub mod agreement;
pub mod bureau;
pub mod closed;
pub mod codes;
pub mod contact;
pub mod detection;
pub mod domain_facts;
pub mod error;
pub mod evidence;
pub mod fault;
pub mod feed;
pub mod fields;
pub mod filed;
pub mod finding;
pub mod found;
pub mod heavy;
pub mod idempotency;
pub mod identity;
pub mod inventory;
pub mod ip_filing;
pub mod job;
pub mod language;
pub mod mail;
pub mod mailbox;
pub mod news;
pub mod notice;
pub mod on_file;
pub mod order;
pub mod page;
pub mod paper;
pub mod password;
pub mod picture;
pub mod policy;
pub mod rates;
mod recorded;
pub mod review;
pub mod say;
pub mod settings;
pub mod sms;
pub mod task;
pub mod timer;
pub mod trail;
pub mod upload;
pub mod watermark;
pub mod worker;
pub mod world;

pub use actor::{Actor, Origin, Via};
pub use error::{Error, Result};
pub use language::Language;
pub use store::account::Role;
pub use world::World;
