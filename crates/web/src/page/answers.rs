//! Check answers: the page that is the document, and from which it is submitted.

use app::act::{self, EditOrder, EditView, OrderRef, OrderView, SlotView, Submit};
use app::agreement::{self, Accepted};
use axum::extract::Path;
use filing::draft::{Draft, PersonDraft};
use filing::nature::Nature;
use filing::progress::is_verification;
use filing::stage::Action;
use http::StatusCode;
use uuid::Uuid;

use crate::component::document::{AnswersDocument, Group, Picture};
use crate::component::form::{Field, Form, Kind};
use crate::component::{Card, ErrorSummary, Html, Link, Notice, Row, Tone};
use crate::http::context::Signed;
use crate::http::typed::Typed;
use crate::locale::T;
use crate::page::{Shown, go, on_file, order, show_with, words};
use crate::view::{Head, Page};

/// The document of an order: plain for its owner while it can be edited, masked otherwise.
pub async fn answers(signed: Signed, Path(order): Path<Uuid>) -> Shown {
    draw(&signed, order, None).await
}

async fn draw(Signed { ctx, actor }: &Signed, id: Uuid, said: Option<(StatusCode, Vec<Link>)>) -> Shown {
    let t = ctx.t;
    let view = act::view_order(&ctx.world, actor, OrderRef { order: id }).await?;
    let editing = view.can.contains(&"edit_order");
    let edit = if editing { Some(act::edit_order(&ctx.world, actor, EditOrder { order: id }).await?) } else { None };
    let draft = edit.as_ref().map_or(&view.draft, |edit| &edit.draft);
    let document = AnswersDocument { t, groups: groups(t, &view, draft, editing) };
    let (status, items) = said.unwrap_or((StatusCode::OK, Vec::new()));
    let mut top = vec![Html::of(&ErrorSummary { t, items })];
    let mut main = vec![];
    if let Some(edit) = &edit {
        let check = act::check_order(&ctx.world, actor, OrderRef { order: id }).await?;
        if !check.can_submit {
            top.push(Html::of(&Notice { tone: Tone::Wait, text: t.msg("answers-not-ready"), link: None }));
            main.push(findings(t, id, &check.findings));
        } else if !check.findings.is_empty() {
            main.push(findings(t, id, &check.findings));
        }
        main.push(Card { body: vec![Html::of(&document)], ..Card::default() }.html());
        if check.can_submit {
            main.push(submit_card(t, edit, &view));
        }
    } else {
        main.push(Card { body: vec![Html::of(&document)], ..Card::default() }.html());
    }
    main.push(Html::of(&PrintButton { word: t.msg("print") }));
    let title = if editing { t.msg("answers-title") } else { t.msg("answers-title-read") };
    let page = Page {
        t,
        shell: ctx.shell(title.clone()).await?,
        head: Head {
            crumbs: vec![
                Link::new(format!("/orders/{id}"), view.domain.clone()),
                Link::new("", t.one("order-number", "number", &view.number)),
            ],
            title,
            lead: if editing { t.msg("answers-lead") } else { t.msg("answers-lead-read") },
            tag: order::head(t, &view).tag,
            ..Head::default()
        },
        top,
        main,
        aside: vec![],
    };
    Ok(show_with(status, &page))
}

/// The button that prints; without scripts the browser's own menu does.
#[derive(askama::Template)]
#[template(
    ext = "html",
    source = r#"<p class="no-print"><button class="btn btn-quiet" type="button" data-print hidden>{{ word }}</button></p>"#
)]
struct PrintButton {
    word: String,
}

fn findings(t: T, order: Uuid, findings: &[filing::check::Finding]) -> Html {
    let body = findings
        .iter()
        .map(|finding| {
            let link = Link::new(words::field_href(order, &finding.field), words::full_label(t, &finding.field));
            Html::of(&words::finding(t, finding, Some(link)))
        })
        .collect();
    Card { title: t.msg("answers-findings"), body, ..Card::default() }.html()
}

