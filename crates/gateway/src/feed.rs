//! Asking the platform: the snapshot, and the changes after a place.

use std::time::Duration;

use filing::verdict::{ChainError, Entry, PlatformKey, Position, Report, SignatureError, SnapshotEnd, SnapshotHead};
use futures::StreamExt as _;
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// The longest the platform holds a question for changes open.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// No line of a snapshot is longer, in bytes.
const LONGEST_LINE: usize = 64 * 1024;

/// No answer but a snapshot is longer, in bytes: a thousand entries take less than one.
const LONGEST_ANSWER: usize = 16 * 1024 * 1024;

/// How long a report may take.
const REPORT: Duration = Duration::from_secs(10);

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
    /// It is not signed with the key this gateway was told.
    #[error("what came is not from the platform: {0}")]
    Signature(#[from] SignatureError),
    /// Its snapshot breaks off or is not what it says.
    #[error("the snapshot is not sound: {0}")]
    Snapshot(&'static str),
    /// What it gave cannot be kept.
    #[error("the index cannot be written: {0}")]
    Index(#[from] index::Error),
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
    platform_key: Option<PlatformKey>,
    wait: Duration,
    snapshot_timeout: Duration,
}

/// What the platform answers to a report.
#[derive(Deserialize)]
pub(crate) struct Heard {
    /// Whether the running hash is the feed's.
    pub(crate) agrees: bool,
}

#[derive(Deserialize)]
struct Answer<E> {
    sequence: u64,
    hash: String,
    entries: Vec<E>,
    #[serde(default)]
    signature: String,
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
        platform_key: Option<PlatformKey>,
        wait: Duration,
        snapshot_timeout: Duration,
    ) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .connect_timeout(Duration::from_secs(5))
            // The platform is asked directly, and only where the configuration says.
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self { client, base, key, platform_key, wait: wait.min(LONGEST_WAIT), snapshot_timeout })
    }

    /// The newest verdict of every domain, one after the other; then the place to go on from. What was given before
    /// an error must not be used.
    pub(crate) async fn snapshot(
        &self,
        mut each: impl FnMut(Entry) -> Result<(), index::Error>,
    ) -> Result<Position, FeedError> {
        let response = self.ask("snapshot", &[], self.snapshot_timeout).await?;
        let mut pieces = response.bytes_stream();
        let mut lines = Lines::signed_with(self.platform_key);
        while let Some(piece) = pieces.next().await {
            lines.take(&piece.map_err(|error| FeedError::Away(error.without_url()))?, &mut each)?;
        }
        lines.end()
    }

    /// The entries after a place, proved to follow it; empty when nothing changed within the wait.
    pub(crate) async fn changes(&self, after: &Position) -> Result<Vec<Entry>, FeedError> {
        let query = [("after", after.sequence.to_string()), ("wait", self.wait.as_secs().to_string())];
        let asked = self.ask("changes", &query, self.wait + GRACE).await?;
        changes(&whole(asked).await?, after, self.platform_key.as_ref())
    }

    /// Tells the platform how far this gateway is and what it counted.
    pub(crate) async fn report(&self, report: &Report) -> Result<Heard, FeedError> {
        let asked = self.client.post(self.address("report")).json(report).timeout(REPORT);
        let bytes = whole(self.send(asked).await?).await?;
        serde_json::from_slice(&bytes).map_err(|error| FeedError::Unreadable(error.to_string()))
    }

    fn address(&self, what: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/api/v1/gateway/{what}", self.base.path().trim_end_matches('/')));
        url
    }

    async fn ask(&self, what: &str, query: &[(&str, String)], timeout: Duration) -> Result<Response, FeedError> {
        self.send(self.client.get(self.address(what)).query(query).timeout(timeout)).await
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, FeedError> {
        let sent = request.bearer_auth(self.key.expose_secret()).send().await;
        let response = sent.map_err(|error| FeedError::Away(error.without_url()))?;
        match response.status() {
            StatusCode::OK => Ok(response),
            StatusCode::GONE => Err(FeedError::Forgotten),
            status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => Err(FeedError::Refused(status)),
            status => Err(FeedError::Status(status)),
        }
    }
}

