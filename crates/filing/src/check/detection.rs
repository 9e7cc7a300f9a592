//! What the type of filing comes to, and what stands in its way (filing rules B.0).

use super::Context;
use crate::calendar;
use crate::detect::{Detected, Obstacle, detect};
use crate::stage::Action;

pub(super) fn check(cx: &mut Context<'_>) {
    let mut first: Option<Action> = None;
    let mut said: Vec<&str> = Vec::new();
    for (field, name) in cx.parsed_domains() {
        let found = name.unicode();
        let detected = cx.facts.detection.get(name.as_str()).map(|answers| detect(*answers));
        match detected {
            None | Some(Detected::Unknown { .. }) => {
                cx.report("detection-01", field).with("found", found);
            }
            Some(Detected::NothingToFile) => {
                cx.report("detection-05", field).with("found", found);
            }
            Some(Detected::Stop { obstacle: Obstacle::DomainConflict }) => {
                cx.report("detection-02", field).with("found", found);
            }
            Some(Detected::Stop { obstacle }) => {
                // These two speak of the subject, once for all of its domains.
                let (rule, field) = match obstacle {
                    Obstacle::ShellSubject => ("detection-04", "basic.name"),
                    _ => ("detection-03", "basic.certificate_number"),
                };
                if !said.contains(&rule) {
                    said.push(rule);
                    let days: u32 = cx.rule(rule).limit();
                    let until = calendar::add_working_days(cx.on, days).date;
                    let report = cx.report(rule, field);
                    if days > 0 {
                        report.cured_from(until);
                    }
                }
            }
            Some(Detected::File { action }) => {
                let accessing = |action| matches!(action, Action::AddAccess | Action::OneClickAccess);
                if first.is_some_and(|first| accessing(first) != accessing(action)) {
                    cx.report("detection-06", field).with("found", found);
                }
                first = first.or(Some(action));
            }
        }
    }
}
