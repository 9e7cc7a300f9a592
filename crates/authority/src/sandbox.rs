//! The sandbox authority: a real server of the interface with its own database, its text messages, its officer's desk
//! and its public look-up. It is for demonstration, training and tests, and says so on every page.
//!
//! What it does where the specification is silent:
//!
//! - A sequence number that was taken before is recorded as a duplicate, changes nothing, and is answered with 999 and a
//!   text that says so: no code of the table means it, and 0 would claim that this call stored something.
//! - The machine reports what it found in order with 1062 (the access IPs agree with the provider's IP filing), the only
//!   success that a machine can state before a person has decided. The decision comes as GJSHS. Of a cancellation, a
//!   verification and a handled unfiled site it says nothing when all is in order: no code means that.
//! - A request whose SMS verification runs out, or fails a sixth time, comes back as a refused decision with the reason.
//! - Calls that come too often are answered with 999 and how long to wait.
//! - `isp_verifybamm` answers 999: the filing password was abolished on 2020-08-17, so nothing can be right or wrong. The
//!   settings can bring the old times back.
//!
//! [`Settings`] is how a file says all this, [`Scenario`] what the authority does by itself, [`Push`] what it starts.

mod api;
mod check;
mod clock;
mod decide;
mod desk;
mod examine;
mod fault;
mod line;
mod number;
mod office;
mod operation;
mod page;
mod password;
mod push;
mod rate;
mod records;
mod registry;
mod request;
mod result;
mod scenario;
mod service;
mod settings;
mod tables;
mod verify;
mod view;
mod words;

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use jiff::civil::Time;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::net::TcpListener;

use crate::code::Table;
use crate::envelope::{Cipher, CipherError};

pub use fault::{Fault, FaultKind};
pub use push::{
    About, AccessFinding, Found, Inspection, IpFinding, IpInspection, ListChange, ListedSite, ListedSubject, Push, Task,
};
pub use scenario::{
    Chance, DecisionRule, Event, FaultRule, Happening, Kind, Pattern, PushRule, ResultRule, Scenario, Verdict, When,
};
pub use settings::{ProviderSettings, Settings};

use office::Office;

/// How the sandbox is set up.
#[derive(Debug, Clone)]
pub struct Config {
    /// The database file; made if it does not exist.
    pub database: PathBuf,
    /// The province of this bureau: the first two digits of its GB/T 2260 code; 0 is the ministry.
    pub province: i64,
    /// The providers it knows.
    pub providers: Vec<Provider>,
    /// Approves a filing by itself so long after its verification; `None` leaves every decision to the desk.
    pub approve_after: Option<Duration>,
    /// The hours in which uploads are taken, in China's time; `None` takes them always.
    pub hours: Option<(Time, Time)>,
    /// How many calls a provider may make in a minute; `None` does not count them.
    pub calls_per_minute: Option<u32>,
    /// Whether filing passwords are issued and checked, as before 2020-08-17.
    pub filing_passwords: bool,
    /// Where its registry answers WHOIS questions; `None` leaves RDAP under `/rdap/` alone.
    pub whois: Option<SocketAddr>,
    /// Makes codes repeat from run to run, for training and tests; `None` draws them from the system.
    pub seed: Option<u64>,
    /// What its clock says when it first starts; `None` begins with the real time.
    pub clock_starts_at: Option<jiff::Timestamp>,
    /// What it does by itself.
    pub scenario: Option<Scenario>,
}

/// The ministry's place in the list of provinces.
const MINISTRY: i64 = 0;

/// What a provider may report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[schema(as = SandboxRight)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// ICP备案.
    Icp,
    /// IP备案.
    Ip,
    /// 域名备案.
    Domain,
}

impl Right {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Icp, Self::Ip, Self::Domain];
}

