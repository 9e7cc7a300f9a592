//! What the machine checks in one request without looking at others: the rules that the element table cannot express,
//! each with its result code of the specification (section 3-5).

use std::net::Ipv4Addr;

use crate::code::{ResultCode, Table};
use crate::message::{
    Access, Address, AttachmentFormat, AttachmentOwner, AttachmentPurpose, IpRange, NewFiling, Person, Site, Subject,
};

/// One finding: a code and what it is about, in the words of the filing.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Finding {
    pub(super) code: ResultCode,
    pub(super) about: String,
}

/// The nature of a person who files for themselves (单位性质 5).
pub(super) const INDIVIDUAL: i64 = 5;

/// A picture as attachments carry it may not be wider or higher than this.
const MAX_PIXELS: u32 = 10_000;

/// The nature of the subject: given, or that of a person when the credential is personal.
pub(super) fn nature(filing: &NewFiling) -> Option<i64> {
    filing.subject.nature.or_else(|| {
        let row = Table::CredentialType.row(filing.subject.certificate.kind)?;
        (row.note == "person").then_some(INDIVIDUAL)
    })
}

/// Checks one first filing of a provider whose filed addresses are given (none given means that they do not count).
pub(super) fn filing(filing: &NewFiling, ranges: Option<&Ranges>) -> Vec<Finding> {
    let mut findings = Findings::default();
    let nature = nature(filing);
    subject(&filing.subject, nature, &mut findings);
    for site in &filing.sites {
        self::site(site, nature != Some(INDIVIDUAL), ranges, &mut findings);
    }
    for paper in &filing.attachments {
        let owner = match paper.owner {
            AttachmentOwner::Subject(id) if id == filing.subject.id => Some(Owner::Subject),
            AttachmentOwner::Site(id) if filing.sites.iter().any(|site| site.id == id) => Some(Owner::Site),
            _ => None,
        };
        attachment(paper.format, paper.purpose, &paper.content, owner, &mut findings);
    }
    findings.0
}

/// Checks a subject whose nature is known.
pub(super) fn subject(subject: &Subject, nature: Option<i64>, findings: &mut Findings) {
    if nature.is_none_or(|nature| Table::UnitNature.row(nature).is_none()) {
        findings.add(1014, subject.nature.map(|nature| nature.to_string()).unwrap_or_default());
    }
    let is_unit = nature != Some(INDIVIDUAL);
    check_address(&subject.address, findings);

    let certificate = &subject.certificate;
    match Table::CredentialType.row(certificate.kind) {
        None => findings.add(1008, certificate.kind.to_string()),
        Some(row) => {
            let belongs = if row.note == "person" { Some(INDIVIDUAL) } else { row.note.parse().ok() };
            if belongs != nature {
                findings.add(1008, row.words.zh);
            }
        }
    }
    if certificate.kind == 2 && !is_identity_number(&certificate.number) {
        findings.add(1015, mask(&certificate.number));
    }
    if is_unit && subject.principal.name.is_none() {
        findings.add(1044, subject.name.as_str());
    }
    if is_unit && subject.principal.office_phone.is_none() {
        findings.add(1010, subject.name.as_str());
    }
    check_person(&subject.principal, findings);
    if is_unit && subject.principal.certificate_number.is_none() {
        findings.add(1008, subject.principal.name.clone().unwrap_or_default());
    }
}

/// Findings as they are gathered, each once.
#[derive(Debug, Default)]
pub(super) struct Findings(pub(super) Vec<Finding>);

impl Findings {
    pub(super) fn add(&mut self, code: i64, about: impl Into<String>) {
        let finding = Finding { code: ResultCode(code), about: about.into() };
        if !self.0.contains(&finding) {
            self.0.push(finding);
        }
    }
}

fn check_address(address: &Address, findings: &mut Findings) {
    let province = address.province;
    let known = province % 10_000 == 0 && Table::Province.row(province / 10_000).is_some();
    let inside = |code: Option<i64>| code.is_none_or(|code| code / 10_000 == province / 10_000 && code < 1_000_000);
    if !known || !inside(address.city) || !inside(address.county) {
        let codes = [Some(province), address.city, address.county];
        let codes: Vec<String> = codes.into_iter().flatten().map(|code| code.to_string()).collect();
        findings.add(1019, codes.join(" "));
    }
}

