//! What is wrong with a record: each finding has the result code the authority would answer.

use std::net::Ipv4Addr;

use jiff::civil::Date;

use super::draft::{RangeDraft, RangeKind};
use super::range::{
    AllocatedUse, Allocation, AllocationMode, BroughtIn, Contact, Gateway, Origin, Range, Record, Term, UseMode, User,
    Whereabouts,
};
use super::rules;
use super::span::{Span, first_gap};
use crate::address;
use crate::check::{Finding, Severity};
use crate::contact::{Email, Landline, read_mobile};
use crate::nature::Nature;
use crate::province::Province;

/// What stands around a record in the provider's other records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Around {
    /// The provider's own number at the authority.
    pub provider: i64,
    /// Other records of its kind that have an address in common with it.
    pub overlapping: Vec<Span>,
    /// Sources, and what was brought in, that have an address in common with it.
    pub supply: Vec<Supply>,
}

/// A range out of which others can be allocated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Supply {
    /// The range.
    pub span: Span,
    /// Whether it was sent to the authority, or goes there before the record in question.
    pub reported: bool,
}

/// All that is wrong with a record on a day, in the order of the form.
#[must_use]
pub fn run(draft: &RangeDraft, around: &Around, on: Date) -> Vec<Finding> {
    let mut reading = Reading { draft, on, findings: Vec::new() };
    let range = reading.range();
    let mut findings = reading.findings;
    let Some(span) = range.as_ref().map(|range| range.span).or_else(|| span_of(draft)) else { return findings };
    let kind = RangeKind::from_word(&draft.kind);
    for other in &around.overlapping {
        let id = if kind == Some(RangeKind::Broadcast) { "ip-2004" } else { "ip-2003" };
        findings.push(rules::finding(id, None, Some(&other.to_string())));
    }
    if kind == Some(RangeKind::Allocation) {
        let covers = |only_reported: bool| -> Vec<Span> {
            let supply = around.supply.iter().filter(|supply| supply.reported || !only_reported);
            supply.map(|supply| supply.span).collect()
        };
        if let Some(open) = first_gap(span, &covers(false)) {
            findings.push(rules::finding("ip-2005", None, Some(&open.to_string())));
        } else if first_gap(span, &covers(true)).is_some() {
            findings.push(rules::finding("ip-source-unreported", None, None));
        }
    }
    if let Some(range) = &range {
        findings.extend(own(range, around.provider));
    }
    findings
}

/// What names the provider itself where somebody else must stand.
fn own(range: &Range, provider: i64) -> Option<Finding> {
    let (id, field) = match &range.record {
        Record::Source { unit } if *unit == provider => ("ip-2052", "source_unit"),
        Record::Allocation(Allocation::Reallocated { to }) if *to == provider => ("ip-2050", "target"),
        Record::BroughtIn(brought) if brought.origin == Origin::Unit(provider) => ("ip-2052", "source_unit"),
        _ => return None,
    };
    Some(rules::finding(id, Some(field), None))
}

/// The addresses of a draft, when they can be read and stand the right way round.
#[must_use]
pub fn span_of(draft: &RangeDraft) -> Option<Span> {
    Span::new(legal(&draft.first)?, legal(&draft.last)?)
}

impl Range {
    /// The record a draft comes to.
    ///
    /// # Errors
    /// With what keeps it from being one.
    pub fn read(draft: &RangeDraft, on: Date) -> Result<Self, Vec<Finding>> {
        let mut reading = Reading { draft, on, findings: Vec::new() };
        let range = reading.range();
        reading.findings.retain(|finding| finding.severity == Severity::Block);
        match range {
            Some(range) if reading.findings.is_empty() => Ok(range),
            _ => Err(reading.findings),
        }
    }
}

/// An address that can be filed: a public one of IPv4. The ranges for documentation count, because samples use them.
fn legal(typed: &str) -> Option<Ipv4Addr> {
    let address: Ipv4Addr = typed.trim().parse().ok()?;
    let [a, b, ..] = address.octets();
    let is_shared = a == 100 && (64..128).contains(&b);
    let is_no_host = a == 0 || a >= 240 || address.is_multicast() || address.is_loopback();
    (!is_no_host && !is_shared && !address.is_private() && !address.is_link_local()).then_some(address)
}

/// A draft being read, with what was wrong so far.
struct Reading<'a> {
    draft: &'a RangeDraft,
    on: Date,
    findings: Vec<Finding>,
}

