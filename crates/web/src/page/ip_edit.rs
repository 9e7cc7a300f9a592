//! Writing a range: a new one, a draft, or the correction of one that is filed.

use app::act::{self, CorrectIpRange, IpRangeRef, ReportIpRanges, SaveIpRange, SavedIpRange};
use axum::extract::{Path, Query};
use filing::ip_filing::{self, RangeDraft, Standing};
use filing::nature::Nature;
use filing::province::Province;
use serde::Deserialize;
use uuid::Uuid;

use crate::component::form::{Field, Form, Kind};
use crate::component::list::Tabs;
use crate::component::{Card, ErrorSummary, Html, Link};
use crate::http::context::{Ctx, Signed};
use crate::http::typed::Typed;
use crate::locale::T;
use crate::page::enter::Refused;
use crate::page::ip_ranges::{back, choices, kinds, typed_draft};
use crate::page::{Shown, fields, go, show, show_with};
use crate::view::{Head, Page};

/// What a new range begins with.
#[derive(Debug, Default, Deserialize)]
pub struct Begun {
    bureau: Option<String>,
    kind: Option<String>,
    mode: Option<String>,
    first: Option<String>,
    last: Option<String>,
}

/// The form of a new range; first which kind it is.
pub async fn new_form(signed: Signed, Query(begun): Query<Begun>) -> Shown {
    let Signed { ctx, actor } = &signed;
    let t = ctx.t;
    let asked = act::ListIpRanges { bureau: begun.bureau.clone(), ..act::ListIpRanges::default() };
    let ranges = act::list_ip_ranges(&ctx.world, actor, asked).await?;
    if !ranges.may_change {
        return Err(app::Error::Forbidden.into());
    }
    let draft = RangeDraft {
        kind: begun.kind.unwrap_or_default(),
        mode: begun.mode.unwrap_or_default(),
        first: begun.first.unwrap_or_default(),
        last: begun.last.unwrap_or_default(),
        ..RangeDraft::default()
    };
    if draft.kind.is_empty() || (draft.kind == "allocation" && draft.mode.is_empty()) {
        let head = Head {
            crumbs: vec![back(t, &ranges.bureau)],
            title: t.msg("ip-add"),
            lead: t.msg("ip-add-lead"),
            ..Head::default()
        };
        let card = Card { body: vec![kinds(t, &ranges.bureau, &draft.first)], ..Card::default() };
        let mut shell = ctx.shell(t.msg("ip-add")).await?;
        shell.narrow = true;
        return Ok(show(&Page { t, shell, head, top: vec![], main: vec![card.html()], aside: vec![] }));
    }
    let form = Asked { bureau: ranges.bureau, range: None, draft, filed: false };
    page(ctx, &form, &Refused::nothing()).await
}

/// What a form is about.
struct Asked {
    bureau: String,
    range: Option<SavedIpRange>,
    draft: RangeDraft,
    filed: bool,
}