fn check_person(person: &Person, findings: &mut Findings) {
    if let Some(mobiles) = &person.mobile
        && !mobiles.split(';').all(is_mobile)
    {
        findings.add(1011, mask(mobiles));
    }
    if let Some(emails) = &person.email
        && !emails.split(';').all(is_email)
    {
        findings.add(1009, emails.as_str());
    }
    if let Some(phones) = &person.office_phone
        && !phones.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b';'))
    {
        findings.add(1010, phones.as_str());
    }
    if let Some(qq) = &person.qq
        && !qq.bytes().all(|byte| byte.is_ascii_digit())
    {
        findings.add(1013, qq.as_str());
    }
    if let Some(msn) = &person.msn
        && !is_email(msn)
    {
        findings.add(1012, msn.as_str());
    }
    match person.certificate_kind {
        Some(kind) if Table::CredentialType.row(kind).is_none_or(|row| row.note != "person") => {
            findings.add(1008, kind.to_string());
        }
        Some(2) if person.certificate_number.as_deref().is_some_and(|number| !is_identity_number(number)) => {
            findings.add(1015, mask(person.certificate_number.as_deref().unwrap_or_default()));
        }
        _ => {}
    }
}

/// The addresses a provider has filed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ranges(Vec<(u32, u32)>);

impl Ranges {
    /// Brings ranges into order; those that touch are one.
    pub(super) fn new(ranges: impl IntoIterator<Item = (Ipv4Addr, Ipv4Addr)>) -> Self {
        let mut sorted: Vec<(u32, u32)> =
            ranges.into_iter().map(|(first, last)| (u32::from(first), u32::from(last))).collect();
        sorted.sort_unstable();
        let mut joined: Vec<(u32, u32)> = Vec::new();
        for (first, last) in sorted {
            match joined.last_mut() {
                Some((_, end)) if first <= end.saturating_add(1) => *end = (*end).max(last),
                _ => joined.push((first, last)),
            }
        }
        Self(joined)
    }

    /// Whether a range lies inside.
    pub(super) fn hold(&self, first: Ipv4Addr, last: Ipv4Addr) -> bool {
        let (first, last) = (u32::from(first), u32::from(last));
        self.0.iter().any(|(low, high)| *low <= first && last <= *high)
    }
}

/// What an attachment belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    Subject,
    Site,
}

/// Checks a site of a unit, or of a person.
pub(super) fn site(site: &Site, is_unit: bool, ranges: Option<&Ranges>, findings: &mut Findings) {
    if is_unit && site.manager.office_phone.is_none() {
        findings.add(1031, site.name.as_str());
    }
    check_person(&site.manager, findings);
    if is_unit && site.manager.certificate_number.is_none() {
        findings.add(1008, site.manager.name.clone().unwrap_or_default());
    }
    for (table, codes, code) in
        [(Table::ServiceContent, &site.contents, 1034), (Table::Language, &site.languages, 1066)]
    {
        for id in codes.iter().filter(|id| table.row(**id).is_none()) {
            findings.add(code, format!("{} {id}", site.name));
        }
    }
    for approval in &site.approvals {
        if Table::PreApproval.row(approval.kind).is_none() {
            findings.add(1033, format!("{} {}", site.name, approval.kind));
        }
        if approval.scans.iter().any(|scan| picture(scan) != Some(AttachmentFormat::JPEG)) {
            findings.add(5010, approval.number.as_str());
        }
    }
    for domain in &site.domains {
        if !is_domain(&domain.name) {
            findings.add(1004, domain.name.as_str());
        }
    }
    if let Some(url) = &site.home_url {
        match host(url) {
            None => findings.add(1022, url.as_str()),
            Some(host) => {
                let inside = |name: &str| host == name || host.ends_with(&format!(".{name}"));
                if !site.domains.iter().any(|domain| inside(&domain.name.to_ascii_lowercase())) {
                    findings.add(1041, url.as_str());
                }
            }
        }
    }
    accesses(&site.name, &site.accesses, ranges, findings);
}

/// Checks the accesses of a site of this name.
pub(super) fn accesses(name: &str, accesses: &[Access], ranges: Option<&Ranges>, findings: &mut Findings) {
    for access in accesses {
        for id in access.locations.iter().filter(|id| Table::ServerLocation.row(**id).is_none()) {
            findings.add(1036, format!("{name} {id}"));
        }
        for id in access.methods.iter().filter(|id| Table::AccessMethod.row(**id).is_none()) {
            findings.add(1035, format!("{name} {id}"));
        }
        for ip in &access.ips {
            let text = if ip.first == ip.last { ip.first.to_string() } else { format!("{}-{}", ip.first, ip.last) };
            if ip.first > ip.last || !is_public(ip.first) || !is_public(ip.last) {
                findings.add(1006, text);
            } else if ranges.is_some_and(|ranges| !ranges.hold(ip.first, ip.last)) {
                findings.add(1063, text);
            }
        }
        let overlaps = |a: &IpRange, b: &IpRange| a.first <= b.last && b.first <= a.last;
        for (index, ip) in access.ips.iter().enumerate() {
            if access.ips[..index].iter().any(|other| overlaps(ip, other)) {
                findings.add(1024, ip.first.to_string());
            }
        }
    }
    for (index, access) in accesses.iter().enumerate() {
        let same = |ips: &[IpRange]| ips.iter().map(|ip| (ip.first, ip.last)).collect::<Vec<_>>();
        if accesses[..index].iter().any(|other| same(&other.ips) == same(&access.ips)) {
            findings.add(1029, name);
        }
    }
}

