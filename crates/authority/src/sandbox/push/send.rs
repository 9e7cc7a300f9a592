//! Pushes at work: what each enters into the sandbox's books, and what the providers concerned find to download.

use sqlx::SqliteConnection;

use super::{
    About, AccessFinding, Found, Inspection, IpFinding, IpInspection, ListChange, ListedSite, ListedSubject, Push, Task,
};
use crate::message::{
    AccessAudit, AccessProblem, Address, BlacklistChange, BlacklistedSite, BlacklistedSubject, Certificate, Conflict,
    Download, FiledAccess, FiledBy, FiledDomain, FiledIp, FiledRecord, FiledSite, FiledSubject, IllegalAccess,
    IpOutOfBounds, LivenessAudit, Notice, NoticeAbout, Person, Reference, ShellAudit, ShellState, SubjectAudit,
    TaskAccess, TaskDomain, TaskIp, TaskRecord, TaskSite, TaskSubject, UnfiledSite, Unreported,
};
use crate::sandbox::clock::{local, stored};
use crate::sandbox::number::Service;
use crate::sandbox::office::Office;
use crate::sandbox::records::Filed;
use crate::sandbox::words::Lang;
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
struct Target {
    subject: i64,
    site: Option<Filed>,
}

type Sent = Result<Result<(), Unsent>, Error>;

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

    async fn deliver(&self, tx: &mut SqliteConnection, providers: &[i64], download: &Download) -> Sent {
        for isp_id in providers {
            self.queue_for(tx, *isp_id, download).await?;
        }
        Ok(Ok(()))
    }

    /// What is filed under a domain, a number or an id.
    async fn target(&self, tx: &mut SqliteConnection, of: &str) -> Result<Option<Target>, Error> {
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
    async fn filed(
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

    /// Invents a record that an organiser filed by itself, and asks a provider to verify it.
    async fn task(&self, tx: &mut SqliteConnection, task: &Task, to: &[i64]) -> Sent {
        for isp_id in to {
            let record = self.self_filed(tx, task, *isp_id).await?;
            sqlx::query("INSERT INTO self_filed (subject_id, isp_id, record, state) VALUES (?, ?, ?, 'open')")
                .bind(record.subject.bureau_id)
                .bind(isp_id)
                .bind(serde_json::to_string(&record)?)
                .execute(&mut *tx)
                .await?;
            let tasks = vec![to_verify(&record, *isp_id)];
            self.queue_for(tx, *isp_id, &Download { tasks, ..Download::default() }).await?;
        }
        Ok(Ok(()))
    }

    async fn self_filed(&self, tx: &mut SqliteConnection, task: &Task, isp_id: i64) -> Result<FiledRecord, Error> {
        let zh = Lang::Chinese;
        let today = local(self.clock.now()).date().to_string();
        let ids = [
            self.next_id(tx).await?,
            self.next_id(tx).await?,
            self.next_id(tx).await?,
            self.next_id(tx).await?,
            self.next_id(tx).await?,
        ];
        let domain = task.domain.trim().to_lowercase();
        let person = Person {
            name: Some(zh.text("task-person")),
            office_phone: Some("0571-00000000".to_owned()),
            mobile: Some("13800000000".to_owned()),
            email: Some(format!("office@{domain}")),
            certificate_kind: Some(2),
            certificate_number: Some("330106199001010018".to_owned()),
            ..Person::default()
        };
        let address = zh.text("task-address");
        // Made of the id, so that no two tasks have the same credential.
        let number = format!("91{:016}", ids[0] % 10_000_000_000_000_000);
        Ok(FiledRecord {
            subject: FiledSubject {
                id: None,
                bureau_id: ids[0],
                name: task.name.clone(),
                nature: Some(4),
                address: Some(Address {
                    province: self.province(),
                    city: Some(self.province() + 100),
                    county: None,
                    street: Some(address.clone()),
                }),
                certificate: Some(Certificate { kind: 1, number, address }),
                principal: person.clone(),
                number: None,
                filed_by: Some(FiledBy::Organiser),
                investor: None,
                first_filed: Some(today.clone()),
                changed: Some(today.clone()),
                certificate_until: None,
                certificate_path: None,
                certificate_serial: None,
                officer: None,
                reviewed: None,
                remark: None,
            },
            sites: vec![FiledSite {
                id: None,
                bureau_id: ids[1],
                name: task.name.clone(),
                approvals: Vec::new(),
                contents: vec![8],
                languages: vec![1],
                domains: vec![FiledDomain { id: None, bureau_id: ids[2], name: domain.clone() }],
                accesses: vec![FiledAccess {
                    id: None,
                    bureau_id: ids[3],
                    provider: isp_id,
                    locations: vec![1],
                    methods: vec![5],
                    ips: vec![FiledIp { id: None, bureau_id: ids[4], first: task.ip, last: task.ip }],
                }],
                manager: person,
                home_url: Some(format!("www.{domain}")),
                remark: None,
                first_filed: Some(today.clone()),
                changed: Some(today),
                number: None,
            }],
            remark: None,
        })
    }

    async fn inspect_subject(&self, tx: &mut SqliteConnection, about: &About, provider: Option<i64>) -> Sent {
        let Some((record, _, providers)) = self.filed(tx, &about.of, provider).await? else {
            return Ok(Err(Unsent::NotFiled(about.of.clone())));
        };
        let certificate = record.subject.certificate.as_ref();
        let audit = SubjectAudit {
            subject: record.subject.bureau_id,
            name: record.subject.name.clone(),
            certificate_kind: certificate.map_or(1, |certificate| certificate.kind),
            certificate_number: certificate.map(|certificate| certificate.number.clone()).unwrap_or_default(),
            reason: given(&about.text),
            remark: None,
        };
        self.deliver(tx, &providers, &Download { subject_audits: vec![audit], ..Download::default() }).await
    }

    async fn inspect_access(&self, tx: &mut SqliteConnection, inspection: &Inspection, provider: Option<i64>) -> Sent {
        let Some((_, site, providers)) = self.filed(tx, &inspection.of, provider).await? else {
            return Ok(Err(Unsent::NotFiled(inspection.of.clone())));
        };
        let over = inspection.finding == AccessFinding::OverReported;
        for isp_id in providers {
            let access = site.accesses.iter().find(|access| access.provider == isp_id);
            let domain = site.domains.first().map(|domain| domain.name.clone());
            let audit = AccessAudit {
                site: site.bureau_id,
                number: site.number.clone().unwrap_or_default(),
                // Domain and address are given for what is missing, and left out for what is too much.
                domain: domain.filter(|_| !over),
                ip: inspection.ip.filter(|_| !over),
                provider: over.then_some(isp_id),
                problem: if over { AccessProblem::OverReported } else { AccessProblem::UnderReported },
                at: self.now_text(),
                access: access.filter(|_| over).map(|access| access.bureau_id),
                remark: given(&inspection.text),
            };
            self.queue_for(tx, isp_id, &Download { access_audits: vec![audit], ..Download::default() }).await?;
        }
        Ok(Ok(()))
    }

    async fn inspect_site(&self, tx: &mut SqliteConnection, about: &About, shell: bool, provider: Option<i64>) -> Sent {
        let Some((_, site, providers)) = self.filed(tx, &about.of, provider).await? else {
            return Ok(Err(Unsent::NotFiled(about.of.clone())));
        };
        let (number, at) = (site.number.clone().unwrap_or_default(), self.now_text());
        // A home page of a shell has at least seven characters in the table.
        let home_url = site.home_url.clone().filter(|url| url.chars().count() >= 7);
        let (site, remark) = (site.bureau_id, given(&about.text));
        let download = if shell {
            let audit = ShellAudit { site, number, state: ShellState::ALL[1], at, home_url, remark };
            Download { shell_audits: vec![audit], ..Download::default() }
        } else {
            let audit = LivenessAudit { site, number, home_url, at, remark };
            Download { liveness_audits: vec![audit], ..Download::default() }
        };
        self.deliver(tx, &providers, &download).await
    }

    async fn notice(&self, tx: &mut SqliteConnection, about: &About, provider: Option<i64>) -> Sent {
        let Some((record, site, mut providers)) = self.filed(tx, &about.of, provider).await? else {
            return Ok(Err(Unsent::NotFiled(about.of.clone())));
        };
        let is_site = self.target(tx, &about.of).await?.is_some_and(|target| target.site.is_some());
        let (about_what, number, id) = if is_site {
            (NoticeAbout::Site, site.number, site.bureau_id)
        } else {
            if provider.is_none() {
                providers = self.providers_of(tx, record.subject.bureau_id).await?;
            }
            (NoticeAbout::Subject, record.subject.number, record.subject.bureau_id)
        };
        let text = if about.text.is_empty() { Lang::Chinese.text("notice-text") } else { about.text.clone() };
        let notice = Notice {
            about: about_what,
            number,
            record: Some(id),
            text: text.chars().take(255).collect(),
            remark: None,
        };
        self.deliver(tx, &providers, &Download { notices: vec![notice], ..Download::default() }).await
    }

    async fn inspect_ips(&self, tx: &mut SqliteConnection, inspection: &IpInspection, to: &[i64]) -> Sent {
        let (first, last, remark) = (inspection.first, inspection.last, given(&inspection.text));
        for isp_id in to {
            let record: Option<i64> =
                sqlx::query_scalar("SELECT id FROM ip_record WHERE isp_id = ? AND first <= ? AND last >= ? LIMIT 1")
                    .bind(isp_id)
                    .bind(i64::from(u32::from(last)))
                    .bind(i64::from(u32::from(first)))
                    .fetch_optional(&mut *tx)
                    .await?;
            let (kind, remark) = (Some(2), remark.clone());
            let mut download = Download::default();
            match inspection.finding {
                IpFinding::OutOfBounds => download.out_of_bounds.push(IpOutOfBounds {
                    record,
                    first,
                    last,
                    kind,
                    out_first: Some(first),
                    out_last: Some(last),
                    remark,
                }),
                IpFinding::Conflict => download.conflicts.push(Conflict {
                    record,
                    first,
                    last,
                    other: inspection.other.unwrap_or(1),
                    other_first: first,
                    other_last: last,
                    kind,
                    remark,
                }),
                IpFinding::Unreported => {
                    download.unreported.push(Unreported { first, last, source: inspection.other, kind, remark });
                }
            }
            self.queue_for(tx, *isp_id, &download).await?;
        }
        Ok(Ok(()))
    }

    /// The first two digits of the authority's province as a six-digit code; the ministry stands in the capital.
    fn province(&self) -> i64 {
        if self.config.province == MINISTRY { 110_000 } else { self.config.province * 10_000 }
    }

    fn now_text(&self) -> String {
        local(self.clock.now()).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }
}

fn given(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.trim().chars().take(255).collect())
}

