//! Cloud resources a site can run on, and how many sites each may carry (Tencent Cloud 243/18908).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
        /// 云托管; takes no new domain since 2021-08-05.
        CloudRun = "cloud_run",
        /// 开源应用中心; takes no new domain since 2021-08-05.
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
}

impl Resource {
    /// Whether it stands in mainland China.
    #[must_use]
    pub fn is_mainland(&self) -> bool {
        crate::province::Province::from_code(&self.province).is_some()
    }
}

/// What a kind of resource must fulfil to carry a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Sites one resource may carry.
    pub sites: u32,
    /// Months it must have been bought for, renewals included.
    pub months_bought: i32,
    /// Days that must be left while the order runs.
    pub days_left: i32,
    /// How it must be paid for; none when it does not matter.
    pub billing: Option<Billing>,
    /// The day from which it takes no new domain.
    pub closed_from: Option<Date>,
}

impl ResourceKind {
    /// The terms of this kind.
    #[must_use]
    pub const fn terms(self) -> Terms {
        let server =
            Terms { sites: 5, months_bought: 3, days_left: 30, billing: Some(Billing::Prepaid), closed_from: None };
        let package =
            Terms { sites: 2, months_bought: 0, days_left: 30, billing: Some(Billing::Package), closed_from: None };
        match self {
            Self::CloudServer | Self::Lighthouse | Self::LoadBalancer | Self::SiteBuilder => server,
            Self::AuthorizationCode => Terms { sites: 1, ..server },
            Self::Serverless | Self::CloudFunction => package,
            Self::CloudRun => Terms { days_left: 90, closed_from: Some(jiff::civil::date(2021, 8, 5)), ..package },
            Self::AppCentre => Terms { billing: None, closed_from: Some(jiff::civil::date(2021, 8, 5)), ..server },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_carries_five_sites_and_a_code_one() {
        assert_eq!(ResourceKind::CloudServer.terms().sites, 5);
        assert_eq!(ResourceKind::AuthorizationCode.terms().sites, 1);
        assert_eq!(ResourceKind::ALL.len(), 9);
    }

    #[test]
    fn two_kinds_take_no_new_domain_since_august_2021() {
        let closed: Vec<_> = ResourceKind::ALL.iter().filter(|kind| kind.terms().closed_from.is_some()).collect();
        assert_eq!(closed, [&ResourceKind::CloudRun, &ResourceKind::AppCentre]);
    }
}
