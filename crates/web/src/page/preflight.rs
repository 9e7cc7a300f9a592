//! The verdict before any form, for anybody: the answers stand in the address, so that the result is a link.
//!
//! The certificate's number is the one answer that never does: it is sent apart, judged, and forgotten.

use app::act;
use axum::extract::Query;
use filing::certificate::CertificateKind;
use filing::check::{Finding, Severity};
use filing::detect::Detected;
use filing::nature::Nature;
use filing::papers::{Need, Paper};
use filing::preflight::{Asked, DomainFiled, Outcome, Region, Step as PlanStep, SubjectFiled, Verdict, YesNo};
use filing::province::Province;
use filing::resource::{Billing, ResourceKind};
use http::StatusCode;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::component::form::{Choice, Field, Form, Kind, summary_of};
use crate::component::list::Search;
use crate::component::progress::{Step, Timeline, When};
use crate::component::verdict::{PaperList, PlainList, QuestionForm, Share, VerdictCard};
use crate::component::{Card, ErrorSummary, Facts, FindingBox, Html, Link, Row, Tone};
use crate::http::context::Ctx;
use crate::http::typed::{Typed, put, text};
use crate::locale::T;
use crate::page::{Shown, fields, go, show_with, words};
use crate::view::{Head, PreflightPage};

/// The answers everybody gives, in the order of the form.
const FIRST: [&str; 7] =
    ["domain", "domain_verified", "nature", "certificate", "subject_filed", "province", "resource"];
/// The answers that make the verdict sharper.
const MORE: [&str; 9] = [
    "domain_filed",
    "domain_verified_on",
    "registered_here",
    "domain_until",
    "region",
    "billing",
    "months",
    "resource_until",
    "account_verified_on",
];

/// The form, and the verdict when the address answers its questions.
pub async fn by_link(ctx: Ctx, Query(pairs): Query<Vec<(String, String)>>) -> Shown {
    let typed = Typed(pairs);
    let asked = read(&typed, false);
    if typed.has("number") || typed.has("name") {
        // They have no place in an address: not in the history, not in a log, not in the page.
        return Ok(go(&format!("/preflight?{}", query(&asked.shared()))));
    }
    // A link that brings a domain along and nothing else opens the form, not a list of what is missing.
    let answered = ["nature", "certificate", "province", "resource"].iter().any(|name| typed.has(name));
    draw(ctx, asked, answered).await
}

/// The verdict with the certificate's number, which stays out of every address.
pub async fn with_number(ctx: Ctx, typed: Typed) -> Shown {
    draw(ctx, read(&typed, true), true).await
}

fn read(typed: &Typed, private: bool) -> Asked {
    let mut tree = serde_json::to_value(Asked::default()).unwrap_or_default();
    for (name, value) in &typed.0 {
        if private || FIRST.contains(&name.as_str()) || MORE.contains(&name.as_str()) {
            put(&mut tree, name, json!(value.trim()));
        }
    }
    if let Some((name, value)) = typed.ready() {
        put(&mut tree, name, json!(value));
    }
    serde_json::from_value(tree).unwrap_or_default()
}

