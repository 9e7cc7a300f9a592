//! Faults that a test or a trainer orders, and those of a scenario.

use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use super::Error;
use super::office::Office;
use crate::soap::Method;

/// A kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The connection closes without an answer, before anything was stored.
    DropBeforeCommit,
    /// The connection closes without an answer, after everything was stored.
    DropAfterCommit,
    /// Everything is stored, and the answer comes late.
    Delay,
    /// The hash of a downloaded file is wrong.
    CorruptHash,
    /// A downloaded zip is cut short; its hash is that of the short one.
    TruncatedZip,
    /// The answer has a code that no table knows.
    UnknownMsgCode,
    /// HTTP 503 without a SOAP message; nothing was stored.
    Down,
    /// Maintenance: 901 for uploads, 902 for downloads; nothing was stored.
    Maintenance,
    /// An upload is answered with 14, as if an earlier one were missing; nothing was stored.
    Gap,
    /// Any code that is asked for; nothing was stored.
    MsgCode,
    /// An acknowledgement is answered with 0 and forgotten: the same file comes once more.
    Duplicate,
    /// A downloaded file is UTF-8 although it says GBK.
    WrongCharset,
    /// A downloaded file names another version of the interface.
    WrongVersion,
}

/// A fault as it is ordered and listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What goes wrong.
    pub kind: FaultKind,
    /// The method that it strikes, such as `isp_upload`; any it can strike if missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// How often it strikes.
    #[serde(default = "once")]
    pub times: i64,
    /// How late a delayed answer comes, in milliseconds.
    #[serde(default)]
    pub delay_ms: i64,
    /// The code that `msg_code` answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<i64>,
}

fn once() -> i64 {
    1
}

impl FaultKind {
    /// Whether the fault makes sense for a method.
    pub(super) fn strikes(self, method: Method) -> bool {
        match self {
            Self::DropBeforeCommit
            | Self::DropAfterCommit
            | Self::Delay
            | Self::UnknownMsgCode
            | Self::MsgCode
            | Self::Down => true,
            Self::CorruptHash | Self::TruncatedZip => matches!(method, Method::Download | Method::PreviousUpload),
            Self::WrongCharset | Self::WrongVersion => method == Method::Download,
            Self::Duplicate => method == Method::Acknowledge,
            Self::Maintenance => {
                matches!(method, Method::Upload | Method::Download | Method::Acknowledge | Method::PreviousUpload)
            }
            Self::Gap => method == Method::Upload,
        }
    }

    /// The word of this kind in the database and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::DropBeforeCommit => "drop_before_commit",
            Self::DropAfterCommit => "drop_after_commit",
            Self::Delay => "delay",
            Self::CorruptHash => "corrupt_hash",
            Self::TruncatedZip => "truncated_zip",
            Self::UnknownMsgCode => "unknown_msg_code",
            Self::Down => "down",
            Self::Maintenance => "maintenance",
            Self::Gap => "gap",
            Self::MsgCode => "msg_code",
            Self::Duplicate => "duplicate",
            Self::WrongCharset => "wrong_charset",
            Self::WrongVersion => "wrong_version",
        }
    }

    fn named(word: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
    }
}

impl Office {
    /// Orders a fault.
    pub(super) async fn order_fault(&self, fault: &Fault) -> Result<(), Error> {
        sqlx::query("INSERT INTO fault (kind, method, times, delay_ms, code) VALUES (?, ?, ?, ?, ?)")
            .bind(fault.kind.word())
            .bind(&fault.method)
            .bind(fault.times)
            .bind(fault.delay_ms)
            .bind(fault.code)
            .execute(&self.db)
            .await?;
        Ok(())
    }

    /// The faults still to strike.
    pub(super) async fn faults(&self) -> Result<Vec<Fault>, Error> {
        let rows: Vec<Ordered> =
            sqlx::query_as("SELECT id, kind, method, times, delay_ms, code FROM fault WHERE times > 0 ORDER BY id")
                .fetch_all(&self.db)
                .await?;
        let fault = |row: Ordered| {
            let Ordered { kind, method, times, delay_ms, code, .. } = row;
            Some(Fault { kind: FaultKind::named(&kind)?, method, times, delay_ms, code })
        };
        Ok(rows.into_iter().filter_map(fault).collect())
    }

    /// Calls all faults off.
    pub(super) async fn clear_faults(&self) -> Result<(), Error> {
        sqlx::query("DELETE FROM fault").execute(&self.db).await?;
        Ok(())
    }

    /// Takes the next fault that strikes this call, counting it down: one that was ordered, else one of the scenario.
    pub(super) async fn take_fault(&self, method: Method, provider: Option<i64>) -> Result<Option<Fault>, Error> {
        let mut tx = self.write().await?;
        let scripted = self.scripted_fault(&mut tx, method, provider).await?;
        let fault = next(&mut tx, method).await?.or(scripted);
        tx.commit().await?;
        Ok(fault)
    }
}

/// A fault as it lies in the database.
#[derive(sqlx::FromRow)]
struct Ordered {
    id: i64,
    kind: String,
    method: Option<String>,
    times: i64,
    delay_ms: i64,
    code: Option<i64>,
}

async fn next(tx: &mut SqliteConnection, method: Method) -> Result<Option<Fault>, Error> {
    let rows: Vec<Ordered> = sqlx::query_as(
        "SELECT id, kind, method, times, delay_ms, code FROM fault \
         WHERE times > 0 AND (method IS NULL OR method = ?) ORDER BY id",
    )
    .bind(method.name())
    .fetch_all(&mut *tx)
    .await?;
    for row in rows {
        let Some(kind) = FaultKind::named(&row.kind).filter(|kind| kind.strikes(method)) else { continue };
        sqlx::query("UPDATE fault SET times = times - 1 WHERE id = ?").bind(row.id).execute(&mut *tx).await?;
        return Ok(Some(Fault { kind, method: row.method, times: 1, delay_ms: row.delay_ms, code: row.code }));
    }
    Ok(None)
}