/// A provider with the account the bureau issued to it.
#[derive(Debug, Clone)]
pub struct Provider {
    /// Its id.
    pub isp_id: i64,
    /// Its name, for the desk.
    pub name: String,
    /// Its user name.
    pub user: String,
    /// Its password.
    pub password: SecretString,
    /// Its AES key, 16 ASCII characters.
    pub aes_key: SecretString,
    /// Its AES initialisation vector, 16 ASCII characters.
    pub aes_iv: SecretString,
    /// Whether its downloads are encrypted; a real bureau did.
    pub encrypt_downloads: bool,
    /// Its province; one of another province is turned away (13).
    pub province: i64,
    /// Whether its reporting rights are open (else 19).
    pub open: bool,
    /// What it may report; anything else is refused with 5009.
    pub rights: Vec<Right>,
    /// Whether it is a carrier's group company, which alone may file broadcasts.
    pub carrier: bool,
    /// How many of its uploads may wait to be processed (else 15).
    pub max_waiting: i64,
    /// Addresses it has filed beforehand.
    pub ip_ranges: Vec<(Ipv4Addr, Ipv4Addr)>,
    /// Whether accesses must lie inside its filed addresses (else 1063).
    pub compare_ips: bool,
}

impl Provider {
    /// A provider with open rights and usual settings.
    pub fn new(
        isp_id: i64,
        name: &str,
        user: &str,
        password: SecretString,
        key: SecretString,
        iv: SecretString,
    ) -> Self {
        Self {
            isp_id,
            name: name.to_owned(),
            user: user.to_owned(),
            password,
            aes_key: key,
            aes_iv: iv,
            encrypt_downloads: true,
            province: 33,
            open: true,
            rights: Right::ALL.to_vec(),
            carrier: false,
            max_waiting: 100,
            ip_ranges: Vec::new(),
            compare_ips: false,
        }
    }

    fn cipher(&self) -> Result<Cipher, CipherError> {
        Cipher::new(self.aes_key.expose_secret(), self.aes_iv.expose_secret())
    }
}

/// Why the sandbox could not start or could not finish something.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database did not work.
    #[error("the sandbox database: {0}")]
    Database(#[from] sqlx::Error),
    /// Something stored could not be read again.
    #[error("a stored record: {0}")]
    Record(#[from] serde_json::Error),
    /// The network or a file did not work.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The settings cannot work.
    #[error("the sandbox settings: {0}")]
    Config(String),
    /// A download could not be written.
    #[error("a download: {0}")]
    Write(#[from] crate::message::WriteError),
    /// A download could not be packed.
    #[error("a download: {0}")]
    Pack(#[from] crate::envelope::PackError),
}

/// Serves the sandbox on a listener until `shutdown` completes; calls in progress are finished.
pub async fn serve(
    config: Config,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Error> {
    let whois = match config.whois {
        Some(address) => Some(TcpListener::bind(address).await?),
        None => None,
    };
    let office = Arc::new(Office::open(config).await?);
    let worker = tokio::spawn(office.clone().work());
    let whois = whois.map(|listener| tokio::spawn(registry::serve_whois(office.clone(), listener)));
    let app = router(office.clone()).into_make_service_with_connect_info::<line::Line>();
    let served = axum::serve(line::Listener(listener), app).with_graceful_shutdown(shutdown).await;
    for task in [Some(worker), whois].into_iter().flatten() {
        task.abort();
        let _ = task.await;
    }
    office.close().await;
    Ok(served?)
}

fn router(office: Arc<Office>) -> Router {
    Router::new()
        .merge(service::routes())
        .merge(api::routes())
        .merge(page::routes())
        .merge(registry::routes())
        .layer(tower_http::catch_panic::CatchPanicLayer::new())
        .with_state(office)
}

impl Config {
    /// The usual settings: a bureau of Zhejiang that knows nobody yet.
    pub fn new(database: &Path) -> Self {
        Self {
            database: database.to_owned(),
            province: 33,
            providers: Vec::new(),
            approve_after: None,
            hours: None,
            calls_per_minute: None,
            filing_passwords: false,
            whois: None,
            seed: None,
            clock_starts_at: None,
            scenario: None,
        }
    }

    /// Checks what cannot be expressed in types.
    fn validate(&self) -> Result<(), Error> {
        if self.province != MINISTRY && Table::Province.row(self.province).is_none() {
            return Err(Error::Config(format!("{} is not a province", self.province)));
        }
        for (index, provider) in self.providers.iter().enumerate() {
            provider.cipher().map_err(|error| Error::Config(format!("provider {}: {error}", provider.isp_id)))?;
            if self.providers[..index].iter().any(|other| other.isp_id == provider.isp_id) {
                return Err(Error::Config(format!("provider {} is listed twice", provider.isp_id)));
            }
        }
        Ok(())
    }
}
