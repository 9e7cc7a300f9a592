//! Pushes at work: what each enters into the sandbox's books, and what the providers concerned find to download.

use sqlx::SqliteConnection;

use super::{About, Found, ListChange, ListedSite, ListedSubject, Push};
use crate::message::{
    BlacklistChange, BlacklistedSite, BlacklistedSubject, Download, FiledRecord, FiledSite, IllegalAccess, Reference,
    UnfiledSite,
};
use crate::sandbox::clock::{local, stored};
use crate::sandbox::number::Service;
use crate::sandbox::office::Office;
use crate::sandbox::records::Filed;
use crate::sandbox::{Error, MINISTRY, tables};

/// Why nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(in crate::sandbox) enum Unsent {
    /// What it is about is not filed, or has ended.
    #[error("“{0}” is not filed here")]
    NotFiled(String),
    /// The provider is not known.
    #[error("there is no provider {0}")]
    NoProvider(i64),
    /// The provider has no access there.
    #[error("the provider has no access to “{0}”")]
    NoAccess(String),
}

/// What is filed under a word: a subject, and a site where one is meant.
pub(super) struct Target {
    pub(super) subject: i64,
    pub(super) site: Option<Filed>,
}

pub(super) type Sent = Result<Result<(), Unsent>, Error>;

impl Office {
    /// Does what the authority starts by itself. `provider` narrows down who receives it.
    pub(in crate::sandbox) async fn push(&self, tx: &mut SqliteConnection, push: &Push, provider: Option<i64>) -> Sent {
        if let Some(id) = provider.filter(|id| self.provider(*id).is_none()) {
            return Ok(Err(Unsent::NoProvider(id)));
        }
        let everybody: Vec<i64> = match provider {
            Some(id) => vec![id],
            None => self.config.providers.iter().map(|provider| provider.isp_id).collect(),
        };
        match push {
            Push::CancelSubject(about) | Push::CancelSite(about) | Push::CancelAccess(about) => {
                self.end_by_force(tx, push, about, provider).await
            }
            Push::BlacklistSubject(entry) => self.list_subject(tx, entry, &everybody).await,
            Push::BlacklistSite(entry) => self.list_site(tx, entry, &everybody).await,
            Push::IllegalAccess(found) => self.illegal(tx, found, &everybody).await,
            Push::Unfiled(found) => self.unfiled(tx, found, &everybody).await,
            Push::VerificationTask(task) => self.task(tx, task, &everybody).await,
            Push::InspectSubject(about) => self.inspect_subject(tx, about, provider).await,
            Push::InspectAccess(inspection) => self.inspect_access(tx, inspection, provider).await,
            Push::InspectShell(about) | Push::InspectSite(about) => {
                self.inspect_site(tx, about, matches!(push, Push::InspectShell(_)), provider).await
            }
            Push::Notice(about) => self.notice(tx, about, provider).await,
            Push::InspectIps(inspection) => self.inspect_ips(tx, inspection, &everybody).await,
            Push::CodeTables => {
                let download =
                    Download { units: tables::units(&self.config), tables: tables::all(), ..Download::default() };
                self.deliver(tx, &everybody, &download).await
            }
            Push::Synchronise => {
                for isp_id in everybody {
                    self.synchronise(tx, isp_id).await?;
                }
                Ok(Ok(()))
            }
        }
    }

    /// Does it in a transaction of its own.
    pub(in crate::sandbox) async fn push_now(&self, push: &Push, provider: Option<i64>) -> Sent {
        let mut tx = self.write().await?;
        let sent = self.push(&mut tx, push, provider).await?;
        if sent.is_ok() {
            tx.commit().await?;
        }
        Ok(sent)
    }

    /// The record that is filed under a domain, a number or an id.
    pub(in crate::sandbox) async fn record_of(&self, of: &str) -> Result<Option<FiledRecord>, Error> {
        let mut db = self.db.acquire().await?;
        match self.target(&mut db, of).await? {
            Some(target) => self.record(&mut db, target.subject).await,
            None => Ok(None),
        }
    }