/// Checks one attachment; `owner` is what it belongs to, if that is part of the request or filed.
pub(super) fn attachment(
    format: AttachmentFormat,
    purpose: AttachmentPurpose,
    content: &[u8],
    owner: Option<Owner>,
    findings: &mut Findings,
) {
    let row = Table::AttachmentPurpose.row(purpose.0);
    let name = row.map(|row| row.words.zh.to_owned()).unwrap_or_else(|| purpose.0.to_string());
    if row.is_none() {
        findings.add(1057, name.as_str());
    }
    if Table::AttachmentFormat.row(format.0).is_none() {
        findings.add(1056, format.0.to_string());
    } else if picture(content) != Some(format) || content.len() > purpose.byte_limit() {
        findings.add(5010, name.as_str());
    }
    // Purposes 4 and 5 prove a site's manager, 2 and 3 the subject; the verification form belongs to either.
    let fits = match owner {
        Some(Owner::Subject) => {
            !matches!(purpose, AttachmentPurpose::MANAGER_CERTIFICATE | AttachmentPurpose::MANAGER_PHOTO)
        }
        Some(Owner::Site) => {
            !matches!(purpose, AttachmentPurpose::SUBJECT_CERTIFICATE | AttachmentPurpose::PRINCIPAL_CERTIFICATE)
        }
        None => false,
    };
    if !fits {
        findings.add(1061, name);
    }
}

/// The format of a picture by its content, if it is one of reasonable size.
pub(super) fn picture(bytes: &[u8]) -> Option<AttachmentFormat> {
    let reader = image::ImageReader::new(std::io::Cursor::new(bytes)).with_guessed_format().ok()?;
    let format = match reader.format()? {
        image::ImageFormat::Jpeg => AttachmentFormat::JPEG,
        image::ImageFormat::Png => AttachmentFormat::PNG,
        _ => return None,
    };
    let (width, height) = reader.into_dimensions().ok()?;
    (width <= MAX_PIXELS && height <= MAX_PIXELS).then_some(format)
}

/// Whether a number is a resident identity number with the right check digit (GB 11643).
pub(super) fn is_identity_number(number: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let bytes = number.as_bytes();
    if bytes.len() != 18 || !bytes[..17].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u32 = bytes.iter().zip(WEIGHTS).map(|(byte, weight)| u32::from(byte - b'0') * weight).sum();
    b"10X98765432"[(sum % 11) as usize] == bytes[17].to_ascii_uppercase()
}

pub(super) fn is_mobile(text: &str) -> bool {
    text.len() == 11 && text.starts_with('1') && text.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && host.contains('.') && host.split('.').all(|part| !part.is_empty()) && !text.contains(' ')
    })
}

pub(super) fn is_domain(text: &str) -> bool {
    let labels: Vec<&str> = text.split('.').collect();
    let label = |label: &&str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || !c.is_ascii())
    };
    labels.len() >= 2 && labels.iter().all(label) && !labels[labels.len() - 1].bytes().all(|b| b.is_ascii_digit())
}

/// The host of a home page as it is filed, with or without a scheme and a path.
pub(super) fn host(url: &str) -> Option<String> {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")).unwrap_or(url);
    let host = rest.split(['/', '?', '#', ':']).next()?.to_ascii_lowercase();
    is_domain(&host).then_some(host)
}

/// Whether an address can be reached from outside. Ranges for documentation count as reachable: training uses them.
pub(super) fn is_public(ip: Ipv4Addr) -> bool {
    !(ip.is_loopback()
        || ip.is_private()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_broadcast()
        || ip.octets()[0] == 0
        || ip.octets()[0] >= 240)
}

