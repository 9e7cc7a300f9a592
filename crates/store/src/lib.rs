//! All SQL of Beian: records, the transactions they are written in, and the sealing of what is personal.
//!
//! Reads go through a [`Reader`] (one consistent read transaction), writes through a [`Tx`]; a `Tx` that is dropped
//! without [`Tx::commit`] leaves nothing behind. Records are plain values; entities, tables and dialects stay inside.
//! Everything runs alike on SQLite (embedded) and PostgreSQL.

pub mod chain;
mod counter;
mod db;
mod id;
mod migration;
mod words;

pub mod account;
pub mod api_key;
pub mod audit;
pub mod backup;
pub mod blacklist;
pub mod bureau;
pub mod call;
pub mod codes;
pub mod contact_code;
pub mod domain_fact;
pub mod domain_proof;
pub mod download;
pub mod error;
pub mod feed;
pub mod filed;
pub mod files;
pub mod follower;
pub mod handover;
pub mod held_closing;
pub mod idempotency;
pub mod ip_range;
pub mod job;
pub mod keys;
pub mod login_attempt;
pub mod mailbox;
pub mod material;
pub mod measure;
pub mod message;
pub mod order;
pub mod page;
pub mod resource;
pub mod review;
pub mod ruling;
pub mod seal;
pub mod session;
pub mod setting;
pub mod site_probe;
mod store;
pub mod supplement;
pub mod sync;
pub mod task;
pub mod traffic;
pub mod unit_name;
pub mod upload;
pub mod wire_id;
pub mod wire_reference;

pub use error::{Conflict, Error, Result};
pub use id::{
    AccountId, ApiKeyId, CallId, ContactCodeId, DownloadId, HandoverId, IpRangeId, JobId, MaterialId, MessageId,
    OrderId, ResourceId, SessionId, SiteId, SubjectId, SupplementId, TaskId, UploadId,
};
pub use page::{Cursor, Listing, Page};
pub use seal::{Entropy, Keyring};
pub use store::{Backend, Options, Reader, Store, Tx};
