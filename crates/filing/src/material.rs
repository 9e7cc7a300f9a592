//! Papers and pictures of an order: what is needed, and what of it is there.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::draft::{Draft, PersonDraft};
use crate::nature::Nature;
use crate::words::words;

words! {
    /// A kind of material.
    pub enum MaterialKind {
        /// The unit's certificate (主办单位证件).
        SubjectCertificate = "subject_certificate",
        /// The principal's document, the side with the face.
        PrincipalIdFront = "principal_id_front",
        /// The principal's document, the other side.
        PrincipalIdBack = "principal_id_back",
        /// The manager's document, the side with the face.
        ManagerIdFront = "manager_id_front",
        /// The manager's document, the other side.
        ManagerIdBack = "manager_id_back",
        /// The manager, photographed on the spot (真实性核验).
        ManagerPhoto = "manager_photo",
        /// A letter that authorizes the principal (主体负责人授权书), or one for both roles.
        AuthorizationLetter = "authorization_letter",
        /// A letter that authorizes a site's manager (网站负责人授权书).
        ManagerLetter = "manager_letter",
        /// The domain's certificate (域名证书).
        DomainCertificate = "domain_certificate",
        /// A picture of the domain's real-name state at its registrar (域名实名认证截图).
        DomainVerification = "domain_verification",
        /// A permit behind a pre-approval (前置审批文件).
        Approval = "approval",
        /// A residence permit or its like of an individual from another province (居住证明).
        ResidenceProof = "residence_proof",
        /// A plan of the site (网站建设方案书).
        SitePlan = "site_plan",
        /// A letter on the unit's change of name (工商更名函).
        RenameLetter = "rename_letter",
        /// A promise to file truthfully and to keep the law (备案承诺书).
        Commitment = "commitment",
        /// The signed notice of what untrue data lead to (真实性责任告知书).
        TruthNotice = "truth_notice",
        /// A promise that no content needs a pre-approval (不涉及前置审批承诺书).
        NoPreApprovalLetter = "no_pre_approval_letter",
        /// A promise that there is no off-campus training (不涉及校外培训承诺书).
        NoTrainingLetter = "no_training_letter",
        /// A promise that there is no finance business (金融承诺函).
        FinanceLetter = "finance_letter",
        /// A promise on culture content (文化承诺书).
        CultureLetter = "culture_letter",
        /// A statement on the domains and who holds them (域名持有说明).
        DomainStatement = "domain_statement",
        /// The confirmation on Party building (党建确认函).
        PartyLetter = "party_letter",
        /// A public body's form with the staffing office's approval (网站名称审核表, 网站开办资格申请表).
        PublicBodyForm = "public_body_form",
        /// What admits somebody so young: a proof of work or income, or a guardian's papers.
        AgeProof = "age_proof",
        /// More pages or papers beside the unit's certificate.
        CertificateExtra = "certificate_extra",
        /// An explanation of the commercial activity (经营性说明书).
        BusinessStatement = "business_statement",
        /// Any other paper the reviewer asked for.
        Other = "other",
    }
}

impl MaterialKind {
    /// Whether it belongs to one site and not to the subject.
    #[must_use]
    pub const fn belongs_to_site(self) -> bool {
        matches!(
            self,
            Self::ManagerIdFront
                | Self::ManagerIdBack
                | Self::ManagerPhoto
                | Self::DomainCertificate
                | Self::DomainVerification
                | Self::Approval
                | Self::SitePlan
                | Self::ManagerLetter
                | Self::NoPreApprovalLetter
                | Self::NoTrainingLetter
                | Self::FinanceLetter
                | Self::CultureLetter
        )
    }

    /// The path of its field: `materials.…` or `sites.0.materials.…`.
    #[must_use]
    pub fn field(self, site: Option<usize>) -> String {
        match site {
            Some(index) => format!("sites.{index}.materials.{self}"),
            None => format!("materials.{self}"),
        }
    }

    /// The kind and site of a field's path.
    #[must_use]
    pub fn from_field(path: &str) -> Option<(Self, Option<usize>)> {
        let parts: Vec<&str> = path.split('.').collect();
        match parts[..] {
            ["materials", kind] => Some((Self::from_word(kind)?, None)),
            ["sites", index, "materials", kind] => Some((Self::from_word(kind)?, Some(index.parse().ok()?))),
            _ => None,
        }
    }
}

