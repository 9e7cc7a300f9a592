//! The settings of the sandbox as a file says them, in TOML or whatever else serde reads.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Time;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;

use super::scenario::Scenario;
use super::{Config, Error, Provider, Right};

/// The sandbox authority (`beian authority`).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = SandboxSettings)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The address and port of its SOAP services and pages.
    #[schema(value_type = String)]
    pub listen: SocketAddr,
    /// The address and port where its registry answers WHOIS questions; unset leaves RDAP at `/rdap/` alone.
    #[schema(value_type = Option<String>)]
    pub whois_listen: Option<SocketAddr>,
    /// Its own database file. Empty means `authority.sqlite` in `data.dir`.
    #[schema(value_type = String)]
    pub database: PathBuf,
    /// The two-digit code of its province; 0 is the ministry, which takes domain filings and no other.
    pub province: i64,
    /// Approves a request by itself so many seconds after its verification; 0 leaves every decision to the desk.
    pub approve_after_seconds: u64,
    /// The hours in China's time in which uploads are taken, such as `09:00-17:30`; unset takes them always.
    pub hours: Option<String>,
    /// How many calls a provider may make in a minute; 0 does not count them.
    pub calls_per_minute: u32,
    /// Whether filing passwords are issued and checked, as before 2020-08-17.
    pub filing_passwords: bool,
    /// Makes codes repeat from run to run, for training and tests; unset draws them from the system.
    pub seed: Option<u64>,
    /// What its clock says when it first starts, such as `2026-03-02T01:00:00Z`; unset begins with the real time.
    pub clock_starts_at: Option<String>,
    /// A scenario file: scripted decisions, faults and pushes (`docs/sandbox.md`). Empty plays none.
    #[schema(value_type = String)]
    pub scenario: PathBuf,
    /// The providers it knows, one `[[sandbox.providers]]` each.
    pub providers: Vec<ProviderSettings>,
}

/// A provider with the account the sandbox authority issued to it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = SandboxProvider)]
#[serde(deny_unknown_fields)]
pub struct ProviderSettings {
    /// Its id.
    pub isp_id: i64,
    /// Its name, for the desk.
    pub name: String,
    /// Its user name.
    pub user: String,
    /// Its password.
    #[serde(serialize_with = "masked")]
    #[schema(value_type = String)]
    pub password: SecretString,
    /// Its AES key, 16 characters.
    #[serde(serialize_with = "masked")]
    #[schema(value_type = String)]
    pub aes_key: SecretString,
    /// Its AES initialisation vector, 16 characters.
    #[serde(serialize_with = "masked")]
    #[schema(value_type = String)]
    pub aes_iv: SecretString,
    /// The two-digit code of its province; unset is the authority's own. One of another province is answered with 13.
    #[serde(default)]
    pub province: Option<i64>,
    /// Whether its reporting rights are open; otherwise it is answered with 19.
    #[serde(default = "yes")]
    pub open: bool,
    /// What it may report: `icp`, `ip`, `domain`. Anything else is refused with 5009.
    #[serde(default = "every_right")]
    pub rights: Vec<Right>,
    /// Whether it is a carrier's group company, which alone may file broadcasts.
    #[serde(default)]
    pub carrier: bool,
    /// How many of its uploads may wait to be processed; more are answered with 15.
    #[serde(default = "hundred")]
    pub max_waiting: i64,
    /// Whether its downloads are encrypted; a real bureau did.
    #[serde(default = "yes")]
    pub encrypt_downloads: bool,
    /// Address ranges it has filed beforehand, such as `203.0.113.0-203.0.113.255`.
    #[serde(default)]
    pub ip_ranges: Vec<String>,
    /// Whether accesses must lie inside its filed addresses (else 1063); giving `ip_ranges` says so as well.
    #[serde(default)]
    pub compare_ips: bool,
}

/// Writes a secret so that a printed configuration does not give it away.
fn masked<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(if secret.expose_secret().is_empty() { "" } else { "********" })
}

const fn yes() -> bool {
    true
}

const fn hundred() -> i64 {
    100
}

fn every_right() -> Vec<Right> {
    Right::ALL.to_vec()
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8601)),
            whois_listen: None,
            database: PathBuf::new(),
            province: 33,
            approve_after_seconds: 0,
            hours: None,
            calls_per_minute: 0,
            filing_passwords: false,
            seed: None,
            clock_starts_at: None,
            scenario: PathBuf::new(),
            providers: Vec::new(),
        }
    }
}

