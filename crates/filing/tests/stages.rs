//! No sequence of acts reaches an impossible stage.

use filing::stage::{AbandonReason, ChangeRequest, InvalidTransition, Requester, Stage, StageKind};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

/// Everything anybody can try.
#[derive(Debug, Clone, Copy)]
enum Act {
    Save,
    Submit,
    Withdraw,
    Claim,
    Release,
    RequestChanges,
    RequestNothing,
    Pass,
    ReturnToReview,
    Report,
    ReportWithoutSms,
    ConfirmSms,
    RefuseByAuthority,
    RefuseForNothing,
    File,
    Cancel,
    Abandon,
    FallIdle,
}

const ACTS: [Act; 18] = [
    Act::Save,
    Act::Submit,
    Act::Withdraw,
    Act::Claim,
    Act::Release,
    Act::RequestChanges,
    Act::RequestNothing,
    Act::Pass,
    Act::ReturnToReview,
    Act::Report,
    Act::ReportWithoutSms,
    Act::ConfirmSms,
    Act::RefuseByAuthority,
    Act::RefuseForNothing,
    Act::File,
    Act::Cancel,
    Act::Abandon,
    Act::FallIdle,
];

fn try_act(stage: Stage, act: Act, at: Timestamp) -> Result<Stage, InvalidTransition> {
    let request = || vec![ChangeRequest { field: "sites.0.name".into(), advice: "改名".into(), rule: None }];
    match act {
        Act::Save => stage.save(at),
        Act::Submit => stage.submit(at),
        Act::Withdraw => stage.withdraw(at),
        Act::Claim => stage.claim(Uuid::from_u128(7), at),
        Act::Release => stage.release(),
        Act::RequestChanges => stage.request_changes(request(), at),
        Act::RequestNothing => stage.request_changes(Vec::new(), at),
        Act::Pass => stage.pass(at),
        Act::ReturnToReview => stage.return_to_review(at),
        Act::Report => stage.report(1, at),
        Act::ReportWithoutSms => stage.report_without_sms(1, at),
        Act::ConfirmSms => stage.confirm_sms(at),
        Act::RefuseByAuthority => stage.refuse_by_authority(request(), at),
        Act::RefuseForNothing => stage.refuse_by_authority(Vec::new(), at),
        Act::File => stage.file("浙ICP备2026000001号".into(), at),
        Act::Cancel => stage.cancel(at),
        Act::Abandon => stage.abandon(AbandonReason::ByApplicant, at),
        Act::FallIdle => stage.fall_idle(at),
    }
}

/// The stages an act may lead to, from where; written from the picture, not from the code.
fn picture(from: StageKind, act: Act) -> Option<StageKind> {
    use StageKind as S;
    Some(match (from, act) {
        (S::Draft, Act::Save) => S::Draft,
        (S::ChangesRequested, Act::Save) => S::ChangesRequested,
        (S::Draft | S::ChangesRequested, Act::Submit) => S::Submitted,
        (S::Submitted, Act::Withdraw) => S::Draft,
        (S::Submitted, Act::Claim) => S::InReview,
        (S::InReview, Act::Release) => S::Submitted,
        (S::InReview, Act::RequestChanges) => S::ChangesRequested,
        (S::InReview, Act::Pass) => S::ToReport,
        (S::ToReport, Act::ReturnToReview) => S::Submitted,
        (S::ToReport, Act::Report) => S::AwaitingSms,
        (S::ToReport, Act::ReportWithoutSms) => S::AtAuthority,
        (S::AwaitingSms, Act::ConfirmSms) => S::AtAuthority,
        (S::AwaitingSms | S::AtAuthority, Act::RefuseByAuthority) => S::ChangesRequested,
        (S::AwaitingSms | S::AtAuthority, Act::File) => S::Filed,
        (S::AwaitingSms | S::AtAuthority, Act::Cancel) => S::Cancelled,
        (S::Draft | S::Submitted | S::InReview | S::ChangesRequested | S::ToReport, Act::Abandon) => S::Abandoned,
        (S::Submitted | S::InReview | S::ChangesRequested, Act::FallIdle) => S::Draft,
        _ => return None,
    })
}

proptest! {
    #[test]
    fn a_random_life_stays_on_the_road(acts in proptest::collection::vec(0usize..ACTS.len(), 1..80)) {
        let mut at = "2026-11-21T02:00:00Z".parse::<Timestamp>().unwrap();
        let mut stage = Stage::Draft { saved_at: at };
        let mut passed: Vec<StageKind> = vec![stage.kind()];
        for index in acts {
            let act = ACTS[index];
            let from = stage.kind();
            at += SignedDuration::from_mins(7);
            let result = try_act(stage.clone(), act, at);
            prop_assert_eq!(result.as_ref().ok().map(Stage::kind), picture(from, act), "{:?} from {:?}", act, from);
            if let Err(refusal) = &result {
                prop_assert_eq!(refusal.from, from);
            }
            if stage.is_final() {
                prop_assert!(result.is_err(), "{:?} left a final stage", act);
            }
            if let Ok(next) = result {
                stage = next;
                passed.push(stage.kind());
            }
            match &stage {
                Stage::Filed { .. } | Stage::Cancelled { .. } => {
                    let last = passed.iter().rposition(|kind| *kind == StageKind::ToReport);
                    let sent = passed.iter().rposition(|kind| {
                        matches!(kind, StageKind::AwaitingSms | StageKind::AtAuthority)
                    });
                    prop_assert!(last.is_some() && sent > last, "ended without being reported: {:?}", passed);
                }
                Stage::ChangesRequested { requests, by, .. } => {
                    prop_assert!(!requests.is_empty());
                    let asked_by_authority = *by == Requester::Authority;
                    let before = passed.iter().rev().find(|kind| **kind != StageKind::ChangesRequested);
                    let with_authority =
                        matches!(before, Some(StageKind::AwaitingSms | StageKind::AtAuthority));
                    prop_assert_eq!(asked_by_authority, with_authority);
                }
                Stage::InReview { submitted_at, claimed_at, reviewer } => {
                    prop_assert!(submitted_at < claimed_at && !reviewer.is_nil());
                }
                Stage::AwaitingSms { reported_at, sms_until, .. } => {
                    prop_assert_eq!(sms_until.duration_since(*reported_at), SignedDuration::from_hours(24));
                }
                _ => {}
            }
        }
        let stored = serde_json::to_string(&stage).unwrap();
        prop_assert_eq!(serde_json::from_str::<Stage>(&stored).unwrap(), stage);
    }
}
