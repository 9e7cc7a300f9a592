//! The filing database: what is filed, who has accesses to it, and how it ends.

use sqlx::SqliteConnection;

use super::Error;
use super::check;
use super::clock::stored;
use super::office::Office;
use crate::message::{Cancelled, CancelledKind, Download, FiledRecord, FiledSite, Reference};

/// What the providers concerned learn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Recipients {
    /// The record of this subject as it is now goes to every provider with an access to it.
    Record(i64),
    /// Something has ended, and these providers are told.
    Ended(Cancelled, Vec<i64>),
}

/// A subject that is or was filed.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct FiledUnder {
    pub(super) id: i64,
    pub(super) number: String,
    pub(super) name: String,
    pub(super) nature: i64,
    #[sqlx(rename = "certificate_number")]
    pub(super) certificate: String,
    pub(super) cancelled: bool,
}

/// A site that is or was filed.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Filed {
    pub(super) id: i64,
    pub(super) subject_id: i64,
    pub(super) number: String,
    pub(super) name: String,
    pub(super) cancelled: bool,
    pub(super) subject_cancelled: bool,
}

/// An access that is or was filed.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct FiledAt {
    pub(super) id: i64,
    pub(super) site_id: i64,
    pub(super) subject_id: i64,
    pub(super) cancelled: bool,
}

impl FiledUnder {
    /// The code for one that has ended.
    pub(super) fn ended(&self) -> Option<i64> {
        self.cancelled.then_some(1049)
    }
}

impl Filed {
    /// The code for one that has ended, by itself or with its subject.
    pub(super) fn ended(&self) -> Option<i64> {
        match (self.subject_cancelled, self.cancelled) {
            (true, _) => Some(1049),
            (false, true) => Some(1050),
            (false, false) => None,
        }
    }

    pub(super) fn is(&self, reference: &Reference) -> bool {
        match reference {
            Reference::Id(id) => *id == self.id,
            Reference::Number(number) => *number == self.number,
        }
    }
}

/// The words of a reference.
pub(super) fn named(reference: &Reference) -> String {
    match reference {
        Reference::Id(id) => id.to_string(),
        Reference::Number(number) => number.clone(),
    }
}

impl FiledRecord {
    /// Whether the subject is meant.
    pub(super) fn subject_is(&self, reference: &Reference) -> bool {
        match reference {
            Reference::Id(id) => *id == self.subject.bureau_id,
            Reference::Number(number) => Some(number) == self.subject.number.as_ref(),
        }
    }

    /// The site that is meant.
    pub(super) fn site_of(&self, reference: &Reference) -> Option<&FiledSite> {
        self.sites.iter().find(|site| match reference {
            Reference::Id(id) => *id == site.bureau_id,
            Reference::Number(number) => Some(number) == site.number.as_ref(),
        })
    }
}

const SITE: &str = "SELECT site.id, site.subject_id, site.number, site.name, site.cancelled_at IS NOT NULL AS cancelled, \
                    subject.cancelled_at IS NOT NULL AS subject_cancelled \
                    FROM site JOIN subject ON subject.id = site.subject_id WHERE ";

impl Office {
    /// The subject of this id or number, also when it has ended.
    pub(super) async fn subject(
        &self,
        tx: &mut SqliteConnection,
        reference: &Reference,
    ) -> Result<Option<FiledUnder>, Error> {
        let (id, number) = split(reference);
        Ok(sqlx::query_as(
            "SELECT id, number, name, nature, certificate_number, cancelled_at IS NOT NULL AS cancelled FROM subject \
             WHERE id = ?1 OR number = ?2",
        )
        .bind(id)
        .bind(number)
        .fetch_optional(&mut *tx)
        .await?)
    }

