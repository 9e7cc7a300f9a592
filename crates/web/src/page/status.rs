//! How an order's state is said: the now card, the timeline, the segments, the task list.

use app::act::OrderView;
use app::order::timeline::{Moment, NextStep, Party, TimelineEntry};
use filing::calendar::{add_working_days, working_days_between};
use filing::progress::{Section, State};
use filing::province::Province;
use filing::stage::{Action, Requester, Stage, StageKind};
use jiff::Timestamp;

use crate::component::progress::{Countdown, NowCard, Post, Segments, Step, TaskLine, TaskList, Timeline, When};
use crate::component::{Link, Tag, Tone};
use crate::locale::{T, local};

/// Who acts next and by when, in one line.
#[must_use]
pub fn next_line(t: T, next: &NextStep) -> String {
    let what = t.of("next", next.code);
    match (next.by, next.due) {
        (Some(by), _) => t.two("next-by", "what", what, "when", t.short_time(&by)),
        (None, Some(day)) => t.two("next-by", "what", what, "when", t.short_date(day)),
        _ => what,
    }
}

/// The five segments: fill in, first review, report, text message, authority.
#[must_use]
pub fn segments(t: T, stage: StageKind) -> Segments {
    let done = match stage {
        StageKind::Draft | StageKind::ChangesRequested | StageKind::Abandoned => 0,
        StageKind::Submitted | StageKind::InReview => 1,
        StageKind::ToReport => 2,
        StageKind::AwaitingSms => 3,
        StageKind::AtAuthority => 4,
        StageKind::Filed | StageKind::Cancelled => 5,
    };
    let over = stage == StageKind::Abandoned;
    let step = |n: usize| match n {
        n if n < done => When::Done,
        n if n == done && !over => When::Now,
        _ => When::Coming,
    };
    Segments { steps: (0..5).map(step).collect(), label: t.two("segments-label", "all", 5, "done", done) }
}

/// Whose turn it is, what, until when, and what happens otherwise.
#[must_use]
pub fn now_card(t: T, order: &OrderView, now: Timestamp) -> NowCard {
    let base = format!("/orders/{}", order.id);
    let due = order.next.due.map(|day| t.long_date(day));
    let by_day = |key: &str| due.as_ref().map_or_else(String::new, |day| t.one(key, "date", day));
    let card = |word: &str, text: String| NowCard { title: t.of("now-title", word), text, ..NowCard::default() };
    match &order.stage {
        Stage::Draft { .. } => {
            let ready = order.tasks.iter().any(|task| task.key == "submit" && task.state == State::NotStarted);
            let word = if ready { "draft_ready" } else { "draft" };
            NowCard {
                primary: ready.then(|| Link::new(format!("{base}/answers"), t.msg("now-check-and-submit"))),
                ..card(word, t.of("now-text", word))
            }
        }
        Stage::Submitted { .. } | Stage::InReview { .. } | Stage::ToReport { .. } => {
            let word = order.kind.as_str();
            let mut card = card(word, t.of("now-text", word));
            if !by_day("now-due").is_empty() {
                card.notes.push(by_day("now-due"));
            }
            if order.next.estimated {
                card.notes.push(t.msg("now-estimated"));
            }
            card.notes.extend(open_already(t, order));
            if order.can.contains(&"withdraw") {
                card.second = Some(Link::new(format!("{base}/withdraw"), t.msg("withdraw-do")));
            }
            card
        }
        Stage::ChangesRequested { by, requests, .. } => {
            let word = match by {
                Requester::Provider => "changes_by_provider",
                Requester::Authority => "changes_by_authority",
            };
            NowCard {
                countdown: order.next.by.map(|until| countdown(t, until, now)),
                notes: vec![t.msg("now-changes-only"), t.msg("now-changes-idle")],
                primary: Some(Link::new(format!("{base}/answers"), t.msg("now-resubmit"))),
                ..card(word, t.count("now-changes-count", requests.len()))
            }
        }
        Stage::AwaitingSms { sms_until, .. } => {
            let mobiles = order.sms.as_ref().map(|sms| sms.mobiles.join(&t.msg("comma"))).unwrap_or_default();
            let mut card = card("awaiting_sms", t.one("now-sms-text", "mobiles", mobiles));
            card.countdown = Some(countdown(t, *sms_until, now));
            card.notes = vec![t.msg("now-sms-tries"), t.msg("now-sms-late")];
            card.notes.extend(open_already(t, order));
            card.primary = order.sms.as_ref().map(|sms| Link::outside(sms.url.clone(), t.msg("now-sms-go")));
            card.post = Some(Post { action: format!("{base}/sms-done"), word: t.msg("now-sms-done"), hidden: vec![] });
            card
        }
        Stage::AtAuthority { .. } => {
            let mut card = card("at_authority", t.msg("now-authority-text"));
            card.notes.push(authority_line(t, order));
            card.notes.extend(open_already(t, order));
            card
        }
        Stage::Filed { .. } => card("filed", t.msg("now-filed-text")),
        Stage::Cancelled { .. } => NowCard {
            primary: Some(Link::new("/filings", t.msg("nav-filings"))),
            ..card("cancelled", t.of("now-cancelled", &order.action))
        },
        Stage::Abandoned { .. } => NowCard {
            primary: Some(Link::new("/orders/new", t.msg("new-order-title"))),
            ..card("abandoned", t.msg("now-abandoned-text"))
        },
    }
}

