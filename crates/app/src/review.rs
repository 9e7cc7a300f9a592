//! The first review (初审) as the reviewer sees it: data, documents, findings, marks, calls, and what changed.

use std::collections::BTreeMap;

use filing::check::Finding;
use filing::stage::{Action, Stage};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::account::IdentityKind;
use store::order::Order;
use store::review::{Mark, MarkState};
use store::{AccountId, Reader};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::fields;
use crate::order::Loaded;
use crate::order::masked::masked;
use crate::order::view::OrderView;
use crate::world::World;

/// The shortest piece of a masked value that a finding may not quote, in characters.
const SHORTEST_QUOTED: usize = 4;
/// So many characters of a value are looked for in a finding.
const LONGEST_QUOTED: usize = 100;

/// A case on the review desk.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CaseView {
    /// The order, masked.
    pub order: OrderView,
    /// Everything the checks say today, without what is masked in the fields.
    pub findings: Vec<Finding>,
    /// The fields one by one.
    pub rows: Vec<CaseRow>,
    /// The papers' slots that changed since the submission before.
    pub changed_slots: Vec<String>,
    /// The calls made.
    pub calls: Vec<CallView>,
    /// Who has claimed it.
    pub claimed_by: Option<Uuid>,
    /// Whether that is the actor.
    pub mine: bool,
    /// How often it was submitted.
    pub submissions: u32,
    /// Addresses of its resources that the provider has not filed with the bureau, where it keeps its filing here.
    pub unfiled_ips: Vec<String>,
    /// What stands in the way of passing it, as words with texts in the locale files; empty when nothing does.
    pub pass_blockers: Vec<&'static str>,
}

/// One field of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CaseRow {
    /// The field's path.
    pub field: String,
    /// Its value, masked.
    pub value: String,
    /// Whether there is more to it than is shown.
    pub sealed: bool,
    /// What the reviewer found.
    pub mark: MarkView,
    /// What the applicant is to do.
    pub advice: Option<String>,
    /// The rules that have something to say about it.
    pub finding_rules: Vec<String>,
    /// Its masked value in the submission before, or as it is filed, when it is another one now.
    pub changed: Option<String>,
}

/// What a reviewer found of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MarkView {
    /// Nothing yet.
    None,
    /// It was looked at.
    Seen,
    /// It is right.
    Ok,
    /// It must be mended.
    NeedsChange,
}

/// A call about a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CallView {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who called.
    pub by: Uuid,
    /// `principal`, or `manager` with the site's number behind a dot.
    pub who: String,
    /// The number, masked.
    pub phone: String,
    /// How it ended.
    pub outcome: CallOutcome,
    /// What was said.
    pub note: String,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallOutcome {
    /// The person confirmed the filing.
    Confirmed,
    /// Nobody answered.
    NoAnswer,
    /// Somebody else answered.
    WrongPerson,
    /// The person knows of no filing.
    Denied,
}

impl CallOutcome {
    /// The word it is stored as.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::NoAnswer => "no_answer",
            Self::WrongPerson => "wrong_person",
            Self::Denied => "denied",
        }
    }

    fn from_word(word: &str) -> Self {
        match word {
            "confirmed" => Self::Confirmed,
            "wrong_person" => Self::WrongPerson,
            "denied" => Self::Denied,
            _ => Self::NoAnswer,
        }
    }
}

impl From<MarkState> for MarkView {
    fn from(state: MarkState) -> Self {
        match state {
            MarkState::Seen => Self::Seen,
            MarkState::Ok => Self::Ok,
            MarkState::NeedsChange => Self::NeedsChange,
        }
    }
}

/// Who has claimed an order.
#[must_use]
pub const fn claimed_by(order: &Order) -> Option<AccountId> {
    match &order.stage {
        Stage::InReview { reviewer, .. } => Some(AccountId(*reviewer)),
        _ => None,
    }
}

/// Refuses unless the actor has claimed the order.
///
/// # Errors
/// `not-claimed-by-you`.
pub fn require_claim(actor: &Actor, order: &Order) -> Result<()> {
    if claimed_by(order) == Some(actor.account) { Ok(()) } else { Err(Error::conflict("not-claimed-by-you")) }
}

