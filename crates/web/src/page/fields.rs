//! The questions of each section: one list of fields per section, in groups of one question each for the phone.

use filing::address;
use filing::certificate::CertificateKind;
use filing::check::Finding;
use filing::code;
use filing::draft::Draft;
use filing::nature::Nature;
use filing::province::Province;
use filing::stage::Action;
use filing::text::Text;
use serde_json::Value;

use crate::component::form::{Choice, Field, Kind};
use crate::http::typed::text;
use crate::locale::T;
use crate::page::words;

/// The part of an order that one page fills in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// The basic check (基础信息校验).
    Basic,
    /// The subject (主体).
    Subject,
    /// Its principal (主体负责人).
    Principal,
    /// A site, from 0 (网站).
    Site(usize),
    /// A site's manager (网站负责人).
    Manager(usize),
}

/// A question: a few fields that belong together, with a heading of their own.
#[derive(Debug, Clone)]
pub struct Question {
    /// The heading.
    pub title: String,
    /// The fields.
    pub fields: Vec<Field>,
}

impl Section {
    /// The address of the section below its order.
    #[must_use]
    pub fn path(self) -> String {
        match self {
            Self::Basic => "basic".into(),
            Self::Subject => "subject".into(),
            Self::Principal => "principal".into(),
            Self::Site(index) => format!("sites/{index}"),
            Self::Manager(index) => format!("sites/{index}/manager"),
        }
    }

    /// The path its fields begin with.
    #[must_use]
    pub fn prefix(self) -> String {
        match self {
            Self::Basic => "basic".into(),
            Self::Subject => "subject".into(),
            Self::Principal => "principal".into(),
            Self::Site(index) => format!("sites.{index}"),
            Self::Manager(index) => format!("sites.{index}.manager"),
        }
    }

    /// What it is called.
    #[must_use]
    pub fn title(self, t: T) -> String {
        match self {
            Self::Basic => t.msg("section-basic"),
            Self::Subject => t.msg("section-subject"),
            Self::Principal => t.msg("section-principal"),
            Self::Site(index) => t.one("section-site-n", "n", index + 1),
            Self::Manager(index) => t.one("section-manager-n", "n", index + 1),
        }
    }
}

/// A choice whose word is a text in both languages.
#[must_use]
pub fn choice_of(t: T, value: &str, name: &Text) -> Choice {
    Choice::new(value, t.text(name))
}

/// Every certificate under the nature it goes with.
#[must_use]
pub fn certificate_choices(t: T) -> Vec<Choice> {
    Nature::ALL
        .iter()
        .flat_map(|nature| {
            let group = t.text(&nature.name());
            nature.certificates().iter().map(move |kind| choice_of(t, kind.as_str(), &kind.name()).under(group.clone()))
        })
        .collect()
}

fn personal_choices(t: T) -> Vec<Choice> {
    CertificateKind::PERSONAL.iter().map(|kind| choice_of(t, kind.as_str(), &kind.name())).collect()
}

/// Every district of a province under its city; a city without districts stands for itself.
fn district_choices(province: &str) -> Vec<Choice> {
    let Some(province) = Province::from_code(province) else { return Vec::new() };
    address::cities(province)
        .into_iter()
        .flat_map(|city| {
            let districts = address::districts(city.code);
            if districts.is_empty() {
                return vec![Choice::new(city.code, city.name).under(city.name)];
            }
            districts.into_iter().map(|district| Choice::new(district.code, district.name).under(city.name)).collect()
        })
        .collect()
}

/// The first page, with the resources of the account.
#[must_use]
pub fn basic(t: T, draft: &Value, resources: Vec<Choice>) -> Vec<Question> {
    let at = Maker { t, draft, prefix: "basic".into() };
    let provinces = Province::ALL.iter().map(|p| choice_of(t, p.code(), &p.name())).collect();
    let natures = Nature::ALL.iter().map(|nature| choice_of(t, nature.as_str(), &nature.name())).collect();
    let mut kind = at.field(Kind::Select, "certificate_kind").choices(certificate_choices(t));
    kind.follows = crate::component::form::id_of("basic.nature");
    vec![
        at.question(
            "question-who",
            vec![
                at.field(Kind::Select, "nature").choices(natures),
                at.field(Kind::Text, "name").keyboard("text", "off"),
                kind,
                at.field(Kind::Text, "certificate_number").keyboard("text", "off"),
                at.field(Kind::Select, "province").choices(provinces),
            ],
        ),
        at.question(
            "question-what",
            vec![
                at.field(Kind::Text, "domain").keyboard("url", "off"),
                at.field(Kind::Radio, "resource").choices(resources),
            ],
        ),
    ]
}

