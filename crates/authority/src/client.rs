//! The provider's side: the six methods of one bureau over HTTP.
//!
//! The client sends a request once and never repeats it by itself. What happened to a request that got no answer is
//! said by [`CallError::delivery`]; after an ambiguous upload, [`Client::previous_upload`] and
//! [`PreviousUploadAnswer::verdict`] decide.

use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::chance::{self, Chance, SystemChance};
use crate::code::MsgCode;
use crate::envelope::{self, Cipher, CipherError, Container, OpenError, PackError};
use crate::message::{Download, Version};
use crate::soap::{self, Method, SoapError};
use crate::tree::Markup;

pub use crate::soap::{
    Answer, DownloadAnswer, FileInfo, PreviousUploadAnswer, StatusAnswer, StatusInfo, UploadAnswer, VerifyAnswer,
};

/// The largest answer that is read: a file of 50 MB as base64 inside an escaped document, and some air.
const MAX_ANSWER: usize = 128 * 1024 * 1024;
const ALPHANUMERIC: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A bureau's server and the account it issued to this provider.
#[derive(Debug, Clone)]
pub struct Bureau {
    /// The server, such as `http://zcaisp.example.cn`; the paths of the services are added to it.
    pub url: Url,
    /// The provider's id.
    pub isp_id: i64,
    /// The user name issued by the bureau.
    pub user: String,
    /// The password issued by the bureau.
    pub password: SecretString,
    /// The AES key issued by the bureau, 16 ASCII characters.
    pub aes_key: SecretString,
    /// The AES initialisation vector issued by the bureau, 16 ASCII characters.
    pub aes_iv: SecretString,
    /// Whether uploads are encrypted. Downloads say themselves whether they are.
    pub encrypt: bool,
    /// The version of the data files.
    pub version: Version,
    /// How long to wait.
    pub timeouts: Timeouts,
}

/// How long to wait for a bureau.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For the connection.
    pub connect: Duration,
    /// For the whole call.
    pub call: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), call: Duration::from_secs(120) }
    }
}

/// A bureau's settings that cannot work.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The key or the initialisation vector has the wrong length.
    #[error(transparent)]
    Cipher(#[from] CipherError),
    /// The HTTP client could not be set up.
    #[error("the HTTP client could not be set up: {0}")]
    Http(#[from] reqwest::Error),
}

/// Whether a request without a usable answer may have been taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Surely not: no connection came about.
    NotSent,
    /// Perhaps: the request, or part of it, was on its way.
    Ambiguous,
}

/// A call that brought no answer.
#[derive(Debug, thiserror::Error)]
#[error("{method}: {cause}", method = .method.name())]
pub struct CallError {
    /// What was called.
    pub method: Method,
    /// Whether it may have been taken.
    pub delivery: Delivery,
    /// What went wrong.
    pub cause: Cause,
}

/// What went wrong with a call.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// The call could not be put together.
    #[error("the call could not be made: {0}")]
    Setup(String),
    /// No connection.
    #[error("no connection: {0}")]
    Connect(String),
    /// No answer in time.
    #[error("no answer in time")]
    Timeout,
    /// The connection broke before the answer was complete.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// The server answered with an HTTP error and no SOAP message.
    #[error("HTTP status {0}")]
    Http(u16),
    /// The answer is not one of this interface.
    #[error("unreadable answer: {0}")]
    Unreadable(String),
    /// The server answered with a SOAP fault.
    #[error("SOAP fault: {0}")]
    Fault(String),
}

/// What became of an upload whose answer was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The server has it: go on with the next number.
    Taken,
    /// The server does not have it: send it again under the same number.
    NotTaken,
    /// The server has another file under this number, or has gone past it unseen: stop, a person must look.
    Conflict,
    /// The server did not say.
    Unknown,
}

impl PreviousUploadAnswer {
    /// Decides what became of the upload with this number and this container hash.
    pub fn verdict(&self, sequence: i64, hash: &str) -> Verdict {
        match (self.answer.code.reaction(), self.sequence) {
            (crate::code::Reaction::Proceed, Some(last)) if last < sequence => Verdict::NotTaken,
            (crate::code::Reaction::Proceed, Some(last)) if last == sequence => match &self.file {
                Some(file) if squeeze(&file.container.hash) == squeeze(hash) => Verdict::Taken,
                _ => Verdict::Conflict,
            },
            (crate::code::Reaction::Proceed, Some(_)) => Verdict::Conflict,
            _ => Verdict::Unknown,
        }
    }
}

/// A hash without the line breaks a server may have put into it.
fn squeeze(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// What to ask a bureau about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// A domain name.
    Domain(String),
    /// A credential: a code of the table 证件类型 and its number.
    Credential(i64, String),
}

/// The client of one bureau.
#[derive(Clone)]
pub struct Client {
    bureau: Bureau,
    cipher: Cipher,
    http: reqwest::Client,
    chance: Arc<dyn Chance>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("bureau", &self.bureau).finish_non_exhaustive()
    }
}

