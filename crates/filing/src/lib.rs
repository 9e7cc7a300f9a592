//! The law of ICP filing as types: what a filing is made of, the stages it passes, and the checks with their sources.
//!
//! No input or output, no clock, no database: dates and instants are arguments.

pub mod draft;
pub mod stage;
pub mod verdict;
