//! What supervisors, administrators and auditors look at: the line to the authority, the audit trail, the accounts.

use app::act::{
    self, AcceptDownload, AccountRef, AuditRow, CreateAccount, Ledger, LedgerView, LineState, ListAccounts, ResumeLine,
    ReturnUpload, VerifyAudit, ViewAudit,
};
use axum::extract::{Path, Query};
use serde::Deserialize;
use uuid::Uuid;

use crate::component::form::{Choice, Field, Form, Kind};
use crate::component::list::{Cell, Table};
use crate::component::progress::Post;
use crate::component::{Card, Empty, FindingBox, Html, Link, Tag, Tone};
use crate::http::context::Signed;
use crate::http::typed::Typed;
use crate::locale::T;
use crate::page::enter::Refused;
use crate::page::{Shown, go, show, show_with};
use crate::view::{Head, Page};

/// Which bureau.
#[derive(Debug, Default, Deserialize)]
pub struct Which {
    bureau: Option<String>,
}

/// The line to the authority: bureaus with their alarms, uploads, downloads.
pub async fn ledger(Signed { ctx, actor }: Signed, Query(which): Query<Which>) -> Shown {
    let t = ctx.t;
    let view = act::ledger(&ctx.world, &actor, Ledger { bureau: which.bureau }).await?;
    let mends = matches!(actor.role.as_str(), "supervisor" | "administrator");
    let mut main = vec![];
    for bureau in &view.bureaus {
        if let Some(alarm) = &bureau.alarm {
            main.push(Html::of(&FindingBox {
                t,
                tone: if bureau.state == LineState::Halted { Tone::Stop } else { Tone::Wait },
                message: t.two("alarm", "bureau", &bureau.name, "text", &alarm.text),
                fix: t.msg(if bureau.state == LineState::Halted { "alarm-halted" } else { "alarm-waiting" }),
                source: alarm.at.map(|at| t.full_time(&at)).unwrap_or_default(),
                link: None,
            }));
        }
    }
    main.push(Card::with(t.msg("ledger-bureaus"), &bureaus(t, &view, mends)).html());
    main.push(list_or_empty(t, "ledger-uploads", view.uploads.is_empty(), uploads(t, &view)));
    main.push(list_or_empty(t, "ledger-downloads", view.downloads.is_empty(), downloads(t, &view, mends)));
    let mut shell = ctx.shell(t.msg("nav-ledger")).await?;
    shell.wide = true;
    Ok(show(&Page {
        t,
        shell,
        head: Head { title: t.msg("nav-ledger"), lead: t.msg("ledger-lead"), ..Head::default() },
        main,
        ..Page::default()
    }))
}

fn list_or_empty(t: T, key: &str, is_empty: bool, table: Table) -> Html {
    if is_empty {
        let empty = Empty { title: t.msg("ledger-empty"), text: t.msg("ledger-empty-text"), link: None };
        return Card::with(t.msg(key), &empty).html();
    }
    Card::with(t.msg(key), &table).html()
}

fn head(t: T, keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| if key.is_empty() { String::new() } else { t.of("ledger-head", key) }).collect()
}

fn bureaus(t: T, view: &LedgerView, mends: bool) -> Table {
    let rows = view.bureaus.iter().map(|bureau| {
        let (tone, word) = match bureau.state {
            LineState::Running => (Tone::Ok, "running"),
            LineState::Waiting => (Tone::Wait, "waiting"),
            LineState::Halted => (Tone::Stop, "halted"),
        };
        let back =
            Post { action: format!("/ledger/{}/return", bureau.code), word: t.msg("ledger-return"), hidden: vec![] };
        let resume =
            Post { action: format!("/ledger/{}/resume", bureau.code), word: t.msg("ledger-resume"), hidden: vec![] };
        vec![
            Cell::text(bureau.name.clone()).note(bureau.code.clone()),
            Cell::tag(Tag::new(tone, t.of("line", word))),
            Cell::text(bureau.next_sequence.to_string()),
            Cell::text(bureau.waiting_uploads.to_string()),
            Cell::text(bureau.next_poll_at.map(|at| t.short_time(&at)).unwrap_or_default()),
            Cell::post((mends && bureau.state == LineState::Halted).then_some(resume)),
            Cell::post((mends && bureau.state == LineState::Halted).then_some(back)),
        ]
    });
    Table {
        caption: t.msg("ledger-bureaus"),
        head: head(t, &["bureau", "state", "sequence", "waiting", "poll", "", ""]),
        rows: rows.collect(),
        more: None,
    }
}

