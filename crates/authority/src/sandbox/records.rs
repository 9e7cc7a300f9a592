//! The filing database: what is filed, who has accesses to it, and how it ends.

use sqlx::SqliteConnection;

use super::Error;
use super::check;
use super::clock::stored;
use super::office::Office;
use crate::message::{Download, FiledRecord};

/// What the providers concerned learn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Recipients {
    /// The record of this subject as it is now goes to every provider with an access to it.
    Record(i64),
}

/// Something filed and whether it has ended.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Filed {
    pub(super) subject_id: i64,
    pub(super) site_id: Option<i64>,
    pub(super) number: String,
    pub(super) name: String,
    pub(super) cancelled: bool,
}

impl Office {
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
                let Some(record) = self.record(tx, *subject_id).await? else { return Ok(()) };
                for isp_id in self.providers_of(tx, *subject_id).await? {
                    let download = Download { records: vec![record.clone()], ..Download::default() };
                    self.queue_for(tx, isp_id, &download).await?;
                }
            }
        }
        Ok(())
    }
}
