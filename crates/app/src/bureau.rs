//! The authorities this provider reports to, one server and one account each.

use std::sync::Arc;
use std::time::Duration;

use authority::client::{Bureau as Account, Client, ConfigError, Timeouts};
use authority::message::Version;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use url::Url;
use utoipa::ToSchema;

/// A bureau as the configuration describes it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BureauSettings {
    /// The two-digit code of its province, such as `33`; names it in the ledger.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// The provinces whose filings go to it, as two-digit codes; `*` for all that no other bureau takes.
    pub provinces: Vec<String>,
    /// The address of its server.
    #[schema(value_type = String)]
    pub url: Url,
    /// The provider's id there.
    pub isp_id: i64,
    /// The user name it issued.
    pub user: String,
    /// The password it issued.
    #[serde(serialize_with = "masked")]
    #[schema(value_type = String)]
    pub password: SecretString,
    /// The AES key it issued, 16 characters.
    #[serde(serialize_with = "masked")]
    #[schema(value_type = String)]
    pub aes_key: SecretString,
    /// The AES initialisation vector it issued, 16 characters.
    #[serde(serialize_with = "masked")]
    #[schema(value_type = String)]
    pub aes_iv: SecretString,
    /// Whether uploads are encrypted.
    #[serde(default = "yes")]
    pub encrypt: bool,
    /// How sites are hosted here, a code of the table 接入方式; 5 is 云接入.
    #[serde(default = "cloud")]
    pub access_method: i64,
    /// The code of the bureau's own table 注销理由 that cancellations carry; the reason itself goes in words, because no
    /// values of that table are public.
    #[serde(default = "one")]
    pub cancel_reason: i64,
    /// How long to wait for an answer, in seconds.
    #[serde(default = "half_a_minute")]
    pub timeout_seconds: u64,
}

/// Writes a secret so that a printed configuration does not give it away.
fn masked<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(if secret.expose_secret().is_empty() { "" } else { "********" })
}

const fn yes() -> bool {
    true
}

const fn cloud() -> i64 {
    5
}

const fn one() -> i64 {
    1
}

const fn half_a_minute() -> u64 {
    30
}

/// A bureau and the wire to it.
#[derive(Debug, Clone)]
pub struct Bureau {
    /// The two-digit code of its province.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// The provinces whose filings go to it.
    pub provinces: Vec<String>,
    /// How sites are hosted here.
    pub access_method: i64,
    /// The code of the table 注销理由 that cancellations carry.
    pub cancel_reason: i64,
    /// How long a call may take.
    pub timeout: Duration,
    /// The wire.
    pub client: Client,
}

/// Every bureau this provider reports to.
#[derive(Debug, Clone, Default)]
pub struct Bureaus {
    all: Arc<Vec<Bureau>>,
}

impl Bureaus {
    /// Prepares the wires.
    ///
    /// # Errors
    /// When a key or initialisation vector has the wrong length.
    pub fn new(settings: Vec<BureauSettings>) -> Result<Self, ConfigError> {
        let all = settings.into_iter().map(Bureau::new).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { all: Arc::new(all) })
    }

    /// The bureau that takes the filings of a province.
    #[must_use]
    pub fn of_province(&self, province: &str) -> Option<&Bureau> {
        let named = |wanted: &str| self.all.iter().find(|bureau| bureau.provinces.iter().any(|p| p == wanted));
        named(province).or_else(|| named("*"))
    }

    /// The bureau of a code.
    #[must_use]
    pub fn find(&self, code: &str) -> Option<&Bureau> {
        self.all.iter().find(|bureau| bureau.code == code)
    }

    /// Every bureau.
    pub fn iter(&self) -> impl Iterator<Item = &Bureau> {
        self.all.iter()
    }
}

impl Bureau {
    fn new(settings: BureauSettings) -> Result<Self, ConfigError> {
        let timeout = Duration::from_secs(settings.timeout_seconds);
        let client = Client::new(Account {
            url: settings.url,
            isp_id: settings.isp_id,
            user: settings.user,
            password: settings.password,
            aes_key: settings.aes_key,
            aes_iv: settings.aes_iv,
            encrypt: settings.encrypt,
            version: Version::V3_0,
            timeouts: Timeouts { connect: timeout.min(Duration::from_secs(10)), call: timeout },
        })?;
        Ok(Self {
            code: settings.code,
            name: settings.name,
            provinces: settings.provinces,
            access_method: settings.access_method,
            cancel_reason: settings.cancel_reason,
            timeout,
            client,
        })
    }
}
