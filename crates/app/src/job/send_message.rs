//! Hands one message to the mail server or the text-message provider, at least once.

use serde::{Deserialize, Serialize};
use store::MessageId;
use store::message::{Channel, MessageState};
use uuid::Uuid;

use super::{Job, Outcome, Run, backoff};
use crate::error::Result;
use crate::fault::{commit, point};
use crate::mail::Letter;
use crate::sms::Text;
use crate::world::World;

/// After so many attempts a message is given up: with the waiting times between them that is about half an hour.
const ATTEMPTS: u32 = 12;

/// The message to hand over.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendMessage {
    /// Its id, which the receiver's side may use to recognise a repetition.
    pub message: Uuid,
}

#[async_trait::async_trait]
impl Job for SendMessage {
    const NAME: &'static str = "send-message";

    fn key(&self) -> String {
        format!("send-message:{}", self.message)
    }

    async fn run(&self, world: &World, run: &Run) -> Result<Outcome> {
        let id = MessageId(self.message);
        let message = store::message::get(&world.store.read().await?, id).await?;
        if message.state != MessageState::Queued {
            return Ok(Outcome::Done);
        }
        point("message.before-send");
        let sent = match message.channel {
            Channel::Mail => {
                let letter =
                    Letter { id: self.message, to: message.recipient, subject: message.subject, text: message.body };
                world.mail.send(&letter).await
            }
            Channel::Sms => {
                let text = Text { id: self.message, to: message.recipient, text: message.body };
                world.sms.send(&text, world.now()).await
            }
        };
        point("message.after-send");
        let channel = message.channel.as_str();
        let tx = world.store.write().await?;
        let outcome = match sent {
            Ok(()) => {
                store::message::mark_sent(&tx, id, world.now(), None).await?;
                metrics::counter!("beian_messages_total", "channel" => channel, "result" => "sent").increment(1);
                Outcome::Done
            }
            Err(error) => {
                let give_up = error.permanent || run.attempt >= ATTEMPTS;
                store::message::mark_failed(&tx, id, &error.detail, give_up).await?;
                let result = if give_up { "failed" } else { "retried" };
                metrics::counter!("beian_messages_total", "channel" => channel, "result" => result).increment(1);
                tracing::warn!(message = %self.message, channel, give_up, error = %error.detail, "message not sent");
                if give_up { Outcome::Done } else { Outcome::Again(world.now() + backoff(world, run.attempt)) }
            }
        };
        commit!(tx, "message");
        Ok(outcome)
    }
}
