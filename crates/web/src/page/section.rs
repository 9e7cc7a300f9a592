//! The pages that fill an order in: a section at a time on a wide screen, a question at a time on a phone.
//!
//! What is typed is always kept: the act stores it right or wrong, and the page comes back with what the checks say.

use app::act::{self, EditOrder, EditView, Patch, SaveSection, SitePatch};
use axum::extract::{Path, Query};
use filing::check::{Finding, Severity};
use filing::draft::{ApprovalDraft, Draft};
use filing::stage::Action;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::component::form::{Field, Form, Kind, summary_of};
use crate::component::{Card, ErrorSummary, Html, Link};
use crate::http::context::{Ctx, Signed};
use crate::http::typed::{Typed, put, text};
use crate::page::fields::{self, Question, Section};
use crate::page::new_order::resource_choices;
use crate::page::{Shown, go, guidance, on_file, registry, show_with};
use crate::view::{Head, Page};

/// Which question, and whether what is missing is said too.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct View {
    step: Option<usize>,
    #[serde(default)]
    checked: Option<u8>,
    #[serde(default)]
    saved: Option<u8>,
}

/// The basic check of an order that is already open.
pub async fn basic(signed: Signed, Path(order): Path<Uuid>, Query(view): Query<View>) -> Shown {
    open(signed, order, Section::Basic, view).await
}

/// The subject.
pub async fn subject(signed: Signed, Path(order): Path<Uuid>, Query(view): Query<View>) -> Shown {
    open(signed, order, Section::Subject, view).await
}

/// The principal.
pub async fn principal(signed: Signed, Path(order): Path<Uuid>, Query(view): Query<View>) -> Shown {
    open(signed, order, Section::Principal, view).await
}

/// A site.
pub async fn site(signed: Signed, Path((order, index)): Path<(Uuid, usize)>, Query(view): Query<View>) -> Shown {
    open(signed, order, Section::Site(index), view).await
}

/// A site's manager.
pub async fn manager(signed: Signed, Path((order, index)): Path<(Uuid, usize)>, Query(view): Query<View>) -> Shown {
    open(signed, order, Section::Manager(index), view).await
}

/// Saves the basic check.
pub async fn save_basic(signed: Signed, Path(order): Path<Uuid>, typed: Typed) -> Shown {
    save(signed, order, Section::Basic, typed).await
}

/// Saves the subject.
pub async fn save_subject(signed: Signed, Path(order): Path<Uuid>, typed: Typed) -> Shown {
    save(signed, order, Section::Subject, typed).await
}

/// Saves the principal.
pub async fn save_principal(signed: Signed, Path(order): Path<Uuid>, typed: Typed) -> Shown {
    save(signed, order, Section::Principal, typed).await
}

/// Saves a site.
pub async fn save_site(signed: Signed, Path((order, index)): Path<(Uuid, usize)>, typed: Typed) -> Shown {
    save(signed, order, Section::Site(index), typed).await
}

/// Saves a site's manager.
pub async fn save_manager(signed: Signed, Path((order, index)): Path<(Uuid, usize)>, typed: Typed) -> Shown {
    save(signed, order, Section::Manager(index), typed).await
}

/// What a section's page is drawn from.
struct Sheet {
    edit: EditView,
    /// The draft with what was typed, which may not be saved yet.
    draft: Draft,
    section: Section,
    view: View,
    /// Something to say on top that belongs to no field.
    said: Option<String>,
}

async fn open(Signed { ctx, actor }: Signed, order: Uuid, section: Section, view: View) -> Shown {
    let edit = act::edit_order(&ctx.world, &actor, EditOrder { order }).await?;
    let draft = edit.draft.clone();
    draw(&Signed { ctx, actor }, Sheet { edit, draft, section, view, said: None }).await
}

