//! The exact papers of an order: which, why, how they must look, how old they may be, and the template to fill in.
//!
//! The rows are data (`rules/papers.toml`); what a province asks for comes from its parameters and lines. The checks
//! on papers read this same list.

use std::collections::HashMap;

use jiff::civil::Date;
use jiff::{Span, ToSpan as _};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::check::{Context, Facts};
use crate::detect;
use crate::draft::Draft;
use crate::material::{self, MAX_BYTES, MEDIA_TYPES, MIN_BYTES, MaterialKind, Needed};
use crate::province::{AgeUnit, DatedPaper, Occasion, line};
use crate::text::Text;
use crate::words::words;

mod changed;
mod people;
mod table;
mod when;

use table::{Row, table};
use when::Hit;

words! {
    /// How surely a paper is needed, the surest first.
    pub enum Need {
        /// The order cannot be submitted without it.
        Required = "required",
        /// What the draft says calls for it; a person decides.
        Likely = "likely",
        /// The authority may ask for it in the case its reason names.
        Possible = "possible",
    }
}

words! {
    /// A paper of which there is a form to fill in.
    pub enum Template {
        /// 主体负责人授权书.
        PrincipalLetter = "principal_letter",
        /// 网站负责人授权书.
        ManagerLetter = "manager_letter",
        /// 网站负责人授权书 as Shanghai wants it, with domain and post.
        ShanghaiLetter = "shanghai_letter",
        /// One letter for both roles.
        BothRolesLetter = "both_roles_letter",
        /// 互联网信息服务承诺书.
        Commitment = "commitment",
        /// 不涉及前置审批承诺书.
        NoPreApproval = "no_pre_approval",
        /// 不涉及校外培训承诺书.
        NoTraining = "no_training",
        /// 金融承诺函.
        Finance = "finance",
        /// 文化承诺书.
        Culture = "culture",
        /// 网站建设方案书.
        SitePlan = "site_plan",
        /// 更名函.
        RenameLetter = "rename_letter",
        /// 域名持有说明.
        DomainStatement = "domain_statement",
        /// 居住情况说明.
        ResidenceStatement = "residence_statement",
    }
}

/// How the file of a paper must look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Format {
    /// The media types that are taken.
    pub media_types: Vec<String>,
    /// The smallest file, in bytes.
    pub min_bytes: u64,
    /// The largest file, in bytes.
    pub max_bytes: u64,
    /// What must be on it and how it is made.
    pub demands: Vec<Text>,
}

/// How old a paper may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AgeLimit {
    /// How many.
    pub value: i32,
    /// Days or months.
    pub unit: AgeUnit,
    /// The first day it may bear, seen from the day of the list.
    #[schema(value_type = String, format = Date)]
    pub not_before: Date,
    /// Where it was read.
    pub source: String,
}

/// What a provincial line says of a paper besides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Note {
    /// What it says.
    pub text: Text,
    /// The line and where it was read.
    pub source: String,
}

/// One paper of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Paper {
    /// The row of the list it comes from, such as `manager-letter`.
    pub id: String,
    /// What it is.
    pub kind: MaterialKind,
    /// The site it belongs to; none for the subject's.
    pub site: Option<usize>,
    /// The field it is uploaded to, such as `sites.0.materials.manager_letter`.
    pub slot: String,
    /// How surely it is needed.
    pub need: Need,
    /// Why.
    pub why: Text,
    /// Where that was read.
    pub source: String,
    /// How its file must look.
    pub format: Format,
    /// How old it may be.
    pub age: Option<AgeLimit>,
    /// How many months it must still be valid.
    pub valid_months: Option<i32>,
    /// The form to fill in.
    pub template: Option<Template>,
    /// What the province says of it besides.
    pub notes: Vec<Note>,
}

impl Paper {
    /// Its place among the materials.
    #[must_use]
    pub const fn place(&self) -> Needed {
        Needed { kind: self.kind, site: self.site }
    }

    /// Whether it is there, where it belongs or as another picture of the same person.
    #[must_use]
    pub fn is_there(&self, draft: &Draft, facts: &Facts) -> bool {
        material::source_of(draft, self.place(), |there| facts.has(there)).is_some()
    }
}