/// An answer as far as an answer may be long.
async fn whole(response: Response) -> Result<Vec<u8>, FeedError> {
    let (mut pieces, mut all) = (response.bytes_stream(), Vec::new());
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| FeedError::Away(error.without_url()))?;
        if all.len() + piece.len() > LONGEST_ANSWER {
            return Err(FeedError::Unreadable("it is too long".to_owned()));
        }
        all.extend_from_slice(&piece);
    }
    Ok(all)
}

/// Reads the entries after a place and proves that they follow it.
fn changes(bytes: &[u8], after: &Position, key: Option<&PlatformKey>) -> Result<Vec<Entry>, FeedError> {
    let answer: Answer<Value> =
        serde_json::from_slice(bytes).map_err(|error| FeedError::Unreadable(error.to_string()))?;
    let end = answer.end();
    if let Some(key) = key {
        key.verify(&end, &answer.signature)?;
    }
    Ok(after.follow(&answer.entries, &end)?)
}

/// The lines of a snapshot as they come.
#[derive(Default)]
struct Lines {
    /// What came of a line that is not whole yet.
    rest: Vec<u8>,
    key: Option<PlatformKey>,
    place: Option<Position>,
    entries: u64,
    digest: Sha256,
    ended: bool,
}

impl Lines {
    /// The lines of a snapshot that must be signed, if a key was told.
    fn signed_with(key: Option<PlatformKey>) -> Self {
        Self { key, ..Self::default() }
    }

    /// Takes a piece as it came, and gives every entry that is whole with it.
    fn take(
        &mut self,
        piece: &[u8],
        each: &mut impl FnMut(Entry) -> Result<(), index::Error>,
    ) -> Result<(), FeedError> {
        let mut rest = std::mem::take(&mut self.rest);
        rest.extend_from_slice(piece);
        let mut start = 0;
        while let Some(length) = rest[start..].iter().position(|byte| *byte == b'\n') {
            let line = &rest[start..=start + length];
            start += length + 1;
            if let Some(entry) = self.read(line)? {
                each(entry)?;
            }
        }
        rest.drain(..start);
        if rest.len() > LONGEST_LINE {
            return Err(FeedError::Snapshot("a line of it is too long"));
        }
        self.rest = rest;
        Ok(())
    }

    /// Takes a line with its end; an entry unless it was the first or the last.
    fn read(&mut self, line: &[u8]) -> Result<Option<Entry>, FeedError> {
        let unreadable = |error: serde_json::Error| FeedError::Unreadable(error.to_string());
        if self.ended {
            return Err(FeedError::Snapshot("it goes on after its end"));
        }
        let Some(place) = &self.place else {
            let SnapshotHead { sequence, hash } = serde_json::from_slice(line).map_err(unreadable)?;
            self.place = Some(Position { sequence, hash });
            self.digest.update(line);
            return Ok(None);
        };
        match serde_json::from_slice(line).map_err(unreadable)? {
            Line::Entry(entry) => {
                self.entries += 1;
                self.digest.update(line);
                Ok(Some(*entry))
            }
            Line::End(end) => {
                if end.entries != self.entries || end.sha256 != hex::encode(self.digest.clone().finalize()) {
                    return Err(FeedError::Snapshot("it is not what its last line says"));
                }
                if let Some(key) = &self.key {
                    key.verify_snapshot(place, &end)?;
                }
                self.ended = true;
                Ok(None)
            }
        }
    }

