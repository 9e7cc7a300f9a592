//! The forms of an order: filled in, as a page to print or as PDF; and what is said of each paper of the list.

use app::act::{self, PaperDraft, PrintPaper, SlotView};
use axum::extract::{Path, Query};
use axum::response::{Html, IntoResponse as _, Response};
use filing::papers::{AgeLimit, Need, Paper, Template};
use filing::province::AgeUnit;
use http::header;
use serde::Deserialize;
use uuid::Uuid;

use crate::asset;
use crate::component::list::{PaperLine, PaperLines};
use crate::component::{Card, Link, Tag, Tone};
use crate::http::context::Signed;
use crate::locale::T;
use crate::page::{Shown, words};

/// Which site a form speaks of.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct Site {
    /// Its place in the order, from 0.
    #[serde(default)]
    pub site: usize,
}

/// A form: `principal_letter` is the page to print, `principal_letter.pdf` the PDF. Its owner alone may see it.
pub async fn paper(
    Signed { ctx, actor }: Signed,
    Path((order, file)): Path<(Uuid, String)>,
    Query(Site { site }): Query<Site>,
) -> Shown {
    let (word, as_pdf) = file.strip_suffix(".pdf").map_or((file.as_str(), false), |word| (word, true));
    let template = Template::from_word(word).ok_or(app::Error::NotFound)?;
    let filled = act::print_paper(&ctx.world, &actor, PrintPaper { order }).await?;
    if as_pdf {
        return Ok(pdf(template, filled, site).await?);
    }
    let letter = letter(template, &filled, site)?;
    let t = ctx.t;
    let around = paper::Around {
        language: t.lang().tag().to_owned(),
        style: asset::url("paper.css"),
        scripts: vec![asset::url("beian.js")],
        about: t.text(paper::title(template).1),
        advice: t.msg("letter-advice"),
        links: vec![
            (href(order, template, Some(site), ".pdf"), t.msg("letter-pdf")),
            (format!("/orders/{order}/materials"), t.msg("letter-back")),
        ],
        print: Some(t.msg("letter-print")),
        missing: t.one("letter-missing", "characters", "{characters}"),
    };
    let page = paper::page(&letter, &around);
    Ok(([(header::CACHE_CONTROL, "no-store")], Html(page)).into_response())
}

/// A filled-in form; a site that the order does not have is not found.
fn letter(template: Template, filled: &PaperDraft, site: usize) -> Result<paper::Letter, app::Error> {
    if paper::is_of_site(template) && site >= filled.draft.sites.len() {
        return Err(app::Error::NotFound);
    }
    Ok(paper::fill(template, &filled.draft, site))
}

/// A form as PDF, written away from the threads that serve.
///
/// # Errors
/// [`app::Error::NotFound`] for a site that is not there, `character-not-printable` when the font lacks a character.
pub async fn pdf(template: Template, filled: PaperDraft, site: usize) -> Result<Response, app::Error> {
    let letter = letter(template, &filled, site)?;
    let written = tokio::task::spawn_blocking(move || paper::pdf(&letter))
        .await
        .map_err(|error| app::Error::internal(format!("printing thread: {error}")))?;
    let bytes = written.map_err(|trouble| match trouble {
        paper::Trouble::Character(_) => app::Error::conflict("character-not-printable"),
        paper::Trouble::Write(why) => app::Error::internal(why),
    })?;
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::CONTENT_DISPOSITION, format!("inline; filename=\"{}-{template}.pdf\"", filled.number)),
    ];
    Ok((headers, bytes).into_response())
}

/// Where a form is.
fn href(order: Uuid, template: Template, site: Option<usize>, ending: &str) -> String {
    let site = site.filter(|_| paper::is_of_site(template)).map(|site| format!("?site={site}")).unwrap_or_default();
    format!("/orders/{order}/papers/{template}{ending}{site}")
}

/// The form of a paper, as a page and as PDF.
#[must_use]
pub fn forms(t: T, order: Uuid, paper: &Paper) -> Vec<Link> {
    let Some(template) = paper.template else { return Vec::new() };
    vec![
        Link::new(href(order, template, paper.site, ""), t.msg("letter-open")),
        Link::new(href(order, template, paper.site, ".pdf"), t.msg("letter-pdf")),
    ]
}

/// What a paper's file must be, how old it may be, and what the province says besides.
#[must_use]
pub fn details(t: T, paper: &Paper) -> Vec<String> {
    let format = &paper.format;
    let kinds: Vec<String> =
        format.media_types.iter().filter_map(|kind| Some(kind.rsplit_once('/')?.1.to_uppercase())).collect();
    let mut details = vec![t.with(
        "letter-file",
        &[
            ("kinds", kinds.join("/")),
            ("min", format!("{} KB", format.min_bytes / 1024)),
            ("max", format!("{} MB", format.max_bytes / 1024 / 1024)),
        ],
    )];
    details.extend(format.demands.iter().map(|demand| t.text(demand)));
    details.extend(paper.age.as_ref().map(|age| self::age(t, age)));
    details.extend(paper.valid_months.map(|months| t.count("letter-valid", months)));
    details.extend(paper.notes.iter().map(|note| t.text(&note.text)));
    details
}

fn age(t: T, age: &AgeLimit) -> String {
    let span = t.count(if age.unit == AgeUnit::Day { "letter-age-days" } else { "letter-age-months" }, age.value);
    t.two("letter-age", "span", span, "date", t.long_date(age.not_before))
}

/// Whether a paper is there, and how surely it is needed where it is not.
#[must_use]
pub fn tag(t: T, slot: &SlotView) -> Tag {
    let need = slot.paper.as_ref().map(|paper| paper.need);
    match (&slot.material, slot.required, need) {
        (Some(_), ..) => Tag::new(Tone::Ok, t.msg("slot-given")),
        (None, true, _) => Tag::new(Tone::Plain, t.msg("slot-missing")),
        (None, false, Some(Need::Likely)) => Tag::new(Tone::Wait, t.msg("slot-likely")),
        (None, false, Some(Need::Possible)) => Tag::new(Tone::Plain, t.msg("slot-possible")),
        (None, false, _) => Tag::new(Tone::Plain, t.msg("optional")),
    }
}

/// Which papers the order needs, and which of them are there.
#[must_use]
pub fn checklist(t: T, slots: &[SlotView]) -> crate::component::Html {
    let lines = slots.iter().map(|slot| PaperLine {
        title: words::full_label(t, &slot.slot),
        tag: tag(t, slot),
        why: slot.paper.as_ref().map(|paper| t.text(&paper.why)).unwrap_or_default(),
    });
    Card::with(t.msg("case-papers"), &PaperLines { none: t.msg("case-papers-none"), lines: lines.collect() }).html()
}
