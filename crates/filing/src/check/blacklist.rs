//! What the authorities' blacklists forbid (result codes 1064 and 1065).

use super::Context;
use crate::domain::DomainName;

pub(super) fn check(cx: &mut Context<'_>) {
    if cx.facts.subject_blacklisted {
        cx.report("blacklist-01", "basic.certificate_number");
    }
    for (field, typed) in cx.domains() {
        let name = DomainName::parse(typed).map_or_else(|_| typed.trim().to_lowercase(), String::from);
        if cx.facts.blacklisted_domains.contains(&name) {
            cx.report("blacklist-02", field).with("found", &name);
        }
    }
}
