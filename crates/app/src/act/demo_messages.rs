//! The demonstration's own letter box: every message the platform wrote, for all to see.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::page::MAX_LIMIT;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::actor::Origin;
use crate::error::{Error, Result};
use crate::world::World;

/// Whose messages.
#[derive(Debug, Clone, Default, Deserialize, ToSchema, IntoParams)]
pub struct DemoMessages {
    /// Those to a mail address or mobile number; all when absent.
    pub to: Option<String>,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DemoMessage {
    /// The message.
    pub id: Uuid,
    /// When it was written.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// `mail` or `sms`.
    pub channel: String,
    /// To whom.
    pub to: String,
    /// The subject of a letter.
    pub subject: String,
    /// The text.
    pub text: String,
    /// `queued`, `sent` or `failed`.
    pub state: String,
}

/// The latest messages, the newest first; only in a demonstration.
///
/// # Errors
/// [`Error::NotFound`] outside a demonstration.
pub async fn demo_messages(world: &World, _origin: &Origin, input: DemoMessages) -> Result<Vec<DemoMessage>> {
    if !world.settings.demo {
        return Err(Error::NotFound);
    }
    let wanted = input.to.map(|to| to.trim().to_lowercase()).filter(|to| !to.is_empty());
    let page = store::Page::first(MAX_LIMIT);
    let listing = store::message::list(&world.store.read().await?, None, None, &page).await?;
    Ok(listing
        .items
        .into_iter()
        .filter(|message| wanted.as_ref().is_none_or(|to| message.recipient.to_lowercase() == *to))
        .map(|message| DemoMessage {
            id: message.id.0,
            at: message.created_at,
            channel: message.channel.as_str().to_owned(),
            to: message.recipient,
            subject: message.subject,
            text: message.body,
            state: message.state.as_str().to_owned(),
        })
        .collect())
}
