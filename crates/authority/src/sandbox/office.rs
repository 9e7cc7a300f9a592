//! The inside of the sandbox authority: its state, and the work that nobody has to ask for.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Sqlite, SqliteConnection, Transaction};
use tokio::sync::{Mutex, Notify};

use super::check::{Finding, Ranges};
use super::clock::{Clock, instant, local, stored};
use super::examine::{self, Examined, Refused};
use super::rate::Rate;
use super::result::file_result;
use super::scenario::Verdict;
use super::tables;
use super::words::Lang;
use super::{Config, Error, Provider};
use crate::chance::{self, Chance, SeededChance, SystemChance};
use crate::code::ResultCode;
use crate::envelope::{self, Container};
use crate::message::{Download, Operation, Version};

/// How long the holders of the codes have.
pub(super) const SMS_HOURS: i64 = 24;
/// How often the office looks for due work when nothing wakes it.
const ROUND: Duration = Duration::from_millis(500);

/// The sandbox authority's office.
pub(super) struct Office {
    pub(super) config: Config,
    pub(super) db: SqlitePool,
    pub(super) clock: Clock,
    pub(super) chance: Box<dyn Chance>,
    pub(super) version: Version,
    /// How often each provider has called of late.
    pub(super) rate: Rate,
    /// Rung when there is something to do.
    pub(super) bell: Notify,
    /// One round at a time.
    round: Mutex<()>,
}

