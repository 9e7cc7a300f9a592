//! The provider's address ranges: the list, one range, and what can be done with it.

use app::act::{self, IpRangeRef, IpRangeRow, IpRangeView, IpRanges, ListIpRanges};
use askama::Template;
use askama::filters::HtmlSafe;
use axum::extract::{Path, Query};
use filing::ip_filing::{self, RangeDraft, RangeKind, Standing, table};
use serde::Deserialize;
use uuid::Uuid;

use crate::component::form::{Choice, Form};
use crate::component::list::Tabs;
use crate::component::{Card, Empty, Facts, Html, Link, Notice, Row, Tag, Tone};
use crate::http::context::Signed;
use crate::http::typed::Typed;
use crate::locale::T;
use crate::page::enter::{Refused, form_page};
use crate::page::{Shown, go, show, words};
use crate::view::{Head, Page};

/// Which ranges.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    bureau: Option<String>,
    kind: Option<String>,
    state: Option<String>,
    holding: Option<String>,
    flagged: Option<String>,
    cursor: Option<String>,
}

/// The ranges of a bureau, to be narrowed, and the drafts among them to be reported.
pub async fn list(Signed { ctx, actor }: Signed, Query(wanted): Query<Wanted>) -> Shown {
    let t = ctx.t;
    let asked = ListIpRanges {
        bureau: wanted.bureau.clone(),
        kind: wanted.kind.clone(),
        state: wanted.state.clone(),
        holding: wanted.holding.clone(),
        flagged: wanted.flagged.is_some(),
        cursor: wanted.cursor.clone(),
    };
    let (ranges, wrong) = match act::list_ip_ranges(&ctx.world, &actor, asked).await {
        Ok(ranges) => (ranges, None),
        Err(app::Error::Invalid(findings)) => {
            let all = ListIpRanges { bureau: wanted.bureau.clone(), ..ListIpRanges::default() };
            (act::list_ip_ranges(&ctx.world, &actor, all).await?, findings.into_iter().next())
        }
        Err(error) => return Err(error.into()),
    };
    let mut top = Vec::new();
    if ranges.bureaus.len() > 1 {
        let tabs = ranges.bureaus.iter().map(|bureau| {
            let here = bureau.code == ranges.bureau;
            (Link::new(format!("/ip-ranges?bureau={}", bureau.code), bureau.name.clone()), here)
        });
        top.push(Html::of(&Tabs { label: t.msg("ip-bureaus"), tabs: tabs.collect() }));
    }
    top.extend(wrong.map(|finding| Html::of(&words::finding(t, &finding, None))));
    let (tone, text) =
        if ranges.compared { (Tone::Info, t.msg("ip-compared")) } else { (Tone::Wait, t.msg("ip-not-compared")) };
    top.push(Html::of(&Notice { tone, text, link: None }));
    let narrowed = [&wanted.kind, &wanted.state, &wanted.holding, &wanted.flagged]
        .iter()
        .any(|part| part.as_deref().is_some_and(|part| !part.is_empty()));
    let body = if ranges.items.is_empty() {
        let key = if narrowed { "ip-none-so" } else { "ip-none" };
        Html::of(&Empty { title: t.msg(key), text: t.msg("ip-none-text"), link: None })
    } else {
        Html::of(&RangeTable {
            t,
            bureau: ranges.bureau.clone(),
            may_report: ranges.may_change && ranges.items.iter().any(|row| is_reportable(row.state)),
            rows: ranges.items.iter().map(|row| line(t, row)).collect(),
            more: ranges.next.as_ref().map(|cursor| Link::new(address(&ranges, &wanted, cursor), t.msg("more"))),
        })
    };
    let filter = RangeFilter {
        t,
        bureau: ranges.bureau.clone(),
        kinds: choices(t, "kind"),
        kind: wanted.kind.unwrap_or_default(),
        states: Standing::ALL.iter().map(|state| Choice::new(state.as_str(), t.of("ip-state", state))).collect(),
        state: wanted.state.unwrap_or_default(),
        holding: wanted.holding.unwrap_or_default(),
        flagged: wanted.flagged.is_some(),
    };
    let mut shell = ctx.shell(t.msg("nav-ip-ranges")).await?;
    shell.wide = true;
    let mut main = vec![Card::with("", &filter).html()];
    if ranges.may_change {
        main.push(Html::of(&Doings { t, bureau: ranges.bureau.clone() }));
    }
    main.push(Card { body: vec![body], ..Card::default() }.html());
    let head = Head { title: t.msg("nav-ip-ranges"), lead: t.msg("ip-lead"), ..Head::default() };
    Ok(show(&Page { t, shell, head, top, main, aside: vec![] }))
}

