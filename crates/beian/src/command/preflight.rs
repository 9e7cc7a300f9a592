//! The verdict before any form, on the terminal and for scripts.

use super::say;
use crate::cli::Preflight;
use crate::trouble::{Doing as _, Ending, Result, Trouble};
use crate::words::Language;
use app::world::{Clock as _, SystemClock, china_date};
use filing::check::{Cure, Severity};
use filing::papers::Need;
use filing::preflight::{self, Asked, Fault, Hurdle, Outcome, Outside, Step, Verdict};
use filing::text::Text;
use jiff::civil::Date;
use std::path::Path;

/// Judges a case file or the answers given.
pub fn run(asked: Preflight) -> Result {
    let on = asked.on.unwrap_or_else(|| china_date(SystemClock.now()));
    let json = asked.json;
    let verdict = match &asked.case {
        Some(file) => of_case(file, on)?,
        None => match preflight::run(&answers(asked), &Outside::default(), on) {
            Ok(verdict) => verdict,
            Err(faults) => return refuse(&faults, json),
        },
    };
    if json {
        say(serde_json::to_string_pretty(&verdict).doing("cannot write the verdict")?);
    } else {
        Told { language: Language::choose(None) }.tell(&verdict);
    }
    match verdict.outcome {
        Outcome::Fileable => Ok(()),
        Outcome::NotYet | Outcome::No => Err(Trouble::said(Ending::Failed)),
        Outcome::Unknown => Err(Trouble::said(Ending::Open)),
    }
}

fn answers(given: Preflight) -> Asked {
    let text = Option::unwrap_or_default;
    Asked {
        domain: text(given.domain),
        nature: text(given.nature),
        certificate: text(given.certificate),
        province: text(given.province),
        resource: text(given.resource),
        region: text(given.region),
        billing: text(given.billing),
        months: text(given.months),
        resource_until: text(given.resource_until),
        subject_filed: text(given.subject_filed),
        domain_filed: text(given.domain_filed),
        domain_verified: text(given.domain_verified),
        domain_verified_on: text(given.domain_verified_on),
        domain_until: text(given.domain_until),
        registered_here: text(given.registered_here),
        account_verified_on: text(given.account_verified_on),
        name: text(given.name),
        number: text(given.number),
    }
}

fn of_case(file: &Path, on: Date) -> Result<Verdict> {
    let text = std::fs::read_to_string(file).doing(format!("cannot read {}", file.display()))?;
    let case = filing::case::validate(&text).map_err(|faults| {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Trouble::usage(format!("{} cannot be used:\n  {}", file.display(), faults.join("\n  ")))
            .hint("`beian case validate` says more")
    })?;
    Ok(preflight::of_case(&case, on))
}

/// Names every answer that cannot be read.
fn refuse(faults: &[Fault], json: bool) -> Result {
    if json {
        let body = serde_json::json!({ "faults": faults });
        say(serde_json::to_string_pretty(&body).doing("cannot write what is wrong")?);
        return Err(Trouble::said(Ending::Usage));
    }
    let told = Told { language: Language::choose(None) };
    let lines: Vec<String> = faults
        .iter()
        .map(|fault| {
            let flag = fault.field.replace('_', "-");
            format!("--{flag}: {} {}", told.text(&fault.message), told.text(&fault.fix))
        })
        .collect();
    Err(Trouble::usage(format!("{}\n  {}", told.word("preflight-unreadable"), lines.join("\n  "))))
}

/// A verdict in the terminal's language.
struct Told {
    language: Language,
}

impl Told {
    fn text(&self, text: &Text) -> String {
        text.in_language(self.language.tag()).to_owned()
    }

    fn word(&self, key: &str) -> String {
        self.language.say(key, &[])
    }

    fn with(&self, key: &str, name: &'static str, value: impl ToString) -> String {
        self.language.say(key, &[(name, value.to_string())])
    }

