//! The review desk: the queue, and the case with data beside documents beside the decision.

use app::act::{
    self, CallOutcome, CallParty, CallView, CaseRow, CaseView, LogCall, MarkField, MarkView, MarkWord, OrderRef, Queue,
    QueueKind, RequestChanges,
};
use axum::extract::{Path, Query};
use filing::check::Finding;
use filing::material::MaterialKind;
use filing::stage::{Action, Stage};
use serde::Deserialize;
use uuid::Uuid;

use crate::component::document::{CaseCard, CaseLine, Decision, Viewer};
use crate::component::form::{Choice, Field, Form, Kind};
use crate::component::list::{Cell, Table, Tabs};
use crate::component::progress::Post;
use crate::component::{Card, Empty, ErrorSummary, Facts, Html, Link, Notice, Row, Tag, Tone};
use crate::http::context::{Ctx, Signed};
use crate::http::typed::Typed;
use crate::locale::T;
use crate::page::{Shown, advice, answers, go, guidance, on_file, order, papers, show, status, words};
use crate::view::{CasePage, Head, Page};

/// Which cases.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    view: Option<String>,
    cursor: Option<String>,
}

/// The queue: what waits longest comes first.
pub async fn queue(Signed { ctx, actor }: Signed, Query(wanted): Query<Wanted>) -> Shown {
    let t = ctx.t;
    let word = wanted.view.as_deref().unwrap_or("waiting");
    let view = match word {
        "mine" => QueueKind::Mine,
        "in_review" => QueueKind::InReview,
        "all" => QueueKind::All,
        _ => QueueKind::Waiting,
    };
    let page = act::queue(&ctx.world, &actor, Queue { view, stage: None, cursor: wanted.cursor }).await?;
    let counts = act::queue_counts(&ctx.world, &actor).await?;
    let tab = |key: &str, count: Option<u64>| {
        let name = t.of("queue", key);
        let label = count.map_or(name.clone(), |count| format!("{name} {count}"));
        (Link::new(format!("/review?view={key}"), label), key == word)
    };
    let tabs = Tabs {
        label: t.msg("nav-queue"),
        tabs: vec![
            tab("waiting", Some(counts.waiting)),
            tab("mine", Some(counts.mine)),
            tab("in_review", Some(counts.in_review)),
            tab("all", None),
        ],
    };
    let reviews = matches!(actor.role.as_str(), "reviewer" | "supervisor");
    let body = if page.items.is_empty() {
        Card::with("", &Empty { title: t.msg("queue-empty"), text: t.msg("queue-empty-text"), link: None })
    } else {
        let rows = page.items.iter().map(|row| {
            let mut what = vec![words::province(t, &row.province), words::nature(t, &row.nature)];
            what.push(t.count("sites-count", row.sites));
            let claim =
                Post { action: format!("/review/{}/claim", row.order), word: t.msg("claim-do"), hidden: vec![] };
            let mut state = Cell::tag(words::stage_tag(t, row.stage));
            if row.resubmitted {
                state.note = t.msg("queue-resubmitted");
            }
            vec![
                Cell::link(format!("/review/{}", row.order), row.domain.clone()).note(row.number.clone()),
                Cell::text(row.subject_name.clone()).note(what.join(" · ")),
                Cell::text(if row.action.is_empty() { String::new() } else { t.of("action", &row.action) }),
                Cell::text(row.submitted_at.map(|at| t.short_time(&at)).unwrap_or_default())
                    .note(row.due_on.map(|day| t.one("time-by", "time", t.short_date(day))).unwrap_or_default()),
                state,
                Cell::post((reviews && row.stage == filing::stage::StageKind::Submitted).then_some(claim)),
            ]
        });
        let more =
            page.next.as_ref().map(|cursor| Link::new(format!("/review?view={word}&cursor={cursor}"), t.msg("more")));
        Card::with(
            "",
            &Table {
                caption: t.of("queue", word),
                head: ["queue-domain", "queue-subject", "queue-action", "queue-since", "queue-state"]
                    .map(|key| t.msg(key))
                    .into_iter()
                    .chain([String::new()])
                    .collect(),
                rows: rows.collect(),
                more,
            },
        )
    };
    let mut shell = ctx.shell(t.msg("nav-queue")).await?;
    shell.wide = true;
    Ok(show(&Page {
        t,
        shell,
        head: Head { title: t.of("queue", word), ..Head::default() },
        top: vec![Html::of(&tabs)],
        main: vec![body.html()],
        aside: vec![],
    }))
}

