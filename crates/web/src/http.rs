//! What lies around every page: who asks, what is refused, what is sent along, what is counted.

pub mod context;
pub mod failure;
pub mod guard;
pub mod typed;
pub mod upload;
pub mod watch;
