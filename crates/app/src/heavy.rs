//! Work that fills memory or a whole core: only so much of it at once, however many people ask.
//!
//! A password takes 19 MB for a tenth of a second, a picture a hundred megabytes for a second. Without a limit, a few
//! hundred requests at once would take the machine down; with it, whoever comes too late is asked to try again.

use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::error::{Error, Result};

/// How long somebody waits for their turn before they are told to come back.
const PATIENCE: Duration = Duration::from_secs(5);
/// So many pictures are decoded at once.
const PICTURES: usize = 2;

/// The places at the benches of one process.
#[derive(Debug)]
pub struct Heavy {
    passwords: Arc<Semaphore>,
    pictures: Arc<Semaphore>,
    patience: Duration,
}

impl Default for Heavy {
    fn default() -> Self {
        Self::sized(available_parallelism().map_or(2, usize::from), PICTURES, PATIENCE)
    }
}

impl Heavy {
    /// So many passwords and pictures at once, and so long a wait for a turn.
    #[must_use]
    pub fn sized(passwords: usize, pictures: usize, patience: Duration) -> Self {
        let places = |places| Arc::new(Semaphore::new(places));
        Self { passwords: places(passwords), pictures: places(pictures), patience }
    }

    /// Works on a password, off the threads that serve requests.
    ///
    /// # Errors
    /// `busy` when no turn came in time.
    pub async fn password<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        self.work(&self.passwords, self.patience, work).await
    }

    /// Works on a picture, off the threads that serve requests.
    ///
    /// # Errors
    /// `busy` when no turn came in time.
    pub async fn picture<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        self.work(&self.pictures, self.patience, work).await
    }

    /// Makes a copy of a picture for somebody at the desk, off the threads that serve requests. A case opens a dozen at
    /// once, and a browser does not ask again for one that was refused: so they wait longer.
    ///
    /// # Errors
    /// `busy` when no turn came in time.
    pub async fn copy<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        self.work(&self.pictures, self.patience * 6, work).await
    }

    async fn work<T: Send + 'static>(
        &self,
        places: &Arc<Semaphore>,
        patience: Duration,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let turn = tokio::time::timeout(patience, places.clone().acquire_owned());
        let Ok(Ok(place)) = turn.await else { return Err(Error::Unavailable { code: "busy" }) };
        let done = tokio::task::spawn_blocking(move || {
            // The place goes with the work, not with the request: one that is hung up on still takes its memory.
            let _place = place;
            work()
        });
        done.await.map_err(|error| Error::internal(format!("a thread for heavy work: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn no_more_than_so_many_work_at_once_and_all_get_their_turn() {
        let heavy = Arc::new(Heavy::sized(2, 1, Duration::from_secs(20)));
        let (at_once, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut all = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (heavy, at_once, most) = (heavy.clone(), at_once.clone(), most.clone());
            let work = move || {
                most.fetch_max(at_once.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(20));
                at_once.fetch_sub(1, Ordering::SeqCst);
            };
            all.spawn(async move { heavy.password(work).await });
        }
        assert!(all.join_all().await.iter().all(Result::is_ok));
        assert!((1..=2).contains(&most.load(Ordering::SeqCst)));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn whoever_waits_too_long_is_told_so_even_when_the_one_before_hung_up() {
        let heavy = Arc::new(Heavy::sized(1, 1, Duration::from_millis(30)));
        let (finish, finished) = mpsc::channel::<()>();
        let (begin, begun) = tokio::sync::oneshot::channel();
        let first = tokio::spawn({
            let heavy = heavy.clone();
            async move {
                heavy
                    .picture(move || {
                        let _ = begin.send(());
                        let _ = finished.recv();
                    })
                    .await
            }
        });
        begun.await.unwrap();
        first.abort();
        let second = heavy.picture(|| ()).await;
        assert!(matches!(second, Err(Error::Unavailable { code: "busy" })), "{second:?}");
        assert!(heavy.password(|| ()).await.is_ok(), "passwords have places of their own");
        finish.send(()).unwrap();
        let third = async { while heavy.picture(|| ()).await.is_err() {} };
        tokio::time::timeout(Duration::from_secs(10), third).await.unwrap();
    }
}
