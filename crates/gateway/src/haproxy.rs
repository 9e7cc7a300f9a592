//! HAProxy's map, changed while it runs, through its runtime API.
//!
//! A change is one command and in force with HAProxy's next request. A HAProxy that was started anew, or that did not
//! answer for a while, gets the whole map in one transaction (`prepare map`, `add map`, `commit map`), so that it never
//! decides by half of it.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use filing::verdict::{Enforcement, Verdict};
use index::Index;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};
use tracing::{info, warn};

use crate::config::Haproxy as Settings;
use crate::export::word;
use crate::metrics::Metrics;
use crate::state::State;

/// Lines given at once. HAProxy reads a command into one buffer of 16 KiB, which this many longest names do not fill.
const LINES: usize = 50;
/// How long HAProxy may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often it is asked whether it is still the same process.
const WATCH: Duration = Duration::from_secs(2);
/// More changes waiting than this are a whole map.
const MOST_WAITING: usize = 10_000;

/// The map of one HAProxy.
pub(crate) struct Haproxy {
    settings: Settings,
    waiting: Mutex<Waiting>,
    changed: Notify,
}

/// What HAProxy was not told yet.
enum Waiting {
    /// Everything.
    Whole,
    /// These domains and words.
    Changes(Vec<(String, &'static str)>),
}

impl Haproxy {
    pub(crate) fn new(settings: Settings) -> Self {
        Self { settings, waiting: Mutex::new(Waiting::Whole), changed: Notify::new() }
    }

    /// Notes changes that are in force here.
    pub(crate) fn changed<'a>(&self, verdicts: impl IntoIterator<Item = &'a Verdict>) {
        if let Waiting::Changes(changes) = &mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) {
            changes.extend(verdicts.into_iter().map(|verdict| {
                let word = if verdict.enforcement == Enforcement::Open { "open" } else { "closed" };
                (verdict.domain.clone(), word)
            }));
        }
        self.changed.notify_one();
    }

    /// Notes that everything may be other than it was.
    pub(crate) fn replaced(&self) {
        self.owe(Waiting::Whole);
        self.changed.notify_one();
    }

    fn owe(&self, what: Waiting) -> Waiting {
        std::mem::replace(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner), what)
    }

    /// Tells HAProxy for ever.
    pub(crate) async fn follow(&self, state: &State, metrics: &Metrics) {
        let mut process = None;
        loop {
            tokio::select! {
                () = self.changed.notified() => {}
                () = sleep(WATCH) => {}
            }
            if let Err(error) = self.tell(state, &mut process).await {
                metrics.haproxy_errors.increment(1);
                warn!(socket = %self.settings.socket.display(), "HAProxy was not told: {error}");
                self.owe(Waiting::Whole);
                sleep(WATCH).await;
            }
        }
    }

    async fn tell(&self, state: &State, process: &mut Option<String>) -> std::io::Result<()> {
        let socket = &self.settings.socket;
        let about = command(socket, "show info").await?;
        let now = about.lines().find_map(|line| line.strip_prefix("Pid: ")).map(str::to_owned);
        let mut owed = self.owe(Waiting::Changes(Vec::new()));
        if now != *process || matches!(&owed, Waiting::Changes(changes) if changes.len() > MOST_WAITING) {
            owed = Waiting::Whole;
        }
        match owed {
            Waiting::Changes(changes) => {
                for (domain, word) in changes {
                    self.set(&domain, word).await?;
                }
            }
            Waiting::Whole => {
                let index = state.index_owned();
                let Some(index) = index.as_ref() else {
                    self.owe(Waiting::Whole);
                    return Ok(());
                };
                let count = self.whole(index).await?;
                info!(count, "HAProxy has the whole map");
            }
        }
        *process = now;
        Ok(())
    }

    async fn set(&self, domain: &str, word: &str) -> std::io::Result<()> {
        let map = self.settings.map.display();
        let answer = command(&self.settings.socket, &format!("set map {map} {domain} {word}")).await?;
        if answer.trim().is_empty() {
            return Ok(());
        }
        // It is not in the map yet.
        quiet(command(&self.settings.socket, &format!("add map {map} {domain} {word}")).await?)
    }

    async fn whole(&self, index: &Index) -> std::io::Result<usize> {
        let (socket, map) = (&self.settings.socket, self.settings.map.display());
        let answer = command(socket, &format!("prepare map {map}")).await?;
        let version = answer.rsplit(' ').next().map(str::trim).filter(|word| word.parse::<u32>().is_ok());
        let Some(version) = version else { return Err(std::io::Error::other(answer.trim().to_owned())) };
        let mut lines = String::new();
        let mut count = 0;
        let mut listings = index.listings().peekable();
        while let Some(listing) = listings.next() {
            let _ = writeln!(lines, "{} {}", listing.domain, word(&listing));
            count += 1;
            if count % LINES == 0 || listings.peek().is_none() {
                quiet(command(socket, &format!("add map @{version} {map} <<\n{lines}")).await?)?;
                lines.clear();
            }
        }
        quiet(command(socket, &format!("commit map @{version} {map}")).await?)?;
        Ok(count)
    }
}

/// HAProxy says nothing when it did what it was told.
fn quiet(answer: String) -> std::io::Result<()> {
    if answer.trim().is_empty() { Ok(()) } else { Err(std::io::Error::other(answer.trim().to_owned())) }
}

/// Gives one command and reads the answer.
async fn command(socket: &Path, text: &str) -> std::io::Result<String> {
    let asking = async {
        let mut stream = UnixStream::connect(socket).await?;
        stream.write_all(text.as_bytes()).await?;
        stream.write_all(b"\n").await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    };
    timeout(PATIENCE, asking).await.map_err(|_| std::io::Error::from(std::io::ErrorKind::TimedOut))?
}
