//! One request of an upload, whatever it asks: how it is taken in, and what is known of it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use super::check::Finding;
use super::clock::stored;
use super::office::{Office, SMS_HOURS};
use super::operation::{
    cancel, change, domain, first_filing, ip, materials, new_access, new_site, unfiled, verification,
};
use super::records::Filed;
use super::result::machine_result;
use super::scenario::{Happening, Kind};
use super::verify::Holder;
use super::{Error, Provider};
use crate::code::ResultCode;
use crate::message::{
    AttachmentOwner, AttachmentPurpose, Cancellation, Change, ChangedIps, DeletedDomain, DeletedIps, DomainRecord,
    Download, FiledAttachment, FiledOwner, FiledRecord, NewAccess, NewFiling, NewIps, NewSite, UnfiledHandling,
    Verification,
};

/// What a provider asks, as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Request {
    FirstFiling(Box<NewFiling>),
    NewSite(NewSite),
    NewAccess(NewAccess),
    Change(Box<Change>),
    Cancellation(Cancellation),
    Verification(Box<Verification>),
    Materials(FiledAttachment),
    Unfiled(UnfiledHandling),
    NewIps(NewIps),
    ChangedIps(ChangedIps),
    DeletedIps(DeletedIps),
    NewDomains(Vec<DomainRecord>),
    ChangedDomains(Vec<DomainRecord>),
    DeletedDomains(Vec<DeletedDomain>),
}

/// An attachment as it is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paper<'a> {
    pub(super) purpose: AttachmentPurpose,
    pub(super) content: &'a [u8],
    pub(super) of_site: bool,
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

    /// Says that it is about a filed site.
    pub(super) fn concern(&mut self, site: &Filed, record: Option<&FiledRecord>) {
        (self.subject, self.site) = (Some(site.subject_id), Some(site.id));
        self.names = vec![site.name.clone()];
        self.title.clone_from(&site.name);
        if let Some(record) = record {
            self.title.clone_from(&record.subject.name);
            self.names.push(record.subject.name.clone());
            let there = record.sites.iter().find(|there| there.bureau_id == site.id);
            self.domains = there.iter().flat_map(|site| &site.domains).map(|domain| domain.name.clone()).collect();
        }
    }
}

impl Looked {
    /// A request that cannot be looked at any further.
    pub(super) fn refused(matter: Matter, code: i64) -> Self {
        let about = matter.key.clone();
        let findings = vec![Finding { code: ResultCode(code), about }];
        Self { matter, findings, claims: Vec::new(), holders: Vec::new(), success: None }
    }
}

impl Request {
    /// What the machine makes of a request that a person decides; `None` for one that is settled at once.
    async fn look(
        &self,
        office: &Office,
        tx: &mut SqliteConnection,
        provider: &Provider,
    ) -> Result<Option<Looked>, Error> {
        Ok(Some(match self {
            Self::FirstFiling(filing) => first_filing::look(office, tx, provider, filing).await?,
            Self::NewSite(request) => new_site::look(office, tx, provider, request).await?,
            Self::NewAccess(request) => new_access::look(office, tx, provider, request).await?,
            Self::Change(change) => change::look(office, tx, provider, change).await?,
            Self::Cancellation(request) => cancel::look(office, tx, provider, request).await?,
            Self::Verification(result) => verification::look(office, tx, provider, result).await?,
            _ => return Ok(None),
        }))
    }

    /// Settles a request that nobody decides, and adds its results.
    async fn settle(
        &self,
        office: &Office,
        tx: &mut SqliteConnection,
        provider: &Provider,
        answers: &mut Download,
    ) -> Result<Option<(Matter, Vec<Finding>)>, Error> {
        Ok(Some(match self {
            Self::Materials(paper) => materials::settle(office, tx, provider, paper, answers).await?,
            Self::Unfiled(handling) => unfiled::settle(office, tx, provider, handling, answers).await?,
            Self::NewIps(ips) => ip::add(office, tx, provider, ips, answers).await?,
            Self::ChangedIps(ips) => ip::change(office, tx, provider, ips, answers).await?,
            Self::DeletedIps(ips) => ip::delete(office, tx, provider, ips, answers).await?,
            Self::NewDomains(list) => domain::add(office, tx, provider, list, answers).await?,
            Self::ChangedDomains(list) => domain::change(office, tx, provider, list, answers).await?,
            Self::DeletedDomains(list) => domain::delete(office, tx, provider, list, answers).await?,
            _ => return Ok(None),
        }))
    }

    /// The papers that came with it.
    pub(super) fn papers(&self) -> Vec<Paper<'_>> {
        fn filed(paper: &FiledAttachment) -> Paper<'_> {
            let of_site = matches!(paper.owner, FiledOwner::Site(_));
            Paper { purpose: paper.purpose, content: &paper.content, of_site }
        }
        match self {
            Self::FirstFiling(filing) => filing
                .attachments
                .iter()
                .map(|paper| Paper {
                    purpose: paper.purpose,
                    content: &paper.content,
                    of_site: matches!(paper.owner, AttachmentOwner::Site(_)),
                })
                .collect(),
            Self::NewSite(request) => request.attachments.iter().map(filed).collect(),
            Self::NewAccess(request) => request.attachments.iter().map(filed).collect(),
            Self::Change(change) => change.attachments.iter().map(filed).collect(),
            Self::Materials(paper) => vec![filed(paper)],
            _ => Vec::new(),
        }
    }
}

