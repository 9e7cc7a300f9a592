//! The filing of the provider's own addresses (IP备案), which comes before that of any site: where a range comes from,
//! what it is used for, who broadcasts it, what a customer brought along (interface V3.0, sections 3.IP and 4.IP).
//!
//! A [`RangeDraft`] is what somebody typed or a file had; [`check::run`] says what the authority would refuse it for,
//! and [`Range::read`] makes of it what can be sent. [`Stage`] is where a record stands.

mod audit;
pub mod check;
mod draft;
mod range;
mod rules;
mod span;
mod stage;
pub mod table;

pub use audit::Audit;
pub use check::{Around, Supply};
pub use draft::{RangeDraft, RangeKind};
pub use range::{
    AllocatedUse, Allocation, AllocationMode, BroughtIn, Contact, Gateway, Origin, Range, Record, Term, UseMode, User,
    Whereabouts,
};
pub use rules::{Choice, Column, Fault, choices, column, columns, examples, fault, finding};
pub use span::{Span, first_gap};
pub use stage::{Ask, Attempt, Kept, Stage, Standing, Told, Untimely};
