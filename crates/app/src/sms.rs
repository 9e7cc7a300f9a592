//! The way out for text messages: any provider that takes a signed JSON request.

use async_trait::async_trait;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use reqwest::StatusCode;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use sha2::Sha256;
use url::Url;
use uuid::Uuid;

pub use crate::mail::SendError;

/// A text message to one number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Text {
    /// The same for every attempt to send the same message.
    pub id: Uuid,
    /// The mobile number.
    pub to: String,
    /// The text, the provider's name in brackets first.
    pub text: String,
}

/// Somebody who takes text messages.
#[async_trait]
pub trait Sms: std::fmt::Debug + Send + Sync {
    /// Hands one message over. May be called again with the same id after a crash.
    async fn send(&self, text: &Text, at: Timestamp) -> Result<(), SendError>;
}

/// Keeps messages where they are, in the database; for a demonstration without a provider.
#[derive(Debug, Clone, Copy, Default)]
pub struct KeptSms;

#[async_trait]
impl Sms for KeptSms {
    async fn send(&self, _text: &Text, _at: Timestamp) -> Result<(), SendError> {
        Ok(())
    }
}

/// A provider that takes `POST {"id", "to", "text"}`.
///
/// The request carries `Beian-Key` (whose secret), `Beian-Time` (seconds since 1970), `Beian-Signature` (hex
/// HMAC-SHA256 over the time, a line feed and the body) and `Idempotency-Key` (the message's id, the same on every
/// attempt). Any 2xx is "taken"; 408, 425, 429 and 5xx are tried again, other answers are not.
#[derive(Debug)]
pub struct HttpSms {
    client: reqwest::Client,
    url: Url,
    key: String,
    secret: SecretString,
}

impl HttpSms {
    /// A provider under an address, with the name of a key and its secret.
    ///
    /// # Errors
    /// When no connection can be prepared.
    pub fn new(url: Url, key: String, secret: SecretString) -> Result<Self, SendError> {
        let client = reqwest::Client::builder()
            .timeout(std::time::Duration::from_secs(20))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|_| SendError::permanent("no HTTP client"))?;
        Ok(Self { client, url, key, secret })
    }
}

/// The signature over a body at an instant.
#[must_use]
pub fn signature(secret: &SecretString, at: Timestamp, body: &[u8]) -> String {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()).expect("any key length is good");
    mac.update(at.as_second().to_string().as_bytes());
    mac.update(b"\n");
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

#[async_trait]
impl Sms for HttpSms {
    async fn send(&self, text: &Text, at: Timestamp) -> Result<(), SendError> {
        let body = serde_json::to_vec(text).map_err(|_| SendError::permanent("the message could not be written"))?;
        let answer = self
            .client
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header("beian-key", &self.key)
            .header("beian-time", at.as_second().to_string())
            .header("beian-signature", signature(&self.secret, at, &body))
            .header("idempotency-key", text.id.to_string())
            .body(body)
            .send()
            .await
            .map_err(|error| {
                SendError::passing(if error.is_timeout() { "no answer in time" } else { "no connection" })
            })?;
        let status = answer.status();
        let passing = status.is_server_error()
            || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS);
        if status.is_success() {
            Ok(())
        } else {
            Err(SendError { permanent: !passing, detail: format!("text-message provider: {}", status.as_u16()) })
        }
    }
}