/// That the sites of an access filing are open since the first review.
fn open_already(t: T, order: &OrderView) -> Option<String> {
    let passed = matches!(order.kind, StageKind::ToReport | StageKind::AwaitingSms | StageKind::AtAuthority);
    let early = Action::from_word(&order.action).is_some_and(Action::opens_at_first_review);
    (passed && early).then(|| t.msg("now-open-already"))
}

fn countdown(t: T, until: Timestamp, now: Timestamp) -> Countdown {
    Countdown {
        until: until.to_string(),
        left: t.duration(until.duration_since(now).as_secs()),
        line: t.one("now-until", "time", t.long_time(&until)),
    }
}

/// What the law allows the authority, and what it usually takes in this province.
fn authority_line(t: T, order: &OrderView) -> String {
    let legal = order.next.due.map(|day| t.one("authority-legal", "date", t.long_date(day))).unwrap_or_default();
    let usual =
        order.next.usual_days.or_else(|| Province::from_code(&order.draft.basic.province).map(Province::review_days));
    let usual = usual.map(|(min, max)| t.two("authority-usual", "min", min, "max", max)).unwrap_or_default();
    [legal, usual].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(&t.msg("semicolon"))
}

/// Who reads a timeline: only the applicant is spoken to as “you”.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Whoever files.
    Applicant,
    /// The provider.
    Provider,
}

/// The road of an order: who, when, how long, by when; ranges for forecasts, never a false exact date.
#[must_use]
pub fn timeline(t: T, order: &OrderView, now: Timestamp, reader: Reader) -> Timeline {
    let steps = order.timeline.iter().map(|entry| step(t, order, entry, now, reader)).collect();
    Timeline { t, steps }
}

fn step(t: T, order: &OrderView, entry: &TimelineEntry, now: Timestamp, reader: Reader) -> Step {
    let who = party(t, order, entry.who, reader);
    let when = match entry.state {
        Moment::Done => When::Done,
        Moment::Current => When::Now,
        Moment::Coming => When::Coming,
    };
    let time = match (entry.state, entry.at, entry.due) {
        (_, Some(at), _) => t.short_time(&at),
        (Moment::Current, None, _) if order.next.by.is_some() => {
            order.next.by.map(|by| t.one("time-by", "time", t.short_time(&by))).unwrap_or_default()
        }
        (Moment::Current, None, Some(_)) if entry.code == "authority_review" => forecast(t, order, now),
        (_, None, Some(day)) => t.one("time-by", "time", t.short_date(day)),
        (_, None, None) if entry.code == "authority_review" => forecast(t, order, now),
        _ => String::new(),
    };
    let mut detail = if entry.state == Moment::Done {
        done_detail(t, order, entry, who)
    } else if entry.code == "authority_review" {
        authority_line(t, order)
    } else if reader == Reader::Provider && entry.who == Party::Applicant {
        t.one("step-by", "who", who)
    } else {
        t.of("step-text", &entry.code)
    };
    if let Some(note) = entry.note.as_ref().filter(|note| !note.is_empty()) {
        detail = format!("{detail} · {note}");
    }
    let link = (entry.code == "changes_requested" && order.kind == StageKind::ChangesRequested)
        .then(|| Link::new("#requests", t.msg("see-requests")));
    Step { when, title: t.of("step", &entry.code), time, detail, link }
}

/// What is worth telling of a step that is done: what was sent, how long it took, under which number.
fn done_detail(t: T, order: &OrderView, entry: &TimelineEntry, who: String) -> String {
    let papers = order.slots.iter().filter(|slot| slot.material.is_some()).count();
    match (entry.code.as_str(), &order.stage) {
        ("submitted" | "resubmitted", _) => t.two(
            "step-sent",
            "sites",
            t.count("sites-count", order.draft.sites.len()),
            "papers",
            t.count("materials-count", papers),
        ),
        ("passed", _) => {
            let sent =
                order.timeline.iter().rev().find(|earlier| {
                    matches!(earlier.code.as_str(), "submitted" | "resubmitted") && earlier.at <= entry.at
                });
            let took =
                sent.and_then(|sent| Some(working_days_between(local(sent.at?).date(), local(entry.at?).date()).days));
            match took {
                Some(days) => format!("{} · {}", t.one("step-by", "who", who), t.count("step-took", days.max(1))),
                None => t.one("step-by", "who", who),
            }
        }
        ("reported", Stage::AwaitingSms { sequence, .. } | Stage::AtAuthority { sequence, .. }) => {
            t.one("step-sequence", "sequence", sequence)
        }
        _ => t.one("step-by", "who", who),
    }
}

