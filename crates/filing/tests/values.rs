//! Values as they come in: generated ones that are valid, changed ones that are not, and known ones that others made.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use filing::address;
use filing::certificate::{Registration15, ResidentId, Uscc, area};
use filing::domain::{DomainName, Fileable};
use filing::number::filed::FiledNumber;
use filing::province::Province;
use filing::value::{self, Checked, Kind};
use jiff::civil::{Date, date};
use proptest::prelude::*;
use proptest::sample::select;

const ON: Date = date(2026, 11, 21);
const BASE_31: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

fn check(kind: Kind, text: &str) -> Checked {
    value::check(kind, text, ON)
}

fn valid(kind: Kind, text: &str) -> bool {
    check(kind, text).valid
}

/// Counties in force, as the reference data has them.
fn counties() -> Vec<&'static str> {
    let table = include_str!("../data/divisions.csv").lines().skip(1);
    table.filter_map(|line| line.split(',').next()).filter(|code| !code.ends_with("00")).collect()
}

fn county() -> impl Strategy<Value = &'static str> {
    select(counties())
}

/// A day of birth as eight digits.
fn birth() -> impl Strategy<Value = String> {
    (1900i16..=2026, 1i8..=12, 1i8..=31).prop_filter_map("a day that has come", |(year, month, day)| {
        let day = Date::new(year, month, day).ok().filter(|day| *day <= ON)?;
        Some(day.strftime("%Y%m%d").to_string())
    })
}

fn with_check(first_17: String) -> String {
    let check = ResidentId::check_digit(&first_17).unwrap();
    format!("{first_17}{check}")
}

fn resident_id() -> impl Strategy<Value = String> {
    (county(), birth(), 0u16..1000)
        .prop_map(|(area, birth, sequence)| with_check(format!("{area}{birth}{sequence:03}")))
}

fn residence_permit() -> impl Strategy<Value = String> {
    (select(vec!["810000", "820000", "830000"]), birth(), 0u16..1000)
        .prop_map(|(area, birth, sequence)| with_check(format!("{area}{birth}{sequence:03}")))
}

fn foreigner() -> impl Strategy<Value = String> {
    (select(Province::ALL), select(vec!["840", "392", "004", "894"]), birth(), 0u16..1000)
        .prop_map(|(province, country, birth, n)| with_check(format!("9{}{country}{birth}{n:03}", province.code())))
}

fn organization() -> impl Strategy<Value = String> {
    "[0-9A-HJ-NPQRTUWXY]{8}".prop_map(|body| format!("{body}-{}", Uscc::organization_check(&body).unwrap()))
}

fn uscc() -> impl Strategy<Value = String> {
    let prefixes: Vec<String> =
        include_str!("../data/credit-codes.csv").lines().skip(1).map(|line| line[..2].to_owned()).collect();
    (select(prefixes), county(), organization()).prop_map(|(prefix, area, organization)| {
        let first_17 = format!("{prefix}{area}{}", organization.replace('-', ""));
        format!("{first_17}{}", Uscc::check_character(&first_17).unwrap())
    })
}

fn registration_15() -> impl Strategy<Value = String> {
    (county(), 0u32..100_000_000).prop_map(|(area, sequence)| {
        let first_14 = format!("{area}{sequence:08}");
        format!("{first_14}{}", Registration15::check_digit(&first_14).unwrap())
    })
}

fn letter() -> impl Strategy<Value = String> {
    select(Province::ALL).prop_map(|province| province.icp_prefix().to_string())
}

/// The serial of a service, or none.
fn service() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "-[1-9][0-9]{0,3}[AX]?"]
}

fn filed() -> impl Strategy<Value = String> {
    prop_oneof![
        (letter(), "(0[5-9]|1[0-9]|20)[0-9]{6}", service()).prop_map(|(p, n, s)| format!("{p}ICP备{n}号{s}")),
        (letter(), "202[0-6][0-9]{6}", service()).prop_map(|(p, n, s)| format!("{p}ICP备{n}号{s}")),
        (letter(), "(0[0-9]|1[0-7])[0-9]{4}", service()).prop_map(|(p, n, s)| format!("{p}ICP证{n}号{s}")),
        (letter(), "B[12]-20[01][0-9]{5}", service()).prop_map(|(p, n, s)| format!("{p}{n}{s}")),
        "(合字)?(A1\\.)?(A2\\.)?B[12]-20[01][0-9]{5}",
        letter().prop_map(|p| format!("{p}D3-20210002")),
    ]
}

