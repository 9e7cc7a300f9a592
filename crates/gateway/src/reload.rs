//! Taking in what changes while the gateway runs: certificates.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use async_trait::async_trait;
use pingora::server::ShutdownWatch;
use pingora::services::background::BackgroundService;
use tokio::time::sleep;
use tracing::{error, info};

use crate::certificates::Certificates;
use crate::config::Config;
use crate::metrics::Metrics;

/// How often it is seen whether a file changed.
const WATCH: Duration = Duration::from_secs(2);

/// Takes in what changes.
pub(crate) struct Reload {
    pub(crate) settings: Arc<ArcSwap<Config>>,
    pub(crate) certificates: Arc<ArcSwap<Certificates>>,
    pub(crate) metrics: Arc<Metrics>,
}

#[async_trait]
impl BackgroundService for Reload {
    async fn start(&self, _shutdown: ShutdownWatch) {
        loop {
            sleep(WATCH).await;
            self.certificates().await;
        }
    }
}

impl Reload {
    /// Reads the certificates again when a file changed.
    async fn certificates(&self) {
        let Some(tls) = self.settings.load().tls.clone() else { return };
        let (before, metrics) = (self.certificates.load_full(), Arc::clone(&self.metrics));
        let reading = tokio::task::spawn_blocking(move || {
            before.changed(&tls).then(|| Certificates::load(&tls, &before, &metrics))
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
