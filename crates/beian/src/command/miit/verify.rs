//! Checking an evidence bundle.

use crate::cli::Verify;
use crate::command::say;
use crate::trouble::{Doing as _, Ending, Result, Trouble};
use crate::words::Language;
use app::evidence::verify::{Report, verify};

/// Checks a bundle without configuration, keys or database.
pub fn run(asked: &Verify) -> Result {
    let report = verify(&asked.file, asked.fingerprint.as_deref())
        .map_err(|why| Trouble::usage(format!("{} is no bundle to check", asked.file.display())).because(why))?;
    if asked.json {
        say(serde_json::to_string_pretty(&report).doing("cannot write the report")?);
    } else {
        tell(&report, asked.fingerprint.is_some());
    }
    if report.findings.is_empty() { Ok(()) } else { Err(Trouble::said(Ending::Failed)) }
}

fn tell(report: &Report, is_anchored: bool) {
    let language = Language::choose(None);
    for ledger in &report.ledgers {
        let facts = [
            ("bureau", ledger.bureau.clone()),
            ("direction", language.of("evidence-direction", ledger.direction.as_str())),
            ("first", (ledger.before.entry + 1).to_string()),
            ("last", ledger.last.entry.to_string()),
            ("before", ledger.before.hash.clone()),
            ("hash", ledger.last.hash.clone()),
        ];
        say(language.say("evidence-ledger", &facts));
    }
    for skipped in &report.skipped {
        let facts = [
            ("bureau", skipped.bureau.clone()),
            ("first", skipped.first.to_string()),
            ("last", skipped.last.to_string()),
        ];
        say(language.say("evidence-skipped", &facts));
    }
    for finding in &report.findings {
        let word = serde_json::to_value(finding.what).ok();
        let word = word.as_ref().and_then(|word| word.as_str()).unwrap_or_default();
        say(format!("  {}: {}", finding.place, language.of("evidence-found", word)));
    }
    let facts = [
        ("lines", report.lines.to_string()),
        ("files", report.files.to_string()),
        ("found", report.findings.len().to_string()),
        ("fingerprint", report.fingerprint.clone()),
    ];
    say(language.say(if report.findings.is_empty() { "evidence-intact" } else { "evidence-broken" }, &facts));
    say(language.say("evidence-fingerprint", &facts));
    if !is_anchored {
        say(language.say("evidence-unanchored", &facts));
    }
}
