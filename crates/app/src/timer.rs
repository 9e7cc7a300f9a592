//! What happens to an order when nobody does anything; the figures are those of `filing::deadline`.

use filing::deadline::{Term, after_days};
use filing::stage::Stage;
use jiff::Timestamp;
use store::order::Order;

use crate::order::OrderFacts;
use crate::world::china_date;

/// Something that falls due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Tell that the draft will end.
    DraftExpiring,
    /// End the draft.
    DraftExpired,
    /// Remind of the changes on this day.
    Correction(i64),
    /// Tell that the order will go back to draft.
    IdleExpiring,
    /// Take the order back to draft.
    Idle,
    /// Remind of the police filing.
    Police,
}

impl Due {
    /// The word under which the order remembers that it happened.
    #[must_use]
    pub fn word(self) -> String {
        match self {
            Self::DraftExpiring => "draft-expiring".to_owned(),
            Self::DraftExpired => "draft-expired".to_owned(),
            Self::Correction(day) => format!("correction-{day}"),
            Self::IdleExpiring => "idle-expiring".to_owned(),
            Self::Idle => "idle".to_owned(),
            Self::Police => "police".to_owned(),
        }
    }
}

/// Everything that falls due while the order stays in its stage, the earliest first.
#[must_use]
pub fn schedule(stage: &Stage, entered_at: Timestamp) -> Vec<(Timestamp, Due)> {
    // A term counts by the figures of the day it began; its warning comes so many days before it is over.
    let ahead = |over: Timestamp, warning: Term| after_days(over, -warning.figure(china_date(entered_at)));
    let idle = |from: Timestamp| {
        let over = Term::Idle.days_after(from);
        vec![(ahead(over, Term::IdleWarning), Due::IdleExpiring), (over, Due::Idle)]
    };
    match stage {
        Stage::Draft { saved_at } => {
            let over = Term::Draft.days_after(*saved_at);
            vec![(ahead(over, Term::DraftWarning), Due::DraftExpiring), (over, Due::DraftExpired)]
        }
        Stage::Submitted { .. } | Stage::InReview { .. } => idle(entered_at),
        Stage::ChangesRequested { at, .. } => {
            let days = Term::Correction.figures(china_date(*at));
            let mut all: Vec<(Timestamp, Due)> =
                days.iter().map(|day| (after_days(*at, *day), Due::Correction(*day))).collect();
            all.extend(idle(*at));
            all
        }
        Stage::Filed { at, .. } => {
            vec![(ahead(Term::Police.days_after(*at), Term::PoliceWarning), Due::Police)]
        }
        Stage::ToReport { .. }
        | Stage::AwaitingSms { .. }
        | Stage::AtAuthority { .. }
        | Stage::Cancelled { .. }
        | Stage::Abandoned { .. } => Vec::new(),
    }
}

/// When a timer must look at the order next.
#[must_use]
pub fn next(order: &Order, facts: &OrderFacts) -> Option<Timestamp> {
    schedule(&order.stage, order.entered_at)
        .into_iter()
        .find(|(_, due)| !facts.reminders.contains(&due.word()))
        .map(|(at, _)| at)
}

/// What is due now and has not happened yet; only the last of several missed ones counts.
#[must_use]
pub fn now_due(order: &Order, facts: &OrderFacts, now: Timestamp) -> Option<Due> {
    schedule(&order.stage, order.entered_at)
        .into_iter()
        .rfind(|(at, due)| *at <= now && !facts.reminders.contains(&due.word()))
        .map(|(_, due)| due)
}

#[cfg(test)]
mod tests {
    use filing::stage::{ChangeRequest, Requester};
    use jiff::SignedDuration;

    use super::*;

    fn at(day: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000).unwrap() + SignedDuration::from_hours(24 * day)
    }

    #[test]
    fn a_draft_is_warned_on_day_27_and_ends_on_day_30() {
        let days: Vec<_> = schedule(&Stage::Draft { saved_at: at(0) }, at(0));
        assert_eq!(days, [(at(27), Due::DraftExpiring), (at(30), Due::DraftExpired)]);
    }

    #[test]
    fn changes_are_recalled_on_days_5_10_15_before_the_order_falls_back_on_day_45() {
        let stage = Stage::ChangesRequested {
            by: Requester::Provider,
            requests: vec![ChangeRequest { field: "subject".into(), advice: "x".into(), rule: None }],
            at: at(0),
        };
        let days: Vec<Timestamp> = schedule(&stage, at(0)).into_iter().map(|(at, _)| at).collect();
        assert_eq!(days, [at(5), at(10), at(15), at(42), at(45)]);
    }

    #[test]
    fn nothing_falls_due_while_the_authority_has_it() {
        let stage = Stage::AtAuthority { sequence: 1, reported_at: at(0), verified_at: at(0) };
        assert_eq!(schedule(&stage, at(0)), []);
    }
}