/// A case.
pub async fn case(Signed { ctx, actor }: Signed, Path(order): Path<Uuid>) -> Shown {
    let view = act::view_case(&ctx.world, &actor, OrderRef { order }).await?;
    draw(&ctx, &view, vec![]).await
}

async fn draw(ctx: &Ctx, view: &CaseView, problems: Vec<Link>) -> Shown {
    let t = ctx.t;
    let id = view.order.id;
    let base = format!("/review/{id}");
    let mut shell = ctx.shell(view.order.domain.clone()).await?;
    shell.wide = true;
    let mut head = order::head(t, &view.order);
    head.small = std::mem::take(&mut head.sub).into_iter().next().unwrap_or_default();
    head.segments = None;
    if let Stage::InReview { claimed_at, .. } = &view.order.stage {
        let key = if view.mine { "claimed-by-you" } else { "claimed-by-other" };
        head.crumbs.push(Link::new("", t.one(key, "time", t.short_time(claimed_at))));
    }
    if let Some(day) = view.order.next.due {
        head.crumbs.push(Link::new("", t.one("time-by", "time", t.long_date(day))));
    }
    let mut top = vec![Html::of(&ErrorSummary { t, items: problems })];
    let differ = view.rows.iter().filter(|row| row.changed.is_some()).count();
    if Action::from_word(&view.order.action).is_some_and(Action::changes) {
        top.push(Html::of(&Notice { tone: Tone::Info, text: t.count("case-change", differ), link: None }));
    } else if view.submissions > 1 {
        let text = t.count("case-resubmitted", differ + view.changed_slots.len());
        top.push(Html::of(&Notice { tone: Tone::Info, text, link: None }));
    }
    if let Some(ip) = view.unfiled_ips.first() {
        let text = t.one("case-ip-not-filed", "ips", view.unfiled_ips.join(", "));
        let link = Link::new(format!("/ip-ranges?holding={ip}"), t.msg("case-ip-link"));
        top.push(Html::of(&Notice { tone: Tone::Stop, text, link: Some(link) }));
    }
    let elsewhere: Vec<Html> = view
        .findings
        .iter()
        .filter(|finding| !view.rows.iter().any(|row| row.field == finding.field))
        .map(|finding| Html::of(&words::finding(t, finding, None)))
        .collect();
    let reviews = ctx.actor.as_ref().is_some_and(|actor| matches!(actor.role.as_str(), "reviewer" | "supervisor"));
    let mut pictures = answers::pictures(t, id, &view.order.slots, |_| true);
    for picture in &mut pictures {
        if view.changed_slots.contains(&picture.slot) {
            picture.note = format!("{} · {}", picture.note, t.msg("case-new-paper"));
        }
        if !view.mine {
            // Whoever only passes by asks for each paper by itself, with a reason of their own.
            let material = picture.src.rsplit('/').next().unwrap_or_default();
            picture.src = if reviews { format!("{base}/papers/{material}") } else { String::new() };
        }
    }
    let mut side = vec![];
    if !view.mine && view.order.kind == filing::stage::StageKind::Submitted {
        side.push(claim_card(t, &base));
    }
    if view.mine {
        let links = vec![Link::new(format!("{base}/wire"), t.msg("wire-preview"))];
        side.push(Card { title: t.msg("wire-preview-facts"), links, ..Card::default() }.html());
    }
    side.extend(on_file::card(t, view.order.on_file.as_ref(), &view.order.draft));
    side.push(calls(t, view, &base));
    if !elsewhere.is_empty() {
        side.push(Card { title: t.msg("case-findings"), body: elsewhere, ..Card::default() }.html());
    }
    side.push(papers::checklist(t, &view.order.slots));
    side.push(advice::for_reviewer(t, &view.order.draft, &view.order.action, ctx.world.today()));
    if let Some(list) = guidance::for_reviewer(t, &view.order.draft, ctx.world.today()) {
        side.push(Card { body: vec![list], ..Card::default() }.html());
    }
    let timeline = status::timeline(t, &view.order, ctx.now(), status::Reader::Provider);
    side.push(Card::with(t.msg("progress-title"), &timeline).html());
    let page = CasePage {
        t,
        shell,
        head,
        top,
        base: base.clone(),
        marking: view.mine,
        cards: cards(t, view),
        viewer: Viewer { t, pictures, mark: view.mine.then(|| format!("{base}/mark")), closed: !view.mine },
        decision: view.mine.then(|| decision(t, view, &base)),
        side,
    };
    Ok(show(&page))
}

