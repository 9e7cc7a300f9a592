//! Case files.

use super::say;
use crate::cli::Case;
use crate::trouble::{Doing as _, Result, Trouble};
use crate::words::Language;
use filing::case::{CaseFile, MaterialSource};
use std::path::{Path, PathBuf};

/// Does what is asked with case files.
pub fn run(case: &Case) -> Result {
    match case {
        Case::Schema => {
            let schema = serde_json::to_string_pretty(&filing::case::schema()).doing("cannot write the schema")?;
            say(schema);
            Ok(())
        }
        Case::Validate { files } => validate(files),
    }
}

fn validate(files: &[PathBuf]) -> Result {
    let language = Language::choose(None);
    let mut wrong = 0;
    for file in files {
        let text = std::fs::read_to_string(file).doing(format!("cannot read {}", file.display()))?;
        match filing::case::validate(&text) {
            Ok(case) => {
                let missing = missing_files(&case, file);
                if missing.is_empty() {
                    let sites = case.draft.sites.len().to_string();
                    let facts = [("file", file.display().to_string()), ("id", case.id), ("sites", sites)];
                    say(language.say("case-valid", &facts));
                    continue;
                }
                wrong += 1;
                say(language.say("case-wrong", &[("file", file.display().to_string())]));
                for (field, path) in missing {
                    let key = if field == "after" { "case-no-before" } else { "case-no-picture" };
                    say(format!("  {field}: {}", language.say(key, &[("path", path)])));
                }
            }
            Err(faults) => {
                wrong += 1;
                say(language.say("case-wrong", &[("file", file.display().to_string())]));
                for fault in faults {
                    let (message, hint) = match language {
                        Language::Zh => (fault.message.zh, fault.hint.zh),
                        Language::En => (fault.message.en, fault.hint.en),
                    };
                    say(format!("  {}: {message}\n    {hint}", if fault.path.is_empty() { "." } else { &fault.path }));
                }
            }
        }
    }
    if wrong == 0 {
        return Ok(());
    }
    Err(Trouble::no(format!("{wrong} of {} case file(s) cannot be used", files.len()))
        .hint("docs/case.schema.json describes the form; `beian case schema` prints it"))
}

/// The pictures and the case before it that a case names and that are not there: the field, the path.
fn missing_files(case: &CaseFile, file: &Path) -> Vec<(String, String)> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let pictures = case.materials.iter().enumerate().filter_map(|(index, material)| match &material.source {
        MaterialSource::File(path) => Some((format!("materials.{index}.source"), folder.join(path))),
        MaterialSource::Generated => None,
    });
    let before = case.after.iter().map(|path| ("after".to_owned(), folder.join(path)));
    let missing = pictures.chain(before).filter(|(_, path)| !path.is_file());
    missing.map(|(field, path)| (field, path.display().to_string())).collect()
}
