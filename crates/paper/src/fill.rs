//! A form with a draft's data in its holes.

use filing::certificate::CertificateKind;
use filing::draft::{Draft, PersonDraft, SiteDraft};
use filing::material;
use filing::nature::Nature;
use filing::papers::Template;
use filing::province::Province;

use crate::form::{For, Form, Look, Part, form, words};

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// The form's own words.
    Words(String),
    /// What the draft says; underlined.
    Value(String),
    /// A line to fill in by hand, so many characters wide.
    Blank(usize),
}

/// A block of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Whom it is addressed to.
    Address(Vec<Span>),
    /// A paragraph.
    Paragraph(Vec<Span>),
    /// A heading.
    Heading(Vec<Span>),
    /// A label and a value.
    Row(String, Vec<Span>),
    /// So many empty lines.
    Lines(usize),
    /// The signatures: each a label and a value.
    Signs(Vec<(String, Vec<Span>)>),
}

/// A form that is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The form.
    pub template: Template,
    /// What stands at its head.
    pub title: String,
    /// Its blocks.
    pub blocks: Vec<Block>,
}

impl Letter {
    /// Every piece of it, in the order of reading.
    pub fn spans(&self) -> impl Iterator<Item = &Span> {
        self.blocks.iter().flat_map(|block| -> Vec<&Span> {
            match block {
                Block::Address(spans) | Block::Paragraph(spans) | Block::Heading(spans) | Block::Row(_, spans) => {
                    spans.iter().collect()
                }
                Block::Lines(_) => Vec::new(),
                Block::Signs(rows) => rows.iter().flat_map(|(_, spans)| spans).collect(),
            }
        })
    }
}

/// Fills a form in for a draft and, where it speaks of one, its site.
#[must_use]
pub fn fill(template: Template, draft: &Draft, site: usize) -> Letter {
    let form: &Form = form(template);
    let whole = Filler { draft, site: form.of_site.then_some(site), number: None };
    let mut blocks = Vec::new();
    let mut signs = Vec::new();
    for part in form.parts.iter().filter(|part| part.whom.is_none_or(|whom| whom == whole.whom())) {
        if part.is == Look::Sign {
            signs.push((part.label.clone(), whole.spans(&part.text)));
            continue;
        }
        if part.each_site {
            for index in whole.sites() {
                blocks.push(Filler { draft, site: Some(index), number: Some(index + 1) }.block(part));
            }
        } else {
            blocks.push(whole.block(part));
        }
    }
    if !signs.is_empty() {
        blocks.push(Block::Signs(signs));
    }
    Letter { template, title: form.title.clone(), blocks }
}

/// Answers what a hole stands for.
struct Filler<'a> {
    draft: &'a Draft,
    /// The site it speaks of; none for all.
    site: Option<usize>,
    number: Option<usize>,
}

impl<'a> Filler<'a> {
    fn whom(&self) -> For {
        if Nature::from_word(self.draft.basic.nature.trim()).is_some_and(Nature::is_individual) {
            For::Individual
        } else {
            For::Unit
        }
    }

    fn sites(&self) -> std::ops::Range<usize> {
        self.site.map_or(0..self.draft.sites.len().max(1), |site| site..site + 1)
    }

    fn block(&self, part: &Part) -> Block {
        let spans = self.spans(&part.text);
        match part.is {
            Look::Address => Block::Address(spans),
            Look::Heading => Block::Heading(spans),
            Look::Row => Block::Row(part.label.clone(), spans),
            Look::Lines => Block::Lines(part.lines.max(1)),
            Look::Paragraph | Look::Sign => Block::Paragraph(spans),
        }
    }

