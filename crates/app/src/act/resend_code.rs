//! Sending the code of a registration once more.

use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::account::{CodeSent, REGISTER, is_confirmed, send_code, throttle_codes};
use crate::actor::Origin;
use crate::contact::Contact;
use crate::error::{Error, Result};
use crate::world::World;

/// Which registration lacks its code.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ResendCode {
    /// What registering answered.
    pub registration: Uuid,
    /// The contact it named.
    pub contact: String,
}

/// Sends a new code; the former one is no longer good. Nothing is sent for a registration that is not the contact's
/// latest, and the answer does not tell.
///
/// # Errors
/// When the contact is none, or too many codes were asked for.
pub async fn resend_code(world: &World, origin: &Origin, input: ResendCode) -> Result<CodeSent> {
    let contact = Contact::parse(&input.contact).ok_or_else(|| Error::field("contact", "contact-malformed"))?;
    let tx = world.store.write().await?;
    throttle_codes(&tx, world, origin, &contact).await?;
    let latest = store::contact_code::latest(&tx, REGISTER, contact.as_str()).await?;
    let account = store::account::find_by_login(&tx, contact.as_str()).await?;
    let is_open = account.as_ref().is_some_and(|account| !is_confirmed(account));
    let sent = if is_open && latest.is_some_and(|code| code.id.0 == input.registration) {
        send_code(&tx, world, origin, &contact, account.map(|account| account.id)).await?
    } else {
        CodeSent {
            registration: world.uuid(),
            contact_masked: contact.masked(),
            channel: contact.way(),
            expires_at: world.now() + jiff::SignedDuration::from_mins(i64::from(world.settings.code_minutes)),
        }
    };
    tx.commit().await?;
    Ok(sent)
}
