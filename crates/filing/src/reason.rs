//! From a parser's fault to the rule that speaks of it: one place for the checks of a draft and of a single value.

use crate::certificate::{CertificateFault, FaultKind, ResidentIdFault, UsccFault};
use crate::domain::DomainFault;

/// A rule with what fills its holes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reason {
    /// The rule's id.
    pub rule: &'static str,
    /// The holes of its texts.
    pub holes: Vec<(&'static str, String)>,
    /// A ready value, where there is one.
    pub offer: Option<String>,
}

impl Reason {
    pub fn new(rule: &'static str) -> Self {
        Self { rule, holes: Vec::new(), offer: None }
    }

    /// Fills a hole.
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.holes.push((name, value.to_string()));
        self
    }

    /// Offers a ready value.
    pub fn offer(mut self, value: Option<String>) -> Self {
        self.offer = value;
        self
    }
}

/// A fault that a rule speaks of.
pub(crate) trait Explain {
    /// The rule and its holes; none when nothing was typed, which is the form's to say.
    fn reason(&self) -> Option<Reason>;
}

fn length(found: usize, expected: impl ToString) -> Reason {
    Reason::new("certificate-02").with("expected", expected).with("found", found)
}

fn character(position: usize, found: char) -> Reason {
    Reason::new("certificate-03").with("position", position).with("found", found)
}

impl Explain for CertificateFault {
    fn reason(&self) -> Option<Reason> {
        match self {
            Self::Empty => None,
            Self::ResidentId(fault) => Some(resident_id(fault)),
            Self::Uscc(fault) => Some(uscc(fault)),
            Self::Form(fault) => Some(form(fault)),
        }
    }
}

fn resident_id(fault: &ResidentIdFault) -> Reason {
    match fault {
        ResidentIdFault::Length { found } => length(*found, 18),
        ResidentIdFault::Old { full } => length(15, 18).offer(Some(full.clone())),
        ResidentIdFault::Character { position, found } => character(*position, *found),
        ResidentIdFault::Area { area } => Reason::new("certificate-04").with("found", area),
        ResidentIdFault::Birth { digits } => Reason::new("certificate-05").with("found", digits),
        ResidentIdFault::Check { .. } => Reason::new("certificate-06"),
    }
}

fn uscc(fault: &UsccFault) -> Reason {
    match fault {
        UsccFault::Length { found } => length(*found, 18),
        UsccFault::Character { position, found } => character(*position, *found),
        UsccFault::Prefix { prefix } => character(1, prefix.chars().next().unwrap_or(' ')),
        UsccFault::Area { area } => Reason::new("certificate-04").with("found", area),
        UsccFault::Organization { .. } | UsccFault::Check { .. } => Reason::new("certificate-06"),
    }
}

fn form(fault: &FaultKind) -> Reason {
    match fault {
        FaultKind::Length { found, expected } => length(*found, expected),
        FaultKind::Character { position, found } => character(*position, *found),
        FaultKind::Pattern { example } => Reason::new("certificate-07").with("example", example),
        FaultKind::Region { expected } => Reason::new("certificate-07").with("example", expected),
        FaultKind::Check { .. } => Reason::new("certificate-06"),
    }
}

impl Explain for DomainFault {
    fn reason(&self) -> Option<Reason> {
        let found = |rule, found: &dyn ToString| Some(Reason::new(rule).with("found", found.to_string()));
        match self {
            Self::Empty => None,
            Self::Url { part, name } => Some(Reason::new("domain-02").with("found", part).offer(name.clone())),
            Self::Subdomain { found, registrable } => Some(
                Reason::new("domain-03")
                    .with("found", found)
                    .with("registrable", registrable)
                    .offer(Some(registrable.clone())),
            ),
            Self::Ip(text) | Self::Suffix(text) => found("domain-04", text),
            Self::Character(c) => found("domain-01", c),
            Self::Label(text) | Self::Length(text) => found("domain-01", text),
        }
    }
}
