//! What is filed: subjects and sites with their numbers.

use jiff::Timestamp;
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::db::{insert_row, instant, micros, replace_row, stale_or_absent, table, taken};
use crate::seal::{Cell, DataKey, Keys};
use crate::words::words;
use crate::{AccountId, Cursor, Error, Listing, OrderId, Page, Reader, ResourceId, Result, SiteId, SubjectId, Tx};

words! {
    /// Whether a filing stands.
    pub enum FiledState {
        /// It stands.
        Active = "active",
        /// It was cancelled.
        Cancelled = "cancelled",
    }
}

/// A filed subject.
#[derive(Debug, Clone, PartialEq)]
pub struct FiledSubject {
    /// Its id.
    pub id: SubjectId,
    /// Whose account.
    pub account: AccountId,
    /// The number, such as `浙ICP备2026000001号`; unique.
    pub number: String,
    /// Two-digit code of the province.
    pub province: String,
    /// The nature as a word.
    pub nature: String,
    /// Which bureau.
    pub bureau: String,
    /// What the bureau calls it.
    pub bureau_id: Option<i64>,
    /// The subject's name; sealed.
    pub name: String,
    /// The kind of its certificate; sealed.
    pub certificate_kind: String,
    /// The certificate's number; sealed, found through a keyed hash.
    pub certificate_number: String,
    /// The filing password (备案密码); sealed.
    pub password: Option<String>,
    /// Everything else the filing holds; sealed.
    pub document: serde_json::Value,
    /// Whether it stands.
    pub state: FiledState,
    /// When it was filed.
    pub filed_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Counts changes; updates compare and raise it.
    pub version: i64,
}

/// A filed site.
#[derive(Debug, Clone, PartialEq)]
pub struct FiledSite {
    /// Its id.
    pub id: SiteId,
    /// Of which subject.
    pub subject: SubjectId,
    /// By which order.
    pub order: Option<OrderId>,
    /// The number, such as `浙ICP备2026000001号-1`; a site with several domains has a row for each.
    pub number: String,
    /// The registrable domain name; one active site each.
    pub domain: String,
    /// Which bureau.
    pub bureau: String,
    /// What the bureau calls it.
    pub bureau_id: Option<i64>,
    /// What the bureau calls its access here.
    pub access_bureau_id: Option<i64>,
    /// Whether it is accessed through us.
    pub accessed: bool,
    /// The resource it runs on.
    pub resource: Option<ResourceId>,
    /// The site's name; sealed.
    pub name: String,
    /// Everything else the filing holds; sealed.
    pub document: serde_json::Value,
    /// Whether it stands.
    pub state: FiledState,
    /// When it was filed.
    pub filed_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Counts changes; updates compare and raise it.
    pub version: i64,
}

table! {
    /// One filed subject.
    mod subject is "filed_subject" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        account_id: Uuid,
        number: String,
        province: String,
        nature: String,
        bureau: String,
        bureau_id: Option<i64>,
        certificate_hash: String,
        sealed: Vec<u8>,
        state: String,
        filed_at: i64,
        updated_at: i64,
        version: i64,
    }
}

table! {
    /// One filed site; `active_domain` repeats `domain` while the filing stands.
    mod site is "filed_site" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        subject_id: Uuid,
        order_id: Option<Uuid>,
        number: String,
        domain: String,
        active_domain: Option<String>,
        bureau: String,
        bureau_id: Option<i64>,
        access_bureau_id: Option<i64>,
        accessed: bool,
        resource_id: Option<Uuid>,
        sealed: Vec<u8>,
        state: String,
        filed_at: i64,
        updated_at: i64,
        version: i64,
    }
}

#[derive(serde::Serialize, serde::Deserialize)]
struct SubjectPersonal {
    name: String,
    certificate_kind: String,
    certificate_number: String,
    password: Option<String>,
    document: serde_json::Value,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct SitePersonal {
    name: String,
    document: serde_json::Value,
}

const SUBJECT_UNIQUE: &[(&str, &str)] = &[("number", "number")];
const SITE_UNIQUE: &[(&str, &str)] = &[("active_domain", "domain")];

const fn subject_cell(id: SubjectId) -> Cell<'static> {
    Cell { table: "filed_subject", row: id.0, column: "sealed" }
}

const fn site_cell(id: SiteId) -> Cell<'static> {
    Cell { table: "filed_site", row: id.0, column: "sealed" }
}

