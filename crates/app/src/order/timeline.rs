//! The road of an order as people see it: what happened, where it stands, what comes next, who acts, by when.

use filing::calendar::add_working_days;
use filing::deadline::Term;
pub use filing::preflight::Party;
use filing::province::Province;
use filing::stage::{Action, Stage};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use store::audit::Entry;
use store::order::Order;
use utoipa::ToSchema;

use crate::world::china_date;

/// Whether something happened, happens, or will.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// It happened.
    Done,
    /// It is happening.
    Current,
    /// It comes later.
    Coming,
}

/// One point of the road.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TimelineEntry {
    /// What: a word with a text in the locale files.
    pub code: String,
    /// Whether it happened.
    pub state: Moment,
    /// When it happened.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
    /// Who did it or is to do it.
    pub who: Party,
    /// The day by which it is to be done.
    #[schema(value_type = Option<String>, format = Date)]
    pub due: Option<Date>,
    /// What was given as the reason.
    pub note: Option<String>,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NextStep {
    /// What: a word with a text in the locale files.
    pub code: &'static str,
    /// Who acts.
    pub who: Party,
    /// The instant by which, where hours count.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub by: Option<Timestamp>,
    /// The day by which, where days count.
    #[schema(value_type = Option<String>, format = Date)]
    pub due: Option<Date>,
    /// The working days it usually takes there, from and to.
    pub usual_days: Option<(u32, u32)>,
    /// Whether the day lies in a year whose holidays are not published yet.
    pub estimated: bool,
}

/// The steps of an action, in their order, with the code of the timeline and who acts.
fn road(action: Option<Action>) -> Vec<(&'static str, Party)> {
    let mut road = vec![
        ("submit", Party::Applicant),
        ("first_review", Party::Provider),
        ("report", Party::Provider),
        ("sms", Party::Applicant),
        ("authority_review", Party::Authority),
    ];
    // Nobody is texted when an access ends (filing rules G.2).
    road.retain(|(code, _)| action != Some(Action::CancelAccess) || *code != "sms");
    road.push(match action {
        Some(action) if action.cancels() => ("cancellation", Party::Authority),
        Some(action) if action.changes() => ("change", Party::Authority),
        _ => ("number", Party::Authority),
    });
    road
}

/// What comes next for an order.
#[must_use]
pub fn next_step(order: &Order) -> NextStep {
    let step = |code, who| NextStep { code, who, by: None, due: None, usual_days: None, estimated: false };
    let within = |code, who, from: Timestamp, term: Term| {
        let counted = add_working_days(china_date(from), term.working_days(from));
        NextStep { due: Some(counted.date), estimated: counted.estimated, ..step(code, who) }
    };
    match &order.stage {
        Stage::Draft { .. } => step("submit", Party::Applicant),
        Stage::Submitted { at } => within("first_review", Party::Provider, *at, Term::FirstReview),
        Stage::InReview { submitted_at, .. } => {
            within("first_review", Party::Provider, *submitted_at, Term::FirstReview)
        }
        Stage::ChangesRequested { at, .. } => {
            NextStep { by: Some(Term::Idle.days_after(*at)), ..step("mend", Party::Applicant) }
        }
        Stage::ToReport { passed_at } => within("report", Party::Provider, *passed_at, Term::Report),
        Stage::AwaitingSms { sms_until, .. } => NextStep { by: Some(*sms_until), ..step("sms", Party::Applicant) },
        Stage::AtAuthority { reported_at, .. } => {
            let usual_days = Province::from_word(&order.province).map(Province::review_days);
            NextStep { usual_days, ..within("authority_review", Party::Authority, *reported_at, Term::Authority) }
        }
        Stage::Filed { .. } => step("duties", Party::Applicant),
        Stage::Cancelled { .. } | Stage::Abandoned { .. } => step("over", Party::Nobody),
    }
}

/// The road so far, out of the audit trail, and what is still to come.
#[must_use]
pub fn timeline(order: &Order, trail: &[Entry]) -> Vec<TimelineEntry> {
    let mut submitted = false;
    let mut entries: Vec<TimelineEntry> = trail
        .iter()
        .filter_map(|entry| {
            let code = match entry.line.act.as_str() {
                "open_order" => "draft_opened",
                "submit" if submitted => "resubmitted",
                "submit" => {
                    submitted = true;
                    "submitted"
                }
                "claim" => "claimed",
                "request_changes" => "changes_requested",
                "pass" => "passed",
                "report" => "reported",
                "return_upload" => "returned_to_review",
                "confirm_sms" => "sms_confirmed",
                "approve" => "approved",
                "refuse" => "refused",
                "file" => "filed",
                "change" => "change_done",
                "cancel" => "cancelled",
                "withdraw" => "withdrawn",
                "abandon" => "abandoned",
                "expire" => "expired",
                "fall_idle" => "fell_idle",
                _ => return None,
            };
            let who = match entry.line.role.as_str() {
                "applicant" => Party::Applicant,
                "authority" => Party::Authority,
                _ => Party::Provider,
            };
            Some(TimelineEntry {
                code: code.to_owned(),
                state: Moment::Done,
                at: Some(entry.line.at),
                who,
                due: None,
                // Why a line stood is the provider's affair; the applicant hears that it goes on.
                note: entry.line.why.clone().filter(|_| code != "returned_to_review"),
            })
        })
        .collect();
    let next = next_step(order);
    if order.stage.is_final() {
        return entries;
    }
    let road = road(Action::from_word(&order.action));
    let position = match next.code {
        "mend" => 0,
        code => road.iter().position(|(step, _)| *step == code).unwrap_or(0),
    };
    for (index, (code, who)) in road.iter().enumerate().skip(position) {
        let is_current = index == position;
        entries.push(TimelineEntry {
            code: if is_current { next.code } else { code }.to_owned(),
            state: if is_current { Moment::Current } else { Moment::Coming },
            at: None,
            who: *who,
            due: if is_current { next.due.or(next.by.map(china_date)) } else { None },
            note: None,
        });
    }
    entries
}