    /// Enters an app, a mini program or a quick app of a filed subject and returns its number. Websites are filed by
    /// their providers.
    pub(in crate::sandbox) async fn enter_service(
        &self,
        of: &str,
        service: Service,
        name: &str,
    ) -> Result<Option<String>, Error> {
        let mut tx = self.write().await?;
        let Some(word) = service.word() else { return Ok(None) };
        let Some(target) = self.target(&mut tx, of).await? else { return Ok(None) };
        let Some(subject) = self.subject(&mut tx, &Reference::Id(target.subject)).await? else { return Ok(None) };
        let number = self.service_number(&mut tx, subject.id, &subject.number, service).await?;
        sqlx::query("INSERT INTO service (id, subject_id, kind, number, name, filed_at) VALUES (?, ?, ?, ?, ?, ?)")
            .bind(self.next_id(&mut tx).await?)
            .bind(subject.id)
            .bind(word)
            .bind(&number)
            .bind(name.trim())
            .bind(stored(self.clock.now()))
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(Some(number))
    }

    pub(super) async fn deliver(&self, tx: &mut SqliteConnection, providers: &[i64], download: &Download) -> Sent {
        for isp_id in providers {
            self.queue_for(tx, *isp_id, download).await?;
        }
        Ok(Ok(()))
    }

    /// What is filed under a domain, a number or an id.
    pub(super) async fn target(&self, tx: &mut SqliteConnection, of: &str) -> Result<Option<Target>, Error> {
        let of = of.trim();
        let reference = match of.parse() {
            Ok(id) => Reference::Id(id),
            Err(_) => Reference::Number(of.to_owned()),
        };
        let site = match self.site(tx, &reference).await? {
            Some(site) => Some(site),
            None => self.site_with(tx, of).await?,
        };
        if let Some(site) = site.filter(|site| site.ended().is_none()) {
            return Ok(Some(Target { subject: site.subject_id, site: Some(site) }));
        }
        let subject = self.subject(tx, &reference).await?.filter(|subject| !subject.cancelled);
        Ok(subject.map(|subject| Target { subject: subject.id, site: None }))
    }

    /// The record under a word, the site that is meant (the first if none is), and who has accesses to it.
    pub(super) async fn filed(
        &self,
        tx: &mut SqliteConnection,
        of: &str,
        provider: Option<i64>,
    ) -> Result<Option<(FiledRecord, FiledSite, Vec<i64>)>, Error> {
        let Some(target) = self.target(tx, of).await? else { return Ok(None) };
        let Some(record) = self.record(tx, target.subject).await? else { return Ok(None) };
        let wanted = target.site.map(|site| site.id);
        let site = record.sites.iter().find(|site| wanted.is_none_or(|id| site.bureau_id == id)).cloned();
        let Some(site) = site else { return Ok(None) };
        let mut providers: Vec<i64> = site.accesses.iter().map(|access| access.provider).collect();
        providers.dedup();
        if let Some(id) = provider {
            providers = vec![id];
        }
        Ok(Some((record, site, providers)))
    }

    async fn end_by_force(&self, tx: &mut SqliteConnection, push: &Push, about: &About, provider: Option<i64>) -> Sent {
        let missing = || Ok(Err(Unsent::NotFiled(about.of.clone())));
        let Some(target) = self.target(tx, &about.of).await? else { return missing() };
        let told = match (push, target.site) {
            (Push::CancelSubject(_), _) => self.end_subject(tx, target.subject, &about.text).await?,
            (Push::CancelSite(_), Some(site)) => self.end_site(tx, site.id, &about.text).await?,
            (_, Some(site)) => {
                let isp_id = about.provider.or(provider);
                let access: Option<i64> = sqlx::query_scalar(
                    "SELECT id FROM access WHERE site_id = ?1 AND cancelled_at IS NULL AND (?2 IS NULL OR isp_id = ?2)",
                )
                .bind(site.id)
                .bind(isp_id)
                .fetch_optional(&mut *tx)
                .await?;
                let Some(access) = access else { return Ok(Err(Unsent::NoAccess(about.of.clone()))) };
                self.end_access(tx, access, &about.text).await?
            }
            (_, None) => return missing(),
        };
        for told in told {
            self.tell(tx, &told).await?;
        }
        Ok(Ok(()))
    }

