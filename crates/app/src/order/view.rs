//! Orders as people see them.

use filing::check::{Finding, Severity};
use filing::draft::Draft;
use filing::material::{self, MaterialKind};
use filing::papers::{self, Need, Paper};
use filing::progress::{self, Section};
use filing::province::{FooterNumber, Province};
use filing::stage::{ChangeRequest, Stage, StageKind};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use store::Reader;
use store::material::Material;
use utoipa::ToSchema;
use uuid::Uuid;

use super::masked::masked;
use super::timeline::{NextStep, TimelineEntry, next_step, timeline};
use super::{Editable, Loaded, about};
use crate::actor::Actor;
use crate::domain_facts::{DomainView, Told};
use crate::error::Result;
use crate::on_file::OnFileView;
use crate::world::{World, china_date};

/// An order as its owner or the provider sees it; nothing personal can be read in it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OrderView {
    /// The order.
    pub id: Uuid,
    /// The number people use.
    pub number: String,
    /// Counts changes; saving and submitting must name it.
    pub version: i64,
    /// What is asked, as a word of [`filing::stage::Action`]; empty while detection has no answer.
    pub action: String,
    /// Where it stands, with the facts of that stage.
    pub stage: Stage,
    /// Where it stands, as a word.
    pub kind: StageKind,
    /// The domain of the first site.
    pub domain: String,
    /// What was typed, masked.
    pub draft: Draft,
    /// How far each section is.
    pub tasks: Vec<Section>,
    /// What others told of its domains.
    pub domains: Vec<DomainView>,
    /// What must be mended, whether or not it already is.
    pub requests: Vec<ChangeRequest>,
    /// What happened and what comes.
    pub timeline: Vec<TimelineEntry>,
    /// What comes next.
    pub next: NextStep,
    /// The papers and pictures.
    pub slots: Vec<SlotView>,
    /// What it builds upon, when it adds to something that is filed.
    pub on_file: Option<OnFileView>,
    /// The numbers and the duties, once it is filed.
    pub filed: Option<FiledView>,
    /// How to confirm the ministry's text message, while it is awaited.
    pub sms: Option<SmsStep>,
    /// What the actor may do with it now, as words of [`crate::policy::Act`].
    pub can: Vec<&'static str>,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// An order open for editing: its owner's own words, unmasked.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EditView {
    /// The order.
    pub order: Uuid,
    /// The number people use.
    pub number: String,
    /// Counts changes; the next save must name it.
    pub version: i64,
    /// Where it stands, as a word.
    pub kind: StageKind,
    /// What was typed.
    pub draft: Draft,
    /// What may be changed.
    pub editable: Editable,
    /// Everything the checks say.
    pub findings: Vec<Finding>,
    /// What others told of its domains.
    pub domains: Vec<DomainView>,
    /// How far each section is.
    pub tasks: Vec<Section>,
    /// What must be mended, whether or not it already is.
    pub requests: Vec<ChangeRequest>,
    /// What it asks, as a word of [`filing::stage::Action`]; empty while detection has no answer.
    pub action: String,
    /// What it builds upon, when it adds to something that is filed.
    pub on_file: Option<OnFileView>,
    /// The papers and pictures.
    pub slots: Vec<SlotView>,
}

/// A place for a paper or picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SlotView {
    /// Its field, such as `sites.0.materials.manager_photo`.
    pub slot: String,
    /// What belongs there.
    pub kind: MaterialKind,
    /// The site it belongs to.
    pub site: Option<usize>,
    /// Whether the order cannot be submitted without it.
    pub required: bool,
    /// Whether it may be changed now.
    pub editable: bool,
    /// What is there.
    pub material: Option<MaterialView>,
    /// Why it is asked for and how it must look; none of what only a reviewer asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paper: Option<Paper>,
}

/// A paper or picture that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MaterialView {
    /// The material.
    pub id: Uuid,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Size in bytes.
    pub size: u64,
    /// SHA-256, in hex.
    pub sha256: String,
    /// `web` or `handover`.
    pub via: String,
    /// When it came.
    #[schema(value_type = String, format = DateTime)]
    pub uploaded_at: Timestamp,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FiledView {
    /// The subject's number.
    pub subject_number: String,
    /// The sites with theirs.
    pub sites: Vec<FiledSiteView>,
    /// The day it was filed.
    #[schema(value_type = String, format = Date)]
    pub filed_on: Date,
    /// What must be done next.
    pub duties: Vec<Duty>,
}

/// A filed site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FiledSiteView {
    /// The domain.
    pub domain: String,
    /// The site's name.
    pub name: String,
    /// The site's number.
    pub number: String,
    /// The footer to copy into the home page.
    pub footer_html: String,
    /// Whether the gateways were told to let it through.
    pub open: bool,
}

/// Something to be done after the filing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Duty {
    /// `footer`, `police` or `dns`.
    pub code: &'static str,
    /// The day by which.
    #[schema(value_type = Option<String>, format = Date)]
    pub due_on: Option<Date>,
    /// Where.
    pub url: Option<String>,
}

