//! The body of a save: one section of a draft, told apart by its word `section`.
//!
//! serde reads such a choice through a buffer and forgets where in the body it was, so a wrong field would be refused
//! without a place. The word is therefore read first, and the rest of the body as that section.

use app::act::{Patch, SitePatch};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use filing::draft::{Basic, CancellationDraft, PersonDraft, SubjectDraft};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::body::{self, Body};
use super::problem::Problem;

macro_rules! fields {
    ($($name:ident { $($field:ident: $kind:ty),+ })+) => {$(
        #[derive(Debug, Deserialize)]
        struct $name { $($field: $kind),+ }
    )+};
}

fields! {
    BasicFields { basic: Basic }
    SubjectFields { subject: SubjectDraft }
    PrincipalFields { principal: PersonDraft }
    SiteFields { index: usize, site: SitePatch }
    ManagerFields { index: usize, manager_is_principal: bool, manager: PersonDraft }
    AddSiteFields { domain: String, resource: String }
    CancellationFields { cancellation: CancellationDraft }
    RemoveSiteFields { index: usize }
}

/// A section of a draft from a request.
#[derive(Debug, Clone)]
pub struct Section(pub Patch);

impl<S: Send + Sync> FromRequest<S> for Section {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let Body(fields) = Body::<Map<String, Value>>::from_request(request, state).await?;
        read(fields).map(Self)
    }
}

/// Reads a section from the fields of a body.
///
/// # Errors
/// When the section is missing or unknown, or a field of it cannot be read; the refusal names the field.
fn read(mut fields: Map<String, Value>) -> Result<Patch, Problem> {
    let invalid = |rule, name: &str| {
        Problem::new(StatusCode::BAD_REQUEST, "body-invalid").place("section", rule, vec![("name", name.to_owned())])
    };
    let section = match fields.remove("section") {
        Some(Value::String(section)) => section,
        Some(other) => return Err(invalid("wrong-type", &other.to_string())),
        None => return Err(invalid("missing-field", "section")),
    };
    Ok(match section.as_str() {
        "basic" => from_fields(fields, |BasicFields { basic }| Patch::Basic { basic })?,
        "subject" => from_fields(fields, |SubjectFields { subject }| Patch::Subject { subject })?,
        "principal" => from_fields(fields, |PrincipalFields { principal }| Patch::Principal { principal })?,
        "site" => from_fields(fields, |SiteFields { index, site }| Patch::Site { index, site })?,
        "manager" => from_fields(fields, |ManagerFields { index, manager_is_principal, manager }| Patch::Manager {
            index,
            manager_is_principal,
            manager,
        })?,
        "add_site" => from_fields(fields, |AddSiteFields { domain, resource }| Patch::AddSite { domain, resource })?,
        "cancellation" => {
            from_fields(fields, |CancellationFields { cancellation }| Patch::Cancellation { cancellation })?
        }
        "remove_site" => from_fields(fields, |RemoveSiteFields { index }| Patch::RemoveSite { index })?,
        other => return Err(invalid("unknown-word", other)),
    })
}

/// Reads the fields of a section and makes the section of them.
fn from_fields<F: DeserializeOwned>(
    fields: Map<String, Value>,
    make: impl FnOnce(F) -> Patch,
) -> Result<Patch, Problem> {
    body::shape(Value::Object(fields)).map(make)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::{Lang, T};

    fn read_text(text: &str) -> Result<Patch, (String, String)> {
        read(serde_json::from_str(text).unwrap()).map_err(|problem| {
            let error = problem.body(T(Lang::En), "").errors.remove(0);
            (error.field, error.rule)
        })
    }

    #[test]
    fn a_section_is_told_by_its_word() {
        let patch = read_text(r#"{"section":"manager","index":1,"manager_is_principal":false,"manager":{"name":"x"}}"#);
        assert!(matches!(patch, Ok(Patch::Manager { index: 1, manager_is_principal: false, .. })));
    }

    #[test]
    fn a_section_that_cannot_be_read_names_the_place() {
        let named = |field: &str, rule: &str| Err::<(), _>((field.to_owned(), rule.to_owned()));
        let refused = |text| read_text(text).map(|_| ());
        assert_eq!(refused(r#"{"basic":{}}"#), named("section", "missing-field"));
        assert_eq!(refused(r#"{"section":"nonsense"}"#), named("section", "unknown-word"));
        assert_eq!(refused(r#"{"section":"basic","basic":{"domian":"x"}}"#), named("basic.domian", "unknown-field"));
        assert_eq!(refused(r#"{"section":"site","index":0,"site":{"name":7}}"#), named("site.name", "wrong-type"));
        assert_eq!(refused(r#"{"section":"remove_site","index":0,"site":3}"#), named("site", "unknown-field"));
    }
}
