//! The agreements accepted when an order is submitted (Tencent Cloud 243/19651); their texts are in the locale files of
//! the web, by id and version.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An agreement in its current version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Agreement {
    /// Which one.
    pub id: &'static str,
    /// Its version: the day it was written.
    pub version: &'static str,
}

/// That an agreement was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Accepted {
    /// Which one.
    pub agreement: String,
    /// In which version.
    pub version: String,
}

/// What must be accepted: 信息安全管理协议, 协助更改备案信息服务在线服务条款, 互联网信息服务备案承诺书.
pub const CURRENT: &[Agreement] = &[
    Agreement { id: "information-security", version: "2026-11-01" },
    Agreement { id: "assisted-change", version: "2026-11-01" },
    Agreement { id: "commitment", version: "2026-11-01" },
];

/// Whether every agreement was accepted in its current version.
#[must_use]
pub fn all_accepted(accepted: &[Accepted]) -> bool {
    CURRENT.iter().all(|wanted| accepted.iter().any(|a| a.agreement == wanted.id && a.version == wanted.version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agreement_of_yesterday_does_not_count() {
        let mut accepted: Vec<Accepted> =
            CURRENT.iter().map(|a| Accepted { agreement: a.id.to_owned(), version: a.version.to_owned() }).collect();
        assert!(all_accepted(&accepted));
        accepted[1].version = "2020-01-01".to_owned();
        assert!(!all_accepted(&accepted));
    }
}
