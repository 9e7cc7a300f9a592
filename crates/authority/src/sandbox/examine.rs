//! What the machine does with an uploaded file: read it strictly, check every filing in it, and compare it with what is
//! filed or on its way.

use sqlx::SqliteConnection;

use super::check::{self, Finding};
use super::{Error, Provider};
use crate::code::ResultCode;
use crate::envelope::{self, OpenError};
use crate::message::{NewFiling, ReadProblem, Upload, UploadOperation, Version};
use crate::tree::{Element, TreeError};

/// What came of reading a file.
#[derive(Debug)]
pub(super) enum Examined {
    /// The file as a whole is refused.
    File {
        finding: Finding,
        /// The details, for the remark.
        remark: Option<String>,
        /// The provider's ids of the subjects in it, as far as they can be seen.
        subjects: Vec<i64>,
    },
    /// The filings in it.
    Filings(Vec<NewFiling>),
}

/// Reads an unpacked file of a provider strictly. `name` is the server's name of the file.
pub(super) fn read(xml: &[u8], provider: &Provider, name: &str, version: Version) -> Examined {
    let refuse = |code: i64, about: &str, remark: Option<String>, subjects: Vec<i64>| Examined::File {
        finding: Finding { code: ResultCode(code), about: about.to_owned() },
        remark,
        subjects,
    };
    let encoding = envelope::declared_encoding(xml);
    if !matches!(encoding.as_deref(), Some("gbk" | "gb2312" | "gb18030")) {
        return refuse(5001, name, Some(format!("encoding {}", encoding.unwrap_or_default())), Vec::new());
    }
    let root = match envelope::read_document(xml) {
        Ok(root) => root,
        Err(OpenError::Xml(error @ TreeError::Character(_))) => {
            return refuse(5008, name, Some(error.to_string()), Vec::new());
        }
        Err(error) => return refuse(5001, name, Some(error.to_string()), Vec::new()),
    };
    let subjects = subjects_in(&root);
    let declared = root.attribute_of("version").unwrap_or_default();
    if declared != version.attribute() {
        return refuse(5004, version.attribute(), Some(declared.to_owned()), subjects);
    }
    let violations = version.upload_schema().check(&root);
    if !violations.is_empty() {
        let details: Vec<String> = violations.iter().take(20).map(ToString::to_string).collect();
        return refuse(5001, name, Some(details.join("; ")), subjects);
    }
    let operations = root.get("ICP").map_or(0, |icp| icp.children.len().saturating_sub(1));
    if operations > 1 {
        return refuse(5001, name, Some(format!("{operations} operations in one file")), subjects);
    }
    match Upload::read(&root, version) {
        Err(error) if error.problem == ReadProblem::NotBase64 => refuse(5010, &error.path, None, subjects),
        Ok(upload) if upload.provider != provider.isp_id => refuse(5003, &upload.provider.to_string(), None, subjects),
        Ok(Upload { operation: UploadOperation::NewFiling(filings), .. }) => Examined::Filings(filings),
        // IP and domain files have no ICP group; the other ICP operations are not open either.
        Err(_) | Ok(_) => refuse(5011, &operation_of(&root), None, subjects),
    }
}

/// The tags of the operations in a file, such as `ICP/BGBA`.
fn operation_of(root: &Element) -> String {
    let group = root.children.first();
    let inner = group.and_then(|group| group.children.first());
    [group, inner].into_iter().flatten().map(|element| &*element.name).collect::<Vec<_>>().join("/")
}

/// The provider's ids of all subjects of first filings that can be seen in a file, however broken it is.
fn subjects_in(root: &Element) -> Vec<i64> {
    let filings = root.get("ICP").and_then(|icp| icp.get("XZBA"));
    let ids = filings.iter().flat_map(|filings| filings.all("Baxx"));
    ids.filter_map(|filing| filing.get("Zt_xx")?.text_of("IspZtid")?.parse().ok()).collect()
}

/// What a filing lays claim to, as kind and value.
pub(super) fn claims(filing: &NewFiling, isp_id: i64) -> Vec<(&'static str, String)> {
    let own = |id: i64| format!("{isp_id}:{id}");
    let certificate = &filing.subject.certificate;
    let mut claims = vec![
        ("certificate", format!("{}:{}", certificate.kind, certificate.number.to_uppercase())),
        ("subject", own(filing.subject.id)),
    ];
    for site in &filing.sites {
        claims.push(("site", own(site.id)));
        claims.extend(site.home_url.as_deref().and_then(check::host).map(|host| ("url", host)));
        for domain in &site.domains {
            claims.push(("domain", domain.name.to_lowercase()));
            claims.push(("domain_id", own(domain.id)));
        }
        for access in &site.accesses {
            claims.push(("access", own(access.id)));
            claims.extend(access.ips.iter().map(|ip| ("ip", own(ip.id))));
        }
    }
    claims
}

/// Compares a filing with what is filed or on its way.
pub(super) async fn conflicts(
    tx: &mut SqliteConnection,
    filing: &NewFiling,
    isp_id: i64,
) -> Result<Vec<Finding>, Error> {
    let mut findings: Vec<Finding> = Vec::new();
    let mut seen: Vec<(&str, String)> = Vec::new();
    for (kind, value) in claims(filing, isp_id) {
        // 1: filed, 0: on its way. A refused or returned filing claims nothing any more.
        let taken: Option<i64> = sqlx::query_scalar(
            "SELECT MAX(filing.state = 'approved') FROM claim JOIN filing ON filing.id = claim.filing_id \
             WHERE claim.kind = ? AND claim.value = ? AND filing.state IN ('awaiting_sms', 'waiting', 'approved')",
        )
        .bind(kind)
        .bind(&value)
        .fetch_one(&mut *tx)
        .await?;
        let twice = seen.iter().any(|(other, same)| *other == kind && *same == value);
        let code = match (kind, taken) {
            ("certificate", Some(_)) => 1003,
            ("domain", Some(1)) => 1005,
            ("domain", Some(_)) => 1039,
            ("domain", None) if twice => 1039,
            ("url", Some(_)) => 1021,
            ("url", None) if twice => 1021,
            // The provider's ids must be unique in their kind.
            ("subject" | "site", _) if taken.is_some() || twice => 1037,
            ("domain_id", _) if taken.is_some() || twice => 1039,
            ("access", _) if taken.is_some() || twice => 1038,
            ("ip", _) if taken.is_some() || twice => 1040,
            _ => {
                seen.push((kind, value));
                continue;
            }
        };
        let about = match kind {
            "certificate" => filing.subject.name.clone(),
            _ => value.split_once(':').map_or(value.clone(), |(_, id)| id.to_owned()),
        };
        let finding = Finding { code: ResultCode(code), about };
        if !findings.contains(&finding) {
            findings.push(finding);
        }
        seen.push((kind, value));
    }
    Ok(findings)
}