fn claim_card(t: T, base: &str) -> Html {
    let form = Form::new(format!("{base}/claim"), vec![], t.msg("claim-do"));
    Card { title: t.msg("claim-title"), text: t.msg("claim-text"), body: vec![Html::of(&form)], ..Card::default() }
        .html()
}

/// The facts of a case in cards: subject, principal, one for each site.
fn cards(t: T, view: &CaseView) -> Vec<CaseCard> {
    let mut cards: Vec<CaseCard> = Vec::new();
    for row in &view.rows {
        if !is_shown(row) {
            continue;
        }
        let title = card_title(t, &row.field);
        let line = line(t, view, row);
        match cards.iter_mut().find(|card| card.title == title) {
            Some(card) => card.lines.push(line),
            None => cards.push(CaseCard { title, lines: vec![line] }),
        }
    }
    for card in &mut cards {
        card.lines.sort_by_key(|line| rank(&line.field));
    }
    cards
}

/// Whether a fact is for the reviewer's eyes: the district names its city, and the resource is the provider's own.
fn is_shown(row: &CaseRow) -> bool {
    let told_elsewhere = row.field == "subject.city" || row.field.ends_with(".resource");
    let says_nothing =
        row.value.is_empty() && row.finding_rules.is_empty() && row.changed.is_none() && row.mark == MarkView::None;
    !told_elsewhere && !says_nothing
}

fn card_title(t: T, field: &str) -> String {
    let mut parts = field.split('.');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("sites"), Some(_), Some("materials")) => t.msg("section-materials"),
        (Some("sites"), Some(index), third) => {
            let number = index.parse::<usize>().unwrap_or_default() + 1;
            t.one(if third == Some("manager") { "section-manager-n" } else { "section-site-n" }, "n", number)
        }
        (Some("basic" | "subject"), ..) => t.msg("section-subject"),
        (Some("materials"), ..) => t.msg("section-materials"),
        (Some("cancellation"), ..) => t.msg("section-cancellation"),
        _ => t.msg("section-principal"),
    }
}

/// The order in which a reviewer reads: as the papers have it, not as the alphabet does.
fn rank(field: &str) -> usize {
    const ORDER: [&str; 24] = [
        "basic.nature",
        "basic.name",
        "basic.certificate_kind",
        "basic.certificate_number",
        "subject.certificate_address",
        "subject.certificate_valid_until",
        "subject.legal_representative",
        "subject.investor",
        "basic.province",
        "subject.city",
        "subject.district",
        "subject.postal_address",
        "subject.remark",
        "basic.domain",
        "basic.resource",
        ".name",
        ".certificate_kind",
        ".certificate_number",
        ".certificate_valid_until",
        ".mobile",
        ".emergency_phone",
        ".email",
        ".domain",
        ".content",
    ];
    ORDER.iter().position(|end| field.ends_with(end)).unwrap_or(ORDER.len())
}

fn line(t: T, view: &CaseView, row: &CaseRow) -> CaseLine {
    let (tag, mark) = match row.mark {
        MarkView::None => (Tag::new(Tone::Plain, t.msg("mark-none")), "none"),
        MarkView::Seen => (Tag::new(Tone::Wait, t.msg("mark-seen")), "seen"),
        MarkView::Ok => (Tag::new(Tone::Ok, t.msg("mark-ok")), "ok"),
        MarkView::NeedsChange => (Tag::new(Tone::Stop, t.msg("mark-needs-change")), "needs_change"),
    };
    let findings = view.findings.iter().filter(|finding| finding.field == row.field);
    CaseLine {
        label: if MaterialKind::from_field(&row.field).is_some() {
            words::full_label(t, &row.field)
        } else {
            words::field_label(t, &row.field)
        },
        value: words::value(t, &row.field, &row.value),
        before: row
            .changed
            .as_ref()
            .map(|before| if before.is_empty() { t.msg("not-given") } else { words::value(t, &row.field, before) }),
        reveal: row.sealed.then(|| format!("/review/{}/reveal?field={}", view.order.id, row.field)),
        tag,
        mark,
        advice: row.advice.clone().unwrap_or_default(),
        findings: findings.map(|finding| words::finding(t, finding, None)).collect(),
        proof: proof(view, &row.field),
        field: row.field.clone(),
    }
}

