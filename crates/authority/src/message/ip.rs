//! IP备案: the provider's ranges of addresses, as they are filed, corrected, deleted and synchronised.
//!
//! A new record carries the provider's own id, a correction the bureau's, a synchronised record both.

use std::net::Ipv4Addr;

use super::node::{Node, ReadError};
use super::wire::{Value, codes, records};
use crate::tree::Markup;

records! {
    /// Where a range comes from (IP来源).
    pub struct IpSource {
        /// The provider's own id (`IspId`).
        pub id: Option<i64> = "IspId",
        /// The bureau's id (`Id`).
        pub bureau_id: Option<i64> = "Id",
        /// Whose record it is (`Bbdwid`); only in a synchronisation.
        pub unit: Option<i64> = "Bbdwid",
        /// First address (`Qsip`).
        pub first: Ipv4Addr = "Qsip",
        /// Last address (`Zzip`).
        pub last: Ipv4Addr = "Zzip",
        /// The unit it comes from (`Lydw`), a reporting unit.
        pub source: i64 = "Lydw",
        /// Remark (`Bz`).
        pub remark: Option<String> = "Bz",
    }

    /// How a range is allocated or used (IP分配使用). What must be given depends on [`IpAllocation::mode`].
    pub struct IpAllocation {
        /// The provider's own id (`IspId`).
        pub id: Option<i64> = "IspId",
        /// The bureau's id (`Id`).
        pub bureau_id: Option<i64> = "Id",
        /// Whose record it is (`Bbdwid`); only in a synchronisation.
        pub unit: Option<i64> = "Bbdwid",
        /// First address (`Qsip`).
        pub first: Ipv4Addr = "Qsip",
        /// Last address (`Zzip`).
        pub last: Ipv4Addr = "Zzip",
        /// What is done with it (`Fpfs`).
        pub mode: AllocationMode = "Fpfs",
        /// To whom it is re-allocated (`Fpdx`), a reporting unit.
        pub target: Option<i64> = "Fpdx",
        /// How it is used (`Syfs`).
        pub usage: Option<IpUsage> = "Syfs",
        /// Since when (`Fprq`), as `2026-11-25`.
        pub since: Option<String> = "Fprq",
        /// Whether a server that redirects domains uses it (`Sfymtz`).
        pub redirects: Option<bool> = "Sfymtz",
        /// The unit that uses it (`Dwmc`).
        pub user: Option<String> = "Dwmc",
        /// Its nature (`Dwxz`).
        pub nature: Option<i64> = "Dwxz",
        /// Its category (`Dwfl`).
        pub category: Option<i64> = "Dwfl",
        /// Its industry (`Dwhyfl`).
        pub industry: Option<i64> = "Dwhyfl",
        /// Its province (`Shengid`).
        pub province: Option<i64> = "Shengid",
        /// Its city (`Shiid`).
        pub city: Option<i64> = "Shiid",
        /// Its county (`Xianid`).
        pub county: Option<i64> = "Xianid",
        /// Its address in words (`Xxdz`).
        pub street: Option<String> = "Xxdz",
        /// Whom to ask there (`Lxrxm`).
        pub contact: Option<String> = "Lxrxm",
        /// His phone (`Lxrdh`).
        pub contact_phone: Option<String> = "Lxrdh",
        /// His e-mail address (`Lxrdzyj`).
        pub contact_email: Option<String> = "Lxrdzyj",
        /// The gateway (`Wgip`).
        pub gateway: Option<Ipv4Addr> = "Wgip",
        /// Where the gateway stands (`Wgdz`).
        pub gateway_address: Option<String> = "Wgdz",
        /// Remark (`Bz`).
        pub remark: Option<String> = "Bz",
    }

    /// Who broadcasts a range (IP广播); for groups of carriers alone.
    pub struct IpBroadcast {
        /// The provider's own id (`IspId`).
        pub id: Option<i64> = "IspId",
        /// The bureau's id (`Id`).
        pub bureau_id: Option<i64> = "Id",
        /// Whose record it is (`Bbdwid`); only in a synchronisation.
        pub unit: Option<i64> = "Bbdwid",
        /// Who broadcasts (`Gbdw`), one of the groups of carriers.
        pub broadcaster: i64 = "Gbdw",
        /// Who asked for it (`Sqdw`).
        pub applicant: i64 = "Sqdw",
        /// First address (`Qsip`).
        pub first: Ipv4Addr = "Qsip",
        /// Last address (`Zzip`).
        pub last: Ipv4Addr = "Zzip",
        /// Remark (`Bz`).
        pub remark: Option<String> = "Bz",
    }

    /// A range that a customer brought in (自带IP).
    pub struct IpBroughtIn {
        /// The provider's own id (`IspId`).
        pub id: Option<i64> = "IspId",
        /// The bureau's id (`Id`).
        pub bureau_id: Option<i64> = "Id",
        /// Whose record it is (`Bbdwid`); only in a synchronisation.
        pub unit: Option<i64> = "Bbdwid",
        /// First address (`Qsip`).
        pub first: Ipv4Addr = "Qsip",
        /// Last address (`Zzip`).
        pub last: Ipv4Addr = "Zzip",
        /// Whether a server that redirects domains uses it (`Sfymtz`).
        pub redirects: bool = "Sfymtz",
        /// How it is used (`Syfs`).
        pub usage: IpUsage = "Syfs",
        /// Since when (`Fprq`), as `2026-11-25`.
        pub since: String = "Fprq",
        /// The unit that uses it (`Dwmc`).
        pub user: String = "Dwmc",
        /// Its nature (`Dwxz`).
        pub nature: i64 = "Dwxz",
        /// Its province (`Shengid`).
        pub province: i64 = "Shengid",
        /// Its city (`Shiid`).
        pub city: i64 = "Shiid",
        /// Its county (`Xianid`).
        pub county: Option<i64> = "Xianid",
        /// Its address in words (`Xxdz`).
        pub street: String = "Xxdz",
        /// Whom to ask there (`Lxrxm`).
        pub contact: String = "Lxrxm",
        /// His phone (`Lxrdh`).
        pub contact_phone: String = "Lxrdh",
        /// His e-mail address (`Lxrdzyj`).
        pub contact_email: String = "Lxrdzyj",
        /// The gateway (`Wgip`).
        pub gateway: Option<Ipv4Addr> = "Wgip",
        /// Where the gateway stands (`Wgdz`).
        pub gateway_address: Option<String> = "Wgdz",
        /// Remark (`Bz`).
        pub remark: Option<String> = "Bz",
        /// Whether the source is a reporting unit (`Ly_dwlx`); agrees with the form of [`Self::source`].
        pub source_reports: bool = "Ly_dwlx",
        /// Where it comes from (`Lydw`).
        pub source: SourceUnit = "Lydw",
    }

    /// Ranges filed for the first time (`IP/XZBA`).
    #[derive(Default)]
    pub struct NewIps {
        /// Sources; they go before allocations (2005).
        pub sources: Vec<IpSource> = "Xzly/Ly",
        /// Allocations.
        pub allocations: Vec<IpAllocation> = "Xzfp/Fpsy",
        /// Broadcasts.
        pub broadcasts: Vec<IpBroadcast> = "Xzgbjs/Jsxx",
        /// Ranges brought in.
        pub brought_in: Vec<IpBroughtIn> = "Zdip/Zdxx",
    }

    /// Filed ranges as they are to be (`IP/XGBA`). The text calls the last group `Xzgbjs`, the table `Xggbjs`.
    #[derive(Default)]
    pub struct ChangedIps {
        /// Sources.
        pub sources: Vec<IpSource> = "Xgly/Ly_xx",
        /// Allocations.
        pub allocations: Vec<IpAllocation> = "Xgfp/Fpsy",
        /// Ranges brought in.
        pub brought_in: Vec<IpBroughtIn> = "XgZd/Zdxx",
        /// Broadcasts.
        pub broadcasts: Vec<IpBroadcast> = "Xggbjs/Jsxx",
    }

    /// Filed ranges that end, by the bureau's ids (`IP/SCBA`).
    #[derive(Default)]
    pub struct DeletedIps {
        /// Sources.
        pub sources: Vec<i64> = "Scly/Ly>Id",
        /// Allocations.
        pub allocations: Vec<i64> = "Scfp/Fpsy>Id",
        /// Ranges brought in.
        pub brought_in: Vec<i64> = "Sczd/Zdxx>Id",
        /// Broadcasts.
        pub broadcasts: Vec<i64> = "Scgbjs/Jsxx>Id",
    }
}

