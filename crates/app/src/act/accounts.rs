//! Administrating accounts.

use serde::Deserialize;
use store::AccountId;
use store::account::{Account, AccountState, Role};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::account::AccountView;
use crate::actor::Actor;
use crate::contact::Contact;
use crate::error::{Error, Result};
use crate::language::Language;
use crate::page::{self, Page};
use crate::password;
use crate::policy::{Act, require};
use crate::trail::Trail;
use crate::world::World;

/// An account to be opened for somebody.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct CreateAccount {
    /// A mail address or mobile number, taken as confirmed.
    pub contact: String,
    /// The role as a word.
    pub role: String,
    /// The first password.
    pub password: String,
}

/// Which account.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct AccountRef {
    /// The account.
    pub account: Uuid,
}

/// Which accounts to list.
#[derive(Debug, Clone, Default, Deserialize, ToSchema, IntoParams)]
pub struct ListAccounts {
    /// Those of a role, as a word.
    pub role: Option<String>,
    /// From where on.
    pub cursor: Option<String>,
}

/// Opens an account with a role, its contact taken as confirmed.
///
/// # Errors
/// When a field is not acceptable, or the contact is taken.
pub async fn create_account(world: &World, actor: &Actor, input: CreateAccount) -> Result<AccountView> {
    require(actor, Act::CreateAccount)?;
    let contact = Contact::parse(&input.contact).ok_or_else(|| Error::field("contact", "contact-malformed"))?;
    let role = input.role.parse::<Role>().ok().filter(|role| *role != Role::Gateway);
    let role = role.ok_or_else(|| Error::field("role", "choice-unknown"))?;
    if !password::is_acceptable(&input.password) {
        return Err(Error::field("password", "password-weak"));
    }
    let hash = password::hash(world, &input.password).await?;
    let now = world.now();
    let (email, mobile) = match contact {
        Contact::Mail(address) => (Some(address), None),
        Contact::Mobile(number) => (None, Some(number)),
    };
    let account = Account {
        id: AccountId(world.uuid()),
        role,
        state: AccountState::Active,
        email_confirmed_at: email.as_ref().map(|_| now),
        email,
        mobile_confirmed_at: mobile.as_ref().map(|_| now),
        mobile,
        display_name: String::new(),
        password_hash: Some(hash),
        identity: None,
        locale: Language::default().tag().to_owned(),
        created_at: now,
        updated_at: now,
        version: 0,
    };
    let tx = world.store.write().await?;
    store::account::insert(&tx, &account).await.map_err(|error| match Error::from(error) {
        Error::Conflict { .. } => Error::conflict("contact-taken"),
        other => other,
    })?;
    let facts = serde_json::json!({ "role": role.as_str() });
    Trail::by(actor, "create_account", now).on("account", account.id).with(facts).write(&tx).await?;
    tx.commit().await?;
    Ok(AccountView::of(&account))
}

/// Accounts, the newest first.
///
/// # Errors
/// When the actor may not, or the role is none.
pub async fn list_accounts(world: &World, actor: &Actor, input: ListAccounts) -> Result<Page<AccountView>> {
    require(actor, Act::ListAccounts)?;
    let role = match input.role.as_deref().filter(|word| !word.is_empty()) {
        None => None,
        Some(word) => Some(word.parse::<Role>().map_err(|_| Error::field("role", "choice-unknown"))?),
    };
    let wanted = page::wanted(input.cursor.as_deref())?;
    let listing = store::account::list(&world.store.read().await?, role, &wanted).await?;
    Ok(Page::of(listing, |account| AccountView::of(&account)))
}

/// Shuts an account: its sessions end and its keys no longer open anything.
///
/// # Errors
/// When there is no such account, or it is the actor's own.
pub async fn disable_account(world: &World, actor: &Actor, input: AccountRef) -> Result<AccountView> {
    require(actor, Act::DisableAccount)?;
    if actor.account.0 == input.account {
        return Err(Error::conflict("own-account"));
    }
    set_state(world, actor, AccountId(input.account), AccountState::Disabled, "disable_account").await
}

/// Opens an account again.
///
/// # Errors
/// When there is no such account.
pub async fn enable_account(world: &World, actor: &Actor, input: AccountRef) -> Result<AccountView> {
    require(actor, Act::EnableAccount)?;
    set_state(world, actor, AccountId(input.account), AccountState::Active, "enable_account").await
}

async fn set_state(world: &World, actor: &Actor, id: AccountId, state: AccountState, act: &str) -> Result<AccountView> {
    let now = world.now();
    let tx = world.store.write().await?;
    let mut account = store::account::get(&tx, id).await?;
    let before = account.state;
    if before != state {
        account.state = state;
        account.updated_at = now;
        store::account::update(&tx, &mut account).await?;
        if state == AccountState::Disabled {
            store::session::revoke_all(&tx, id, None, now).await?;
        }
        Trail::by(actor, act, now).on("account", id).moved(before.as_str(), state.as_str()).write(&tx).await?;
    }
    tx.commit().await?;
    Ok(AccountView::of(&account))
}
