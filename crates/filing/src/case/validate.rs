//! Explaining what is wrong with a case file: first its shape, by the schema, then what the schema cannot say.

use std::sync::OnceLock;

use serde_json::Value;

use super::shape::Shape;
use super::{CaseFault, CaseFile, Expectation, Then, schema};
use crate::cancellation::CancelReason;
use crate::certificate::CertificateKind;
use crate::domain::DomainName;
use crate::nature::Nature;
use crate::province::Province;
use crate::{check, code};

/// Reads a case file.
///
/// # Errors
/// With everything that is wrong, each with its place and what to write instead.
pub fn validate(text: &str) -> Result<CaseFile, Vec<CaseFault>> {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    let value: Value = serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line().to_string(), error.column().to_string());
        vec![CaseFault::new("", "json", &[("line", &line), ("column", &column), ("error", &error.to_string())])]
    })?;
    let faults = Shape::new(SCHEMA.get_or_init(schema)).faults(&value);
    if !faults.is_empty() {
        return Err(faults);
    }
    let case: CaseFile = serde_json::from_value(value)
        .map_err(|error| vec![CaseFault::new("", "value", &[("error", &error.to_string())])])?;
    let faults = meaning(&case);
    if faults.is_empty() { Ok(case) } else { Err(faults) }
}

