//! The page of an order: the task list while it is written, the now card and the timeline afterwards, the numbers at
//! the end.

use app::act::{self, FiledView, OrderRef, OrderView};
use axum::extract::Path;
use filing::stage::{Action, Stage, StageKind};
use uuid::Uuid;

use crate::component::list::{Duties, DutyLine, Guidance, Numbers, Snippet};
use crate::component::{Card, Facts, Html, Link, Row, Tag, Tone};
use crate::http::context::{Ctx, Signed};
use crate::locale::T;
use crate::page::{Shown, guidance, on_file, registry, show, status, words};
use crate::view::{Head, Page};

/// The page of an order.
pub async fn order(Signed { ctx, actor }: Signed, Path(order): Path<Uuid>) -> Shown {
    let view = act::view_order(&ctx.world, &actor, OrderRef { order }).await?;
    let t = ctx.t;
    let writing = matches!(view.kind, StageKind::Draft | StageKind::ChangesRequested);
    let mut main = vec![];
    if view.kind != StageKind::Filed {
        main.push(Html::of(&status::now_card(t, &view, ctx.now())));
    }
    main.extend(view.filed.iter().flat_map(|filed| filed_cards(t, filed)));
    if !view.requests.is_empty() {
        main.push(requests(t, &view));
    }
    if view.kind == StageKind::Draft {
        main.push(Card { body: vec![Html::of(&status::tasks(t, &view))], ..Card::default() }.html());
    } else {
        let timeline = status::timeline(t, &view, ctx.now(), status::Reader::Applicant);
        main.push(Card::with(t.msg("progress-title"), &timeline).html());
    }
    if view.filed.is_some() {
        let lines = guidance::after(t, &view.draft, ctx.world.today());
        main.push(
            Card { body: vec![Html::of(&Guidance { title: t.msg("after-title"), lines })], ..Card::default() }.html(),
        );
    }
    let page = Page {
        t,
        shell: ctx.shell(view.domain.clone()).await?,
        head: head(t, &view),
        top: vec![],
        main,
        aside: aside(&ctx, &view, writing),
    };
    Ok(show(&page))
}

/// The head of every page of an order.
#[must_use]
pub fn head(t: T, view: &OrderView) -> Head {
    let action = if view.action.is_empty() { t.msg("detected-unknown") } else { t.of("action", &view.action) };
    let basic = &view.draft.basic;
    Head {
        crumbs: vec![Link::new("", action), Link::new("", t.one("order-number", "number", &view.number))],
        title: if view.domain.is_empty() { basic.name.clone() } else { view.domain.clone() },
        sub: [basic.name.clone(), words::province(t, &basic.province), words::nature(t, &basic.nature)]
            .into_iter()
            .filter(|word| !word.is_empty())
            .collect(),
        tag: Some(words::stage_tag(t, view.kind)),
        segments: Some(status::segments(t, view.kind)),
        ..Head::default()
    }
}

/// What must be mended: each with the reviewer's words, its rule, and the way to its field.
fn requests(t: T, view: &OrderView) -> Html {
    let body = view
        .requests
        .iter()
        .map(|request| {
            let link = Link::new(words::field_href(view.id, &request.field), words::full_label(t, &request.field));
            Html::of(&on_file::request_box(t, &view.action, request, Some(link)))
        })
        .collect();
    Card { title: t.msg("requests-title"), body, id: "requests".into(), ..Card::default() }.html()
}

