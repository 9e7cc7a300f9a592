//! Papers and pictures: what is missing, and files that cannot be used (filing rules E.2, E.3).

use super::Context;
use crate::material::{MAX_BYTES, MEDIA_TYPES, MIN_BYTES, MaterialKind};
use crate::papers::{self, Need, Paper};
use crate::progress::is_verification;

pub(super) fn check(cx: &mut Context<'_>) {
    for paper in papers::of(cx).iter().filter(|paper| !paper.is_there(cx.draft, cx.facts)) {
        missing(cx, paper);
    }
    for held in &cx.facts.materials {
        let field = held.kind.field(held.site);
        if !(MIN_BYTES..=MAX_BYTES).contains(&held.bytes) {
            cx.report("material-02", field.as_str())
                .with("found", size(held.bytes))
                .with("min", size(MIN_BYTES))
                .with("max", size(MAX_BYTES));
        }
        if !MEDIA_TYPES.contains(&held.media_type.as_str()) {
            cx.report("material-03", field);
        }
    }
}

/// What is said of a paper that is not there; of one that is only possible, nothing.
fn missing(cx: &mut Context<'_>, paper: &Paper) {
    use MaterialKind as Kind;
    let rule = match (paper.need, paper.kind) {
        (Need::Possible, _) => return,
        (Need::Likely, _) => "material-09",
        (
            Need::Required,
            Kind::SubjectCertificate | Kind::PrincipalIdFront | Kind::PrincipalIdBack | Kind::Approval,
        ) => "material-01",
        (Need::Required, kind) if is_verification(kind) => "material-01",
        (Need::Required, Kind::AuthorizationLetter) => "material-04",
        (Need::Required, Kind::ResidenceProof) => "material-05",
        (Need::Required, Kind::SitePlan) => "material-06",
        (Need::Required, Kind::ManagerLetter) => "material-07",
        (Need::Required, _) => "material-08",
    };
    let report = cx.report(rule, paper.slot.as_str()).with_text("why", &paper.why);
    if rule != "material-01" {
        report.cite(&paper.source);
    }
}

/// A size in the unit people read.
fn size(bytes: u64) -> String {
    if bytes >= 1024 * 1024 { format!("{:.1} MB", bytes as f64 / 1_048_576.0) } else { format!("{} KB", bytes / 1024) }
}
