//! g
pub mod config;
pub mod decide;
pub mod host;
pub mod snapshot;
pub mod table;
