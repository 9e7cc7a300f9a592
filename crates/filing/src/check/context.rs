//! What one run of the checks looks at, and where findings gather.

use jiff::civil::Date;

use super::{Facts, Finding, Rule, rule};
use crate::domain::DomainName;
use crate::draft::{Draft, PersonDraft, SiteDraft};
use crate::nature::Nature;
use crate::province::{Line, Occasion, Params, Province};
use crate::reason::Reason;
use crate::stage::Action;
use crate::text::Text;

/// The draft, the facts, the day, what could be read of them, and the findings so far.
pub(crate) struct Context<'a> {
    pub draft: &'a Draft,
    pub facts: &'a Facts,
    pub on: Date,
    pub nature: Option<Nature>,
    pub province: Option<Province>,
    /// What the order asks; while nobody knows, what most orders ask.
    pub action: Action,
    findings: Vec<Finding>,
}

impl<'a> Context<'a> {
    pub fn new(draft: &'a Draft, facts: &'a Facts, on: Date) -> Self {
        Self {
            draft,
            facts,
            on,
            nature: Nature::from_word(draft.basic.nature.trim()),
            province: Province::from_word(draft.basic.province.trim()),
            action: facts.action(draft).unwrap_or(Action::FirstFiling),
            findings: Vec::new(),
        }
    }

    /// Whether the subject is a person; no answer while the nature is not given.
    pub fn individual(&self) -> Option<bool> {
        self.nature.map(Nature::is_individual)
    }

    /// The province's parameters; none while the province is not given.
    pub fn params(&self) -> Option<&'static Params> {
        self.province.map(|province| &province.practice().params)
    }

    /// The province's line that a rule decides for this subject, this order and this day.
    pub fn own_line(&self, rule: &str) -> Option<&'static Line> {
        let (individual, occasion) = (self.individual()?, Occasion::of(self.action));
        let on = self.on;
        self.province?.lines().find(|line| {
            line.concerns(individual, Some(occasion)) && line.holds(on) && line.decided_by.iter().any(|id| id == rule)
        })
    }

    /// The province's line that a rule decides and that names a word among its figures.
    pub fn own_line_naming(&self, rule: &str, word: &str) -> Option<&'static Line> {
        let names = |value: &serde_json::Value| match value {
            serde_json::Value::Array(list) => list.iter().any(|item| item.as_str() == Some(word)),
            other => other.as_str() == Some(word),
        };
        let individual = self.individual()?;
        self.province?.lines().find(|line| {
            line.nature.covers(individual)
                && line.holds(self.on)
                && line.decided_by.iter().any(|id| id == rule)
                && line.figures.values().any(names)
        })
    }

    /// Whether the province speaks on this occasion: it does where none of its lines on the matter is for others only.
    pub fn speaks_now(&self, rule: &str) -> bool {
        let (Some(province), Some(individual)) = (self.province, self.individual()) else { return false };
        let mut own = province
            .lines()
            .filter(|line| line.nature.covers(individual) && line.decided_by.iter().any(|id| id == rule))
            .peekable();
        own.peek().is_none() || self.own_line(rule).is_some()
    }

    /// The province's name; nothing while it is not given.
    pub fn province_name(&self) -> Text {
        self.province.map(Province::name).unwrap_or_default()
    }

    /// The sites with their numbers.
    pub fn sites(&self) -> impl Iterator<Item = (usize, &'a SiteDraft)> + use<'a> {
        self.draft.sites.iter().enumerate()
    }

    /// The domain of a site as it counts: the first site's is the one of the basic check when it has none itself.
    pub fn site_domain(&self, index: usize) -> &'a str {
        let own = self.draft.sites.get(index).map_or("", |site| site.domain.trim());
        if own.is_empty() && index == 0 { self.draft.basic.domain.trim() } else { own }
    }

    /// The domains of the order with the fields they stand in, the basic check's and the first site's once.
    pub fn domains(&self) -> Vec<(String, &'a str)> {
        let mut domains = vec![("basic.domain".to_owned(), self.draft.basic.domain.trim())];
        for (index, site) in self.sites() {
            let same = index == 0 && site.domain.trim().eq_ignore_ascii_case(self.draft.basic.domain.trim());
            if !same {
                domains.push((format!("sites.{index}.domain"), site.domain.trim()));
            }
        }
        domains.retain(|(_, domain)| !domain.is_empty());
        domains
    }

    /// The domains of the order that are well formed.
    pub fn parsed_domains(&self) -> Vec<(String, DomainName)> {
        self.domains().into_iter().filter_map(|(field, text)| Some((field, DomainName::parse(text).ok()?))).collect()
    }

    /// The resources of the order with the fields they stand in, the basic check's and the first site's once.
    pub fn resources(&self) -> Vec<(String, &'a str)> {
        let mut resources = vec![("basic.resource".to_owned(), self.draft.basic.resource.trim())];
        for (index, site) in self.sites() {
            if index != 0 || site.resource.trim() != self.draft.basic.resource.trim() {
                resources.push((format!("sites.{index}.resource"), site.resource.trim()));
            }
        }
        resources.retain(|(_, resource)| !resource.is_empty());
        resources
    }

    /// Principal and managers with the paths of their groups; a manager who is the principal is not named twice.
    pub fn people(&self) -> Vec<(String, &'a PersonDraft)> {
        let mut people = vec![("principal".to_owned(), &self.draft.principal)];
        if self.individual() != Some(true) {
            for (index, site) in self.sites() {
                if !site.manager_is_principal {
                    people.push((format!("sites.{index}.manager"), &site.manager));
                }
            }
        }
        people
    }

    /// The rule of an id that this crate names.
    pub fn rule(&self, id: &str) -> &'static Rule {
        #[expect(clippy::expect_used, reason = "a test shows that every id named in the code is in the files")]
        rule(id).expect("a rule that the code names is in rules/*.toml")
    }

    /// Notes a finding of a rule, unless the rule does not hold on the day or is not for this order.
    pub fn report(&mut self, id: &str, field: impl Into<String>) -> Report<'_> {
        let rule = self.rule(id);
        let field = field.into();
        let line = self.own_line(id).filter(|line| line_means(line, id, &field));
        let applies = rule.holds(self.on) && rule.is_for(self.nature, self.action);
        let finding = applies.then(|| {
            self.findings.push(Finding {
                rule: rule.id.clone(),
                severity: rule.severity,
                field,
                message: rule.message.clone(),
                fix: rule.fix.clone(),
                value: None,
                values: Vec::new(),
                source: line.map_or_else(|| rule.source.clone(), Line::citation),
                effective_from: rule.effective_from,
                effective_until: rule.effective_until,
                cured_from: None,
            });
            self.findings.len() - 1
        });
        Report { finding: finding.and_then(|index| self.findings.get_mut(index)), rule, cited: line.is_some() }
    }

    /// Notes what a parser found at fault.
    pub fn report_reason(&mut self, reason: &Reason, field: impl Into<String>) -> Report<'_> {
        let report = self.report(reason.rule, field);
        let report = reason.holes.iter().fold(report, |report, (name, value)| report.with(name, value));
        report.offer(reason.offer.clone())
    }

    pub fn into_findings(self) -> Vec<Finding> {
        self.findings
    }
}