fn change(change: ListChange) -> BlacklistChange {
    match change {
        ListChange::Add => BlacklistChange::Add,
        ListChange::Modify => BlacklistChange::Change,
        ListChange::Remove => BlacklistChange::Delete,
    }
}

/// A record as a verification task carries it.
fn to_verify(record: &FiledRecord, isp_id: i64) -> TaskRecord {
    let subject = &record.subject;
    let site = |site: &FiledSite| TaskSite {
        bureau_id: site.bureau_id,
        name: site.name.clone(),
        approvals: site.approvals.clone(),
        contents: site.contents.clone(),
        languages: site.languages.clone(),
        domains: site
            .domains
            .iter()
            .map(|domain| TaskDomain { bureau_id: domain.bureau_id, name: domain.name.clone() })
            .collect(),
        accesses: site
            .accesses
            .iter()
            .map(|access| TaskAccess {
                bureau_id: access.bureau_id,
                locations: access.locations.clone(),
                methods: access.methods.clone(),
                ips: access
                    .ips
                    .iter()
                    .map(|ip| TaskIp { bureau_id: ip.bureau_id, first: ip.first, last: ip.last })
                    .collect(),
                filer: isp_id,
                filed_by: FiledBy::Organiser,
            })
            .collect(),
        manager: site.manager.clone(),
        home_url: site.home_url.clone(),
        remark: site.remark.clone(),
        first_filed: site.first_filed.clone(),
        changed: site.changed.clone(),
    };
    TaskRecord {
        subject: TaskSubject {
            bureau_id: subject.bureau_id,
            name: subject.name.clone(),
            nature: subject.nature,
            address: subject.address.clone().unwrap_or(Address {
                province: 110_000,
                city: None,
                county: None,
                street: None,
            }),
            certificate: subject.certificate.clone().unwrap_or(Certificate {
                kind: 1,
                number: subject.bureau_id.to_string(),
                address: subject.name.clone(),
            }),
            principal: subject.principal.clone(),
            investor: subject.investor.clone(),
            filed_by: Some(FiledBy::Organiser),
            first_filed: subject.first_filed.clone(),
            changed: subject.changed.clone(),
            remark: None,
        },
        sites: record.sites.iter().map(site).collect(),
        remark: None,
    }
}
