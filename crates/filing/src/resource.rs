//! Cloud resources a site can run on, and how many sites each may carry (Tencent Cloud 243/18908).

use std::sync::OnceLock;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::text::Text;
use crate::words::words;

words! {
    /// A kind of resource.
    pub enum ResourceKind {
        /// 云服务器.
        CloudServer = "cloud_server",
        /// 轻量应用服务器.
        Lighthouse = "lighthouse",
        /// Serverless 资源包.
        Serverless = "serverless",
        /// 云函数.
        CloudFunction = "cloud_function",
        /// 云托管.
        CloudRun = "cloud_run",
        /// 开源应用中心.
        AppCentre = "app_centre",
        /// 负载均衡, in front of a qualifying cloud server.
        LoadBalancer = "load_balancer",
        /// 备案授权码, which stands for another account's cloud server.
        AuthorizationCode = "authorization_code",
        /// 建站主机.
        SiteBuilder = "site_builder",
    }
}

words! {
    /// How a resource is paid for.
    pub enum Billing {
        /// 包年包月.
        Prepaid = "prepaid",
        /// 按量计费.
        PayAsYouGo = "pay_as_you_go",
        /// 资源包.
        Package = "package",
    }
}

words! {
    /// Where an authorization code stands (授权码状态).
    pub enum CodeState {
        /// 未使用.
        Unused = "unused",
        /// 使用中: an order that runs uses it.
        InUse = "in_use",
        /// 已使用: a site is filed with it.
        Used = "used",
    }
}

/// What is known of an authorization code and of the server it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthorizationCode {
    /// The kind of resource it was made from.
    pub made_from: ResourceKind,
    /// Whether the account that made it is a person's.
    pub maker_individual: bool,
    /// How many codes were made from that server, this one among them.
    pub codes_of_server: u32,
    /// Where it stands.
    pub state: CodeState,
    /// The domain whose order or site uses it.
    #[serde(default)]
    pub used_for: Option<String>,
}

/// One resource of an account, as the provider's inventory tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    /// The id a draft refers to.
    pub id: String,
    /// Its kind.
    pub kind: ResourceKind,
    /// What its owner calls it.
    #[serde(default)]
    pub name: String,
    /// The two-digit code of the province it stands in; empty outside mainland China.
    pub province: String,
    /// The provider's name of the region, such as 杭州.
    #[serde(default)]
    pub region: String,
    /// How it is paid for.
    pub billing: Billing,
    /// The first day it was paid for.
    #[schema(value_type = String, format = Date)]
    pub bought_on: Date,
    /// The last day it is paid for, renewals included; none for what does not expire.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub expires_on: Option<Date>,
    /// Its public IP addresses.
    pub ips: Vec<String>,
    /// Its public bandwidth in Mbit/s.
    #[serde(default)]
    pub bandwidth: u32,
    /// Sites filed or being filed on it already, this order's left out.
    #[serde(default)]
    pub sites_in_use: u32,
    /// Where the gateway reaches it, such as `127.0.0.1:8603`.
    #[serde(default)]
    pub origin: Option<String>,
    /// What is known of it as an authorization code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<AuthorizationCode>,
}

impl Resource {
    /// Whether it stands in mainland China.
    #[must_use]
    pub fn is_mainland(&self) -> bool {
        crate::province::Province::from_code(&self.province).is_some()
    }
}

/// What a kind of resource must fulfil to carry a site: one row of `data/resources.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// The kind.
    pub kind: ResourceKind,
    /// Sites one resource may carry.
    pub sites: u32,
    /// Months it must have been bought for, renewals included.
    pub months_bought: i32,
    /// Days that must be left while the order runs.
    pub days_left: i32,
    /// How it must be paid for; none when it does not matter.
    #[serde(default)]
    pub billing: Option<Billing>,
    /// Authorization codes it can make.
    pub codes: u32,
    /// All of it in a sentence.
    pub note: Text,
    /// Where it was read.
    pub source: String,
}

#[derive(Deserialize)]
struct Table {
    resource: Vec<Terms>,
}

/// The terms of every kind.
pub fn terms() -> &'static [Terms] {
    static TERMS: OnceLock<Vec<Terms>> = OnceLock::new();
    TERMS.get_or_init(|| {
        #[expect(clippy::expect_used, reason = "the file is compiled in and a test reads it")]
        let table: Table =
            toml::from_str(include_str!("../data/resources.toml")).expect("data/resources.toml is well formed");
        table.resource
    })
}

impl ResourceKind {
    /// The terms of this kind.
    #[must_use]
    pub fn terms(self) -> &'static Terms {
        #[expect(clippy::expect_used, reason = "a test shows that every kind is in the file")]
        terms().iter().find(|terms| terms.kind == self).expect("every kind of resource has its terms")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_terms_once() {
        assert_eq!(ResourceKind::ALL.len(), 9);
        for kind in ResourceKind::ALL {
            assert_eq!(terms().iter().filter(|terms| terms.kind == *kind).count(), 1, "{kind}");
            assert!(!kind.terms().note.zh.is_empty() && !kind.terms().note.en.is_empty(), "{kind}");
        }
    }

    #[test]
    fn a_server_carries_five_sites_and_makes_five_codes_of_one_site() {
        assert_eq!(ResourceKind::CloudServer.terms().sites, 5);
        assert_eq!(ResourceKind::AuthorizationCode.terms().sites, 1);
        let makers: Vec<_> = terms().iter().filter(|terms| terms.codes > 0).map(|terms| terms.kind).collect();
        assert_eq!(makers, [ResourceKind::CloudServer]);
    }
}
