//! The three servers: platform, sandbox authority, gateway. Each runs until SIGTERM or SIGINT.

use crate::config::Config;
use crate::shutdown;
use crate::trouble::{Doing as _, Result, Trouble};
use crate::world;
use app::world::{Clock as _, Ids as _, SystemClock, SystemIds};
use authority::sandbox;
use metrics_exporter_prometheus::PrometheusBuilder;
use secrecy::ExposeSecret as _;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;

/// How often the numbers are summed up.
const UPKEEP: Duration = Duration::from_secs(5);

/// Runs the platform: pages, API and, unless told otherwise, the jobs.
pub async fn platform(config: Config) -> Result {
    let stop = shutdown::token()?;
    let world = world::world(&config).await?;
    let metrics = PrometheusBuilder::new().install_recorder().doing("cannot gather metrics")?;
    let (upkeep, ended) = (metrics.clone(), stop.clone());
    tokio::spawn(async move {
        // What is measured is kept in full until it is summed up; nobody may come to read it for weeks.
        while tokio::time::timeout(UPKEEP, ended.cancelled()).await.is_err() {
            upkeep.run_upkeep();
        }
    });
    let listener = listen(config.server.listen, "server.listen").await?;
    let name = format!("{}-{}", std::process::id(), world.uuid().simple());
    let worker = config.server.worker.then(|| {
        let (world, stop) = (world.clone(), stop.clone());
        tokio::spawn(app::worker::run(world, name, stop))
    });
    let routes = web::router(web::State { world: world.clone(), metrics: Some(metrics) });
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    tracing::info!(listen = %config.server.listen, public_url = %config.platform.public_url, "the platform is ready");
    let told = stop.clone();
    let served = axum::serve(listener, service).with_graceful_shutdown(async move { told.cancelled().await });
    let work = async {
        if let Err(error) = served.await {
            tracing::error!(%error, "the server ended");
            stop.cancel();
        }
        if let Some(worker) = worker {
            let _ = worker.await;
        }
    };
    // What is cut off here is safe: an act commits whole or not at all, and a job is done again by whoever comes next.
    if !shutdown::within(&stop, Duration::from_secs(config.server.shutdown_seconds), work).await {
        tracing::warn!("requests or jobs in progress were cut off");
    }
    world.store.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Runs the sandbox authority.
pub async fn authority(config: Config) -> Result {
    let stop = shutdown::token()?;
    let settings = &config.sandbox;
    if settings.providers.is_empty() {
        tracing::warn!("no [[sandbox.providers]] are configured: nobody can report to this sandbox");
    }
    let sandbox = settings
        .config(&config.sandbox_database())
        .map_err(|error| Trouble::configuration("the sandbox authority cannot run").because(error))?;
    if let Some(folder) = sandbox.database.parent() {
        std::fs::create_dir_all(folder).doing(format!("cannot make the folder {}", folder.display()))?;
    }
    let listener = listen(settings.listen, "sandbox.listen").await?;
    tracing::info!(listen = %settings.listen, "the sandbox authority is ready");
    let told = stop.clone();
    let served = async {
        let shutdown = async move { told.cancelled().await };
        if let Err(error) = sandbox::serve(sandbox, listener, shutdown).await {
            stop.cancel();
            return Err(Trouble::new("the sandbox authority ended").because(error));
        }
        Ok(())
    };
    let too_late = async {
        stop.cancelled().await;
        tokio::time::sleep(Duration::from_secs(config.server.shutdown_seconds)).await;
    };
    tokio::select! {
        served = served => served,
        () = too_late => Ok(()),
    }
}

/// Runs the gateway, which brings runtimes of its own, and reads its settings again on SIGHUP.
pub fn gateway(config: gateway::Config, again: impl Fn() -> Result<gateway::Config> + Send + Sync + 'static) -> Result {
    if config.api_key.expose_secret().is_empty() {
        return Err(Trouble::configuration("gateway.api_key is not set, so the platform would not answer")
            .hint("make one with `beian account api-key --for-gateway`, or in the console of an administrator"));
    }
    let chance = || {
        let mut bytes = [0; 8];
        SystemIds.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    };
    tracing::info!(listen = %config.listen, platform = %config.platform_url, "the gateway is ready");
    let bound = gateway::Gateway::bind(config, gateway::Ambient::new(|| SystemClock.now(), chance));
    let again = move || again().map_err(|trouble| trouble.to_string());
    bound.and_then(|gateway| gateway.reading(again).run()).map_err(|error| {
        let hint = match &error {
            gateway::Error::Listen { .. } => "is another program listening there? gateway.listen chooses another port",
            _ => "`beian config show` tells where each value was said",
        };
        Trouble::new("the gateway cannot run").because(error).hint(hint)
    })
}

async fn listen(address: SocketAddr, key: &str) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        let port = if address.port() < 1024 { "; ports below 1024 need a privilege" } else { "" };
        Trouble::new(format!("cannot listen on {address}"))
            .because(error)
            .hint(format!("is another program listening there? {key} chooses another address{port}"))
    })
}
