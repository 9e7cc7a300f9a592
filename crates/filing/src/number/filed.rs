//! Every number by which a site may show that it is filed or licensed: filings of subjects and services, old
//! operating licences, telecom licences of a province or of the ministry, registrars' licences.

use std::fmt;

use jiff::civil::Date;

use super::reading::{self, Change};
use super::{NumberFault, SubjectNumber};
use crate::province::Province;
use crate::words::words;

words! {
    /// A kind of number.
    pub enum NumberKind {
        /// A subject's filing (主体备案号), such as 浙ICP备2026000001号.
        Subject = "subject",
        /// A filing of one service of a subject (服务备案号), such as 浙ICP备2026000001号-1.
        Service = "service",
        /// An operating licence of the old style (经营许可证), such as 京ICP证030173号; given until about 2017.
        Licence = "licence",
        /// A licence for value-added telecom services of one province, such as 粤B2-20090059.
        Provincial = "provincial_telecom",
        /// A licence for telecom services of the whole country, such as 合字B1.B2-20130004.
        National = "national_telecom",
        /// A licence of a registrar of domains, such as 浙D3-20210002.
        Registrar = "registrar",
    }
}

words! {
    /// What kind of service a number with a serial belongs to, by the letter behind the serial.
    pub enum ServiceKind {
        /// A website: no letter.
        Website = "website",
        /// An app: A.
        App = "app",
        /// A mini program (小程序): X.
        MiniProgram = "mini_program",
        /// A quick app (快应用): K; no public number with it is known.
        QuickApp = "quick_app",
    }
}

impl ServiceKind {
    const fn of_letter(letter: char) -> Option<Self> {
        match letter {
            'A' => Some(Self::App),
            'X' => Some(Self::MiniProgram),
            'K' => Some(Self::QuickApp),
            _ => None,
        }
    }
}

/// A number that is well formed for its kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FiledNumber {
    text: String,
    kind: NumberKind,
    province: Option<Province>,
    year: i16,
    subject_length: usize,
    service: Option<(u32, ServiceKind)>,
    lettered: bool,
}

/// Classes of telecom services that the ministry licenses.
const CLASSES: [&str; 4] = ["A1", "A2", "B1", "B2"];

impl FiledNumber {
    /// Reads a number in its strict form.
    ///
    /// # Errors
    /// With the group at fault.
    pub fn parse(text: &str) -> Result<Self, NumberFault> {
        Self::read(text.trim(), false)
    }

    /// Reads a number as it is found on pages and in letters, and says what had to be changed.
    ///
    /// # Errors
    /// With the group at fault, when no change that is known makes it a number.
    pub fn parse_lenient(typed: &str) -> Result<(Self, Vec<Change>), NumberFault> {
        let (text, changes) = reading::filed(typed);
        Ok((Self::read(&text, true)?, changes))
    }

    fn read(text: &str, lenient: bool) -> Result<Self, NumberFault> {
        let letter = text.chars().next().unwrap_or(' ');
        if text.starts_with("合字") || letter.is_ascii_uppercase() {
            return national(text);
        }
        let Some(province) = Province::from_icp_prefix(letter) else {
            return Err(NumberFault::Province(text.chars().take(1).collect()));
        };
        let rest = &text[letter.len_utf8()..];
        if rest.starts_with("公网安备") {
            return Err(NumberFault::Police);
        }
        if let Some(rest) = rest.strip_prefix("ICP备") {
            let (digits, tail) = rest.split_once('号').ok_or(NumberFault::Sign)?;
            let service = service(tail)?;
            let subject = &text[..text.len() - tail.len()];
            let early = early_of_jilin(province, digits);
            let (year, lettered) = match early.filter(|_| lenient) {
                Some(year) => (year, true),
                None => (SubjectNumber::parse(subject)?.year(), false),
            };
            let kind = if service.is_some() { NumberKind::Service } else { NumberKind::Subject };
            return Ok(Self { lettered, ..Self::new(text, kind, Some(province), year, subject.len(), service) });
        }
        if let Some(rest) = rest.strip_prefix("ICP证") {
            let (digits, tail) = rest.split_once('号').ok_or(NumberFault::Sign)?;
            let year = two_digit_year(digits, 6)?;
            let subject = text.len() - tail.len();
            return Ok(Self::new(text, NumberKind::Licence, Some(province), year, subject, service(tail)?));
        }
        let Some((class, rest)) = rest.split_once('-') else { return Err(NumberFault::Kind(rest.to_owned())) };
        let kind = match class {
            "B1" | "B2" => NumberKind::Provincial,
            "D3" => NumberKind::Registrar,
            _ => return Err(NumberFault::Kind(class.to_owned())),
        };
        licence(text, rest, kind, Some(province))
    }