/// The ministry's text-message check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SmsStep {
    /// Until when the codes are good.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// The numbers that received one, masked.
    pub mobiles: Vec<String>,
    /// Where to enter them.
    pub url: String,
}

/// The papers and pictures an order needs, may need or has, in the order of the list of papers.
#[must_use]
pub fn slots(loaded: &Loaded, findings: &[Finding], today: Date) -> Vec<SlotView> {
    let editable = loaded.editable();
    let papers = papers::needed(&loaded.order.draft, &loaded.known, today);
    // What is only possible has a place while there is somebody to bring it.
    let mut wanted: Vec<(MaterialKind, Option<usize>, bool)> = papers
        .iter()
        .filter(|paper| paper.need != Need::Possible || editable.allows(&paper.slot))
        .map(|paper| (paper.kind, paper.site, paper.need == Need::Required))
        .collect();
    for material in &loaded.materials {
        if let Some((kind, site)) = MaterialKind::from_field(&material.slot)
            && !wanted.iter().any(|(k, s, _)| (*k, *s) == (kind, site))
        {
            wanted.push((kind, site, false));
        }
    }
    let requests = match &loaded.order.stage {
        Stage::ChangesRequested { requests, .. } => requests.as_slice(),
        _ => &[],
    };
    // A paper is also wanted when a reviewer asks for it, or when a finding does.
    let blocking = findings.iter().filter(|finding| finding.severity == Severity::Block);
    for field in requests.iter().map(|request| &request.field).chain(blocking.map(|finding| &finding.field)) {
        let Some((kind, site)) = MaterialKind::from_field(field) else { continue };
        match wanted.iter_mut().find(|(k, s, _)| (*k, *s) == (kind, site)) {
            Some((.., required)) => *required = true,
            None => wanted.push((kind, site, true)),
        }
    }
    wanted
        .into_iter()
        .map(|(kind, site, required)| {
            let slot = kind.field(site);
            SlotView {
                kind,
                site,
                required,
                editable: editable.allows(&slot),
                material: loaded.materials.iter().rev().find(|material| material.slot == slot).map(MaterialView::of),
                paper: papers.iter().find(|paper| paper.slot == slot).cloned(),
                slot,
            }
        })
        .collect()
}

impl MaterialView {
    /// What is shown of a material.
    #[must_use]
    pub fn of(material: &Material) -> Self {
        Self {
            id: material.id.0,
            width: material.width,
            height: material.height,
            size: material.size,
            sha256: material.sha256.clone(),
            via: material.source.clone(),
            uploaded_at: material.created_at,
        }
    }
}

/// What the applicant was asked to mend.
#[must_use]
pub fn requests(stage: &Stage) -> Vec<ChangeRequest> {
    match stage {
        Stage::ChangesRequested { requests, .. } => requests.clone(),
        _ => Vec::new(),
    }
}

impl EditView {
    /// An order open for editing.
    #[must_use]
    pub fn of(loaded: &Loaded, today: Date) -> Self {
        let findings = loaded.findings(today);
        Self {
            order: loaded.order.id.0,
            number: loaded.order.number.clone(),
            version: loaded.order.version,
            kind: loaded.order.stage.kind(),
            draft: loaded.order.draft.clone(),
            editable: loaded.editable(),
            tasks: progress::sections_of(&loaded.order.draft, &loaded.known, &findings),
            slots: slots(loaded, &findings, today),
            findings,
            domains: loaded.told.iter().map(Told::view).collect(),
            requests: requests(&loaded.order.stage),
            action: loaded.order.action.clone(),
            on_file: loaded.on_file(),
        }
    }
}

impl OrderView {
    /// An order as an actor sees it.
    ///
    /// # Errors
    /// When the store cannot.
    pub async fn of(reader: &Reader, world: &World, actor: &Actor, loaded: &Loaded) -> Result<Self> {
        let order = &loaded.order;
        let mut trail = Vec::new();
        loop {
            let after = trail.last().map_or(0, |entry: &store::audit::Entry| entry.sequence);
            let page = store::audit::for_target(reader, "order", order.id.0, after, 500).await?;
            let is_last = page.len() < 500;
            trail.extend(page);
            if is_last {
                break;
            }
        }
        let findings = loaded.findings(world.today());
        Ok(Self {
            id: order.id.0,
            number: order.number.clone(),
            version: order.version,
            action: order.action.clone(),
            stage: order.stage.clone(),
            kind: order.stage.kind(),
            domain: order.draft.basic.domain.clone(),
            draft: masked(&order.draft),
            tasks: progress::sections_of(&order.draft, &loaded.known, &findings),
            domains: loaded.told.iter().map(Told::view).collect(),
            requests: requests(&order.stage),
            timeline: timeline(order, &trail),
            next: next_step(order),
            slots: slots(loaded, &findings, world.today()),
            on_file: loaded.on_file(),
            filed: filed(reader, world, loaded).await?,
            sms: sms(world, loaded),
            can: can(actor, loaded),
            created_at: order.created_at,
            updated_at: order.updated_at,
        })
    }
}

