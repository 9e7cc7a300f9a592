//! How the words of acts and rules are said to a reader: labels of fields, tags of states, findings.

use app::act::IdentityView;
use filing::cancellation::CancelReason;
use filing::certificate::CertificateKind;
use filing::check::{Finding, Severity};
use filing::code;
use filing::material::MaterialKind;
use filing::nature::Nature;
use filing::province::Province;
use filing::stage::StageKind;
use filing::text::Text;

use crate::component::{FindingBox, Link, Tag, Tone};
use crate::locale::T;

impl T {
    /// The reader's half of a text.
    #[must_use]
    pub fn text(self, text: &Text) -> String {
        self.pick(&text.zh, &text.en).to_owned()
    }
}

/// The label of a field, without saying which site it belongs to.
#[must_use]
pub fn field_label(t: T, path: &str) -> String {
    if let Some((kind, _)) = MaterialKind::from_field(path) {
        return t.of("material", kind);
    }
    let parts: Vec<&str> = path.split('.').filter(|part| part.parse::<usize>().is_err()).collect();
    match parts[..] {
        [.., "certificate_valid_until"] => t.msg("field-valid-until"),
        ["principal", field] | ["sites", "manager", field] => t.of("field-person", field),
        ["sites"] => t.msg("section-site"),
        ["account", ..] => t.msg("nav-account"),
        _ => t.find("field", &parts.join(".")).unwrap_or_else(|| path.to_owned()),
    }
}

/// The label of a field with whose it is: the site's number, the principal, the manager.
#[must_use]
pub fn full_label(t: T, path: &str) -> String {
    let label = field_label(t, path);
    let mut parts = path.split('.');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("principal"), ..) => t.two("label-of", "of", t.msg("section-principal"), "label", label),
        (Some("sites"), Some(index), third) => {
            let number = index.parse::<usize>().unwrap_or_default() + 1;
            let of = if third == Some("manager") { "section-manager-n" } else { "section-site-n" };
            t.two("label-of", "of", t.one(of, "n", number), "label", label)
        }
        _ => label,
    }
}

/// Where a field of an order is filled in.
#[must_use]
pub fn field_href(order: impl std::fmt::Display, path: &str) -> String {
    // The first site's domain and resource are written on the first page, whichever name they are asked for by.
    let path = app::order::twin(path).filter(|twin| twin.starts_with("basic.")).unwrap_or(path);
    let anchor = crate::component::form::id_of(path);
    if let Some((kind, site)) = MaterialKind::from_field(path) {
        return match site {
            Some(site) if filing::progress::is_verification(kind) => format!("/orders/{order}/verification/{site}"),
            _ => format!("/orders/{order}/materials#{anchor}"),
        };
    }
    let mut parts = path.split('.');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(section @ ("basic" | "subject" | "principal" | "cancellation")), ..) => {
            format!("/orders/{order}/{section}#{anchor}")
        }
        (Some("sites"), Some(index), Some("manager" | "manager_is_principal")) => {
            format!("/orders/{order}/sites/{index}/manager#{anchor}")
        }
        (Some("sites"), Some(index), _) => format!("/orders/{order}/sites/{index}#{anchor}"),
        _ => format!("/orders/{order}"),
    }
}

/// What a finding's gravity feels like.
#[must_use]
pub const fn tone_of(severity: Severity) -> Tone {
    match severity {
        Severity::Block => Tone::Stop,
        Severity::Warn => Tone::Wait,
        Severity::Ask => Tone::Info,
    }
}

/// A finding as it is shown; `link` leads to its field where it does not stand beside it.
#[must_use]
pub fn finding(t: T, finding: &Finding, link: Option<Link>) -> FindingBox {
    let mut source = finding.rule.clone();
    if !finding.source.is_empty() {
        source = format!("{source} · {}", finding.source);
    }
    if let Some(from) = finding.effective_from {
        source = format!("{source} · {}", t.one("rule-since", "date", from));
    }
    FindingBox {
        t,
        tone: tone_of(finding.severity),
        message: t.text(&finding.message),
        fix: t.text(&finding.fix),
        source,
        link,
    }
}

/// The status of a stage.
#[must_use]
pub fn stage_tag(t: T, stage: StageKind) -> Tag {
    let tone = match stage {
        StageKind::Draft => Tone::Info,
        StageKind::ChangesRequested => Tone::Stop,
        StageKind::Filed => Tone::Ok,
        StageKind::Cancelled | StageKind::Abandoned => Tone::Plain,
        _ => Tone::Wait,
    };
    Tag::new(tone, t.of("stage", stage.as_str()))
}

/// The name of a subject's nature.
#[must_use]
pub fn nature(t: T, word: &str) -> String {
    Nature::from_word(word).map_or_else(|| word.to_owned(), |nature| t.text(&nature.name()))
}

/// The name of a kind of certificate.
#[must_use]
pub fn certificate(t: T, word: &str) -> String {
    CertificateKind::from_word(word).map_or_else(|| word.to_owned(), |kind| t.text(&kind.name()))
}

/// The name of a province.
#[must_use]
pub fn province(t: T, code: &str) -> String {
    Province::from_code(code).map_or_else(|| code.to_owned(), |province| t.text(&province.name()))
}

/// The name of a code of one of the authority's tables.
#[must_use]
pub fn coded(t: T, table: code::Table, typed: &str) -> String {
    table.find(typed).map_or_else(|| typed.to_owned(), |row| t.text(&row.name()))
}

/// A person's or unit's proven identity in one line.
#[must_use]
pub fn identity_line(t: T, identity: &IdentityView) -> String {
    format!(
        "{} · {} {}",
        nature(t, &identity.nature),
        certificate(t, &identity.certificate_kind),
        identity.certificate_number
    )
}

/// The value of a field of a draft in words.
#[must_use]
pub fn value(t: T, path: &str, typed: &str) -> String {
    let last = path.rsplit('.').next().unwrap_or_default();
    match last {
        _ if typed.is_empty() => String::new(),
        "province" => province(t, typed),
        "nature" => nature(t, typed),
        "certificate_kind" => certificate(t, typed),
        "city" | "district" => filing::address::full_name(typed).unwrap_or_else(|| typed.to_owned()),
        "certificate_valid_until" if typed == "long-term" => t.msg("long-term"),
        "content" => coded(t, code::SERVICE_CONTENT, typed),
        "languages" => words_of(t, code::LANGUAGE, typed),
        "approvals" => words_of(t, code::PRE_APPROVAL, typed),
        "reason" if path.starts_with("cancellation.") => cancel_reason(t, typed),
        "manager_is_principal" | "understood" => t.msg(if typed == "true" { "yes" } else { "no" }),
        _ => typed.to_owned(),
    }
}

fn cancel_reason(t: T, word: &str) -> String {
    CancelReason::from_word(word).map_or_else(|| word.to_owned(), |reason| t.text(&reason.name()))
}

fn words_of(t: T, table: code::Table, list: &str) -> String {
    list.split([',', ' '])
        .filter(|word| !word.is_empty())
        .map(|word| coded(t, table, word))
        .collect::<Vec<_>>()
        .join(&t.msg("comma"))
}
