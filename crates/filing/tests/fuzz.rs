//! Fuzz targets for every parser of the crate.
//!
//! `cargo test` gives each target a second of chance inputs. Longer, and for one of them, here ten minutes:
//!
//! ```text
//! ARBTEST_BUDGET_MS=600000 cargo test -p beian-filing --release --test fuzz -- value --exact
//! ```
//!
//! A failure prints its seed; `.seed(0x…)` in [`feed`] plays it again, `.minimize()` makes it small.

use arbtest::arbtest;
use filing::certificate::{Certificate, CertificateKind};
use filing::contact::{Email, Landline, Mobile, Phone, read_mobile};
use filing::document::Validity;
use filing::domain::{DomainName, registrable};
use filing::draft::Draft;
use filing::number::filed::FiledNumber;
use filing::number::police::PoliceNumber;
use filing::number::{SiteNumber, SubjectNumber};
use filing::value::{self, Kind};
use filing::{address, calendar, case, code, mask, site_name};
use jiff::civil::{Date, date};
use std::time::Duration;

const ON: Date = date(2026, 11, 21);
/// How long a target runs in an ordinary run of the tests.
const BUDGET: Duration = Duration::from_secs(1);

/// Gives a target inputs of chance, short ones first.
fn feed(mut target: impl FnMut(&[u8])) {
    let property = |u: &mut arbtest::arbitrary::Unstructured<'_>| {
        target(u.bytes(u.len())?);
        Ok(())
    };
    arbtest(property).size_min(8).size_max(512).budget(budget()).run();
}

/// The library reads the variable only where a test sets no budget of its own.
fn budget() -> Duration {
    let asked = std::env::var("ARBTEST_BUDGET_MS").ok().and_then(|text| text.parse().ok());
    asked.map_or(BUDGET, Duration::from_millis)
}

/// Pieces that values are made of, so that chance comes near to them.
const PIECES: [&str; 64] = [
    "0",
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "8",
    "9",
    "00",
    "20",
    "2026",
    "330106",
    "110108",
    "19880214",
    "971",
    "X",
    "x",
    "A",
    "B",
    "E",
    "H",
    "M",
    "N",
    "91",
    "MA",
    "B2",
    "A1.",
    "-",
    "－",
    ".",
    "。",
    "@",
    ":",
    "：",
    "/",
    "_",
    " ",
    "　",
    "京",
    "浙",
    "川",
    "吉",
    "港",
    "ICP备",
    "ICP证",
    "icp備",
    "公网安备",
    "合字",
    "号",
    "字第",
    "备案号",
    "云杉",
    "中国",
    "政务",
    ".cn",
    ".com.cn",
    "xn--",
    "０",
    "Ａ",
    "+86",
    "0571",
    "138",
];

/// Reads bytes as a row of pieces, or, when the first is odd, as any text.
fn text(bytes: &[u8]) -> String {
    match bytes.split_first() {
        Some((first, rest)) if first % 2 == 1 => String::from_utf8_lossy(rest).into_owned(),
        Some((_, rest)) => rest.iter().map(|byte| PIECES[usize::from(*byte) % PIECES.len()]).collect(),
        None => String::new(),
    }
}

#[test]
fn pieces_come_near_to_what_is_valid() {
    let numbers: Vec<u8> = ["浙", "ICP备", "2026", "00", "00", "0", "1", "号"]
        .iter()
        .map(|piece| u8::try_from(PIECES.iter().position(|known| known == piece).unwrap()).unwrap())
        .collect();
    assert_eq!(text(&[&[0], &numbers[..]].concat()), "浙ICP备2026000001号");
}

#[test]
fn value() {
    feed(|bytes| {
        let text = text(bytes);
        for kind in Kind::ALL {
            let checked = value::check(*kind, &text, ON);
            assert_eq!(checked.valid, checked.normalized.is_some());
            match &checked.normalized {
                Some(normal) => {
                    let again = value::check(*kind, normal, ON);
                    assert_eq!(again.normalized.as_ref(), Some(normal), "{kind} {text:?}");
                    assert_eq!(again.facts, checked.facts, "{kind} {text:?}");
                }
                None => assert!(!checked.findings.is_empty(), "{kind} {text:?} is refused without a word"),
            }
            serde_json::to_string(&checked).unwrap();
        }
    });
}

#[test]
fn certificate() {
    feed(|bytes| {
        let text = text(bytes);
        for kind in CertificateKind::ALL {
            let Ok(certificate) = Certificate::parse(*kind, &text, ON) else { continue };
            assert_eq!(Certificate::parse(*kind, certificate.number(), ON).as_ref(), Ok(&certificate));
            let _ = (certificate.resident_id(), certificate.uscc(), certificate.birth(), certificate.area());
        }
    });
}

