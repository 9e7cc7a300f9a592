//! Numbers of filings and licences.

use super::Sheet;
use crate::number::filed::{FiledNumber, ServiceKind};
use crate::number::police::PoliceNumber;
use crate::number::{Change, NumberFault};
use crate::province::Province;
use crate::reason::{Explain, Reason};

impl Explain for NumberFault {
    fn reason(&self) -> Option<Reason> {
        Some(match self {
            Self::Province(found) => Reason::new("value-12").with("found", found),
            Self::Kind(found) => Reason::new("value-13").with("found", found),
            Self::Digits(found) => Reason::new("value-14").with("found", found),
            Self::Serial(found) => Reason::new("value-15").with("found", found),
            Self::Sign => Reason::new("value-16"),
            Self::Police => Reason::new("value-17"),
            Self::Filing => Reason::new("value-18"),
        })
    }
}

/// Says what was changed, with the number as it should be written.
fn changed(sheet: &mut Sheet, changes: &[Change], number: &str) {
    for change in changes {
        let reason = match change {
            Change::Province { found, used } => Reason::new("value-21").with("found", found).with("used", used),
            Change::Width => Reason::new("value-22"),
            Change::Case => Reason::new("value-23"),
            Change::Spaces => Reason::new("value-24"),
            Change::Label(found) | Change::Trailing(found) | Change::Word(found) => {
                Reason::new("value-25").with("found", found)
            }
            Change::Sign => Reason::new("value-26"),
            Change::Order => Reason::new("value-27"),
        };
        sheet.note(reason.with("value", number).offer(Some(number.to_owned())));
    }
}

pub(super) fn filed(sheet: &mut Sheet, text: &str) {
    let (number, changes) = match FiledNumber::parse_lenient(text) {
        Ok(read) => read,
        Err(fault) => return sheet.refuse(&fault),
    };
    changed(sheet, &changes, number.as_str());
    sheet.facts.word("kind", number.kind().as_str());
    sheet.facts.word("prefix", number.prefix().to_owned());
    sheet.facts.number("year", number.year());
    if let Some((serial, kind)) = number.service() {
        sheet.facts.number("service", serial);
        sheet.facts.word("service_kind", kind.as_str());
        sheet.facts.word("subject", number.subject().to_owned());
        if kind == ServiceKind::QuickApp {
            sheet.note(Reason::new("value-20"));
        }
    }
    if let Some(province) = number.province() {
        sheet.facts.province(province);
    }
    if !number.year_is_possible(sheet.on) {
        sheet.note(Reason::new("value-19").with("found", number.year()));
    }
    if number.ends_in_a_letter() {
        sheet.note(Reason::new("value-04").with("example", "吉ICP备07500273号"));
    }
    sheet.normalized = Some(number.as_str().to_owned());
}

pub(super) fn police(sheet: &mut Sheet, text: &str) {
    let (number, changes) = match PoliceNumber::parse_lenient(text) {
        Ok(read) => read,
        Err(fault) => return sheet.refuse(&fault),
    };
    changed(sheet, &changes, number.as_str());
    sheet.facts.word("prefix", number.prefix().to_owned());
    if number.is_old() {
        sheet.note(Reason::new("value-28"));
    }
    let known = sheet.facts.area(number.area());
    if !number.area_fits() {
        let found = Province::from_code(number.area());
        let name = found.map_or_else(|| number.area()[..2].to_owned(), |province| province.name().zh);
        sheet.note(Reason::new("value-29").with("found", name).with("prefix", number.prefix()));
    } else if !known {
        sheet.note(Reason::new("value-07").with("found", number.area()));
    }
    sheet.normalized = Some(number.as_str().to_owned());
}