fn uploads(t: T, view: &LedgerView) -> Table {
    let rows = view.uploads.iter().map(|upload| {
        let tone = match upload.state.as_str() {
            "stored" => Tone::Ok,
            "refused" => Tone::Stop,
            _ => Tone::Wait,
        };
        let order = upload.order.map_or_else(
            || Cell::text(upload.operation.clone()),
            |order| Cell::link(format!("/review/{order}"), upload.operation.clone()),
        );
        let mut note = upload.code.map(|code| t.one("ledger-code", "code", code)).unwrap_or_default();
        if let Some(text) = &upload.note {
            note = format!("{note} {text}").trim().to_owned();
        }
        vec![
            Cell::text(upload.sequence.to_string()).note(upload.bureau.clone()),
            order,
            Cell::tag(Tag::new(tone, t.of("upload", &upload.state))).note(note),
            Cell::text(upload.attempts.to_string()),
            Cell::text(t.short_time(&upload.created_at))
                .note(upload.answered_at.map(|at| t.short_time(&at)).unwrap_or_default()),
            Cell::fixed(short_hash(&upload.sha256)).note(t.count("bytes", upload.size)),
        ]
    });
    Table {
        caption: t.msg("ledger-uploads"),
        head: head(t, &["sequence", "operation", "state", "attempts", "times", "hash"]),
        rows: rows.collect(),
        more: None,
    }
}

fn downloads(t: T, view: &LedgerView, mends: bool) -> Table {
    let rows = view.downloads.iter().map(|download| {
        let waits = download.alarm && matches!(download.state.as_str(), "applied" | "acked");
        let name: String = url::form_urlencoded::byte_serialize(download.file_name.as_bytes()).collect();
        let accept = Post {
            action: format!("/ledger/{}/downloads/{}/accept", download.bureau, name.replace('+', "%20")),
            word: t.msg("ledger-accept"),
            hidden: vec![],
        };
        let tone = match (download.alarm, download.state.as_str()) {
            (true, _) => Tone::Stop,
            (_, "acked") => Tone::Ok,
            _ => Tone::Wait,
        };
        vec![
            Cell::fixed(download.file_name.clone()).note(download.bureau.clone()),
            Cell::tag(Tag::new(tone, t.of("download", &download.state)))
                .note(download.note.clone().unwrap_or_default()),
            Cell::text(download.times.to_string()),
            Cell::text(t.short_time(&download.received_at))
                .note(download.acked_at.map(|at| t.short_time(&at)).unwrap_or_default()),
            Cell::text(t.count("bytes", download.size)),
            Cell::post((mends && waits).then_some(accept)),
        ]
    });
    Table {
        caption: t.msg("ledger-downloads"),
        head: head(t, &["file", "state", "received", "times", "size", ""]),
        rows: rows.collect(),
        more: None,
    }
}

fn short_hash(hash: &str) -> String {
    hash.chars().take(16).collect()
}

/// Lets a halted line go on.
pub async fn resume(Signed { ctx, actor }: Signed, Path(bureau): Path<String>) -> Shown {
    act::resume_line(&ctx.world, &actor, ResumeLine { bureau }).await?;
    Ok(go("/ledger?done=line-resumed"))
}

/// Returns the order a halted line stands on to review.
pub async fn return_upload(Signed { ctx, actor }: Signed, Path(bureau): Path<String>) -> Shown {
    act::return_upload(&ctx.world, &actor, ReturnUpload { bureau }).await?;
    Ok(go("/ledger?done=upload-returned"))
}

/// Lets a download be acknowledged that somebody had to look at first.
pub async fn accept_download(
    Signed { ctx, actor }: Signed,
    Path((bureau, file_name)): Path<(String, String)>,
) -> Shown {
    act::accept_download(&ctx.world, &actor, AcceptDownload { bureau, file_name }).await?;
    Ok(go("/ledger?done=download-accepted"))
}

/// Which lines of the audit trail.
#[derive(Debug, Default, Deserialize)]
pub struct Lines {
    order: Option<String>,
    account: Option<String>,
    cursor: Option<String>,
    verify: Option<String>,
    after: Option<u64>,
}