/// The smallest picture that is taken, in bytes (Tencent Cloud, 备案材料上传: 200 KB).
pub const MIN_BYTES: u64 = 200 * 1024;
/// The largest picture that is taken, in bytes (the same source: 9 MB).
pub const MAX_BYTES: u64 = 9 * 1024 * 1024;
/// The image types that are taken, by media type.
pub const MEDIA_TYPES: [&str; 3] = ["image/jpeg", "image/png", "image/gif"];

/// A material that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// What it is.
    pub kind: MaterialKind,
    /// The site it belongs to; none for the subject's.
    #[serde(default)]
    pub site: Option<usize>,
    /// Its media type as the applicant uploaded it.
    pub media_type: String,
    /// Its size in bytes as the applicant uploaded it.
    pub bytes: u64,
}

/// A material that must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
pub struct Needed {
    /// What it is.
    pub kind: MaterialKind,
    /// The site it belongs to; none for the subject's.
    pub site: Option<usize>,
}

impl Needed {
    /// The path of its field.
    #[must_use]
    pub fn field(self) -> String {
        self.kind.field(self.site)
    }
}

/// The person who manages a site: the principal, or the site's own manager. An individual manages all of its sites.
#[must_use]
pub fn manager(draft: &Draft, site: usize) -> Option<&PersonDraft> {
    let individual = Nature::from_word(&draft.basic.nature).is_some_and(Nature::is_individual);
    let site = draft.sites.get(site)?;
    Some(if individual || site.manager_is_principal { &draft.principal } else { &site.manager })
}

pub(crate) fn same_person(a: &PersonDraft, b: &PersonDraft) -> bool {
    !a.certificate_number.trim().is_empty()
        && a.certificate_kind == b.certificate_kind
        && a.certificate_number.trim().eq_ignore_ascii_case(b.certificate_number.trim())
        && a.name.trim() == b.name.trim()
}

/// The first site that the person of a site manages: its pictures serve all of that person's sites (Tencent Cloud
/// 243/58909, SyncIcpOrderWebInfo).
fn first_site_of_manager(draft: &Draft, site: usize) -> usize {
    let Some(person) = manager(draft, site) else { return site };
    (0..site).find(|earlier| manager(draft, *earlier).is_some_and(|other| same_person(person, other))).unwrap_or(site)
}

/// Whether a document of this person has two sides to photograph.
fn has_two_sides(person: &PersonDraft) -> bool {
    person.certificate_kind != "passport"
}

/// The materials an order needs whoever files it (Tencent Cloud 243/18914); [`crate::papers::needed`] has what one
/// province or one site asks for besides.
///
/// The pictures of a person are taken once: the principal's are not asked for again when the principal manages a site.
#[must_use]
pub(crate) fn needed(draft: &Draft) -> Vec<Needed> {
    let mut needed = Vec::new();
    let individual = Nature::from_word(&draft.basic.nature).is_some_and(Nature::is_individual);
    if !individual {
        needed.push(Needed { kind: MaterialKind::SubjectCertificate, site: None });
    }
    let principal_manages =
        (0..draft.sites.len()).any(|site| manager(draft, site).is_some_and(|p| same_person(p, &draft.principal)));
    let manages_by_tick = individual || draft.sites.iter().any(|site| site.manager_is_principal);
    if !(principal_manages || manages_by_tick) {
        needed.push(Needed { kind: MaterialKind::PrincipalIdFront, site: None });
        if has_two_sides(&draft.principal) {
            needed.push(Needed { kind: MaterialKind::PrincipalIdBack, site: None });
        }
    }
    for (index, site) in draft.sites.iter().enumerate() {
        if first_site_of_manager(draft, index) == index {
            let person = manager(draft, index);
            needed.push(Needed { kind: MaterialKind::ManagerIdFront, site: Some(index) });
            if person.is_none_or(has_two_sides) {
                needed.push(Needed { kind: MaterialKind::ManagerIdBack, site: Some(index) });
            }
            needed.push(Needed { kind: MaterialKind::ManagerPhoto, site: Some(index) });
        }
        if !site.approvals.is_empty() {
            needed.push(Needed { kind: MaterialKind::Approval, site: Some(index) });
        }
    }
    needed
}

