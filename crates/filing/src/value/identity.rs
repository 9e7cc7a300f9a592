//! Identifiers of people and bodies.

use jiff::civil::Date;

use super::{Kind, Sheet};
use crate::certificate::CertificateFault as Fault;
use crate::certificate::{
    FaultKind, ForeignerId, OldForeignerId, OrganizationCode, Registration13, Registration15, ResidentId,
    ResidentIdFault, Sex, Uscc, UsccFault, area, normalize, residence_permit as permit, travel as forms,
};
use crate::reason::Reason;

/// The first year from which yearly tables tell every change of a division code.
const TABLES_SINCE: i16 = 1984;

/// What an order only says in general is said here of the very character.
fn refuse(sheet: &mut Sheet, fault: impl Into<Fault>) {
    let fault = fault.into();
    let check = |found: char, expected: char| Reason::new("value-09").with("found", found).with("expected", expected);
    match &fault {
        Fault::ResidentId(ResidentIdFault::Old { full }) => {
            sheet.note(Reason::new("value-06").with("value", full).offer(Some(full.clone())));
        }
        Fault::ResidentId(ResidentIdFault::Check { found, expected })
        | Fault::Uscc(UsccFault::Check { found, expected })
        | Fault::Form(FaultKind::Check { found, expected }) => sheet.note(check(*found, *expected)),
        Fault::Uscc(UsccFault::Organization { found, expected }) => {
            sheet.note(Reason::new("value-10").with("found", found).with("expected", expected));
        }
        Fault::Uscc(UsccFault::Prefix { prefix }) => sheet.note(Reason::new("value-11").with("found", prefix)),
        other => sheet.refuse(other),
    }
}

fn born(sheet: &mut Sheet, birth: Date, sex: Sex) {
    sheet.facts.date("birth", birth);
    sheet.facts.word("sex", sex.as_str());
}

fn unknown_area(sheet: &mut Sheet, code: &str) {
    sheet.note(Reason::new("value-07").with("found", code));
}

pub(super) fn resident_id(sheet: &mut Sheet, text: &str) {
    let text = normalize(text);
    let id = match ResidentId::parse(&text, sheet.on) {
        // Residents of Hong Kong, Macau and Taiwan hold residence permits, not ID cards.
        Ok(id) if id.is_permit() => return refuse(sheet, ResidentIdFault::Area { area: id.area().to_owned() }),
        Ok(id) => id,
        Err(fault) => return refuse(sheet, fault),
    };
    born(sheet, id.birth(), id.sex());
    sheet.facts.area(id.area());
    let year = id.birth().year();
    if year >= TABLES_SINCE && !area::in_force(id.area(), year) {
        sheet.note(Reason::new("value-05").with("found", id.area()).with("name", id.area_name()).with("year", year));
    }
    sheet.normalized = Some(id.as_str().to_owned());
}

pub(super) fn residence_permit(sheet: &mut Sheet, text: &str) {
    match permit(&normalize(text), sheet.on) {
        Ok(id) => {
            born(sheet, id.birth(), id.sex());
            sheet.facts.area(id.area());
            sheet.normalized = Some(id.as_str().to_owned());
        }
        Err(fault) => refuse(sheet, fault),
    }
}

pub(super) fn foreigner(sheet: &mut Sheet, text: &str) {
    let id = match ForeignerId::parse(&normalize(text), sheet.on) {
        Ok(id) => id,
        Err(fault) => return refuse(sheet, fault),
    };
    born(sheet, id.birth(), id.sex());
    if let Some(province) = id.province() {
        sheet.facts.province(province);
    }
    match id.nationality() {
        Some(letters) => sheet.facts.word("nationality", letters),
        None => sheet.note(Reason::new("value-08").with("found", id.nationality_digits())),
    }
    sheet.normalized = Some(id.as_str().to_owned());
}

pub(super) fn old_foreigner(sheet: &mut Sheet, text: &str) {
    let id = match OldForeignerId::parse(&normalize(text)) {
        Ok(id) => id,
        Err(fault) => return refuse(sheet, fault),
    };
    if id.nationality_is_known() {
        sheet.facts.word("nationality", id.nationality_letters().to_owned());
    } else {
        sheet.note(Reason::new("value-08").with("found", id.nationality_letters()));
    }
    if !id.birth_is_possible() {
        sheet.note(Reason::new("value-04").with("example", "USA330080010101"));
    }
    sheet.normalized = Some(id.as_str().to_owned());
}

pub(super) fn uscc(sheet: &mut Sheet, text: &str) {
    let code = match Uscc::parse(&normalize(text)) {
        Ok(code) => code,
        Err(fault) => return refuse(sheet, fault),
    };
    // Bodies registered with the State have 100000 for their area, which is no division.
    if !sheet.facts.area(code.area()) && code.area() != "100000" {
        unknown_area(sheet, code.area());
    }
    if let Some(registrar) = code.registrar() {
        sheet.facts.both("department", registrar.department.clone());
        sheet.facts.both("category", registrar.category.clone());
    }
    sheet.facts.word("organization", code.organization().to_owned());
    sheet.normalized = Some(code.as_str().to_owned());
}

pub(super) fn registration_15(sheet: &mut Sheet, text: &str) {
    let number = match Registration15::parse(&normalize(text)) {
        Ok(number) => number,
        Err(fault) => return refuse(sheet, fault),
    };
    if !sheet.facts.area(number.area()) && number.area() != "100000" {
        unknown_area(sheet, number.area());
    }
    sheet.facts.word("register", number.register().as_str());
    sheet.normalized = Some(number.as_str().to_owned());
}

pub(super) fn registration_13(sheet: &mut Sheet, text: &str) {
    let number = match Registration13::parse(&normalize(text)) {
        Ok(number) => number,
        Err(fault) => return refuse(sheet, fault),
    };
    if !sheet.facts.area(number.area()) && number.area() != "100000" {
        unknown_area(sheet, number.area());
    }
    sheet.normalized = Some(number.as_str().to_owned());
}

pub(super) fn organization(sheet: &mut Sheet, text: &str) {
    match OrganizationCode::parse(&normalize(text)) {
        Ok(code) => sheet.normalized = Some(code.as_str().to_owned()),
        Err(fault) => refuse(sheet, fault),
    }
}

pub(super) fn travel(sheet: &mut Sheet, kind: Kind, text: &str) {
    let text = normalize(text);
    let read = match kind {
        Kind::PassportCn => forms::chinese_passport(&text),
        Kind::HkMacauPermit => forms::hk_macau_permit(&text),
        Kind::TaiwanPermit => forms::taiwan_permit(&text),
        Kind::MilitaryOfficer => forms::military_officer(&text),
        _ => forms::foreign_passport(&text),
    };
    match read {
        Ok(read) => {
            if let Some(example) = read.unusual {
                sheet.note(Reason::new("value-04").with("example", example));
            }
            sheet.normalized = Some(read.number);
        }
        Err(fault) => refuse(sheet, fault),
    }
}
