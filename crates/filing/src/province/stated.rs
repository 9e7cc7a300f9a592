//! The parameters as a list, for those who show them: each with its name, topic, value, sources and conflict.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Conflict, Province, Source, Topic};

/// One parameter of one province as it is stated.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Stated {
    /// The province.
    pub province: Province,
    /// Its name, such as `min_age`.
    pub name: String,
    /// What it is about.
    pub topic: Topic,
    /// The value in force, without its sources.
    #[schema(value_type = Object)]
    pub value: serde_json::Value,
    /// Where it was read.
    pub sources: Vec<Source>,
    /// What other sources say; such a parameter is a setting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conflict: Option<Conflict>,
}

/// The topics of the parameters by their names.
const TOPICS: [(&str, Topic); 70] = [
    ("min_age", Topic::Age),
    ("max_age", Topic::Age),
    ("legal_rep_required", Topic::Principal),
    ("principal_letter_if_not_legal_rep", Topic::Principal),
    ("manager_letter_if_not_legal_rep", Topic::Principal),
    ("manager_letter_if_not_principal", Topic::Principal),
    ("manager_equals_principal_if_not_legal_rep", Topic::Principal),
    ("id_unique_across_subjects", Topic::Principal),
    ("individual_resident_id_only", Topic::Certificate),
    ("individual_address", Topic::Certificate),
    ("id_min_months", Topic::Certificate),
    ("licence_min_months", Topic::Certificate),
    ("credential_min_months", Topic::Certificate),
    ("copy_with_seal_ok", Topic::Certificate),
    ("contact_distinct_min", Topic::Contact),
    ("phone_local", Topic::Contact),
    ("phone_unique_across_subjects", Topic::Contact),
    ("emergency_owner_in_remark", Topic::Contact),
    ("one_number_per_subject", Topic::Subject),
    ("shell_subject_can_add", Topic::Shell),
    ("subject_change", Topic::Change),
    ("rename_letter", Topic::Change),
    ("change_site_supported", Topic::Change),
    ("access_then_change", Topic::Access),
    ("annual_review", Topic::Annual),
    ("same_city_addresses", Topic::Address),
    ("address_forbid", Topic::Address),
    ("domain_holder", Topic::Domain),
    ("domain_min_months", Topic::Domain),
    ("domain_certificate", Topic::Domain),
    ("one_domain_per_site", Topic::Domain),
    ("distinct_label_per_site", Topic::Domain),
    ("one_home_url", Topic::Domain),
    ("max_domains_per_order", Topic::Site),
    ("max_domains_first", Topic::Site),
    ("statement_if_domains_gt", Topic::Site),
    ("post_materials_if_domains_gt", Topic::Site),
    ("max_sites_per_order", Topic::Site),
    ("max_sites_total", Topic::Site),
    ("single_domain_order_if_filed_gt", Topic::Site),
    ("explain_if_sites_ge", Topic::Site),
    ("plan_from", Topic::Site),
    ("unfiled_must_be_closed", Topic::Site),
    ("filed_must_open", Topic::Site),
    ("max_resources_per_site", Topic::Resource),
    ("service_content", Topic::Service),
    ("site_remark", Topic::Remark),
    ("site_name", Topic::Name),
    ("footer_required", Topic::Footer),
    ("footer_number", Topic::Footer),
    ("document_max_age", Topic::Material),
    ("party_letter", Topic::Material),
    ("training_letter_template", Topic::Training),
    ("person_papers", Topic::Certificate),
    ("unit_papers", Topic::Certificate),
    ("old_number_refused", Topic::Certificate),
    ("sole_trader", Topic::Certificate),
    ("web_shop_domain_only", Topic::Certificate),
    ("manager_serves_one_unit", Topic::Principal),
    ("mainland_manager_if_foreign", Topic::Principal),
    ("investor", Topic::Subject),
    ("cancel_when_number_changed", Topic::Change),
    ("address_rename", Topic::Address),
    ("label_forbid", Topic::Domain),
    ("suffix_by_nature", Topic::Domain),
    ("suffix_filed_before", Topic::Domain),
    ("mainland_registrar", Topic::Domain),
    ("site_name_on_record", Topic::Name),
    ("review_days", Topic::Review),
    ("sms", Topic::Sms),
];

/// One province of the file, read for its own sake.
#[derive(Deserialize)]
struct Raw {
    code: String,
    review_days: serde_json::Map<String, serde_json::Value>,
    sms: serde_json::Map<String, serde_json::Value>,
    params: serde_json::Map<String, serde_json::Value>,
}

/// Every stated parameter of every province.
pub fn stated() -> &'static [Stated] {
    static STATED: OnceLock<Vec<Stated>> = OnceLock::new();
    STATED.get_or_init(|| {
        #[expect(clippy::expect_used, reason = "the file is compiled in and a test reads it")]
        let raw: Vec<Raw> = serde_json::from_str(super::PRACTICES_FILE).expect("data/provinces.json is well formed");
        raw.into_iter().flat_map(of_province).collect()
    })
}

fn of_province(raw: Raw) -> Vec<Stated> {
    let Some(province) = Province::from_word(&raw.code) else { return Vec::new() };
    let beside = [("review_days", raw.review_days), ("sms", raw.sms)];
    let beside = beside.map(|(name, parts)| (name.to_owned(), serde_json::Value::Object(parts)));
    raw.params.into_iter().chain(beside).filter_map(|(name, whole)| one(province, name, whole)).collect()
}

fn one(province: Province, name: String, whole: serde_json::Value) -> Option<Stated> {
    let topic = TOPICS.iter().find(|(known, _)| *known == name)?.1;
    let serde_json::Value::Object(mut parts) = whole else { return None };
    let sources = parts.remove("sources").and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default();
    let conflict = parts.remove("conflict").and_then(|value| serde_json::from_value(value).ok());
    let alone = if parts.len() == 1 { parts.remove("value") } else { None };
    let value = alone.unwrap_or(serde_json::Value::Object(parts));
    Some(Stated { province, name, topic, value, sources, conflict })
}
