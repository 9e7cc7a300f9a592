//! Taking in what changes while the gateway runs: certificates whenever their files change, and on SIGHUP the settings
//! that may change too.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use async_trait::async_trait;
use pingora::server::ShutdownWatch;
use pingora::services::background::BackgroundService;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::sleep;
use tracing::{error, info, warn};

use crate::certificates::Certificates;
use crate::config::Config;
use crate::metrics::Metrics;
use crate::origin::Pool;

/// How often it is seen whether a file changed.
const WATCH: Duration = Duration::from_secs(2);

/// How the configuration is read again.
pub(crate) type Read = Arc<dyn Fn() -> Result<Config, String> + Send + Sync>;

/// Takes in what changes.
pub(crate) struct Reload {
    pub(crate) settings: Arc<ArcSwap<Config>>,
    pub(crate) certificates: Arc<ArcSwap<Certificates>>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) read: Option<Read>,
}

#[async_trait]
impl BackgroundService for Reload {
    async fn start(&self, _shutdown: ShutdownWatch) {
        let mut hangups = match signal(SignalKind::hangup()) {
            Ok(hangups) => Some(hangups),
            Err(error) => {
                warn!("cannot listen for SIGHUP: {error}");
                None
            }
        };
        loop {
            let told = tokio::select! {
                () = sleep(WATCH) => false,
                Some(()) = async { hangups.as_mut()?.recv().await } => true,
            };
            if told {
                info!("reading settings and certificates again: SIGHUP came");
                self.settings().await;
            }
            self.certificates(told).await;
        }
    }
}

impl Reload {
    /// Reads the configuration again, and takes in what may change.
    async fn settings(&self) {
        let Some(read) = self.read.clone() else { return };
        let fresh = match tokio::task::spawn_blocking(move || read()).await {
            Ok(Ok(fresh)) => fresh,
            Ok(Err(why)) => return error!("the settings stay as they are: {why}"),
            Err(error) => return error!("the settings stay as they are: {error}"),
        };
        if fresh.default_origin.as_ref().is_some_and(|origin| Pool::parse(origin).is_none()) {
            return error!("the settings stay as they are: default_origin is not host:port, nor several with commas");
        }
        let (taken, left) = self.settings.load().taking_in(&fresh);
        self.settings.store(Arc::new(taken));
        if !left.is_empty() {
            warn!(settings = left.join(", "), "some settings wait for a restart");
        }
    }

    /// Reads the certificates again when a file changed, or `anyway`.
    async fn certificates(&self, anyway: bool) {
        let Some(tls) = self.settings.load().tls.clone() else { return };
        let (before, metrics) = (self.certificates.load_full(), Arc::clone(&self.metrics));
        let reading = tokio::task::spawn_blocking(move || {
            (anyway || before.changed(&tls)).then(|| Certificates::load(&tls, &before, &metrics))
        });
        match reading.await {
            Ok(None) => {}
            Ok(Some(Ok(fresh))) => {
                info!("the certificates were read again");
                self.certificates.store(Arc::new(fresh));
            }
            Ok(Some(Err(why))) => error!("the certificates cannot be read again: {why}"),
            Err(error) => error!("the certificates cannot be read again: {error}"),
        }
    }
}
