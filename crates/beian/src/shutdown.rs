//! The wish to stop: SIGTERM from a supervisor, SIGINT from a person.

use crate::trouble::{Doing as _, Result};
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// A token that is cancelled by the first SIGTERM or SIGINT; a second one ends the process at once.
///
/// # Errors
/// When the signals cannot be listened for.
pub fn token() -> Result<CancellationToken> {
    let token = CancellationToken::new();
    let mut terminate = signal(SignalKind::terminate()).doing("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).doing("cannot listen for SIGINT")?;
    let cancelled = token.clone();
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            if cancelled.is_cancelled() {
                std::process::exit(130);
            }
            tracing::info!("stopping; a second signal ends at once");
            cancelled.cancel();
        }
    });
    Ok(token)
}

/// Waits for work to end, but not longer than the time given once the wish to stop is there.
///
/// Whether it ended by itself.
pub async fn within(token: &CancellationToken, grace: Duration, work: impl Future<Output = ()>) -> bool {
    let too_late = async {
        token.cancelled().await;
        tokio::time::sleep(grace).await;
    };
    tokio::select! {
        () = work => true,
        () = too_late => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_does_not_end_is_left_after_the_grace() {
        let token = CancellationToken::new();
        assert!(within(&token, Duration::from_millis(5), async {}).await);
        token.cancel();
        assert!(!within(&token, Duration::from_millis(5), std::future::pending()).await);
    }
}
