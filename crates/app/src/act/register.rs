//! Registering: a contact and a password; the account opens once the contact is confirmed.

use serde::Deserialize;
use store::AccountId;
use store::account::{Account, AccountState, Role};
use utoipa::ToSchema;

use crate::account::{CodeSent, is_confirmed, send_code, throttle_codes};
use crate::actor::Origin;
use crate::contact::Contact;
use crate::error::{Error, Result};
use crate::fault::commit;
use crate::notice::{self, Audience};
use crate::password;
use crate::trail::Trail;
use crate::world::World;

/// A stranger's contact and chosen password.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct Register {
    /// A mail address or a mobile number.
    pub contact: String,
    /// The password.
    pub password: String,
}

/// Prepares an account and sends a code to its contact. The answer is the same when the contact already has an
/// account: its owner is told instead, and nobody else learns it.
///
/// # Errors
/// When contact or password are not acceptable, or too many codes were asked for.
pub async fn register(world: &World, origin: &Origin, input: Register) -> Result<CodeSent> {
    let contact = Contact::parse(&input.contact).ok_or_else(|| Error::field("contact", "contact-malformed"))?;
    if !password::is_acceptable(&input.password) {
        return Err(Error::field("password", "password-weak"));
    }
    let hash = password::hash(world, &input.password).await?;
    let now = world.now();
    let tx = world.store.write().await?;
    throttle_codes(&tx, world, origin, &contact).await?;
    let known = store::account::find_by_login(&tx, contact.as_str()).await?;
    let sent = match known {
        Some(account) if is_confirmed(&account) || account.role != Role::Applicant => {
            let audience = Audience::about(Some(account.id), None, origin.language).and(Some(contact.as_str()));
            let url = world.settings.link("/login");
            notice::send(&tx, world, &audience, "contact-taken", &[("url", &url)]).await?;
            CodeSent {
                registration: world.uuid(),
                contact_masked: contact.masked(),
                channel: contact.way(),
                expires_at: now + jiff::SignedDuration::from_mins(i64::from(world.settings.code_minutes)),
            }
        }
        Some(mut account) => {
            // Not confirmed yet: the latest registration counts, and only its own code opens the account.
            account.password_hash = Some(hash);
            origin.language.tag().clone_into(&mut account.locale);
            account.updated_at = now;
            store::account::update(&tx, &mut account).await?;
            send_code(&tx, world, origin, &contact, Some(account.id)).await?
        }
        None => {
            let id = AccountId(world.uuid());
            let (email, mobile) = match &contact {
                Contact::Mail(address) => (Some(address.clone()), None),
                Contact::Mobile(number) => (None, Some(number.clone())),
            };
            let account = Account {
                id,
                role: Role::Applicant,
                state: AccountState::Active,
                email,
                email_confirmed_at: None,
                mobile,
                mobile_confirmed_at: None,
                display_name: String::new(),
                password_hash: Some(hash),
                identity: None,
                locale: origin.language.tag().to_owned(),
                created_at: now,
                updated_at: now,
                version: 0,
            };
            store::account::insert(&tx, &account).await?;
            let sent = send_code(&tx, world, origin, &contact, Some(id)).await?;
            Trail::by_stranger("register", now).on("account", id).write(&tx).await?;
            sent
        }
    };
    commit!(tx, "register");
    Ok(sent)
}
