//! What single authorities ask for beyond everybody's rules, by the parameters of their practice.
//!
//! A finding cites the provincial line it goes by; where no line of the province is on the matter, the source of the
//! parameter.

use super::{Context, Severity, account};
use crate::detect::Answer;
use crate::province::{Params, Source, Stance};

mod change;
mod domain;
mod order;
mod paper;
mod people;
mod remark;
mod site;

pub(super) fn check(cx: &mut Context<'_>) {
    let Some(params) = cx.params() else { return };
    people::check(cx, params);
    paper::check(cx, params);
    domain::check(cx, params);
    site::check(cx, params);
    remark::check(cx, params);
    order::check(cx, params);
    change::check(cx, params);
}

/// The first source of a parameter that says yes.
fn says_yes(stance: &Stance) -> Option<&Source> {
    stance.as_ref().filter(|stance| stance.value == Answer::Yes)?.sources.first()
}

/// Words in a list, as a sentence holds them.
fn listed(words: &[impl AsRef<str>]) -> String {
    words.iter().map(AsRef::as_ref).collect::<Vec<_>>().join("、")
}
