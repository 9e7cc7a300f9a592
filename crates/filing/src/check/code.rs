//! Authorization codes: who may make them, from what, how many, and for which site (filing rules D.4).

use super::Context;
use crate::domain::DomainName;
use crate::resource::{AuthorizationCode, CodeState, ResourceKind};

pub(super) fn check(cx: &mut Context<'_>) {
    let mut seen: Vec<&str> = Vec::new();
    for (field, id) in cx.resources() {
        let Some(resource) = cx.facts.resource(id).filter(|known| known.kind == ResourceKind::AuthorizationCode) else {
            continue;
        };
        if seen.contains(&id) {
            continue;
        }
        seen.push(id);
        match &resource.code {
            Some(code) => one(cx, &field, code),
            None => drop(cx.report("code-06", field)),
        }
    }
}

fn one(cx: &mut Context<'_>, field: &str, code: &AuthorizationCode) {
    if code.maker_individual {
        cx.report("code-01", field);
    }
    let most = code.made_from.terms().codes;
    if most == 0 {
        cx.report("code-02", field);
    } else if code.codes_of_server > most {
        cx.report("code-03", field).with("limit", most).with("found", code.codes_of_server);
    }
    let used_for = code.used_for.as_deref().and_then(|domain| DomainName::parse(domain).ok());
    let own = used_for.as_ref().is_some_and(|used| cx.parsed_domains().iter().any(|(_, name)| name == used));
    let elsewhere = code.used_for.clone().unwrap_or_default();
    match code.state {
        CodeState::Unused => {}
        CodeState::InUse if own => {}
        CodeState::InUse => drop(cx.report("code-04", field).with("found", elsewhere)),
        // A used code cannot be freed; it serves the changes of its own site.
        CodeState::Used if own && cx.action.changes() => {}
        CodeState::Used => drop(cx.report("code-05", field).with("found", elsewhere)),
    }
}