async fn draw(ctx: Ctx, asked: Asked, answered: bool) -> Shown {
    let t = ctx.t;
    let judged = if answered { Some(act::preflight(&ctx.world, &ctx.origin, asked.clone()).await) } else { None };
    let (verdict, faults) = match judged {
        None => (None, Vec::new()),
        Some(Ok(verdict)) => (Some(verdict), Vec::new()),
        Some(Err(app::Error::Invalid(faults))) => (None, faults),
        Some(Err(error)) => return Err(error.into()),
    };
    let mut tree = serde_json::to_value(&asked).unwrap_or_default();
    if let Some(verdict) = &verdict {
        // A link may name a choice in words; the lists know it by its own.
        for (name, word) in chosen(verdict) {
            put(&mut tree, name, json!(word));
        }
    }
    let maker = Maker { t, tree: &tree };
    let (mut first, mut more) = (maker.first(), maker.more());
    for list in [&mut first, &mut more] {
        fields::attach(t, list, &faults);
        // That an answer is missing needs no source.
        for told in list.iter_mut().flat_map(|field| &mut field.findings) {
            told.source.clear();
        }
    }
    if let Some(verdict) = &verdict {
        // What was typed can be replaced by what was meant with one click.
        let ready: Vec<Finding> = verdict.findings.iter().map(|hurdle| renamed(&hurdle.finding)).collect();
        fields::attach(t, &mut first[..1], &ready);
    }
    let items = if faults.is_empty() { Vec::new() } else { summary_of(first.iter().chain(&more)) };
    let unreadable = !items.is_empty();
    let open = more.iter().any(|field| !field.first().is_empty() || !field.findings.is_empty())
        || verdict.as_ref().is_some_and(|verdict| {
            verdict.questions.iter().any(|open| open.question.as_str() != "subject_at_ministry")
        });
    let form = QuestionForm {
        t,
        title: verdict.as_ref().map(|_| t.msg("preflight-answers")).unwrap_or_default(),
        fields: first,
        more,
        open,
        submit: t.msg("preflight-judge"),
    };
    let result = verdict.as_ref().map(|verdict| result(&ctx, &asked, verdict)).unwrap_or_default();
    let page = PreflightPage {
        t,
        shell: ctx.shell(t.msg("preflight-title")).await?,
        head: Head { title: t.msg("preflight-title"), lead: t.msg("preflight-lead"), ..Head::default() },
        top: vec![Html::of(&ErrorSummary { t, items })],
        result,
        form: Html::of(&form),
        aside: vec![
            Html::of(&Facts { title: t.msg("preflight-how"), text: t.msg("preflight-how-text"), ..Facts::default() }),
            Card {
                title: t.msg("lookup-title"),
                text: t.msg("preflight-lookup-text"),
                body: vec![Html::of(&Search { t, q: String::new() })],
                ..Card::default()
            }
            .html(),
        ],
    };
    Ok(show_with(if unreadable { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page))
}

/// A finding of the draft's first page as one of this form's field, when it offers a value.
fn renamed(finding: &Finding) -> Finding {
    let mut finding = finding.clone();
    if finding.field == "basic.domain" && finding.value.is_some() {
        finding.field = "domain".into();
    }
    finding
}

/// The questions with what was answered.
struct Maker<'a> {
    t: T,
    tree: &'a Value,
}

impl Maker<'_> {
    fn field(&self, kind: Kind, name: &str) -> Field {
        let field = Field::new(self.t, kind, name, self.t.of("preflight-field", name)).value(text(self.tree, name));
        match self.t.find("preflight-hint", name) {
            Some(hint) => field.hint(hint),
            None => field,
        }
    }

    /// A choice among a few words, each with its sentence.
    fn words<W: Copy>(
        &self,
        name: &str,
        all: &[W],
        word: fn(W) -> &'static str,
        say: impl Fn(&str) -> String,
    ) -> Field {
        let choices = all.iter().map(|one| Choice::new(word(*one), say(word(*one)))).collect();
        self.field(Kind::Select, name).choices(choices).optional()
    }

    fn first(&self) -> Vec<Field> {
        let t = self.t;
        let natures = Nature::ALL.iter().map(|nature| fields::choice_of(t, nature.as_str(), &nature.name())).collect();
        let provinces = Province::ALL.iter().map(|p| fields::choice_of(t, p.code(), &p.name())).collect();
        let resources =
            ResourceKind::ALL.iter().map(|kind| Choice::new(kind.as_str(), t.of("resource-kind", kind))).collect();
        let mut certificate = self.field(Kind::Select, "certificate").choices(fields::certificate_choices(t));
        certificate.follows = crate::component::form::id_of("nature");
        vec![
            self.field(Kind::Text, "domain").keyboard("url", "off"),
            self.words("domain_verified", YesNo::ALL, YesNo::as_str, |word| t.of("preflight-verified", word)),
            self.field(Kind::Select, "nature").choices(natures),
            certificate,
            self.words("subject_filed", SubjectFiled::ALL, SubjectFiled::as_str, |word| {
                t.of("preflight-subject", word)
            }),
            self.field(Kind::Select, "province").choices(provinces),
            self.field(Kind::Select, "resource").choices(resources),
        ]
    }

    fn more(&self) -> Vec<Field> {
        let t = self.t;
        vec![
            self.words("domain_filed", DomainFiled::ALL, DomainFiled::as_str, |word| t.of("preflight-domain", word)),
            self.field(Kind::Date, "domain_verified_on").optional(),
            self.words("registered_here", YesNo::ALL, YesNo::as_str, |word| t.of("known", word)),
            self.field(Kind::Date, "domain_until").optional(),
            self.words("region", Region::ALL, Region::as_str, |word| t.of("preflight-region", word)),
            self.words("billing", Billing::ALL, Billing::as_str, |word| t.of("preflight-billing", word)),
            self.field(Kind::Text, "months").keyboard("numeric", "off").optional(),
            self.field(Kind::Date, "resource_until").optional(),
            self.field(Kind::Date, "account_verified_on").optional(),
        ]
    }
}