/// What the parts of a file must hold of each other.
fn meaning(case: &CaseFile) -> Vec<CaseFault> {
    let mut faults = Vec::new();
    let mut fault = |path: &str, key: &str, holes: &[(&str, &str)]| faults.push(CaseFault::new(path, key, holes));
    if case.id.is_empty() || !case.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        fault("id", "id", &[("found", &case.id)]);
    }
    let mut wrong_word_expected = false;
    if let Expectation::RefusedByCheck { rules } = &case.expect {
        if rules.is_empty() {
            fault("expect.rules", "rules-empty", &[]);
        }
        wrong_word_expected = rules.iter().any(|rule| rule.starts_with("form-") || rule.starts_with("resource-"));
        for (index, rule) in rules.iter().enumerate() {
            if check::rule(rule).is_none() {
                let known = check::rules().iter().flat_map(|family| &family.rules).map(|rule| rule.id.as_str());
                let near = nearest(rule, known).unwrap_or_default();
                fault(&format!("expect.rules.{index}"), "rule", &[("found", rule), ("near", near)]);
            }
        }
    }
    let ids: Vec<&str> = case.resources.iter().map(|resource| resource.id.as_str()).collect();
    let draft = &case.draft;
    let mut resources = vec![("draft.basic.resource".to_owned(), &draft.basic.resource)];
    resources
        .extend(draft.sites.iter().enumerate().map(|(i, site)| (format!("draft.sites.{i}.resource"), &site.resource)));
    for (path, id) in resources {
        if !id.is_empty() && !ids.contains(&id.as_str()) && !wrong_word_expected {
            fault(&path, "resource", &[("found", id), ("known", &ids.join(", "))]);
        }
    }
    if !wrong_word_expected {
        let basic = &draft.basic;
        let words = |all: &[&str]| all.join(", ");
        let natures: Vec<&str> = Nature::ALL.iter().map(|nature| nature.as_str()).collect();
        let provinces: Vec<&str> = Province::ALL.iter().map(|province| province.as_str()).collect();
        let kinds: Vec<&str> = CertificateKind::ALL.iter().map(|kind| kind.as_str()).collect();
        let contents: Vec<String> = code::SERVICE_CONTENT.rows().iter().map(|row| row.id.to_string()).collect();
        let contents: Vec<&str> = contents.iter().map(String::as_str).collect();
        let mut typed = vec![
            ("draft.basic.nature".to_owned(), &basic.nature, &natures),
            ("draft.basic.province".to_owned(), &basic.province, &provinces),
            ("draft.basic.certificate_kind".to_owned(), &basic.certificate_kind, &kinds),
            ("draft.principal.certificate_kind".to_owned(), &draft.principal.certificate_kind, &kinds),
        ];
        for (index, site) in draft.sites.iter().enumerate() {
            typed.push((format!("draft.sites.{index}.content"), &site.content, &contents));
            let kind = &site.manager.certificate_kind;
            typed.push((format!("draft.sites.{index}.manager.certificate_kind"), kind, &kinds));
        }
        for (path, word, known) in typed {
            if !word.is_empty() && !known.contains(&word.as_str()) {
                let near = nearest(word, known.iter().copied()).unwrap_or_default();
                fault(&path, "choice", &[("found", word), ("choices", &words(known)), ("near", near)]);
            }
        }
    }
    for (index, material) in case.materials.iter().enumerate() {
        let path = format!("materials.{index}.site");
        match material.site {
            None if material.kind.belongs_to_site() => {
                fault(&path, "site-missing", &[("kind", material.kind.as_str())])
            }
            Some(_) if !material.kind.belongs_to_site() => {
                fault(&path, "site-extra", &[("kind", material.kind.as_str())])
            }
            Some(site) if site >= draft.sites.len() => {
                let (site, count) = (site.to_string(), draft.sites.len().to_string());
                fault(&path, "site-range", &[("found", &site), ("count", &count)]);
            }
            _ => {}
        }
    }
    for (name, keys) in [
        ("registrations", case.registrations.keys().collect::<Vec<_>>()),
        ("detection", case.detection.keys().collect()),
    ] {
        for key in keys {
            if DomainName::parse(key).map(String::from).ok().as_ref() != Some(key) {
                fault(&format!("{name}.{key}"), "domain", &[("found", key)]);
            }
        }
    }
    for (index, round) in case.options.rounds.iter().enumerate() {
        if round.requests.is_empty() {
            fault(&format!("options.rounds.{index}.requests"), "round-empty", &[]);
        }
        for field in round.requests.iter().map(|request| &request.field).chain(round.mend.keys()) {
            if !field_exists(case, field) {
                fault(&format!("options.rounds.{index}"), "field", &[("found", field)]);
            }
        }
    }
    if !case.then.is_empty() && case.expect != Expectation::Filed {
        fault("then", "then-not-filed", &[]);
    }
    for (index, then) in case.then.iter().enumerate() {
        let path = format!("then.{index}");
        if let Some(site) = then.site().filter(|site| *site >= draft.sites.len()) {
            let (site, count) = (site.to_string(), draft.sites.len().to_string());
            fault(&format!("{path}.site"), "site-range", &[("found", &site), ("count", &count)]);
            continue;
        }
        match then {
            Then::ChangeFiling { change } | Then::ChangeSite { change, .. } => {
                if change.is_empty() {
                    fault(&format!("{path}.change"), "change-empty", &[]);
                }
                for field in then.changes(then.site().unwrap_or_default()).keys() {
                    if !field_exists(case, field) || then.site().is_none() && field.starts_with("sites.") {
                        fault(&format!("{path}.change"), "field", &[("found", field)]);
                    }
                }
            }
            Then::CancelSubject { cancellation }
            | Then::CancelSite { cancellation, .. }
            | Then::CancelAccess { cancellation, .. } => {
                let word = &cancellation.reason;
                if CancelReason::from_word(word).is_none() {
                    let known: Vec<&str> = CancelReason::ALL.iter().map(|reason| reason.as_str()).collect();
                    let near = nearest(word, known.iter().copied()).unwrap_or(known[0]);
                    let holes = [("found", word.as_str()), ("choices", &known.join(", ")), ("near", near)];
                    fault(&format!("{path}.cancellation.reason"), "choice", &holes);
                }
            }
        }
    }
    if case.options.wrong_codes > 4 {
        fault("options.wrong_codes", "wrong-codes", &[("found", &case.options.wrong_codes.to_string())]);
    }
    faults
}

/// Whether a path names a field of the draft or a material.
fn field_exists(case: &CaseFile, path: &str) -> bool {
    if crate::material::MaterialKind::from_field(path).is_some() {
        return true;
    }
    let draft = serde_json::to_value(&case.draft).unwrap_or_default();
    draft.pointer(&format!("/{}", path.replace('.', "/"))).is_some()
}

/// The known word most like a wrong one, when it is near enough to be meant.
pub(super) fn nearest<'a>(wrong: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|word| (distance(wrong, word), word))
        .filter(|(distance, word)| *distance <= (word.chars().count() / 2).max(2))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// The number of letters to change, add or remove (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
