//! One request of an upload, whatever it asks: how it is taken in, and what is known of it.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use super::check::Finding;
use super::clock::stored;
use super::office::{Office, SMS_HOURS};
use super::operation::first_filing;
use super::result::machine_result;
use super::scenario::{Happening, Kind};
use super::verify::Holder;
use super::{Error, Provider};
use crate::code::ResultCode;
use crate::message::{Attachment, MachineResult, NewFiling};

/// What a provider asks, as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Request {
    FirstFiling(NewFiling),
}

/// What is known of a request without reading it again.
#[derive(Debug, Clone)]
pub(super) struct Matter {
    pub(super) kind: Kind,
    pub(super) isp_id: i64,
    /// What results call it (`Bs`).
    pub(super) key: String,
    /// What decisions call it (`Jlid`).
    pub(super) record: i64,
    /// The filed subject, site and access it concerns: ids of the authority.
    pub(super) subject: Option<i64>,
    pub(super) site: Option<i64>,
    pub(super) access: Option<i64>,
    /// Whom it is about, for the queue.
    pub(super) title: String,
    /// The names of subject and sites in it.
    pub(super) names: Vec<String>,
    pub(super) domains: Vec<String>,
}

/// What the machine made of a request.
#[derive(Debug)]
pub(super) struct Looked {
    pub(super) matter: Matter,
    pub(super) findings: Vec<Finding>,
    /// What it lays claim to, as kind and value.
    pub(super) claims: Vec<(&'static str, String)>,
    /// Who must enter a code before a person looks at it.
    pub(super) holders: Vec<Holder>,
    /// What the machine reports when all is in order; the interface has no such code for every request.
    pub(super) success: Option<ResultCode>,
}

impl Matter {
    pub(super) fn new(kind: Kind, isp_id: i64, key: String, record: i64, title: &str) -> Self {
        let (title, names) = (title.to_owned(), vec![title.to_owned()]);
        Self { kind, isp_id, key, record, subject: None, site: None, access: None, title, names, domains: Vec::new() }
    }
}

impl Request {
    /// What the machine makes of it.
    async fn look(&self, office: &Office, tx: &mut SqliteConnection, provider: &Provider) -> Result<Looked, Error> {
        match self {
            Self::FirstFiling(filing) => first_filing::look(office, tx, provider, filing).await,
        }
    }

    /// The papers that came with it.
    pub(super) fn attachments(&self) -> &[Attachment] {
        match self {
            Self::FirstFiling(filing) => &filing.attachments,
        }
    }
}

impl Office {
    /// Takes one request in: checks it, records it, and sends the codes if it is in order.
    pub(super) async fn take(
        &self,
        tx: &mut SqliteConnection,
        provider: &Provider,
        sequence: i64,
        request: &Request,
    ) -> Result<Option<MachineResult>, Error> {
        let mut looked = request.look(self, tx, provider).await?;
        let matter = &looked.matter;
        if looked.findings.is_empty() {
            looked.findings = self.scripted_results(tx, matter).await?;
        }
        let in_order = looked.findings.is_empty();
        let now = self.clock.now();
        let until = now.checked_add(SignedDuration::from_hours(SMS_HOURS)).unwrap_or(now);
        let state = match (in_order, looked.holders.is_empty()) {
            (false, _) => "failed",
            (true, false) => "awaiting_sms",
            (true, true) => "waiting",
        };
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO request (isp_id, sequence, kind, key, record, subject_id, site_id, access_id, title, domains, \
                                  state, content, findings, received_at, sms_until, verified_at) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        )
        .bind(provider.isp_id)
        .bind(sequence)
        .bind(matter.kind.word())
        .bind(&matter.key)
        .bind(matter.record)
        .bind(matter.subject)
        .bind(matter.site)
        .bind(matter.access)
        .bind(&matter.title)
        .bind(matter.domains.join(" "))
        .bind(state)
        .bind(serde_json::to_string(request)?)
        .bind(serde_json::to_string(&looked.findings)?)
        .bind(stored(now))
        .bind((state == "awaiting_sms").then(|| stored(until)))
        .bind((state == "waiting").then(|| stored(now)))
        .fetch_one(&mut *tx)
        .await?;
        if in_order {
            for (kind, value) in &looked.claims {
                sqlx::query("INSERT INTO claim (request_id, kind, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
                    .bind(id)
                    .bind(kind)
                    .bind(value)
                    .execute(&mut *tx)
                    .await?;
            }
            self.challenge(tx, id, matter, &looked.holders, until).await?;
        }
        self.happened(tx, matter, if in_order { Happening::Received } else { Happening::Failed }).await?;
        if state == "waiting" {
            self.happened(tx, matter, Happening::Verified).await?;
        }
        Ok(match (in_order, looked.success) {
            (true, None) => None,
            (_, success) => Some(machine_result(matter, success, &looked.findings)),
        })
    }

    /// What is known of a stored request.
    pub(super) async fn matter(&self, tx: &mut SqliteConnection, id: i64) -> Result<Option<(Matter, Request)>, Error> {
        let row: Option<MatterRow> = sqlx::query_as(
            "SELECT isp_id, kind, key, record, subject_id, site_id, access_id, title, domains, content \
             FROM request WHERE id = ?",
        )
        .bind(id)
        .fetch_optional(&mut *tx)
        .await?;
        row.map(MatterRow::read).transpose()
    }
}

#[derive(sqlx::FromRow)]
struct MatterRow {
    isp_id: i64,
    kind: String,
    key: String,
    record: i64,
    subject_id: Option<i64>,
    site_id: Option<i64>,
    access_id: Option<i64>,
    title: String,
    domains: String,
    content: String,
}

impl MatterRow {
    fn read(self) -> Result<(Matter, Request), Error> {
        let request: Request = serde_json::from_str(&self.content)?;
        let kind = Kind::named(&self.kind).ok_or_else(|| Error::Config(format!("no kind {}", self.kind)))?;
        let mut names = vec![self.title.clone()];
        names.extend(request.site_names());
        let matter = Matter {
            kind,
            isp_id: self.isp_id,
            key: self.key,
            record: self.record,
            subject: self.subject_id,
            site: self.site_id,
            access: self.access_id,
            title: self.title,
            names,
            domains: self.domains.split(' ').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        };
        Ok((matter, request))
    }
}

impl Request {
    fn site_names(&self) -> Vec<String> {
        match self {
            Self::FirstFiling(filing) => filing.sites.iter().map(|site| site.name.clone()).collect(),
        }
    }
}
