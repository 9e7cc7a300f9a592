//! The way out for letters: SMTP.

use async_trait::async_trait;
use lettre::message::header::ContentType;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use uuid::Uuid;

/// A letter to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The same for every attempt to send the same letter; becomes its `Message-ID`.
    pub id: Uuid,
    /// The address.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
}

/// Why a message could not be handed over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct SendError {
    /// Whether trying again cannot help.
    pub permanent: bool,
    /// What happened, without any personal data.
    pub detail: String,
}

impl SendError {
    /// A failure that time may heal.
    #[must_use]
    pub fn passing(detail: impl Into<String>) -> Self {
        Self { permanent: false, detail: detail.into() }
    }

    /// A failure that time does not heal.
    #[must_use]
    pub fn permanent(detail: impl Into<String>) -> Self {
        Self { permanent: true, detail: detail.into() }
    }
}

/// Somebody who takes letters.
#[async_trait]
pub trait Mail: std::fmt::Debug + Send + Sync {
    /// Hands one letter over. May be called again with the same id after a crash.
    async fn send(&self, letter: &Letter) -> Result<(), SendError>;
}

/// Keeps letters where they are, in the database; for a demonstration without a mail server.
#[derive(Debug, Clone, Copy, Default)]
pub struct KeptMail;

#[async_trait]
impl Mail for KeptMail {
    async fn send(&self, _letter: &Letter) -> Result<(), SendError> {
        Ok(())
    }
}

/// A mail server.
#[derive(Debug)]
pub struct SmtpMail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: lettre::message::Mailbox,
}

impl SmtpMail {
    /// Connects lazily to the server of an address such as `smtps://user:secret@mail.example.com` or
    /// `smtp://127.0.0.1:1025`, and writes in the name of `from`.
    ///
    /// # Errors
    /// When the server's or the sender's address does not parse.
    pub fn new(url: &str, from: &str) -> Result<Self, SendError> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|_| SendError::permanent("the mail server's address does not parse"))?
            .timeout(Some(std::time::Duration::from_secs(20)))
            .build();
        let from = from.parse().map_err(|_| SendError::permanent("the sender's address does not parse"))?;
        Ok(Self { transport, from })
    }
}

#[async_trait]
impl Mail for SmtpMail {
    async fn send(&self, letter: &Letter) -> Result<(), SendError> {
        let to: Address =
            letter.to.parse().map_err(|_| SendError::permanent("the receiver's address does not parse"))?;
        let message = Message::builder()
            .message_id(Some(format!("<{}@{}>", letter.id, self.from.email.domain())))
            .from(self.from.clone())
            .to(to.into())
            .subject(letter.subject.clone())
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.clone())
            .map_err(|_| SendError::permanent("the letter could not be written"))?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            // The server's own words may repeat the receiver's address: only its code is kept.
            Err(error) => {
                let code = error.status().map_or_else(|| "no answer".to_owned(), |code| code.to_string());
                Err(SendError { permanent: error.is_permanent(), detail: format!("mail server: {code}") })
            }
        }
    }
}
