//! A migrated store on either database, and small records to put into it.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use filing::draft::Draft;
use filing::stage::Stage;
use jiff::{SignedDuration, Timestamp};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use sha2::Digest;
use store::account::{Account, AccountState, Role};
use store::order::Order;
use store::{AccountId, Entropy, Keyring, Options, OrderId, Store};
use uuid::Uuid;

use crate::postgres;

/// Runs a test on SQLite and on PostgreSQL.
macro_rules! on_both {
    ($(#[$doc:meta])* async fn $name:ident($at:ident) $body:block) => {
        $(#[$doc])*
        async fn $name($at: $crate::fixture::At) $body

        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name($crate::fixture::At::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$name($crate::fixture::At::postgres().await).await;
            }
        }
    };
}

pub(crate) use on_both;

/// A chance that repeats from run to run, but never within one.
pub struct Dice(AtomicU64);

impl Dice {
    pub const fn new() -> Self {
        Self(AtomicU64::new(0))
    }
}

impl Entropy for Dice {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let n = self.0.fetch_add(1, Ordering::Relaxed);
            chunk.copy_from_slice(&sha2::Sha256::digest(n.to_be_bytes())[..chunk.len()]);
        }
    }
}

/// A store of one test.
pub struct At {
    pub store: Store,
    pub options: Options,
    pub folder: tempfile::TempDir,
    // Dropped last: the server cannot drop a database that is in use.
    _database: Option<postgres::TestDatabase>,
}

impl Deref for At {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

impl At {
    /// On an embedded database, files in a folder.
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("beian.sqlite").display());
        let files = Some(folder.path().join("files"));
        Self::open(url, files, folder, None).await
    }

    /// On a server, files in the database.
    pub async fn postgres() -> Self {
        let database = postgres::fresh().unwrap();
        let folder = tempfile::tempdir().unwrap();
        Self::open(database.url().to_owned(), None, folder, Some(database)).await
    }

    async fn open(
        url: String,
        files: Option<std::path::PathBuf>,
        folder: tempfile::TempDir,
        database: Option<postgres::TestDatabase>,
    ) -> Self {
        let keyring = Keyring::new("first", [1; 32]).unwrap();
        let options = Options { url, keyring, files, entropy: Arc::new(Dice::new()) };
        let store = Store::connect(options.clone()).await.unwrap();
        store.migrate().await.unwrap();
        Self { store, options, folder, _database: database }
    }

    /// The same database opened once more, as by another process, with this keyring.
    pub async fn again(&self, keyring: Keyring) -> store::Result<Store> {
        let store = Store::connect(Options { keyring, ..self.options.clone() }).await?;
        store.migrate().await?;
        Ok(store)
    }

    /// A bare connection, for what nobody does through the store.
    pub async fn bare(&self) -> DatabaseConnection {
        sea_orm::Database::connect(&self.options.url).await.unwrap()
    }

    /// Runs a bare statement, as a thief or vandal would.
    pub async fn tamper(&self, sql: &str) {
        self.bare().await.execute_unprepared(sql).await.unwrap();
    }

    /// Adds an account and gives its id.
    pub async fn account(&self) -> AccountId {
        let account = account();
        let tx = self.write().await.unwrap();
        store::account::insert(&tx, &account).await.unwrap();
        tx.commit().await.unwrap();
        account.id
    }

    /// Adds an order of a new account and gives both.
    pub async fn order(&self) -> Order {
        let mut order = order(self.account().await);
        let tx = self.write().await.unwrap();
        order.number = store::order::next_number(&tx, "2026-11-21".parse().unwrap()).await.unwrap();
        store::order::insert(&tx, &order).await.unwrap();
        tx.commit().await.unwrap();
        order
    }
}

/// A new id; later ones sort after earlier ones.
pub fn id<T: From<Uuid>>() -> T {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let n = u128::from(NEXT.fetch_add(1, Ordering::Relaxed));
    Uuid::from_u128(n << 64 | 0x7000_8000_0000_0000_0000 | n).into()
}

/// So many seconds into the tests' day.
pub fn at(seconds: i64) -> Timestamp {
    "2026-11-21T02:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
}

/// An account nobody has yet.
pub fn account() -> Account {
    let id: AccountId = id();
    Account {
        id,
        role: Role::Applicant,
        state: AccountState::Active,
        email: Some(format!("someone-{}@example.cn", id.0.as_u128() >> 64)),
        email_confirmed_at: Some(at(0)),
        mobile: None,
        mobile_confirmed_at: None,
        display_name: "测试张三".to_owned(),
        password_hash: Some("$argon2id$…".to_owned()),
        identity: None,
        locale: "zh-CN".to_owned(),
        created_at: at(0),
        updated_at: at(0),
        version: 1,
    }
}

/// A draft order of an account.
pub fn order(account: AccountId) -> Order {
    let mut draft = Draft::default();
    draft.basic.domain = "Example-Shop.cn".to_owned();
    draft.basic.name = "测试张三".to_owned();
    draft.principal.mobile = "13800001234".to_owned();
    let id: OrderId = id();
    Order {
        id,
        number: format!("B-{id}"),
        account,
        action: "first_filing".to_owned(),
        province: "33".to_owned(),
        nature: "individual".to_owned(),
        stage: Stage::Draft { saved_at: at(0) },
        draft,
        facts: serde_json::json!({"looked_at": ["basic"]}),
        created_at: at(0),
        updated_at: at(0),
        entered_at: at(0),
        due_at: None,
        version: 1,
    }
}