    fn tell(&self, verdict: &Verdict) {
        let about = &verdict.about;
        let parts = [&about.nature_name, &about.certificate_name, &about.province_name, &about.resource_name];
        let parts: Vec<String> =
            parts.into_iter().map(|part| self.text(part)).filter(|part| !part.is_empty()).collect();
        say(format!("{} · {}", about.domain, parts.join(" · ")));
        let sign = match verdict.outcome {
            Outcome::Fileable => "✓",
            Outcome::Unknown => "?",
            Outcome::NotYet => "●",
            Outcome::No => "✕",
        };
        say(format!(
            "{sign} {}{}",
            self.language.of("preflight-outcome", verdict.outcome.as_str()),
            self.from(verdict)
        ));
        self.types(verdict);
        self.list("preflight-hurdles", verdict.hurdles().map(|hurdle| self.hurdle(hurdle)));
        let questions = verdict.questions.iter();
        let open = questions.map(|open| format!("? {}\n    → {}", self.text(&open.message), self.text(&open.fix)));
        self.list("preflight-open", open.chain(verdict.unknowns().map(|hurdle| self.hurdle(hurdle))));
        self.list("preflight-plan", verdict.plan.iter().map(|step| self.step(step)));
        for (key, needs) in
            [("preflight-papers", [Need::Required, Need::Likely]), ("preflight-papers-maybe", [Need::Possible; 2])]
        {
            let these = verdict.papers.iter().filter(|paper| needs.contains(&paper.paper.need));
            self.list(
                key,
                these.map(|paper| format!("· {} — {}", self.text(&paper.name), self.text(&paper.paper.why))),
            );
        }
        self.list("preflight-later", verdict.not_asked.iter().map(|later| format!("· {}", self.text(later))));
    }

    fn from(&self, verdict: &Verdict) -> String {
        match verdict.fileable_from {
            Some(day) if verdict.outcome == Outcome::Fileable || day > verdict.on => {
                self.with("preflight-from", "date", day)
            }
            Some(_) if verdict.outcome == Outcome::NotYet => self.word("preflight-today-if-mended"),
            _ => String::new(),
        }
    }

    fn types(&self, verdict: &Verdict) {
        let names: Vec<String> =
            verdict.possible.iter().map(|action| self.language.of("action", action.as_str())).collect();
        let key = match names.len() {
            0 => return,
            1 => "preflight-type",
            _ => "preflight-types",
        };
        say(self.with(key, "type", names.join(&self.word("preflight-or"))));
    }

    fn list(&self, title: &str, lines: impl Iterator<Item = String>) {
        let lines: Vec<String> = lines.collect();
        if !lines.is_empty() {
            say(format!("\n{}", self.with(title, "count", lines.len())));
            lines.into_iter().for_each(|line| say(format!("  {line}")));
        }
    }

    fn hurdle(&self, hurdle: &Hurdle) -> String {
        let finding = &hurdle.finding;
        let sign = match (finding.severity, hurdle.cure) {
            (Severity::Block, Cure::Never) => "✕",
            (Severity::Block, _) => "●",
            (Severity::Warn, _) => "!",
            (Severity::Ask, _) => "?",
        };
        let day = finding.cured_from.map(|day| format!(" · {}", self.with("preflight-cured", "date", day)));
        format!(
            "{sign} {}\n    → {}\n    {} · {}{}",
            self.text(&finding.message),
            self.text(&finding.fix),
            finding.rule,
            finding.source,
            day.unwrap_or_default()
        )
    }

    fn step(&self, step: &Step) -> String {
        let days = if step.earliest == step.latest {
            step.latest.to_string()
        } else {
            format!("{} – {}", step.earliest, step.latest)
        };
        let who = self.language.of("preflight-who", step.who.as_str());
        let estimated = if step.estimated { self.word("preflight-estimated") } else { String::new() };
        format!("{days:<23}  {} ({who}){estimated}\n    {}", self.text(&step.title), self.text(&step.detail))
    }
}
