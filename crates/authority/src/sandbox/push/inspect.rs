//! 核查 and 相关通知: what the authority found when it looked over what is filed, and orders to correct it.

use sqlx::SqliteConnection;

use super::send::{Sent, Unsent, given};
use super::{About, AccessFinding, Inspection, IpFinding, IpInspection};
use crate::message::{
    AccessAudit, AccessProblem, Conflict, Download, IpOutOfBounds, LivenessAudit, Notice, NoticeAbout, ShellAudit,
    ShellState, SubjectAudit, Unreported,
};
use crate::sandbox::office::Office;
use crate::sandbox::words::Lang;

impl Office {
    pub(super) async fn inspect_subject(
        &self,
        tx: &mut SqliteConnection,
        about: &About,
        provider: Option<i64>,
    ) -> Sent {
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

    pub(super) async fn inspect_access(
        &self,
        tx: &mut SqliteConnection,
        inspection: &Inspection,
        provider: Option<i64>,
    ) -> Sent {
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

    pub(super) async fn inspect_site(
        &self,
        tx: &mut SqliteConnection,
        about: &About,
        shell: bool,
        provider: Option<i64>,
    ) -> Sent {
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

    pub(super) async fn notice(&self, tx: &mut SqliteConnection, about: &About, provider: Option<i64>) -> Sent {
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

    pub(super) async fn inspect_ips(&self, tx: &mut SqliteConnection, inspection: &IpInspection, to: &[i64]) -> Sent {
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
}
