//! 域名备案: domain names as registries and registrars report them. Only the ministry takes them; every name has its
//! result at once, 3998 when it is filed.

use jiff::civil::Date;
use sqlx::SqliteConnection;

use crate::code::{ResultCode, Table};
use crate::message::{DeletedDomain, DomainRecord, Download, RecordChange, RecordResult};
use crate::sandbox::check::{self, Finding, Findings};
use crate::sandbox::clock::{local, stored};
use crate::sandbox::office::Office;
use crate::sandbox::request::Matter;
use crate::sandbox::result::told;
use crate::sandbox::scenario::Kind;
use crate::sandbox::tables::Extra;
use crate::sandbox::{Error, Provider};

/// The success of a domain.
const FILED: ResultCode = ResultCode(3998);

/// Files new names.
pub(in crate::sandbox) async fn add(
    office: &Office,
    tx: &mut SqliteConnection,
    provider: &Provider,
    list: &[DomainRecord],
    answers: &mut Download,
) -> Result<(Matter, Vec<Finding>), Error> {
    enter(office, tx, provider, list, RecordChange::Add, answers).await
}

/// Files names anew that are filed.
pub(in crate::sandbox) async fn change(
    office: &Office,
    tx: &mut SqliteConnection,
    provider: &Provider,
    list: &[DomainRecord],
    answers: &mut Download,
) -> Result<(Matter, Vec<Finding>), Error> {
    enter(office, tx, provider, list, RecordChange::Change, answers).await
}

/// Ends filed names.
pub(in crate::sandbox) async fn delete(
    office: &Office,
    tx: &mut SqliteConnection,
    provider: &Provider,
    list: &[DeletedDomain],
    answers: &mut Download,
) -> Result<(Matter, Vec<Finding>), Error> {
    let mut all = Vec::new();
    let mut about = matter(provider);
    for item in list {
        let (id, name) = match item {
            DeletedDomain::Id(id) => (*id, String::new()),
            DeletedDomain::Name(name) => (0, name.to_lowercase()),
        };
        let row: Option<(i64, i64, i64, String)> =
            sqlx::query_as("SELECT id, isp_id, own_id, name FROM domain_record WHERE id = ? OR name = ?")
                .bind(id)
                .bind(&name)
                .fetch_optional(&mut *tx)
                .await?;
        let mut findings = Findings::default();
        match &row {
            None => findings.add(3999, if name.is_empty() { id.to_string() } else { name }),
            Some((_, isp_id, _, name)) if *isp_id != provider.isp_id => findings.add(3037, name.as_str()),
            Some((_, _, _, name)) => about.domains.push(name.clone()),
        }
        if findings.0.is_empty() {
            findings.0 = office.scripted_results(tx, &about).await?;
        }
        if let (Some((id, ..)), true) = (&row, findings.0.is_empty()) {
            sqlx::query("DELETE FROM domain_record WHERE id = ?").bind(id).execute(&mut *tx).await?;
        }
        let ids = row.map(|(id, _, own_id, _)| (id, own_id));
        answers.domain_results.push(result(
            &findings.0,
            ids.map(|(id, _)| id),
            ids.map(|(_, own_id)| own_id),
            RecordChange::Delete,
        ));
        all.extend(findings.0);
    }
    Ok((about, all))
}

fn matter(provider: &Provider) -> Matter {
    Matter::new(Kind::Domain, provider.isp_id, provider.isp_id.to_string(), provider.isp_id, &provider.name)
}

