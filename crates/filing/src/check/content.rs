//! What a site shows, and the pre-approvals some contents need (filing rules F.2, F.3).

use super::{Context, Rule, Severity};
use crate::approval::{self, affirmed};
use crate::code;
use crate::draft::SiteDraft;

/// 博客/个人空间 in the authority's table of service contents.
const BLOG: u16 = 6;
/// 综合门户 in the same table.
const PORTAL: u16 = 3;
/// 单位门户网站 in the same table.
const UNIT_PORTAL: u16 = 8;
/// 其他 in the same table.
const OTHER: u16 = 24;

pub(super) fn check(cx: &mut Context<'_>) {
    for (index, site) in cx.sites() {
        service(cx, index, site);
        remark(cx, index, site);
        approvals(cx, index, site);
        trade(cx, index, site);
    }
}

fn service(cx: &mut Context<'_>, index: usize, site: &SiteDraft) {
    let field = format!("sites.{index}.content");
    let (Some(row), Some(individual)) = (code::SERVICE_CONTENT.find(&site.content), cx.individual()) else { return };
    if individual && ![BLOG, OTHER].contains(&row.id) {
        cx.report("content-01", field).offer([OTHER.to_string()]);
        return;
    }
    let (Some(province), Some(own)) = (cx.province, cx.params().and_then(|params| params.service_content.as_ref()))
    else {
        return;
    };
    let Some(rule) = own.of(individual) else { return };
    let approved = !site.approvals.is_empty();
    let refused = rule.forbidden.contains(&row.zh)
        || (rule.needs_approval.contains(&row.zh) && !approved)
        || (!rule.required.is_empty() && !rule.required.contains(&row.zh));
    if refused {
        let report =
            cx.report("content-02", field).with_text("province", &province.name()).with_text("found", &row.name());
        if let Some(source) = own.sources.first() {
            report.cite(source);
        }
    }
}

fn remark(cx: &mut Context<'_>, index: usize, site: &SiteDraft) {
    let field = format!("sites.{index}.remark");
    let Some(individual) = cx.individual() else { return };
    let own = cx.params().and_then(|params| params.site_remark.as_ref());
    let rule = own.and_then(|own| own.of(individual));
    let text = site.remark.trim();
    if text.is_empty() {
        let other = code::SERVICE_CONTENT.find(&site.content).is_some_and(|row| row.id == OTHER);
        if rule.is_some_and(|rule| rule.required) || other {
            cx.report("content-03", field);
        }
        return;
    }
    let found = text.chars().count();
    if let (Some(province), Some(limit)) = (cx.province, rule.and_then(|rule| rule.min_chars))
        && found < limit
    {
        let report = cx
            .report("content-04", field)
            .with_text("province", &province.name())
            .with("limit", limit)
            .with("found", found);
        if let Some(source) = own.and_then(|own| own.sources.first()) {
            report.cite(source);
        }
    }
}

/// Trade in what a person's site shows, a portal that is none, and goods that need permits.
fn trade(cx: &mut Context<'_>, index: usize, site: &SiteDraft) {
    let Some(individual) = cx.individual() else { return };
    let claimed = |rule: &'static Rule, text: &str| {
        rule.words.iter().find(|word| affirmed(text).any(|clause| clause.contains(word.as_str())))
    };
    if let Some(found) = claimed(cx.rule("content-08"), &site.remark).filter(|_| individual) {
        cx.report("content-08", format!("sites.{index}.remark")).with("found", found);
    }
    if let Some(row) = code::SERVICE_CONTENT.find(&site.content).filter(|row| row.id == PORTAL && !individual) {
        cx.report("content-09", format!("sites.{index}.content"))
            .with_text("found", &row.name())
            .offer([UNIT_PORTAL.to_string()]);
    }
    let goods = cx.rule("content-10");
    for (field, text) in [("name", &site.name), ("remark", &site.remark)] {
        if claimed(goods, text).is_some() && !individual {
            cx.report("content-10", format!("sites.{index}.{field}"));
        }
    }
}

fn approvals(cx: &mut Context<'_>, index: usize, site: &SiteDraft) {
    let field = format!("sites.{index}.approvals");
    if cx.individual() == Some(true) && !site.approvals.is_empty() {
        cx.report("content-07", field.as_str());
    }
    for approval in &site.approvals {
        if let Some(row) = code::PRE_APPROVAL.find(&approval.kind).filter(|_| approval.number.trim().is_empty()) {
            cx.report("content-06", field.as_str()).with_text("approval", &row.name());
        }
    }
    let on = cx.on;
    for known in approval::fields().iter().filter(|known| known.holds(on)) {
        let held = site.approvals.iter().any(|approval| approval.kind.trim().parse() == Ok(known.id));
        if let Some(found) = known.said_in(&site.name).filter(|_| !held) {
            // The same word in the unit's registered name may be its trade: a person decides.
            let own_trade = cx.draft.basic.name.contains(found);
            let report =
                cx.report("content-05", field.as_str()).with("found", found).with_text("approval", &known.name());
            if own_trade {
                report.grave(Severity::Warn);
            }
        }
    }
}