codes! {
    /// What is done with an allocated range (`Fpfs`).
    pub enum AllocationMode {
        /// 分配使用: a customer uses it, who is named.
        AllocatedUse = 1,
        /// 再分配: handed on to another reporting unit.
        Reallocated = 2,
        /// 自用: the provider uses it.
        OwnUse = 3,
        /// 预留: nobody uses it yet.
        Reserved = 4,
    }

    /// How a range is used (`Syfs`).
    pub enum IpUsage {
        /// 静态.
        Static = 1,
        /// 动态.
        Dynamic = 2,
        /// 未知.
        Unknown = 3,
    }
}

/// Where a range that was brought in comes from (`Lydw`).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceUnit {
    /// A reporting unit (`Ly_dwid`).
    Unit(i64),
    /// Anybody else, by name (`Ly_dwmc`).
    Name(String),
}

impl Value for SourceUnit {
    fn is_none(_: &Node<'_>) -> bool {
        false
    }

    fn read(node: &Node<'_>) -> Result<Self, ReadError> {
        if let Some(id) = node.child("Ly_dwid") {
            return id.number().map(Self::Unit);
        }
        let name = node.child("Ly_dwmc").filter(|name| !name.text().is_empty());
        Ok(Self::Name(name.ok_or_else(|| node.missing("Ly_dwmc"))?.text().to_owned()))
    }

    fn write<'a>(&'a self, element: &mut Markup<'a>) -> bool {
        element.children.push(match self {
            Self::Unit(id) => Markup::new("Ly_dwid").containing(id),
            Self::Name(name) => Markup::new("Ly_dwmc").containing(name),
        });
        true
    }
}
