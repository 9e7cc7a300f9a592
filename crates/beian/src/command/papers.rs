//! The papers of a case: the list, and its letters as PDF.

use super::say;
use crate::cli::Papers;
use crate::trouble::{Doing as _, Result, Trouble};
use crate::words::Language;
use app::world::{Clock as _, SystemClock, china_date};
use filing::case::CaseFile;
use filing::papers::{self, Need, Paper};
use filing::province::AgeUnit;
use filing::text::Text;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// A paper of the list, whether it is there, and where its form was written.
#[derive(Serialize)]
struct Listed {
    #[serde(flatten)]
    paper: Paper,
    there: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pdf: Option<PathBuf>,
}

/// Lists the papers of a case and writes its letters.
///
/// # Errors
/// When the case cannot be read, or a letter not be written.
pub fn run(asked: &Papers) -> Result {
    let text = std::fs::read_to_string(&asked.file).doing(format!("cannot read {}", asked.file.display()))?;
    let case = filing::case::validate(&text).map_err(|_| {
        Trouble::no(format!("{} is no case file that can be used", asked.file.display()))
            .hint("`beian case validate` says what is wrong with it")
    })?;
    let on = asked.on.unwrap_or_else(|| china_date(SystemClock.now()));
    let facts = case.facts();
    let mut listed: Vec<Listed> = papers::needed(&case.draft, &facts, on)
        .into_iter()
        .map(|paper| Listed { there: paper.is_there(&case.draft, &facts), paper, pdf: None })
        .collect();
    if let Some(folder) = &asked.pdf {
        std::fs::create_dir_all(folder).doing(format!("cannot make {}", folder.display()))?;
        for listed in &mut listed {
            listed.pdf = write(&case, &listed.paper, folder)?;
        }
    }
    if asked.json {
        say(serde_json::to_string_pretty(&listed).doing("cannot write the list")?);
    } else {
        tell(&listed, Language::choose(None));
    }
    Ok(())
}

/// Writes the form of a paper, when there is one.
fn write(case: &CaseFile, wanted: &Paper, folder: &Path) -> Result<Option<PathBuf>> {
    let Some(template) = wanted.template else { return Ok(None) };
    let site = wanted.site.unwrap_or(0);
    let number = if paper::is_of_site(template) { format!("-{}", site + 1) } else { String::new() };
    let path = folder.join(format!("{}{number}.pdf", template.as_str().replace('_', "-")));
    let letter = paper::fill(template, &case.draft, site);
    let bytes = paper::pdf(&letter).map_err(|trouble| {
        Trouble::no(format!("{template} cannot be printed: {trouble}"))
            .hint("the font has the characters of GBK, which is all the authority's interface can carry")
    })?;
    std::fs::write(&path, bytes).doing(format!("cannot write {}", path.display()))?;
    Ok(Some(path))
}

fn tell(listed: &[Listed], language: Language) {
    let pick = |text: &Text| text.in_language(language.tag()).to_owned();
    for need in [Need::Required, Need::Likely, Need::Possible] {
        let group: Vec<&Listed> = listed.iter().filter(|listed| listed.paper.need == need).collect();
        if group.is_empty() {
            continue;
        }
        say(language.of("papers-need", need.as_str()));
        for listed in group {
            let paper = &listed.paper;
            let mark = language.say(if listed.there { "papers-there" } else { "papers-missing" }, &[]);
            say(format!("  {mark} {}", paper.slot));
            say(format!("      {}", pick(&paper.why)));
            for demand in &paper.format.demands {
                say(format!("      · {}", pick(demand)));
            }
            if let Some(age) = &paper.age {
                let key = if age.unit == AgeUnit::Day { "papers-age-days" } else { "papers-age-months" };
                let facts = [("n", age.value.to_string()), ("date", age.not_before.to_string())];
                say(format!("      · {}", language.say(key, &facts)));
            }
            if let Some(months) = paper.valid_months {
                say(format!("      · {}", language.say("papers-valid", &[("n", months.to_string())])));
            }
            for note in &paper.notes {
                say(format!("      · {}", pick(&note.text)));
            }
            say(format!("      {}", language.say("papers-source", &[("source", paper.source.clone())])));
            if let Some(path) = &listed.pdf {
                say(format!("      {}", language.say("papers-written", &[("path", path.display().to_string())])));
            }
        }
    }
}