async fn page(ctx: &Ctx, asked: &Asked, refused: &Refused) -> Shown {
    let t = ctx.t;
    let action =
        asked.range.map_or_else(|| "/ip-ranges/new".to_owned(), |range| format!("/ip-ranges/{}/edit", range.id));
    let submit = if asked.filed { "ip-correct-send" } else { "ip-save" };
    let out = asked
        .range
        .map_or_else(|| format!("/ip-ranges?bureau={}", asked.bureau), |range| format!("/ip-ranges/{}", range.id));
    let mut form = Form::new(action, questions(t, &asked.draft), t.msg(submit))
        .hidden("bureau", asked.bureau.clone())
        .hidden("kind", asked.draft.kind.clone())
        .second(Link::new(out, t.msg("back")));
    if let Some(range) = asked.range {
        form = form.hidden("version", range.version.to_string());
    }
    if !asked.draft.mode.is_empty() {
        form = form.hidden("mode", asked.draft.mode.clone());
    }
    let summary: ErrorSummary = refused.onto(ctx, &mut form);
    let title = t.msg(match (asked.range, asked.filed) {
        (None, _) => "ip-add",
        (Some(_), false) => "ip-edit",
        (Some(_), true) => "ip-correct",
    });
    let mut top = vec![Html::of(&summary)];
    if asked.draft.kind == "allocation" {
        let here = asked.range.map_or_else(
            || format!("/ip-ranges/new?bureau={}&kind=allocation", asked.bureau),
            |range| format!("/ip-ranges/{}/edit?", range.id),
        );
        let tabs = choices(t, "mode").into_iter().map(|mode| {
            let is_here = mode.value == asked.draft.mode;
            (Link::new(format!("{here}&mode={}", mode.value), mode.word), is_here)
        });
        top.push(Html::of(&Tabs { label: t.msg("ip-modes"), tabs: tabs.collect() }));
    }
    let mut shell = ctx.shell(title.clone()).await?;
    shell.narrow = true;
    let head = Head {
        crumbs: vec![back(t, &asked.bureau)],
        title,
        small: filing::ip_filing::table::spoken("kind", &asked.draft.kind, t.lang().tag()),
        lead: if asked.filed { t.msg("ip-correct-lead") } else { String::new() },
        ..Head::default()
    };
    let main = vec![Card { body: vec![Html::of(&form)], ..Card::default() }.html()];
    Ok(show_with(refused.status(), &Page { t, shell, head, top, main, aside: vec![] }))
}

/// The fields of a kind and use.
fn questions(t: T, draft: &RangeDraft) -> Vec<Field> {
    let shown = draft.fields().into_iter().filter(|name| !["kind", "mode"].contains(name));
    shown.map(|name| question(t, draft, name)).collect()
}

fn question(t: T, draft: &RangeDraft, name: &str) -> Field {
    let column = ip_filing::column(name);
    let label = column.map(|column| t.text(&column.label)).unwrap_or_default();
    let listed = match name {
        "nature" => Nature::ALL.iter().map(|nature| fields::choice_of(t, nature.as_str(), &nature.name())).collect(),
        "province" => Province::ALL.iter().map(|p| fields::choice_of(t, p.code(), &p.name())).collect(),
        _ => choices(t, name),
    };
    let kind = match (listed.len(), name) {
        (0, "remark") => Kind::Lines,
        (0, "since") => Kind::Date,
        (0, _) => Kind::Text,
        (1..=4, _) => Kind::Radio,
        _ => Kind::Select,
    };
    let keyboard = match name {
        "phone" => "tel",
        "email" => "email",
        "first" | "last" | "gateway" => "decimal",
        "source_unit" | "target" | "broadcaster" | "requester" | "category" | "industry" | "city" | "county" => {
            "numeric"
        }
        _ => "text",
    };
    let mut field = Field::new(t, kind, name, label)
        .hint(column.map(|column| t.text(&column.hint)).unwrap_or_default())
        .choices(listed)
        .value(draft.get(name).unwrap_or_default())
        .keyboard(keyboard, "off");
    let is_gateway = name.starts_with("gateway") && draft.kind != "brought_in";
    let is_origin = name.starts_with("source_") && draft.kind == "brought_in";
    let is_redirect = name == "redirect" && draft.kind != "brought_in";
    if is_gateway || is_origin || is_redirect || ["county", "category", "industry", "remark"].contains(&name) {
        field = field.optional();
    }
    field
}

/// Saves a new range as a draft.
pub async fn add(signed: Signed, typed: Typed) -> Shown {
    let bureau = typed.get("bureau").to_owned();
    let asked = Asked { bureau, range: None, draft: typed_draft(&typed), filed: false };
    save(&signed, asked).await
}

async fn save(signed: &Signed, asked: Asked) -> Shown {
    let input = SaveIpRange { range: asked.range, bureau: asked.bureau.clone(), content: asked.draft.clone() };
    match act::save_ip_range(&signed.ctx.world, &signed.actor, input).await {
        Ok(view) => Ok(go(&format!("/ip-ranges/{}?done=ip-saved", view.range.id))),
        Err(error) => {
            let refused = Refused::by(&signed.ctx, error)?;
            page(&signed.ctx, &asked, &refused).await
        }
    }
}