/// The audit trail, and whether its chain is whole.
pub async fn audit(Signed { ctx, actor }: Signed, Query(wanted): Query<Lines>) -> Shown {
    let t = ctx.t;
    let id = |text: &Option<String>| text.as_deref().and_then(|text| Uuid::parse_str(text.trim()).ok());
    let (order, account) = (id(&wanted.order), id(&wanted.account));
    let page = act::view_audit(&ctx.world, &actor, ViewAudit { order, account, cursor: wanted.cursor.clone() }).await?;
    let mut top = vec![];
    if wanted.verify.is_some() {
        let verdict = act::verify_audit(&ctx.world, &actor, VerifyAudit { after: wanted.after }).await?;
        let lines = verdict.lines.unwrap_or_default();
        let (tone, message) = match (verdict.first_broken, verdict.next) {
            (Some(line), _) => (Tone::Stop, t.count("audit-broken", line)),
            (None, Some(_)) => (Tone::Wait, t.count("audit-intact-so-far", lines)),
            (None, None) => (Tone::Ok, t.count("audit-intact", lines)),
        };
        let link = verdict.next.map(|next| Link::new(format!("/audit?verify=1&after={next}"), t.msg("audit-go-on")));
        let fix = verdict.damage.unwrap_or_default();
        top.push(Html::of(&FindingBox { t, tone, message, fix, source: t.full_time(&ctx.now()), link }));
    }
    let filter = AuditFilter {
        t,
        order: wanted.order.clone().unwrap_or_default(),
        account: wanted.account.clone().unwrap_or_default(),
    };
    let body = if page.items.is_empty() {
        Card::with("", &Empty { title: t.msg("audit-empty"), text: t.msg("audit-empty-text"), link: None })
    } else {
        let more = page.next.as_ref().map(|cursor| {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            for (name, value) in [("order", &wanted.order), ("account", &wanted.account)] {
                if let Some(value) = value {
                    query.append_pair(name, value);
                }
            }
            Link::new(format!("/audit?{}", query.append_pair("cursor", cursor).finish()), t.msg("more"))
        });
        Card::with(
            "",
            &Table {
                caption: t.msg("nav-audit"),
                head: ["audit-line", "audit-act", "audit-target", "audit-who", "audit-hash"]
                    .map(|key| t.msg(key))
                    .to_vec(),
                rows: page.items.iter().map(|row| audit_row(t, row)).collect(),
                more,
            },
        )
    };
    let mut shell = ctx.shell(t.msg("nav-audit")).await?;
    shell.wide = true;
    Ok(show(&Page {
        t,
        shell,
        head: Head { title: t.msg("nav-audit"), lead: t.msg("audit-lead"), ..Head::default() },
        top,
        main: vec![Card::with("", &filter).html(), body.html()],
        aside: vec![],
    }))
}

/// Narrows the trail to one order or account, or proves it whole.
#[derive(askama::Template)]
#[template(
    ext = "html",
    source = r#"<form class="inline-form" method="get" action="/audit"><div class="field"><label class="form-label" for="order">{{ t.msg("audit-order") }}</label><input class="form-control" id="order" name="order" value="{{ order }}"></div><div class="field"><label class="form-label" for="account">{{ t.msg("audit-account") }}</label><input class="form-control" id="account" name="account" value="{{ account }}"></div><button class="btn btn-quiet">{{ t.msg("audit-filter") }}</button><button class="btn btn-primary" name="verify" value="1">{{ t.msg("audit-verify") }}</button></form>"#
)]
struct AuditFilter {
    t: T,
    order: String,
    account: String,
}

fn audit_row(t: T, row: &AuditRow) -> Vec<Cell> {
    let moved = match (&row.from, &row.to) {
        (Some(from), Some(to)) => format!("{from} → {to}"),
        _ => String::new(),
    };
    let why = row.why.clone().map(|why| t.one("audit-why", "why", why)).unwrap_or_default();
    let facts =
        if row.facts.is_null() || row.facts == serde_json::json!({}) { String::new() } else { row.facts.to_string() };
    let note = [moved, why, facts].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    let target = row.target.map(|id| id.to_string()).unwrap_or_default();
    vec![
        Cell::text(row.sequence.to_string()).note(t.full_time(&row.at)),
        Cell::text(row.act.clone()).note(note),
        Cell::text(row.target_kind.clone()).note(target),
        Cell::text(t.find("role", &row.role).unwrap_or_else(|| row.role.clone())).note(format!(
            "{} {}",
            row.via,
            row.actor.map(|id| id.to_string()).unwrap_or_default()
        )),
        Cell::fixed(short_hash(&row.hash)),
    ]
}

