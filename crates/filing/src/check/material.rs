//! Papers and pictures: what is missing, and files that cannot be used (filing rules E.2, E.3).

use super::{Context, certificate, person};
use crate::material::{MAX_BYTES, MEDIA_TYPES, MIN_BYTES, MaterialKind, Needed, needed, source_of};

pub(super) fn check(cx: &mut Context<'_>) {
    let draft = cx.draft;
    for wanted in needed(draft) {
        if source_of(draft, wanted, |there| cx.facts.has(there)).is_none() {
            cx.report("material-01", wanted.field());
        }
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
    extra(cx);
}

/// What one province asks for besides.
fn extra(cx: &mut Context<'_>) {
    let Some(province) = cx.province else { return };
    let lacks = |cx: &Context<'_>, kind, site| !cx.facts.has(Needed { kind, site });
    if person::needs_letter(cx) && lacks(cx, MaterialKind::AuthorizationLetter, None) {
        cx.report("material-04", "materials.authorization_letter").with_text("province", &province.name());
    }
    if certificate::needs_residence_proof(cx) && lacks(cx, MaterialKind::ResidenceProof, None) {
        cx.report("material-05", "materials.residence_proof").with_text("province", &province.name());
    }
    let plan = cx.params().and_then(|params| params.plan_from.as_ref());
    let from = plan.zip(cx.individual()).and_then(|(plan, individual)| plan.of(individual));
    if let Some(from) = from.filter(|from| cx.draft.sites.len() >= **from)
        && lacks(cx, MaterialKind::SitePlan, Some(0))
    {
        cx.report("material-06", "sites.0.materials.site_plan")
            .with_text("province", &province.name())
            .with("limit", from);
    }
}

/// A size in the unit people read.
fn size(bytes: u64) -> String {
    if bytes >= 1024 * 1024 { format!("{:.1} MB", bytes as f64 / 1_048_576.0) } else { format!("{} KB", bytes / 1024) }
}