/// Whether a line that a rule decides speaks of this field: a missing field is a province's own demand only where its
/// line is shown, and what it says of people is not about the subject.
fn line_means(line: &Line, rule: &str, field: &str) -> bool {
    let of_people = |field: &str| field.starts_with("principal.") || field.contains(".manager.");
    match rule {
        "form-01" => line.field == field,
        "certificate-10" => of_people(&line.field) == of_people(field),
        _ => true,
    }
}

/// A finding whose holes are being filled.
pub(crate) struct Report<'a> {
    finding: Option<&'a mut Finding>,
    rule: &'static Rule,
    cited: bool,
}

impl Report<'_> {
    /// Fills `{name}` in message and fix.
    pub fn with(self, name: &str, value: impl std::fmt::Display) -> Self {
        let value = value.to_string();
        self.change(|finding| {
            finding.message = finding.message.with(name, &value);
            finding.fix = finding.fix.with(name, &value);
        })
    }

    /// Fills `{name}` with a text of both languages.
    pub fn with_text(self, name: &str, text: &crate::text::Text) -> Self {
        let hole = format!("{{{name}}}");
        self.change(|finding| {
            for part in [&mut finding.message, &mut finding.fix] {
                part.zh = part.zh.replace(&hole, &text.zh);
                part.en = part.en.replace(&hole, &text.en);
            }
        })
    }

    /// Offers ready values, the best first.
    pub fn offer(self, values: impl IntoIterator<Item = String>) -> Self {
        let values: Vec<String> = values.into_iter().filter(|value| !value.is_empty()).collect();
        self.change(|finding| {
            finding.value = values.first().cloned();
            finding.values = values;
        })
    }

    /// Names a source nearer to the case, such as one province's page; a province's own line is nearer still.
    pub fn cite(self, source: impl std::fmt::Display) -> Self {
        if self.cited {
            return self;
        }
        let source = source.to_string();
        self.change(|finding| finding.source = source)
    }

    /// Names the province's line that is meant, where several speak of the matter.
    pub fn cite_line(mut self, line: Option<&Line>) -> Self {
        let Some(citation) = line.map(Line::citation) else { return self };
        self.cited = true;
        self.change(|finding| finding.source = citation)
    }

    /// Goes by the rule's own source, where the province asks for no more than everybody.
    pub fn cite_general(self) -> Self {
        let source = self.rule.source.clone();
        self.change(|finding| finding.source = source)
    }

    /// Changes how grave it is, where a province is stricter or milder than the rest.
    pub fn grave(self, severity: super::Severity) -> Self {
        self.change(|finding| finding.severity = severity)
    }

    /// Says from which day it is no longer so, at best.
    pub fn cured_from(self, day: Date) -> Self {
        self.change(|finding| finding.cured_from = Some(day))
    }

    fn change(mut self, change: impl FnOnce(&mut Finding)) -> Self {
        if let Some(finding) = self.finding.as_deref_mut() {
            change(finding);
        }
        self
    }
}