fn address(ranges: &IpRanges, wanted: &Wanted, cursor: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("bureau", &ranges.bureau);
    for (name, value) in
        [("kind", &wanted.kind), ("state", &wanted.state), ("holding", &wanted.holding), ("flagged", &wanted.flagged)]
    {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    format!("/ip-ranges?{}", query.append_pair("cursor", cursor).finish())
}

const fn is_reportable(state: Standing) -> bool {
    matches!(state, Standing::Draft | Standing::Refused)
}

/// The choices of a field in the reader's language.
pub(super) fn choices(t: T, field: &str) -> Vec<Choice> {
    ip_filing::choices(field)
        .map(|choice| Choice { hint: t.text(&choice.hint), ..Choice::new(choice.word.clone(), t.text(&choice.label)) })
        .collect()
}

/// What a kind is called, with the use of an allocation.
fn kind_of(t: T, kind: &str, mode: &str) -> String {
    let kind = table::spoken("kind", kind, t.lang().tag());
    if mode.is_empty() { kind } else { format!("{kind} · {}", table::spoken("mode", mode, t.lang().tag())) }
}

/// The status of a range.
fn state_tag(t: T, state: Standing) -> Tag {
    let tone = match state {
        Standing::Draft => Tone::Plain,
        Standing::Reported | Standing::Changing | Standing::Deleting => Tone::Wait,
        Standing::Refused => Tone::Stop,
        Standing::Filed => Tone::Ok,
        Standing::Deleted => Tone::Info,
    };
    Tag::new(tone, t.of("ip-state", state))
}

/// A line of the list.
struct RangeLine {
    id: String,
    span: String,
    size: String,
    kind: String,
    about: String,
    tag: Tag,
    found: Vec<String>,
    reportable: bool,
}

fn line(t: T, row: &IpRangeRow) -> RangeLine {
    RangeLine {
        id: row.id.to_string(),
        span: span(row),
        size: t.count("ip-addresses", row.size),
        kind: kind_of(t, &row.kind, &row.mode),
        about: row.about.clone(),
        tag: state_tag(t, row.state),
        found: row.findings.iter().map(|finding| t.text(&finding.message)).collect(),
        reportable: is_reportable(row.state),
    }
}

fn span(row: &IpRangeRow) -> String {
    if row.first == row.last { row.first.to_string() } else { format!("{}–{}", row.first, row.last) }
}

/// The ranges, with a box to tick beside what can be reported.
#[derive(Template)]
#[template(path = "ip_ranges.html")]
struct RangeTable {
    t: T,
    bureau: String,
    may_report: bool,
    rows: Vec<RangeLine>,
    more: Option<Link>,
}

/// Narrows the list.
#[derive(Template)]
#[template(path = "ip_filter.html")]
struct RangeFilter {
    t: T,
    bureau: String,
    kinds: Vec<Choice>,
    kind: String,
    states: Vec<Choice>,
    state: String,
    holding: String,
    flagged: bool,
}

/// What can be done with the list as a whole.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<div class="form-end"><a class="btn btn-primary" href="/ip-ranges/new?bureau={{ bureau }}">{{ t.msg("ip-add") }}</a><a class="btn btn-quiet" href="/ip-ranges/import?bureau={{ bureau }}">{{ t.msg("ip-import") }}</a><form class="plain" method="post" action="/ip-ranges/export"><input type="hidden" name="bureau" value="{{ bureau }}"><button class="btn btn-quiet">{{ t.msg("ip-export") }}</button></form></div>"#
)]
struct Doings {
    t: T,
    bureau: String,
}