impl Client {
    /// Prepares the client of a bureau with the system's randomness.
    pub fn new(bureau: Bureau) -> Result<Self, ConfigError> {
        Self::with_chance(bureau, Arc::new(SystemChance))
    }

    /// Prepares the client of a bureau with a given source of randomness.
    pub fn with_chance(bureau: Bureau, chance: Arc<dyn Chance>) -> Result<Self, ConfigError> {
        let cipher = Cipher::new(bureau.aes_key.expose_secret(), bureau.aes_iv.expose_secret())?;
        // No idle connections: one that the server has closed meanwhile would turn a safe call into an ambiguous one.
        // No redirects and no proxy from the environment: the address of a bureau is exactly what was configured.
        let http = reqwest::Client::builder()
            .connect_timeout(bureau.timeouts.connect)
            .timeout(bureau.timeouts.call)
            .pool_max_idle_per_host(0)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;
        Ok(Self { bureau, cipher, http, chance })
    }

    /// The bureau of this client.
    pub fn bureau(&self) -> &Bureau {
        &self.bureau
    }

    /// Packs a data file for this bureau: the container that [`Client::upload`] sends.
    pub fn pack(&self, xml: &[u8]) -> Result<Container, PackError> {
        Ok(self.seal(&envelope::zip(xml, envelope::ENTRY)?))
    }

    /// The container of a data file that was zipped before, with the key the bureau issues now.
    ///
    /// What is kept should be the zip: a key that was wrong, or was issued anew, then spoils nothing.
    pub fn seal(&self, zip: &[u8]) -> Container {
        envelope::seal(zip, self.bureau.encrypt.then_some(&self.cipher))
    }

    /// Opens and reads a downloaded container.
    pub fn open(&self, container: &Container) -> Result<Download, OpenError> {
        let xml = container.open(Some(&self.cipher))?;
        Ok(Download::read(&Markup::read(&envelope::text(&xml)?)?, self.bureau.version))
    }

    /// Opens a container of either direction and returns the XML in it, for the eyes of a person.
    pub fn open_text(&self, container: &Container) -> Result<String, OpenError> {
        crate::gbk::decode(&container.open(Some(&self.cipher))?).ok_or(OpenError::CharacterSet)
    }

    /// Opens a container as far as the zip, whose MD5 is then known to be the one that travelled with it.
    pub fn open_zip(&self, container: &Container) -> Result<Vec<u8>, OpenError> {
        container.open_zip(Some(&self.cipher))
    }

    /// Sends one data file under its sequence number (`isp_upload`).
    pub async fn upload(&self, sequence: i64, container: &Container) -> Result<UploadAnswer, CallError> {
        let values = [
            container.info.clone(),
            container.hash.clone(),
            sequence.to_string(),
            container.encrypt_algorithm.to_string(),
            container.hash_algorithm.to_string(),
            container.compression_format.to_string(),
        ];
        self.call(Method::Upload, &values).await
    }

    /// Asks for the next waiting data file (`isp_download`). The same file comes again until it is acknowledged.
    pub async fn download(&self) -> Result<DownloadAnswer, CallError> {
        self.call(Method::Download, &["0".to_owned()]).await
    }

    /// Confirms a downloaded file by its name (`isp_downloadack`).
    pub async fn acknowledge(&self, file_name: &str) -> Result<Answer, CallError> {
        self.call(Method::Acknowledge, &["0".to_owned(), file_name.to_owned()]).await
    }

    /// Asks for the last upload the server took (`isp_querypreviousupload`).
    pub async fn previous_upload(&self) -> Result<PreviousUploadAnswer, CallError> {
        self.call(Method::PreviousUpload, &["0".to_owned()]).await
    }

    /// Asks whether something is filed (`isp_querybeianstatus`).
    pub async fn status(&self, condition: &Condition) -> Result<StatusAnswer, CallError> {
        let (kind, value) = match condition {
            Condition::Domain(name) => (0, name),
            Condition::Credential(kind, number) => (*kind, number),
        };
        self.call(Method::Status, &["0".to_owned(), kind.to_string(), value.clone()]).await
    }

    /// Asks whether a filing password is right (`isp_verifybamm`); the password was abolished on 2020-08-17.
    pub async fn verify_password(&self, number: &str, password: &SecretString) -> Result<VerifyAnswer, CallError> {
        let password = password.expose_secret().to_owned();
        self.call(Method::VerifyPassword, &["0".to_owned(), number.to_owned(), password]).await
    }