/// What stands in the way of passing a case.
///
/// # Errors
/// When the store cannot.
pub async fn pass_blockers(
    reader: &Reader,
    world: &World,
    loaded: &Loaded,
    findings: &[Finding],
) -> Result<Vec<&'static str>> {
    let mut blockers = Vec::new();
    if filing::check::blocks(findings) {
        blockers.push("findings-block");
    }
    if !loaded.known.unfiled_ips.is_empty() {
        blockers.push("ip-not-filed");
    }
    let marks = store::review::list(reader, loaded.order.id).await?;
    if marks.iter().any(|mark| mark.state == MarkState::NeedsChange) {
        blockers.push("marks-open");
    }
    if world.settings.require_call {
        let since = loaded.submissions.first().map_or(loaded.order.created_at, |first| first.at);
        let calls = store::call::list(reader, loaded.order.id).await?;
        if !calls.iter().any(|call| call.outcome == "confirmed" && call.at >= since) {
            blockers.push("call-missing");
        }
    }
    Ok(blockers)
}

impl CaseView {
    /// A case as an actor sees it.
    ///
    /// # Errors
    /// When the store cannot.
    pub async fn of(reader: &Reader, world: &World, actor: &Actor, loaded: &Loaded) -> Result<Self> {
        let findings = loaded.findings(world.today());
        let marks = store::review::list(reader, loaded.order.id).await?;
        let calls = store::call::list(reader, loaded.order.id).await?;
        let claimed_by = claimed_by(&loaded.order);
        let previous = loaded.previous_submission();
        let changed_slots = previous.map(|previous| {
            loaded.materials.iter().filter(|m| m.created_at > previous.at).map(|m| m.slot.clone()).collect()
        });
        Ok(Self {
            order: OrderView::of(reader, world, actor, loaded).await?,
            rows: rows(loaded, &findings, &marks),
            changed_slots: changed_slots.unwrap_or_default(),
            calls: calls
                .into_iter()
                .map(|call| CallView {
                    at: call.at,
                    by: call.reviewer.0,
                    who: call.party,
                    phone: filing::mask::phone(&call.phone),
                    outcome: CallOutcome::from_word(&call.outcome),
                    note: call.note,
                })
                .collect(),
            claimed_by: claimed_by.map(|account| account.0),
            mine: claimed_by == Some(actor.account),
            submissions: loaded.facts.rounds,
            unfiled_ips: loaded.known.unfiled_ips.clone(),
            pass_blockers: pass_blockers(reader, world, loaded, &findings).await?,
            findings: discreet(loaded, findings),
        })
    }
}

fn rows(loaded: &Loaded, findings: &[Finding], marks: &[Mark]) -> Vec<CaseRow> {
    let draft = &loaded.order.draft;
    let plain = fields::flatten(draft);
    let shown = fields::flatten(&masked(draft));
    let (before_plain, before_shown) = match loaded.compared_with() {
        Some(before) => (fields::flatten(before), fields::flatten(&masked(before))),
        None => (plain.clone(), BTreeMap::new()),
    };
    let mut rows: Vec<CaseRow> = plain
        .iter()
        .filter(|(path, _)| !is_not_read(loaded, path))
        .map(|(path, value)| {
            let mark = marks.iter().find(|mark| mark.field == *path);
            let differs = before_plain.get(path) != Some(value);
            CaseRow {
                field: path.clone(),
                value: shown.get(path).cloned().unwrap_or_default(),
                sealed: shown.get(path) != Some(value),
                mark: mark.map_or(MarkView::None, |mark| mark.state.into()),
                advice: mark.map(|mark| mark.advice.clone()).filter(|advice| !advice.is_empty()),
                finding_rules: findings.iter().filter(|f| f.field == *path).map(|f| f.rule.clone()).collect(),
                changed: differs.then(|| before_shown.get(path).cloned().unwrap_or_default()),
            }
        })
        .collect();
    // A paper, or a section as a whole, has no row until the reviewer has marked it.
    rows.extend(marks.iter().filter(|mark| !plain.contains_key(&mark.field)).map(|mark| CaseRow {
        field: mark.field.clone(),
        value: String::new(),
        sealed: false,
        mark: mark.state.into(),
        advice: Some(mark.advice.clone()).filter(|advice| !advice.is_empty()),
        finding_rules: Vec::new(),
        changed: None,
    }));
    rows.sort_by_key(|row| (section_rank(&row.field), row.field.clone()));
    rows
}