impl HtmlSafe for RangeTable {}

/// One range.
pub async fn range(Signed { ctx, actor }: Signed, Path(range): Path<Uuid>) -> Shown {
    let t = ctx.t;
    let view = act::view_ip_range(&ctx.world, &actor, IpRangeRef { range }).await?;
    let mut top: Vec<Html> =
        view.range.findings.iter().map(|finding| Html::of(&words::finding(t, finding, None))).collect();
    let mut main = vec![Html::of(&content(t, t.msg("ip-content"), &view.content))];
    if let Some(proposed) = &view.proposed {
        let key = if view.range.state == Standing::Changing { "ip-proposed" } else { "ip-proposed-refused" };
        main.push(Html::of(&content(t, t.msg(key), proposed)));
    }
    if let Some(key) = waits(&view) {
        top.push(Html::of(&Notice { tone: Tone::Info, text: t.msg(key), link: None }));
    }
    let aside = vec![Html::of(&standing(t, &view))];
    let head = Head {
        crumbs: vec![back(t, &view.range.bureau)],
        title: span(&view.range),
        small: kind_of(t, &view.range.kind, &view.range.mode),
        tag: Some(state_tag(t, view.range.state)),
        ..Head::default()
    };
    if view.may_change {
        main.extend(doings(t, &view));
    }
    Ok(show(&Page { t, shell: ctx.shell(span(&view.range)).await?, head, top, main, aside }))
}

pub(super) fn back(t: T, bureau: &str) -> Link {
    Link::new(format!("/ip-ranges?bureau={bureau}"), t.msg("nav-ip-ranges"))
}

fn waits(view: &IpRangeView) -> Option<&'static str> {
    match view.range.state {
        Standing::Reported => Some("ip-waits-add"),
        Standing::Changing => Some("ip-waits-change"),
        Standing::Deleting => Some("ip-waits-delete"),
        _ => None,
    }
}

fn content(t: T, title: String, draft: &RangeDraft) -> Facts {
    let tag = t.lang().tag();
    let rows = draft.fields().into_iter().filter_map(|name| {
        let value = draft.get(name).filter(|value| !value.is_empty())?;
        let label = ip_filing::column(name).map(|column| t.text(&column.label)).unwrap_or_default();
        let place = ["city", "county"].contains(&name).then(|| filing::address::full_name(value)).flatten();
        Some(Row::new(label, table::spoken(name, value, tag)).note(place.unwrap_or_default()))
    });
    Facts { title, rows: rows.collect(), ..Facts::default() }
}

fn standing(t: T, view: &IpRangeView) -> Facts {
    let carries = if view.range.carries_sites { "ip-carries" } else { "ip-carries-not" };
    let mut rows = vec![Row::new(t.msg("ip-bureau"), view.range.bureau.clone())];
    if let Some(id) = view.range.bureau_id {
        rows.push(Row::new(t.msg("ip-bureau-id"), id.to_string()));
    }
    if let Some(at) = view.filed_at {
        rows.push(Row::new(t.msg("ip-filed-at"), t.full_time(&at)));
    }
    rows.push(Row::new(t.msg("ip-updated-at"), t.full_time(&view.updated_at)));
    Facts { title: t.msg("ip-standing"), rows, text: t.msg(carries), ..Facts::default() }
}

/// What can be done with a range where it stands.
fn doings(t: T, view: &IpRangeView) -> Vec<Html> {
    let id = view.range.id;
    let mut body = Vec::new();
    let mut links = Vec::new();
    match view.range.state {
        Standing::Draft | Standing::Refused => {
            let form = Form::new("/ip-ranges/report", vec![], t.msg("ip-report"))
                .hidden("bureau", view.range.bureau.clone())
                .hidden("range", id.to_string())
                .second(Link::new(format!("/ip-ranges/{id}/edit"), t.msg("ip-edit")));
            body.push(Html::of(&form));
            links.push(Link::new(format!("/ip-ranges/{id}/remove"), t.msg("ip-remove")));
        }
        Standing::Filed => {
            links.push(Link::new(format!("/ip-ranges/{id}/edit"), t.msg("ip-correct")));
            links.push(Link::new(format!("/ip-ranges/{id}/delete"), t.msg("ip-delete")));
        }
        Standing::Reported | Standing::Changing | Standing::Deleting => {
            links.push(Link::new(format!("/ip-ranges/{id}/recall"), t.msg("ip-recall")));
        }
        Standing::Deleted => return vec![],
    }
    vec![Card { body, links, ..Card::default() }.html()]
}