    /// The site of this id or number, also when it has ended.
    pub(super) async fn site(&self, tx: &mut SqliteConnection, reference: &Reference) -> Result<Option<Filed>, Error> {
        let (id, number) = split(reference);
        let sql = format!("{SITE} site.id = ?1 OR site.number = ?2");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).bind(number).fetch_optional(&mut *tx).await?)
    }

    /// The site that has this domain.
    pub(super) async fn site_with(&self, tx: &mut SqliteConnection, domain: &str) -> Result<Option<Filed>, Error> {
        let sql = format!("{SITE} site.id = (SELECT site_id FROM domain WHERE name = lower(?))");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(domain).fetch_optional(&mut *tx).await?)
    }

    /// The access of this id, also when it has ended.
    pub(super) async fn access(&self, tx: &mut SqliteConnection, id: i64) -> Result<Option<FiledAt>, Error> {
        Ok(sqlx::query_as(
            "SELECT access.id, access.site_id, site.subject_id, access.cancelled_at IS NOT NULL AS cancelled \
             FROM access JOIN site ON site.id = access.site_id WHERE access.id = ?",
        )
        .bind(id)
        .fetch_optional(&mut *tx)
        .await?)
    }

    /// Whether a site of this id was filed and has ended.
    pub(super) async fn is_cancelled_site(&self, tx: &mut SqliteConnection, id: i64) -> Result<bool, Error> {
        Ok(self.site(tx, &Reference::Id(id)).await?.is_some_and(|site| site.cancelled))
    }

    /// Ends a subject with all its sites; every provider of it is told.
    pub(super) async fn end_subject(
        &self,
        tx: &mut SqliteConnection,
        id: i64,
        remark: &str,
    ) -> Result<Vec<Recipients>, Error> {
        let Some(mut record) = self.record(tx, id).await? else { return Ok(Vec::new()) };
        let providers = self.providers_of(tx, id).await?;
        record.sites.clear();
        self.publish(tx, &record).await?;
        sqlx::query("UPDATE subject SET cancelled_at = ? WHERE id = ?")
            .bind(stored(self.clock.now()))
            .bind(id)
            .execute(&mut *tx)
            .await?;
        // Whoever files it again may use the ids of the first time.
        sqlx::query(
            "DELETE FROM claim WHERE request_id IN \
             (SELECT id FROM request WHERE state = 'approved' AND (subject_id = ?1 OR number = ?2))",
        )
        .bind(id)
        .bind(record.subject.number.as_deref())
        .execute(&mut *tx)
        .await?;
        Ok(vec![Recipients::Ended(ended(CancelledKind::Subject, id, remark), providers)])
    }

    /// Ends a site; its providers are told, and the others of the subject get the record as it is now.
    pub(super) async fn end_site(
        &self,
        tx: &mut SqliteConnection,
        id: i64,
        remark: &str,
    ) -> Result<Vec<Recipients>, Error> {
        let Some(site) = self.site(tx, &Reference::Id(id)).await? else { return Ok(Vec::new()) };
        let Some(mut record) = self.record(tx, site.subject_id).await? else { return Ok(Vec::new()) };
        let gone = record.sites.iter().position(|there| there.bureau_id == id).map(|place| record.sites.remove(place));
        let mut providers: Vec<i64> =
            gone.iter().flat_map(|site| &site.accesses).map(|access| access.provider).collect();
        providers.sort_unstable();
        providers.dedup();
        self.publish(tx, &record).await?;
        Ok(vec![
            Recipients::Ended(ended(CancelledKind::Site, id, remark), providers),
            Recipients::Record(site.subject_id),
        ])
    }

    /// Ends an access; its provider is told, and those that remain get the record as it is now.
    pub(super) async fn end_access(
        &self,
        tx: &mut SqliteConnection,
        id: i64,
        remark: &str,
    ) -> Result<Vec<Recipients>, Error> {
        let Some(access) = self.access(tx, id).await? else { return Ok(Vec::new()) };
        let Some(mut record) = self.record(tx, access.subject_id).await? else { return Ok(Vec::new()) };
        let mut providers = Vec::new();
        for site in &mut record.sites {
            providers.extend(site.accesses.iter().filter(|there| there.bureau_id == id).map(|there| there.provider));
            site.accesses.retain(|there| there.bureau_id != id);
        }
        self.publish(tx, &record).await?;
        Ok(vec![
            Recipients::Ended(ended(CancelledKind::Access, id, remark), providers),
            Recipients::Record(access.subject_id),
        ])
    }

    /// The record of a filed subject.
    pub(super) async fn record(
        &self,
        tx: &mut SqliteConnection,
        subject_id: i64,
    ) -> Result<Option<FiledRecord>, Error> {
        let text: Option<String> = sqlx::query_scalar("SELECT record FROM subject WHERE id = ?")
            .bind(subject_id)
            .fetch_optional(&mut *tx)
            .await?;
        Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
    }

    /// The providers that have an access to a subject.
    pub(super) async fn providers_of(&self, tx: &mut SqliteConnection, subject_id: i64) -> Result<Vec<i64>, Error> {
        Ok(sqlx::query_scalar(
            "SELECT DISTINCT access.isp_id FROM access JOIN site ON site.id = access.site_id \
             WHERE site.subject_id = ? AND access.cancelled_at IS NULL AND site.cancelled_at IS NULL \
             ORDER BY access.isp_id",
        )
        .bind(subject_id)
        .fetch_all(&mut *tx)
        .await?)
    }

    /// Enters a record, or enters it anew: sites and accesses that are no longer in it have ended.
    pub(super) async fn publish(&self, tx: &mut SqliteConnection, record: &FiledRecord) -> Result<(), Error> {
        let now = stored(self.clock.now());
        let subject = &record.subject;
        let certificate = subject.certificate.as_ref();
        sqlx::query(
            "INSERT INTO subject (id, number, certificate_kind, certificate_number, name, nature, filed_at, record) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET \
             certificate_kind = excluded.certificate_kind, certificate_number = excluded.certificate_number, \
             name = excluded.name, nature = excluded.nature, record = excluded.record",
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
        // What the record no longer holds has ended; what it holds is entered below.
        sqlx::query("UPDATE site SET cancelled_at = COALESCE(cancelled_at, ?) WHERE subject_id = ?")
            .bind(now)
            .bind(subject.bureau_id)
            .execute(&mut *tx)
            .await?;
        sqlx::query(
            "UPDATE access SET cancelled_at = COALESCE(cancelled_at, ?) \
             WHERE site_id IN (SELECT id FROM site WHERE subject_id = ?)",
        )
        .bind(now)
        .bind(subject.bureau_id)
        .execute(&mut *tx)
        .await?;
        sqlx::query("DELETE FROM domain WHERE site_id IN (SELECT id FROM site WHERE subject_id = ?)")
            .bind(subject.bureau_id)
            .execute(&mut *tx)
            .await?;
        for site in &record.sites {
            sqlx::query(
                "INSERT INTO site (id, subject_id, number, name, host) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) \
                 DO UPDATE SET name = excluded.name, host = excluded.host, cancelled_at = NULL",
            )
            .bind(site.bureau_id)
            .bind(subject.bureau_id)
            .bind(&site.number)
            .bind(&site.name)
            .bind(site.home_url.as_deref().and_then(check::host))
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
            for access in &site.accesses {
                sqlx::query(
                    "INSERT INTO access (id, site_id, isp_id) VALUES (?, ?, ?) \
                     ON CONFLICT (id) DO UPDATE SET cancelled_at = NULL",
                )
                .bind(access.bureau_id)
                .bind(site.bureau_id)
                .bind(access.provider)
                .execute(&mut *tx)
                .await?;
            }
        }
        Ok(())
    }

    /// Queues what providers learn.
    pub(super) async fn tell(&self, tx: &mut SqliteConnection, told: &Recipients) -> Result<(), Error> {
        match told {
            Recipients::Record(subject_id) => {
                let Some(mut record) = self.record(tx, *subject_id).await? else { return Ok(()) };
                // A record without a site, and a site without an access, cannot be written: shells stay unmentioned.
                record.sites.retain(|site| !site.accesses.is_empty());
                for isp_id in self.providers_of(tx, *subject_id).await? {
                    let download = Download { records: vec![record.clone()], ..Download::default() };
                    self.queue_for(tx, isp_id, &download).await?;
                }
            }
            Recipients::Ended(cancelled, providers) => {
                for isp_id in providers {
                    let download = Download { cancelled: vec![cancelled.clone()], ..Download::default() };
                    self.queue_for(tx, *isp_id, &download).await?;
                }
            }
        }
        Ok(())
    }
}

fn split(reference: &Reference) -> (Option<i64>, Option<&str>) {
    match reference {
        Reference::Id(id) => (Some(*id), None),
        Reference::Number(number) => (None, Some(number)),
    }
}

fn ended(kind: CancelledKind, record: i64, remark: &str) -> Cancelled {
    Cancelled { kind, record, remark: (!remark.is_empty()).then(|| remark.to_owned()) }
}