    fn new(
        text: &str,
        kind: NumberKind,
        province: Option<Province>,
        year: i16,
        subject_length: usize,
        service: Option<(u32, ServiceKind)>,
    ) -> Self {
        Self { text: text.to_owned(), kind, province, year, subject_length, service, lettered: false }
    }

    /// The number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What kind of number it is.
    #[must_use]
    pub const fn kind(&self) -> NumberKind {
        self.kind
    }

    /// The province whose authority gave it; none for licences of the ministry.
    #[must_use]
    pub const fn province(&self) -> Option<Province> {
        self.province
    }

    /// What stands in front: the province's letter, or 合字 and the classes of a licence of the ministry.
    #[must_use]
    pub fn prefix(&self) -> &str {
        match self.province {
            Some(_) => self.text.chars().next().map_or("", |letter| &self.text[..letter.len_utf8()]),
            None => self.text.split('-').next().unwrap_or_default(),
        }
    }

    /// The year it was given in.
    #[must_use]
    pub const fn year(&self) -> i16 {
        self.year
    }

    /// The number of the subject or holder, without the serial of a service.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.text[..self.subject_length]
    }

    /// The serial of the service, with what kind of service it is.
    #[must_use]
    pub const fn service(&self) -> Option<(u32, ServiceKind)> {
        self.service
    }

    /// Whether it is one of the first numbers of Jilin, whose serials end in X.
    #[must_use]
    pub const fn ends_in_a_letter(&self) -> bool {
        self.lettered
    }

    /// Whether its year can be: not after `on`, and of the time when its form was in use.
    #[must_use]
    pub fn year_is_possible(&self, on: Date) -> bool {
        let digits = self.subject().bytes().filter(u8::is_ascii_digit).count();
        let form = match self.kind {
            // Two digits of the year until about the end of 2020, four since; both are known of 2020.
            NumberKind::Subject | NumberKind::Service if digits >= 10 => self.year >= 2020,
            NumberKind::Subject | NumberKind::Service => self.year <= 2020,
            _ => true,
        };
        form && self.year <= on.year()
    }
}

/// `[合字]A1.B2-` and eight digits.
fn national(text: &str) -> Result<FiledNumber, NumberFault> {
    let bare = text.strip_prefix("合字").unwrap_or(text);
    let Some((classes, rest)) = bare.split_once('-') else { return Err(NumberFault::Kind(bare.to_owned())) };
    match classes.split('.').find(|class| !CLASSES.contains(class)) {
        Some(class) => Err(NumberFault::Kind(class.to_owned())),
        None => licence(text, rest, NumberKind::National, None),
    }
}

/// Eight digits of a year and a serial, and perhaps a service.
fn licence(text: &str, rest: &str, kind: NumberKind, province: Option<Province>) -> Result<FiledNumber, NumberFault> {
    let (digits, tail) = rest.find('-').map_or((rest, ""), |at| rest.split_at(at));
    let right = digits.len() == 8 && digits.starts_with("20") && digits.bytes().all(|b| b.is_ascii_digit());
    let year = digits.get(..4).filter(|_| right).and_then(|year| year.parse().ok());
    let year = year.ok_or_else(|| NumberFault::Digits(digits.to_owned()))?;
    Ok(FiledNumber::new(text, kind, province, year, text.len() - tail.len(), service(tail)?))
}

fn two_digit_year(digits: &str, length: usize) -> Result<i16, NumberFault> {
    let right = digits.len() == length && digits.bytes().all(|b| b.is_ascii_digit());
    let year = digits.get(..2).filter(|_| right).and_then(|year| year.parse::<i16>().ok());
    year.map(|year| 2000 + year).ok_or_else(|| NumberFault::Digits(digits.to_owned()))
}

/// The year of a number such as 吉ICP备07500273X号.
fn early_of_jilin(province: Province, digits: &str) -> Option<i16> {
    let body = digits.strip_suffix('X').filter(|_| province == Province::Jilin)?;
    two_digit_year(body, 8).ok()
}