/// Where a material is to be taken from: itself when it is there, else the picture of the same person elsewhere.
///
/// `is_there` answers for one kind and site. The subject's certificate of an individual is the person's document.
#[must_use]
pub fn source_of(draft: &Draft, wanted: Needed, is_there: impl Fn(Needed) -> bool) -> Option<Needed> {
    use MaterialKind as Kind;
    if is_there(wanted) {
        return Some(wanted);
    }
    let as_manager = match wanted.kind {
        Kind::SubjectCertificate | Kind::PrincipalIdFront => Kind::ManagerIdFront,
        Kind::PrincipalIdBack => Kind::ManagerIdBack,
        kind @ (Kind::ManagerIdFront | Kind::ManagerIdBack | Kind::ManagerPhoto) => {
            let first = first_site_of_manager(draft, wanted.site?);
            let there = Needed { kind, site: Some(first) };
            return is_there(there).then_some(there);
        }
        _ => return None,
    };
    let individual = Nature::from_word(&draft.basic.nature).is_some_and(Nature::is_individual);
    if wanted.kind == Kind::SubjectCertificate && !individual {
        return None;
    }
    (0..draft.sites.len())
        .filter(|site| {
            manager(draft, *site)
                .is_some_and(|person| std::ptr::eq(person, &draft.principal) || same_person(person, &draft.principal))
        })
        .map(|site| Needed { kind: as_manager, site: Some(site) })
        .find(|there| is_there(*there))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::{Basic, SiteDraft};

    fn unit(sites: Vec<SiteDraft>) -> Draft {
        Draft { basic: Basic { nature: "enterprise".into(), ..Basic::default() }, sites, ..Draft::default() }
    }

    fn fields(draft: &Draft) -> Vec<String> {
        needed(draft).into_iter().map(Needed::field).collect()
    }

    #[test]
    fn a_unit_shows_its_certificate_and_each_person_once() {
        let by_principal = SiteDraft { manager_is_principal: true, ..SiteDraft::default() };
        let mut draft = unit(vec![by_principal.clone(), by_principal]);
        draft.principal.certificate_number = "1".into();
        assert_eq!(
            fields(&draft),
            [
                "materials.subject_certificate",
                "sites.0.materials.manager_id_front",
                "sites.0.materials.manager_id_back",
                "sites.0.materials.manager_photo",
            ]
        );
    }

    #[test]
    fn another_manager_shows_papers_of_their_own() {
        let mut site = SiteDraft::default();
        site.manager.certificate_number = "2".into();
        let mut draft = unit(vec![site]);
        draft.principal.certificate_number = "1".into();
        assert!(fields(&draft).contains(&"materials.principal_id_back".to_owned()));
        assert!(fields(&draft).contains(&"sites.0.materials.manager_id_front".to_owned()));
    }

    #[test]
    fn the_principals_picture_is_found_where_the_manager_took_it() {
        let mut draft = unit(vec![SiteDraft { manager_is_principal: true, ..SiteDraft::default() }]);
        draft.principal.certificate_number = "1".into();
        let front = Needed { kind: MaterialKind::ManagerIdFront, site: Some(0) };
        let wanted = Needed { kind: MaterialKind::PrincipalIdFront, site: None };
        assert_eq!(source_of(&draft, wanted, |there| there == front), Some(front));
        let certificate = Needed { kind: MaterialKind::SubjectCertificate, site: None };
        assert_eq!(source_of(&draft, certificate, |there| there == front), None);
        draft.basic.nature = "individual".into();
        assert_eq!(source_of(&draft, certificate, |there| there == front), Some(front));
    }

    #[test]
    fn a_field_leads_back_to_its_kind() {
        for kind in MaterialKind::ALL {
            let site = kind.belongs_to_site().then_some(3);
            assert_eq!(MaterialKind::from_field(&kind.field(site)), Some((*kind, site)));
        }
        assert_eq!(MaterialKind::from_field("sites.0.name"), None);
    }
}
