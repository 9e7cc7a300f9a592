//! What the operator decides: one structure the configuration file is read into.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

/// The settings of the acts and jobs; every field has a default that suits one machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The address people reach the platform under; links in messages begin with it.
    #[schema(value_type = String)]
    pub public_url: Url,
    /// The provider as its customers know it.
    pub provider: Provider,
    /// Whether this is a demonstration: messages are then also shown on a page of the platform.
    pub demo: bool,
    /// Where the authority lets people enter its text-message codes.
    #[schema(value_type = String)]
    pub sms_check_url: Url,
    /// Where the police take their filing (公安备案).
    #[schema(value_type = String)]
    pub police_url: Url,
    /// What a closed domain answers.
    pub closed: Closed,
    /// How much may be closed before two people must agree.
    pub enforcement: Enforcement,
    /// Whether a case may be passed only after a confirmed phone call.
    pub require_call: bool,
    /// How many days a personal account waits after its verification before it may file (Tencent Cloud 243/18911).
    pub individual_wait_days: u8,
    /// How many days a session lives without being used.
    pub session_days: u16,
    /// How many days a session lives at most, however often it is used.
    pub session_longest_days: u16,
    /// How often an order may be submitted within 24 hours: each time writes to everybody in it.
    pub submissions_per_day: u8,
    /// The addresses of the proxies that stand in front and write `X-Forwarded-For`; from any other peer the header is
    /// not believed, and the peer counts as the client.
    #[schema(value_type = Vec<String>)]
    pub trusted_proxies: Vec<IpAddr>,
    /// The addresses that may read `/metrics`; a request that came through a proxy may not.
    #[schema(value_type = Vec<String>)]
    pub metrics_clients: Vec<IpAddr>,
    /// How long a code that confirms a contact is good for, in minutes.
    pub code_minutes: u16,
    /// How long the link for the phone is good for, in minutes.
    pub handover_minutes: u16,
    /// How often the authority is asked for downloads, in seconds.
    pub poll_seconds: u32,
    /// How long a job or the line to an authority stays with a process that gives no sign of life, in seconds, before
    /// another takes over. A process that died is missed for so long.
    pub lease_seconds: u16,
    /// The largest picture taken in, in bytes.
    pub max_picture_bytes: u64,
}

/// The access provider (接入服务商).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Provider {
    /// The name in Chinese, which stands before every text message.
    pub name_zh: String,
    /// The name in English.
    pub name_en: String,
    /// The number people may call.
    pub phone: String,
    /// The address people may write to.
    pub email: String,
}

/// How much may be newly closed at the gateways before it waits for two people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = EnforcementLimits)]
pub struct Enforcement {
    /// So many open domains may be closed within an hour; what comes after them waits.
    pub most_closings: u64,
    /// The closing of a domain that has more than this share of the traffic of seven days waits, in percent; 100 lets
    /// none wait. Of fewer than 10,000 requests no share is taken.
    pub most_traffic_percent: u8,
}

impl Default for Enforcement {
    fn default() -> Self {
        Self { most_closings: 100, most_traffic_percent: 10 }
    }
}

/// What a closed domain answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Closed {
    /// A redirect to the page of the platform that asks to file.
    Redirect,
    /// That page itself.
    Page,
}

impl Default for Provider {
    fn default() -> Self {
        Self { name_zh: "Beian".into(), name_en: "Beian".into(), phone: String::new(), email: String::new() }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: constant_url("http://127.0.0.1:8600/"),
            provider: Provider::default(),
            demo: false,
            sms_check_url: constant_url("https://beian.miit.gov.cn/"),
            police_url: constant_url("https://beian.mps.gov.cn/"),
            closed: Closed::Redirect,
            enforcement: Enforcement::default(),
            require_call: true,
            individual_wait_days: 2,
            session_days: 30,
            session_longest_days: 90,
            submissions_per_day: 5,
            trusted_proxies: Vec::new(),
            metrics_clients: vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
            code_minutes: 10,
            handover_minutes: 120,
            poll_seconds: 15,
            lease_seconds: 60,
            // 9 MB: the largest file the public consoles take (Tencent Cloud, uploading materials).
            max_picture_bytes: 9_000_000,
        }
    }
}

#[expect(clippy::expect_used, reason = "the argument is a constant of this file")]
fn constant_url(text: &str) -> Url {
    Url::parse(text).expect("a constant address parses")
}

impl Settings {
    /// How long a claim is good for unless it is prolonged.
    #[must_use]
    pub fn lease(&self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.lease_seconds.max(1)))
    }

    /// An address below the public one.
    #[must_use]
    pub fn link(&self, path: &str) -> String {
        format!("{}/{}", self.public_url.as_str().trim_end_matches('/'), path.trim_start_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_has_one_slash_between_its_parts() {
        assert_eq!(Settings::default().link("/h/abc"), "http://127.0.0.1:8600/h/abc");
    }

    #[test]
    fn an_unknown_setting_is_refused() {
        assert!(serde_json::from_str::<Settings>(r#"{"sesion_days": 3}"#).is_err());
    }
}
