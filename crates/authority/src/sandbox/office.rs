//! The inside of the sandbox authority: its state, and the work that nobody has to ask for.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Sqlite, SqliteConnection, Transaction};
use tokio::sync::{Mutex, Notify};

use super::check::{self, Finding};
use super::clock::{Clock, instant, local, stored};
use super::examine::{self, Examined};
use super::words::Lang;
use super::{Config, Error, Provider};
use crate::chance::{self, Chance, SeededChance, SystemChance};
use crate::code::ResultCode;
use crate::envelope::{self, Container};
use crate::message::{self, Download, MachineResult, NewFiling, Operation, Version};

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
        let clock = Clock::running_ahead(ahead.and_then(|text| text.parse().ok()).unwrap_or_default());
        let chance: Box<dyn Chance> = match config.seed {
            Some(seed) => Box::new(SeededChance::new(seed)),
            None => Box::new(SystemChance),
        };
        let (bell, round) = (Notify::new(), Mutex::new(()));
        Ok(Self { config, db, clock, chance, version: Version::default(), bell, round })
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

    /// Moves the clock on and does what has become due.
    pub(super) async fn advance(&self, seconds: i64) -> Result<Timestamp, Error> {
        let ahead = self.clock.advance(seconds.max(0));
        sqlx::query(
            "INSERT INTO setting (name, value) VALUES ('clock_ahead', ?) \
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .bind(ahead.to_string())
        .execute(&self.db)
        .await?;
        self.settle().await?;
        Ok(self.clock.now())
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
        let now = self.clock.now();
        let late: Vec<i64> =
            sqlx::query_scalar("SELECT id FROM filing WHERE state = 'awaiting_sms' AND sms_until <= ? ORDER BY id")
                .bind(stored(now))
                .fetch_all(&self.db)
                .await?;
        for id in late {
            let mut tx = self.write().await?;
            self.send_back(&mut tx, id, "sms-timeout").await?;
            tx.commit().await?;
        }
        if let Some(delay) = self.config.approve_after {
            let since = now.checked_sub(SignedDuration::try_from(delay).unwrap_or_default()).unwrap_or(now);
            let due: Vec<i64> =
                sqlx::query_scalar("SELECT id FROM filing WHERE state = 'waiting' AND verified_at <= ? ORDER BY id")
                    .bind(stored(since))
                    .fetch_all(&self.db)
                    .await?;
            for id in due {
                self.decide(id, true, "", &Lang::Chinese.text("policy-officer")).await?;
            }
        }
        Ok(())
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
            Ok(xml) => examine::read(&xml, provider, &name, self.version),
            Err(error) => Examined::File {
                finding: Finding { code: ResultCode(5999), about: name },
                remark: Some(error.to_string()),
                subjects: Vec::new(),
            },
        };
        let mut results = Vec::new();
        match examined {
            Examined::File { finding, remark, subjects } => {
                let keys = if subjects.is_empty() {
                    vec![None]
                } else {
                    subjects.into_iter().map(|id| Some(id.to_string())).collect()
                };
                results.extend(
                    keys.into_iter()
                        .map(|key| machine_result(&finding.code, std::slice::from_ref(&finding), key, &remark)),
                );
            }
            Examined::Filings(filings) => {
                for filing in filings {
                    results.push(self.take(&mut tx, provider, sequence, &filing).await?);
                }
            }
        }
        self.queue(&mut tx, provider, &Download { results, ..Download::default() }).await?;
        sqlx::query("UPDATE upload SET processed_at = ? WHERE isp_id = ? AND sequence = ?")
            .bind(stored(self.clock.now()))
            .bind(provider.isp_id)
            .bind(sequence)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes one filing in: checks it, records it, and sends the codes if it is in order.
    async fn take(
        &self,
        tx: &mut SqliteConnection,
        provider: &Provider,
        sequence: i64,
        filing: &NewFiling,
    ) -> Result<MachineResult, Error> {
        let mut findings = check::check(filing, &provider.ip_ranges);
        findings.extend(examine::conflicts(tx, filing, provider.isp_id).await?);
        let now = self.clock.now();
        let in_order = findings.is_empty();
        let until = now.checked_add(SignedDuration::from_hours(SMS_HOURS)).unwrap_or(now);
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO filing (isp_id, sequence, subject_id, state, content, findings, received_at, sms_until) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        )
        .bind(provider.isp_id)
        .bind(sequence)
        .bind(filing.subject.id)
        .bind(if in_order { "awaiting_sms" } else { "failed" })
        .bind(serde_json::to_string(filing)?)
        .bind(serde_json::to_string(&findings)?)
        .bind(stored(now))
        .bind(in_order.then(|| stored(until)))
        .fetch_one(&mut *tx)
        .await?;
        if in_order {
            for (kind, value) in examine::claims(filing, provider.isp_id) {
                sqlx::query("INSERT INTO claim (filing_id, kind, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
                    .bind(id)
                    .bind(kind)
                    .bind(value)
                    .execute(&mut *tx)
                    .await?;
            }
            self.challenge(tx, id, filing).await?;
        }
        Ok(machine_result(&ResultCode::IP_MATCHED, &findings, Some(filing.subject.id.to_string()), &None))
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

/// The result of the machine for one filing: what it found, or that all is in order.
fn machine_result(
    success: &ResultCode,
    findings: &[Finding],
    key: Option<String>,
    remark: &Option<String>,
) -> MachineResult {
    let finding = |code: ResultCode, about: &str| {
        let words = code.words().map(|words| words.zh).unwrap_or_default();
        let text = match (words, about) {
            // For a file that fails the schema the text is the file's name and nothing else (specification, 3-4).
            (_, about) if code == ResultCode(5001) => about.to_owned(),
            (words, "") => words.to_owned(),
            (words, about) => format!("{words}：{about}"),
        };
        message::Finding { code, text: Some(text.chars().take(255).collect()) }
    };
    let list = if findings.is_empty() {
        vec![finding(*success, "")]
    } else {
        findings.iter().map(|found| finding(found.code, &found.about)).collect()
    };
    MachineResult { findings: list, operation: Operation::NEW_FILING, key, remark: remark.clone() }
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
