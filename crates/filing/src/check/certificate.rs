//! Certificates: kind by nature, form of the number, validity, and the province they belong to.

use jiff::ToSpan as _;

use super::Context;
use crate::certificate::{Certificate, CertificateFault, CertificateKind, FaultKind, ResidentIdFault, UsccFault};
use crate::document::Validity;
use crate::province::{Province, Residence};

pub(super) fn check(cx: &mut Context<'_>) {
    let draft = cx.draft;
    let kind = CertificateKind::from_word(draft.basic.certificate_kind.trim());
    if let (Some(nature), Some(kind)) = (cx.nature, kind)
        && !nature.certificates().contains(&kind)
    {
        let usual = nature.certificates().iter().map(|kind| kind.as_str().to_owned());
        cx.report("certificate-01", "basic.certificate_kind")
            .with_text("nature", &nature.name())
            .with_text("found", &kind.name())
            .offer(usual);
    }
    let subject = number(cx, "basic.certificate_number", kind, &draft.basic.certificate_number);
    for (path, person) in cx.people() {
        let kind = CertificateKind::from_word(person.certificate_kind.trim());
        if let Some(kind) = kind.filter(|kind| !CertificateKind::PERSONAL.contains(kind)) {
            cx.report("certificate-01", format!("{path}.certificate_kind"))
                .with_text("nature", &crate::nature::Nature::Individual.name())
                .with_text("found", &kind.name());
        }
        number(cx, &format!("{path}.certificate_number"), kind, &person.certificate_number);
        let params = cx.params();
        let months = params.and_then(|p| p.id_min_months.as_ref().map(|months| months.value));
        validity(cx, &format!("{path}.certificate_valid_until"), &person.certificate_valid_until, months);
    }
    let months = cx.params().and_then(|params| {
        let licence = params.licence_min_months.as_ref().filter(|_| kind == Some(CertificateKind::BusinessLicence));
        licence.or(params.credential_min_months.as_ref()).map(|months| months.value)
    });
    validity(cx, "subject.certificate_valid_until", &draft.subject.certificate_valid_until, months);
    if let Some(subject) = subject {
        nature(cx, &subject);
        province(cx, &subject);
    }
}

/// Reads a number and reports the character or group at fault.
fn number(cx: &mut Context<'_>, field: &str, kind: Option<CertificateKind>, typed: &str) -> Option<Certificate> {
    use CertificateFault as Fault;
    let fault = match Certificate::parse(kind?, typed, cx.on) {
        Ok(certificate) => return Some(certificate),
        Err(fault) => fault,
    };
    match fault {
        // That nothing was typed is the form's to say.
        Fault::Empty => {}
        Fault::ResidentId(ResidentIdFault::Length { found }) | Fault::Uscc(UsccFault::Length { found }) => {
            cx.report("certificate-02", field).with("expected", 18).with("found", found);
        }
        Fault::Form(FaultKind::Length { found }) => {
            cx.report("certificate-02", field).with("expected", "8-18").with("found", found);
        }
        Fault::ResidentId(ResidentIdFault::Character { position, found })
        | Fault::Uscc(UsccFault::Character { position, found }) => {
            cx.report("certificate-03", field).with("position", position).with("found", found);
        }
        Fault::Uscc(UsccFault::Prefix { prefix }) => {
            let found = prefix.chars().next().unwrap_or(' ');
            cx.report("certificate-03", field).with("position", 1).with("found", found);
        }
        Fault::ResidentId(ResidentIdFault::Area { area }) | Fault::Uscc(UsccFault::Area { area }) => {
            cx.report("certificate-04", field).with("found", area);
        }
        Fault::Form(FaultKind::Region { expected }) => {
            cx.report("certificate-07", field).with("example", expected);
        }
        Fault::ResidentId(ResidentIdFault::Birth { digits }) => {
            cx.report("certificate-05", field).with("found", digits);
        }
        Fault::ResidentId(ResidentIdFault::Check { .. })
        | Fault::Uscc(UsccFault::Check { .. } | UsccFault::Organization { .. })
        | Fault::Form(FaultKind::Check) => {
            cx.report("certificate-06", field);
        }
        Fault::Form(FaultKind::Pattern { example }) => {
            cx.report("certificate-07", field).with("example", example);
        }
    }
    None
}

/// Reports a certificate that has expired or soon will; `months` is the province's own figure.
fn validity(cx: &mut Context<'_>, field: &str, typed: &str, months: Option<i32>) {
    let Some(last) = Validity::parse(typed).and_then(Validity::last_day) else { return };
    let general = cx.rule("certificate-10").limit();
    let months = months.unwrap_or(general);
    if last < cx.on {
        cx.report("certificate-09", field).with("found", last);
    } else if last < cx.on.saturating_add(months.months()) {
        cx.report("certificate-10", field).with("found", last).with("months", months);
    }
}

/// Whether the front of a unified code is that of the nature.
fn nature(cx: &mut Context<'_>, certificate: &Certificate) {
    let (Some(nature), Some(code)) = (cx.nature, certificate.uscc()) else { return };
    if code.fits(nature) == Some(false) {
        cx.report("certificate-08", "basic.certificate_number")
            .with("found", &code.as_str()[..2])
            .with_text("nature", &nature.name());
    }
}

/// A unit files in the province of its certificate without exception, an individual where the province allows.
fn province(cx: &mut Context<'_>, certificate: &Certificate) {
    let (Some(nature), Some(chosen)) = (cx.nature, cx.province) else { return };
    let Some(area) = certificate.area() else {
        cx.report("certificate-13", "basic.province").with_text("province", &chosen.name());
        return;
    };
    let Some(own) = Province::from_code(&area) else {
        // Codes of bodies registered with the State begin with 10; residence permits with 81 to 83.
        cx.report("certificate-13", "basic.province").with_text("province", &chosen.name());
        return;
    };
    if own == chosen {
        return;
    }
    if !nature.is_individual() {
        cx.report("certificate-11", "basic.province")
            .with_text("found", &own.name())
            .with_text("province", &chosen.name())
            .offer([own.code().to_owned()]);
        return;
    }
    let practice = chosen.practice().params.individual_address.as_ref();
    if practice.is_some_and(|practice| practice.value == Residence::ProvinceOnly) {
        cx.report("certificate-12", "basic.province")
            .with_text("found", &own.name())
            .with_text("province", &chosen.name())
            .offer([own.code().to_owned()]);
    }
}