fn query(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn result(ctx: &Ctx, asked: &Asked, verdict: &Verdict) -> Vec<Html> {
    let t = ctx.t;
    let mut pieces = vec![Html::of(&head(t, asked, verdict))];
    pieces.extend(hurdles(t, verdict));
    if !verdict.plan.is_empty() {
        let mut card = Card::with(t.msg("preflight-plan"), &Timeline { t, steps: plan(t, verdict) });
        card.text = plan_note(t, verdict);
        pieces.push(card.html());
    }
    for (needs, title) in [
        ([Need::Required, Need::Likely], t.msg("preflight-papers")),
        ([Need::Possible, Need::Possible], t.msg("preflight-papers-maybe")),
    ] {
        let these = verdict.papers.iter().filter(|paper| needs.contains(&paper.paper.need));
        let papers: Vec<(String, String)> =
            these.map(|paper| (t.text(&paper.name), paper_note(t, &paper.paper))).collect();
        if !papers.is_empty() {
            let mut card = Card::with(title, &PaperList { papers });
            card.text = t.of("preflight-papers-text", needs[0].as_str());
            pieces.push(card.html());
        }
    }
    if verdict.outcome != Outcome::No {
        pieces.push(number(t, asked));
    }
    let later = verdict.not_asked.iter().map(|later| t.text(later)).collect();
    pieces.push(Card::with(t.msg("preflight-later"), &PlainList { lines: later }).html());
    let link = ctx.world.settings.link(&format!("/preflight?{}", query(&asked.shared())));
    pieces.push(Card::with(t.msg("preflight-share"), &Share { t, link }).html());
    pieces
}

fn head(t: T, asked: &Asked, verdict: &Verdict) -> VerdictCard {
    let about = &verdict.about;
    let parts = [&about.nature_name, &about.certificate_name, &about.province_name, &about.resource_name];
    let mut line = vec![about.domain.clone()];
    line.extend(parts.into_iter().map(|part| t.text(part)));
    let (tone, word) = match verdict.outcome {
        Outcome::Fileable => (Tone::Ok, "fileable"),
        Outcome::Unknown => (Tone::Info, "unknown"),
        Outcome::NotYet => (Tone::Wait, "not_yet"),
        Outcome::No if verdict.detected == Detected::NothingToFile => (Tone::Info, "nothing"),
        Outcome::No => (Tone::Stop, "no"),
    };
    let count = match verdict.outcome {
        Outcome::Unknown => open(t, verdict).len(),
        _ => verdict.blocks(),
    };
    let query = query(&start_with(asked, verdict));
    VerdictCard {
        t,
        tone,
        about: line.join(" · "),
        word: t.of("preflight-outcome", word),
        text: t.count(text_of(word), count),
        facts: if verdict.outcome == Outcome::No { Vec::new() } else { facts(t, verdict) },
        start: (verdict.outcome != Outcome::No)
            .then(|| Link::new(format!("/orders/new?{query}"), t.msg("preflight-start"))),
        eager: matches!(verdict.outcome, Outcome::Fileable | Outcome::Unknown),
    }
}

fn text_of(word: &str) -> &'static str {
    match word {
        "fileable" => "preflight-text-fileable",
        "unknown" => "preflight-text-unknown",
        "not_yet" => "preflight-text-not-yet",
        "nothing" => "preflight-text-nothing",
        _ => "preflight-text-no",
    }
}

/// The choices that were judged, by their words.
fn chosen(verdict: &Verdict) -> Vec<(&'static str, &'static str)> {
    let about = &verdict.about;
    [
        ("nature", about.nature.map(Nature::as_str)),
        ("certificate", about.certificate.map(CertificateKind::as_str)),
        ("province", about.province.map(Province::code)),
        ("resource", about.resource.map(ResourceKind::as_str)),
    ]
    .into_iter()
    .filter_map(|(name, word)| Some((name, word?)))
    .collect()
}

/// What the first page of an order takes over.
fn start_with<'a>(asked: &'a Asked, verdict: &Verdict) -> Vec<(&'static str, &'a str)> {
    let mut pairs = vec![("domain", asked.domain.trim())];
    pairs.extend(chosen(verdict).into_iter().filter(|(name, _)| *name != "resource"));
    pairs
}

/// Type of filing, first day to submit, when it could be open.
fn facts(t: T, verdict: &Verdict) -> Vec<Row> {
    let mut rows = Vec::new();
    let types: Vec<String> = verdict.possible.iter().map(|action| t.of("action", action)).collect();
    match types.len() {
        0 => {}
        1 => rows.push(Row::new(t.msg("preflight-type"), types.concat())),
        _ => rows.push(Row::new(t.msg("preflight-type-open"), types.join(&t.msg("preflight-or")))),
    }
    if let Some(day) = verdict.fileable_from {
        let mut row = Row::new(t.msg("preflight-from"), whole(t, day));
        if day == verdict.on {
            row = Row::new(t.msg("preflight-from"), t.msg("preflight-today"));
            if verdict.outcome == Outcome::NotYet {
                row = row.note(t.msg("preflight-if-mended"));
            }
        }
        rows.push(row);
    }
    if let Some(step) = verdict.plan.iter().find(|step| step.step.starts_with("open")) {
        rows.push(Row::new(t.msg("preflight-open-by"), range(t, step, verdict.on)).note(t.msg("preflight-forecast")));
    }
    rows
}

