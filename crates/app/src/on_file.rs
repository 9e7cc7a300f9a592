//! What is filed already and an order builds upon: the subject in our own records, the site at the ministry.

use std::collections::BTreeMap;

use authority::message::{FiledSubject as RecordedSubject, Person};
use filing::certificate::CertificateKind;
use filing::domain::DomainName;
use filing::draft::{Basic, Draft, PersonDraft};
use filing::nature::Nature;
use filing::stage::Action;
use serde::Serialize;
use store::Reader;
use store::filed::FiledSubject;
use utoipa::ToSchema;

use crate::detection::Asked;
use crate::error::Result;
use crate::fields;

/// The numbers an order builds upon.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct OnFileView {
    /// The subject's filing number.
    pub subject_number: Option<String>,
    /// The sites of the order that are filed, by their place in it.
    pub sites: Vec<OnFileSite>,
}

/// A site of an order as it is filed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OnFileSite {
    /// Which site of the order, from 0.
    pub index: usize,
    /// Its filing number.
    pub number: String,
    /// Its name as filed, where the ministry tells it.
    pub name: Option<String>,
}

/// The subject with the certificate of the first page, as far as it was filed here, whoever's account it is in.
///
/// # Errors
/// When our records cannot be read.
pub async fn subject(reader: &Reader, basic: &Basic) -> Result<Option<FiledSubject>> {
    let number = basic.certificate_number.trim().to_uppercase();
    if number.is_empty() {
        return Ok(None);
    }
    Ok(store::filed::find_subject_by_certificate(reader, &basic.certificate_kind, &number).await?)
}

/// The first page, the subject and the principal as they are filed: what the authority recorded, and where it keeps
/// nothing, what was submitted.
#[must_use]
pub fn particulars(filed: &FiledSubject) -> Draft {
    let submitted = serde_json::from_value::<Draft>(filed.document["draft"].clone()).unwrap_or_default();
    let mut draft = Draft { subject: submitted.subject, principal: submitted.principal, ..Draft::default() };
    draft.basic = Basic {
        province: filed.province.clone(),
        nature: filed.nature.clone(),
        name: filed.name.clone(),
        certificate_kind: filed.certificate_kind.clone(),
        certificate_number: filed.certificate_number.clone(),
        ..Basic::default()
    };
    let Ok(record) = serde_json::from_value::<RecordedSubject>(filed.document["record"].clone()) else { return draft };
    if let Some(address) = record.address {
        put(&mut draft.subject.city, address.city.map(|code| code.to_string()));
        put(&mut draft.subject.district, address.county.map(|code| code.to_string()));
        put(&mut draft.subject.postal_address, address.street);
    }
    put(&mut draft.subject.certificate_address, record.certificate.map(|certificate| certificate.address));
    put_person(&mut draft.principal, record.principal, Nature::from_word(&filed.nature));
    draft
}

/// Writes a person as the authority recorded them over what was typed.
pub(crate) fn put_person(draft: &mut PersonDraft, record: Person, nature: Option<Nature>) {
    let kind = record.certificate_kind.and_then(|code| {
        let code = u16::try_from(code).ok()?;
        let own = |kind: &&CertificateKind| nature.is_some_and(|nature| kind.code(nature) == Some(code));
        CertificateKind::ALL.iter().find(own).copied().or_else(|| CertificateKind::from_code(code))
    });
    put(&mut draft.certificate_kind, kind.map(|kind| kind.as_str().to_owned()));
    put(&mut draft.name, record.name);
    put(&mut draft.certificate_number, record.certificate_number);
    put(&mut draft.mobile, record.mobile);
    put(&mut draft.email, record.email);
}

/// Writes what is recorded over what was typed; what the record leaves out says nothing.
pub(crate) fn put(field: &mut String, recorded: Option<String>) {
    if let Some(recorded) = recorded.filter(|recorded| !recorded.trim().is_empty()) {
        *field = recorded;
    }
}

/// Writes what is filed into the draft of an order that builds upon it.
pub fn carry(draft: &mut Draft, action: Option<Action>, filed: Option<&Draft>, asked: &BTreeMap<String, Asked>) {
    let Some(action) = action else { return };
    if let Some(filed) = filed.filter(|_| action.subject_is_here()) {
        let (domain, resource) = (draft.basic.domain.clone(), draft.basic.resource.clone());
        draft.basic = Basic { domain, resource, ..filed.basic.clone() };
        let mut tree = serde_json::to_value(&*draft).unwrap_or_default();
        for (path, value) in
            fields::flatten(filed).into_iter().filter(|(path, value)| is_of_subject(path) && !value.is_empty())
        {
            if let Some(place) = tree.pointer_mut(&format!("/{}", path.replace('.', "/"))) {
                *place = serde_json::Value::String(value);
            }
        }
        *draft = serde_json::from_value(tree).unwrap_or_else(|_| draft.clone());
    }
    if action.adds_access() {
        for site in &mut draft.sites {
            if let Some(name) = asked_about(&site.domain, asked).and_then(|asked| asked.site_name.as_ref()) {
                site.name.clone_from(name);
            }
        }
    }
}

