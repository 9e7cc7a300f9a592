//! Documents of people, certificates of units, and sole traders.

use super::{Context, Params, Severity, account, listed, says_yes};
use crate::certificate::{Certificate, CertificateKind as Kind};
use crate::domain::DomainName;
use crate::nature::Nature;
use crate::province::{Nameless, OldNumber, PersonPapers};

pub(super) fn check(cx: &mut Context<'_>, params: &'static Params) {
    persons(cx, params);
    mainland_manager(cx, params);
    unit(cx, params);
    old_number(cx, params);
    sole_trader(cx, params);
    web_shop(cx, params);
}

fn is_foreign(kind: Kind) -> bool {
    matches!(kind, Kind::Passport | Kind::ForeignerResidence)
}

/// What is taken from people of a document's origin; nothing where no source says.
const fn taken(papers: &PersonPapers, kind: Kind) -> Option<&Vec<Kind>> {
    match kind {
        Kind::HkMacauPermit | Kind::HkMacauResidence => papers.hk_macau.as_ref(),
        Kind::TaiwanPermit | Kind::TaiwanResidence => papers.taiwan.as_ref(),
        Kind::Passport | Kind::ForeignerResidence => papers.foreigner.as_ref(),
        _ => None,
    }
}

fn persons(cx: &mut Context<'_>, params: &'static Params) {
    let Some(individual) = cx.individual() else { return };
    let Some((papers, own)) = params.person_papers.as_ref().and_then(|own| Some((own.of(individual)?, own))) else {
        return;
    };
    for (path, person) in cx.people() {
        let Some(kind) = Kind::from_word(person.certificate_kind.trim()) else { continue };
        let Some(list) = taken(papers, kind).filter(|list| !list.contains(&kind)) else { continue };
        let province = cx.province_name();
        let report = cx
            .report("province-06", format!("{path}.certificate_kind"))
            .with_text("province", &province)
            .with_text("found", &kind.name())
            .offer(list.iter().map(|kind| kind.as_str().to_owned()));
        if let Some(source) = own.sources.first() {
            report.cite(source);
        }
    }
}

fn mainland_manager(cx: &mut Context<'_>, params: &'static Params) {
    let Some(source) = says_yes(&params.mainland_manager_if_foreign) else { return };
    let kind_of = |word: &str| Kind::from_word(word.trim());
    let (principal, owner) = (&cx.draft.principal, cx.draft.subject.legal_representative.trim());
    let foreign = kind_of(&principal.certificate_kind).is_some_and(is_foreign)
        && account::folded(principal.name.trim()) == account::folded(owner);
    if cx.individual() != Some(false) || !foreign {
        return;
    }
    for (index, site) in cx.sites() {
        let manager = if site.manager_is_principal { principal } else { &site.manager };
        if kind_of(&manager.certificate_kind).is_some_and(|kind| kind != Kind::ResidentId) {
            let province = cx.province_name();
            cx.report("province-07", format!("sites.{index}.manager.certificate_kind"))
                .with_text("province", &province)
                .cite(source);
        }
    }
}

fn unit(cx: &mut Context<'_>, params: &'static Params) {
    let (Some(nature), Some(own)) = (cx.nature, params.unit_papers.as_ref()) else { return };
    let Some(kind) = Kind::from_word(cx.draft.basic.certificate_kind.trim()) else { return };
    let Some(list) = own.value.get(&nature).filter(|list| !list.contains(&kind)) else { return };
    let province = cx.province_name();
    let names: Vec<_> = list.iter().map(|kind| kind.name()).collect();
    let wanted = crate::text::Text::new(
        listed(&names.iter().map(|name| name.zh.as_str()).collect::<Vec<_>>()),
        names.iter().map(|name| name.en.as_str()).collect::<Vec<_>>().join(", "),
    );
    let report = cx
        .report("province-08", "basic.certificate_kind")
        .with_text("province", &province)
        .with_text("nature", &nature.name())
        .with_text("wanted", &wanted)
        .with_text("found", &kind.name())
        .offer(list.iter().map(|kind| kind.as_str().to_owned()));
    if let Some(source) = own.sources.first() {
        report.cite(source);
    }
}