/// Which use is asked for.
#[derive(Debug, Default, Deserialize)]
pub struct Other {
    mode: Option<String>,
}

/// The form of a range that is there.
pub async fn edit_form(signed: Signed, Path(range): Path<Uuid>, Query(other): Query<Other>) -> Shown {
    let Signed { ctx, actor } = &signed;
    let view = act::view_ip_range(&ctx.world, actor, IpRangeRef { range }).await?;
    if !view.may_change {
        return Err(app::Error::Forbidden.into());
    }
    if !matches!(view.range.state, Standing::Draft | Standing::Refused | Standing::Filed) {
        return Err(app::Error::Conflict { code: "stage" }.into());
    }
    let mut draft = view.proposed.unwrap_or(view.content);
    if let Some(mode) = other.mode {
        draft.mode = mode;
    }
    let version = SavedIpRange { id: range, version: view.range.version };
    let filed = view.range.state == Standing::Filed;
    let asked = Asked { bureau: view.range.bureau, range: Some(version), draft, filed };
    page(ctx, &asked, &Refused::nothing()).await
}

/// Saves a draft, or sends the correction of what is filed.
pub async fn edit(signed: Signed, Path(range): Path<Uuid>, typed: Typed) -> Shown {
    let Signed { ctx, actor } = &signed;
    let view = act::view_ip_range(&ctx.world, actor, IpRangeRef { range }).await?;
    let version = typed.get("version").parse().unwrap_or(-1);
    let asked = Asked {
        bureau: view.range.bureau.clone(),
        range: Some(SavedIpRange { id: range, version }),
        draft: typed_draft(&typed),
        filed: view.range.state == Standing::Filed,
    };
    if !asked.filed {
        return save(&signed, asked).await;
    }
    let input = CorrectIpRange { range, version, content: asked.draft.clone() };
    match act::correct_ip_range(&ctx.world, actor, input).await {
        Ok(_) => Ok(go(&format!("/ip-ranges/{range}?done=ip-reported"))),
        Err(error) => {
            let refused = Refused::by(ctx, error)?;
            page(ctx, &asked, &refused).await
        }
    }
}

/// Reports the ranges that were ticked, or all drafts.
pub async fn report(Signed { ctx, actor }: Signed, typed: Typed) -> Shown {
    let t = ctx.t;
    let bureau = typed.get("bureau").to_owned();
    let ranges = typed.all("range").iter().filter_map(|id| Uuid::parse_str(id).ok()).collect();
    let all = typed.get("what") == "all";
    match act::report_ip_ranges(&ctx.world, &actor, ReportIpRanges { bureau: bureau.clone(), ranges, all }).await {
        Ok(_) => Ok(go(&format!("/ip-ranges?bureau={bureau}&done=ip-reported"))),
        Err(app::Error::Invalid(findings)) => {
            let items = findings.iter().map(|finding| {
                let id = finding.field.split('.').nth(1).unwrap_or_default();
                let href = if id.is_empty() { String::new() } else { format!("/ip-ranges/{id}/edit") };
                Link::new(href, format!("{} {}", t.text(&finding.message), t.text(&finding.fix)))
            });
            let summary = ErrorSummary { t, items: items.collect() };
            let mut shell = ctx.shell(t.msg("ip-report")).await?;
            shell.narrow = true;
            let head = Head {
                crumbs: vec![back(t, &bureau)],
                title: t.msg("ip-report"),
                lead: t.msg("ip-report-refused"),
                ..Head::default()
            };
            let page = Page { t, shell, head, top: vec![Html::of(&summary)], main: vec![], aside: vec![] };
            Ok(show_with(http::StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(error) => Err(error.into()),
    }
}

/// Sends the deletion of a range.
pub async fn delete(Signed { ctx, actor }: Signed, Path(range): Path<Uuid>) -> Shown {
    act::delete_ip_range(&ctx.world, &actor, IpRangeRef { range }).await?;
    Ok(go(&format!("/ip-ranges/{range}?done=ip-reported")))
}
