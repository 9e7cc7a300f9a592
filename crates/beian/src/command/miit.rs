//! The interface to the authority: what travelled over it, on file.

mod export;
mod verify;

pub use export::run as export;
pub use verify::run as verify;