/// The papers of a draft on a day, in the order of the list: the subject's first, then each site's.
#[must_use]
pub fn needed(draft: &Draft, facts: &Facts, on: Date) -> Vec<Paper> {
    of(&Context::new(draft, facts, on))
}

/// The same for checks that hold the context already.
pub(crate) fn of(cx: &Context<'_>) -> Vec<Paper> {
    if cx.action.cancels() {
        return Vec::new();
    }
    let mut papers: Vec<Paper> = Vec::new();
    let mut seen: HashMap<Needed, usize> = HashMap::new();
    for row in &table().papers {
        for site in places(cx, row.kind).into_iter().filter(|site| changed::concerns(cx, row.kind, *site)) {
            let place = Needed { kind: row.kind, site };
            let Some(paper) = paper(cx, row, place) else { continue };
            match seen.get(&place) {
                // The first row speaks; a later one can only make the need stronger.
                Some(index) => papers[*index].need = papers[*index].need.min(paper.need),
                None => {
                    seen.insert(place, papers.len());
                    papers.push(paper);
                }
            }
        }
    }
    one_letter_for_both_roles(cx, &mut papers);
    papers.sort_by_key(|paper| (paper.site, paper.need));
    papers
}

/// The subject once, or each site.
fn places(cx: &Context<'_>, kind: MaterialKind) -> Vec<Option<usize>> {
    if kind.belongs_to_site() { (0..cx.draft.sites.len()).map(Some).collect() } else { vec![None] }
}

/// The paper of a row at a place, when all that the row names holds.
fn paper(cx: &Context<'_>, row: &Row, place: Needed) -> Option<Paper> {
    if row.from.is_some_and(|from| cx.on < from)
        || !(row.natures.is_empty() || cx.nature.is_some_and(|nature| row.natures.contains(&nature)))
        || row.without_approval.is_some_and(|kind| when::has_approval(cx, place.site, kind))
    {
        return None;
    }
    let lines = row.lines.iter().filter_map(|id| line(id)).find(|line| concerns(cx, line, place.site));
    if !row.lines.is_empty() && lines.is_none() {
        return None;
    }
    let mut hit = Hit::default();
    if let Some(condition) = row.when {
        hit.join(when::holds(cx, condition, place)?);
    }
    if let Some(group) = &row.words {
        hit.join(when::says(cx, table().group(group), place.site)?);
    }
    if let Some(group) = &row.label_words {
        hit.join(when::label_says(cx, table().group(group), place.site?)?);
    }
    if let Some(below) = row.age_below
        && !people::somebody_aged(cx, row.age_from.unwrap_or_default(), below)
    {
        return None;
    }
    let mut why = hit.fill(&row.why);
    if let Some(province) = cx.province {
        let name = province.name();
        why = Text::new(why.zh.replace("{province}", &name.zh), why.en.replace("{province}", &name.en));
    }
    if let Some(line) = lines {
        why = Text::new(format!("{}：{}", why.zh, line.text.zh), format!("{}: {}", why.en, line.text.en));
    }
    let source = lines.map(|line| line.citation()).or(hit.source).or_else(|| row.source.clone()).unwrap_or_default();
    Some(Paper {
        id: row.id.clone(),
        kind: row.kind,
        site: place.site,
        slot: place.field(),
        need: row.need,
        age: age(cx, row, &source),
        valid_months: valid_months(cx, row),
        why,
        source,
        format: Format {
            media_types: MEDIA_TYPES.iter().map(|kind| (*kind).to_owned()).collect(),
            min_bytes: MIN_BYTES,
            max_bytes: MAX_BYTES,
            demands: row.demands.iter().filter_map(|word| table().demands.get(word).cloned()).collect(),
        },
        template: template(cx, row, place),
        notes: notes(cx, place, row),
    })
}

