//! Form fields: a label, a hint, what was typed, and what is wrong with it, always in this order.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::component::{FindingBox, Link, Tone};
use crate::locale::T;

/// How a field is filled in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Kind {
    /// One line of text.
    #[default]
    Text,
    /// A secret.
    Password,
    /// Several lines.
    Lines,
    /// A day.
    Date,
    /// One of many, as a drop-down list.
    Select,
    /// One of a few, each on its own line.
    Radio,
    /// Any number of a few.
    Checks,
    /// Yes or no; the label is the sentence agreed to.
    Tick,
}

/// One choice of a field.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub word: String,
    /// The heading it stands under, in drop-down lists.
    pub group: String,
    /// A second line that explains it.
    pub hint: String,
}

impl Choice {
    /// A choice without heading or explanation.
    #[must_use]
    pub fn new(value: impl Into<String>, word: impl Into<String>) -> Self {
        Self { value: value.into(), word: word.into(), ..Self::default() }
    }

    /// The same choice under a heading.
    #[must_use]
    pub fn under(mut self, group: impl Into<String>) -> Self {
        self.group = group.into();
        self
    }
}

/// Something to know at a field, with where it was read.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// What it says.
    pub text: String,
    /// Where it was read.
    pub source: String,
    /// A text to copy, where the source words one.
    pub ready: String,
}

/// A field of a form.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "field.html")]
pub struct Field {
    /// The reader's language.
    pub t: T,
    /// The name under which the browser sends it; also the field's path in findings.
    pub name: String,
    /// What it asks for.
    pub label: String,
    /// How to answer.
    pub hint: String,
    /// How it is filled in.
    pub kind: Kind,
    /// What was typed; several for `Checks`.
    pub values: Vec<String>,
    /// What may be chosen.
    pub choices: Vec<Choice>,
    /// Whether it may stay empty.
    pub optional: bool,
    /// Whether it can only be read now.
    pub locked: bool,
    /// The `inputmode` that brings up the right keyboard.
    pub inputmode: &'static str,
    /// The `autocomplete` token.
    pub autocomplete: &'static str,
    /// What is wrong with what was typed, worst first.
    pub findings: Vec<FindingBox>,
    /// Values that would do, each one click away.
    pub ready: Vec<String>,
    /// What the authority and the rules say of it that no machine decides.
    pub said: Vec<Said>,
    /// Which field's choice decides which of these choices fit; the groups are that field's words.
    pub follows: String,
}

impl Field {
    /// An empty field of this kind.
    #[must_use]
    pub fn new(t: T, kind: Kind, name: impl Into<String>, label: impl Into<String>) -> Self {
        Self { t, kind, name: name.into(), label: label.into(), ..Self::default() }
    }

    /// The same field with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// The same field with what was typed.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.values = vec![value.into()];
        self
    }

    /// The same field with the several values that were ticked.
    #[must_use]
    pub fn ticked(mut self, values: Vec<String>) -> Self {
        self.values = values;
        self
    }

    /// The same field with its choices.
    #[must_use]
    pub fn choices(mut self, choices: Vec<Choice>) -> Self {
        self.choices = choices;
        self
    }

    /// The same field with the keyboard and the autofill a phone should offer.
    #[must_use]
    pub const fn keyboard(mut self, inputmode: &'static str, autocomplete: &'static str) -> Self {
        self.inputmode = inputmode;
        self.autocomplete = autocomplete;
        self
    }

    /// The same field, which may stay empty.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// The same field, only to be read, when `locked`.
    #[must_use]
    pub const fn locked(mut self, locked: bool) -> Self {
        self.locked = locked;
        self
    }

    /// The same field with what is wrong with it.
    #[must_use]
    pub fn found(mut self, findings: Vec<FindingBox>) -> Self {
        self.findings = findings;
        self
    }

    /// The first value, or nothing.
    #[must_use]
    pub fn first(&self) -> &str {
        self.values.first().map_or("", String::as_str)
    }

    /// Whether a choice is taken.
    #[must_use]
    pub fn has(&self, value: &str) -> bool {
        self.values.iter().any(|taken| taken == value)
    }

    /// The id of the control in the page.
    #[must_use]
    pub fn id(&self) -> String {
        id_of(&self.name)
    }

    /// Whether something stops the form.
    #[must_use]
    pub fn stops(&self) -> bool {
        self.findings.iter().any(|finding| finding.tone == Tone::Stop)
    }

    /// The class of the whole field: a coloured edge when something was found.
    #[must_use]
    pub fn edge(&self) -> &'static str {
        if self.stops() {
            "field field-stop"
        } else if self.findings.iter().any(|finding| finding.tone == Tone::Wait) {
            "field field-wait"
        } else {
            "field"
        }
    }

    /// The ids that describe the control, for `aria-describedby`.
    #[must_use]
    pub fn described_by(&self) -> String {
        let mut ids = Vec::new();
        if !self.hint.is_empty() {
            ids.push(format!("{}-hint", self.id()));
        }
        if !self.findings.is_empty() {
            ids.push(format!("{}-found", self.id()));
        }
        ids.join(" ")
    }

    /// The choices under their headings, in the order given.
    #[must_use]
    pub fn groups(&self) -> Vec<(String, Vec<Choice>)> {
        let mut groups: Vec<(String, Vec<Choice>)> = Vec::new();
        for choice in &self.choices {
            match groups.last_mut() {
                Some((group, choices)) if *group == choice.group => choices.push(choice.clone()),
                _ => groups.push((choice.group.clone(), vec![choice.clone()])),
            }
        }
        groups
    }
}