    /// A text with its holes filled: what is known is a value, what is not is a blank.
    fn spans(&self, text: &str) -> Vec<Span> {
        let mut spans = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (hole, after) = after.split_once('}').unwrap_or((after, ""));
            if !before.is_empty() {
                spans.push(Span::Words(before.to_owned()));
            }
            spans.push(self.hole(hole));
            rest = after;
        }
        if !rest.is_empty() {
            spans.push(Span::Words(rest.to_owned()));
        }
        spans
    }

    fn hole(&self, hole: &str) -> Span {
        if let Some(width) = hole.strip_prefix("blank:") {
            return Span::Blank(width.parse().unwrap_or(8));
        }
        let value = self.value(hole).unwrap_or_default();
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        if value.is_empty() {
            Span::Blank(words().blanks.get(hole).copied().unwrap_or(8))
        } else if hole == "n" || hole == "authority" {
            Span::Words(value)
        } else {
            Span::Value(value)
        }
    }

    /// What the draft says; nothing when it says nothing.
    fn value(&self, hole: &str) -> Option<String> {
        let (basic, subject) = (&self.draft.basic, &self.draft.subject);
        Some(match hole {
            "n" => self.number?.to_string(),
            "authority" => Province::from_word(basic.province.trim())?.name().zh,
            "unit" => basic.name.clone(),
            "unit.kind" => kind(&basic.certificate_kind)?,
            "unit.number" => basic.certificate_number.clone(),
            "unit.address" => subject.postal_address.clone(),
            "representative" => subject.legal_representative.clone(),
            "representative.number" => self.representative()?.certificate_number.clone(),
            "principal" => self.draft.principal.name.clone(),
            "principal.kind" => document(&self.draft.principal)?,
            "principal.number" => self.draft.principal.certificate_number.clone(),
            "principal.mobile" => self.draft.principal.mobile.clone(),
            "manager" => self.manager()?.name.clone(),
            "manager.kind" => document(self.manager()?)?,
            "manager.number" => self.manager()?.certificate_number.clone(),
            "manager.mobile" => self.manager()?.mobile.clone(),
            "site" => self.one_site()?.name.clone(),
            "domain" => self.domain(self.sites().start)?,
            "sites" => self.joined(|filler, index| Some(filler.draft.sites.get(index)?.name.trim().to_owned())),
            "domains" => self.joined(Self::domain),
            "remark" => self.one_site()?.remark.clone(),
            _ => return None,
        })
    }

    fn joined(&self, of: impl Fn(&Self, usize) -> Option<String>) -> String {
        let all: Vec<String> =
            self.sites().filter_map(|index| of(self, index)).filter(|text| !text.is_empty()).collect();
        all.join(&words().and)
    }

    fn one_site(&self) -> Option<&'a SiteDraft> {
        self.draft.sites.get(self.sites().start)
    }

    /// The first site's domain is the one of the basic check when it has none itself.
    fn domain(&self, index: usize) -> Option<String> {
        let own = self.draft.sites.get(index).map_or("", |site| site.domain.trim());
        let domain = if own.is_empty() && index == 0 { self.draft.basic.domain.trim() } else { own };
        (!domain.is_empty()).then(|| domain.to_owned())
    }

    fn manager(&self) -> Option<&'a PersonDraft> {
        material::manager(self.draft, self.sites().start)
    }

    /// The principal, where that is the legal representative: nobody else's number is known.
    fn representative(&self) -> Option<&'a PersonDraft> {
        let representative = self.draft.subject.legal_representative.trim();
        let people = std::iter::once(&self.draft.principal).chain(self.draft.sites.iter().map(|site| &site.manager));
        people.into_iter().find(|person| !representative.is_empty() && person.name.trim() == representative)
    }
}

fn document(person: &PersonDraft) -> Option<String> {
    kind(&person.certificate_kind)
}

/// What a certificate is called; what the authority's table adds in brackets is left out.
fn kind(word: &str) -> Option<String> {
    let name = CertificateKind::from_word(word.trim())?.name().zh;
    Some(name.split(words().bracket.as_str()).next().unwrap_or_default().to_owned())
}
