//! What registry and resolvers told of a domain, with its age, beside the pages that ask for it.

use app::act::DomainView;
use filing::detect::Answer;
use filing::outside::Silence;
use jiff::Timestamp;

use crate::component::{Facts, Html, Row, Tag, Tone};
use crate::locale::T;

/// One card a domain.
#[must_use]
pub fn cards(t: T, domains: &[DomainView], now: Timestamp) -> Vec<Html> {
    domains.iter().map(|domain| Html::of(&card(t, domain, now))).collect()
}

fn card(t: T, domain: &DomainView, now: Timestamp) -> Facts {
    let mut rows = vec![registration(t, domain, now)];
    rows.extend(domain.registrar.as_ref().map(|registrar| Row::new(t.msg("told-registrar"), registrar.clone())));
    let held = domain.statuses.iter().find(|status| status.to_lowercase().ends_with("hold"));
    rows.extend(held.map(|status| {
        Row::new(t.msg("told-state"), "").tag(Tag::new(Tone::Stop, t.msg("told-on-hold"))).note(status.clone())
    }));
    rows.extend(domain.resolution_at.map(|at| {
        let value = match domain.addresses.as_slice() {
            [] => t.msg("told-leads-nowhere"),
            addresses => addresses.join(" "),
        };
        Row::new(t.msg("told-leads-to"), value).note(told(t, &domain.resolution_by, at, now))
    }));
    let text = with_silence(t, String::new(), &domain.silent);
    Facts { title: t.one("told-title", "domain", &domain.domain), rows, text, ..Facts::default() }
}

/// A text with a sentence behind it for each who said nothing.
pub fn with_silence<'a>(t: T, text: String, silent: impl IntoIterator<Item = &'a Silence>) -> String {
    let mut sentences = vec![text];
    sentences.extend(
        silent
            .into_iter()
            .map(|silence| t.two("told-silent", "who", &silence.who, "why", t.of("told-why", silence.why))),
    );
    sentences.retain(|sentence| !sentence.is_empty());
    sentences.join(" ")
}

fn registration(t: T, domain: &DomainView, now: Timestamp) -> Row {
    let label = t.msg("told-registration");
    let row = match (domain.registered, domain.expires_on) {
        (Answer::Yes, Some(day)) => Row::new(label, t.one("told-until", "date", day)),
        (Answer::Yes, None) => Row::new(label, t.msg("told-registered")),
        (Answer::No, _) => Row::new(label, "").tag(Tag::new(Tone::Stop, t.msg("told-not-registered"))),
        (Answer::Unknown, _) => Row::new(label, "").tag(Tag::new(Tone::Wait, t.msg("told-unknown"))),
    };
    match domain.registration_at {
        Some(at) => row.note(told(t, &domain.registration_by, at, now)),
        None => row.note(t.one("told-asked", "age", t.duration(now.duration_since(domain.asked_at).as_secs()))),
    }
}

/// Who told it and how long ago.
fn told(t: T, by: &[String], at: Timestamp, now: Timestamp) -> String {
    t.two("told-by", "age", t.duration(now.duration_since(at).as_secs()), "who", by.join(", "))
}
