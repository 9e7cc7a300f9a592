//! What an account has filed: subjects with their sites, their numbers, and what can be asked of each now.

use filing::mask;
use filing::nature::Nature;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::filed::{FiledSite, FiledState, FiledSubject};
use store::order::Hold;
use store::supplement::Supplement;
use store::{Reader, SubjectId};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::filed::possible::{Possible, of_site, of_subject};
use crate::page::{self, Page};
use crate::policy::{Act, require};
use crate::world::{World, china_date};

/// Which part of the list.
#[derive(Debug, Clone, Default, Deserialize, ToSchema, IntoParams)]
pub struct ListFilings {
    /// From where on.
    pub cursor: Option<String>,
}

/// Which filing.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct FilingRef {
    /// The filed subject.
    pub filing: Uuid,
}

/// A filed subject with its sites; nothing personal can be read in it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FilingView {
    /// The filed subject.
    pub id: Uuid,
    /// Its number.
    pub number: String,
    /// Its name; an individual's is masked.
    pub name: String,
    /// Its nature, as a word.
    pub nature: String,
    /// The province that decided.
    pub province: String,
    /// The kind of its certificate, as a word.
    pub certificate_kind: String,
    /// Its certificate's number, masked.
    pub certificate_number: String,
    /// The principal's name, masked.
    pub principal: String,
    /// `active` or `cancelled`.
    pub state: &'static str,
    /// The day it was filed.
    #[schema(value_type = String, format = Date)]
    pub filed_on: Date,
    /// The day our record last changed.
    #[schema(value_type = String, format = Date)]
    pub updated_on: Date,
    /// The account's running order, which excludes any other.
    pub running: Option<Uuid>,
    /// What can be asked of the subject.
    pub acts: Vec<Possible>,
    /// Its sites, by number.
    pub sites: Vec<FilingSite>,
    /// The papers last sent for it, the newest first.
    pub papers: Vec<SentPaper>,
}

/// A paper sent to the authority for a filing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SentPaper {
    /// The site it is of; none for the subject's.
    pub site: Option<Uuid>,
    /// What it proves, as a word of [`filing::supplement::SupplementKind`].
    pub purpose: String,
    /// `sent`, `stored` or `refused`.
    pub state: &'static str,
    /// The code the authority answered.
    pub code: Option<i64>,
    /// When it was sent.
    #[schema(value_type = String, format = DateTime)]
    pub sent_at: Timestamp,
}

/// How many of the papers sent are shown.
const PAPERS: u64 = 20;

/// A filed site.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FilingSite {
    /// The site.
    pub id: Uuid,
    /// Its number.
    pub number: String,
    /// Its name.
    pub name: String,
    /// Its domains; one, but for sites of long ago.
    pub domains: Vec<String>,
    /// `active` or `cancelled`.
    pub state: &'static str,
    /// Whether it is accessed through this provider.
    pub accessed: bool,
    /// Whether the gateways let it through.
    pub open: bool,
    /// The day it was filed.
    #[schema(value_type = String, format = Date)]
    pub filed_on: Date,
    /// What can be asked of it.
    pub acts: Vec<Possible>,
}

/// The account's filings, the newest first.
///
/// # Errors
/// When the actor may not, or the cursor is none.
pub async fn list_filings(world: &World, actor: &Actor, input: ListFilings) -> Result<Page<FilingView>> {
    require(actor, Act::ListFilings)?;
    let wanted = page::wanted(input.cursor.as_deref())?;
    let reader = world.store.read().await?;
    let listing = store::filed::subjects_of(&reader, actor.account, &wanted).await?;
    let mut items = Vec::new();
    for subject in listing.items {
        items.push(view(&reader, &subject).await?);
    }
    Ok(Page { next: listing.next.map(|cursor| cursor.to_string()), items })
}

/// One filing of the account.
///
/// # Errors
/// When there is none, or it is another account's.
pub async fn view_filing(world: &World, actor: &Actor, input: FilingRef) -> Result<FilingView> {
    require(actor, Act::ViewFiling)?;
    let reader = world.store.read().await?;
    let subject = own(&reader, actor, input.filing).await?;
    view(&reader, &subject).await
}

/// A filed subject of the actor's account; that another's exists is not told.
///
/// # Errors
/// [`Error::NotFound`].
pub(crate) async fn own(reader: &Reader, actor: &Actor, filing: Uuid) -> Result<FiledSubject> {
    let subject = store::filed::get_subject(reader, SubjectId(filing)).await?;
    if subject.account == actor.account { Ok(subject) } else { Err(Error::NotFound) }
}

async fn view(reader: &Reader, subject: &FiledSubject) -> Result<FilingView> {
    let rows = store::filed::sites_of(reader, subject.id).await?;
    let running = store::order::held_by(reader, &Hold::Account(subject.account)).await?;
    let mut sites: Vec<FilingSite> = Vec::new();
    for row in &rows {
        // A site with several domains has a row for each.
        if let Some(known) = sites.iter_mut().find(|site| site.number == row.number && site.state == word(row.state)) {
            known.domains.push(row.domain.clone());
            continue;
        }
        sites.push(site_view(reader, subject, row, running.is_some()).await?);
    }
    let papers = store::supplement::of_subject(reader, subject.id, PAPERS).await?;
    let individual = Nature::from_word(&subject.nature).is_none_or(Nature::is_individual);
    let principal = subject.document.pointer("/draft/principal/name").and_then(serde_json::Value::as_str);
    Ok(FilingView {
        id: subject.id.0,
        number: subject.number.clone(),
        name: if individual { mask::name(&subject.name) } else { subject.name.clone() },
        nature: subject.nature.clone(),
        province: subject.province.clone(),
        certificate_kind: subject.certificate_kind.clone(),
        certificate_number: mask::number(&subject.certificate_number),
        principal: mask::name(principal.unwrap_or_default()),
        state: word(subject.state),
        filed_on: china_date(subject.filed_at),
        updated_on: china_date(subject.updated_at),
        running: running.map(|order| order.0),
        acts: of_subject(subject, &rows, running.is_some()),
        sites,
        papers: papers.into_iter().map(sent_paper).collect(),
    })
}

async fn site_view(reader: &Reader, subject: &FiledSubject, row: &FiledSite, running: bool) -> Result<FilingSite> {
    let latest = store::feed::latest(reader, &row.domain).await?;
    Ok(FilingSite {
        id: row.id.0,
        number: row.number.clone(),
        name: row.name.clone(),
        domains: vec![row.domain.clone()],
        state: word(row.state),
        accessed: row.accessed,
        open: row.state == FiledState::Active && latest.is_some_and(|entry| entry.body["enforcement"] == "open"),
        filed_on: china_date(row.filed_at),
        acts: of_site(subject, row, running),
    })
}

fn sent_paper(paper: Supplement) -> SentPaper {
    SentPaper {
        site: paper.site.map(|site| site.0),
        purpose: paper.purpose,
        state: paper.state.as_str(),
        code: paper.code,
        sent_at: paper.sent_at,
    }
}

const fn word(state: FiledState) -> &'static str {
    state.as_str()
}