async fn draw(signed: &Signed, sheet: Sheet) -> Shown {
    let Signed { ctx, .. } = signed;
    let t = ctx.t;
    let Sheet { edit, section, view, .. } = &sheet;
    let resources = resource_choices(signed).await?;
    let mut questions = fields::questions(t, *section, &sheet.draft, Action::from_word(&edit.action), resources);
    if questions.is_empty() {
        return Err(app::Error::NotFound.into());
    }
    let all = questions.len();
    let step = view.step.filter(|step| (1..=all).contains(step));
    if let Some(step) = step {
        questions = vec![questions.swap_remove(step - 1)];
    }
    for question in &mut questions {
        dress(ctx, edit, *view, &mut question.fields);
    }
    let order = edit.order;
    let base = format!("/orders/{order}");
    let writable = questions.iter().flat_map(|question| &question.fields).any(|field| !field.locked);
    let locked_names: Vec<String> =
        questions.iter().flat_map(|question| &question.fields).map(|field| field.name.clone()).collect();
    let mut items: Vec<Link> = sheet.said.iter().map(|said| Link::new("", said.clone())).collect();
    items.extend(summary_of(questions.iter().flat_map(|question| &question.fields)));
    let status = if sheet.said.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };

    let title = match step {
        Some(_) => questions.first().map(|question| question.title.clone()).unwrap_or_default(),
        None => section.title(t),
    };
    let mut crumbs = vec![Link::new(base.clone(), edit.draft.basic.domain.clone())];
    if let Some(step) = step {
        crumbs =
            vec![Link::new(base.clone(), section.title(t)), Link::new("", t.two("step-of", "n", step, "all", all))];
    }
    let mut form = Form {
        action: format!("{base}/{}", section.path()),
        groups: questions
            .into_iter()
            .map(|question| (if step.is_some() { String::new() } else { question.title }, question.fields))
            .collect(),
        submit: t.msg("save-and-continue"),
        second: Some(Link::new(base.clone(), t.msg("save-later"))),
        ..Form::default()
    }
    .hidden("version", edit.version.to_string());
    if let Some(step) = step {
        form = form.hidden("step", step.to_string());
    }
    let mut main = Vec::new();
    if writable {
        main.push(Card { body: vec![Html::of(&form)], ..Card::default() }.html());
    } else {
        form.submit = t.msg("back");
        let as_filed = questions_are_filed(edit, &locked_names);
        let notice = t.msg(if as_filed { "section-as-filed" } else { "section-locked" });
        main.push(
            Card { text: notice, body: vec![Html::of(&LockedForm { form, back: base })], ..Card::default() }.html(),
        );
    }
    main.extend(on_file::card(t, edit.on_file.as_ref(), &edit.draft).filter(|_| step.is_none()));
    main.extend(guidance::of(t, &edit.draft, *section));
    if matches!(section, Section::Site(_)) && step.is_none() {
        main.extend(guidance::about(t, &edit.draft, &edit.action, "sites", ctx.world.today()));
    }
    if *section == Section::Basic && step.is_none() {
        main.extend(registry::cards(t, &edit.domains, ctx.now()));
    }
    let mut shell = ctx.shell(title.clone()).await?;
    shell.narrow = true;
    if step.is_some() {
        // One question and nothing else: the way out stands below it.
        shell.one_question = true;
        shell.nav.clear();
        if view.saved.is_some() {
            shell.saved = t.one("saved-at", "time", t.clock_time(&ctx.now()));
        }
    }
    let page = Page {
        t,
        shell,
        head: Head { crumbs, title, ..Head::default() },
        top: vec![Html::of(&ErrorSummary { t, items })],
        main,
        aside: vec![],
    };
    Ok(show_with(status, &page))
}

/// Fields that can only be read, with the way back in place of the button.
#[derive(askama::Template)]
#[template(
    ext = "html",
    source = r#"{% for (title, fields) in form.groups %}{% if !title.is_empty() %}<h2 class="group-title">{{ title }}</h2>{% endif %}{% for field in fields %}{{ field }}{% endfor %}{% endfor %}<p><a class="btn btn-quiet" href="{{ back }}">{{ form.submit }}</a></p>"#
)]
struct LockedForm {
    form: Form,
    back: String,
}

/// Whether fields are locked because they are filed, whatever the stage.
fn questions_are_filed(edit: &EditView, names: &[String]) -> bool {
    names.iter().any(|name| edit.editable.locked.contains(name))
}

