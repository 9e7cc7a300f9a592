//! The dated plan: from a start day along the road of an action, each step from its earliest to its latest day.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::data::{StepData, Unit, data};
use crate::calendar::{Counted, add_working_days};
use crate::province::Province;
use crate::stage::Action;
use crate::text::Text;
use crate::words::words;

words! {
    /// Who acts in a step.
    pub enum Party {
        /// Whoever files.
        Applicant = "applicant",
        /// The access provider.
        Provider = "provider",
        /// The provincial authority.
        Authority = "authority",
        /// Nobody: it is over.
        Nobody = "nobody",
    }
}

/// One step of the plan. Its days are a forecast: the earliest if everybody is quick, the latest of what is usual.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Step {
    /// The step's word, such as `first_review`.
    pub step: String,
    /// Who acts.
    pub who: Party,
    /// What happens.
    pub title: Text,
    /// How long it takes and what to mind.
    pub detail: Text,
    /// The first day it may be done by.
    #[schema(value_type = String, format = Date)]
    pub earliest: Date,
    /// The last day it is usually done by.
    #[schema(value_type = String, format = Date)]
    pub latest: Date,
    /// The last day the law allows, counted from the latest day of the step before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub limit: Option<Date>,
    /// Whether some day on the way to its days lies in a year whose holidays are not published yet.
    pub estimated: bool,
    /// The same of its limit.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub limit_estimated: bool,
    /// Where the times were read.
    pub source: String,
}

/// The plan of an action that starts on a day.
pub(super) fn plan(action: Action, province: Province, start: Date) -> Vec<Step> {
    let data = data();
    let Some(road) = data.road.iter().find(|road| road.actions.contains(&action)) else { return Vec::new() };
    let mut steps: Vec<Step> = Vec::new();
    for word in &road.steps {
        let Some(step) = data.step.get(word) else { continue };
        let named = steps.iter().find(|earlier| step.after.contains(&earlier.step));
        let before = named.or(steps.last());
        let (early, late, estimated) =
            before.map_or((start, start, false), |before| (before.earliest, before.latest, before.estimated));
        steps.push(dated(word, step, province, (early, late, estimated)));
    }
    steps
}

fn dated(word: &str, step: &StepData, province: Province, (early, late, estimated): (Date, Date, bool)) -> Step {
    let usual = province.practice();
    let (min, max) = if step.by_province { province.review_days() } else { (step.min, step.max) };
    let earliest = count(step.unit, early, min);
    let latest = count(step.unit, late, max);
    let limit = step.limit.map(|limit| count(step.unit, late, limit));
    let mut detail = step.detail.clone();
    for (hole, value) in [("min", min), ("max", max), ("limit", step.limit.unwrap_or_default())] {
        detail = detail.with(hole, &value.to_string());
    }
    let name = province.name();
    detail = Text::new(detail.zh.replace("{province}", &name.zh), detail.en.replace("{province}", &name.en));
    let own = usual.review_days.sources.first().filter(|_| step.by_province);
    Step {
        step: word.to_owned(),
        who: step.who,
        title: step.title.clone(),
        detail,
        earliest: earliest.date,
        latest: latest.date,
        limit: limit.map(|limit| limit.date),
        estimated: estimated || earliest.estimated || latest.estimated,
        limit_estimated: limit.is_some_and(|limit| limit.estimated),
        source: own.map_or_else(|| step.source.clone(), |own| format!("{own}; {}", step.source)),
    }
}

fn count(unit: Unit, from: Date, n: u32) -> Counted {
    match unit {
        Unit::WorkingDays => add_working_days(from, n),
        // Days as they come need no calendar: they are never an estimate of their own.
        Unit::Days => Counted { date: from.saturating_add(i64::from(n).days()), estimated: false },
    }
}