/// The slot of the paper that proves a field, among those that are there.
fn proof(view: &CaseView, field: &str) -> String {
    if MaterialKind::from_field(field).is_some() {
        return field.to_owned();
    }
    let site = field.strip_prefix("sites.").and_then(|rest| rest.split('.').next()?.parse::<usize>().ok());
    let is_manager = field.contains(".manager.");
    let kinds: &[MaterialKind] = match (site, is_manager) {
        (Some(_), true) => &[MaterialKind::ManagerIdFront],
        (Some(_), false) => &[MaterialKind::DomainVerification, MaterialKind::DomainCertificate],
        (None, _) if field.starts_with("principal.certificate_valid") => {
            &[MaterialKind::PrincipalIdBack, MaterialKind::ManagerIdBack]
        }
        (None, _) if field.starts_with("principal") => &[MaterialKind::PrincipalIdFront, MaterialKind::ManagerIdFront],
        _ => &[MaterialKind::SubjectCertificate, MaterialKind::ManagerIdFront],
    };
    let there = |kind: &MaterialKind| {
        view.order
            .slots
            .iter()
            .find(|slot| slot.material.is_some() && slot.kind == *kind && (site.is_none() || slot.site == site))
    };
    kinds.iter().find_map(there).map(|slot| slot.slot.clone()).unwrap_or_default()
}

fn decision(t: T, view: &CaseView, base: &str) -> Decision {
    let link = |row: &CaseRow| {
        let id = format!("#row-{}", row.field.replace(['.', '_'], "-"));
        Link::new(id, words::full_label(t, &row.field))
    };
    let unseen: Vec<Link> =
        view.rows.iter().filter(|row| row.mark == MarkView::None && is_shown(row)).map(link).collect();
    let requests = view
        .rows
        .iter()
        .filter(|row| row.mark == MarkView::NeedsChange)
        .map(|row| (link(row), row.advice.clone().unwrap_or_default()))
        .collect();
    let mut pass_blocked: Vec<String> = view.pass_blockers.iter().map(|code| t.of("pass-blocker", code)).collect();
    if !unseen.is_empty() {
        pass_blocked.push(t.msg("pass-blocker-unseen"));
    }
    // Everything is looked at before anything is sent back, so that nobody is asked twice.
    let changes_blocked = if unseen.is_empty() { vec![] } else { vec![t.msg("changes-blocker-unseen")] };
    Decision { t, base: base.to_owned(), unseen, requests, pass_blocked, changes_blocked }
}

fn calls(t: T, view: &CaseView, base: &str) -> Html {
    let row = |call: &CallView| {
        let mut parts = call.who.split('.');
        let who = match (parts.next(), parts.next()) {
            (Some("manager"), Some(index)) => {
                t.one("section-manager-n", "n", index.parse::<usize>().unwrap_or_default() + 1)
            }
            (Some("manager"), None) => t.msg("section-manager"),
            _ => t.msg("section-principal"),
        };
        let tone = if call.outcome == CallOutcome::Confirmed { Tone::Ok } else { Tone::Wait };
        Row::new(t.short_time(&call.at), "").tag(Tag::new(tone, t.of("call", call.outcome.as_str()))).note(
            [who, call.phone.clone(), call.note.clone()]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(" · "),
        )
    };
    let facts = Facts {
        title: t.msg("calls-title"),
        rows: view.calls.iter().map(row).collect(),
        text: if view.calls.is_empty() { t.msg("calls-none") } else { String::new() },
        ..Facts::default()
    };
    if !view.mine {
        return Html::of(&facts);
    }
    let mut whom = vec![Choice::new("principal", t.msg("section-principal"))];
    for (index, site) in view.order.draft.sites.iter().enumerate() {
        if !site.manager_is_principal && view.order.draft.basic.nature != "individual" {
            whom.push(Choice::new(format!("manager.{index}"), t.one("section-manager-n", "n", index + 1)));
        }
    }
    let outcomes =
        ["confirmed", "no_answer", "wrong_person", "denied"].map(|word| Choice::new(word, t.of("call", word)));
    let form = Form::new(
        format!("{base}/call"),
        vec![
            Field::new(t, Kind::Select, "who", t.msg("call-who")).choices(whom).value("principal"),
            Field::new(t, Kind::Radio, "outcome", t.msg("call-outcome")).choices(outcomes.to_vec()),
            Field::new(t, Kind::Text, "note", t.msg("call-note")).optional(),
        ],
        t.msg("call-log"),
    );
    Card {
        title: facts.title.clone(),
        body: vec![Html::of(&CallList { rows: facts.rows, none: facts.text }), Html::of(&form)],
        ..Card::default()
    }
    .html()
}

