//! What the authorities give to do: for the provider's people all of it, for applicants what is theirs to mend.

use app::act::{self, AnswerTask, CloseTask, ListTasks, TaskRef, TaskRow, TaskView};
use axum::extract::{Path, Query};
use uuid::Uuid;

use crate::component::form::{Choice, Field, Form, Kind};
use crate::component::list::{Cell, Table, Tabs};
use crate::component::progress::Post;
use crate::component::{Card, Empty, Facts, FindingBox, Html, Link, Notice, Prose, Row, Tag, Tone};
use crate::http::context::Signed;
use crate::http::typed::Typed;
use crate::locale::T;
use crate::page::enter::Refused;
use crate::page::{Shown, go, show, show_with};
use crate::view::{Head, Page};

/// The list: what is due next comes first.
pub async fn list(Signed { ctx, actor }: Signed, Query(wanted): Query<ListTasks>) -> Shown {
    let t = ctx.t;
    let word = match (wanted.done, wanted.mine) {
        (true, _) => "done",
        (false, true) => "mine",
        (false, false) => "open",
    };
    let page = act::list_tasks(&ctx.world, &actor, wanted).await?;
    let waiting = act::open_tasks(&ctx.world, &actor).await?;
    let tab = |key: &str, query: &str, count: Option<u64>| {
        let name = t.of("todo-view", key);
        let label = count.map_or(name.clone(), |count| format!("{name} {count}"));
        (Link::new(format!("/tasks{query}"), label), key == word)
    };
    let mut tabs = vec![tab("open", "", Some(waiting))];
    if actor.is_staff() {
        tabs.push(tab("mine", "?mine=true", None));
    }
    tabs.push(tab("done", "?done=true", None));
    let body = if page.items.is_empty() {
        let text = if actor.is_staff() { "todo-empty-desk" } else { "todo-empty-text" };
        Card::with("", &Empty { title: t.msg("todo-empty"), text: t.msg(text), link: None })
    } else {
        let query = match word {
            "done" => "done=true&",
            "mine" => "mine=true&",
            _ => "",
        };
        let more = page.next.as_ref().map(|cursor| Link::new(format!("/tasks?{query}cursor={cursor}"), t.msg("more")));
        let head = ["what", "about", "due", "state"].map(|key| t.of("todo-head", key)).to_vec();
        let rows = page.items.iter().map(|row| line(t, row)).collect();
        Card::with("", &Table { caption: t.msg("nav-tasks"), head, rows, more })
    };
    let mut shell = ctx.shell(t.msg("nav-tasks")).await?;
    shell.wide = actor.is_staff();
    let lead = if actor.is_staff() { t.msg("todo-lead-desk") } else { t.msg("todo-lead") };
    Ok(show(&Page {
        t,
        shell,
        head: Head { title: t.msg("nav-tasks"), lead, ..Head::default() },
        top: vec![Html::of(&Tabs { label: t.msg("nav-tasks"), tabs })],
        main: vec![body.html()],
        aside: vec![],
    }))
}

fn line(t: T, row: &TaskRow) -> Vec<Cell> {
    vec![
        Cell::link(format!("/tasks/{}", row.id), t.of("todo-kind", &row.kind)).note(whence(t, row)),
        Cell::text(name(row)).note(row.number.clone().filter(|_| row.domain.is_some()).unwrap_or_default()),
        due(t, row),
        Cell::tag(state(t, row)).note(row.assignee.map(|_| t.msg("todo-taken")).unwrap_or_default()),
    ]
}

/// The bureau that gave it, or that we found it ourselves.
fn whence(t: T, row: &TaskRow) -> String {
    if row.bureau.is_empty() { t.msg("todo-found") } else { row.bureau.clone() }
}

fn name(row: &TaskRow) -> String {
    row.domain.clone().or_else(|| row.number.clone()).unwrap_or_default()
}

fn due(t: T, row: &TaskRow) -> Cell {
    let day = Cell::text(t.long_date(row.due_on));
    if row.overdue { Cell { tag: Some(Tag::new(Tone::Stop, t.msg("todo-overdue"))), ..day } } else { day }
}

fn state(t: T, row: &TaskRow) -> Tag {
    let tone = match row.state.as_str() {
        "accepted" | "closed" => Tone::Ok,
        "refused" => Tone::Stop,
        "answered" | "reported" => Tone::Info,
        _ => Tone::Wait,
    };
    Tag::new(tone, t.of("todo-state", &row.state))
}

