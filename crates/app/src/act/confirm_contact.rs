//! Confirming a contact with the code that went to it.

use serde::Deserialize;
use subtle::ConstantTimeEq as _;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::account::{AccountView, REGISTER, SignedIn, begin_session, hash_code};
use crate::actor::Origin;
use crate::contact::Contact;
use crate::error::{Error, Result};
use crate::fault::commit;
use crate::trail::Trail;
use crate::world::World;

/// The code of a registration.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ConfirmContact {
    /// What registering (or sending again) answered.
    pub registration: Uuid,
    /// The contact the code went to.
    pub contact: String,
    /// The code.
    pub code: String,
}

/// Opens the account and logs its holder in. A code has five tries and ten minutes.
///
/// # Errors
/// When the code is wrong, spent or too old.
pub async fn confirm_contact(world: &World, origin: &Origin, input: ConfirmContact) -> Result<SignedIn> {
    let contact = Contact::parse(&input.contact).ok_or_else(|| Error::field("contact", "contact-malformed"))?;
    let now = world.now();
    let tx = world.store.write().await?;
    let code = store::contact_code::latest(&tx, REGISTER, contact.as_str()).await?;
    let Some(code) = code.filter(|code| code.id.0 == input.registration && code.used_at.is_none()) else {
        return Err(Error::conflict("code-expired"));
    };
    if code.tries_left <= 0 {
        return Err(Error::conflict("code-spent"));
    }
    if code.expires_at <= now {
        return Err(Error::conflict("code-expired"));
    }
    let typed = hash_code(code.id, &input.code);
    if !bool::from(typed.as_bytes().ct_eq(code.code_hash.as_bytes())) {
        let left = store::contact_code::miss(&tx, code.id).await?;
        // The missed try must last although the act fails.
        tx.commit().await?;
        return Err(Error::conflict(if left > 0 { "code-wrong" } else { "code-spent" }));
    }
    let account = code.account.ok_or_else(|| Error::internal("a code of registration without an account"))?;
    let mut account = store::account::get(&tx, account).await?;
    store::contact_code::use_up(&tx, code.id, now).await?;
    match contact {
        Contact::Mail(_) => account.email_confirmed_at = Some(now),
        Contact::Mobile(_) => account.mobile_confirmed_at = Some(now),
    }
    account.updated_at = now;
    store::account::update(&tx, &mut account).await?;
    let (token, session) = begin_session(&tx, world, origin, account.id).await?;
    Trail::by_stranger("confirm_contact", now).on("account", account.id).write(&tx).await?;
    commit!(tx, "confirm-contact");
    Ok(SignedIn { token, expires_at: session.expires_at, account: AccountView::of(&account) })
}
