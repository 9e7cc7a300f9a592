//! How many sites and domains one order and one subject may have.

use super::{Context, Params, Severity};
use crate::province::{Occasion, Scoped};

pub(super) fn check(cx: &mut Context<'_>, params: &'static Params) {
    let Some(individual) = cx.individual() else { return };
    let found = cx.draft.sites.len();
    let filed = cx.facts.recorded.sites.unwrap_or_default();
    let of = |own: &'static Option<Scoped<usize>>| own.as_ref().and_then(|own| Some((*own.of(individual)?, own)));
    let adding = matches!(Occasion::of(cx.action), Occasion::FirstFiling | Occasion::AddSite);

    if let Some((limit, own)) = of(&params.max_sites_total).filter(|(limit, _)| adding && filed + found > *limit) {
        told(cx, "province-24", "sites", limit, filed + found, own, Severity::Block);
    }
    let single = of(&params.single_domain_order_if_filed_gt).filter(|_| cx.speaks_now("province-25"));
    if let Some((limit, own)) = single.filter(|(limit, _)| filed > *limit && found > 1) {
        told(cx, "province-25", "sites", limit, filed, own, Severity::Block);
    }
    let first = of(&params.max_domains_first).filter(|_| Occasion::of(cx.action) == Occasion::FirstFiling);
    let most = of(&params.max_domains_per_order).or(first);
    if let Some((limit, own)) = most.filter(|(limit, _)| found > *limit) {
        told(cx, "province-26", "sites", limit, found, own, Severity::Block);
    }
    let explained = cx.draft.sites.iter().all(|site| !site.remark.trim().is_empty());
    let explain = of(&params.explain_if_sites_ge).filter(|(limit, _)| adding && filed + found >= *limit);
    if let Some((limit, own)) = explain.filter(|_| !explained) {
        told(cx, "province-36", "sites.0.remark", limit, filed + found, own, Severity::Block);
    }
}

fn told(
    cx: &mut Context<'_>,
    rule: &str,
    field: &str,
    limit: usize,
    found: usize,
    own: &Scoped<usize>,
    severity: Severity,
) {
    let province = cx.province_name();
    let report = cx
        .report(rule, field)
        .with_text("province", &province)
        .with("limit", limit)
        .with("found", found)
        .grave(severity);
    if let Some(source) = own.sources.first() {
        report.cite(source);
    }
}