async fn subject_row(tx: &Tx, key: &DataKey, s: &FiledSubject) -> Result<subject::Model> {
    let personal = SubjectPersonal {
        name: s.name.clone(),
        certificate_kind: s.certificate_kind.clone(),
        certificate_number: s.certificate_number.clone(),
        password: s.password.clone(),
        document: s.document.clone(),
    };
    Ok(subject::Model {
        id: s.id.0,
        account_id: s.account.0,
        number: s.number.clone(),
        province: s.province.clone(),
        nature: s.nature.clone(),
        bureau: s.bureau.clone(),
        bureau_id: s.bureau_id,
        certificate_hash: tx.certificate_hash(&s.certificate_kind, &s.certificate_number).await?,
        sealed: key.seal_json(&*tx.shared.entropy, subject_cell(s.id), &personal)?,
        state: s.state.to_string(),
        filed_at: micros(s.filed_at),
        updated_at: micros(s.updated_at),
        version: s.version,
    })
}

fn subject_from(row: subject::Model, keys: &Keys) -> Result<FiledSubject> {
    let id = SubjectId(row.id);
    let personal: SubjectPersonal = keys.open_json(subject_cell(id), &row.sealed)?;
    Ok(FiledSubject {
        id,
        account: AccountId(row.account_id),
        number: row.number,
        province: row.province,
        nature: row.nature,
        bureau: row.bureau,
        bureau_id: row.bureau_id,
        name: personal.name,
        certificate_kind: personal.certificate_kind,
        certificate_number: personal.certificate_number,
        password: personal.password,
        document: personal.document,
        state: row.state.parse()?,
        filed_at: instant(row.filed_at)?,
        updated_at: instant(row.updated_at)?,
        version: row.version,
    })
}

fn normal_domain(domain: &str) -> String {
    domain.trim().trim_end_matches('.').to_lowercase()
}

fn site_row(tx: &Tx, key: &DataKey, s: &FiledSite) -> Result<site::Model> {
    let personal = SitePersonal { name: s.name.clone(), document: s.document.clone() };
    let domain = normal_domain(&s.domain);
    Ok(site::Model {
        id: s.id.0,
        subject_id: s.subject.0,
        order_id: s.order.map(|id| id.0),
        number: s.number.clone(),
        active_domain: (s.state == FiledState::Active).then(|| domain.clone()),
        domain,
        bureau: s.bureau.clone(),
        bureau_id: s.bureau_id,
        access_bureau_id: s.access_bureau_id,
        accessed: s.accessed,
        resource_id: s.resource.map(|id| id.0),
        sealed: key.seal_json(&*tx.shared.entropy, site_cell(s.id), &personal)?,
        state: s.state.to_string(),
        filed_at: micros(s.filed_at),
        updated_at: micros(s.updated_at),
        version: s.version,
    })
}

fn site_from(row: site::Model, keys: &Keys) -> Result<FiledSite> {
    let id = SiteId(row.id);
    let personal: SitePersonal = keys.open_json(site_cell(id), &row.sealed)?;
    Ok(FiledSite {
        id,
        subject: SubjectId(row.subject_id),
        order: row.order_id.map(OrderId),
        number: row.number,
        domain: row.domain,
        bureau: row.bureau,
        bureau_id: row.bureau_id,
        access_bureau_id: row.access_bureau_id,
        accessed: row.accessed,
        resource: row.resource_id.map(ResourceId),
        name: personal.name,
        document: personal.document,
        state: row.state.parse()?,
        filed_at: instant(row.filed_at)?,
        updated_at: instant(row.updated_at)?,
        version: row.version,
    })
}

async fn one_subject(r: &Reader, found: Option<subject::Model>) -> Result<Option<FiledSubject>> {
    let Some(row) = found else { return Ok(None) };
    let keys = r.keys([row.id]).await?;
    subject_from(row, &keys).map(Some)
}

async fn one_site(r: &Reader, found: Option<site::Model>) -> Result<Option<FiledSite>> {
    let Some(row) = found else { return Ok(None) };
    let keys = r.keys([row.id]).await?;
    site_from(row, &keys).map(Some)
}

/// Adds a subject; `Taken("number")` when the number is known.
pub async fn insert_subject(tx: &Tx, subject: &FiledSubject) -> Result<()> {
    let key = tx.make_key(subject.id.0).await?;
    insert_row(tx, subject_row(tx, &key, subject).await?).await.map_err(taken(SUBJECT_UNIQUE))
}