/// Whether a provincial line speaks of this draft; what is not known to be anything else is a first filing.
fn concerns(cx: &Context<'_>, line: &crate::province::Line, site: Option<usize>) -> bool {
    let Some(individual) = cx.individual() else { return false };
    let occasion = occasion(cx, site).unwrap_or(Occasion::FirstFiling);
    Some(line.province) == cx.province && line.holds(cx.on) && line.concerns(individual, Some(occasion))
}

/// The occasion of a site, or of the first one, as far as it was found out.
fn occasion(cx: &Context<'_>, site: Option<usize>) -> Option<Occasion> {
    if let Some(action) = cx.facts.action {
        return Some(Occasion::of(action));
    }
    let answers = cx.facts.detection.get(cx.site_domain(site.unwrap_or(0)))?;
    detect::detect(*answers).action().map(Occasion::of)
}

/// What provincial lines say of the paper besides the one that asks for it.
fn notes(cx: &Context<'_>, place: Needed, row: &Row) -> Vec<Note> {
    let ids = table().notes.get(&place.kind).into_iter().flatten().filter(|id| !row.lines.contains(id));
    ids.filter_map(|id| line(id))
        .filter(|line| concerns(cx, line, place.site))
        .map(|line| Note { text: line.text.clone(), source: line.citation() })
        .collect()
}

/// How old the paper may be: what the province says of it, else what the row does.
fn age(cx: &Context<'_>, row: &Row, source: &str) -> Option<AgeLimit> {
    let dated: &[DatedPaper] = match row.kind {
        MaterialKind::AuthorizationLetter | MaterialKind::ManagerLetter => &[DatedPaper::AuthorizationLetter],
        MaterialKind::DomainCertificate => &[DatedPaper::DomainCertificate],
        MaterialKind::ResidenceProof | MaterialKind::AgeProof => &[DatedPaper::WorkProof],
        MaterialKind::BusinessStatement => &[DatedPaper::CommercialActivityExplanation],
        _ => &[],
    };
    let limit = |value: i32, unit: AgeUnit, source: String| {
        let span: Span = if unit == AgeUnit::Day { value.days() } else { value.months() };
        Some(AgeLimit { value, unit, not_before: cx.on.checked_sub(span).ok()?, source })
    };
    let own = cx.params().and_then(|params| params.document_max_age.as_ref());
    let found = own.and_then(|own| own.value.iter().find(|age| dated.contains(&age.document)).map(|age| (own, age)));
    if let Some((own, age)) = found {
        let source = own.sources.first().map_or_else(|| source.to_owned(), ToString::to_string);
        return limit(age.value, age.unit, source);
    }
    limit(row.age_months?, AgeUnit::Month, table().age_source.clone())
}

/// How long a certificate must still be valid.
fn valid_months(cx: &Context<'_>, row: &Row) -> Option<i32> {
    let usual = row.valid_months?;
    let params = cx.params();
    let own = params.and_then(|params| match row.kind {
        MaterialKind::SubjectCertificate => {
            params.licence_min_months.as_ref().or(params.credential_min_months.as_ref())
        }
        _ => params.id_min_months.as_ref(),
    });
    Some(own.map_or(usual, |own| own.value))
}

/// The form of a row's paper at a place; Shanghai has one of its own for managers.
fn template(cx: &Context<'_>, row: &Row, place: Needed) -> Option<Template> {
    let shanghai = cx.province == Some(crate::province::Province::Shanghai);
    match row.template {
        Some(Template::ManagerLetter) if shanghai && place.site.is_some() => Some(Template::ShanghaiLetter),
        other => other,
    }
}

/// One letter serves a person who is both principal and manager.
fn one_letter_for_both_roles(cx: &Context<'_>, papers: &mut Vec<Paper>) {
    let Some(letter) = papers.iter().position(|paper| paper.kind == MaterialKind::AuthorizationLetter) else { return };
    let serves = |paper: &Paper| {
        paper.kind == MaterialKind::ManagerLetter && paper.site.is_some_and(|site| people::is_principal(cx.draft, site))
    };
    if papers.iter().any(serves) {
        papers[letter].template = Some(Template::BothRolesLetter);
        papers.retain(|paper| !serves(paper));
    }
}

#[cfg(test)]
mod tests;