/// Everything that stands in the way, what may send it back, and what nobody knows.
fn hurdles(t: T, verdict: &Verdict) -> Vec<Html> {
    let boxes = |severity: Severity| -> Vec<Html> {
        let these = verdict.findings.iter().filter(|hurdle| hurdle.finding.severity == severity);
        these.map(|hurdle| Html::of(&told(t, &hurdle.finding))).collect()
    };
    let card = |key: &str, body: Vec<Html>| {
        (!body.is_empty()).then(|| Card { title: t.count(key, body.len()), body, ..Card::default() }.html())
    };
    [
        card("preflight-blocks", boxes(Severity::Block)),
        card("preflight-unknowns", open(t, verdict)),
        card("preflight-warns", boxes(Severity::Warn)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A finding with the day from which it is gone, where somebody can tell.
fn told(t: T, finding: &Finding) -> FindingBox {
    let mut told = words::finding(t, finding, None);
    if let Some(day) = finding.cured_from {
        told.source = format!("{} · {}", told.source, t.one("preflight-cured", "date", whole(t, day)));
    }
    told
}

/// The open questions: those that decide the type by name, the others as their rule says.
fn open(t: T, verdict: &Verdict) -> Vec<Html> {
    let questions = verdict.questions.iter().map(|open| FindingBox {
        t,
        tone: Tone::Info,
        message: t.text(&open.message),
        fix: t.text(&open.fix),
        source: String::new(),
        link: None,
    });
    questions.chain(verdict.unknowns().map(|hurdle| told(t, &hurdle.finding))).map(|told| Html::of(&told)).collect()
}

fn plan(t: T, verdict: &Verdict) -> Vec<Step> {
    let step = |(index, step): (usize, &PlanStep)| {
        let mut detail = format!("{} · {}", t.of("preflight-who", step.who.as_str()), t.text(&step.detail));
        if let Some(limit) = step.limit {
            detail.push_str(&t.one("preflight-limit", "date", whole(t, limit)));
        }
        if step.estimated || step.limit_estimated {
            detail.push_str(&t.msg("preflight-estimated"));
        }
        Step {
            when: if index == 0 { When::Now } else { When::Coming },
            title: t.text(&step.title),
            time: range(t, step, verdict.on),
            detail,
            link: None,
        }
    };
    verdict.plan.iter().enumerate().map(step).collect()
}

/// Why a paper is asked for, how old it may be, and where that was read.
fn paper_note(t: T, paper: &Paper) -> String {
    let mut note = vec![t.text(&paper.why)];
    if let Some(age) = &paper.age {
        note.push(t.one("preflight-paper-age", "date", whole(t, age.not_before)));
    }
    note.push(paper.source.clone());
    note.retain(|part| !part.is_empty());
    note.join(" · ")
}

fn plan_note(t: T, verdict: &Verdict) -> String {
    match (verdict.planned, verdict.possible.len()) {
        (Some(action), 0 | 2..) => t.one("preflight-plan-as", "type", t.of("action", action)),
        _ => t.msg("preflight-plan-text"),
    }
}

/// The number makes the verdict sharper; it is sent apart from the link.
fn number(t: T, asked: &Asked) -> Html {
    let field = Field::new(t, Kind::Text, "number", t.of("preflight-field", "number"))
        .value(asked.number.trim())
        .hint(t.of("preflight-hint", "number"))
        .keyboard("text", "off");
    let mut form = Form::new("/preflight", vec![field], t.msg("preflight-number-judge"));
    form.hidden = asked.shared().into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let mut card = Card::with(t.msg("preflight-number"), &form);
    card.text = t.msg("preflight-number-text");
    card.html()
}

/// From the earliest to the latest day of a step, without the year when it is this one.
fn range(t: T, step: &PlanStep, on: Date) -> String {
    let day = |day: Date| {
        if day.year() == on.year() { format!("{:02}-{:02}", day.month(), day.day()) } else { day.to_string() }
    };
    if step.earliest == step.latest {
        return day(step.latest);
    }
    t.two("preflight-range", "from", day(step.earliest), "to", day(step.latest))
}

/// A day with its weekday.
fn whole(t: T, day: Date) -> String {
    let weekday = t.of("weekday", day.weekday().to_monday_one_offset());
    t.two("preflight-day", "date", day, "weekday", weekday)
}
