//! What the authority starts by itself: at the desk, through the JSON interface, or by a scenario.

mod inspect;
mod send;
mod synchronise;
mod task;

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

/// One thing the authority does of its own accord.
///
/// `of` names what it is about: a domain, a filing number, or an id of the authority. A scripted push may leave it out:
/// it is then about the request that called for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Push {
    /// 注销主体 by force (ZXSJ).
    CancelSubject(About),
    /// 注销网站 by force (ZXSJ).
    CancelSite(About),
    /// 取消接入 by force (ZXSJ); `provider` says whose.
    CancelAccess(About),
    /// 黑名单 by credential (HMDLB).
    BlacklistSubject(ListedSubject),
    /// 黑名单 by domain (HMDLB).
    BlacklistSite(ListedSite),
    /// 非法接入 (FFJRHMD).
    IllegalAccess(Found),
    /// 未备案网站 (WBAWZLB).
    Unfiled(Found),
    /// 核实任务 (HSRW): an organiser filed by itself and names the provider.
    VerificationTask(Task),
    /// 主体核查 (HCJG/Zthc): something about the subject is wrong.
    InspectSubject(About),
    /// 接入核查 (HCJG/Jrhc).
    InspectAccess(Inspection),
    /// 空壳网站核查 (HCJG/Kkwzhc).
    InspectShell(About),
    /// 网站存活检测 (HCJG/Wzch).
    InspectSite(About),
    /// 相关通知 (XGTZ): the subject must be corrected, or the site when `of` is a site's number or a domain.
    Notice(About),
    /// IP 核查 (IP/HCJG).
    InspectIps(IpInspection),
    /// 基础代码 (JCDM).
    CodeTables,
    /// 数据同步 (SJTB): everything of the provider.
    Synchronise,
}

/// Something filed, and a text about it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct About {
    /// The domain, the number or the id.
    pub of: String,
    /// Why, in words.
    pub text: String,
    /// Whose access, where that matters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<i64>,
}

/// How a blacklist changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListChange {
    /// An entry is added.
    #[default]
    Add,
    /// An entry is written anew.
    Modify,
    /// An entry is taken off.
    Remove,
}

/// A subject on the blacklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedSubject {
    /// Its name.
    pub name: String,
    /// The kind of its credential, a code of the table 证件类型.
    pub certificate_kind: i64,
    /// The number of its credential.
    pub certificate_number: String,
    /// What happens to the entry.
    #[serde(default)]
    pub change: ListChange,
    /// Why, in words.
    #[serde(default)]
    pub text: String,
}

/// A site on the blacklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedSite {
    /// Its name.
    pub name: String,
    /// Its domain.
    pub domain: String,
    /// What happens to the entry.
    #[serde(default)]
    pub change: ListChange,
    /// Why, in words.
    #[serde(default)]
    pub text: String,
}

/// A website that was found where it should not be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// Its domain.
    pub domain: String,
    /// Its address.
    pub ip: Ipv4Addr,
    /// Why, in words.
    #[serde(default)]
    pub text: String,
}

/// A record that an organiser filed by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// The name of the subject.
    pub name: String,
    /// Its domain.
    pub domain: String,
    /// Its address at the provider.
    pub ip: Ipv4Addr,
}

/// What an inspection of accesses found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inspection {
    /// The domain, the number or the id of the site.
    #[serde(default)]
    pub of: String,
    /// Whether an access is filed that does not exist, or exists and is not filed.
    pub finding: AccessFinding,
    /// Where the domain leads, when an access is missing.
    pub ip: Option<Ipv4Addr>,
    /// Why, in words.
    #[serde(default)]
    pub text: String,
}

/// How filed accesses and real ones differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessFinding {
    /// 多报: filed and not there.
    OverReported,
    /// 少报: there and not filed.
    UnderReported,
}

/// What an inspection of filed addresses found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IpInspection {
    /// What is wrong with the range.
    pub finding: IpFinding,
    /// The first address.
    pub first: Ipv4Addr,
    /// The last address.
    pub last: Ipv4Addr,
    /// The other unit: who also filed the range, or who allocated it.
    pub other: Option<i64>,
    /// Why, in words.
    #[serde(default)]
    pub text: String,
}

/// What is wrong with a range of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IpFinding {
    /// 越界: it reaches beyond what the unit has.
    OutOfBounds,
    /// 冲突: another unit filed it as well.
    Conflict,
    /// 未报: nobody filed it.
    Unreported,
}

impl Push {
    /// The same push about something else, where it does not say itself what it is about.
    pub(super) fn about(&self, domain: Option<&str>) -> Self {
        let mut push = self.clone();
        let of = match &mut push {
            Self::CancelSubject(about)
            | Self::CancelSite(about)
            | Self::CancelAccess(about)
            | Self::InspectSubject(about)
            | Self::InspectShell(about)
            | Self::InspectSite(about)
            | Self::Notice(about) => &mut about.of,
            Self::InspectAccess(inspection) => &mut inspection.of,
            _ => return push,
        };
        if of.is_empty() {
            *of = domain.unwrap_or_default().to_owned();
        }
        push
    }
}
