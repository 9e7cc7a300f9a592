//! What all who wait for the feed in this process share: one look at the database for all of them, and the key that
//! signs what they are given.

use std::time::Duration;

use filing::verdict::FeedKey;
use store::{Reader, Store};
use tokio::sync::{Mutex, OnceCell, watch};
use tokio::time::{sleep, timeout};

use crate::error::{Error, Result};

/// How often the database is asked whether there is something new. Another process may have written it: only the
/// database knows.
const LOOK: Duration = Duration::from_millis(100);

/// What those who wait share.
#[derive(Debug)]
pub struct News {
    key: OnceCell<FeedKey>,
    /// Where the feed stood at the last look.
    head: watch::Sender<u64>,
    /// Held by the one who looks for all.
    looking: Mutex<()>,
}

impl Default for News {
    fn default() -> Self {
        Self { key: OnceCell::new(), head: watch::Sender::new(0), looking: Mutex::new(()) }
    }
}

impl News {
    /// The key of the feed.
    ///
    /// # Errors
    /// When the store cannot.
    pub(crate) async fn key(&self, reader: &Reader) -> Result<&FeedKey> {
        let made = self.key.get_or_try_init(|| async {
            let seed = store::feed::signing_seed(reader).await?;
            FeedKey::from_seed(&seed).map_err(|error| Error::internal(error.to_string()))
        });
        made.await
    }

    /// Waits until the feed goes beyond a place, or the time is over. However many wait, one of them looks.
    ///
    /// # Errors
    /// When the store cannot.
    pub(crate) async fn beyond(&self, store: &Store, after: u64, longest: Duration) -> Result<()> {
        let mut head = self.head.subscribe();
        let news = async {
            tokio::select! {
                biased;
                // What it gives must not be held on to: it locks the sender.
                () = async { drop(head.wait_for(|head| *head > after).await) } => Ok(()),
                _looking = self.looking.lock() => loop {
                    let now = store::feed::head(&store.read().await?).await?.sequence;
                    self.head.send_if_modified(|known| std::mem::replace(known, now) != now);
                    if now > after {
                        return Ok(());
                    }
                    sleep(LOOK).await;
                },
            }
        };
        timeout(longest, news).await.unwrap_or(Ok(()))
    }
}