/// The subject of this id.
pub async fn get_subject(r: &Reader, id: SubjectId) -> Result<FiledSubject> {
    let found = subject::Entity::find_by_id(id.0).one(r.db()).await?;
    one_subject(r, found).await?.ok_or(Error::NotFound("filed subject"))
}

/// The subject with this number.
pub async fn find_subject_by_number(r: &Reader, number: &str) -> Result<Option<FiledSubject>> {
    let found = subject::Entity::find().filter(subject::Column::Number.eq(number)).one(r.db()).await?;
    one_subject(r, found).await
}

/// The active subject with this certificate.
pub async fn find_subject_by_certificate(r: &Reader, kind: &str, number: &str) -> Result<Option<FiledSubject>> {
    let hash = r.certificate_hash(kind, number).await?;
    let found = subject::Entity::find()
        .filter(subject::Column::CertificateHash.eq(hash))
        .filter(subject::Column::State.eq(FiledState::Active.as_str()))
        .order_by_desc(subject::Column::FiledAt)
        .limit(1)
        .one(r.db())
        .await?;
    one_subject(r, found).await
}

/// The subjects of an account, newest first.
pub async fn subjects_of(r: &Reader, account: AccountId, page: &Page) -> Result<Listing<FiledSubject>> {
    let mut find = subject::Entity::find().filter(subject::Column::AccountId.eq(account.0));
    if let Some(Cursor { at, id }) = page.after {
        find = find.filter(crate::db::before((subject::Column::FiledAt, at), (subject::Column::Id, id)));
    }
    let rows = find
        .order_by_desc(subject::Column::FiledAt)
        .order_by_desc(subject::Column::Id)
        .limit(page.probe())
        .all(r.db())
        .await?;
    let listing = page.cut(rows, |row| Cursor { at: row.filed_at, id: row.id });
    let keys = r.keys(listing.items.iter().map(|row| row.id)).await?;
    listing.try_map(|row| subject_from(row, &keys))
}

/// Writes the subject if nobody changed it since it was read; raises `version`.
pub async fn update_subject(tx: &Tx, subject: &mut FiledSubject) -> Result<()> {
    let key = tx.keys([subject.id.0]).await?.0.remove(&subject.id.0).ok_or(Error::NotFound("filed subject"))?;
    let mut row = subject_row(tx, &key, subject).await?;
    row.version += 1;
    let same = Condition::all().add(subject::Column::Id.eq(row.id)).add(subject::Column::Version.eq(subject.version));
    if replace_row(tx, row, same).await.map_err(taken(SUBJECT_UNIQUE))? == 0 {
        return Err(stale_or_absent(tx, subject::Entity::find_by_id(subject.id.0), "filed subject").await);
    }
    subject.version += 1;
    Ok(())
}

/// Adds a site; `Taken("domain")` when another active one has it.
pub async fn insert_site(tx: &Tx, site: &FiledSite) -> Result<()> {
    let key = tx.make_key(site.id.0).await?;
    insert_row(tx, site_row(tx, &key, site)?).await.map_err(taken(SITE_UNIQUE))
}

/// The site of this id.
pub async fn get_site(r: &Reader, id: SiteId) -> Result<FiledSite> {
    let found = site::Entity::find_by_id(id.0).one(r.db()).await?;
    one_site(r, found).await?.ok_or(Error::NotFound("filed site"))
}

/// The active site of this registrable domain name.
pub async fn find_site_by_domain(r: &Reader, domain: &str) -> Result<Option<FiledSite>> {
    let found = site::Entity::find().filter(site::Column::ActiveDomain.eq(normal_domain(domain))).one(r.db()).await?;
    one_site(r, found).await
}

/// The site with this number: of several domains the first, what stands before what was cancelled.
pub async fn find_site_by_number(r: &Reader, number: &str) -> Result<Option<FiledSite>> {
    let found = site::Entity::find()
        .filter(site::Column::Number.eq(number))
        .order_by_asc(site::Column::State)
        .order_by_asc(site::Column::Id)
        .limit(1)
        .one(r.db())
        .await?;
    one_site(r, found).await
}

/// The subject that the bureau calls so.
pub async fn find_subject_by_bureau_id(r: &Reader, bureau: &str, id: i64) -> Result<Option<FiledSubject>> {
    let found = subject::Entity::find()
        .filter(subject::Column::Bureau.eq(bureau))
        .filter(subject::Column::BureauId.eq(id))
        .order_by_asc(subject::Column::State)
        .limit(1)
        .one(r.db())
        .await?;
    one_subject(r, found).await
}