/// Locks what may not be changed now, and says what the checks and the reviewer say beside each field.
fn dress(ctx: &Ctx, edit: &EditView, view: View, list: &mut [Field]) {
    let t = ctx.t;
    for field in list.iter_mut() {
        let path = field.name.split(':').next().unwrap_or_default().to_owned();
        if !edit.editable.allows(&path) {
            field.locked = true;
        }
        if path == field.name {
            field.said = guidance::at(t, &edit.draft, &edit.action, &path, ctx.world.today());
        }
        for request in edit.requests.iter().filter(|request| request.field == path && path == field.name) {
            field.findings.push(on_file::request_box(t, &edit.action, request, None));
        }
    }
    let told: Vec<Finding> = edit
        .findings
        .iter()
        .filter(|finding| {
            let filled = list.iter().any(|field| field.name == finding.field && !field.first().is_empty());
            view.checked.is_some() || (filled && !finding.is_missing())
        })
        .filter(|finding| !finding.rule.starts_with("request"))
        .cloned()
        .collect();
    fields::attach(t, list, &told);
}

async fn save(signed: Signed, order: Uuid, section: Section, typed: Typed) -> Shown {
    let Signed { ctx, actor } = &signed;
    let edit = act::edit_order(&ctx.world, actor, EditOrder { order }).await?;
    let step = typed.get("step").parse().ok();
    let resources = resource_choices(&signed).await?;
    let shown =
        shown_fields(fields::questions(ctx.t, section, &edit.draft, Action::from_word(&edit.action), resources), step);
    let draft = apply(&edit.draft, section, &edit, &shown, &typed);
    let version = typed.get("version").parse().unwrap_or(edit.version);
    let patch = patch_of(section, &draft);
    match act::save_section(&ctx.world, actor, SaveSection { order, version, patch }).await {
        Ok(saved) => Ok(go(&next(&saved, section, &shown, step, &typed))),
        Err(app::Error::Conflict { code: code @ ("version" | "not-editable") }) => {
            // Somebody saved on another device: what was typed stays in the form, over what is saved now.
            let said = Some(ctx.t.of("error", code));
            let view = View { step, ..View::default() };
            draw(&signed, Sheet { edit, draft, section, view, said }).await
        }
        Err(error) => Err(error.into()),
    }
}

fn shown_fields(questions: Vec<Question>, step: Option<usize>) -> Vec<Field> {
    questions
        .into_iter()
        .enumerate()
        .filter(|(n, _)| step.is_none_or(|step| step == n + 1))
        .flat_map(|(_, question)| question.fields)
        .collect()
}

/// Where to go after saving: back to the same question when something in it stops the order, else on.
fn next(saved: &EditView, section: Section, shown: &[Field], step: Option<usize>, typed: &Typed) -> String {
    let base = format!("/orders/{}", saved.order);
    let here = format!("{base}/{}", section.path());
    let stops = saved.findings.iter().any(|finding| {
        finding.severity == Severity::Block && shown.iter().any(|field| field.name == finding.field && !field.locked)
    });
    // The number of a pre-approval is asked for once its kind is saved.
    let count = |draft: &Draft| match section {
        Section::Site(index) => draft.sites.get(index).map_or(0, |site| site.approvals.len()),
        _ => 0,
    };
    let asked = shown.iter().filter(|field| field.name.ends_with(".number")).count();
    let more = shown.iter().any(|field| field.name.ends_with(".approvals")) && count(&saved.draft) > asked;
    // A person of their own is asked for once the tick is off.
    let person = matches!(section, Section::Manager(index)
        if shown.len() == 1 && saved.draft.sites.get(index).is_some_and(|site| !site.manager_is_principal));
    let query = |step: usize| format!("{here}?step={step}&saved=1");
    match step {
        _ if typed.ready().is_some() || (stops && !person) => {
            let step = step.map(|step| format!("&step={step}")).unwrap_or_default();
            format!("{here}?checked=1{step}")
        }
        Some(step) if more => query(step),
        None if more || person => here,
        Some(step) => {
            let action = Action::from_word(&saved.action);
            let all = fields::questions(crate::locale::T::default(), section, &saved.draft, action, Vec::new()).len();
            match section {
                _ if step < all => query(step + 1),
                Section::Site(index) => format!("{base}/sites/{index}/manager?step=1&saved=1"),
                _ => format!("{base}?done=saved"),
            }
        }
        None => match section {
            Section::Site(index) => format!("{base}/sites/{index}/manager"),
            _ => format!("{base}?done=saved"),
        },
    }
}

