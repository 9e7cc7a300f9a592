//! What an account shows of itself, and what every act about accounts shares.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::account::{Account, AccountState};
use store::contact_code::ContactCode;
use store::session::Session;
use store::{AccountId, ContactCodeId, SessionId, Tx};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::actor::Origin;
use crate::contact::{Contact, Way};
use crate::error::{Error, Result};
use crate::identity::Proof;
use crate::language::Language;
use crate::notice::{self, Audience};
use crate::world::World;

/// An account as its holder and the administrator see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountView {
    /// The account.
    pub id: Uuid,
    /// What it may do, as a word.
    pub role: String,
    /// The mail address, masked.
    pub email: Option<String>,
    /// The mobile number, masked.
    pub mobile: Option<String>,
    /// The language of messages.
    pub language: Language,
    /// Who the holder is.
    pub identity: Option<IdentityView>,
    /// Whether its contact was confirmed.
    pub confirmed: bool,
    /// Whether it may not be used.
    pub disabled: bool,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// Who the holder of an account is (账号实名), masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IdentityView {
    /// The nature as a word.
    pub nature: String,
    /// The name; a person's is masked.
    pub name: String,
    /// The kind of certificate as a word.
    pub certificate_kind: String,
    /// The certificate's number, masked.
    pub certificate_number: String,
    /// How well it is proven.
    pub proof: Proof,
    /// When it was proven.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// What a session gives its holder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignedIn {
    /// The secret of the session, for the cookie or the header.
    pub token: String,
    /// When it ends unless it is used.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// The account.
    pub account: AccountView,
}

/// That a code is on its way; says the same whether or not the contact has an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CodeSent {
    /// Binds the code to whoever asked for it.
    pub registration: Uuid,
    /// Where it went, masked.
    pub contact_masked: String,
    /// By which way.
    pub channel: Way,
    /// Until when it is good.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

/// The purpose of codes that confirm a contact.
pub(crate) const REGISTER: &str = "register";

impl AccountView {
    /// What an account shows of itself.
    #[must_use]
    pub fn of(account: &Account) -> Self {
        Self {
            id: account.id.0,
            role: account.role.as_str().to_owned(),
            email: account.email.as_deref().map(filing::mask::email),
            mobile: account.mobile.as_deref().map(filing::mask::phone),
            language: Language::from_tag(&account.locale),
            identity: account.identity.as_ref().map(|identity| {
                let is_person = identity.kind == store::account::IdentityKind::Individual;
                IdentityView {
                    nature: identity.nature.clone(),
                    name: if is_person { filing::mask::name(&identity.name) } else { identity.name.clone() },
                    certificate_kind: identity.certificate_kind.clone(),
                    certificate_number: filing::mask::number(&identity.certificate_number),
                    proof: Proof::from_word(&identity.proof),
                    at: identity.confirmed_at,
                }
            }),
            confirmed: is_confirmed(account),
            disabled: account.state == AccountState::Disabled,
            created_at: account.created_at,
        }
    }
}

/// Whether any contact of the account was confirmed.
#[must_use]
pub fn is_confirmed(account: &Account) -> bool {
    account.email_confirmed_at.is_some() || account.mobile_confirmed_at.is_some()
}

/// The hash under which a secret of 256 bits is kept: it needs no salt, because nobody can guess it.
#[must_use]
pub fn hash_secret(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

/// The hash under which a code of six digits is kept: bound to its row, so that equal codes look different.
pub(crate) fn hash_code(id: ContactCodeId, code: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{id}:{}", code.trim())))
}

/// Begins a session for an account.
pub(crate) async fn begin_session(
    tx: &Tx,
    world: &World,
    origin: &Origin,
    account: AccountId,
) -> Result<(String, Session)> {
    let now = world.now();
    let token = world.secret();
    let days = world.settings.session_days.min(world.settings.session_longest_days);
    let session = Session {
        id: SessionId(world.uuid()),
        account,
        token_hash: hash_secret(&token),
        ip: origin.ip.clone(),
        user_agent: origin.user_agent.chars().take(200).collect(),
        created_at: now,
        seen_at: now,
        expires_at: now + SignedDuration::from_hours(24 * i64::from(days)),
        revoked_at: None,
    };
    store::session::insert(tx, &session).await?;
    Ok((token, session))
}

/// Makes a code, keeps its hash and promises to send it.
pub(crate) async fn send_code(
    tx: &Tx,
    world: &World,
    origin: &Origin,
    contact: &Contact,
    account: Option<AccountId>,
) -> Result<CodeSent> {
    let now = world.now();
    let minutes = world.settings.code_minutes;
    let id = ContactCodeId(world.uuid());
    let code = world.six_digits();
    let row = ContactCode {
        id,
        purpose: REGISTER.to_owned(),
        contact: contact.as_str().to_owned(),
        account,
        code_hash: hash_code(id, &code),
        tries_left: 5,
        created_at: now,
        expires_at: now + SignedDuration::from_mins(i64::from(minutes)),
        used_at: None,
    };
    store::contact_code::insert(tx, &row).await?;
    let audience = Audience::about(account, None, origin.language).and(Some(contact.as_str()));
    notice::send(tx, world, &audience, "contact-code", &[("code", &code), ("minutes", &minutes.to_string())]).await?;
    Ok(CodeSent {
        registration: id.0,
        contact_masked: contact.masked(),
        channel: contact.way(),
        expires_at: row.expires_at,
    })
}

/// Refuses when too many messages went to a contact, or were asked for from an address, within the hour.
pub(crate) async fn throttle_codes(tx: &Tx, world: &World, origin: &Origin, contact: &Contact) -> Result<()> {
    let now = world.now();
    let hour = SignedDuration::from_hours(1);
    let from_here = store::login_attempt::fail(tx, &format!("code:{}", origin.ip), now, hour).await?;
    // Counted whether or not a code is sent: the answer to the sixth must not tell who has an account.
    let normal = store::account::normal_login(contact.as_str());
    let to_contact = store::login_attempt::fail(tx, &format!("code-to:{normal}"), now, hour).await?;
    if to_contact.failures > 5 || from_here.failures > 30 {
        return Err(Error::Throttled { retry_after_seconds: 3_600 });
    }
    Ok(())
}