fn sms(world: &World, loaded: &Loaded) -> Option<SmsStep> {
    let Stage::AwaitingSms { sms_until, .. } = &loaded.order.stage else { return None };
    let mut mobiles: Vec<String> =
        receivers_of_codes(loaded).iter().map(|mobile| filing::mask::phone(mobile)).collect();
    mobiles.dedup();
    Some(SmsStep { until: *sms_until, mobiles, url: world.settings.sms_check_url.to_string() })
}

/// The mobile numbers the ministry texts, each once: those of the people whose part is filed, changed or ended (filing
/// rules G.2).
#[must_use]
pub fn receivers_of_codes(loaded: &Loaded) -> Vec<String> {
    let draft = &loaded.order.draft;
    let (principal, managers) = about::texted(loaded);
    let principal = principal.then_some(&draft.principal);
    let managers = managers.into_iter().filter_map(|site| material::manager(draft, site));
    let mut mobiles: Vec<String> = Vec::new();
    for person in principal.into_iter().chain(managers) {
        let mobile = person.mobile.trim().to_owned();
        if !mobile.is_empty() && !mobiles.contains(&mobile) {
            mobiles.push(mobile);
        }
    }
    mobiles
}

fn can(actor: &Actor, loaded: &Loaded) -> Vec<&'static str> {
    if loaded.order.account != actor.account {
        return Vec::new();
    }
    match &loaded.order.stage {
        Stage::Draft { .. } => vec!["edit_order", "submit", "abandon"],
        Stage::ChangesRequested { .. } => vec!["edit_order", "submit", "abandon"],
        Stage::Submitted { .. } => vec!["withdraw", "abandon"],
        Stage::InReview { .. } => vec!["abandon"],
        Stage::AwaitingSms { .. } => vec!["confirm_sms_done"],
        // Once it has a number on the wire, the authority may have it at any moment.
        Stage::ToReport { .. }
        | Stage::AtAuthority { .. }
        | Stage::Filed { .. }
        | Stage::Cancelled { .. }
        | Stage::Abandoned { .. } => Vec::new(),
    }
}

async fn filed(reader: &Reader, world: &World, loaded: &Loaded) -> Result<Option<FiledView>> {
    let Stage::Filed { subject_number, at } = &loaded.order.stage else { return Ok(None) };
    let mut sites = Vec::new();
    for domain in loaded.domains() {
        let Some(site) = store::filed::find_site_by_domain(reader, &domain).await? else { continue };
        let latest = store::feed::latest(reader, &domain).await?;
        let open = latest.is_some_and(|entry| entry.body["enforcement"] == "open");
        let footer_html = footer(footer_number(&loaded.order.province, subject_number, &site.number));
        sites.push(FiledSiteView { domain, name: site.name, number: site.number, footer_html, open });
    }
    let filed_on = china_date(*at);
    let police = china_date(filing::deadline::Term::Police.days_after(*at));
    let duty = |code, due_on, url: Option<String>| Duty { code, due_on, url };
    Ok(Some(FiledView {
        subject_number: subject_number.clone(),
        sites,
        filed_on,
        duties: vec![
            duty("footer", Some(filed_on), Some(MINISTRY.to_owned())),
            duty("police", Some(police), Some(world.settings.police_url.to_string())),
            duty("dns", None, None),
        ],
    }))
}

/// Where every footer must lead (order 33 of 2005, article 13).
const MINISTRY: &str = "https://beian.miit.gov.cn/";

/// The number that goes to the foot of a site: its own, or the subject's where the province asks for that.
fn footer_number<'a>(province: &str, subject: &'a str, site: &'a str) -> &'a str {
    let province = Province::from_word(province);
    let asked = province.and_then(|province| province.practice().params.footer_number.as_ref());
    match asked.map(|asked| asked.value) {
        Some(FooterNumber::Subject) => subject,
        Some(FooterNumber::Site) | None => site,
    }
}

/// The footer to copy: the site's number, linked to the ministry's page.
#[must_use]
pub fn footer(number: &str) -> String {
    format!("<a href=\"{MINISTRY}\" target=\"_blank\" rel=\"noopener\">{number}</a>")
}

#[cfg(test)]
mod tests {
    use super::footer_number;

    #[test]
    fn the_number_at_the_foot_is_the_sites_and_in_guangdong_the_subjects() {
        let number = |province| footer_number(province, "粤ICP备2026000001号", "粤ICP备2026000001号-1");
        assert_eq!(number("44"), "粤ICP备2026000001号");
        assert_eq!((number("33"), number("")), ("粤ICP备2026000001号-1", "粤ICP备2026000001号-1"));
    }
}
