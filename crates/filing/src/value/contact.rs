//! Phones and mail addresses.

use super::Sheet;
use crate::contact::{ContactFault, Email, Landline, Usage, read_mobile};
use crate::province::Province;
use crate::reason::Reason;

fn refuse(sheet: &mut Sheet, fault: ContactFault, digits: &'static str) {
    let found = |rule, found: String| Reason::new(rule).with("found", found);
    sheet.note(match fault {
        ContactFault::Empty => Reason::new("form-01"),
        ContactFault::Character(c) => found("value-30", c.to_string()),
        ContactFault::Length { found } => Reason::new("value-31").with("found", found).with("expected", digits),
        ContactFault::Range(prefix) => found("value-32", prefix),
        ContactFault::AreaCode(code) => found("value-33", code),
        ContactFault::Local(local) => found("value-34", local),
        ContactFault::Mail => Reason::new("person-04"),
    });
}

pub(super) fn mobile(sheet: &mut Sheet, text: &str) {
    let (number, prefix) = match read_mobile(text) {
        Ok(read) => read,
        Err(fault) => return refuse(sheet, fault, "11"),
    };
    if prefix.usage == Usage::Reserved || (prefix.usage == Usage::Machine && !prefix.receives) {
        sheet.note(Reason::new("value-32").with("found", prefix.digits));
    } else if !prefix.receives {
        // A number all the same: only the authority's text message does not reach it.
        sheet.mention(Reason::new("person-02").with("found", prefix.digits));
    }
    sheet.facts.word("prefix", prefix.digits);
    sheet.facts.word("carrier", prefix.carrier);
    sheet.normalized = Some(number);
}

pub(super) fn landline(sheet: &mut Sheet, text: &str) {
    let number = match Landline::parse(text) {
        Ok(number) => number,
        Err(fault) => return refuse(sheet, fault, "10-12"),
    };
    sheet.facts.word("area_code", number.area_code().to_owned());
    sheet.facts.word("places", number.places());
    if let Some(province) = Province::from_short_name(number.province_name()) {
        sheet.facts.province(province);
    }
    sheet.normalized = Some(number.as_str().to_owned());
}

pub(super) fn email(sheet: &mut Sheet, text: &str) {
    match Email::parse(text) {
        Ok(address) => sheet.normalized = Some(address.as_str().to_owned()),
        Err(fault) => refuse(sheet, fault, ""),
    }
}