#[test]
fn number() {
    feed(|bytes| {
        let text = text(bytes);
        if let Ok(number) = FiledNumber::parse(&text) {
            assert_eq!(FiledNumber::parse_lenient(&text), Ok((number, vec![])));
        }
        if let Ok((number, _)) = FiledNumber::parse_lenient(&text) {
            let _ = (number.prefix(), number.subject(), number.service(), number.year_is_possible(ON));
        }
        if let Ok(subject) = SubjectNumber::parse(&text) {
            assert_eq!(FiledNumber::parse(&text).unwrap().subject(), subject.as_str());
            assert_eq!(SiteNumber::parse(subject.site(7).as_str()).unwrap().subject(), subject);
        }
        if let Ok(site) = SiteNumber::parse(&text) {
            assert_eq!(FiledNumber::parse(&text).unwrap().service().unwrap().0, site.serial());
        }
        if let Ok((number, _)) = PoliceNumber::parse_lenient(&text) {
            let _ = (number.area(), number.area_fits(), number.is_old());
            assert!(FiledNumber::parse_lenient(&text).is_err());
        }
    });
}

#[test]
fn domain() {
    feed(|bytes| {
        let text = text(bytes);
        let _ = registrable(&text);
        if let Ok(name) = DomainName::of_host(&text) {
            assert_eq!(DomainName::parse(name.as_str()).as_ref(), Ok(&name), "{text:?}");
            assert_eq!(DomainName::parse(&name.unicode()).as_ref(), Ok(&name), "{text:?}");
            assert_eq!(format!("{}.{}", name.label(), name.suffix()), name.as_str());
            assert!(DomainName::parse(name.suffix()).is_err(), "{text:?}");
        }
    });
}

#[test]
fn contact() {
    feed(|bytes| {
        let text = text(bytes);
        let _ = read_mobile(&text);
        if let Ok(mobile) = Mobile::parse(&text) {
            assert_eq!(Mobile::parse(mobile.as_str()), Ok(mobile));
        }
        if let Ok(landline) = Landline::parse(&text) {
            assert!(!landline.province_name().is_empty() && !landline.places().is_empty());
            assert_eq!(Landline::parse(landline.as_str()), Ok(landline));
        }
        if let Ok(phone) = Phone::parse(&text) {
            assert_eq!(Phone::parse(phone.as_str()), Ok(phone));
        }
        if let Ok(email) = Email::parse(&text) {
            assert_eq!(Email::parse(email.as_str()), Ok(email));
        }
    });
}

#[test]
fn document() {
    feed(|bytes| {
        let text = text(bytes);
        let _ = (Validity::parse(&text), site_name::faults(&text, 3));
        let _ = (mask::name(&text), mask::phone(&text), mask::number(&text), mask::email(&text), mask::address(&text));
        let _ = (address::find(&text), address::districts(&text), address::full_name(&text));
        let _ = code::CREDENTIAL_TYPE.rows();
    });
}

#[test]
fn case_file() {
    let example = include_str!("../../../examples/cases/company-two-sites.json");
    feed(|bytes| {
        let _ = case::validate(&text(bytes));
        let _ = serde_json::from_slice::<Draft>(bytes);
        // An example with one stretch of it replaced.
        if let [high, low, length, rest @ ..] = bytes {
            let from = (usize::from(*high) << 8 | usize::from(*low)) % example.len();
            let to = (from + usize::from(*length)).min(example.len());
            let (front, back) = (example.get(..from).unwrap_or(""), example.get(to..).unwrap_or(""));
            let _ = case::validate(&format!("{front}{}{back}", text(rest)));
        }
    });
}

#[test]
fn working_days() {
    feed(|bytes| {
        let [a, b, month, day, c, d, e, ..] = *bytes else { return };
        let year = i16::from_le_bytes([a, b]) % 10_000;
        let n = u32::from_le_bytes([c, d, e, 0]) >> (day % 24);
        let Ok(start) = Date::new(year, (month % 12 + 1) as i8, (day % 31 + 1) as i8) else { return };
        let Ok(counted) = calendar::nth_working_day(start, n) else { return };
        let days = calendar::working_days_between(start, counted.date);
        assert_eq!(days.days, n);
        assert!(n == 0 || (calendar::is_working_day(counted.date) && days.estimated == counted.estimated));
    });
}