/// The questions of a section other than the first page.
#[must_use]
pub fn questions(
    t: T,
    section: Section,
    draft: &Draft,
    action: Option<Action>,
    resources: Vec<Choice>,
) -> Vec<Question> {
    let tree = serde_json::to_value(draft).unwrap_or_default();
    let individual = Nature::from_word(&draft.basic.nature).is_some_and(Nature::is_individual);
    match section {
        Section::Basic => basic(t, &tree, resources),
        Section::Subject => subject(t, &tree, &draft.basic.province, individual),
        Section::Principal => {
            let at = Maker { t, draft: &tree, prefix: "principal".into() };
            person(&at, Some(draft).filter(|_| individual), &draft.subject.legal_representative)
        }
        Section::Site(index) => {
            let mut questions = site(t, &tree, draft, index, resources);
            if action.is_some_and(Action::adds_access) {
                // The rest of the site is filed already: only where it runs is new.
                questions.truncate(2);
            }
            questions
        }
        Section::Manager(index) => {
            let at = Maker { t, draft: &tree, prefix: format!("sites.{index}") };
            let is_principal = draft.sites.get(index).is_some_and(|site| site.manager_is_principal);
            let tick = at.field(Kind::Tick, "manager_is_principal").value(if is_principal { "yes" } else { "" });
            let mut questions = vec![at.question("question-manager-same", vec![tick])];
            if !is_principal {
                let at = Maker { t, draft: &tree, prefix: format!("sites.{index}.manager") };
                questions.extend(person(&at, None, ""));
            }
            questions
        }
    }
}

fn subject(t: T, tree: &Value, province: &str, individual: bool) -> Vec<Question> {
    let at = Maker { t, draft: tree, prefix: "subject".into() };
    let mut questions = vec![
        at.question(
            "question-address",
            vec![
                at.field(Kind::Select, "district").choices(district_choices(province)),
                at.field(Kind::Text, "postal_address").keyboard("text", "street-address"),
            ],
        ),
        at.question("question-certificate", {
            let mut fields = vec![at.field(Kind::Text, "certificate_address").keyboard("text", "off")];
            fields.extend(at.valid_until());
            fields
        }),
    ];
    if !individual {
        questions.push(at.question(
            "question-legal",
            vec![
                at.field(Kind::Text, "legal_representative").keyboard("text", "off"),
                at.field(Kind::Text, "investor").keyboard("text", "off"),
            ],
        ));
    }
    questions.push(at.question("question-remark", vec![at.field(Kind::Lines, "remark").optional()]));
    questions
}

/// The questions on a person; for an individual's principal the first page has already given name and document.
fn person(at: &Maker<'_>, individual: Option<&Draft>, legal_representative: &str) -> Vec<Question> {
    let mut name = at.person_field(Kind::Text, "name").keyboard("text", "off");
    let mut kind = at.person_field(Kind::Select, "certificate_kind").choices(personal_choices(at.t));
    let mut number = at.person_field(Kind::Text, "certificate_number").keyboard("text", "off");
    if let Some(draft) = individual {
        for (field, value) in [
            (&mut name, &draft.basic.name),
            (&mut kind, &draft.basic.certificate_kind),
            (&mut number, &draft.basic.certificate_number),
        ] {
            if field.first().is_empty() {
                field.values = vec![value.clone()];
            }
        }
    } else if name.first().is_empty() && !legal_representative.is_empty() {
        name.ready.push(legal_representative.to_owned());
    }
    if kind.first().is_empty() {
        kind.values = vec![CertificateKind::ResidentId.as_str().to_owned()];
    }
    vec![
        at.question("question-person", vec![name, kind, number]),
        at.question("question-valid", at.valid_until()),
        at.question(
            "question-phones",
            vec![
                at.person_field(Kind::Text, "mobile").keyboard("tel", "tel"),
                at.person_field(Kind::Text, "emergency_phone").keyboard("tel", "off"),
            ],
        ),
        at.question("question-email", vec![at.person_field(Kind::Text, "email").keyboard("email", "email")]),
    ]
}