/// Which accounts.
#[derive(Debug, Default, Deserialize)]
pub struct From {
    cursor: Option<String>,
}

/// The accounts, and the form for one more.
pub async fn accounts(signed: Signed, Query(from): Query<From>) -> Shown {
    accounts_page(&signed, from.cursor, &Typed::default(), &Refused::nothing()).await
}

async fn accounts_page(
    Signed { ctx, actor }: &Signed,
    cursor: Option<String>,
    typed: &Typed,
    refused: &Refused,
) -> Shown {
    let t = ctx.t;
    let page = act::list_accounts(&ctx.world, actor, ListAccounts { role: None, cursor }).await?;
    let rows = page.items.iter().map(|account| {
        let contact = account.email.clone().or_else(|| account.mobile.clone()).unwrap_or_default();
        let (word, key) = if account.disabled { ("enable", "account-enable") } else { ("disable", "account-disable") };
        let post = Post { action: format!("/accounts/{}/{word}", account.id), word: t.msg(key), hidden: vec![] };
        let state = if account.disabled {
            Tag::new(Tone::Stop, t.msg("account-disabled"))
        } else if account.confirmed {
            Tag::new(Tone::Ok, t.msg("account-active"))
        } else {
            Tag::new(Tone::Wait, t.msg("account-unconfirmed"))
        };
        vec![
            Cell::text(contact)
                .note(account.identity.as_ref().map(|identity| identity.name.clone()).unwrap_or_default()),
            Cell::text(t.of("role", &account.role)),
            Cell::text(t.full_time(&account.created_at)),
            Cell::tag(state),
            Cell::post(Some(post)),
        ]
    });
    let table = Table {
        caption: t.msg("nav-accounts"),
        head: ["account-contact", "account-role", "account-since", "account-state"]
            .map(|key| t.msg(key))
            .into_iter()
            .chain([String::new()])
            .collect(),
        rows: rows.collect(),
        more: page.next.as_ref().map(|cursor| Link::new(format!("/accounts?cursor={cursor}"), t.msg("more"))),
    };
    let roles = ["applicant", "reviewer", "supervisor", "administrator", "auditor"]
        .map(|role| Choice::new(role, t.of("role", role)))
        .to_vec();
    let mut form = Form::new(
        "/accounts",
        vec![
            Field::new(t, Kind::Text, "contact", t.msg("enter-contact"))
                .value(typed.get("contact"))
                .keyboard("email", "off"),
            Field::new(t, Kind::Select, "role", t.msg("account-role")).choices(roles).value(typed.get("role")),
            Field::new(t, Kind::Password, "password", t.msg("enter-password"))
                .hint(t.msg("enter-password-hint"))
                .keyboard("text", "new-password"),
        ],
        t.msg("account-create"),
    );
    let summary = refused.onto(ctx, &mut form);
    let page = Page {
        t,
        shell: ctx.shell(t.msg("nav-accounts")).await?,
        head: Head { title: t.msg("nav-accounts"), ..Head::default() },
        top: vec![Html::of(&summary)],
        main: vec![
            Card::with("", &table).html(),
            Card {
                title: t.msg("account-create"),
                text: t.msg("account-create-text"),
                body: vec![Html::of(&form)],
                ..Card::default()
            }
            .html(),
        ],
        aside: vec![],
    };
    Ok(show_with(refused.status(), &page))
}

/// Makes an account.
pub async fn create_account(signed: Signed, typed: Typed) -> Shown {
    let input = CreateAccount {
        contact: typed.get("contact").to_owned(),
        role: typed.get("role").to_owned(),
        password: typed.raw("password").to_owned(),
    };
    match act::create_account(&signed.ctx.world, &signed.actor, input).await {
        Ok(_) => Ok(go("/accounts?done=account-created")),
        Err(error) => {
            let refused = Refused::by(&signed.ctx, error)?;
            accounts_page(&signed, None, &typed, &refused).await
        }
    }
}

/// Closes an account.
pub async fn disable(Signed { ctx, actor }: Signed, Path(account): Path<Uuid>) -> Shown {
    act::disable_account(&ctx.world, &actor, AccountRef { account }).await?;
    Ok(go("/accounts?done=account-disabled"))
}

/// Opens a closed account again.
pub async fn enable(Signed { ctx, actor }: Signed, Path(account): Path<Uuid>) -> Shown {
    act::enable_account(&ctx.world, &actor, AccountRef { account }).await?;
    Ok(go("/accounts?done=account-enabled"))
}
