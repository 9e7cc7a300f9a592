//! What holds for the order as a whole (filing rules B.1).

use super::Context;
use crate::domain::DomainName;

pub(super) fn check(cx: &mut Context<'_>) {
    sites(cx);
    if cx.facts.running_orders > 0 {
        cx.report("order-02", "basic.name");
    }
    let ascii = |typed: &str| DomainName::parse(typed).map_or_else(|_| typed.to_lowercase(), String::from);
    let mut seen: Vec<String> = Vec::new();
    for (index, _) in cx.sites() {
        let domain = ascii(cx.site_domain(index));
        if domain.is_empty() {
            continue;
        }
        if seen.contains(&domain) {
            cx.report("order-03", format!("sites.{index}.domain")).with("found", &domain);
        }
        seen.push(domain);
    }
    let basic = cx.draft.basic.domain.trim();
    let first = cx.site_domain(0);
    if !basic.is_empty() && !cx.draft.sites.is_empty() && ascii(first) != ascii(basic) {
        cx.report("order-04", "sites.0.domain").with("expected", basic).offer([basic.to_owned()]);
    }
}

fn sites(cx: &mut Context<'_>) {
    let Some(individual) = cx.individual() else { return };
    let rule = cx.rule("order-01");
    let group = rule.group(if individual { "individual" } else { "unit" });
    let general = group.first().and_then(|limit| limit.parse().ok()).unwrap_or(usize::MAX);
    let own = cx.params().and_then(|params| params.max_sites_per_order.as_ref()).filter(|_| cx.speaks_now("order-01"));
    // A province may ask for fewer; where it allows more, the provider's own limit stays.
    let own = own.and_then(|own| Some((*own.of(individual)?, own))).filter(|(limit, _)| *limit <= general);
    let limit = own.map_or(general, |(limit, _)| limit);
    let found = cx.draft.sites.len();
    if found > limit {
        let report = cx.report("order-01", "sites").with("limit", limit).with("found", found);
        match own.and_then(|(_, own)| own.sources.first()) {
            Some(source) => report.cite(source),
            None => report.cite_general(),
        };
    }
}