/// `-` and a serial without a leading zero, with the letter of its kind; nothing is no service.
fn service(tail: &str) -> Result<Option<(u32, ServiceKind)>, NumberFault> {
    if tail.is_empty() {
        return Ok(None);
    }
    let fault = || NumberFault::Serial(tail.trim_start_matches('-').to_owned());
    let body = tail.strip_prefix('-').ok_or_else(fault)?;
    let (digits, kind) = match body.chars().next_back().filter(char::is_ascii_uppercase) {
        Some(letter) => (&body[..body.len() - 1], ServiceKind::of_letter(letter).ok_or_else(fault)?),
        None => (body, ServiceKind::Website),
    };
    let right = !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit());
    let serial = digits.parse().ok().filter(|_| right).ok_or_else(fault)?;
    Ok(Some((serial, kind)))
}

impl fmt::Display for FiledNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn every_kind_is_read_with_what_it_tells() {
        use NumberKind as Kind;
        let rows = [
            ("浙ICP备2026000001号", Kind::Subject, "浙", 2026, "浙ICP备2026000001号", None),
            ("鲁ICP备09090609号", Kind::Subject, "鲁", 2009, "鲁ICP备09090609号", None),
            (
                "浙ICP备2026000001号-12",
                Kind::Service,
                "浙",
                2026,
                "浙ICP备2026000001号",
                Some((12, ServiceKind::Website)),
            ),
            ("沪ICP备2020037843号-2A", Kind::Service, "沪", 2020, "沪ICP备2020037843号", Some((2, ServiceKind::App))),
            ("京ICP证030173号", Kind::Licence, "京", 2003, "京ICP证030173号", None),
            ("京ICP证030173号-1", Kind::Licence, "京", 2003, "京ICP证030173号", Some((1, ServiceKind::Website))),
            ("粤B2-20090059", Kind::Provincial, "粤", 2009, "粤B2-20090059", None),
            (
                "粤B2-20090059-1626X",
                Kind::Provincial,
                "粤",
                2009,
                "粤B2-20090059",
                Some((1626, ServiceKind::MiniProgram)),
            ),
            ("合字B2-20190051", Kind::National, "合字B2", 2019, "合字B2-20190051", None),
            ("合字A1.B1.B2-20180017", Kind::National, "合字A1.B1.B2", 2018, "合字A1.B1.B2-20180017", None),
            ("A2.B1.B2-20040001", Kind::National, "A2.B1.B2", 2004, "A2.B1.B2-20040001", None),
            ("浙D3-20210002", Kind::Registrar, "浙", 2021, "浙D3-20210002", None),
        ];
        for (text, kind, prefix, year, subject, service) in rows {
            let number = FiledNumber::parse(text).unwrap();
            assert_eq!((number.kind(), number.prefix(), number.year()), (kind, prefix, year), "{text}");
            assert_eq!((number.subject(), number.service()), (subject, service), "{text}");
        }
    }

    #[test]
    fn a_refusal_names_the_group_at_fault() {
        use NumberFault as Fault;
        let rows = [
            ("", Fault::Province(String::new())),
            ("港ICP备2026000001号", Fault::Province("港".into())),
            ("浙ICP2026000001号", Fault::Kind("ICP2026000001号".into())),
            ("浙ICP备202600001号", Fault::Digits("202600001".into())),
            ("浙ICP备2026000001", Fault::Sign),
            ("浙ICP备2026000001号-0", Fault::Serial("0".into())),
            ("浙ICP备2026000001号-1B", Fault::Serial("1B".into())),
            ("浙ICP备2026000001号x", Fault::Serial("x".into())),
            ("吉ICP备07500273X号", Fault::Digits("07500273X".into())),
            ("粤B3-20090059", Fault::Kind("B3".into())),
            ("粤B2-19990059", Fault::Digits("19990059".into())),
            ("合字C1-20190051", Fault::Kind("C1".into())),
            ("京公网安备11010802020088号", Fault::Police),
        ];
        for (text, fault) in rows {
            assert_eq!(FiledNumber::parse(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn a_year_must_have_come_and_fit_its_form() {
        let on = date(2026, 11, 21);
        let possible = |text: &str| FiledNumber::parse(text).unwrap().year_is_possible(on);
        assert!(possible("鄂ICP备20002031号") && possible("沪ICP备2020037843号"));
        assert!(!possible("浙ICP备2027000001号") && !possible("浙ICP备26000001号") && !possible("浙ICP备2011000001号"));
    }
}