/// One task: what was said, what to do, and the answer.
pub async fn task(signed: Signed, Path(task): Path<Uuid>) -> Shown {
    let view = act::view_task(&signed.ctx.world, &signed.actor, TaskRef { task }).await?;
    draw(&signed, &view, &Typed::default(), &Refused::nothing()).await
}

async fn draw(Signed { ctx, actor }: &Signed, view: &TaskView, typed: &Typed, refused: &Refused) -> Shown {
    let t = ctx.t;
    let row = &view.row;
    let mut top = vec![];
    if row.overdue {
        top.push(Html::of(&Notice { tone: Tone::Stop, text: t.msg("todo-overdue-text"), link: None }));
    }
    let mut main = vec![what_to_do(t, view, actor.is_staff())];
    if let Some(outcome) = &view.outcome {
        let (tone, key) = if row.state == "refused" { (Tone::Stop, "refused") } else { (Tone::Info, "answered") };
        main.push(Html::of(&FindingBox {
            t,
            tone,
            message: t.of("todo-outcome", key),
            fix: t.find("todo-ended", outcome).unwrap_or_else(|| outcome.clone()),
            source: t.full_time(&row.updated_at),
            link: None,
        }));
    }
    if !view.known.is_empty() {
        main.push(known(t, view));
    }
    if view.answerable {
        let mut form = answer_form(t, view, typed);
        top.push(Html::of(&refused.onto(ctx, &mut form)));
        main.push(Card::with(t.msg("todo-answer"), &form).html());
    }
    if view.closable {
        let form = Form::new(
            format!("/tasks/{}/close", row.id),
            vec![Field::new(t, Kind::Text, "reason", t.msg("todo-close-reason")).keyboard("text", "off")],
            t.msg("todo-close"),
        );
        main.push(Card { text: t.msg("todo-close-text"), ..Card::with(t.msg("todo-close"), &form) }.html());
    }
    let mut shell = ctx.shell(t.of("todo-kind", &row.kind)).await?;
    shell.wide = actor.is_staff();
    let page = Page {
        t,
        shell,
        head: Head {
            crumbs: vec![Link::new("/tasks", t.msg("nav-tasks"))],
            title: t.of("todo-kind", &row.kind),
            small: name(row),
            sub: vec![t.one("todo-by", "day", t.long_date(row.due_on))],
            tag: Some(state(t, row)),
            lead: view.said.clone().unwrap_or_default(),
            ..Head::default()
        },
        top,
        main,
        aside: vec![told(t, view)],
    };
    Ok(show_with(refused.status(), &page))
}

/// What this kind of task asks, and where it is done.
fn what_to_do(t: T, view: &TaskView, is_staff: bool) -> Html {
    let row = &view.row;
    let text = t.of("todo-do", &row.kind);
    let mut card = Card::with(t.msg("todo-what"), &Prose { paragraphs: vec![text] });
    if let Some(filing) = view.filing.filter(|_| !is_staff) {
        let change = |action: &str| {
            let site = view.site.map(|site| format!("&site={site}")).unwrap_or_default();
            Link::new(format!("/filings/{filing}/change?action={action}{site}"), t.msg("todo-change"))
        };
        match row.kind.as_str() {
            "subject_audit" | "correct_subject" => card.links.push(change("change_filing")),
            "correct_site" => card.links.push(change("change_site")),
            _ => {}
        }
        card.links.push(Link::new(format!("/filings/{filing}"), t.msg("todo-filing")));
    }
    if let Some(download) = view.download {
        card.links.push(Link::new(format!("/mailbox/{download}"), t.msg("todo-download")));
    }
    let waits = matches!(row.state.as_str(), "open" | "refused");
    if is_staff && waits && row.assignee.is_none() && view.closable {
        let action = format!("/tasks/{}/claim", row.id);
        let post = Post { action, word: t.msg("todo-claim"), hidden: vec![] };
        card.body.push(Html::of(&Claim { post }));
    }
    card.html()
}

/// The button that takes a task.
#[derive(askama::Template)]
#[template(
    ext = "html",
    source = r#"<form method="post" action="{{ post.action }}"><button class="btn btn-quiet">{{ post.word }}</button></form>"#
)]
struct Claim {
    post: Post,
}

fn known(t: T, view: &TaskView) -> Html {
    let rows = view.known.iter().map(|known| {
        let tag = match (&known.number, known.accessed) {
            (Some(_), true) => Tag::new(Tone::Ok, t.of("todo-known", "accessed")),
            (Some(_), false) => Tag::new(Tone::Wait, t.of("todo-known", "filed")),
            (None, _) => Tag::new(Tone::Stop, t.of("todo-known", "nothing")),
        };
        Row::new(known.domain.clone(), known.number.clone().unwrap_or_default()).tag(tag)
    });
    Html::of(&Facts { title: t.msg("todo-known-title"), rows: rows.collect(), ..Facts::default() })
}