/// The draft with what was typed in the fields that were shown and may be changed.
fn apply(draft: &Draft, section: Section, edit: &EditView, shown: &[Field], typed: &Typed) -> Draft {
    let mut tree = serde_json::to_value(draft).unwrap_or_default();
    for field in shown {
        if field.locked || field.name.contains(':') || !edit.editable.allows(&field.name) {
            continue;
        }
        let name = field.name.as_str();
        match field.kind {
            Kind::Tick => put(&mut tree, name, json!(typed.has(name))),
            Kind::Checks if name.ends_with(".approvals") => {
                put(&mut tree, name, approvals(draft, section, &typed.all(name)));
            }
            Kind::Checks => put(&mut tree, name, json!(typed.all(name))),
            Kind::Date if typed.has(&format!("{name}:long")) => put(&mut tree, name, json!("long-term")),
            _ if typed.has(name) => put(&mut tree, name, json!(typed.get(name))),
            _ => {}
        }
    }
    // Numbers come after the kinds they belong to, by the kind's place in the list that was shown.
    if let Section::Site(index) = section {
        for (n, approval) in draft.sites.get(index).into_iter().flat_map(|site| &site.approvals).enumerate() {
            let number = format!("sites.{index}.approvals.{n}.number");
            if typed.has(&number) {
                put_approval(&mut tree, index, &approval.kind, typed.get(&number));
            }
        }
    }
    if let Some((name, value)) = typed.ready() {
        put(&mut tree, name, json!(value));
    }
    if section == Section::Subject {
        let district = text(&tree, "subject.district");
        let city = filing::address::find(&district).map_or("", |found| {
            // A city without districts was chosen as itself.
            if found.parent.ends_with("0000") { found.code } else { found.parent }
        });
        put(&mut tree, "subject.city", json!(city));
    }
    serde_json::from_value(tree).unwrap_or_else(|_| draft.clone())
}

fn approvals(draft: &Draft, section: Section, kinds: &[String]) -> Value {
    let before: &[ApprovalDraft] = match section {
        Section::Site(index) => draft.sites.get(index).map_or(&[], |site| site.approvals.as_slice()),
        _ => &[],
    };
    kinds
        .iter()
        .map(|kind| {
            let number =
                before.iter().find(|approval| approval.kind == *kind).map_or("", |approval| approval.number.as_str());
            json!({ "kind": kind, "number": number })
        })
        .collect()
}

fn put_approval(tree: &mut Value, index: usize, kind: &str, number: &str) {
    let list = tree.pointer_mut(&format!("/sites/{index}/approvals")).and_then(Value::as_array_mut);
    for approval in list.into_iter().flatten() {
        if approval.get("kind").and_then(Value::as_str) == Some(kind) {
            put(approval, "number", json!(number));
        }
    }
}

/// The section of a draft as the act takes it.
fn patch_of(section: Section, draft: &Draft) -> Patch {
    let site = |index: usize| draft.sites.get(index).cloned().unwrap_or_default();
    match section {
        Section::Basic => Patch::Basic { basic: draft.basic.clone() },
        Section::Subject => Patch::Subject { subject: draft.subject.clone() },
        Section::Principal => Patch::Principal { principal: draft.principal.clone() },
        Section::Site(index) => {
            let site = site(index);
            Patch::Site {
                index,
                site: SitePatch {
                    name: site.name,
                    domain: site.domain,
                    resource: site.resource,
                    content: site.content,
                    languages: site.languages,
                    approvals: site.approvals,
                    remark: site.remark,
                },
            }
        }
        Section::Manager(index) => {
            let site = site(index);
            Patch::Manager { index, manager_is_principal: site.manager_is_principal, manager: site.manager }
        }
    }
}