/// The calls made so far.
#[derive(askama::Template)]
#[template(
    ext = "html",
    source = r#"{% if rows.is_empty() %}<p class="muted">{{ none }}</p>{% endif %}<ul class="calls">{% for row in rows %}<li><time>{{ row.label }}</time><span>{% if let Some(tag) = row.tag %}{{ tag }}{% endif %}<span class="row-note">{{ row.note }}</span></span></li>{% endfor %}</ul>"#
)]
struct CallList {
    rows: Vec<Row>,
    none: String,
}

/// Claims a case.
pub async fn claim(Signed { ctx, actor }: Signed, Path(order): Path<Uuid>) -> Shown {
    act::claim(&ctx.world, &actor, OrderRef { order }).await?;
    Ok(go(&format!("/review/{order}")))
}

/// Puts a case back.
pub async fn release(Signed { ctx, actor }: Signed, Path(order): Path<Uuid>) -> Shown {
    act::release(&ctx.world, &actor, OrderRef { order }).await?;
    Ok(go("/review?done=released"))
}

/// Marks a field, or the rest of a card at once.
pub async fn mark(Signed { ctx, actor }: Signed, Path(order): Path<Uuid>, typed: Typed) -> Shown {
    let mark = match typed.get("mark") {
        "seen" => MarkWord::Seen,
        "ok" => MarkWord::Ok,
        "needs_change" => MarkWord::NeedsChange,
        _ => MarkWord::None,
    };
    let advice = Some(typed.get("advice").to_owned()).filter(|advice| !advice.is_empty());
    let mut anchor = String::new();
    for field in typed.all("field") {
        anchor = format!("row-{}", field.replace(['.', '_'], "-"));
        let input = MarkField { order, field, mark, advice: advice.clone() };
        if let Err(error) = act::mark_field(&ctx.world, &actor, input).await {
            return again(&ctx, &actor, order, &anchor, error).await;
        }
    }
    Ok(go(&format!("/review/{order}#{anchor}")))
}

/// The case once more, with what could not be done said on top.
async fn again(ctx: &Ctx, actor: &app::Actor, order: Uuid, anchor: &str, error: app::Error) -> Shown {
    let t = ctx.t;
    let problems = match &error {
        app::Error::Invalid(findings) => findings.iter().map(|finding| problem(t, anchor, finding)).collect(),
        app::Error::Conflict { code } => vec![Link::new("", t.of("error", code))],
        _ => return Err(error.into()),
    };
    let view = act::view_case(&ctx.world, actor, OrderRef { order }).await?;
    draw(ctx, &view, problems).await
}

fn problem(t: T, anchor: &str, finding: &Finding) -> Link {
    let href = if anchor.is_empty() { String::new() } else { format!("#{anchor}") };
    Link::new(href, format!("{} {}", t.text(&finding.message), t.text(&finding.fix)).trim().to_owned())
}

/// Writes down a call.
pub async fn call(Signed { ctx, actor }: Signed, Path(order): Path<Uuid>, typed: Typed) -> Shown {
    let mut whom = typed.get("who").split('.');
    let manager = whom.next() == Some("manager");
    let input = LogCall {
        order,
        who: if manager { CallParty::Manager } else { CallParty::Principal },
        site: whom.next().and_then(|index| index.parse().ok()),
        outcome: match typed.get("outcome") {
            "confirmed" => CallOutcome::Confirmed,
            "wrong_person" => CallOutcome::WrongPerson,
            "denied" => CallOutcome::Denied,
            "no_answer" => CallOutcome::NoAnswer,
            _ => return again(&ctx, &actor, order, "", app::Error::Conflict { code: "call-outcome-missing" }).await,
        },
        note: typed.get("note").to_owned(),
    };
    match act::log_call(&ctx.world, &actor, input).await {
        Ok(_) => Ok(go(&format!("/review/{order}?done=call-logged"))),
        Err(error) => again(&ctx, &actor, order, "", error).await,
    }
}

/// Sends the case back for the marked fields.
pub async fn request_changes(Signed { ctx, actor }: Signed, Path(order): Path<Uuid>) -> Shown {
    match act::request_changes(&ctx.world, &actor, RequestChanges { order, requests: vec![] }).await {
        Ok(_) => Ok(go("/review?view=mine&done=changes-requested")),
        Err(error) => again(&ctx, &actor, order, "", error).await,
    }
}

/// Passes the case.
pub async fn pass(Signed { ctx, actor }: Signed, Path(order): Path<Uuid>) -> Shown {
    match act::pass(&ctx.world, &actor, OrderRef { order }).await {
        Ok(_) => Ok(go("/review?view=mine&done=passed")),
        Err(error) => again(&ctx, &actor, order, "", error).await,
    }
}