fn site(t: T, tree: &Value, draft: &Draft, index: usize, resources: Vec<Choice>) -> Vec<Question> {
    let at = Maker { t, draft: tree, prefix: format!("sites.{index}") };
    let Some(site) = draft.sites.get(index) else { return Vec::new() };
    let contents = code::SERVICE_CONTENT
        .rows()
        .iter()
        .map(|row| {
            let group = t.pick(row.parent.as_deref().unwrap_or_default(), row.parent_en.as_deref().unwrap_or_default());
            choice_of(t, &row.id.to_string(), &row.name()).under(group)
        })
        .collect();
    let languages = code::LANGUAGE.rows().iter().map(|row| choice_of(t, &row.id.to_string(), &row.name())).collect();
    let approvals: Vec<Choice> =
        code::PRE_APPROVAL.rows().iter().map(|row| choice_of(t, &row.id.to_string(), &row.name())).collect();
    let mut approval_fields = vec![
        at.field(Kind::Checks, "approvals")
            .choices(approvals)
            .ticked(site.approvals.iter().map(|approval| approval.kind.clone()).collect())
            .optional(),
    ];
    // The numbers of what is ticked are asked for below it, once it was saved.
    approval_fields.extend(site.approvals.iter().enumerate().map(|(n, approval)| {
        let name = words::coded(t, code::PRE_APPROVAL, &approval.kind);
        Field::new(
            t,
            Kind::Text,
            format!("sites.{index}.approvals.{n}.number"),
            t.one("field-sites-approval-number", "kind", name),
        )
        .value(approval.number.clone())
        .keyboard("text", "off")
    }));
    // The first site carries the domain and the resource of the basic check.
    let own = index > 0;
    vec![
        at.question("question-site-name", vec![at.field(Kind::Text, "name").keyboard("text", "off")]),
        at.question(
            "question-site-where",
            vec![
                at.field(Kind::Text, "domain").keyboard("url", "off").locked(!own),
                at.field(Kind::Radio, "resource").choices(resources).locked(!own),
            ],
        ),
        at.question("question-site-content", vec![at.field(Kind::Select, "content").choices(contents)]),
        at.question(
            "question-site-languages",
            vec![at.field(Kind::Checks, "languages").choices(languages).ticked(site.languages.clone())],
        ),
        at.question("question-site-approvals", approval_fields),
        at.question("question-remark", vec![at.field(Kind::Lines, "remark")]),
    ]
}

/// Makes the fields below one path of a draft.
struct Maker<'a> {
    t: T,
    draft: &'a Value,
    prefix: String,
}

impl Maker<'_> {
    fn question(&self, title: &str, fields: Vec<Field>) -> Question {
        Question { title: self.t.msg(title), fields }
    }

    fn field(&self, kind: Kind, name: &str) -> Field {
        let section = self.prefix.split('.').next().unwrap_or_default();
        self.make(kind, name, &format!("field-{section}"), &format!("hint-{section}"))
    }

    fn person_field(&self, kind: Kind, name: &str) -> Field {
        self.make(kind, name, "field-person", "hint-person")
    }

    fn make(&self, kind: Kind, name: &str, labels: &str, hints: &str) -> Field {
        let path = format!("{}.{name}", self.prefix);
        let label = self.t.of(labels, name);
        let hint = self.t.find(hints, name).unwrap_or_default();
        let value = text(self.draft, &path);
        Field::new(self.t, kind, path, label).hint(hint).value(value)
    }

    /// A day, or a tick for documents that do not end.
    fn valid_until(&self) -> Vec<Field> {
        let path = format!("{}.certificate_valid_until", self.prefix);
        let value = text(self.draft, &path);
        let long = value == "long-term";
        vec![
            Field::new(self.t, Kind::Date, path.clone(), self.t.msg("field-valid-until")).value(if long {
                String::new()
            } else {
                value
            }),
            Field::new(self.t, Kind::Tick, format!("{path}:long"), self.t.msg("long-term")).value(if long {
                "yes"
            } else {
                ""
            }),
        ]
    }
}

/// Puts findings beside the fields they speak of, with their ready values.
pub fn attach(t: T, fields: &mut [Field], findings: &[Finding]) {
    for field in fields {
        for finding in findings.iter().filter(|finding| finding.field == field.name) {
            field.findings.push(words::finding(t, finding, None));
            let values = if finding.values.is_empty() { finding.value.as_slice() } else { finding.values.as_slice() };
            for value in values {
                if !field.ready.contains(value) {
                    field.ready.push(value.clone());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::Lang;
    use filing::draft::SiteDraft;

    fn draft() -> Draft {
        let mut draft = Draft { sites: vec![SiteDraft::default()], ..Draft::default() };
        draft.basic.nature = "enterprise".into();
        draft.basic.province = "33".into();
        draft
    }

    #[test]
    fn every_text_field_of_a_draft_is_asked_for_somewhere() {
        let draft = draft();
        let asked: Vec<String> =
            [Section::Basic, Section::Subject, Section::Principal, Section::Site(0), Section::Manager(0)]
                .into_iter()
                .flat_map(|section| questions(T(Lang::En), section, &draft, None, Vec::new()))
                .flat_map(|question| question.fields)
                .map(|field| field.name)
                .collect();
        for (path, _) in app::fields::flatten(&draft) {
            // The city follows from the district.
            assert!(path == "subject.city" || asked.contains(&path), "{path} is not asked for");
        }
    }

    #[test]
    fn a_district_is_chosen_under_its_city() {
        let choices = district_choices("33");
        assert!(choices.iter().any(|choice| choice.value == "330106" && !choice.group.is_empty()));
        // A city of counties without districts stands for itself.
        assert!(district_choices("44").iter().any(|choice| choice.value == "441900"));
    }
}
