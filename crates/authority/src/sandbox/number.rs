//! Filing numbers: by province and year for subjects, by one line of serials for a subject's services.

use sqlx::SqliteConnection;

use super::Error;
use super::clock::local;
use super::office::Office;
use super::words::Lang;
use crate::code::Table;
use crate::message::{FiledAccess, FiledDomain, FiledIp, FiledSite, Site};

/// Where the bureau's own ids begin: twelve digits, like the ones seen in the field.
const FIRST_ID: i64 = 110_000_000_000;

/// What a service of a subject is. Websites, apps and mini programs share one line of serials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Service {
    /// 网站, without a letter.
    Website,
    /// APP, with `A`.
    App,
    /// 小程序, with `X`.
    MiniProgram,
    /// 快应用, with `K`.
    QuickApp,
}

impl Service {
    /// Its word in the database; websites stand elsewhere.
    pub(super) fn word(self) -> Option<&'static str> {
        match self {
            Self::Website => None,
            Self::App => Some("app"),
            Self::MiniProgram => Some("mini_program"),
            Self::QuickApp => Some("quick_app"),
        }
    }

    fn letter(self) -> &'static str {
        match self {
            Self::Website => "",
            Self::App => "A",
            Self::MiniProgram => "X",
            Self::QuickApp => "K",
        }
    }
}

impl Office {
    /// The next id of the bureau's own.
    pub(super) async fn next_id(&self, tx: &mut SqliteConnection) -> Result<i64, Error> {
        self.next(tx, "id", FIRST_ID).await
    }

    /// The next subject number of a province in this year, such as 浙ICP备2026000001号.
    pub(super) async fn subject_number(&self, tx: &mut SqliteConnection, province: i64) -> Result<String, Error> {
        let prefix = Table::Province.row(province).map(|row| row.note).unwrap_or_default();
        let year = local(self.clock.now()).year();
        let serial = self.next(tx, &format!("number-{province}-{year}"), 0).await?;
        Ok(Lang::Chinese.with("subject-number", &[("prefix", prefix), ("digits", &format!("{year:04}{serial:06}"))]))
    }

    /// The next service number of a subject, such as 浙ICP备2026000001号-2A. A serial is never used again.
    pub(super) async fn service_number(
        &self,
        tx: &mut SqliteConnection,
        subject_id: i64,
        number: &str,
        service: Service,
    ) -> Result<String, Error> {
        let serial = self.next(tx, &format!("service-{subject_id}"), 0).await?;
        Ok(format!("{number}-{serial}{}", service.letter()))
    }

    /// A new site of a subject as it is filed, with the ids and the number it gets.
    pub(super) async fn filed_site(
        &self,
        tx: &mut SqliteConnection,
        isp_id: i64,
        subject_id: i64,
        subject_number: &str,
        site: &Site,
    ) -> Result<FiledSite, Error> {
        let today = local(self.clock.now()).date().to_string();
        let mut filed = FiledSite {
            id: Some(site.id),
            bureau_id: self.next_id(tx).await?,
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
            changed: Some(today),
            number: Some(self.service_number(tx, subject_id, subject_number, Service::Website).await?),
        };
        for domain in &site.domains {
            let bureau_id = self.next_id(tx).await?;
            filed.domains.push(FiledDomain { id: Some(domain.id), bureau_id, name: domain.name.clone() });
        }
        for access in &site.accesses {
            let mut entered = FiledAccess {
                id: Some(access.id),
                bureau_id: self.next_id(tx).await?,
                provider: isp_id,
                locations: access.locations.clone(),
                methods: access.methods.clone(),
                ips: Vec::new(),
            };
            for ip in &access.ips {
                let bureau_id = self.next_id(tx).await?;
                entered.ips.push(FiledIp { id: Some(ip.id), bureau_id, first: ip.first, last: ip.last });
            }
            filed.accesses.push(entered);
        }
        Ok(filed)
    }
}
