//! Accounts: who may log in, as what, and who they proved to be.

use jiff::Timestamp;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::db::{insert_row, instant, micros, opt_instant, opt_micros, replace_row, stale_or_absent, table, taken};
use crate::seal::{Cell, DataKey, Keys};
use crate::words::words;
use crate::{AccountId, Cursor, Error, Listing, Page, Reader, Result, Tx};

words! {
    /// What an account may do.
    pub enum Role {
        /// Files for itself.
        Applicant = "applicant",
        /// Does the first review.
        Reviewer = "reviewer",
        /// Watches over the reviewers.
        Supervisor = "supervisor",
        /// Runs the platform.
        Administrator = "administrator",
        /// Reads everything, changes nothing.
        Auditor = "auditor",
        /// A gateway that follows the verdicts; only through an API key.
        Gateway = "gateway",
    }
}

words! {
    /// Whether an account may be used.
    pub enum AccountState {
        /// It may.
        Active = "active",
        /// It may not.
        Disabled = "disabled",
    }
}

words! {
    /// As what a person opened the account.
    pub enum IdentityKind {
        /// As themselves.
        Individual = "individual",
        /// For a unit.
        Unit = "unit",
    }
}

/// Who the holder of an account proved to be (账号实名).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Identity {
    /// An individual or a unit.
    pub kind: IdentityKind,
    /// The nature, as a word of `filing::nature`.
    #[serde(default)]
    pub nature: String,
    /// How well it was proved, as the caller's word.
    #[serde(default)]
    pub proof: String,
    /// The full name on the certificate.
    pub name: String,
    /// The kind of certificate, as a word of `filing::certificate`.
    pub certificate_kind: String,
    /// The certificate's number.
    pub certificate_number: String,
    /// When it was proved.
    pub confirmed_at: Timestamp,
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// What it may do.
    pub role: Role,
    /// Whether it may be used.
    pub state: AccountState,
    /// The mail address it logs in with; sealed, unique.
    pub email: Option<String>,
    /// When the mail address was confirmed.
    pub email_confirmed_at: Option<Timestamp>,
    /// The mobile number it logs in with; sealed, unique.
    pub mobile: Option<String>,
    /// When the mobile number was confirmed.
    pub mobile_confirmed_at: Option<Timestamp>,
    /// What to call the holder; sealed.
    pub display_name: String,
    /// The argon2 hash of the password (PHC string); none for accounts that only use API keys.
    pub password_hash: Option<String>,
    /// Who the holder proved to be; sealed.
    pub identity: Option<Identity>,
    /// The language of messages, such as `zh-CN`.
    pub locale: String,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Counts changes; [`update`] compares and raises it.
    pub version: i64,
}

table! {
    /// One account; what is personal lies in `sealed`.
    mod row is "account" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        role: String,
        state: String,
        email_hash: Option<String>,
        mobile_hash: Option<String>,
        password_hash: Option<String>,
        email_confirmed_at: Option<i64>,
        mobile_confirmed_at: Option<i64>,
        locale: String,
        sealed: Vec<u8>,
        created_at: i64,
        updated_at: i64,
        version: i64,
    }
}

/// What is personal of an account.
#[derive(serde::Serialize, serde::Deserialize)]
struct Personal {
    email: Option<String>,
    mobile: Option<String>,
    display_name: String,
    identity: Option<Identity>,
}

const UNIQUE: &[(&str, &str)] = &[("email_hash", "email"), ("mobile_hash", "mobile")];

const fn cell(id: AccountId) -> Cell<'static> {
    Cell { table: "account", row: id.0, column: "sealed" }
}

/// A mail address or mobile number as it is compared: case, blanks, hyphens and the country code 86 do not count.
#[must_use]
pub fn normal_login(login: &str) -> String {
    let login = login.trim();
    if login.contains('@') {
        return login.to_lowercase();
    }
    let digits: String = login.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let digits = digits.strip_prefix("+86").or_else(|| digits.strip_prefix("0086")).unwrap_or(&digits);
    digits.to_owned()
}