impl Office {
    /// Takes one request in and adds what the machine says of it: a request that a person decides is checked and
    /// recorded, and the codes are sent if it is in order; any other is settled at once.
    pub(super) async fn take(
        &self,
        tx: &mut SqliteConnection,
        provider: &Provider,
        sequence: i64,
        request: &Request,
        answers: &mut Download,
    ) -> Result<(), Error> {
        let Some(mut looked) = request.look(self, tx, provider).await? else {
            if let Some((matter, findings)) = request.settle(self, tx, provider, answers).await? {
                let state = if findings.is_empty() { "done" } else { "failed" };
                self.note(tx, sequence, request, &matter, &findings, state, None).await?;
                let happening = if findings.is_empty() { Happening::Received } else { Happening::Failed };
                self.happened(tx, &matter, happening).await?;
            }
            return Ok(());
        };
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
        let id = self.note(tx, sequence, request, matter, &looked.findings, state, Some(until)).await?;
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
        if !in_order || looked.success.is_some() {
            answers.results.push(machine_result(matter, looked.success, &looked.findings));
        }
        Ok(())
    }

    /// Records a request in the state it is in now.
    #[expect(clippy::too_many_arguments, reason = "it is one row")]
    async fn note(
        &self,
        tx: &mut SqliteConnection,
        sequence: i64,
        request: &Request,
        matter: &Matter,
        findings: &[Finding],
        state: &str,
        until: Option<Timestamp>,
    ) -> Result<i64, Error> {
        let now = stored(self.clock.now());
        Ok(sqlx::query_scalar(
            "INSERT INTO request (isp_id, sequence, kind, key, record, subject_id, site_id, access_id, title, names, \
                                  domains, state, content, findings, received_at, sms_until, verified_at, decided_at) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        )
        .bind(matter.isp_id)
        .bind(sequence)
        .bind(matter.kind.word())
        .bind(&matter.key)
        .bind(matter.record)
        .bind(matter.subject)
        .bind(matter.site)
        .bind(matter.access)
        .bind(&matter.title)
        .bind(matter.names.join("\n"))
        .bind(matter.domains.join(" "))
        .bind(state)
        .bind(serde_json::to_string(request)?)
        .bind(serde_json::to_string(findings)?)
        .bind(now)
        .bind(until.filter(|_| state == "awaiting_sms").map(stored))
        .bind((state == "waiting").then_some(now))
        .bind((state == "done").then_some(now))
        .fetch_one(&mut *tx)
        .await?)
    }

    /// Whether a request of one of these kinds about this record is on its way; `column` names the record's.
    pub(super) async fn is_pending(
        &self,
        tx: &mut SqliteConnection,
        kinds: &[Kind],
        column: &'static str,
        record: i64,
    ) -> Result<bool, Error> {
        let sql = match column {
            "subject_id" => "SELECT kind FROM request WHERE subject_id = ? AND state IN ('awaiting_sms', 'waiting')",
            "site_id" => "SELECT kind FROM request WHERE site_id = ? AND state IN ('awaiting_sms', 'waiting')",
            _ => "SELECT kind FROM request WHERE access_id = ? AND state IN ('awaiting_sms', 'waiting')",
        };
        let pending: Vec<String> = sqlx::query_scalar(sql).bind(record).fetch_all(&mut *tx).await?;
        Ok(pending.iter().any(|word| kinds.iter().any(|kind| kind.word() == word)))
    }

    /// What is known of a stored request.
    pub(super) async fn matter(&self, tx: &mut SqliteConnection, id: i64) -> Result<Option<Matter>, Error> {
        let row: Option<MatterRow> = sqlx::query_as(
            "SELECT isp_id, kind, key, record, subject_id, site_id, access_id, title, names, domains \
             FROM request WHERE id = ?",
        )
        .bind(id)
        .fetch_optional(&mut *tx)
        .await?;
        row.map(MatterRow::read).transpose()
    }

    /// A stored request itself.
    pub(super) async fn request(&self, tx: &mut SqliteConnection, id: i64) -> Result<Option<Request>, Error> {
        let content: Option<String> =
            sqlx::query_scalar("SELECT content FROM request WHERE id = ?").bind(id).fetch_optional(&mut *tx).await?;
        Ok(content.map(|content| serde_json::from_str(&content)).transpose()?)
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
    names: String,
    domains: String,
}

impl MatterRow {
    fn read(self) -> Result<Matter, Error> {
        let kind = Kind::named(&self.kind).ok_or_else(|| Error::Config(format!("no kind {}", self.kind)))?;
        Ok(Matter {
            kind,
            isp_id: self.isp_id,
            key: self.key,
            record: self.record,
            subject: self.subject_id,
            site: self.site_id,
            access: self.access_id,
            title: self.title,
            names: self.names.lines().map(str::to_owned).collect(),
            domains: self.domains.split(' ').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        })
    }
}