fn submit_card(t: T, edit: &EditView, view: &OrderView) -> Html {
    let ticks = agreement::CURRENT
        .iter()
        .map(|agreement| {
            let mut field = Field::new(
                t,
                Kind::Tick,
                format!("agree-{}", agreement.id),
                t.one("agree-to", "title", t.of("agreement", agreement.id)),
            );
            field.hint = t.one("agreement-version", "version", agreement.version);
            field
        })
        .collect();
    let word = if view.requests.is_empty() { "submit-do" } else { "resubmit-do" };
    let form = Form::new(format!("/orders/{}/submit", view.id), ticks, t.msg(word))
        .hidden("version", edit.version.to_string())
        .second(Link::new(format!("/orders/{}", view.id), t.msg("save-later")));
    Card {
        title: t.msg("submit-title"),
        text: t.msg("submit-text"),
        body: vec![Html::of(&form)],
        links: agreement::CURRENT
            .iter()
            .map(|agreement| {
                Link::outside(
                    format!("/agreements/{}/{}", agreement.id, agreement.version),
                    t.of("agreement", agreement.id),
                )
            })
            .collect(),
        id: "submit".into(),
        flush: false,
    }
    .html()
}

/// Submits, when every agreement was ticked in the version that was read.
pub async fn submit(signed: Signed, Path(order): Path<Uuid>, typed: Typed) -> Shown {
    let Signed { ctx, actor } = &signed;
    let t = ctx.t;
    let agreements = agreement::CURRENT
        .iter()
        .filter(|agreement| typed.has(&format!("agree-{}", agreement.id)))
        .map(|agreement| Accepted { agreement: agreement.id.to_owned(), version: agreement.version.to_owned() })
        .collect();
    let version = typed.get("version").parse().unwrap_or_default();
    match act::submit(&ctx.world, actor, Submit { order, version, agreements }).await {
        Ok(_) => Ok(go(&format!("/orders/{order}?done=submitted"))),
        // The same form sent twice: the first one did it.
        Err(app::Error::Conflict { code: "stage" }) => Ok(go(&format!("/orders/{order}"))),
        Err(app::Error::Invalid(findings)) => {
            let items = findings
                .iter()
                .map(|finding| Link::new(words::field_href(order, &finding.field), t.text(&finding.message)))
                .collect();
            draw(&signed, order, Some((StatusCode::UNPROCESSABLE_ENTITY, items))).await
        }
        Err(app::Error::Conflict { code }) => {
            let link = Link::new("#submit", t.of("error", code));
            draw(&signed, order, Some((StatusCode::CONFLICT, vec![link]))).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The groups of the document, in the order in which it is written.
#[must_use]
pub fn groups(t: T, view: &OrderView, draft: &Draft, editing: bool) -> Vec<Group> {
    let (order, slots) = (view.id, view.slots.as_slice());
    let action = Action::from_word(&view.action);
    let cancels = draft.cancellation.is_some();
    let change = |path: &str| {
        // What a cancellation is about is not written, only why.
        let written = !cancels || path == "cancellation";
        // What is filed here is shown and not asked for.
        let shown = action.is_some_and(Action::subject_is_here) && matches!(path, "subject" | "principal");
        let open = editing && written && !shown;
        open.then(|| Link::new(format!("/orders/{order}/{path}"), t.msg("change")))
    };
    let individual = Nature::from_word(&draft.basic.nature).is_some_and(Nature::is_individual);
    let row = |path: &str, typed: &str| Row::new(words::field_label(t, path), words::value(t, path, typed));
    let basic = &draft.basic;
    let subject = &draft.subject;
    let mut subject_rows = vec![
        row("subject.district", &subject.district),
        row("subject.postal_address", &subject.postal_address),
        row("subject.certificate_address", &subject.certificate_address),
        Row::new(
            t.msg("field-valid-until"),
            words::value(t, "subject.certificate_valid_until", &subject.certificate_valid_until),
        ),
    ];
    if !individual {
        subject_rows.push(row("subject.legal_representative", &subject.legal_representative));
        subject_rows.push(row("subject.investor", &subject.investor));
    }
    if !subject.remark.is_empty() {
        subject_rows.push(row("subject.remark", &subject.remark));
    }
    let mut groups = Vec::new();
    if let Some(said) = &draft.cancellation {
        groups.push(Group {
            title: t.msg("section-cancellation"),
            rows: vec![
                row("cancellation.reason", &said.reason),
                row("cancellation.note", &said.note),
                row("cancellation.understood", if said.understood { "true" } else { "false" }),
            ],
            change: change("cancellation"),
            pictures: vec![],
        });
    }
    groups.extend([
        Group {
            title: t.msg("section-basic"),
            rows: vec![
                row("basic.nature", &basic.nature),
                row("basic.name", &basic.name),
                row("basic.certificate_kind", &basic.certificate_kind),
                row("basic.certificate_number", &basic.certificate_number),
                row("basic.province", &basic.province),
                row("basic.domain", &basic.domain),
            ],
            change: change("basic"),
            pictures: vec![],
        },
        Group { title: t.msg("section-subject"), rows: subject_rows, change: change("subject"), pictures: vec![] },
        Group {
            title: t.msg("section-principal"),
            rows: person(t, &draft.principal),
            change: change("principal"),
            pictures: vec![],
        },
    ]);
    if let Some(on_file) = &view.on_file {
        let rows = on_file::rows(t, on_file, draft);
        groups.insert(0, Group { title: t.msg("on-file-title"), rows, change: None, pictures: vec![] });
    }
    for (index, site) in draft.sites.iter().enumerate() {
        let path = |name: &str| format!("sites.{index}.{name}");
        let approvals: Vec<String> = site
            .approvals
            .iter()
            .map(|approval| {
                format!("{} {}", words::coded(t, filing::code::PRE_APPROVAL, &approval.kind), approval.number)
            })
            .collect();
        let approvals = if approvals.is_empty() { t.msg("approvals-none") } else { approvals.join(&t.msg("comma")) };
        let mut site_rows = vec![row(&path("name"), &site.name), row(&path("domain"), &site.domain)];
        if action.is_none_or(|action| !action.adds_access()) {
            site_rows.extend([
                row(&path("content"), &site.content),
                row(&path("languages"), &site.languages.join(",")),
                Row::new(t.msg("field-sites-approvals"), approvals),
                row(&path("remark"), &site.remark),
            ]);
        }
        groups.push(Group {
            title: t.one("section-site-n", "n", index + 1),
            rows: site_rows,
            change: change(&format!("sites/{index}")),
            pictures: vec![],
        });
        let own = !(individual || site.manager_is_principal);
        groups.push(Group {
            title: t.one("section-manager-n", "n", index + 1),
            rows: if own {
                person(t, &site.manager)
            } else {
                vec![Row::new(t.msg("field-sites-manager-is-principal"), t.msg("yes"))]
            },
            change: change(&format!("sites/{index}/manager")).filter(|_| !individual),
            pictures: pictures(t, order, slots, |slot| slot.site == Some(index) && is_verification(slot.kind)),
        });
    }
    if cancels {
        return groups;
    }
    groups.push(Group {
        title: t.msg("section-materials"),
        rows: vec![],
        change: change("materials"),
        pictures: pictures(t, order, slots, |slot| !is_verification(slot.kind)),
    });
    groups
}

fn person(t: T, person: &PersonDraft) -> Vec<Row> {
    let row = |name: &str, typed: &str| Row::new(t.of("field-person", name), words::value(t, name, typed));
    vec![
        row("name", &person.name),
        row("certificate_kind", &person.certificate_kind),
        row("certificate_number", &person.certificate_number),
        Row::new(
            t.msg("field-valid-until"),
            words::value(t, "certificate_valid_until", &person.certificate_valid_until),
        ),
        row("mobile", &person.mobile),
        row("emergency_phone", &person.emergency_phone),
        row("email", &person.email),
    ]
}

/// The pictures that are there, of the slots wanted.
#[must_use]
pub fn pictures(t: T, order: Uuid, slots: &[SlotView], wanted: impl Fn(&SlotView) -> bool) -> Vec<Picture> {
    slots
        .iter()
        .filter(|slot| wanted(slot))
        .filter_map(|slot| {
            let material = slot.material.as_ref()?;
            let mut note =
                format!("{} × {} · {}", material.width, material.height, t.short_time(&material.uploaded_at));
            if let Some(via) = t.find("via", &material.via) {
                note = format!("{note} · {via}");
            }
            Some(Picture {
                slot: slot.slot.clone(),
                title: words::full_label(t, &slot.slot),
                src: format!("/orders/{order}/material/{}", material.id),
                width: material.width,
                height: material.height,
                note,
            })
        })
        .collect()
}
