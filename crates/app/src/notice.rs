//! Messages to people: the text is made, sealed and promised in the transaction of the act that causes it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use store::message::{Channel, Message, MessageState};
use store::{AccountId, MessageId, OrderId, Tx};

use crate::contact::Contact;
use crate::error::{Error, Result};
use crate::job::{self, send_message::SendMessage};
use crate::language::Language;
use crate::say::{self, Values};
use crate::world::World;

/// Who a message is for, and what about.
#[derive(Debug, Clone, Default)]
pub struct Audience {
    /// The account it is about.
    pub account: Option<AccountId>,
    /// The order it is about.
    pub order: Option<OrderId>,
    /// The language.
    pub language: Language,
    contacts: BTreeSet<(bool, String)>,
}

impl Audience {
    /// Nobody yet.
    #[must_use]
    pub fn about(account: Option<AccountId>, order: Option<OrderId>, language: Language) -> Self {
        Self { account, order, language, contacts: BTreeSet::new() }
    }

    /// Adds a mail address or mobile number; what is neither is passed over, and nobody is told twice.
    #[must_use]
    pub fn and(mut self, contact: Option<&str>) -> Self {
        if let Some(contact) = contact.and_then(Contact::parse) {
            self.contacts.insert((matches!(contact, Contact::Mail(_)), contact.as_str().to_owned()));
        }
        self
    }
}

/// Writes a message to everybody in the audience and promises to send it.
///
/// # Errors
/// When the text is missing from the locale files, or the store cannot.
pub async fn send(tx: &Tx, world: &World, to: &Audience, template: &'static str, values: Values<'_>) -> Result<()> {
    let provider = match to.language {
        Language::Chinese => &world.settings.provider.name_zh,
        Language::English => &world.settings.provider.name_en,
    };
    let mut values = values.to_vec();
    values.push(("provider", provider));
    let words = |part: &str| {
        say::text(to.language, &format!("{template}.{part}"), &values)
            .ok_or_else(|| Error::internal(format!("no text {template}.{part}")))
    };
    for (is_mail, contact) in &to.contacts {
        let (channel, subject, body) = if *is_mail {
            (Channel::Mail, words("subject")?, words("mail")?)
        } else {
            (Channel::Sms, String::new(), words("sms")?)
        };
        let id = MessageId(world.uuid());
        let message = Message {
            id,
            channel,
            account: to.account,
            order: to.order,
            template: template.to_owned(),
            recipient: contact.clone(),
            subject,
            body,
            state: MessageState::Queued,
            attempts: 0,
            provider_id: None,
            error: None,
            created_at: world.now(),
            sent_at: None,
        };
        store::message::insert(tx, &message).await?;
        job::promise(tx, world, &SendMessage { message: id.0 }, world.now()).await?;
    }
    Ok(())
}

/// An instant as people in China read it: `2026-11-22 09:30`.
#[must_use]
pub fn local_time(at: Timestamp) -> String {
    at.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::Offset::constant(8))).strftime("%Y-%m-%d %H:%M").to_string()
}
