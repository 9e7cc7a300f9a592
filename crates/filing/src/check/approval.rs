//! Pre-approvals that a unit's business scope or a site's description point to (filing rules F.3); what the name points
//! to is said in [`super::content`].

use super::Context;
use crate::approval::{self, Field};
use crate::draft::SiteDraft;

pub(super) fn check(cx: &mut Context<'_>) {
    for (index, site) in cx.sites() {
        let path = format!("sites.{index}.approvals");
        remark(cx, &path, site);
        cancelled(cx, &path, site);
        scope(cx, &path, site);
    }
}

fn held(site: &SiteDraft, field: &Field) -> bool {
    site.approvals.iter().any(|approval| approval.kind.trim().parse() == Ok(field.id))
}

/// Fields that neither the site's approvals nor its name, which has a rule of its own, speak of.
fn open<'a>(cx: &Context<'_>, site: &'a SiteDraft) -> impl Iterator<Item = &'static Field> + use<'a> {
    let on = cx.on;
    approval::fields()
        .iter()
        .filter(move |field| field.holds(on) && !held(site, field) && field.said_in(&site.name).is_none())
}

fn remark(cx: &mut Context<'_>, path: &str, site: &SiteDraft) {
    for field in open(cx, site) {
        if let Some(found) = field.claimed_in(&site.remark) {
            cx.report("approval-01", path)
                .with("found", found)
                .with_text("approval", &field.name())
                .with_text("paper", &field.paper);
        }
    }
}

/// What a unit may do is not what its site shows: a person asks.
fn scope(cx: &mut Context<'_>, path: &str, site: &SiteDraft) {
    let Some(scope) = cx.facts.business_scope.as_deref() else { return };
    for field in open(cx, site) {
        if let Some(found) = field.said_in(scope) {
            cx.report("approval-02", path)
                .with("found", found)
                .with_text("approval", &field.name())
                .with_text("paper", &field.paper);
        }
    }
}

fn cancelled(cx: &mut Context<'_>, path: &str, site: &SiteDraft) {
    for approval in &site.approvals {
        let Some(field) = approval::find(&approval.kind) else { continue };
        if let Some(cancelled) = &field.cancelled {
            cx.report("approval-03", path).with_text("approval", &field.name()).with_text("cancelled", cancelled);
        }
    }
}
