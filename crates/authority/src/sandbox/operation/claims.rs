//! What requests lay claim to, and where two of them, or one and the filing database, are after the same thing.

use sqlx::SqliteConnection;

use crate::code::ResultCode;
use crate::message::{Access, Site};
use crate::sandbox::Error;
use crate::sandbox::check::{self, Finding};

/// A claim: its kind and what is claimed.
pub(in crate::sandbox) type Claim = (&'static str, String);

/// A provider's own id, which must be unique in its kind.
pub(in crate::sandbox) fn own(isp_id: i64, id: i64) -> String {
    format!("{isp_id}:{id}")
}

/// What a new site claims; `subject` is the key of its subject, under which its name must be the only one.
pub(in crate::sandbox) fn of_site(site: &Site, isp_id: i64, subject: &str) -> Vec<Claim> {
    let mut claims = vec![("site", own(isp_id, site.id)), ("name", format!("{subject}:{}", site.name))];
    claims.extend(site.home_url.as_deref().and_then(check::host).map(|host| ("url", host)));
    for domain in &site.domains {
        claims.push(("domain", domain.name.to_lowercase()));
        claims.push(("domain_id", own(isp_id, domain.id)));
    }
    claims.extend(site.accesses.iter().flat_map(|access| of_access(access, isp_id)));
    claims
}

/// What a new access claims.
pub(in crate::sandbox) fn of_access(access: &Access, isp_id: i64) -> Vec<Claim> {
    let mut claims = vec![("access", own(isp_id, access.id))];
    claims.extend(access.ips.iter().map(|ip| ("ip", own(isp_id, ip.id))));
    claims
}

/// Compares claims with what is filed, with what is on its way, and with each other.
pub(in crate::sandbox) async fn conflicts(tx: &mut SqliteConnection, claims: &[Claim]) -> Result<Vec<Finding>, Error> {
    let mut findings: Vec<Finding> = Vec::new();
    for (index, (kind, value)) in claims.iter().enumerate() {
        let filed = is_filed(tx, kind, value).await?;
        let pending: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM claim JOIN request ON request.id = claim.request_id \
             WHERE claim.kind = ? AND claim.value = ? AND request.state IN ('awaiting_sms', 'waiting'))",
        )
        .bind(kind)
        .bind(value)
        .fetch_one(&mut *tx)
        .await?;
        let twice = claims[..index].iter().any(|(other, same)| other == kind && same == value);
        if !(filed || pending || twice) {
            continue;
        }
        let code = match *kind {
            "certificate" => 1003,
            "name" => 1020,
            "url" => 1021,
            "domain" if filed => 1005,
            "domain" | "domain_id" => 1039,
            "subject" | "site" => 1037,
            "access" => 1038,
            "hosting" => 1029,
            _ => 1040,
        };
        let last = value.rsplit_once(':').map_or(value.as_str(), |(_, last)| last);
        let about = if *kind == "certificate" { check::mask(last) } else { last.to_owned() };
        let finding = Finding { code: ResultCode(code), about };
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
    Ok(findings)
}

async fn is_filed(tx: &mut SqliteConnection, kind: &str, value: &str) -> Result<bool, Error> {
    let sql = match kind {
        // The record itself says who hosts a site where.
        "hosting" => return Ok(false),
        "certificate" => {
            "SELECT EXISTS (SELECT 1 FROM subject WHERE certificate_kind || ':' || certificate_number = ?1 \
             AND cancelled_at IS NULL)"
        }
        "domain" => "SELECT EXISTS (SELECT 1 FROM domain WHERE name = ?1)",
        "url" => "SELECT EXISTS (SELECT 1 FROM site WHERE host = ?1 AND cancelled_at IS NULL)",
        "name" => "SELECT EXISTS (SELECT 1 FROM site WHERE subject_id || ':' || name = ?1 AND cancelled_at IS NULL)",
        // A provider's ids stay taken once something was filed under them.
        _ => {
            "SELECT EXISTS (SELECT 1 FROM claim JOIN request ON request.id = claim.request_id \
             WHERE claim.kind = ?2 AND claim.value = ?1 AND request.state = 'approved')"
        }
    };
    Ok(sqlx::query_scalar(sql).bind(value).bind(kind).fetch_one(&mut *tx).await?)
}

/// The names and domains of sites, to look them up.
pub(in crate::sandbox) fn listed(sites: &[Site]) -> Vec<(&str, Vec<&str>)> {
    sites
        .iter()
        .map(|site| (site.name.as_str(), site.domains.iter().map(|domain| domain.name.as_str()).collect()))
        .collect()
}

/// Looks names and domains up in the blacklist.
pub(in crate::sandbox) async fn blacklisted(
    tx: &mut SqliteConnection,
    certificate: Option<&str>,
    sites: &[(&str, Vec<&str>)],
) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    let listed = "SELECT EXISTS (SELECT 1 FROM blacklist WHERE kind = ? AND value = ?)";
    if let Some(number) = certificate {
        let found: bool =
            sqlx::query_scalar(listed).bind("subject").bind(number.to_uppercase()).fetch_one(&mut *tx).await?;
        if found {
            findings.push(Finding { code: ResultCode(1065), about: check::mask(number) });
        }
    }
    for (name, domains) in sites {
        for domain in domains {
            let found: bool =
                sqlx::query_scalar(listed).bind("site").bind(domain.to_lowercase()).fetch_one(&mut *tx).await?;
            if found {
                findings.push(Finding { code: ResultCode(1064), about: format!("{name} {domain}") });
            }
        }
    }
    Ok(findings)
}