/// The id of the control of a field path: `sites.0.name` becomes `f-sites-0-name`.
#[must_use]
pub fn id_of(name: &str) -> String {
    format!("f-{}", name.replace(['.', '_'], "-"))
}

/// The links of an error summary for these fields: what stops the form, in the words beside the field.
#[must_use]
pub fn summary_of<'a>(fields: impl IntoIterator<Item = &'a Field>) -> Vec<Link> {
    fields
        .into_iter()
        .flat_map(|field| {
            field.findings.iter().filter(|finding| finding.tone == Tone::Stop).map(|finding| {
                let words = format!("{}{}{}", field.label, field.t.msg("colon"), finding.message);
                Link::new(format!("#{}", field.id()), words)
            })
        })
        .collect()
}

/// A form: groups of fields, one button, and a quieter way out.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "form.html")]
pub struct Form {
    /// Where it goes.
    pub action: String,
    /// Fields under their headings; an empty heading has none.
    pub groups: Vec<(String, Vec<Field>)>,
    /// Values that are not shown.
    pub hidden: Vec<(String, String)>,
    /// What the button says.
    pub submit: String,
    /// Whether it does something that cannot be taken back.
    pub danger: bool,
    /// A quieter way out.
    pub second: Option<Link>,
    /// Lays the fields and the button on one line.
    pub inline: bool,
}

impl Form {
    /// A form of one group.
    #[must_use]
    pub fn new(action: impl Into<String>, fields: Vec<Field>, submit: impl Into<String>) -> Self {
        Self { action: action.into(), groups: vec![(String::new(), fields)], submit: submit.into(), ..Self::default() }
    }

    /// The same form with a hidden value.
    #[must_use]
    pub fn hidden(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.hidden.push((name.into(), value.into()));
        self
    }

    /// The same form with a quieter way out.
    #[must_use]
    pub fn second(mut self, link: Link) -> Self {
        self.second = Some(link);
        self
    }

    /// Whether a question is asked by its one field already, so that a heading would only repeat it.
    #[must_use]
    pub fn is_its_own_heading(&self, title: &str, fields: &[Field]) -> bool {
        fields.first().is_some_and(|field| fields.len() == 1 && (field.label == title || field.kind == Kind::Tick))
    }

    /// Every field.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.groups.iter().flat_map(|(_, fields)| fields)
    }
}

impl HtmlSafe for Field {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::Lang;

    fn wrong(message: &str) -> FindingBox {
        FindingBox {
            t: T(Lang::En),
            tone: Tone::Stop,
            message: message.into(),
            fix: String::new(),
            source: String::new(),
            link: None,
        }
    }

    #[test]
    fn a_field_with_a_finding_says_so_to_the_eye_and_to_the_screen_reader() {
        let html = Field::new(T(Lang::En), Kind::Text, "sites.0.name", "Name")
            .value("<yunshan>")
            .found(vec![wrong("Latin only")])
            .render()
            .unwrap();
        assert!(html.contains(r#"aria-invalid="true""#), "{html}");
        assert!(html.contains(r#"aria-describedby="f-sites-0-name-found""#), "{html}");
        assert!(html.contains("Latin only") && !html.contains("<yunshan>"), "{html}");
    }

    #[test]
    fn the_summary_repeats_the_words_beside_the_field_and_leads_to_it() {
        let field = Field::new(T(Lang::En), Kind::Text, "basic.domain", "Domain").found(vec![wrong("No dot")]);
        let links = summary_of([&field]);
        assert_eq!((links[0].href.as_str(), links[0].word.as_str()), ("#f-basic-domain", "Domain: No dot"));
    }

    #[test]
    fn choices_keep_their_order_under_their_headings() {
        let field = Field::new(T(Lang::En), Kind::Select, "d", "D").choices(vec![
            Choice::new("1", "a").under("x"),
            Choice::new("2", "b").under("x"),
            Choice::new("3", "c").under("y"),
        ]);
        let groups: Vec<_> = field.groups().iter().map(|(name, list)| (name.clone(), list.len())).collect();
        assert_eq!(groups, [("x".to_owned(), 2), ("y".to_owned(), 1)]);
    }
}