impl Reading<'_> {
    fn report(&mut self, id: &str, field: &str) {
        self.findings.push(rules::finding(id, Some(field), None));
    }

    fn range(&mut self) -> Option<Range> {
        let kind = RangeKind::from_word(&self.draft.kind);
        if kind.is_none() {
            self.report("ip-kind", "kind");
        }
        let span = self.span();
        let record = match kind {
            Some(RangeKind::Source) => {
                self.unit("source_unit", "ip-2028", "ip-2029").map(|unit| Record::Source { unit })
            }
            Some(RangeKind::Allocation) => self.allocation().map(Record::Allocation),
            Some(RangeKind::Broadcast) => self.broadcast(),
            Some(RangeKind::BroughtIn) => self.brought_in().map(|brought| Record::BroughtIn(Box::new(brought))),
            None => None,
        };
        let most = if kind == Some(RangeKind::Source) { 512 } else { 1024 };
        let remark = self.optional("remark", 1, most);
        let (span, record) = (span?, record?);
        if let Some(gateway) = record_gateway(&record)
            && !span.contains(gateway)
        {
            self.report("ip-gateway-outside", "gateway");
        }
        Some(Range { span, record, remark })
    }

    fn span(&mut self) -> Option<Span> {
        let first = self.address("first", "ip-2014", "ip-2006");
        let last = self.address("last", "ip-2015", "ip-2007");
        let (first, last) = (first?, last?);
        let span = Span::new(first, last);
        if span.is_none() {
            self.report("ip-2002", "first");
        }
        span
    }

    fn allocation(&mut self) -> Option<Allocation> {
        if self.draft.mode.is_empty() {
            self.report("ip-2010", "mode");
            return None;
        }
        match AllocationMode::from_word(&self.draft.mode) {
            Some(AllocationMode::AllocatedUse) => {
                let term = self.term();
                let redirect = self.yes_or_no();
                let user = self.user();
                let category = self.table("category", "ip-2009");
                let industry = self.table("industry", "ip-2020");
                let gateway = self.gateway(false);
                let (term, user) = (term?, user?);
                Some(Allocation::AllocatedUse(Box::new(AllocatedUse {
                    term,
                    user,
                    category,
                    industry,
                    redirect,
                    gateway,
                })))
            }
            Some(AllocationMode::Reallocated) => {
                self.unit("target", "ip-2047", "ip-2048").map(|to| Allocation::Reallocated { to })
            }
            Some(AllocationMode::OwnUse) => {
                let term = self.term();
                let gateway = self.gateway(false);
                Some(Allocation::OwnUse { term: term?, gateway })
            }
            Some(AllocationMode::Reserved) => Some(Allocation::Reserved),
            None => {
                self.report("ip-2041", "mode");
                None
            }
        }
    }

    fn broadcast(&mut self) -> Option<Record> {
        let by = self.unit("broadcaster", "ip-2016", "ip-2017");
        let requested_by = self.unit("requester", "ip-2018", "ip-2018");
        if by.is_some() && by == requested_by {
            self.report("ip-2053", "requester");
        }
        Some(Record::Broadcast { by: by?, requested_by: requested_by? })
    }

    fn brought_in(&mut self) -> Option<BroughtIn> {
        let origin = match (self.draft.source_unit.is_empty(), self.draft.source_name.is_empty()) {
            (false, true) => self.unit("source_unit", "ip-2046", "ip-2029").map(Origin::Unit),
            (true, false) => self.required("source_name", "ip-2045", 1, 255).map(Origin::Other),
            (true, true) => {
                self.report("ip-2046", "source_unit");
                None
            }
            (false, false) => {
                self.report("ip-both", "source_name");
                None
            }
        };
        let term = self.term();
        let redirect = self.yes_or_no();
        if self.draft.redirect.is_empty() {
            self.report("ip-2033", "redirect");
        }
        let user = self.user();
        let gateway = self.gateway(true);
        Some(BroughtIn { origin: origin?, term: term?, user: user?, redirect: redirect?, gateway: gateway? })
    }

    fn term(&mut self) -> Option<Term> {
        let mode = UseMode::from_word(&self.draft.use_mode);
        if mode.is_none() {
            self.report(if self.draft.use_mode.is_empty() { "ip-2032" } else { "ip-2021" }, "use_mode");
        }
        let since = self.draft.since.parse::<Date>().ok();
        match since {
            Some(day) if day > self.on => self.report("ip-future", "since"),
            Some(_) => {}
            None => self.report(if self.draft.since.is_empty() { "ip-2030" } else { "ip-date" }, "since"),
        }
        Some(Term { mode: mode?, since: since? })
    }

    fn user(&mut self) -> Option<User> {
        let name = self.required("user", "ip-2031", 1, 255);
        let nature = Nature::from_word(&self.draft.nature);
        if nature.is_none() {
            self.report(if self.draft.nature.is_empty() { "ip-2034" } else { "ip-2019" }, "nature");
        }
        let at = self.whereabouts();
        // A change takes no name of one character (XGBA); what is filed should be changeable.
        let contact = self.required("contact", "ip-2040", 2, 20);
        let phone = self.required("phone", "ip-2039", 1, 255).and_then(|typed| {
            let read = read_mobile(&typed).map(|(mobile, _)| mobile);
            let phone = read.or_else(|_| Landline::parse(&typed).map(|landline| landline.as_str().to_owned()));
            phone.map_err(|_| self.report("ip-2012", "phone")).ok()
        });
        let email = self.required("email", "ip-2042", 1, 255).and_then(|typed| {
            let email = Email::parse(&typed).map(|email| email.as_str().to_owned());
            email.map_err(|_| self.report("ip-2013", "email")).ok()
        });
        let contact = Contact { name: contact?, phone: phone?, email: email? };
        Some(User { name: name?, nature: nature?, at: at?, contact })
    }

    fn whereabouts(&mut self) -> Option<Whereabouts> {
        let province = Province::from_word(&self.draft.province);
        if province.is_none() {
            self.report(if self.draft.province.is_empty() { "ip-2037" } else { "ip-2024" }, "province");
        }
        let city = self.division("city");
        if city.is_none() {
            self.report(if self.draft.city.is_empty() { "ip-2038" } else { "ip-2025" }, "city");
        }
        let county = self.division("county");
        if county.is_none() && !self.draft.county.is_empty() {
            self.report("ip-2026", "county");
        }
        let street = self.required("address", "ip-2036", 1, 512);
        let (province, city) = (province?, city?);
        let fits = match county {
            Some(county) => address::belongs(county, city, province),
            None => address::find(city).is_some_and(|known| known.parent == province.division_code()),
        };
        if !fits {
            self.report("ip-2011", if county.is_some() { "county" } else { "city" });
        }
        let number = |code: &str| code.parse::<i64>().ok();
        Some(Whereabouts {
            province: number(&province.division_code())?,
            city: number(city)?,
            county: county.and_then(number),
            street: street?,
        })
    }

    fn division(&self, field: &str) -> Option<&'static str> {
        self.draft.get(field).and_then(address::find).map(|division| division.code)
    }

    /// The gateway; when it need not be told, both of its facts may stay away together.
    fn gateway(&mut self, needed: bool) -> Option<Gateway> {
        if !needed && self.draft.gateway.is_empty() && self.draft.gateway_place.is_empty() {
            return None;
        }
        let address = self.address("gateway", "ip-2043", "ip-2008");
        let place = self.required("gateway_place", "ip-2044", 1, 512);
        Some(Gateway { address: address?, place: place? })
    }

    fn address(&mut self, field: &str, missing: &str, wrong: &str) -> Option<Ipv4Addr> {
        let typed = self.draft.get(field).unwrap_or_default();
        let address = legal(typed);
        if address.is_none() {
            self.report(if typed.is_empty() { missing } else { wrong }, field);
        }
        address
    }

    fn unit(&mut self, field: &str, missing: &str, wrong: &str) -> Option<i64> {
        let typed = self.draft.get(field).unwrap_or_default();
        let unit = typed.parse::<i64>().ok().filter(|unit| *unit >= 1);
        if unit.is_none() {
            self.report(if typed.is_empty() { missing } else { wrong }, field);
        }
        unit
    }

    fn table(&mut self, field: &str, wrong: &str) -> Option<u16> {
        let typed = self.draft.get(field).unwrap_or_default();
        let row = typed.parse::<u16>().ok().filter(|row| (1..=999).contains(row));
        if row.is_none() && !typed.is_empty() {
            self.report(wrong, field);
        }
        row
    }

    fn yes_or_no(&mut self) -> Option<bool> {
        match self.draft.redirect.as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            "" => None,
            _ => {
                self.report("ip-choice", "redirect");
                None
            }
        }
    }

    fn required(&mut self, field: &str, missing: &str, least: usize, most: usize) -> Option<String> {
        if self.draft.get(field).is_none_or(str::is_empty) {
            self.report(missing, field);
            return None;
        }
        self.optional(field, least, most)
    }

    fn optional(&mut self, field: &str, least: usize, most: usize) -> Option<String> {
        let typed = self.draft.get(field).filter(|typed| !typed.is_empty())?;
        if !(least..=most).contains(&typed.chars().count()) {
            self.findings.push(rules::finding("ip-length", Some(field), Some(&format!("{least}–{most}"))));
            return None;
        }
        Some(typed.to_owned())
    }
}

