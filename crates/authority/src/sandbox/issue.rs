//! Decisions, filing numbers and the filing database.

use sqlx::SqliteConnection;

use super::clock::{local, stored};
use super::office::Office;
use super::words::Lang;
use super::{Error, check};
use crate::code::Table;
use crate::message::{
    Decision, Download, FiledAccess, FiledDomain, FiledIp, FiledRecord, FiledSite, FiledSubject, NewFiling, Operation,
};

/// Where the bureau's own ids begin: twelve digits, like the ones seen in the field.
const FIRST_ID: i64 = 110_000_000_000;

/// What came of deciding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Decided {
    /// It was approved under this number.
    Approved(String),
    /// It was refused.
    Refused,
    /// It does not wait for a decision.
    NotWaiting,
    /// A refusal needs its reason.
    OpinionMissing,
}

impl Office {
    /// Decides a filing that waits at the desk, and queues what the provider gets.
    pub(super) async fn decide(&self, id: i64, approve: bool, opinion: &str, officer: &str) -> Result<Decided, Error> {
        let zh = Lang::Chinese;
        let opinion = opinion.trim();
        let opinion = match (approve, opinion) {
            (false, "") => return Ok(Decided::OpinionMissing),
            (true, "") => zh.text("opinion-approved"),
            (_, given) => given.chars().take(1024).collect(),
        };
        let mut tx = self.write().await?;
        let row: Option<(i64, String)> =
            sqlx::query_as("SELECT isp_id, content FROM filing WHERE id = ? AND state = 'waiting'")
                .bind(id)
                .fetch_optional(&mut *tx)
                .await?;
        let Some((isp_id, content)) = row else { return Ok(Decided::NotWaiting) };
        let filing: NewFiling = serde_json::from_str(&content)?;
        let decision = self.decision(filing.subject.id, approve, &opinion, officer);
        let record = match approve {
            true => Some(self.file(&mut tx, isp_id, &filing, officer).await?),
            false => None,
        };
        let number = record.as_ref().and_then(|record| record.subject.number.clone());
        sqlx::query("UPDATE filing SET state = ?, decided_at = ?, officer = ?, opinion = ?, number = ? WHERE id = ?")
            .bind(if approve { "approved" } else { "refused" })
            .bind(stored(self.clock.now()))
            .bind(officer)
            .bind(&opinion)
            .bind(&number)
            .bind(id)
            .execute(&mut *tx)
            .await?;
        if let Some(provider) = self.provider(isp_id) {
            self.queue(&mut tx, provider, &Download { decisions: vec![decision], ..Download::default() }).await?;
            if let Some(record) = record {
                self.queue(&mut tx, provider, &Download { records: vec![record], ..Download::default() }).await?;
            }
        }
        let text = match &number {
            Some(number) => zh.with("sms-approved", &[("name", &filing.subject.name), ("number", number)]),
            None => zh.with("sms-refused", &[("name", &filing.subject.name), ("opinion", &opinion)]),
        };
        for holder in super::verify::holders(&filing).iter().filter(|holder| holder.role != "manager") {
            self.send_sms(&mut tx, &holder.mobile, &text, None).await?;
        }
        tx.commit().await?;
        Ok(match number {
            Some(number) => Decided::Approved(number),
            None => Decided::Refused,
        })
    }

    /// The decision as it travels.
    pub(super) fn decision(&self, subject_id: i64, approved: bool, opinion: &str, officer: &str) -> Decision {
        Decision {
            officer: Some(officer.chars().take(128).collect()),
            phone: Some(Lang::Chinese.text("bureau-phone")),
            at: local(self.clock.now()).strftime("%Y-%m-%d %H:%M:%S").to_string(),
            opinion: Some(opinion.to_owned()),
            approved,
            operation: Some(Operation::NEW_FILING),
            record: Some(subject_id),
        }
    }