fn filed_cards(t: T, filed: &FiledView) -> Vec<Html> {
    let mut numbers = vec![(t.msg("lookup-subject-number"), filed.subject_number.clone())];
    numbers.extend(filed.sites.iter().map(|site| (format!("{} · {}", site.name, site.domain), site.number.clone())));
    let mut cards = vec![
        Card {
            title: t.msg("now-title-filed"),
            text: t.msg("now-filed-text"),
            body: vec![Html::of(&Numbers { numbers })],
            ..Card::default()
        }
        .html(),
    ];
    let snippets = filed
        .sites
        .iter()
        .enumerate()
        .map(|(n, site)| Html::of(&Snippet { t, id: format!("footer-{n}"), text: site.footer_html.clone() }))
        .collect();
    cards.push(
        Card {
            title: t.msg("footer-title"),
            text: t.msg("footer-text"),
            body: snippets,
            id: "footer".into(),
            ..Card::default()
        }
        .html(),
    );
    let lines = filed
        .duties
        .iter()
        .map(|duty| DutyLine {
            title: t.of("duty", duty.code),
            text: t.of("duty-text", duty.code),
            link: duty.url.as_ref().map(|url| Link::outside(url.clone(), t.of("duty-link", duty.code))),
            tag: duty.due_on.map_or_else(
                || Tag::new(Tone::Info, t.msg("duty-any")),
                |day| Tag::new(Tone::Wait, t.one("time-by", "time", day)),
            ),
        })
        .collect();
    cards.push(Card::with(t.msg("duties-title"), &Duties { lines }).html());
    cards
}

fn aside(ctx: &Ctx, view: &OrderView, writing: bool) -> Vec<Html> {
    let t = ctx.t;
    let base = format!("/orders/{}", view.id);
    let mut dates = Vec::new();
    match &view.stage {
        Stage::Draft { saved_at } => {
            dates.push(Row::new(t.msg("date-saved"), t.short_time(saved_at)));
            let gone = filing::deadline::Term::Draft.days_after(*saved_at);
            dates.push(Row::new(t.msg("date-draft-ends"), t.short_time(&gone)).note(t.msg("date-draft-ends-note")));
        }
        Stage::AwaitingSms { sms_until, reported_at, .. } => {
            dates.push(Row::new(t.msg("step-sms"), t.short_time(sms_until)));
            dates.push(Row::new(t.msg("step-reported"), t.short_time(reported_at)));
        }
        Stage::AtAuthority { reported_at, .. } => {
            dates.push(Row::new(t.msg("step-reported"), t.short_time(reported_at)))
        }
        _ => {}
    }
    if let Some(day) = view.next.due {
        dates.push(Row::new(t.of("next-short", view.next.code), t.one("time-by", "time", t.short_date(day))));
    }
    if let Some(filed) = &view.filed {
        dates.push(Row::new(t.msg("lookup-filed-on"), filed.filed_on.to_string()));
    }
    dates.push(Row::new(t.msg("date-opened"), t.short_time(&view.created_at)));
    let mut cards = vec![Html::of(&Facts { title: t.msg("dates-title"), rows: dates, ..Facts::default() })];
    if !writing && !StageKind::FINAL.contains(&view.kind) {
        let opens_early = Action::from_word(&view.action).is_some_and(Action::opens_at_first_review);
        let text = t.msg(if opens_early { "meanwhile-text-access" } else { "meanwhile-text" });
        let note = Facts { title: t.msg("meanwhile-title"), text, ..Facts::default() };
        cards.push(Html::of(&note));
    }
    cards.extend(on_file::card(t, view.on_file.as_ref(), &view.draft).filter(|_| view.filed.is_none()));
    let mut rows = Vec::new();
    for (index, site) in view.draft.sites.iter().enumerate() {
        let label = if view.draft.sites.len() == 1 {
            t.msg("field-sites-name")
        } else {
            t.one("section-site-n", "n", index + 1)
        };
        let name = if site.name.is_empty() { t.msg("not-given") } else { site.name.clone() };
        rows.push(Row::new(label, name).note(site.domain.clone()));
    }
    if !view.draft.principal.name.is_empty() {
        rows.push(
            Row::new(t.msg("section-principal"), view.draft.principal.name.clone())
                .note(view.draft.principal.mobile.clone()),
        );
    }
    let given = view.slots.iter().filter(|slot| slot.material.is_some()).count();
    rows.push(Row::new(t.msg("section-materials"), t.count("materials-count", given)));
    cards.push(Html::of(&Facts {
        title: t.msg("order-facts"),
        rows,
        links: vec![Link::new(format!("{base}/answers"), t.msg("see-everything"))],
        danger: view.can.contains(&"abandon").then(|| Link::new(format!("{base}/abandon"), t.msg("abandon-do"))),
        ..Facts::default()
    }));
    if view.filed.is_none() {
        cards.extend(registry::cards(t, &view.domains, ctx.now()));
    }
    cards
}
