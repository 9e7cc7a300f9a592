//! A record as it can be sent: each kind and each use with the facts it needs, and no others.

use std::net::Ipv4Addr;

use jiff::civil::Date;

use super::draft::RangeKind;
use super::span::Span;
use crate::nature::Nature;
use crate::words::words;

words! {
    /// What an allocation comes to (分配使用方式).
    pub enum AllocationMode {
        /// 分配并使用: given to a unit that uses it.
        AllocatedUse = "allocated_use",
        /// 再分配: given to another reporting unit.
        Reallocated = "reallocated",
        /// 自用: used by the provider.
        OwnUse = "own_use",
        /// 保留: not used yet.
        Reserved = "reserved",
    }
}

words! {
    /// How the addresses of a range are given out (使用方式).
    pub enum UseMode {
        /// 静态.
        Static = "static",
        /// 动态.
        Dynamic = "dynamic",
        /// 未知.
        Unknown = "unknown",
    }
}

/// One record of the filing of addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// The addresses it speaks of.
    pub span: Span,
    /// What it says of them.
    pub record: Record,
    /// A remark.
    pub remark: Option<String>,
}

/// What a record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// Which reporting unit the range comes from.
    Source {
        /// The unit's number.
        unit: i64,
    },
    /// What the range is used for.
    Allocation(Allocation),
    /// Who announces the range.
    Broadcast {
        /// The announcing unit's number.
        by: i64,
        /// The number of the unit that asked for it.
        requested_by: i64,
    },
    /// That a customer brought the range along.
    BroughtIn(Box<BroughtIn>),
}

/// What a range is used for (`Fpfs`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allocation {
    /// Given to a unit that uses it.
    AllocatedUse(Box<AllocatedUse>),
    /// Given to another reporting unit.
    Reallocated {
        /// The unit's number.
        to: i64,
    },
    /// Used by the provider.
    OwnUse {
        /// How and since when.
        term: Term,
        /// Its gateway, when told.
        gateway: Option<Gateway>,
    },
    /// Not used yet.
    Reserved,
}

/// The use of a range by a unit it was given to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllocatedUse {
    /// How and since when.
    pub term: Term,
    /// By whom.
    pub user: User,
    /// The unit's category, a number of the authority's table.
    pub category: Option<u16>,
    /// The unit's industry, a number of the authority's table.
    pub industry: Option<u16>,
    /// Whether a domain-redirect server uses it, when told.
    pub redirect: Option<bool>,
    /// Its gateway, when told.
    pub gateway: Option<Gateway>,
}

/// A range that a customer brought along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BroughtIn {
    /// Where the customer has it from.
    pub origin: Origin,
    /// How and since when it is used.
    pub term: Term,
    /// By whom.
    pub user: User,
    /// Whether a domain-redirect server uses it.
    pub redirect: bool,
    /// Its gateway.
    pub gateway: Gateway,
}

/// Where a range that was brought along comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A reporting unit, by its number.
    Unit(i64),
    /// Somebody else, by name.
    Other(String),
}

/// How a range is used, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// How its addresses are given out.
    pub mode: UseMode,
    /// The day it came into use.
    pub since: Date,
}

/// The unit that uses a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its name.
    pub name: String,
    /// What kind of unit it is.
    pub nature: Nature,
    /// Where it is.
    pub at: Whereabouts,
    /// Whom to ask.
    pub contact: Contact,
}

/// Where a unit is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whereabouts {
    /// The six-digit code of the province.
    pub province: i64,
    /// The six-digit code of the city.
    pub city: i64,
    /// The six-digit code of the district.
    pub county: Option<i64>,
    /// The address.
    pub street: String,
}

/// Whom to ask about a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The name.
    pub name: String,
    /// A mobile number or a landline.
    pub phone: String,
    /// The mail address.
    pub email: String,
}

/// The gateway of a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gateway {
    /// Its address.
    pub address: Ipv4Addr,
    /// Where it stands.
    pub place: String,
}

impl Record {
    /// Which kind of record it is.
    #[must_use]
    pub const fn kind(&self) -> RangeKind {
        match self {
            Self::Source { .. } => RangeKind::Source,
            Self::Allocation(_) => RangeKind::Allocation,
            Self::Broadcast { .. } => RangeKind::Broadcast,
            Self::BroughtIn(_) => RangeKind::BroughtIn,
        }
    }

    /// Whether sites of the provider may stand on its addresses: they are in use here. A source alone says nothing of
    /// use, and what was passed on is another provider's.
    #[must_use]
    pub const fn carries_sites(&self) -> bool {
        match self {
            Self::Allocation(use_) => matches!(use_, Allocation::AllocatedUse(_) | Allocation::OwnUse { .. }),
            Self::BroughtIn(_) => true,
            Self::Source { .. } | Self::Broadcast { .. } => false,
        }
    }
}
