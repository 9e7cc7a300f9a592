//! Cloud resources: kind, place, payment, time left and quota (filing rules D.3).

use std::collections::BTreeMap;

use jiff::ToSpan as _;

use super::Context;
use crate::resource::Resource;

pub(super) fn check(cx: &mut Context<'_>) {
    let mut seen: Vec<&str> = Vec::new();
    for (field, id) in cx.resources() {
        let Some(resource) = cx.facts.resource(id) else {
            cx.report("resource-01", field);
            continue;
        };
        // A resource that several sites share is judged once.
        if !seen.contains(&id) {
            seen.push(id);
            terms(cx, &field, resource);
        }
    }
    quota(cx);
}

fn terms(cx: &mut Context<'_>, field: &str, resource: &Resource) {
    let on = cx.on;
    let terms = resource.kind.terms();
    let name = if resource.name.is_empty() { &resource.id } else { &resource.name };
    if !resource.is_mainland() {
        cx.report("resource-02", field).with("found", name);
    }
    if terms.billing.is_some_and(|billing| billing != resource.billing) {
        cx.report("resource-03", field).with("found", name);
    }
    if let Some(expires) = resource.expires_on {
        if expires < resource.bought_on.saturating_add(terms.months_bought.months()) {
            cx.report("resource-04", field).with("found", name).with("months", terms.months_bought);
        }
        let left = (expires - on).get_days();
        if left < 0 {
            cx.report("resource-06", field).with("found", name).with("until", expires);
        } else if left < terms.days_left {
            cx.report("resource-05", field).with("found", name).with("left", left).with("days", terms.days_left);
        }
    }
    if resource.ips.is_empty() || (resource.bandwidth == 0 && terms.months_bought > 0) {
        cx.report("resource-08", field).with("found", name);
    }
    let unfiled: Vec<&str> =
        cx.facts.unfiled_ips.iter().filter(|ip| resource.ips.contains(ip)).map(String::as_str).collect();
    if !unfiled.is_empty() {
        cx.report("resource-13", field).with("found", name).with("ips", unfiled.join(", "));
    }
    if cx.rule("resource-09").group("kinds").iter().any(|kind| kind == resource.kind.as_str()) {
        cx.report("resource-09", field).with("found", name);
    }
}

/// Counts the sites of this order on each resource, on top of those it already carries.
fn quota(cx: &mut Context<'_>) {
    let mut more: BTreeMap<&str, (u32, String)> = BTreeMap::new();
    let basic = cx.draft.basic.resource.trim();
    if cx.draft.sites.is_empty() && !basic.is_empty() {
        more.insert(basic, (1, "basic.resource".into()));
    }
    for (index, site) in cx.sites() {
        let own = site.resource.trim();
        let (id, field) = if index == 0 && (own.is_empty() || own == basic) {
            (basic, "basic.resource".to_owned())
        } else {
            (own, format!("sites.{index}.resource"))
        };
        if !id.is_empty() {
            let entry = more.entry(id).or_insert((0, field.clone()));
            *entry = (entry.0 + 1, field);
        }
    }
    for (id, (more, field)) in more {
        let Some(resource) = cx.facts.resource(id) else { continue };
        let limit = resource.kind.terms().sites;
        if resource.sites_in_use + more > limit {
            let name = if resource.name.is_empty() { &resource.id } else { &resource.name };
            cx.report("resource-07", field)
                .with("found", name)
                .with("limit", limit)
                .with("used", resource.sites_in_use)
                .with("more", more);
        }
    }
}