    /// The place to go on from, if the snapshot was whole.
    fn end(self) -> Result<Position, FeedError> {
        match self.place {
            Some(place) if self.ended && self.rest.is_empty() => Ok(place),
            _ => Err(FeedError::Snapshot("it breaks off")),
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    End(SnapshotEnd),
    Entry(Box<Entry>),
}

#[cfg(test)]
mod fuzz;

#[cfg(test)]
mod tests {
    use super::*;
    use filing::verdict::{Enforcement, FeedKey, Known, Reason, Verdict};

    fn snapshot() -> Vec<Vec<u8>> {
        let verdict = |domain: &str| Verdict {
            domain: domain.to_owned(),
            filed: Known::Yes,
            accessed: Known::Yes,
            enforcement: Enforcement::Open,
            reason: Reason::Filed,
            number: None,
            origin: None,
            at: jiff::Timestamp::UNIX_EPOCH,
        };
        let one = Entry::following(&Position::start(), verdict("a.cn")).unwrap();
        let two = Entry::following(&one.position(), verdict("b.cn")).unwrap();
        let line = |value: &dyn Fn() -> String| format!("{}\n", value()).into_bytes();
        let head = SnapshotHead { sequence: 2, hash: two.hash.clone() };
        let mut lines = vec![
            line(&|| serde_json::to_string(&head).unwrap()),
            line(&|| serde_json::to_string(&one).unwrap()),
            line(&|| serde_json::to_string(&two).unwrap()),
        ];
        let sha256 = hex::encode(Sha256::digest(lines.concat()));
        let place = Position { sequence: 2, hash: two.hash };
        let signature = FeedKey::from_seed(&[7; 32]).unwrap().sign_snapshot(&place, 2, &sha256);
        let end = SnapshotEnd { entries: 2, sha256, signature };
        lines.push(line(&|| serde_json::to_string(&end).unwrap()));
        lines
    }

    fn take(lines: &[Vec<u8>]) -> Result<u64, String> {
        take_signed(lines, None)
    }

    fn take_signed(lines: &[Vec<u8>], key: Option<PlatformKey>) -> Result<u64, String> {
        let mut taken = Lines::signed_with(key);
        for line in lines {
            taken.read(line).map_err(|error| error.to_string())?;
        }
        taken.end().map(|place| place.sequence).map_err(|error| error.to_string())
    }

    #[test]
    fn a_snapshot_is_taken_whole_or_not_at_all() {
        let lines = snapshot();
        assert_eq!(take(&lines), Ok(2));
        for length in 0..lines.len() {
            assert!(take(&lines[..length]).unwrap_err().contains("breaks off"), "{length}");
        }
        let mut twice = lines.clone();
        twice.push(lines[3].clone());
        assert!(take(&twice).unwrap_err().contains("goes on"));
        for left_out in 1..3 {
            let mut fewer = lines.clone();
            fewer.remove(left_out);
            assert!(take(&fewer).unwrap_err().contains("not what its last line says"), "{left_out}");
        }
        let mut changed = lines.clone();
        changed[1] = String::from_utf8(changed[1].clone()).unwrap().replace("open", "closed").into_bytes();
        assert!(take(&changed).unwrap_err().contains("not what its last line says"));
    }

    #[test]
    fn with_a_key_a_snapshot_counts_only_if_it_is_signed_with_it() {
        let (key, other) = ([7; 32], [8; 32]);
        let public = |seed| Some(FeedKey::from_seed(&seed).unwrap().public());
        let lines = snapshot();
        assert_eq!(take_signed(&lines, public(key)), Ok(2));
        assert!(take_signed(&lines, public(other)).unwrap_err().contains("not from the platform"));
        let mut unsigned = lines.clone();
        let mut end: Value = serde_json::from_slice(&lines[3]).unwrap();
        end.as_object_mut().unwrap().remove("signature");
        unsigned[3] = format!("{end}\n").into_bytes();
        assert!(take_signed(&unsigned, public(key)).unwrap_err().contains("not from the platform"));
        assert_eq!(take_signed(&unsigned, None), Ok(2));
    }
}
