//! What a request says, in words.

use std::net::Ipv4Addr;

use super::{Group, Row, Rows, list, named};
use crate::code::Table;
use crate::message::{
    Cancellation, CancelledKind, Certificate, Change, ChangedIps, FiledBy, NewAccess, NewFiling, NewIps, Person,
    Reference, Site, UnfiledHandling, Verification, VerificationOutcome,
};
use crate::sandbox::operation::change::changed_site;
use crate::sandbox::records;
use crate::sandbox::request::Request;
use crate::sandbox::tables::Extra;
use crate::sandbox::words::Lang;

/// All data of a request in groups.
pub(in crate::sandbox) fn groups(request: &Request, lang: Lang) -> Vec<Group> {
    match request {
        Request::FirstFiling(filing) => first_filing(filing, lang),
        Request::NewSite(request) => {
            let mut groups = vec![reference("case-subject", &request.subject, lang)];
            groups.extend(sites(&request.sites, lang));
            groups
        }
        Request::NewAccess(request) => new_access(request, lang),
        Request::Change(change) => change_of(change, lang),
        Request::Cancellation(request) => vec![cancellation(request, lang)],
        Request::Verification(result) => vec![verification(result, lang)],
        Request::Materials(_) => Vec::new(),
        Request::Unfiled(handling) => vec![unfiled(handling, lang)],
        Request::NewIps(ips) => vec![new_ips(ips, lang)],
        Request::ChangedIps(ips) => vec![changed_ips(ips, lang)],
        Request::DeletedIps(ips) => {
            let ids = [&ips.sources, &ips.allocations, &ips.broadcasts, &ips.brought_in];
            vec![listed(ids.into_iter().flatten().map(i64::to_string), lang)]
        }
        Request::NewDomains(list) | Request::ChangedDomains(list) => {
            vec![listed(list.iter().map(|record| record.name.clone()), lang)]
        }
        Request::DeletedDomains(list) => vec![listed(list.iter().map(|item| format!("{item:?}")), lang)],
    }
}

fn one(title: &str, rows: Rows, lang: Lang) -> Group {
    Group { title: lang.text(title), rows: rows.0 }
}

fn reference(title: &str, reference: &Reference, lang: Lang) -> Group {
    let mut rows = Rows::default();
    rows.add("case-reference", records::named(reference));
    one(title, rows, lang)
}

fn listed(items: impl Iterator<Item = String>, lang: Lang) -> Group {
    let mut rows = Rows::default();
    items.for_each(|item| rows.0.push(Row { label: "case-record", value: item }));
    one("case-content", rows, lang)
}

fn credential(rows: &mut Rows, certificate: &Certificate, lang: Lang) {
    rows.add("case-certificate", named(Table::CredentialType, certificate.kind, lang));
    rows.add("case-certificate-number", &certificate.number);
    rows.add("case-certificate-address", &certificate.address);
}

fn first_filing(filing: &NewFiling, lang: Lang) -> Vec<Group> {
    let subject = &filing.subject;
    let area = [Some(subject.address.province), subject.address.city, subject.address.county];
    let area: Vec<String> = area.into_iter().flatten().map(|code| code.to_string()).collect();
    let mut rows = Rows::default();
    rows.add("case-name", &subject.name);
    rows.add("case-nature", subject.nature.map(|id| named(Table::UnitNature, id, lang)).unwrap_or_default());
    credential(&mut rows, &subject.certificate, lang);
    rows.add("case-postal", subject.address.street.as_deref().unwrap_or_default());
    rows.add("case-area", area.join(" "));
    rows.add("case-investor", subject.investor.as_deref().unwrap_or_default());
    rows.add(
        "case-filed-by",
        match subject.filed_by {
            FiledBy::Provider => lang.text("case-filed-by-provider"),
            FiledBy::Organiser => lang.text("case-filed-by-organiser"),
        },
    );
    rows.add("case-remark", subject.remark.as_deref().unwrap_or_default());
    let mut groups = vec![
        one("case-subject", rows, lang),
        Group { title: lang.text("case-principal"), rows: person(&subject.principal, lang) },
    ];
    groups.extend(sites(&filing.sites, lang));
    groups
}

fn sites(sites: &[Site], lang: Lang) -> Vec<Group> {
    let mut groups = Vec::new();
    for (index, site) in sites.iter().enumerate() {
        let title = lang.with("case-site", &[("index", &(index + 1).to_string())]);
        groups.push(Group { title, rows: site_rows(site, lang) });
        groups.push(Group { title: lang.text("case-manager"), rows: person(&site.manager, lang) });
    }
    groups
}

fn new_access(request: &NewAccess, lang: Lang) -> Vec<Group> {
    let mut rows = Rows::default();
    hosting(&mut rows, &request.locations, &request.methods, request.ips.iter().map(|ip| (ip.first, ip.last)), lang);
    vec![reference("case-site-filed", &request.site, lang), one("action-new_access", rows, lang)]
}

fn change_of(change: &Change, lang: Lang) -> Vec<Group> {
    let subject = &change.subject;
    let mut rows = Rows::default();
    rows.add("case-reference", &subject.number);
    rows.add("case-name", &subject.name);
    rows.add("case-nature", subject.nature.map(|id| named(Table::UnitNature, id, lang)).unwrap_or_default());
    credential(&mut rows, &subject.certificate, lang);
    rows.add("case-postal", subject.address.street.as_deref().unwrap_or_default());
    rows.add("case-investor", subject.investor.as_deref().unwrap_or_default());
    rows.add("case-remark", subject.remark.as_deref().unwrap_or_default());
    let mut groups = vec![
        one("case-subject", rows, lang),
        Group { title: lang.text("case-principal"), rows: person(&subject.principal, lang) },
    ];
    let whole: Vec<Site> = change.sites.iter().map(changed_site).collect();
    groups.extend(sites(&whole, lang));
    groups
}