/// Asks before a draft is taken away.
pub async fn remove_form(signed: Signed, Path(range): Path<Uuid>) -> Shown {
    ask(&signed, range, "ip-remove").await
}

/// Asks before the authority's answer is given up.
pub async fn recall_form(signed: Signed, Path(range): Path<Uuid>) -> Shown {
    ask(&signed, range, "ip-recall").await
}

/// Asks before a range is deleted at the bureau.
pub async fn delete_form(signed: Signed, Path(range): Path<Uuid>) -> Shown {
    ask(&signed, range, "ip-delete").await
}

async fn ask(Signed { ctx, actor }: &Signed, range: Uuid, what: &str) -> Shown {
    let t = ctx.t;
    let view = act::view_ip_range(&ctx.world, actor, IpRangeRef { range }).await?;
    let act = what.trim_start_matches("ip-");
    let form = Form { danger: true, ..Form::new(format!("/ip-ranges/{range}/{act}"), vec![], t.of("confirm", what)) }
        .second(Link::new(format!("/ip-ranges/{range}"), t.msg("confirm-no")));
    let head = Head {
        crumbs: vec![Link::new(format!("/ip-ranges/{range}"), span(&view.range))],
        title: t.of("confirm-title", what),
        lead: t.of("confirm-text", what),
        ..Head::default()
    };
    form_page(ctx, head, form, &Refused::nothing(), vec![]).await
}

/// Takes a draft away.
pub async fn remove(Signed { ctx, actor }: Signed, Path(range): Path<Uuid>) -> Shown {
    act::remove_ip_range(&ctx.world, &actor, IpRangeRef { range }).await?;
    Ok(go("/ip-ranges?done=ip-removed"))
}

/// Gives up waiting for the authority's answer.
pub async fn recall(Signed { ctx, actor }: Signed, Path(range): Path<Uuid>) -> Shown {
    act::recall_ip_range(&ctx.world, &actor, IpRangeRef { range }).await?;
    Ok(go(&format!("/ip-ranges/{range}?done=ip-recalled")))
}

/// The kinds and uses a new range can have, each a link to its form.
pub(super) fn kinds(t: T, bureau: &str, address: &str) -> Html {
    let link = |kind: &str, mode: &str| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("bureau", bureau).append_pair("kind", kind);
        if !mode.is_empty() {
            query.append_pair("mode", mode);
        }
        if !address.is_empty() {
            query.append_pair("first", address).append_pair("last", address);
        }
        format!("/ip-ranges/new?{}", query.finish())
    };
    let mut lines = Vec::new();
    for kind in choices(t, "kind") {
        if kind.value == RangeKind::Allocation.as_str() {
            for mode in choices(t, "mode") {
                let word = format!("{} · {}", kind.word, mode.word);
                lines.push((Link::new(link(&kind.value, &mode.value), word), mode.hint));
            }
        } else {
            lines.push((Link::new(link(&kind.value, ""), kind.word), kind.hint));
        }
    }
    Html::of(&Kinds { lines })
}

/// Links with what each is for.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<ul class="plain-list">{% for (link, hint) in lines %}<li><a href="{{ link.href }}">{{ link.word }}</a><span class="row-note">{{ hint }}</span></li>{% endfor %}</ul>"#
)]
struct Kinds {
    lines: Vec<(Link, String)>,
}

/// The values of a form as a draft.
pub(super) fn typed_draft(typed: &Typed) -> RangeDraft {
    let mut draft = RangeDraft::default();
    for column in ip_filing::columns() {
        if let Some(field) = draft.get_mut(&column.name) {
            typed.get(&column.name).clone_into(field);
        }
    }
    draft
}