impl Settings {
    /// What the sandbox runs with; `database` is where its file lies when the settings do not say it.
    ///
    /// # Errors
    /// When a value cannot work or the scenario cannot be read; the text names the key, or the place in the file.
    pub fn config(&self, database: &Path) -> Result<Config, Error> {
        let wrong = |text: String| Error::Config(text);
        let scenario = match self.scenario.as_os_str().is_empty() {
            true => None,
            false => Some(Scenario::load(&self.scenario)?),
        };
        let providers = self.providers.iter().map(|provider| provider.provider(self.province));
        let start = match &self.clock_starts_at {
            None => None,
            Some(text) => {
                let instant = text.parse::<Timestamp>();
                Some(instant.map_err(|error| wrong(format!("clock_starts_at: {error}")))?)
            }
        };
        Ok(Config {
            province: self.province,
            providers: providers.collect::<Result<_, _>>()?,
            approve_after: (self.approve_after_seconds > 0).then(|| Duration::from_secs(self.approve_after_seconds)),
            hours: self.hours.as_deref().map(hours).transpose()?,
            calls_per_minute: (self.calls_per_minute > 0).then_some(self.calls_per_minute),
            filing_passwords: self.filing_passwords,
            whois: self.whois_listen,
            seed: self.seed.or_else(|| scenario.as_ref().and_then(|scenario| scenario.seed)),
            clock_starts_at: start,
            scenario,
            ..Config::new(if self.database.as_os_str().is_empty() { database } else { &self.database })
        })
    }
}

impl ProviderSettings {
    fn provider(&self, authority: i64) -> Result<Provider, Error> {
        let usual = Provider::new(
            self.isp_id,
            &self.name,
            &self.user,
            self.password.clone(),
            self.aes_key.clone(),
            self.aes_iv.clone(),
        );
        Ok(Provider {
            encrypt_downloads: self.encrypt_downloads,
            province: self.province.unwrap_or(authority),
            open: self.open,
            rights: self.rights.clone(),
            carrier: self.carrier,
            max_waiting: self.max_waiting,
            ip_ranges: self.ip_ranges.iter().map(|text| range(text)).collect::<Result<_, _>>()?,
            compare_ips: self.compare_ips || !self.ip_ranges.is_empty(),
            ..usual
        })
    }
}

fn hours(text: &str) -> Result<(Time, Time), Error> {
    let parsed = text.split_once('-').and_then(|(from, until)| {
        let time = |text: &str| text.trim().parse::<Time>().ok();
        Some((time(from)?, time(until)?))
    });
    parsed.ok_or_else(|| Error::Config(format!("hours: “{text}” is not two times such as 09:00-17:30")))
}

fn range(text: &str) -> Result<(Ipv4Addr, Ipv4Addr), Error> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let address = |text: &str| text.trim().parse::<Ipv4Addr>().ok();
    match (address(first), address(last)) {
        (Some(first), Some(last)) if first <= last => Ok((first, last)),
        _ => Err(Error::Config(format!("ip_ranges: “{text}” is not a range such as 203.0.113.0-203.0.113.255"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> Settings {
        toml::from_str(text).unwrap()
    }

    const PROVIDER: &str = "[[providers]]\nisp_id = 1\nname = \"甲\"\nuser = \"a\"\npassword = \"p\"\n\
                            aes_key = \"0123456789abcdef\"\naes_iv = \"0102030405060708\"\n";

    #[test]
    fn a_file_says_everything_and_what_it_does_not_say_has_a_default() {
        let text = format!(
            "province = 33\nhours = \"09:00-17:30\"\ncalls_per_minute = 60\nclock_starts_at = \"2026-03-02T01:00:00Z\"\n\
             {PROVIDER}rights = [\"ip\"]\nip_ranges = [\"203.0.113.0-203.0.113.255\", \"198.51.100.7\"]\n"
        );
        let config = settings(&text).config(Path::new("a.sqlite")).unwrap();
        assert_eq!(config.hours.map(|(from, _)| from.hour()), Some(9));
        assert_eq!((config.calls_per_minute, config.approve_after), (Some(60), None));
        let provider = &config.providers[0];
        assert_eq!((provider.province, provider.open, provider.compare_ips), (33, true, true));
        assert_eq!(provider.rights, [Right::Ip]);
        assert_eq!(provider.ip_ranges[1].0, provider.ip_ranges[1].1);
    }

    #[test]
    fn a_wrong_value_is_named() {
        let error = |text: &str| settings(text).config(Path::new("a")).unwrap_err().to_string();
        assert!(error("hours = \"nine\"").contains("hours: “nine”"));
        assert!(error("clock_starts_at = \"now\"").contains("clock_starts_at"));
        assert!(error(&format!("{PROVIDER}ip_ranges = [\"x\"]")).contains("ip_ranges: “x”"));
        assert!(toml::from_str::<Settings>("provinz = 33").unwrap_err().to_string().contains("line 1"));
        let secret = serde_json::to_string(&settings(PROVIDER)).unwrap();
        assert!(!secret.contains("0123456789abcdef"), "{secret}");
    }
}