    /// Enters a filing into the filing database: ids, numbers, the public record.
    async fn file(
        &self,
        tx: &mut SqliteConnection,
        isp_id: i64,
        filing: &NewFiling,
        officer: &str,
    ) -> Result<FiledRecord, Error> {
        let now = self.clock.now();
        let today = local(now).date().to_string();
        let subject = &filing.subject;
        let number = self.subject_number(tx, subject.address.province / 10_000).await?;
        let subject_id = self.next(tx, "id", FIRST_ID).await?;
        let mut sites = Vec::new();
        for (index, site) in filing.sites.iter().enumerate() {
            let mut filed = FiledSite {
                id: Some(site.id),
                bureau_id: self.next(tx, "id", FIRST_ID).await?,
                name: site.name.clone(),
                approvals: site.approvals.clone(),
                contents: site.contents.clone(),
                languages: site.languages.clone(),
                domains: Vec::new(),
                accesses: Vec::new(),
                manager: site.manager.clone(),
                home_url: site.home_url.clone(),
                remark: site.remark.clone(),
                first_filed: Some(today.clone()),
                changed: Some(today.clone()),
                number: Some(format!("{number}-{}", index + 1)),
            };
            for domain in &site.domains {
                let bureau_id = self.next(tx, "id", FIRST_ID).await?;
                filed.domains.push(FiledDomain { id: Some(domain.id), bureau_id, name: domain.name.clone() });
            }
            for access in &site.accesses {
                let bureau_id = self.next(tx, "id", FIRST_ID).await?;
                let mut ips = Vec::new();
                for ip in &access.ips {
                    let bureau_id = self.next(tx, "id", FIRST_ID).await?;
                    ips.push(FiledIp { id: Some(ip.id), bureau_id, first: ip.first, last: ip.last });
                }
                filed.accesses.push(FiledAccess {
                    id: Some(access.id),
                    bureau_id,
                    provider: isp_id,
                    locations: access.locations.clone(),
                    methods: access.methods.clone(),
                    ips,
                });
            }
            sites.push(filed);
        }
        let record = FiledRecord {
            subject: FiledSubject {
                id: Some(subject.id),
                bureau_id: subject_id,
                name: subject.name.clone(),
                nature: check::nature(filing),
                address: Some(subject.address.clone()),
                certificate: Some(subject.certificate.clone()),
                principal: subject.principal.clone(),
                number: Some(number),
                filed_by: Some(subject.filed_by),
                investor: subject.investor.clone(),
                first_filed: Some(today.clone()),
                changed: Some(today.clone()),
                certificate_until: None,
                certificate_path: None,
                certificate_serial: None,
                officer: Some(officer.to_owned()),
                reviewed: Some(today),
                remark: subject.remark.clone(),
            },
            sites,
            remark: None,
        };
        self.publish(tx, &record, stored(now)).await?;
        Ok(record)
    }

    /// The next subject number of a province in this year, such as 浙ICP备2026000001号.
    async fn subject_number(&self, tx: &mut SqliteConnection, province: i64) -> Result<String, Error> {
        let prefix = Table::Province.row(province).map(|row| row.note).unwrap_or_default();
        let year = local(self.clock.now()).year();
        let serial = self.next(tx, &format!("number-{province}-{year}"), 0).await?;
        Ok(Lang::Chinese.with("subject-number", &[("prefix", prefix), ("digits", &format!("{year:04}{serial:06}"))]))
    }

    async fn publish(&self, tx: &mut SqliteConnection, record: &FiledRecord, now: i64) -> Result<(), Error> {
        let subject = &record.subject;
        let certificate = subject.certificate.as_ref();
        sqlx::query(
            "INSERT INTO subject (id, number, certificate_kind, certificate_number, name, nature, filed_at, record) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(subject.bureau_id)
        .bind(&subject.number)
        .bind(certificate.map_or(0, |certificate| certificate.kind))
        .bind(certificate.map(|certificate| certificate.number.to_uppercase()).unwrap_or_default())
        .bind(&subject.name)
        .bind(subject.nature.unwrap_or_default())
        .bind(now)
        .bind(serde_json::to_string(record)?)
        .execute(&mut *tx)
        .await?;
        for site in &record.sites {
            sqlx::query("INSERT INTO site (id, subject_id, number, name) VALUES (?, ?, ?, ?)")
                .bind(site.bureau_id)
                .bind(subject.bureau_id)
                .bind(&site.number)
                .bind(&site.name)
                .execute(&mut *tx)
                .await?;
            for domain in &site.domains {
                sqlx::query("INSERT INTO domain (id, site_id, name) VALUES (?, ?, ?)")
                    .bind(domain.bureau_id)
                    .bind(site.bureau_id)
                    .bind(domain.name.to_lowercase())
                    .execute(&mut *tx)
                    .await?;
            }
        }
        Ok(())
    }
}