/// Findings as the desk sees them: a masked field's ready values are kept back, and a text that quotes one quotes it
/// masked.
fn discreet(loaded: &Loaded, mut findings: Vec<Finding>) -> Vec<Finding> {
    let shown = fields::flatten(&masked(&loaded.order.draft));
    let mut secrets: Vec<(String, String, String)> = fields::flatten(&loaded.order.draft)
        .into_iter()
        .filter_map(|(path, value)| {
            let mask = shown.get(&path).filter(|mask| **mask != value)?.clone();
            Some((path, value, mask))
        })
        .collect();
    if let Some(identity) = loaded.account.identity.as_ref() {
        let (name, number) = (&identity.name, &identity.certificate_number);
        if identity.kind == IdentityKind::Individual {
            secrets.push(("account".to_owned(), name.clone(), filing::mask::name(name)));
        }
        secrets.push(("account".to_owned(), number.clone(), filing::mask::number(number)));
    }
    // The longest first: a name may stand inside an address.
    secrets.sort_by_key(|(_, value, _)| std::cmp::Reverse(value.len()));
    for finding in &mut findings {
        let own =
            |path: &str| fields::is_at_or_below(path, &finding.field) || fields::is_at_or_below(&finding.field, path);
        let is_masked = secrets.iter().any(|(path, ..)| own(path));
        let tells = |value: &String| secrets.iter().any(|(_, secret, _)| is_telling(secret) && value.contains(secret));
        if is_masked || finding.value.iter().chain(&finding.values).any(tells) {
            finding.value = None;
            finding.values.clear();
        }
        for (path, secret, mask) in &secrets {
            let parts = own(path);
            for text in [&mut finding.message.zh, &mut finding.message.en, &mut finding.fix.zh, &mut finding.fix.en] {
                hide(text, secret, mask, parts);
            }
        }
    }
    findings
}

/// Whether a value says something by itself; a single letter does not, and would be found in every sentence.
fn is_telling(secret: &str) -> bool {
    if secret.is_ascii() { secret.len() >= 5 } else { secret.chars().count() >= 2 }
}

/// Masks a value in a text; `parts` also takes out pieces of it, such as the birthday out of a number.
fn hide(text: &mut String, secret: &str, mask: &str, parts: bool) {
    if is_telling(secret) && text.contains(secret) {
        *text = text.replace(secret, mask);
        return;
    }
    let chars: Vec<char> = secret.chars().take(LONGEST_QUOTED).collect();
    for length in (SHORTEST_QUOTED..=chars.len()).rev().take_while(|_| parts) {
        for piece in chars.windows(length).map(|piece| piece.iter().collect::<String>()) {
            if text.contains(&piece) {
                *text = text.replace(&piece, "…");
            }
        }
    }
}

/// A manager who is the principal has no fields of their own, and a site that only gets an access is asked for no more
/// than where it runs.
fn is_not_read(loaded: &Loaded, path: &str) -> bool {
    let draft = &loaded.order.draft;
    let adds_access = loaded.action().is_some_and(Action::adds_access);
    (0..draft.sites.len()).any(|site| {
        let is_principal =
            filing::material::manager(draft, site).is_some_and(|person| std::ptr::eq(person, &draft.principal));
        let below = |name: &str| fields::is_at_or_below(path, &format!("sites.{site}.{name}"));
        (is_principal && below("manager"))
            || (adds_access && ["content", "languages", "approvals", "remark"].into_iter().any(below))
    })
}

fn section_rank(path: &str) -> u8 {
    match path.split('.').next() {
        Some("cancellation") => 0,
        Some("basic") => 1,
        Some("subject") => 2,
        Some("principal") => 3,
        _ => 4,
    }
}
