//! Sending the authority one more paper of something filed, and what became of those sent before.

use app::act::{self, FilingRef, FilingView, SendPaper, SentPaper};
use axum::extract::Path;
use filing::supplement::SupplementKind;
use http::StatusCode;
use uuid::Uuid;

use crate::component::list::{Cell, Slot, Slots, Table};
use crate::component::{Card, Html, Link, Notice, Tag, Tone};
use crate::http::context::Signed;
use crate::http::upload::Upload;
use crate::locale::T;
use crate::page::materials::said;
use crate::page::{Shown, go, show_with};
use crate::view::{Head, Page};

/// The word in addresses for a paper of the subject itself.
const SUBJECT: &str = "subject";

/// The papers that can be sent, and those that were.
pub async fn papers(signed: Signed, Path(filing): Path<Uuid>) -> Shown {
    let view = act::view_filing(&signed.ctx.world, &signed.actor, FilingRef { filing }).await?;
    draw(&signed, &view, None).await
}

async fn draw(Signed { ctx, .. }: &Signed, view: &FilingView, problem: Option<(String, String)>) -> Shown {
    let t = ctx.t;
    let mut main = Vec::new();
    if view.state == "active" {
        main.push(card(t, view, SUBJECT, &t.msg("section-subject"), problem.as_ref()));
        for site in view.sites.iter().filter(|site| site.state == "active" && site.accessed) {
            main.push(card(t, view, &site.id.to_string(), &site.name, problem.as_ref()));
        }
    }
    if !view.papers.is_empty() {
        let table = Table {
            caption: t.msg("papers-sent"),
            head: ["papers-sent-what", "papers-sent-of", "papers-sent-at", "papers-sent-state"]
                .map(|key| t.msg(key))
                .to_vec(),
            rows: view.papers.iter().map(|paper| row(t, view, paper)).collect(),
            more: None,
        };
        main.push(Card::with(t.msg("papers-sent"), &table).html());
    }
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Page {
        t,
        shell: ctx.shell(t.msg("papers-title")).await?,
        head: Head {
            crumbs: vec![Link::new(format!("/filings/{}", view.id), view.number.clone())],
            title: t.msg("papers-title"),
            lead: t.msg("papers-lead"),
            ..Head::default()
        },
        top: vec![Html::of(&Notice { tone: Tone::Info, text: t.msg("papers-no-change"), link: None })],
        main,
        aside: vec![],
    };
    Ok(show_with(status, &page))
}

/// The papers of one owner.
fn card(t: T, view: &FilingView, owner: &str, title: &str, problem: Option<&(String, String)>) -> Html {
    let of_site = owner != SUBJECT;
    let slots = SupplementKind::ALL.iter().filter(|kind| kind.fits(of_site)).map(|kind| {
        let slot = format!("{owner}.{kind}");
        Slot {
            title: t.of("paper-kind", kind),
            hint: t.of("paper-hint", kind),
            why: String::new(),
            details: vec![],
            source: String::new(),
            forms: vec![],
            tag: latest(t, view, owner, *kind),
            picture: None,
            upload: Some(format!("/filings/{}/papers/{owner}/{kind}", view.id)),
            remove: None,
            problem: problem.filter(|(at, _)| *at == slot).map(|(_, text)| text.clone()).unwrap_or_default(),
            slot,
        }
    });
    Card::with(title, &Slots { t, slots: slots.collect() }).html()
}

/// How the last paper of a kind stands.
fn latest(t: T, view: &FilingView, owner: &str, kind: SupplementKind) -> Tag {
    let is_of = |paper: &&SentPaper| {
        let own = paper.site.map_or_else(|| SUBJECT.to_owned(), |site| site.to_string());
        own == owner && paper.purpose == kind.as_str()
    };
    match view.papers.iter().find(is_of) {
        Some(paper) => state(t, paper.state),
        None => Tag::new(Tone::Plain, t.msg("optional")),
    }
}

fn state(t: T, state: &str) -> Tag {
    let tone = match state {
        "stored" => Tone::Ok,
        "refused" => Tone::Stop,
        _ => Tone::Wait,
    };
    Tag::new(tone, t.of("paper-state", state))
}

fn row(t: T, view: &FilingView, paper: &SentPaper) -> Vec<Cell> {
    let site = view.sites.iter().find(|site| Some(site.id) == paper.site);
    vec![
        Cell::text(t.of("paper-kind", &paper.purpose)),
        Cell::text(site.map_or_else(|| t.msg("section-subject"), |site| site.name.clone())),
        Cell::text(t.short_time(&paper.sent_at)),
        Cell::tag(state(t, paper.state)).note(paper.code.map(|code| code.to_string()).unwrap_or_default()),
    ]
}

/// Sends a paper.
pub async fn send(
    signed: Signed,
    Path((filing, owner, purpose)): Path<(Uuid, String, String)>,
    upload: Result<Upload, crate::http::failure::Failure>,
) -> Shown {
    let Signed { ctx, actor } = &signed;
    let kind = SupplementKind::from_word(&purpose).ok_or(app::Error::NotFound)?;
    let site = match owner.as_str() {
        SUBJECT => None,
        id => Some(id.parse().map_err(|_| app::Error::NotFound)?),
    };
    let result = match upload {
        Ok(Upload { bytes, .. }) => {
            act::send_paper(&ctx.world, actor, SendPaper { filing, site, purpose: kind, bytes }).await
        }
        Err(failure) => Err(failure.0),
    };
    match result {
        Ok(_) => Ok(go(&format!("/filings/{filing}/papers?done=paper-sent"))),
        Err(error) => match said(ctx.t, &error) {
            Some(text) => {
                let view = act::view_filing(&ctx.world, actor, FilingRef { filing }).await?;
                draw(&signed, &view, Some((format!("{owner}.{kind}"), text))).await
            }
            None => Err(error.into()),
        },
    }
}