/// When the authority probably decides: its usual working days from today or from the report.
fn forecast(t: T, order: &OrderView, now: Timestamp) -> String {
    let Some(province) = Province::from_code(&order.draft.basic.province) else { return String::new() };
    let from = match &order.stage {
        Stage::AtAuthority { reported_at, .. } | Stage::AwaitingSms { reported_at, .. } => *reported_at,
        _ => return String::new(),
    };
    let (min, max) = province.review_days();
    let start = local(from).date();
    let (early, late) = (add_working_days(start, min).date, add_working_days(start, max).date);
    // A forecast that has passed is no forecast.
    if late < local(now).date() {
        return String::new();
    }
    t.two("time-between", "from", t.short_date(early), "to", t.short_date(late))
}

fn party(t: T, order: &OrderView, who: Party, reader: Reader) -> String {
    match who {
        Party::Applicant if reader == Reader::Applicant => t.msg("party-you"),
        Party::Applicant => t.msg("party-applicant"),
        Party::Provider => t.msg("party-provider"),
        Party::Authority => {
            let province = crate::page::words::province(t, &order.draft.basic.province);
            t.one("party-authority", "province", province)
        }
        Party::Nobody => t.msg("party-nobody"),
    }
}

/// The task list of an order that is being written.
#[must_use]
pub fn tasks(t: T, order: &OrderView) -> TaskList {
    let base = format!("/orders/{}", order.id);
    let lines = |keys: &dyn Fn(&str) -> bool| -> Vec<TaskLine> {
        order.tasks.iter().filter(|task| keys(&task.key)).map(|task| line(t, &base, task)).collect()
    };
    let mut sites = lines(&|key| key.starts_with("sites."));
    let individual = order.draft.basic.nature == "individual";
    let adds = !Action::from_word(&order.action).is_some_and(Action::changes);
    if order.can.contains(&"edit_order") && order.kind == StageKind::Draft && adds && !individual && !sites.is_empty() {
        sites.push(TaskLine {
            title: t.msg("add-site"),
            need: t.msg("add-site-need"),
            href: Some(format!("{base}/sites/add")),
            phone_href: None,
            tag: Tag::new(Tone::Plain, t.msg("optional")),
        });
    }
    let mut groups = vec![
        (t.msg("tasks-prepare"), lines(&|key| matches!(key, "basic" | "verification"))),
        (t.msg("tasks-subject"), lines(&|key| matches!(key, "subject" | "principal"))),
        (t.msg("tasks-sites"), sites),
        (t.msg("tasks-finish"), lines(&|key| matches!(key, "materials" | "cancellation" | "submit"))),
    ];
    groups.retain(|(_, lines)| !lines.is_empty());
    TaskList { groups }
}

fn line(t: T, base: &str, task: &Section) -> TaskLine {
    let site = task.key.strip_prefix("sites.").and_then(|index| index.parse::<usize>().ok());
    let (title, path) = match (task.key.as_str(), site) {
        (_, Some(index)) => (t.one("section-site-n", "n", index + 1), format!("sites/{index}")),
        ("verification", _) => (t.msg("section-verification"), "verification/0".to_owned()),
        ("submit", _) => (t.msg("section-submit"), "answers".to_owned()),
        (key, _) => (t.of("section", key), key.to_owned()),
    };
    let by_questions = matches!(task.key.as_str(), "basic" | "subject" | "principal") || site.is_some();
    let need = match (task.state, &task.why) {
        (State::CannotStart, Some(why)) => t.of("task-why", why),
        (State::NeedsChange, _) if task.blocking > 0 => t.count("task-blocking", task.blocking),
        (State::LookedAtIncomplete, _) if task.missing > 0 => t.count("task-missing", task.missing),
        (State::Complete, _) if task.noted > 0 => t.count("task-noted", task.noted),
        _ if site.is_some() => t.msg("task-need-site"),
        _ => t.of("task-need", &task.key),
    };
    let open = task.state != State::CannotStart;
    let tone = match task.state {
        State::Complete => Tone::Ok,
        State::NeedsChange => Tone::Stop,
        State::LookedAtIncomplete => Tone::Wait,
        State::NotStarted | State::CannotStart => Tone::Plain,
    };
    TaskLine {
        title,
        need,
        href: open.then(|| format!("{base}/{path}")),
        phone_href: (open && by_questions).then(|| format!("{base}/{path}?step=1")),
        tag: Tag::new(tone, t.of("task", task.state)),
    }
}
