//! What is filed as a draft to begin a change from: what was typed here, corrected by what the authority has.

use authority::message::FiledSite as SiteRecord;
use filing::draft::{Draft, PersonDraft, SiteDraft};
use filing::nature::Nature;
use serde_json::Value;
use store::filed::{FiledSite, FiledSubject};

use crate::on_file::{self, put, put_person};

/// The authority's record of a site, as it last came; before drafts were kept beside it, it was the whole document.
#[must_use]
pub fn site_record(site: &FiledSite) -> Option<SiteRecord> {
    let record = site.document.get("record").unwrap_or(&site.document);
    serde_json::from_value(record.clone()).ok()
}

/// What is kept of a site: the authority's record, and what was typed, with the manager written out where it is the
/// principal of the order.
///
/// # Errors
/// When the record cannot be written as JSON.
pub fn site_document(record: &SiteRecord, typed: Option<(&SiteDraft, &PersonDraft)>) -> crate::Result<Value> {
    let typed = typed.map(|(typed, principal)| SiteDraft {
        manager: if typed.manager_is_principal { principal.clone() } else { typed.manager.clone() },
        ..typed.clone()
    });
    Ok(serde_json::json!({ "record": serde_json::to_value(record)?, "draft": typed }))
}

/// What is filed of a subject and some of its sites, one site for each number.
#[must_use]
pub fn draft_of(subject: &FiledSubject, sites: &[FiledSite]) -> Draft {
    let nature = Nature::from_word(&subject.nature);
    let mut draft = on_file::particulars(subject);
    draft.basic.domain = sites.first().map(|site| site.domain.clone()).unwrap_or_default();
    draft.basic.resource = sites.first().map(resource_of).unwrap_or_default();
    draft.sites = sites.iter().map(|site| site_draft(site, &draft.principal, nature)).collect();
    draft
}

fn resource_of(site: &FiledSite) -> String {
    site.resource.map(|id| id.to_string()).unwrap_or_default()
}

fn site_draft(site: &FiledSite, principal: &PersonDraft, nature: Option<Nature>) -> SiteDraft {
    let typed = site.document.get("draft").and_then(|draft| serde_json::from_value(draft.clone()).ok());
    let mut draft: SiteDraft = typed.unwrap_or_default();
    draft.domain.clone_from(&site.domain);
    draft.resource = resource_of(site);
    draft.name.clone_from(&site.name);
    if let Some(record) = site_record(site) {
        put_person(&mut draft.manager, record.manager, nature);
        put(&mut draft.content, record.contents.first().map(ToString::to_string));
        put(&mut draft.remark, record.remark);
        if !record.languages.is_empty() {
            draft.languages = record.languages.iter().map(ToString::to_string).collect();
        }
    }
    // Whoever was principal when the site was filed may no longer be.
    draft.manager_is_principal = same_person(&draft.manager, principal);
    draft
}

fn same_person(one: &PersonDraft, other: &PersonDraft) -> bool {
    one.certificate_number.trim().eq_ignore_ascii_case(other.certificate_number.trim())
        && one.mobile.trim() == other.mobile.trim()
        && one.email.trim() == other.email.trim()
}

#[cfg(test)]
mod tests {
    use authority::message::Person;
    use jiff::Timestamp;
    use store::filed::FiledState;
    use store::{AccountId, SiteId, SubjectId};
    use uuid::Uuid;

    use super::*;

    fn person(name: &str) -> PersonDraft {
        PersonDraft {
            name: name.into(),
            certificate_kind: "resident_id".into(),
            certificate_number: "330106198802149715".into(),
            mobile: "13800016620".into(),
            email: "a@yunshan-tech.cn".into(),
            ..PersonDraft::default()
        }
    }

    fn subject(principal: &PersonDraft) -> FiledSubject {
        FiledSubject {
            id: SubjectId(Uuid::from_u128(1)),
            account: AccountId(Uuid::from_u128(2)),
            number: "浙ICP备2026000001号".into(),
            province: "33".into(),
            nature: "enterprise".into(),
            bureau: "33".into(),
            bureau_id: Some(9),
            name: "云杉科技（杭州）有限公司".into(),
            certificate_kind: "business_licence".into(),
            certificate_number: "91330106MA2K97242E".into(),
            password: None,
            document: serde_json::json!({ "draft": Draft { principal: principal.clone(), ..Draft::default() } }),
            state: FiledState::Active,
            filed_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            version: 0,
        }
    }

    fn site(document: Value) -> FiledSite {
        FiledSite {
            id: SiteId(Uuid::from_u128(3)),
            subject: SubjectId(Uuid::from_u128(1)),
            order: None,
            number: "浙ICP备2026000001号-1".into(),
            domain: "yunshan-tech.cn".into(),
            bureau: "33".into(),
            bureau_id: Some(10),
            access_bureau_id: Some(11),
            accessed: true,
            resource: None,
            name: "云杉科技官网".into(),
            document,
            state: FiledState::Active,
            filed_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            version: 0,
        }
    }

    fn record(mobile: &str) -> SiteRecord {
        SiteRecord {
            id: None,
            bureau_id: 10,
            name: "云杉科技官网".into(),
            approvals: Vec::new(),
            contents: vec![8],
            languages: vec![1],
            domains: Vec::new(),
            accesses: Vec::new(),
            manager: Person { mobile: Some(mobile.into()), ..Person::default() },
            home_url: None,
            remark: None,
            first_filed: None,
            changed: None,
            number: None,
        }
    }

    #[test]
    fn what_the_authority_has_goes_before_what_was_typed() {
        let zhou = person("周明远");
        let typed = SiteDraft { manager_is_principal: true, content: "1".into(), ..SiteDraft::default() };
        let document = site_document(&record("13800016620"), Some((&typed, &zhou))).unwrap();
        let draft = draft_of(&subject(&zhou), &[site(document)]);
        assert_eq!(
            (draft.sites[0].content.as_str(), draft.sites[0].languages.as_slice()),
            ("8", &["1".to_owned()][..])
        );
        assert!(draft.sites[0].manager_is_principal);
        assert_eq!(draft.basic.name, "云杉科技（杭州）有限公司");
        assert_eq!(draft.basic.domain, "yunshan-tech.cn");
    }

    #[test]
    fn a_manager_who_is_no_longer_the_principal_is_written_out() {
        let zhou = person("周明远");
        let typed = SiteDraft { manager_is_principal: true, ..SiteDraft::default() };
        let document = site_document(&record("13900000000"), Some((&typed, &zhou))).unwrap();
        let draft = draft_of(&subject(&zhou), &[site(document)]);
        assert!(!draft.sites[0].manager_is_principal);
        assert_eq!(
            (draft.sites[0].manager.name.as_str(), draft.sites[0].manager.mobile.as_str()),
            ("周明远", "13900000000")
        );
    }

    #[test]
    fn an_older_document_that_is_the_record_alone_is_read() {
        let draft =
            draft_of(&subject(&person("周明远")), &[site(serde_json::to_value(record("13900000000")).unwrap())]);
        assert_eq!(draft.sites[0].manager.mobile, "13900000000");
        assert_eq!(draft.sites[0].content, "8");
    }
}
