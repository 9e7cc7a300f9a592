//! The law of ICP filing as types: what a filing is made of, the stages it passes, and the checks with their sources.
//!
//! No input or output, no clock, no database: dates and instants are arguments. A value that exists is valid; a
//! [`draft::Draft`] is what somebody typed, a [`document::Document`] is what it becomes when nothing blocks it.

pub mod address;
pub mod calendar;
pub mod case;
pub mod certificate;
pub mod check;
pub mod code;
pub mod contact;
pub mod detect;
pub mod document;
pub mod domain;
pub mod draft;
pub mod mask;
pub mod material;
pub mod nature;
pub mod number;
pub mod progress;
pub mod province;
pub mod resource;
pub mod stage;
pub mod text;
pub mod verdict;
mod words;