    async fn call<D: soap::Document>(&self, method: Method, rest: &[String]) -> Result<D, CallError> {
        let error = |delivery, cause| CallError { method, delivery, cause };
        let random = chance::characters(&*self.chance, ALPHANUMERIC, 20);
        let hash = soap::password_hash(self.bureau.password.expose_secret(), &random).map_err(|_| {
            error(Delivery::NotSent, Cause::Setup("the password has a character that GBK does not have".to_owned()))
        })?;
        let mut values = vec![self.bureau.isp_id.to_string(), self.bureau.user.clone(), random, hash];
        values.extend_from_slice(rest);
        let address = format!("{}{}", self.bureau.url.as_str().trim_end_matches('/'), method.path());
        let sent = self
            .http
            .post(address)
            .header("Content-Type", "text/xml; charset=utf-8")
            .header("SOAPAction", "\"\"")
            .body(soap::request(method, &values))
            .send()
            .await;
        let mut response = sent.map_err(|cause| {
            let delivery =
                if cause.is_connect() || cause.is_builder() { Delivery::NotSent } else { Delivery::Ambiguous };
            error(delivery, describe(&cause))
        })?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|cause| error(Delivery::Ambiguous, describe(&cause)))? {
            if body.len() + chunk.len() > MAX_ANSWER {
                return Err(error(Delivery::Ambiguous, Cause::Unreadable("too long".to_owned())));
            }
            body.extend_from_slice(&chunk);
        }
        let document = soap::read_response(&String::from_utf8_lossy(&body), method).map_err(|cause| {
            let cause = match cause {
                SoapError::Fault(text) => Cause::Fault(text),
                _ if !status.is_success() => Cause::Http(status.as_u16()),
                other => Cause::Unreadable(other.to_string()),
            };
            error(Delivery::Ambiguous, cause)
        })?;
        D::read(&document)
            .ok_or_else(|| error(Delivery::Ambiguous, Cause::Unreadable("the answer has no msg_code".to_owned())))
    }
}

fn describe(error: &reqwest::Error) -> Cause {
    // The innermost source says most, and unlike the outer text it never repeats the address.
    let mut text: &dyn std::error::Error = error;
    while let Some(source) = text.source() {
        text = source;
    }
    if error.is_builder() {
        Cause::Setup(text.to_string())
    } else if error.is_connect() {
        Cause::Connect(text.to_string())
    } else if error.is_timeout() {
        Cause::Timeout
    } else {
        Cause::Broken(text.to_string())
    }
}

impl UploadAnswer {
    /// Whether the file was stored.
    pub fn is_stored(&self) -> bool {
        self.answer.code == MsgCode::OK
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bureau(url: &str) -> Bureau {
        Bureau {
            url: url.parse().unwrap(),
            isp_id: 110_000_000_001,
            user: "user".to_owned(),
            password: "top-secret".into(),
            aes_key: "0123456789abcdef".into(),
            aes_iv: "0102030405060708".into(),
            encrypt: true,
            version: Version::V3_0,
            timeouts: Timeouts { connect: Duration::from_secs(2), call: Duration::from_millis(300) },
        }
    }

    #[test]
    fn secrets_are_never_printed() {
        let client = Client::new(bureau("http://127.0.0.1:1/")).unwrap();
        let printed = format!("{client:?}");
        for secret in ["top-secret", "0123456789abcdef", "0102030405060708"] {
            assert!(!printed.contains(secret), "{printed}");
        }
        let short = Bureau { aes_iv: "short".into(), ..bureau("http://127.0.0.1:1/") };
        assert!(Client::new(short).unwrap_err().to_string().contains("initialisation vector"));
    }

    #[tokio::test]
    async fn a_refused_connection_was_surely_not_sent_and_silence_is_ambiguous() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let silent = tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok((stream, _)) = listener.accept().await {
                held.push(stream);
            }
        });
        let error = Client::new(bureau(&address)).unwrap().download().await.unwrap_err();
        assert_eq!(error.delivery, Delivery::Ambiguous);
        assert!(matches!(error.cause, Cause::Timeout), "{error}");
        silent.abort();
        let _ = silent.await;
        let error = Client::new(bureau(&address)).unwrap().download().await.unwrap_err();
        assert_eq!(error.delivery, Delivery::NotSent);
        assert!(matches!(error.cause, Cause::Connect(_)), "{error}");
    }

    #[test]
    fn the_previous_upload_decides_about_a_lost_answer() {
        let answer = |sequence, hash: Option<&str>| PreviousUploadAnswer {
            answer: Answer::new(MsgCode::OK, ""),
            sequence,
            file: hash.map(|hash| FileInfo {
                name: "f".to_owned(),
                sequence,
                container: Container {
                    info: "AA==".to_owned(),
                    hash: hash.to_owned(),
                    encrypt_algorithm: 0,
                    hash_algorithm: 0,
                    compression_format: 0,
                },
            }),
        };
        assert_eq!(answer(Some(4), Some("x")).verdict(5, "h"), Verdict::NotTaken);
        assert_eq!(answer(Some(0), None).verdict(1, "h"), Verdict::NotTaken);
        assert_eq!(answer(Some(5), Some("h\n")).verdict(5, "h"), Verdict::Taken);
        assert_eq!(answer(Some(5), Some("x")).verdict(5, "h"), Verdict::Conflict);
        assert_eq!(answer(Some(6), Some("h")).verdict(5, "h"), Verdict::Conflict);
        assert_eq!(answer(None, None).verdict(5, "h"), Verdict::Unknown);
        let down = PreviousUploadAnswer { answer: Answer::new(MsgCode::OTHER, ""), ..answer(Some(4), None) };
        assert_eq!(down.verdict(5, "h"), Verdict::Unknown);
    }
}