fn certificate(cx: &Context<'_>) -> Option<Certificate> {
    let kind = Kind::from_word(cx.draft.basic.certificate_kind.trim())?;
    Certificate::parse(kind, &cx.draft.basic.certificate_number, cx.on).ok()
}

/// In fifteen-digit numbers the seventh digit tells whom it was given to (GS 15-2006).
fn old_number(cx: &mut Context<'_>, params: &'static Params) {
    let Some(own) = params.old_number_refused.as_ref() else { return };
    let Some(licence) = certificate(cx).filter(|c| c.kind() == Kind::BusinessLicence) else { return };
    let number = licence.number();
    let holder = match number.as_bytes().get(6).filter(|_| number.len() == 15) {
        Some(b'4' | b'5') => OldNumber::ForeignFunded,
        Some(b'6'..=b'9') => OldNumber::SoleTrader,
        _ => return,
    };
    if own.value.contains(&holder) {
        let province = cx.province_name();
        let report = cx.report("province-09", "basic.certificate_number").with_text("province", &province);
        if let Some(source) = own.sources.first() {
            report.cite(source);
        }
    }
}

/// Codes of sole traders begin with 92 (GB 32100-2015).
fn is_sole_trader(cx: &Context<'_>) -> bool {
    let code = certificate(cx).and_then(|certificate| certificate.uscc());
    cx.nature == Some(Nature::Enterprise) && code.is_some_and(|code| code.as_str().starts_with("92"))
}

fn sole_trader(cx: &mut Context<'_>, params: &'static Params) {
    let Some(own) = params.sole_trader.as_ref().filter(|_| is_sole_trader(cx)) else { return };
    let draft = cx.draft;
    let owner = account::folded(draft.subject.legal_representative.trim());
    let province = cx.province_name();
    let principal = account::folded(draft.principal.name.trim());
    if own.owner_only && !owner.is_empty() && !principal.is_empty() && principal != owner {
        let report = cx.report("province-38", "principal.name").with_text("province", &province).with("found", &owner);
        if let Some(source) = own.sources.first() {
            report.cite(source);
        }
    }
    let nameless = !owner.is_empty() && account::folded(draft.basic.name.trim()) == owner;
    let Some(how) = own.nameless.filter(|_| nameless) else { return };
    let ready = own.remark.as_deref().unwrap_or_default();
    // Where no source words the remark, any remark is one.
    let remark = draft.subject.remark.trim();
    if how == Nameless::UnitWithRemark && !remark.is_empty() && remark.contains(ready) {
        return;
    }
    let [zh, en] = cx.rule("province-10").group(how.as_str()) else { return };
    let what = crate::text::Text::new(zh, en).with("remark", ready);
    let (field, severity) = match how {
        Nameless::Individual => ("basic.nature", Severity::Block),
        Nameless::Refused => ("basic.name", Severity::Block),
        Nameless::UnitWithRemark => ("subject.remark", Severity::Warn),
    };
    let offer = match how {
        Nameless::Individual => Some(Nature::Individual.as_str().to_owned()),
        Nameless::UnitWithRemark => Some(ready.to_owned()),
        Nameless::Refused => None,
    };
    let report = cx
        .report("province-10", field)
        .with_text("what", &what)
        .with_text("province", &province)
        .grave(severity)
        .offer(offer);
    if let Some(source) = own.sources.first() {
        report.cite(source);
    }
}

/// A web shop's licence gives a platform and an address on the web as its seat; that domain alone can be filed.
fn web_shop(cx: &mut Context<'_>, params: &'static Params) {
    let Some(source) = says_yes(&params.web_shop_domain_only) else { return };
    let seat = cx.draft.subject.certificate_address.as_str();
    let latin = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
    let hosts = seat.split(|c| !latin(c)).filter(|part| part.contains('.'));
    let shops: Vec<DomainName> = hosts.filter_map(|host| DomainName::of_host(host).ok()).collect();
    if shops.is_empty() {
        return;
    }
    for (field, name) in cx.parsed_domains() {
        if !shops.contains(&name) {
            let province = cx.province_name();
            cx.report("province-37", field)
                .with_text("province", &province)
                .with("found", name.unicode())
                .with("expected", shops[0].unicode())
                .cite(source);
        }
    }
}
