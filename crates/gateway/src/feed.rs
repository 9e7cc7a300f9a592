//! Asking the platform: the snapshot, and the changes after a place.

use std::time::Duration;

use filing::verdict::{ChainError, Entry, Position};
use reqwest::{Client, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::table::{Table, TableError};

/// The longest the platform holds a question for changes open.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How much longer than the agreed wait an answer may take to arrive.
const GRACE: Duration = Duration::from_secs(10);

/// Why the platform gave nothing usable.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FeedError {
    /// It could not be reached, broke off, or took too long.
    #[error("the platform cannot be reached: {0}")]
    Away(reqwest::Error),
    /// It does not accept the key.
    #[error("the platform refuses the API key ({0}); it must belong to an account with the role gateway")]
    Refused(StatusCode),
    /// It no longer knows the place asked about.
    #[error("the platform no longer knows this place")]
    Forgotten,
    /// It answered with another status.
    #[error("the platform answered {0}")]
    Status(StatusCode),
    /// Its answer is no feed.
    #[error("the platform's answer cannot be read: {0}")]
    Unreadable(String),
    /// Its changes do not follow from what is applied.
    #[error("the changes do not follow: {0}")]
    Chain(#[from] ChainError),
    /// Its snapshot contradicts itself.
    #[error("the snapshot is not sound: {0}")]
    Snapshot(#[from] TableError),
}

impl FeedError {
    /// Whether only a new snapshot can help.
    pub(crate) const fn needs_snapshot(&self) -> bool {
        matches!(self, Self::Forgotten | Self::Chain(_))
    }
}

/// The feed's side of the platform.
pub(crate) struct Feed {
    client: Client,
    base: Url,
    key: SecretString,
    wait: Duration,
    snapshot_timeout: Duration,
}

#[derive(Deserialize)]
struct Answer<E> {
    sequence: u64,
    hash: String,
    entries: Vec<E>,
}

impl<E> Answer<E> {
    fn end(&self) -> Position {
        Position { sequence: self.sequence, hash: self.hash.clone() }
    }
}

impl Feed {
    /// A feed of the platform at `base`.
    ///
    /// # Errors
    /// When no HTTP client can be made, as without any trusted certificates.
    pub(crate) fn new(
        base: Url,
        key: SecretString,
        wait: Duration,
        snapshot_timeout: Duration,
    ) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .connect_timeout(Duration::from_secs(5))
            // The platform is asked directly, and only where the configuration says.
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self { client, base, key, wait: wait.min(LONGEST_WAIT), snapshot_timeout })
    }

    /// The newest verdict of every domain.
    pub(crate) async fn snapshot(&self) -> Result<Table, FeedError> {
        let answer: Answer<Entry> = self.get("snapshot", &[], self.snapshot_timeout).await?;
        Ok(Table::from_snapshot(answer.end(), answer.entries)?)
    }

    /// The entries after a place, proved to follow it; empty when nothing changed within the wait.
    pub(crate) async fn changes(&self, after: &Position) -> Result<Vec<Entry>, FeedError> {
        let query = [("after", after.sequence.to_string()), ("wait", self.wait.as_secs().to_string())];
        let answer: Answer<Value> = self.get("changes", &query, self.wait + GRACE).await?;
        Ok(after.follow(&answer.entries, &answer.end())?)
    }

    async fn get<T: DeserializeOwned>(
        &self,
        what: &str,
        query: &[(&str, String)],
        timeout: Duration,
    ) -> Result<T, FeedError> {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/api/v1/gateway/{what}", self.base.path().trim_end_matches('/')));
        let away = |error: reqwest::Error| FeedError::Away(error.without_url());
        let response = self
            .client
            .get(url)
            .query(query)
            .bearer_auth(self.key.expose_secret())
            .timeout(timeout)
            .send()
            .await
            .map_err(away)?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::GONE => return Err(FeedError::Forgotten),
            status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => return Err(FeedError::Refused(status)),
            status => return Err(FeedError::Status(status)),
        }
        let bytes = response.bytes().await.map_err(away)?;
        serde_json::from_slice(&bytes).map_err(|error| FeedError::Unreadable(error.to_string()))
    }
}
