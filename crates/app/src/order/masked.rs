//! Drafts as they are shown: whatever identifies a person has its middle hidden.

use filing::draft::{Draft, PersonDraft};
use filing::mask;
use filing::nature::Nature;

/// A copy of the draft in which nothing personal can be read.
#[must_use]
pub fn masked(draft: &Draft) -> Draft {
    let mut shown = draft.clone();
    let is_person = Nature::from_word(&shown.basic.nature).is_none_or(Nature::is_individual);
    let basic = &mut shown.basic;
    if is_person {
        // A unit's name is public; it stands on its door.
        basic.name = mask::name(&basic.name);
    }
    basic.certificate_number = mask::number(&basic.certificate_number);
    let subject = &mut shown.subject;
    subject.postal_address = mask::address(&subject.postal_address);
    subject.certificate_address = mask::address(&subject.certificate_address);
    subject.legal_representative = mask::name(&subject.legal_representative);
    // A superior body is public, an investor may be anybody; which it is, nobody can tell from the name.
    subject.investor = mask::name(&subject.investor);
    person(&mut shown.principal);
    for site in &mut shown.sites {
        person(&mut site.manager);
    }
    shown
}

fn person(person: &mut PersonDraft) {
    person.name = mask::name(&person.name);
    person.certificate_number = mask::number(&person.certificate_number);
    person.mobile = mask::phone(&person.mobile);
    person.emergency_phone = mask::phone(&person.emergency_phone);
    person.email = mask::email(&person.email);
}

#[cfg(test)]
mod tests {
    use filing::draft::{Basic, SiteDraft, SubjectDraft};

    use super::*;

    fn full(nature: &str) -> Draft {
        let zhou = PersonDraft {
            name: "周明远".into(),
            certificate_kind: "resident_id".into(),
            certificate_number: "330106198802149715".into(),
            mobile: "13800016620".into(),
            emergency_phone: "0571-88880000".into(),
            email: "zhou@yunshan-tech.cn".into(),
            ..PersonDraft::default()
        };
        Draft {
            basic: Basic {
                nature: nature.into(),
                name: "周明远".into(),
                certificate_number: "330106198802149715".into(),
                domain: "a.cn".into(),
                ..Basic::default()
            },
            subject: SubjectDraft {
                postal_address: "浙江省杭州市西湖区云栖路1号3幢502室".into(),
                certificate_address: "浙江省杭州市西湖区云栖路1号3幢502室".into(),
                legal_representative: "周明远".into(),
                investor: "周明远".into(),
                ..SubjectDraft::default()
            },
            principal: zhou.clone(),
            sites: vec![SiteDraft { name: "云山茶记".into(), manager: zhou, ..SiteDraft::default() }],
            cancellation: None,
        }
    }

    #[test]
    fn nothing_personal_is_left_anywhere() {
        let text = serde_json::to_string(&masked(&full("individual"))).unwrap();
        for secret in ["周明远", "330106198802149715", "13800016620", "88880000", "zhou@", "云栖路"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        assert!(text.contains("云山茶记") && text.contains("a.cn"));
    }

    #[test]
    fn the_name_of_a_unit_is_public() {
        assert_eq!(masked(&full("enterprise")).basic.name, "周明远");
    }
}