fn answer_form(t: T, view: &TaskView, typed: &Typed) -> Form {
    let mut fields = vec![];
    match view.row.kind.as_str() {
        "unfiled" if view.choices.is_empty() => fields.push(
            Field::new(t, Kind::Text, "result", t.msg("todo-result"))
                .hint(t.msg("todo-result-hint"))
                .value(typed.get("result"))
                .keyboard("numeric", "off"),
        ),
        "unfiled" => fields.push(
            Field::new(t, Kind::Radio, "result", t.msg("todo-result"))
                .value(typed.get("result"))
                .choices(view.choices.iter().map(|c| Choice::new(c.code.to_string(), c.name.clone())).collect()),
        ),
        "verification" => {
            fields.push(Field::new(t, Kind::Radio, "pass", t.msg("todo-pass")).value(typed.get("pass")).choices(vec![
                Choice::new("true", t.of("todo-pass", "true")),
                Choice::new("false", t.of("todo-pass", "false")),
            ]))
        }
        _ => {}
    }
    fields.push(
        Field::new(t, Kind::Lines, "opinion", t.msg("todo-opinion"))
            .hint(t.msg("todo-opinion-hint"))
            .value(typed.get("opinion")),
    );
    let word = match view.row.kind.as_str() {
        "unfiled" | "verification" => "todo-send",
        _ => "todo-mended",
    };
    Form::new(format!("/tasks/{}/answer", view.row.id), fields, t.msg(word))
}

/// What the authority said, field by field.
fn told(t: T, view: &TaskView) -> Html {
    let rows = view.told.iter().map(|fact| {
        let place: Vec<&str> = fact.field.split('.').collect();
        // The place in a list is no name.
        let name = place.iter().rev().find(|part| part.parse::<usize>().is_err()).copied().unwrap_or_default();
        let label = t.find("told", name).unwrap_or_else(|| fact.field.clone());
        let note = if place.first() == Some(&name) { String::new() } else { fact.field.clone() };
        let words = fact.value.split(',').map(|word| t.find("told-word", word)).collect::<Option<Vec<_>>>();
        let value = words.map_or_else(|| fact.value.clone(), |words| words.join(", "));
        Row::new(label, value).note(note)
    });
    let title = if view.row.bureau.is_empty() { "todo-evidence" } else { "todo-told" };
    Html::of(&Facts { title: t.msg(title), rows: rows.collect(), ..Facts::default() })
}

/// Takes a task.
pub async fn claim(Signed { ctx, actor }: Signed, Path(task): Path<Uuid>) -> Shown {
    act::claim_task(&ctx.world, &actor, TaskRef { task }).await?;
    Ok(go(&format!("/tasks/{task}?done=task-claimed")))
}

/// Answers a task.
pub async fn answer(signed: Signed, Path(task): Path<Uuid>, typed: Typed) -> Shown {
    let input = AnswerTask {
        task,
        result: typed.get("result").parse().ok(),
        pass: typed.get("pass").parse().ok(),
        opinion: typed.get("opinion").to_owned(),
    };
    again(&signed, task, typed, "task-answered", async |signed| {
        act::answer_task(&signed.ctx.world, &signed.actor, input).await
    })
    .await
}

/// Closes a task.
pub async fn close(signed: Signed, Path(task): Path<Uuid>, typed: Typed) -> Shown {
    let input = CloseTask { task, reason: typed.get("reason").to_owned() };
    again(&signed, task, typed, "task-closed", async |signed| {
        act::close_task(&signed.ctx.world, &signed.actor, input).await
    })
    .await
}

/// Goes on when it is done, and shows the page with what was typed when it is refused.
async fn again(
    signed: &Signed,
    task: Uuid,
    typed: Typed,
    done: &str,
    work: impl AsyncFnOnce(&Signed) -> app::Result<TaskView>,
) -> Shown {
    match work(signed).await {
        Ok(_) => Ok(go(&format!("/tasks/{task}?done={done}"))),
        Err(error) => {
            let refused = Refused::by(&signed.ctx, error)?;
            let view = act::view_task(&signed.ctx.world, &signed.actor, TaskRef { task }).await?;
            draw(signed, &view, &typed, &refused).await
        }
    }
}