/// The sites that the bureau calls so, one for each domain (at most 200).
pub async fn sites_by_bureau_id(r: &Reader, bureau: &str, id: i64) -> Result<Vec<FiledSite>> {
    sites_where(r, Condition::all().add(site::Column::Bureau.eq(bureau)).add(site::Column::BureauId.eq(id))).await
}

/// The sites whose access here the bureau calls so, one for each domain (at most 200).
pub async fn sites_by_access(r: &Reader, bureau: &str, id: i64) -> Result<Vec<FiledSite>> {
    sites_where(r, Condition::all().add(site::Column::Bureau.eq(bureau)).add(site::Column::AccessBureauId.eq(id))).await
}

async fn sites_where(r: &Reader, condition: Condition) -> Result<Vec<FiledSite>> {
    let rows = site::Entity::find().filter(condition).order_by_asc(site::Column::Id).limit(200).all(r.db()).await?;
    let keys = r.keys(rows.iter().map(|row| row.id)).await?;
    rows.into_iter().map(|row| site_from(row, &keys)).collect()
}

/// The subjects that stand at a bureau, by id after one (at most `limit`), each with its number.
pub async fn active_of_bureau(
    r: &Reader,
    bureau: &str,
    after: Option<SubjectId>,
    limit: u64,
) -> Result<Vec<(SubjectId, String)>> {
    let mut find = subject::Entity::find()
        .filter(subject::Column::Bureau.eq(bureau))
        .filter(subject::Column::State.eq(FiledState::Active.as_str()));
    if let Some(after) = after {
        find = find.filter(subject::Column::Id.gt(after.0));
    }
    let rows = find.order_by_asc(subject::Column::Id).limit(limit).all(r.db()).await?;
    Ok(rows.into_iter().map(|row| (SubjectId(row.id), row.number)).collect())
}

/// What is needed of a site to look whether it is still here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessedSite {
    /// Its id.
    pub id: SiteId,
    /// Of which subject.
    pub subject: SubjectId,
    /// Its number.
    pub number: String,
    /// Its domain.
    pub domain: String,
    /// The resource it runs on.
    pub resource: Option<ResourceId>,
}

/// The sites that stand and are accessed through us, by id after one (at most `limit`).
pub async fn accessed_sites(r: &Reader, after: Option<SiteId>, limit: u64) -> Result<Vec<AccessedSite>> {
    let mut find =
        site::Entity::find().filter(site::Column::ActiveDomain.is_not_null()).filter(site::Column::Accessed.eq(true));
    if let Some(after) = after {
        find = find.filter(site::Column::Id.gt(after.0));
    }
    let rows = find.order_by_asc(site::Column::Id).limit(limit).all(r.db()).await?;
    let accessed = |row: site::Model| AccessedSite {
        id: SiteId(row.id),
        subject: SubjectId(row.subject_id),
        number: row.number,
        domain: row.domain,
        resource: row.resource_id.map(ResourceId),
    };
    Ok(rows.into_iter().map(accessed).collect())
}

/// The sites of a subject, by number (at most 200).
pub async fn sites_of(r: &Reader, subject: SubjectId) -> Result<Vec<FiledSite>> {
    let rows = site::Entity::find()
        .filter(site::Column::SubjectId.eq(subject.0))
        .order_by_asc(site::Column::Number)
        .limit(200)
        .all(r.db())
        .await?;
    let keys = r.keys(rows.iter().map(|row| row.id)).await?;
    rows.into_iter().map(|row| site_from(row, &keys)).collect()
}

/// How many active sites run on a resource.
pub async fn count_on_resource(r: &Reader, resource: ResourceId) -> Result<u64> {
    Ok(site::Entity::find()
        .filter(site::Column::ResourceId.eq(resource.0))
        .filter(site::Column::ActiveDomain.is_not_null())
        .count(r.db())
        .await?)
}

/// Writes the site if nobody changed it since it was read; raises `version`.
pub async fn update_site(tx: &Tx, site: &mut FiledSite) -> Result<()> {
    let key = tx.keys([site.id.0]).await?.0.remove(&site.id.0).ok_or(Error::NotFound("filed site"))?;
    let mut row = site_row(tx, &key, site)?;
    row.version += 1;
    let same = Condition::all().add(site::Column::Id.eq(row.id)).add(site::Column::Version.eq(site.version));
    if replace_row(tx, row, same).await.map_err(taken(SITE_UNIQUE))? == 0 {
        return Err(stale_or_absent(tx, site::Entity::find_by_id(site.id.0), "filed site").await);
    }
    site.version += 1;
    Ok(())
}
