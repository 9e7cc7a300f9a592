//! What the desk, the look-up, the phone page and the ledger show.

use serde::Serialize;

use super::Error;
use super::check::Finding;
use super::clock::instant;
use super::office::{Office, hex_hash};
use super::request::Request;

/// A line of the desk's queue.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Line {
    pub(super) id: i64,
    pub(super) state: String,
    pub(super) provider: i64,
    pub(super) sequence: i64,
    pub(super) kind: String,
    /// What results and decisions call it.
    pub(super) key: String,
    pub(super) record: i64,
    pub(super) subject: String,
    pub(super) domains: Vec<String>,
    pub(super) received_at: jiff::Timestamp,
    pub(super) sms_until: Option<jiff::Timestamp>,
    pub(super) verified_at: Option<jiff::Timestamp>,
    pub(super) decided_at: Option<jiff::Timestamp>,
    pub(super) number: Option<String>,
    pub(super) findings: Vec<Finding>,
}

/// One request with everything the desk knows about it.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) line: Line,
    pub(super) request: Request,
    pub(super) wrong_tries: i64,
    pub(super) officer: Option<String>,
    pub(super) opinion: Option<String>,
    pub(super) holders: Vec<HolderState>,
}

/// Whether someone has entered their code.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct HolderState {
    pub(super) role: String,
    pub(super) mobile: String,
    pub(super) verified_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    isp_id: i64,
    sequence: i64,
    kind: String,
    key: String,
    record: i64,
    title: String,
    domains: String,
    state: String,
    content: String,
    findings: String,
    received_at: i64,
    sms_until: Option<i64>,
    wrong_tries: i64,
    verified_at: Option<i64>,
    decided_at: Option<i64>,
    officer: Option<String>,
    opinion: Option<String>,
    number: Option<String>,
}

/// A text message as the phone shows it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Sms {
    pub(super) id: i64,
    pub(super) at: jiff::Timestamp,
    pub(super) mobile: String,
    pub(super) text: String,
    pub(super) code: Option<String>,
}

/// A filed site as the public sees it.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub(super) struct Filed {
    pub(super) subject: String,
    pub(super) nature: i64,
    pub(super) subject_number: String,
    pub(super) site: String,
    pub(super) site_number: String,
    pub(super) domain: String,
    /// What it is: a website, an app, a mini program or a quick app.
    pub(super) kind: String,
    #[serde(skip)]
    pub(super) filed_at: i64,
}

/// What became of a sequence number.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub(super) struct Entry {
    pub(super) isp_id: i64,
    pub(super) sequence: i64,
    /// How often a file came under this number.
    pub(super) received: i64,
    /// How often it was taken: 1 or 0, ever.
    pub(super) accepted: i64,
    /// How often it came again after it had been taken.
    pub(super) duplicate: i64,
    /// How often it was turned away for another reason.
    pub(super) refused: i64,
    /// MD5 of the zip that was taken, in hexadecimal digits.
    pub(super) hash: Option<String>,
}

impl Office {
    /// The requests in a state and of a kind (all if none is given), oldest first; at most 500.
    pub(super) async fn queue_of(&self, state: Option<&str>, kind: Option<&str>) -> Result<Vec<Line>, Error> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT * FROM (SELECT * FROM request WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR kind = ?2) \
             ORDER BY id DESC LIMIT 500) ORDER BY id",
        )
        .bind(state)
        .bind(kind)
        .fetch_all(&self.db)
        .await?;
        rows.into_iter().map(|row| Ok(read(row)?.line)).collect()
    }

    /// One request.
    pub(super) async fn case(&self, id: i64) -> Result<Option<Case>, Error> {
        let row: Option<Row> =
            sqlx::query_as("SELECT * FROM request WHERE id = ?").bind(id).fetch_optional(&self.db).await?;
        let Some(row) = row else { return Ok(None) };
        let mut case = read(row)?;
        case.holders =
            sqlx::query_as("SELECT role, mobile, verified_at FROM challenge WHERE request_id = ? ORDER BY id")
                .bind(id)
                .fetch_all(&self.db)
                .await?;
        Ok(Some(case))
    }

    /// The text messages of a phone (all if none is given), newest first; at most 200.
    pub(super) async fn inbox(&self, mobile: Option<&str>) -> Result<Vec<Sms>, Error> {
        let rows: Vec<(i64, i64, String, String, Option<String>)> = sqlx::query_as(
            "SELECT id, at, mobile, text, code FROM sms WHERE ?1 IS NULL OR mobile = ?1 ORDER BY id DESC LIMIT 200",
        )
        .bind(mobile)
        .fetch_all(&self.db)
        .await?;
        Ok(rows
            .into_iter()
            .map(|(id, at, mobile, text, code)| Sms { id, at: instant(at), mobile, text, code })
            .collect())
    }

    /// The filed sites that fit a domain, a number or a name exactly.
    pub(super) async fn look_up(&self, wanted: &str) -> Result<Vec<Filed>, Error> {
        Ok(sqlx::query_as(
            "SELECT subject.name AS subject, subject.nature AS nature, subject.number AS subject_number, \
                    site.name AS site, site.number AS site_number, domain.name AS domain, \
                    'website' AS kind, subject.filed_at AS filed_at \
             FROM domain JOIN site ON site.id = domain.site_id JOIN subject ON subject.id = site.subject_id \
             WHERE domain.name = lower(?1) OR subject.number = ?1 OR site.number = ?1 OR subject.name = ?1 \
             UNION ALL \
             SELECT subject.name, subject.nature, subject.number, service.name, service.number, '', \
                    service.kind, service.filed_at \
             FROM service JOIN subject ON subject.id = service.subject_id \
             WHERE subject.cancelled_at IS NULL \
               AND (subject.number = ?1 OR service.number = ?1 OR subject.name = ?1 OR service.name = ?1) \
             LIMIT 100",
        )
        .bind(wanted.trim())
        .fetch_all(&self.db)
        .await?)
    }

    /// Every sequence number that ever came, with what became of it.
    pub(super) async fn ledger(&self) -> Result<Vec<Entry>, Error> {
        let mut entries: Vec<Entry> = sqlx::query_as(
            "SELECT isp_id, sequence, COUNT(*) AS received, SUM(outcome = 'accepted') AS accepted, \
                    SUM(outcome = 'duplicate') AS duplicate, SUM(outcome = 'refused') AS refused, \
                    MAX(CASE WHEN outcome = 'accepted' THEN hash END) AS hash \
             FROM attempt GROUP BY isp_id, sequence ORDER BY isp_id, sequence",
        )
        .fetch_all(&self.db)
        .await?;
        for entry in &mut entries {
            entry.hash = entry.hash.as_deref().map(hex_hash);
        }
        Ok(entries)
    }
}

fn read(row: Row) -> Result<Case, Error> {
    Ok(Case {
        line: Line {
            id: row.id,
            state: row.state,
            provider: row.isp_id,
            sequence: row.sequence,
            kind: row.kind,
            key: row.key,
            record: row.record,
            subject: row.title,
            domains: row.domains.split(' ').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
            received_at: instant(row.received_at),
            sms_until: row.sms_until.map(instant),
            verified_at: row.verified_at.map(instant),
            decided_at: row.decided_at.map(instant),
            number: row.number,
            findings: serde_json::from_str(&row.findings)?,
        },
        request: serde_json::from_str(&row.content)?,
        wrong_tries: row.wrong_tries,
        officer: row.officer,
        opinion: row.opinion,
        holders: Vec::new(),
    })
}