fn police() -> impl Strategy<Value = String> {
    (select(Province::ALL), "0[02][0-9]{6}").prop_map(|(province, rest)| {
        let city = address::cities(province)[0].code;
        let county = address::districts(city)[0].code;
        format!("{}公网安备{county}{rest}号", province.icp_prefix())
    })
}

fn domain() -> impl Strategy<Value = String> {
    let suffixes = vec!["com", "cn", "com.cn", "net", "top", "vip", "xyz", "zj.cn", "xn--zfr164b.cn", "xn--55qw42g.cn"];
    // Four characters and more: `tj.cn`, `gov.cn` and their like are suffixes themselves.
    ("[a-z][a-z0-9]{3,12}(-[a-z0-9]{1,12})?", select(suffixes)).prop_map(|(label, suffix)| format!("{label}.{suffix}"))
}

fn landline() -> impl Strategy<Value = String> {
    let codes: Vec<&str> =
        include_str!("../data/area-codes.csv").lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    (select(codes), "[2-9][0-9]{7}").prop_map(|(code, local)| format!("{code}-{local}"))
}

fn mobile() -> impl Strategy<Value = String> {
    let table = include_str!("../data/mobile-prefixes.csv").lines().skip(1);
    let reached: Vec<&str> = table.filter_map(|line| line.strip_suffix(",public,yes")?.split(',').next()).collect();
    (select(reached), "[0-9]{8}").prop_map(|(prefix, rest)| format!("{prefix}{rest}"))
}

/// A valid value of any kind.
fn any_valid() -> impl Strategy<Value = (Kind, String)> {
    fn of(kind: Kind, values: impl Strategy<Value = String> + 'static) -> BoxedStrategy<(Kind, String)> {
        values.prop_map(move |value| (kind, value)).boxed()
    }
    prop_oneof![
        of(Kind::ResidentId, resident_id()),
        of(Kind::Uscc, uscc()),
        of(Kind::BusinessReg15, registration_15()),
        of(Kind::BusinessReg13, (county(), "[0-9]{7}").prop_map(|(area, rest)| format!("{area}{rest}"))),
        of(Kind::OrgCode, organization()),
        of(Kind::PassportCn, "[EGDS][0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|1[45][0-9]{7}|[DSP]E[0-9]{7}|P[0-9]{7,8}"),
        of(Kind::PassportForeign, "[A-Z0-9]{5,20}"),
        of(Kind::HkMacauPermit, "[HM][0-9]{8}([0-9]{2})?"),
        of(Kind::TaiwanPermit, "[0-9]{8}"),
        of(Kind::HmtResidencePermit, residence_permit()),
        of(Kind::ForeignerPr2004, "(USA|DEU|KOR)[0-9]{4}[0-9]{2}0[1-9][01][1-9][0-9]{2}"),
        of(Kind::ForeignerPr2023, foreigner()),
        of(Kind::MilitaryOfficer, "[军南北海空]{1,2}字第?[0-9]{6,8}号?"),
        of(Kind::IcpNumber, filed()),
        of(Kind::PsbNumber, police()),
        of(Kind::Domain, domain()),
        of(Kind::Mobile, mobile()),
        of(Kind::Landline, landline()),
        of(Kind::Email, "[a-z][a-z0-9]{0,10}([.+_-][a-z0-9]{1,8})?@[a-z][a-z0-9]{0,10}\\.(cn|com|com\\.cn)"),
        of(Kind::SiteName, "云杉[科技网络商贸]{1,8}[A-Za-z0-9]{0,4}"),
    ]
}

/// The value with the characters of two neighbouring places changed over; none when they are the same.
fn swapped(text: &str, place: usize) -> Option<String> {
    let mut chars: Vec<char> = text.chars().collect();
    (chars[place] != chars[place + 1]).then(|| {
        chars.swap(place, place + 1);
        chars.into_iter().collect()
    })
}