    async fn enter_blacklist(
        &self,
        tx: &mut SqliteConnection,
        kind: &str,
        value: &str,
        name: &str,
        change: ListChange,
    ) -> Result<(), Error> {
        if change == ListChange::Remove {
            sqlx::query("DELETE FROM blacklist WHERE kind = ? AND value = ?")
                .bind(kind)
                .bind(value)
                .execute(&mut *tx)
                .await?;
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO blacklist (kind, value, name, at) VALUES (?, ?, ?, ?) \
             ON CONFLICT (kind, value) DO UPDATE SET name = excluded.name",
        )
        .bind(kind)
        .bind(value)
        .bind(name)
        .bind(stored(self.clock.now()))
        .execute(&mut *tx)
        .await?;
        Ok(())
    }

    async fn list_subject(&self, tx: &mut SqliteConnection, entry: &ListedSubject, to: &[i64]) -> Sent {
        let value = entry.certificate_number.trim().to_uppercase();
        self.enter_blacklist(tx, "subject", &value, &entry.name, entry.change).await?;
        let listed = BlacklistedSubject {
            name: entry.name.clone(),
            nature: None,
            certificate_kind: entry.certificate_kind,
            certificate_number: value,
            change: change(entry.change),
            remark: given(&entry.text),
        };
        self.deliver(tx, to, &Download { blacklisted_subjects: vec![listed], ..Download::default() }).await
    }

    async fn list_site(&self, tx: &mut SqliteConnection, entry: &ListedSite, to: &[i64]) -> Sent {
        let value = entry.domain.trim().to_lowercase();
        self.enter_blacklist(tx, "site", &value, &entry.name, entry.change).await?;
        let listed = BlacklistedSite {
            name: entry.name.clone(),
            domains: vec![value],
            home_url: None,
            change: change(entry.change),
            remark: given(&entry.text),
        };
        self.deliver(tx, to, &Download { blacklisted_sites: vec![listed], ..Download::default() }).await
    }

    async fn illegal(&self, tx: &mut SqliteConnection, found: &Found, to: &[i64]) -> Sent {
        for isp_id in to {
            let entry = IllegalAccess {
                id: self.next_id(tx).await?,
                domain: found.domain.trim().to_lowercase(),
                ip: found.ip,
                provider: *isp_id,
                province: self.province(),
                detected: self.now_text(),
                remark: given(&found.text),
            };
            self.queue_for(tx, *isp_id, &Download { illegal_accesses: vec![entry], ..Download::default() }).await?;
        }
        Ok(Ok(()))
    }

    async fn unfiled(&self, tx: &mut SqliteConnection, found: &Found, to: &[i64]) -> Sent {
        for isp_id in to {
            let (id, domain) = (self.next_id(tx).await?, found.domain.trim().to_lowercase());
            sqlx::query("INSERT INTO unfiled (id, isp_id, domain, ip, at) VALUES (?, ?, ?, ?, ?)")
                .bind(id)
                .bind(isp_id)
                .bind(&domain)
                .bind(i64::from(u32::from(found.ip)))
                .bind(stored(self.clock.now()))
                .execute(&mut *tx)
                .await?;
            let entry = UnfiledSite {
                id,
                domain,
                languages: vec![1],
                ip: found.ip,
                detected: Some(self.now_text()),
                times: Some(1),
                province: Some(self.province()),
                first_detected: Some(self.now_text()),
                provider: Some(*isp_id),
                carrier: 1,
                remark: given(&found.text),
            };
            self.queue_for(tx, *isp_id, &Download { unfiled: vec![entry], ..Download::default() }).await?;
        }
        Ok(Ok(()))
    }

    /// The first two digits of the authority's province as a six-digit code; the ministry stands in the capital.
    pub(super) fn province(&self) -> i64 {
        if self.config.province == MINISTRY { 110_000 } else { self.config.province * 10_000 }
    }

    pub(super) fn now_text(&self) -> String {
        local(self.clock.now()).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }
}

/// A text if there is one, cut to what a remark takes.
pub(super) fn given(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.trim().chars().take(255).collect())
}

fn change(change: ListChange) -> BlacklistChange {
    match change {
        ListChange::Add => BlacklistChange::Add,
        ListChange::Modify => BlacklistChange::Change,
        ListChange::Remove => BlacklistChange::Delete,
    }
}