async fn enter(
    office: &Office,
    tx: &mut SqliteConnection,
    provider: &Provider,
    list: &[DomainRecord],
    change: RecordChange,
    answers: &mut Download,
) -> Result<(Matter, Vec<Finding>), Error> {
    let today = local(office.clock.now()).date();
    let mut all = Vec::new();
    let mut about = matter(provider);
    for record in list {
        let name = record.name.to_lowercase();
        about.domains.push(name.clone());
        let mut findings = Findings::default();
        content(record, today, &mut findings);
        let there: Option<(i64, i64, i64)> = sqlx::query_as(
            "SELECT id, isp_id, own_id FROM domain_record WHERE CASE WHEN ?1 THEN id = ?2 ELSE name = ?3 END",
        )
        .bind(change == RecordChange::Change)
        .bind(record.bureau_id)
        .bind(&name)
        .fetch_optional(&mut *tx)
        .await?;
        let (mut bureau_id, mut own_id) = (record.bureau_id, record.id);
        match (change, there) {
            (RecordChange::Add, Some(_)) => findings.add(3999, name.as_str()),
            (RecordChange::Add, None) => {}
            (_, None) => findings.add(3999, record.bureau_id.unwrap_or_default().to_string()),
            (_, Some((_, isp_id, _))) if isp_id != provider.isp_id => findings.add(3037, name.as_str()),
            (_, Some((_, _, own))) => own_id = Some(own),
        }
        if findings.0.is_empty() {
            findings.0 = office.scripted_results(tx, &about).await?;
        }
        if findings.0.is_empty() {
            let id = match (change, bureau_id) {
                (RecordChange::Change, Some(id)) => id,
                _ => office.next_id(tx).await?,
            };
            bureau_id = Some(id);
            sqlx::query(
                "INSERT INTO domain_record (id, isp_id, own_id, name, content, at) VALUES (?, ?, ?, ?, ?, ?) \
                 ON CONFLICT (id) DO UPDATE SET name = excluded.name, content = excluded.content, at = excluded.at",
            )
            .bind(id)
            .bind(provider.isp_id)
            .bind(own_id.unwrap_or_default())
            .bind(&name)
            .bind(serde_json::to_string(record)?)
            .bind(stored(office.clock.now()))
            .execute(&mut *tx)
            .await?;
        }
        answers.domain_results.push(result(&findings.0, bureau_id, own_id, change));
        all.extend(findings.0);
    }
    Ok((about, all))
}

/// Checks one record by itself.
fn content(record: &DomainRecord, today: Date, findings: &mut Findings) {
    if Extra::DomainKind.name(record.kind).is_none() {
        findings.add(3001, record.kind.to_string());
    }
    match record.registered.parse::<Date>() {
        Err(_) => findings.add(3031, record.registered.as_str()),
        Ok(day) if day > today => findings.add(3035, record.registered.as_str()),
        Ok(_) => {}
    }
    match record.expires.parse::<Date>() {
        Err(_) => findings.add(3032, record.expires.as_str()),
        Ok(day) if day < today => findings.add(3004, record.expires.as_str()),
        Ok(_) => {}
    }
    if record.registrar.chars().any(|c| "<>&\"'\\".contains(c)) {
        findings.add(3007, record.registrar.as_str());
    }
    let email = |text: &str, code: i64, findings: &mut Findings| {
        if !check::is_email(text) {
            findings.add(code, text);
        }
    };
    let phone = |text: &str, code: i64, findings: &mut Findings| {
        if !text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b';')) {
            findings.add(code, text);
        }
    };
    let place = |province: i64, city: i64, code: i64, findings: &mut Findings| {
        let known = province % 10_000 == 0 && Table::Province.row(province / 10_000).is_some();
        if !known || city / 10_000 != province / 10_000 {
            findings.add(code, format!("{province} {city}"));
        }
    };
    email(&record.registrant_email, 3013, findings);
    phone(&record.registrant_phone, 3015, findings);
    place(record.registrant_province, record.registrant_city, 3028, findings);
    email(&record.administrator_email, 3022, findings);
    phone(&record.administrator_phone, 3024, findings);
    place(record.administrator_province, record.administrator_city, 3029, findings);
    if let Some(text) = &record.payer_email {
        email(text, 3034, findings);
    }
    if let Some(text) = &record.payer_phone {
        phone(text, 3033, findings);
    }
    if let (Some(province), Some(city)) = (record.payer_province, record.payer_city) {
        place(province, city, 3030, findings);
    }
}

fn result(findings: &[Finding], bureau_id: Option<i64>, id: Option<i64>, change: RecordChange) -> RecordResult {
    let list = match findings {
        [] => vec![told(FILED, "")],
        findings => findings.iter().map(|found| told(found.code, &found.about)).collect(),
    };
    RecordResult { findings: list, bureau_id, change, id: id.filter(|id| *id > 0), remark: None }
}