fn cancellation(request: &Cancellation, lang: Lang) -> Group {
    let kind = match request.kind {
        CancelledKind::Subject => "action-cancel_subject",
        CancelledKind::Site => "action-cancel_site",
        CancelledKind::Access => "action-cancel_access",
    };
    let mut rows = Rows::default();
    rows.add("case-reference", request.record.to_string());
    let reason = Extra::CancelReason.rows(lang).into_iter().find(|(id, _)| *id == request.reason);
    rows.add("case-reason", reason.map_or(request.reason.to_string(), |(_, name)| name));
    rows.add("case-remark", request.remark.as_deref().unwrap_or_default());
    one(kind, rows, lang)
}

fn verification(result: &Verification, lang: Lang) -> Group {
    let passed = result.outcome == VerificationOutcome::Pass;
    let mut rows = Rows::default();
    rows.add("case-outcome", lang.text(if passed { "case-outcome-pass" } else { "case-outcome-refuse" }));
    rows.add("case-name", &result.record.subject.name);
    rows.add("case-person-name", &result.verifier);
    rows.add("case-opinion", &result.opinion);
    rows.add("case-remark", result.errors.as_deref().unwrap_or_default());
    one("action-verification", rows, lang)
}

fn unfiled(handling: &UnfiledHandling, lang: Lang) -> Group {
    let mut rows = Rows::default();
    rows.add("case-domains", &handling.domain);
    rows.add("case-ips", handling.ip.to_string());
    let outcome = Extra::UnfiledOutcome.rows(lang).into_iter().find(|(id, _)| *id == handling.result);
    rows.add("case-outcome", outcome.map_or(handling.result.to_string(), |(_, name)| name));
    rows.add("case-opinion", &handling.opinion);
    one("action-unfiled", rows, lang)
}

fn new_ips(ips: &NewIps, lang: Lang) -> Group {
    let mut rows = Rows::default();
    ranges(&mut rows, "case-ip-source", ips.sources.iter().map(|range| (range.first, range.last)));
    ranges(&mut rows, "case-ip-allocation", ips.allocations.iter().map(|range| (range.first, range.last)));
    ranges(&mut rows, "case-ip-broadcast", ips.broadcasts.iter().map(|range| (range.first, range.last)));
    ranges(&mut rows, "case-ip-brought", ips.brought_in.iter().map(|range| (range.first, range.last)));
    one("action-ip", rows, lang)
}

fn changed_ips(ips: &ChangedIps, lang: Lang) -> Group {
    let mut rows = Rows::default();
    ranges(&mut rows, "case-ip-source", ips.sources.iter().map(|range| (range.first, range.last)));
    ranges(&mut rows, "case-ip-allocation", ips.allocations.iter().map(|range| (range.first, range.last)));
    ranges(&mut rows, "case-ip-broadcast", ips.broadcasts.iter().map(|range| (range.first, range.last)));
    ranges(&mut rows, "case-ip-brought", ips.brought_in.iter().map(|range| (range.first, range.last)));
    one("action-ip", rows, lang)
}

fn ranges(rows: &mut Rows, label: &'static str, ranges: impl Iterator<Item = (Ipv4Addr, Ipv4Addr)>) {
    rows.add(label, ranges.map(|(first, last)| between(first, last)).collect::<Vec<_>>().join(" "));
}

/// A range of addresses in words.
pub(in crate::sandbox) fn between(first: Ipv4Addr, last: Ipv4Addr) -> String {
    if first == last { first.to_string() } else { format!("{first}–{last}") }
}

fn hosting(
    rows: &mut Rows,
    locations: &[i64],
    methods: &[i64],
    ips: impl Iterator<Item = (Ipv4Addr, Ipv4Addr)>,
    lang: Lang,
) {
    rows.add("case-locations", list(Table::ServerLocation, locations, lang));
    rows.add("case-methods", list(Table::AccessMethod, methods, lang));
    ranges(rows, "case-ips", ips);
}

fn person(person: &Person, lang: Lang) -> Vec<Row> {
    let mut rows = Rows::default();
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    rows.add("case-person-name", text(&person.name));
    let kind = person.certificate_kind.map(|kind| named(Table::CredentialType, kind, lang));
    rows.add("case-certificate", kind.unwrap_or_default());
    rows.add("case-certificate-number", text(&person.certificate_number));
    rows.add("case-mobile", text(&person.mobile));
    rows.add("case-office-phone", text(&person.office_phone));
    rows.add("case-email", text(&person.email));
    rows.0
}

fn site_rows(site: &Site, lang: Lang) -> Vec<Row> {
    let mut rows = Rows::default();
    let domains: Vec<&str> = site.domains.iter().map(|domain| domain.name.as_str()).collect();
    let approvals: Vec<String> = site
        .approvals
        .iter()
        .map(|approval| format!("{} {}", named(Table::PreApproval, approval.kind, lang), approval.number))
        .collect();
    rows.add("case-name", &site.name);
    rows.add("case-domains", domains.join(" "));
    rows.add("case-url", site.home_url.as_deref().unwrap_or_default());
    rows.add("case-contents", list(Table::ServiceContent, &site.contents, lang));
    rows.add("case-languages", list(Table::Language, &site.languages, lang));
    rows.add("case-approvals", approvals.join(" · "));
    for access in &site.accesses {
        hosting(&mut rows, &access.locations, &access.methods, access.ips.iter().map(|ip| (ip.first, ip.last)), lang);
    }
    rows.add("case-remark", site.remark.as_deref().unwrap_or_default());
    rows.0
}
