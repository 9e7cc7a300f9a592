//! How far a draft is, section by section: what the task list shows.

use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use crate::check::{self, Facts, Finding, Severity};
use crate::draft::{Draft, PersonDraft, SiteDraft, SubjectDraft};
use crate::material::MaterialKind;
use crate::words::words;

words! {
    /// How a section stands.
    pub enum State {
        /// Nothing was entered yet (未开始).
        NotStarted = "not_started",
        /// Something was entered, something is missing (已看，未完成).
        LookedAtIncomplete = "looked_at_incomplete",
        /// Nothing is missing and nothing blocks (已完成).
        Complete = "complete",
        /// Something is wrong, or somebody asked for a change (需修改).
        NeedsChange = "needs_change",
        /// Something else comes first (暂不能开始).
        CannotStart = "cannot_start",
    }
}

words! {
    /// What comes first.
    pub enum Why {
        /// The basic check decides what is asked here.
        BasicFirst = "basic_first",
        /// Every other section comes before this one.
        OthersFirst = "others_first",
    }
}

/// One line of the task list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Section {
    /// Its key: `basic`, `verification`, `subject`, `principal`, `sites.0`, …, `materials`, `cancellation` or
    /// `submit`.
    pub key: String,
    /// How it stands.
    pub state: State,
    /// What comes first, when it cannot start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
    /// How many fields or papers are missing.
    pub missing: usize,
    /// How many findings block besides those.
    pub blocking: usize,
    /// How many findings warn or ask.
    pub noted: usize,
}

/// The key of the section a field belongs to.
#[must_use]
pub fn section_of(field: &str) -> String {
    let mut parts = field.split('.');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some("sites"), Some(_), Some("materials"), Some(kind)) => {
            let verification = MaterialKind::from_word(kind).is_some_and(is_verification);
            if verification { "verification" } else { "materials" }.to_owned()
        }
        (Some("sites"), Some(index), ..) => format!("sites.{index}"),
        (Some(first @ ("basic" | "subject" | "principal" | "materials" | "cancellation")), ..) => first.to_owned(),
        _ => "submit".to_owned(),
    }
}

/// Whether a material is taken at the verification of a manager.
#[must_use]
pub const fn is_verification(kind: MaterialKind) -> bool {
    matches!(kind, MaterialKind::ManagerIdFront | MaterialKind::ManagerIdBack | MaterialKind::ManagerPhoto)
}

/// The sections of a draft with their states, in the order of the task list.
#[must_use]
pub fn sections(draft: &Draft, facts: &Facts, on: Date) -> Vec<Section> {
    sections_of(draft, facts, &check::run(draft, facts, on))
}

/// The same from findings that are already there.
#[must_use]
pub fn sections_of(draft: &Draft, facts: &Facts, findings: &[Finding]) -> Vec<Section> {
    let mut keys = vec!["basic".to_owned(), "verification".into(), "subject".into(), "principal".into()];
    let action = facts.action(draft);
    if action.is_some_and(|action| action.opens_access() && !action.verifies_manager()) {
        keys.retain(|key| key != "verification");
    }
    keys.extend((0..draft.sites.len().max(1)).map(|index| format!("sites.{index}")));
    keys.push("materials".into());
    if draft.cancellation.is_some() {
        keys = vec!["cancellation".into()];
    }
    let mut sections: Vec<Section> = keys.into_iter().map(|key| section(draft, facts, findings, key)).collect();
    if sections.first().is_some_and(|basic| basic.state != State::Complete) {
        for section in sections.iter_mut().skip(1).filter(|section| section.state == State::NotStarted) {
            (section.state, section.why) = (State::CannotStart, Some(Why::BasicFirst));
        }
    }
    let ready = sections.iter().all(|section| section.state == State::Complete);
    let mut submit = section(draft, facts, findings, "submit".into());
    if !ready {
        (submit.state, submit.why) = (State::CannotStart, Some(Why::OthersFirst));
    } else if submit.blocking == 0 {
        submit.state = State::NotStarted;
    }
    sections.push(submit);
    sections
}

fn section(draft: &Draft, facts: &Facts, findings: &[Finding], key: String) -> Section {
    let own: Vec<&Finding> = findings.iter().filter(|finding| place_of(draft, &finding.field) == key).collect();
    let missing = own.iter().filter(|finding| finding.is_missing()).count();
    let blocking = own.iter().filter(|f| f.severity == Severity::Block && !f.is_missing()).count();
    let noted = own.len() - missing - blocking;
    let asked = facts.requests.iter().any(|request| place_of(draft, &request.field) == key);
    let touched = touched(draft, facts, findings, &key);
    let state = if asked || (touched && blocking > 0) {
        State::NeedsChange
    } else if !touched {
        State::NotStarted
    } else if missing > 0 || blocking > 0 {
        State::LookedAtIncomplete
    } else {
        State::Complete
    };
    Section { key, state, why: None, missing, blocking, noted }
}

/// The section of the task list in which a field of this draft is mended: what a cancellation is about is not written.
fn place_of(draft: &Draft, field: &str) -> String {
    match section_of(field) {
        section if draft.cancellation.is_some() && section != "cancellation" => "submit".to_owned(),
        section => section,
    }
}

/// Whether anything was entered in a section; papers that nobody has to bring count as brought.
fn touched(draft: &Draft, facts: &Facts, findings: &[Finding], key: &str) -> bool {
    let papers = |verification: bool| {
        let brought = facts.materials.iter().any(|held| is_verification(held.kind) == verification);
        let all_there = !findings.iter().any(|f| f.is_missing() && section_of(&f.field) == key);
        brought || (all_there && !draft.sites.is_empty())
    };
    match key {
        "basic" => draft.basic != crate::draft::Basic::default(),
        "subject" => draft.subject != SubjectDraft::default(),
        "principal" => draft.principal != PersonDraft::default(),
        "verification" => papers(true),
        "materials" => papers(false),
        "cancellation" => draft.cancellation.as_ref().is_some_and(|said| !said.reason.is_empty()),
        "submit" => true,
        _ => key
            .strip_prefix("sites.")
            .and_then(|index| index.parse::<usize>().ok())
            .and_then(|index| draft.sites.get(index))
            .is_some_and(|site| site_touched(site, &draft.basic)),
    }
}

/// A site is untouched while it holds only what the basic check put there.
fn site_touched(site: &SiteDraft, basic: &crate::draft::Basic) -> bool {
    let carried = SiteDraft {
        domain: if site.domain == basic.domain { site.domain.clone() } else { String::new() },
        resource: if site.resource == basic.resource { site.resource.clone() } else { String::new() },
        manager_is_principal: site.manager_is_principal,
        ..SiteDraft::default()
    };
    *site != carried
}
