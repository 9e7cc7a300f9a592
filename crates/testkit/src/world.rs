//! A world of its own for each test: an empty SQLite database in a temporary folder, a clock that stands still, chance
//! that repeats, messages that are kept, and one bureau that nobody answers for.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use app::bureau::{BureauSettings, Bureaus};
use app::identity::FormatOnly;
use app::mail::KeptMail;
use app::settings::Settings;
use app::sms::KeptSms;
use app::world::{FakeClock, FakeIds, Ids, World};
use jiff::Timestamp;
use store::seal::{Entropy, Keyring};
use store::{Options, Store};
use tempfile::TempDir;

/// Where the clock of a test world stands at first: a Friday morning in Beijing.
pub const BEGINNING: &str = "2026-11-20T01:00:00Z";

/// The code of the one bureau.
pub const BUREAU: &str = "33";

/// A world and what must live as long as it does.
#[derive(Debug)]
pub struct TestWorld {
    /// The world.
    pub world: World,
    /// Its clock.
    pub clock: Arc<FakeClock>,
    folder: TempDir,
}

#[derive(Debug)]
struct FromIds(FakeIds);

impl Entropy for FromIds {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }
}

impl TestWorld {
    /// A world over an empty SQLite database.
    ///
    /// # Errors
    /// When the folder or the database cannot be made.
    pub async fn sqlite() -> Result<Self> {
        Self::sqlite_with(bureau()?).await
    }

    /// A world over an empty SQLite database with another bureau.
    ///
    /// # Errors
    /// When the folder or the database cannot be made.
    pub async fn sqlite_with(bureau: BureauSettings) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let url = format!("sqlite:{}", folder.path().join("beian.sqlite").display());
        Self::over(&url, folder, bureau).await
    }

    /// A world over an empty database at an address.
    ///
    /// # Errors
    /// When the database cannot be opened.
    pub async fn over(url: &str, folder: TempDir, bureau: BureauSettings) -> Result<Self> {
        let store = Self::store(url, folder.path(), 2).await?;
        store.migrate().await?;
        let clock = Arc::new(FakeClock::at(BEGINNING.parse::<Timestamp>()?));
        let world = World { bureaus: Bureaus::new(vec![bureau])?, ..Self::world(store, Arc::clone(&clock))? };
        Ok(Self { world, clock, folder })
    }

    /// The store of a test world; another process that opens it takes another seed for its chance.
    ///
    /// # Errors
    /// When the database cannot be opened.
    pub async fn store(url: &str, folder: &Path, seed: u64) -> Result<Store> {
        let options = Options {
            url: url.to_owned(),
            keyring: Keyring::new("test", [7; 32])?,
            files: Some(folder.join("files")),
            entropy: Arc::new(FromIds(FakeIds::seeded(seed))),
        };
        Ok(Store::connect(options).await?)
    }

    /// A world over a store, without bureaus.
    ///
    /// # Errors
    /// When a world without bureaus is refused.
    pub fn world(store: Store, clock: Arc<FakeClock>) -> Result<World> {
        Ok(World {
            clock,
            ids: Arc::new(FakeIds::seeded(1)),
            store,
            mail: Arc::new(KeptMail),
            sms: Arc::new(KeptSms),
            identity: Arc::new(FormatOnly),
            bureaus: Bureaus::new(Vec::new())?,
            outside: Arc::default(),
            settings: Arc::new(Settings { demo: true, individual_wait_days: 0, ..Settings::default() }),
            heavy: Arc::default(),
            nudge: Arc::default(),
            news: Arc::default(),
            rates: Arc::default(),
        })
    }

    /// The folder of the database and the files.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// A bureau at an address where nobody listens.
fn bureau() -> Result<BureauSettings> {
    bureau_at("http://127.0.0.1:9/")
}

/// The bureau of the tests at an address.
///
/// # Errors
/// When the address does not parse.
pub fn bureau_at(url: &str) -> Result<BureauSettings> {
    Ok(BureauSettings {
        code: BUREAU.to_owned(),
        name: "Zhejiang".to_owned(),
        provinces: vec!["*".to_owned()],
        url: url.parse()?,
        isp_id: 330_001,
        user: "test".to_owned(),
        password: "test-password".to_owned().into(),
        aes_key: "0123456789abcdef".to_owned().into(),
        aes_iv: "fedcba9876543210".to_owned().into(),
        encrypt: true,
        access_method: 5,
        cancel_reason: 1,
        timeout_seconds: 1,
    })
}