/// The value with another character of an alphabet in one place.
fn changed(text: &str, place: usize, alphabet: &str, add: usize) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let alphabet: Vec<char> = alphabet.chars().collect();
    let old = alphabet.iter().position(|c| *c == chars[place]).unwrap_or(0);
    let new = alphabet[(old + 1 + add % (alphabet.len() - 1)) % alphabet.len()];
    chars[place] = if new == chars[place] { alphabet[(old + 2) % alphabet.len()] } else { new };
    chars.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn a_valid_value_is_valid_and_its_own_normal_form((kind, text) in any_valid()) {
        let checked = check(kind, &text);
        prop_assert!(checked.valid, "{kind} {text}: {:?}", checked.findings);
        prop_assert_eq!(checked.normalized.as_deref(), Some(text.as_str()));
        let doubts: Vec<&str> = checked.findings.iter().map(|finding| finding.rule.as_str()).collect();
        // Counties are younger than people, and four letters of nowhere are a passport.
        prop_assert!(doubts.iter().all(|rule| *rule == "value-05"), "{kind} {text}: {doubts:?}");
    }

    #[test]
    fn a_valid_value_is_read_as_an_input_method_types_it((kind, text) in any_valid()) {
        prop_assume!(kind != Kind::Email && kind != Kind::SiteName && kind != Kind::PsbNumber);
        let wide: String = text
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { char::from_u32(c as u32 + 0xfee0).unwrap() } else { c })
            .collect();
        let checked = check(kind, &format!(" {wide} "));
        prop_assert_eq!(checked.normalized.as_deref(), Some(text.as_str()), "{}: {:?}", kind, checked.findings);
    }

    /// ISO 7064 MOD 11-2 catches every single change and every swap of neighbours.
    #[test]
    fn numbers_with_the_check_digit_of_an_identity_card(
        id in prop_oneof![
            resident_id().prop_map(|id| (Kind::ResidentId, id)),
            residence_permit().prop_map(|id| (Kind::HmtResidencePermit, id)),
            foreigner().prop_map(|id| (Kind::ForeignerPr2023, id)),
        ],
        place in 0usize..18,
        add in 0usize..100,
    ) {
        let (kind, text) = id;
        let alphabet = if place == 17 { "0123456789X" } else { "0123456789" };
        let other = changed(&text, place, alphabet, add);
        prop_assert_ne!(&other, &text);
        prop_assert!(!valid(kind, &other), "{kind}: {text} became {other}");
        if let Some(other) = swapped(&text, place.min(16)) {
            prop_assert!(!valid(kind, &other), "{kind}: {text} became {other}");
        }
    }

    /// Modulus 31 with weights that are powers of three catches the same; modulus 11 inside helps.
    #[test]
    fn unified_codes(code in uscc(), place in 0usize..18, add in 0usize..100) {
        let other = changed(&code, place, BASE_31, add);
        prop_assert!(!valid(Kind::Uscc, &other), "{code} became {other}");
        if let Some(other) = swapped(&code, place.min(16)) {
            prop_assert!(!valid(Kind::Uscc, &other), "{code} became {other}");
        }
    }

    /// ISO 7064 MOD 11,10 catches every single change; not every swap, see below.
    #[test]
    fn registration_numbers(number in registration_15(), place in 0usize..15, add in 0usize..100) {
        let other = changed(&number, place, "0123456789", add);
        prop_assert!(!valid(Kind::BusinessReg15, &other), "{number} became {other}");
    }

    /// Modulus 11 over 36 characters cannot tell characters apart whose values differ by 11 or 22; digits it can.
    #[test]
    fn organisation_codes(code in organization(), place in 0usize..8, add in 0usize..100) {
        let alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        let other = changed(&code, place, alphabet, add);
        let of = |text: &str| text.chars().nth(place).unwrap().to_digit(36).unwrap();
        let same = of(&code) % 11 == of(&other) % 11;
        prop_assert_eq!(valid(Kind::OrgCode, &other), same, "{} became {}", code, other);
        let digits = changed(&code, place, "0123456789", add);
        prop_assert!(of(&code) % 11 == of(&digits) % 11 || !valid(Kind::OrgCode, &digits));
    }

    #[test]
    fn a_number_written_carelessly_is_the_number(number in filed(), police in police(), spaces in 0usize..6) {
        let (strict, changes) = FiledNumber::parse_lenient(&number).unwrap();
        prop_assert_eq!(Ok(strict), FiledNumber::parse(&number));
        prop_assert_eq!(changes, vec![]);
        let mut chars: Vec<char> = number.to_lowercase().chars().collect();
        chars.insert(spaces.min(chars.len() - 1).max(1), '　');
        let careless: String = chars.into_iter().collect();
        let careless = format!("备案/许可证号：{}", careless.replace('-', "－").replace('备', "備"));
        let checked = check(Kind::IcpNumber, &careless);
        prop_assert_eq!(checked.normalized.as_deref(), Some(number.as_str()), "{}", careless);
        prop_assert!(checked.findings.len() >= 2, "{careless} was changed in silence");
        prop_assert!(!valid(Kind::IcpNumber, &police) && !valid(Kind::PsbNumber, &number));
    }

    #[test]
    fn the_name_to_file_is_the_same_for_every_host_below_it(name in domain(), below in "([a-z0-9]{1,8}\\.){0,3}") {
        let checked = check(Kind::Domain, &format!("{below}{name}."));
        prop_assert_eq!(checked.facts.text("registrable"), Some(name.as_str()));
        let expected = format!("{below}{name}");
        prop_assert_eq!(checked.facts.text("ascii"), Some(expected.as_str()));
        let unicode = checked.facts.text("unicode").unwrap();
        let again = DomainName::of_host(unicode).unwrap();
        prop_assert_eq!(again.as_str(), name);
    }
}