/// Hides the middle of a number.
pub(super) fn mask(number: &str) -> String {
    let characters: Vec<char> = number.chars().collect();
    if characters.len() < 8 {
        return "*".repeat(characters.len());
    }
    let (head, tail): (String, String) =
        (characters[..3].iter().collect(), characters[characters.len() - 4..].iter().collect());
    format!("{head}****{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::tests::example;

    fn filing() -> NewFiling {
        let mut filing = example();
        filing.sites[0].approvals.clear();
        filing.attachments[0].content = jpeg().into();
        filing
    }

    fn jpeg() -> Vec<u8> {
        let mut out = std::io::Cursor::new(Vec::new());
        image::RgbImage::new(8, 8).write_to(&mut out, image::ImageFormat::Jpeg).unwrap();
        out.into_inner()
    }

    fn codes(change: impl FnOnce(&mut NewFiling)) -> Vec<i64> {
        let mut filing = filing();
        change(&mut filing);
        super::filing(&filing, None).into_iter().map(|finding| finding.code.0).collect()
    }

    #[test]
    fn a_filing_in_order_has_no_findings() {
        assert_eq!(super::filing(&filing(), None), []);
    }

    #[test]
    fn each_mistake_has_the_code_of_the_specification() {
        assert_eq!(codes(|f| f.subject.nature = Some(7)), [1014, 1008]);
        assert_eq!(codes(|f| f.subject.certificate.kind = 13), [1008]);
        assert_eq!(codes(|f| f.subject.address.city = Some(440_100)), [1019]);
        assert_eq!(codes(|f| f.subject.principal.name = None), [1044]);
        assert_eq!(codes(|f| f.subject.principal.mobile = Some("02888880000".into())), [1011]);
        assert_eq!(codes(|f| f.subject.principal.email = Some("zhou.cn".into())), [1009]);
        assert_eq!(codes(|f| f.sites[0].manager.office_phone = None), [1031]);
        assert_eq!(codes(|f| f.sites[0].manager.office_phone = Some("0571 88880000".into())), [1010]);
        assert_eq!(codes(|f| f.sites[0].manager.certificate_number = Some("330106199001010017".into())), [1015]);
        assert_eq!(codes(|f| f.sites[0].contents = vec![25]), [1034]);
        assert_eq!(codes(|f| f.sites[0].languages = vec![18]), [1066]);
        assert_eq!(codes(|f| f.sites[0].domains[0].name = "bad_name.cn".into()), [1004, 1041]);
        assert_eq!(codes(|f| f.sites[0].home_url = Some("not a url".into())), [1022]);
        assert_eq!(codes(|f| f.sites[0].home_url = Some("www.other.cn".into())), [1041]);
        assert_eq!(codes(|f| f.sites[0].accesses[0].locations = vec![13]), [1036]);
        assert_eq!(codes(|f| f.sites[0].accesses[0].methods = vec![6]), [1035]);
        assert_eq!(codes(|f| f.sites[0].accesses[0].ips[0].first = [127, 0, 0, 1].into()), [1006]);
        assert_eq!(codes(|f| f.sites[0].accesses[0].ips[0].last = [203, 0, 113, 1].into()), [1006]);
        assert_eq!(codes(|f| f.attachments[0].content = b"text".to_vec().into()), [5010]);
        assert_eq!(codes(|f| f.attachments[0].format = AttachmentFormat::PNG), [5010]);
        assert_eq!(codes(|f| f.attachments[0].owner = AttachmentOwner::Subject(1)), [1061]);
        assert_eq!(codes(|f| f.attachments[0].purpose = AttachmentPurpose::MANAGER_PHOTO), [1061]);
        assert_eq!(codes(|f| f.attachments[0].purpose = AttachmentPurpose(9)), [1057]);
    }

    #[test]
    fn addresses_are_compared_with_each_other_and_with_the_providers_own() {
        assert_eq!(
            codes(|f| {
                let ip = f.sites[0].accesses[0].ips[0].clone();
                f.sites[0].accesses[0].ips.push(ip);
            }),
            [1024]
        );
        assert_eq!(
            codes(|f| {
                let access = f.sites[0].accesses[0].clone();
                f.sites[0].accesses.push(access);
            }),
            [1029]
        );
        let inside = Ranges::new([
            ([203, 0, 113, 24].into(), [203, 0, 113, 255].into()),
            ([203, 0, 113, 0].into(), [203, 0, 113, 23].into()),
        ]);
        assert!(inside.hold([203, 0, 113, 20].into(), [203, 0, 113, 30].into()), "ranges that touch are one");
        assert_eq!(super::filing(&filing(), Some(&inside)), []);
        let outside = super::filing(&filing(), Some(&Ranges::default()));
        assert_eq!(outside[0], Finding { code: ResultCode(1063), about: "203.0.113.24".into() });
    }

    #[test]
    fn a_person_needs_neither_nature_nor_office_phone() {
        assert_eq!(
            codes(|f| {
                f.subject.nature = None;
                f.subject.certificate.kind = 2;
                f.subject.certificate.number = "330106199001010018".into();
                f.subject.principal.office_phone = None;
                f.subject.principal.name = None;
                f.sites[0].manager.office_phone = None;
            }),
            [0; 0]
        );
    }

    #[test]
    fn identity_numbers_are_checked_by_their_last_digit() {
        assert!(is_identity_number("11010519491231002X"));
        assert!(is_identity_number("11010519491231002x"));
        assert!(!is_identity_number("110105194912310021"));
        assert!(!is_identity_number("1101051949123100"));
    }
}