/// The fields of an order that are as filed and cannot be changed with it.
#[must_use]
pub fn locked(
    draft: &Draft,
    action: Option<Action>,
    filed: Option<&Draft>,
    asked: &BTreeMap<String, Asked>,
) -> Vec<String> {
    let Some(action) = action else { return Vec::new() };
    let mut locked: Vec<String> = match filed.filter(|_| action.subject_is_here()) {
        Some(filed) => fields::flatten(filed)
            .into_iter()
            .filter(|(path, value)| {
                let is_basic =
                    path.starts_with("basic.") && !matches!(path.as_str(), "basic.domain" | "basic.resource");
                (is_basic || is_of_subject(path)) && !value.is_empty()
            })
            .map(|(path, _)| path)
            .collect(),
        None => Vec::new(),
    };
    if action.adds_access() {
        let named = |domain: &str| asked_about(domain, asked).is_some_and(|asked| asked.site_name.is_some());
        let sites = draft.sites.iter().enumerate().filter(|(_, site)| named(&site.domain));
        locked.extend(sites.map(|(index, _)| format!("sites.{index}.name")));
    }
    locked
}

fn is_of_subject(path: &str) -> bool {
    path.starts_with("subject.") || path.starts_with("principal.")
}

/// What was answered about a domain as it was typed.
#[must_use]
pub fn asked_about<'a>(domain: &str, asked: &'a BTreeMap<String, Asked>) -> Option<&'a Asked> {
    asked.get(DomainName::parse(domain).ok()?.as_str())
}

#[cfg(test)]
mod tests {
    use filing::detect::Answers;
    use filing::draft::SiteDraft;
    use jiff::Timestamp;
    use store::filed::FiledState;
    use store::{AccountId, SubjectId};
    use uuid::Uuid;

    use super::*;

    fn filed(document: serde_json::Value) -> FiledSubject {
        FiledSubject {
            id: SubjectId(Uuid::nil()),
            account: AccountId(Uuid::nil()),
            number: "浙ICP备2026000001号".into(),
            province: "33".into(),
            nature: "enterprise".into(),
            bureau: "33".into(),
            bureau_id: Some(110_000_007_512),
            name: "云杉科技（杭州）有限公司".into(),
            certificate_kind: "business_licence".into(),
            certificate_number: "91330100TEST00001X".into(),
            password: None,
            document,
            state: FiledState::Active,
            filed_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            version: 0,
        }
    }

    fn draft() -> Draft {
        let mut draft = Draft { sites: vec![SiteDraft::default()], ..Draft::default() };
        draft.basic.domain = "new.cn".into();
        draft.basic.resource = "r1".into();
        draft.basic.name = "typed otherwise".into();
        draft.sites[0].domain = "new.cn".into();
        draft
    }

    #[test]
    fn the_authoritys_record_goes_before_what_was_submitted_which_fills_the_rest() {
        let mut submitted = Draft::default();
        submitted.subject.certificate_valid_until = "long-term".into();
        submitted.principal.mobile = "13800000001".into();
        submitted.principal.emergency_phone = "0571-88880000".into();
        let record = serde_json::json!({
            "id": 1, "bureau_id": 2, "name": "x", "principal": { "mobile": "13800000002", "certificate_kind": 2 },
            "address": { "province": 330_000, "city": 330_100, "county": 330_106, "street": "某路1号" },
        });
        let particulars = particulars(&filed(serde_json::json!({ "record": record, "draft": submitted })));
        assert_eq!((particulars.subject.city.as_str(), particulars.subject.district.as_str()), ("330100", "330106"));
        assert_eq!(particulars.subject.certificate_valid_until, "long-term");
        assert_eq!(particulars.principal.mobile, "13800000002");
        assert_eq!(particulars.principal.certificate_kind, "resident_id");
        assert_eq!(particulars.principal.emergency_phone, "0571-88880000");
    }

    #[test]
    fn what_is_filed_here_is_carried_and_locked_and_the_rest_is_left() {
        let mut submitted = Draft::default();
        submitted.principal.mobile = "13800000001".into();
        let filed = particulars(&filed(serde_json::json!({ "draft": submitted })));
        let asked = BTreeMap::new();
        let mut here = draft();
        carry(&mut here, Some(Action::AddSiteHere), Some(&filed), &asked);
        assert_eq!((here.basic.name.as_str(), here.basic.domain.as_str()), ("云杉科技（杭州）有限公司", "new.cn"));
        assert_eq!(here.principal.mobile, "13800000001");
        let paths = locked(&here, Some(Action::AddSiteHere), Some(&filed), &asked);
        assert!(paths.contains(&"basic.name".to_owned()) && paths.contains(&"principal.mobile".to_owned()));
        assert!(!paths.contains(&"basic.domain".to_owned()) && !paths.contains(&"principal.email".to_owned()));
        let mut elsewhere = draft();
        carry(&mut elsewhere, Some(Action::AddSiteElsewhere), Some(&filed), &asked);
        assert_eq!(elsewhere, draft());
        assert_eq!(locked(&elsewhere, Some(Action::FirstFiling), Some(&filed), &asked), Vec::<String>::new());
    }

    #[test]
    fn an_access_filing_has_the_name_the_ministry_tells() {
        let told = Asked {
            domain: "new.cn".into(),
            answers: Answers::default(),
            as_of: Timestamp::UNIX_EPOCH,
            silent: Vec::new(),
            subject_number: Some("浙ICP备2026000001号".into()),
            site_number: Some("浙ICP备2026000001号-1".into()),
            site_name: Some("云杉科技官网".into()),
        };
        let asked = BTreeMap::from([("new.cn".to_owned(), told)]);
        let mut access = draft();
        carry(&mut access, Some(Action::AddAccess), None, &asked);
        assert_eq!(access.sites[0].name, "云杉科技官网");
        assert_eq!(locked(&access, Some(Action::AddAccess), None, &asked), ["sites.0.name"]);
    }
}
