//! Domains and names of sites.

use super::Sheet;
use crate::check::{self, Rule};
use crate::domain::{DomainFault, DomainName, Fileable};
use crate::reason::{Explain as _, Reason};
use crate::site_name::{self, SiteNameFault};

pub(super) fn domain(sheet: &mut Sheet, text: &str) {
    let (host, name) = match DomainName::host(text).and_then(|host| Ok((DomainName::of_host(&host)?, host))) {
        Ok((name, host)) => (host, name),
        Err(fault) => return sheet.refuse(&fault),
    };
    sheet.facts.word("ascii", host.clone());
    sheet.facts.word("unicode", idna::domain_to_unicode(&host).0);
    sheet.facts.word("suffix", name.suffix().to_owned());
    sheet.facts.word("registrable", name.as_str().to_owned());
    if host != name.as_str() {
        // A name all the same; an order must name the one it stands under.
        let fault = DomainFault::Subdomain { found: host.clone(), registrable: name.as_str().to_owned() };
        if let Some(reason) = fault.reason() {
            sheet.mention(reason);
        }
    }
    let suffix = |rule| Reason::new(rule).with("found", name.suffix());
    match name.fileable() {
        Fileable::Yes => sheet.facts.word("fileable", "yes"),
        Fileable::No => {
            sheet.facts.word("fileable", "no");
            sheet.mention(suffix("domain-05"));
        }
        Fileable::Likely | Fileable::Unknown => {
            sheet.facts.word("fileable", "unknown");
            sheet.note(suffix("domain-06"));
        }
    }
    sheet.normalized = Some(host);
}

pub(super) fn site_name(sheet: &mut Sheet, text: &str) {
    let name = text.trim();
    let limit = check::rule("name-01").map_or(0, Rule::limit);
    for fault in site_name::faults(name, limit) {
        sheet.note(match fault {
            SiteNameFault::Short { found, limit } => Reason::new("name-01").with("found", found).with("limit", limit),
            SiteNameFault::Symbol(symbol) => Reason::new("name-03").with("found", symbol),
            SiteNameFault::Letters => Reason::new("name-02"),
        });
    }
    let word = |rule: &str| {
        check::rule(rule).and_then(|rule| rule.words.iter().find(|word| name.contains(word.as_str()))).cloned()
    };
    if let Some(found) = word("name-05") {
        sheet.note(Reason::new("name-05").with("found", found));
    }
    // Whether the subject may use it depends on the subject, which a name by itself does not tell.
    if let Some(found) = word("name-04") {
        sheet.note(Reason::new("value-35").with("found", found));
    }
    sheet.normalized = Some(name.to_owned());
}