impl Office {
    pub(super) async fn open(config: Config) -> Result<Self, Error> {
        config.validate()?;
        if let Some(folder) = config.database.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)?;
        }
        // What was answered with 0 must still be there after a power cut: the log is synced at every commit.
        let options = SqliteConnectOptions::new()
            .filename(&config.database)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10));
        let db = SqlitePoolOptions::new().max_connections(4).connect_with(options).await?;
        sqlx::raw_sql(include_str!("schema.sql")).execute(&db).await?;
        let ahead: Option<String> =
            sqlx::query_scalar("SELECT value FROM setting WHERE name = 'clock_ahead'").fetch_optional(&db).await?;
        let clock = match (ahead.and_then(|text| text.parse().ok()), config.clock_starts_at) {
            (Some(ahead), _) => Clock::running_ahead(ahead),
            (None, Some(start)) => Clock::starting_at(start),
            (None, None) => Clock::default(),
        };
        let chance: Box<dyn Chance> = match config.seed {
            Some(seed) => Box::new(SeededChance::new(seed)),
            None => Box::new(SystemChance),
        };
        let (bell, round) = (Notify::new(), Mutex::new(()));
        let rate = Rate::new(config.calls_per_minute);
        let office = Self { config, db, clock, chance, version: Version::default(), rate, bell, round };
        office.keep_clock().await?;
        office.begin_scenario().await?;
        Ok(office)
    }

    pub(super) async fn close(&self) {
        self.db.close().await;
    }

    /// Does due work whenever the bell rings, and from time to time.
    pub(super) async fn work(self: Arc<Self>) {
        loop {
            let _ = tokio::time::timeout(ROUND, self.bell.notified()).await;
            if let Err(error) = self.settle().await {
                tracing::error!(%error, "the sandbox could not do its work");
            }
        }
    }

    /// Starts a transaction that may write.
    pub(super) async fn write(&self) -> Result<Transaction<'static, Sqlite>, Error> {
        Ok(self.db.begin_with("BEGIN IMMEDIATE").await?)
    }

    pub(super) fn provider(&self, isp_id: i64) -> Option<&Provider> {
        self.config.providers.iter().find(|provider| provider.isp_id == isp_id)
    }

    /// Whether a reporting unit of this id exists: a provider, or one of those every authority knows.
    pub(super) fn knows_unit(&self, id: i64) -> bool {
        tables::WELL_KNOWN.contains(&id) || self.provider(id).is_some()
    }

    /// Moves the clock on and does what has become due.
    pub(super) async fn advance(&self, seconds: i64) -> Result<Timestamp, Error> {
        self.clock.advance(seconds.max(0));
        self.keep_clock().await?;
        self.settle().await?;
        Ok(self.clock.now())
    }

    /// Remembers by how much the clock runs ahead.
    async fn keep_clock(&self) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO setting (name, value) VALUES ('clock_ahead', ?) \
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .bind(self.clock.ahead().to_string())
        .execute(&self.db)
        .await?;
        Ok(())
    }

    /// Does everything that is due now: files to process, verifications that ran out, decisions of the policy.
    pub(super) async fn settle(&self) -> Result<(), Error> {
        let _one_at_a_time = self.round.lock().await;
        let waiting: Vec<(i64, i64)> =
            sqlx::query_as("SELECT isp_id, sequence FROM upload WHERE processed_at IS NULL ORDER BY at, sequence")
                .fetch_all(&self.db)
                .await?;
        for (isp_id, sequence) in waiting {
            if let Some(provider) = self.provider(isp_id) {
                self.process(provider, sequence).await?;
            }
        }
        let late: Vec<i64> =
            sqlx::query_scalar("SELECT id FROM request WHERE state = 'awaiting_sms' AND sms_until <= ? ORDER BY id")
                .bind(stored(self.clock.now()))
                .fetch_all(&self.db)
                .await?;
        for id in late {
            let mut tx = self.write().await?;
            self.send_back(&mut tx, id, "sms-timeout").await?;
            tx.commit().await?;
        }
        self.confirm_by_script().await?;
        self.decide_by_policy().await?;
        self.push_due().await
    }

    /// Decides what the scenario or the settings decide without a person.
    async fn decide_by_policy(&self) -> Result<(), Error> {
        if self.config.approve_after.is_none() && self.config.scenario.is_none() {
            return Ok(());
        }
        let waiting: Vec<(i64, Option<i64>)> =
            sqlx::query_as("SELECT id, verified_at FROM request WHERE state = 'waiting' ORDER BY id")
                .fetch_all(&self.db)
                .await?;
        for (id, verified_at) in waiting {
            let mut db = self.db.acquire().await?;
            let Some(matter) = self.matter(&mut db, id).await? else { continue };
            drop(db);
            let Some((verdict, delay)) = self.policy_delay(&matter) else { continue };
            let due = instant(verified_at.unwrap_or_default()).checked_add(delay);
            if due.is_ok_and(|due| due > self.clock.now()) {
                continue;
            }
            let rule = self.scripted_decision(&matter);
            let officer = rule.map(|rule| rule.officer.clone()).filter(|officer| !officer.is_empty());
            let officer = officer.unwrap_or_else(|| Lang::Chinese.text("policy-officer"));
            let reason = rule.map(|rule| rule.reason.as_str()).unwrap_or_default();
            self.decide(id, verdict == Verdict::Approve, reason, &officer).await?;
        }
        Ok(())
    }

    /// The addresses a provider has filed; none when they do not count.
    pub(super) async fn filed_ranges(
        &self,
        tx: &mut SqliteConnection,
        provider: &Provider,
    ) -> Result<Option<Ranges>, Error> {
        if !provider.compare_ips {
            return Ok(None);
        }
        let filed: Vec<(i64, i64)> =
            sqlx::query_as("SELECT first, last FROM ip_record WHERE isp_id = ? AND kind IN ('allocation', 'brought')")
                .bind(provider.isp_id)
                .fetch_all(&mut *tx)
                .await?;
        let address = |number: i64| Ipv4Addr::from(u32::try_from(number).unwrap_or_default());
        let filed = filed.into_iter().map(|(first, last)| (address(first), address(last)));
        Ok(Some(Ranges::new(provider.ip_ranges.iter().copied().chain(filed))))
    }

    /// Processes one stored file: results for the provider, codes for the people.
    async fn process(&self, provider: &Provider, sequence: i64) -> Result<(), Error> {
        let mut tx = self.write().await?;
        let row: Option<(String, String)> = sqlx::query_as(
            "SELECT name, container FROM upload WHERE isp_id = ? AND sequence = ? AND processed_at IS NULL",
        )
        .bind(provider.isp_id)
        .bind(sequence)
        .fetch_optional(&mut *tx)
        .await?;
        let Some((name, container)) = row else { return Ok(()) };
        let container: Container = serde_json::from_str(&container)?;
        let cipher = provider.cipher().map_err(|error| Error::Config(error.to_string()))?;
        // It was opened once before it was taken, so this can only fail if the provider's key was changed since.
        let examined = match container.open(Some(&cipher)) {
            Ok(xml) => examine::read(&xml, provider, &name, self.version, self.config.province),
            Err(error) => Examined::File(Refused {
                finding: Finding { code: ResultCode(5999), about: name },
                remark: Some(error.to_string()),
                place: (String::new(), String::new()),
                operation: Operation::NEW_FILING,
                keys: Vec::new(),
            }),
        };
        let mut answers = Download::default();
        match examined {
            Examined::File(refused) => file_result(&refused, &mut answers),
            Examined::Requests(requests) => {
                for request in requests {
                    self.take(&mut tx, provider, sequence, &request, &mut answers).await?;
                }
            }
        }
        if answers != Download::default() {
            self.queue(&mut tx, provider, &answers).await?;
        }
        sqlx::query("UPDATE upload SET processed_at = ? WHERE isp_id = ? AND sequence = ?")
            .bind(stored(self.clock.now()))
            .bind(provider.isp_id)
            .bind(sequence)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Puts a file into the queue of a provider if this authority still knows it.
    pub(super) async fn queue_for(
        &self,
        tx: &mut SqliteConnection,
        isp_id: i64,
        download: &Download,
    ) -> Result<(), Error> {
        match self.provider(isp_id) {
            Some(provider) => self.queue(tx, provider, download).await,
            None => Ok(()),
        }
    }

    /// Puts a file into a provider's queue of downloads.
    pub(super) async fn queue(
        &self,
        tx: &mut SqliteConnection,
        provider: &Provider,
        download: &Download,
    ) -> Result<(), Error> {
        let now = self.clock.now();
        let number = self.next(tx, "download", 0).await?;
        let name = format!("{}_{}_{number}.xml", local(now).strftime("%Y%m%d%H%M%S"), provider.isp_id);
        let cipher = provider.cipher().map_err(|error| Error::Config(error.to_string()))?;
        let xml = download.to_gbk(self.version)?;
        let mut container = envelope::pack(&xml, &name, provider.encrypt_downloads.then_some(&cipher))?;
        container.info = wrap(&container.info);
        sqlx::query("INSERT INTO download (isp_id, name, at, container) VALUES (?, ?, ?, ?)")
            .bind(provider.isp_id)
            .bind(name)
            .bind(stored(now))
            .bind(serde_json::to_string(&container)?)
            .execute(&mut *tx)
            .await?;
        Ok(())
    }

    /// The next serial of a line; the first is `base` + 1.
    pub(super) async fn next(&self, tx: &mut SqliteConnection, name: &str, base: i64) -> Result<i64, Error> {
        Ok(sqlx::query_scalar(
            "INSERT INTO counter (name, last) VALUES (?1, ?2 + 1) \
             ON CONFLICT (name) DO UPDATE SET last = last + 1 RETURNING last",
        )
        .bind(name)
        .bind(base)
        .fetch_one(&mut *tx)
        .await?)
    }

    /// Records a text message.
    pub(super) async fn send_sms(
        &self,
        tx: &mut SqliteConnection,
        mobile: &str,
        text: &str,
        code: Option<&str>,
    ) -> Result<(), Error> {
        sqlx::query("INSERT INTO sms (at, mobile, text, code) VALUES (?, ?, ?, ?)")
            .bind(stored(self.clock.now()))
            .bind(mobile)
            .bind(text)
            .bind(code)
            .execute(&mut *tx)
            .await?;
        Ok(())
    }

    /// Six digits that cannot be guessed (or, with a seed, can).
    pub(super) fn draw_code(&self) -> String {
        chance::characters(&*self.chance, b"0123456789", 6)
    }
}

/// base64 with a line feed every 76 characters, as a real bureau sent it.
fn wrap(base64: &str) -> String {
    base64
        .as_bytes()
        .chunks(76)
        .map(|line| std::str::from_utf8(line).unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

/// A hash as hexadecimal digits, for the eyes.
pub(super) fn hex_hash(base64: &str) -> String {
    let bytes = STANDARD.decode(base64.trim()).unwrap_or_default();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A stored instant as China's wall clock reads it.
pub(super) fn shown(at: i64) -> String {
    local(instant(at)).strftime("%Y-%m-%d %H:%M").to_string()
}