/// In each of its ten states ISO 7064 MOD 11,10 cannot tell one pair of digits from the same pair swapped: of 450
/// pairs it misses ten. The scheme is like that; a parser that caught more would refuse numbers that are right.
#[test]
fn of_swapped_neighbours_in_a_registration_number_one_in_forty_five_is_missed() {
    let (mut swaps, mut missed) = (0, 0);
    for step in 0..20_000_u64 {
        let first_14 = format!("{:014}", step * 61_803_398_875 % 100_000_000_000_000);
        let number = format!("{first_14}{}", Registration15::check_digit(&first_14).unwrap());
        for other in (0..13).filter_map(|place| swapped(&number, place)) {
            swaps += 1;
            missed += usize::from(Registration15::parse(&other).is_ok());
        }
    }
    assert!((40..50).contains(&(swaps / missed)), "{missed} of {swaps}");
}

/// Numbers that others published: examples of standards, and the codes that companies print on their websites.
#[test]
fn values_that_others_made_are_valid() {
    let rows: [(Kind, &[&str]); 7] = [
        // GB 11643-1999, examples of the standard itself.
        (Kind::ResidentId, &["11010519491231002X", "440524188001010014"]),
        // Petroleum, telephone, net and other companies of public record.
        (Kind::Uscc, &["91110000600037341L", "914403001922038216", "91440300708461136T", "91330100799655058B"]),
        // GB 11714-1997, example of the standard itself.
        (Kind::OrgCode, &["D2143569-X"]),
        // 工商办字〔2007〕79号, example of the notice.
        (Kind::BusinessReg15, &["110108000000016"]),
        // ICAO 9303, specimen.
        (Kind::PassportForeign, &["C01X00T47", "L898902C3"]),
        (
            Kind::IcpNumber,
            &[
                "鄂ICP备20002031号",
                "沪ICP备2020037843号",
                "京ICP证030173号",
                "京ICP证030173号-1",
                "粤B2-20090059",
                "粤B2-20090059-1",
                "浙B2-20080101-4",
                "粤B2-20090059-1626X",
                "合字B2-20190051",
                "合字B1.B2-20130004",
                "合字A1.B1.B2-20180017",
                "A2.B1.B2-20040001",
                "浙D3-20210002",
            ],
        ),
        (Kind::Domain, &["test.政务.cn", "例子.中国", "example.com."]),
    ];
    for (kind, texts) in rows {
        for text in texts {
            assert!(valid(kind, text), "{kind} {text}: {:?}", check(kind, text).findings);
        }
    }
    // The same in the form the public wrote, which had to be read with a warning.
    for text in
        ["川ICP备09150084号", "贵ICP备06052086号", "甘ICP备17001719号", "陕ICP备12000810-2号", "吉ICP备07500273X号"]
    {
        let checked = check(Kind::IcpNumber, text);
        assert!(checked.valid && !checked.findings.is_empty(), "{text}");
    }
}

#[test]
fn every_area_code_of_the_tables_is_known_with_its_name() {
    for county in counties() {
        let name = area::name(county).unwrap_or_else(|| panic!("{county} has no history"));
        assert_eq!(address::find(county).unwrap().name, name, "{county}");
    }
}

#[test]
fn suffixes_nobody_registers_under_are_no_names() {
    for text in [
        "cn",
        "com.cn",
        "政务.cn",
        "公益.cn",
        "zj.cn",
        "中国",
        "203.0.113.24",
        "[2001:db8::1]",
        "2001:db8::1",
        "127.1",
        "a_b.cn",
    ] {
        assert!(!valid(Kind::Domain, text), "{text}");
    }
    assert_eq!(DomainName::parse("a.cn").unwrap().fileable(), Fileable::Yes);
}