async fn to_row(tx: &Tx, key: &DataKey, account: &Account) -> Result<row::Model> {
    let personal = Personal {
        email: account.email.clone(),
        mobile: account.mobile.clone(),
        display_name: account.display_name.clone(),
        identity: account.identity.clone(),
    };
    let email_hash = match &account.email {
        Some(email) => Some(tx.blind("account.email", &normal_login(email)).await?),
        None => None,
    };
    let mobile_hash = match &account.mobile {
        Some(mobile) => Some(tx.blind("account.mobile", &normal_login(mobile)).await?),
        None => None,
    };
    Ok(row::Model {
        id: account.id.0,
        role: account.role.to_string(),
        state: account.state.to_string(),
        email_hash,
        mobile_hash,
        password_hash: account.password_hash.clone(),
        email_confirmed_at: opt_micros(account.email_confirmed_at),
        mobile_confirmed_at: opt_micros(account.mobile_confirmed_at),
        locale: account.locale.clone(),
        sealed: key.seal_json(&*tx.shared.entropy, cell(account.id), &personal)?,
        created_at: micros(account.created_at),
        updated_at: micros(account.updated_at),
        version: account.version,
    })
}

fn from_row(row: row::Model, keys: &Keys) -> Result<Account> {
    let id = AccountId(row.id);
    let personal: Personal = keys.open_json(cell(id), &row.sealed)?;
    Ok(Account {
        id,
        role: row.role.parse()?,
        state: row.state.parse()?,
        email: personal.email,
        email_confirmed_at: opt_instant(row.email_confirmed_at)?,
        mobile: personal.mobile,
        mobile_confirmed_at: opt_instant(row.mobile_confirmed_at)?,
        display_name: personal.display_name,
        password_hash: row.password_hash,
        identity: personal.identity,
        locale: row.locale,
        created_at: instant(row.created_at)?,
        updated_at: instant(row.updated_at)?,
        version: row.version,
    })
}

/// Adds an account; `Taken("email")` or `Taken("mobile")` when another holds the address.
pub async fn insert(tx: &Tx, account: &Account) -> Result<()> {
    let key = tx.make_key(account.id.0).await?;
    insert_row(tx, to_row(tx, &key, account).await?).await.map_err(taken(UNIQUE))
}

/// The account of this id.
pub async fn get(r: &Reader, id: AccountId) -> Result<Account> {
    let row = row::Entity::find_by_id(id.0).one(r.db()).await?.ok_or(Error::NotFound("account"))?;
    from_row(row, &r.keys([id.0]).await?)
}

/// The account with this mail address or mobile number, however it is written.
pub async fn find_by_login(r: &Reader, login: &str) -> Result<Option<Account>> {
    let normal = normal_login(login);
    let (column, domain) = if normal.contains('@') {
        (row::Column::EmailHash, "account.email")
    } else {
        (row::Column::MobileHash, "account.mobile")
    };
    let hash = r.blind(domain, &normal).await?;
    let Some(row) = row::Entity::find().filter(column.eq(hash)).one(r.db()).await? else { return Ok(None) };
    let keys = r.keys([row.id]).await?;
    from_row(row, &keys).map(Some)
}

/// Writes the account if nobody changed it since it was read; raises `version`.
pub async fn update(tx: &Tx, account: &mut Account) -> Result<()> {
    let key = tx.key(account.id.0).await.map_err(|_| Error::NotFound("account"))?;
    let mut row = to_row(tx, &key, account).await?;
    row.version += 1;
    let same = Condition::all().add(row::Column::Id.eq(row.id)).add(row::Column::Version.eq(account.version));
    if replace_row(tx, row, same).await.map_err(taken(UNIQUE))? == 0 {
        return Err(stale_or_absent(tx, row::Entity::find_by_id(account.id.0), "account").await);
    }
    account.version += 1;
    Ok(())
}

/// Accounts, newest first.
pub async fn list(r: &Reader, role: Option<Role>, page: &Page) -> Result<Listing<Account>> {
    let mut find = row::Entity::find();
    if let Some(role) = role {
        find = find.filter(row::Column::Role.eq(role.as_str()));
    }
    if let Some(Cursor { at, id }) = page.after {
        find = find.filter(crate::db::before((row::Column::CreatedAt, at), (row::Column::Id, id)));
    }
    let rows = find
        .order_by_desc(row::Column::CreatedAt)
        .order_by_desc(row::Column::Id)
        .limit(page.probe())
        .all(r.db())
        .await?;
    let listing = page.cut(rows, |row| Cursor { at: row.created_at, id: row.id });
    let keys = r.keys(listing.items.iter().map(|row| row.id)).await?;
    listing.try_map(|row| from_row(row, &keys))
}