const fn record_gateway(record: &Record) -> Option<Ipv4Addr> {
    let gateway = match record {
        Record::Allocation(Allocation::AllocatedUse(use_)) => use_.gateway.as_ref(),
        Record::Allocation(Allocation::OwnUse { gateway, .. }) => gateway.as_ref(),
        Record::BroughtIn(brought) => Some(&brought.gateway),
        _ => None,
    };
    match gateway {
        Some(gateway) => Some(gateway.address),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::civil::date;

    use super::*;

    const ON: Date = date(2026, 11, 25);

    fn source() -> RangeDraft {
        RangeDraft {
            kind: "source".into(),
            first: "203.0.113.0".into(),
            last: "203.0.113.255".into(),
            source_unit: "8".into(),
            ..RangeDraft::default()
        }
    }

    fn allocated() -> RangeDraft {
        RangeDraft {
            kind: "allocation".into(),
            mode: "allocated_use".into(),
            source_unit: String::new(),
            use_mode: "static".into(),
            since: "2026-01-01".into(),
            user: "云杉科技（杭州）有限公司".into(),
            nature: "enterprise".into(),
            province: "33".into(),
            city: "330100".into(),
            county: "330106".into(),
            address: "文三路 1 号".into(),
            contact: "周明".into(),
            phone: "0571-88880000".into(),
            email: "ip@yunshan-tech.cn".into(),
            gateway: "203.0.113.1".into(),
            gateway_place: "杭州机房".into(),
            ..source()
        }
    }

    fn brought_in() -> RangeDraft {
        RangeDraft {
            kind: "brought_in".into(),
            mode: String::new(),
            source_unit: "8".into(),
            redirect: "no".into(),
            ..allocated()
        }
    }

    fn supplied() -> Around {
        let span = span_of(&source()).unwrap();
        Around { provider: 7, overlapping: vec![], supply: vec![Supply { span, reported: true }] }
    }

    fn rules_of(draft: &RangeDraft, around: &Around) -> Vec<String> {
        run(draft, around, ON).into_iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn complete_records_of_each_kind_and_use_are_read_with_their_facts() {
        let at = |mode: &str| RangeDraft { mode: mode.into(), target: "9".into(), ..allocated() };
        let broadcast =
            RangeDraft { kind: "broadcast".into(), broadcaster: "1".into(), requester: "7".into(), ..source() };
        let drafts = [
            (source(), false),
            (at("allocated_use"), true),
            (at("reallocated"), false),
            (at("own_use"), true),
            (at("reserved"), false),
            (broadcast, false),
            (brought_in(), true),
        ];
        for (draft, carries) in drafts {
            assert_eq!(rules_of(&draft, &supplied()), [""; 0], "{draft:?}");
            let range = Range::read(&draft, ON).unwrap();
            assert_eq!((range.record.kind().as_str(), range.record.carries_sites()), (draft.kind.as_str(), carries));
        }
    }

    #[test]
    fn each_fault_is_found_by_the_code_it_would_cause() {
        let change = |draft: RangeDraft, field: &str, value: &str| {
            let mut draft = draft;
            value.clone_into(draft.get_mut(field).unwrap());
            draft
        };
        let table: &[(RangeDraft, &str, &str, &str)] = &[
            (source(), "kind", "x", "ip-kind"),
            (source(), "first", "203.0.114.0", "ip-2002"),
            (source(), "first", "", "ip-2014"),
            (source(), "last", "", "ip-2015"),
            (source(), "first", "203.0.113.256", "ip-2006"),
            (source(), "first", "10.0.0.1", "ip-2006"),
            (source(), "first", "0.0.0.0", "ip-2006"),
            (source(), "last", "255.255.255.255", "ip-2007"),
            (source(), "source_unit", "", "ip-2028"),
            (source(), "source_unit", "x", "ip-2029"),
            (source(), "source_unit", "7", "ip-2052"),
            (allocated(), "mode", "", "ip-2010"),
            (allocated(), "mode", "x", "ip-2041"),
            (allocated(), "use_mode", "", "ip-2032"),
            (allocated(), "use_mode", "x", "ip-2021"),
            (allocated(), "since", "", "ip-2030"),
            (allocated(), "since", "2026-02-30", "ip-date"),
            (allocated(), "since", "2026-11-26", "ip-future"),
            (allocated(), "redirect", "x", "ip-choice"),
            (allocated(), "user", "", "ip-2031"),
            (allocated(), "nature", "", "ip-2034"),
            (allocated(), "nature", "x", "ip-2019"),
            (allocated(), "category", "x", "ip-2009"),
            (allocated(), "industry", "1000", "ip-2020"),
            (allocated(), "province", "", "ip-2037"),
            (allocated(), "province", "99", "ip-2024"),
            (allocated(), "province", "44", "ip-2011"),
            (allocated(), "city", "", "ip-2038"),
            (allocated(), "city", "1", "ip-2025"),
            (allocated(), "county", "1", "ip-2026"),
            (allocated(), "county", "440103", "ip-2011"),
            (allocated(), "address", "", "ip-2036"),
            (allocated(), "contact", "", "ip-2040"),
            (allocated(), "contact", "周", "ip-length"),
            (allocated(), "phone", "", "ip-2039"),
            (allocated(), "phone", "110", "ip-2012"),
            (allocated(), "email", "", "ip-2042"),
            (allocated(), "email", "a@b", "ip-2013"),
            (allocated(), "gateway", "x", "ip-2008"),
            (allocated(), "gateway", "", "ip-2043"),
            (allocated(), "gateway_place", "", "ip-2044"),
            (allocated(), "gateway", "203.0.112.1", "ip-gateway-outside"),
            (brought_in(), "redirect", "", "ip-2033"),
            (brought_in(), "source_unit", "", "ip-2046"),
            (brought_in(), "source_name", "某某", "ip-both"),
            (brought_in(), "source_unit", "7", "ip-2052"),
        ];
        let mut seen = BTreeSet::new();
        for (draft, field, value, rule) in table {
            let draft = change(draft.clone(), field, value);
            assert_eq!(rules_of(&draft, &supplied()), [*rule], "{field} = {value:?}");
            seen.insert(*rule);
        }
        for id in &seen {
            assert!(rules::fault(id).is_some(), "{id} has no words");
        }
        let passed_on = |target: &str| RangeDraft { mode: "reallocated".into(), target: target.into(), ..allocated() };
        let told = ["", "x", "7"].map(|target| rules_of(&passed_on(target), &supplied()).concat());
        assert_eq!(told, ["ip-2047", "ip-2048", "ip-2050"]);
        let announced = |by: &str, requester: &str| RangeDraft {
            kind: "broadcast".into(),
            broadcaster: by.into(),
            requester: requester.into(),
            ..source()
        };
        let told = [("", "7"), ("x", "7"), ("1", ""), ("7", "7")]
            .map(|(by, to)| rules_of(&announced(by, to), &supplied()).concat());
        assert_eq!(told, ["ip-2016", "ip-2017", "ip-2018", "ip-2053"]);
        let bare = RangeDraft { gateway: String::new(), gateway_place: String::new(), ..brought_in() };
        assert_eq!(rules_of(&bare, &supplied()), ["ip-2043", "ip-2044"]);
    }

    #[test]
    fn the_examples_of_the_template_are_right() {
        let mut sources = Vec::new();
        for draft in rules::examples() {
            let around = Around { provider: 7, overlapping: vec![], supply: sources.clone() };
            assert_eq!(rules_of(draft, &around), [""; 0], "{draft:?}");
            assert_eq!(draft.tidy(), *draft);
            sources.push(Supply { span: span_of(draft).unwrap(), reported: true });
        }
    }

    #[test]
    fn what_stands_around_decides_on_overlap_and_source() {
        let other = span_of(&source()).unwrap();
        let taken = Around { overlapping: vec![other], ..supplied() };
        assert_eq!(rules_of(&allocated(), &taken), ["ip-2003"]);
        let broadcast =
            RangeDraft { kind: "broadcast".into(), broadcaster: "1".into(), requester: "7".into(), ..source() };
        assert_eq!(rules_of(&broadcast, &taken), ["ip-2004"]);
        assert_eq!(rules_of(&allocated(), &Around::default()), ["ip-2005"]);
        let unreported = Around { supply: vec![Supply { span: other, reported: false }], ..supplied() };
        assert_eq!(rules_of(&allocated(), &unreported), ["ip-source-unreported"]);
        let wider = RangeDraft { last: "203.0.114.0".into(), ..allocated() };
        let told = run(&wider, &supplied(), ON);
        assert_eq!(told[0].rule, "ip-2005");
        assert!(told[0].message.en.contains("203.0.114.0"), "{told:?}");
    }
}
