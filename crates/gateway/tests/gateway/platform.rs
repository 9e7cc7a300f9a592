//! A platform reduced to its feed, which a test can change, tamper with, take away and bring back.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use filing::verdict::{Enforcement, Entry, FeedKey, Known, Position, Reason, Report, Verdict};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::sync::{oneshot, watch};

/// The key the platform accepts.
pub const KEY: &str = "bk_gateway_test";

/// The key the platform signs with.
pub fn key() -> FeedKey {
    FeedKey::from_seed(&[7; 32]).unwrap()
}

/// A platform reduced to its feed.
pub struct Platform {
    log: Arc<Log>,
    address: SocketAddr,
    server: Option<Server>,
}

/// A thread with a runtime of its own, so that its end ends every connection with it.
struct Server {
    stop: oneshot::Sender<()>,
    thread: std::thread::JoinHandle<()>,
}

struct Log {
    inner: Mutex<Inner>,
    changed: watch::Sender<u64>,
}

#[derive(Default)]
struct Inner {
    entries: Vec<Entry>,
    /// The sequence from which on the entries given out as changes are not what was hashed.
    tampered_from: Option<u64>,
    /// Places before this one are no longer known.
    forgotten_before: u64,
    reports: Vec<Report>,
    /// Reports that are taken, and whose answer gets lost.
    deaf: u32,
    snapshots: u32,
    questions: u32,
}

impl Platform {
    /// Starts with the given verdicts.
    pub async fn start(verdicts: Vec<Verdict>) -> Self {
        let log = Log { inner: Mutex::default(), changed: watch::channel(0).0 };
        let mut platform = Self { log: Arc::new(log), address: SocketAddr::from(([127, 0, 0, 1], 0)), server: None };
        for verdict in verdicts {
            platform.publish(verdict);
        }
        platform.come_back().await;
        platform
    }

    /// The platform's web address.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops answering and cuts open questions off.
    pub async fn go_away(&mut self) {
        if let Some(Server { stop, thread }) = self.server.take() {
            drop(stop);
            tokio::task::spawn_blocking(move || thread.join().unwrap()).await.unwrap();
        }
    }

    /// Answers again, at the same address.
    pub async fn come_back(&mut self) {
        let listener = tokio::net::TcpListener::bind(self.address).await.unwrap();
        self.address = listener.local_addr().unwrap();
        let app = axum::Router::new()
            .route("/api/v1/gateway/snapshot", get(snapshot))
            .route("/api/v1/gateway/changes", get(changes))
            .route("/api/v1/gateway/report", post(report))
            .with_state(Arc::clone(&self.log));
        let listener = listener.into_std().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                tokio::select! {
                    served = axum::serve(listener, app) => served.unwrap(),
                    _ = stopped => {}
                }
            });
        });
        self.server = Some(Server { stop, thread });
    }

    /// Publishes one more verdict.
    pub fn publish(&self, verdict: Verdict) {
        let mut inner = self.log.inner.lock().unwrap();
        let place = inner.entries.last().map_or_else(Position::start, Entry::position);
        let entry = Entry::following(&place, verdict).unwrap();
        let sequence = entry.sequence;
        inner.entries.push(entry);
        drop(inner);
        self.log.changed.send_replace(sequence);
    }

    /// From the next entry on, what changes say is not what was hashed.
    pub fn tamper(&self) {
        let mut inner = self.log.inner.lock().unwrap();
        inner.tampered_from = Some(inner.entries.len() as u64 + 1);
    }

    /// Forgets every place there has been.
    pub fn forget(&self) {
        let mut inner = self.log.inner.lock().unwrap();
        inner.forgotten_before = inner.entries.len() as u64 + 1;
    }

    /// Loses the answers to the next reports.
    pub fn lose_answers(&self, reports: u32) {
        self.log.inner.lock().unwrap().deaf = reports;
    }

    /// What gateways reported.
    pub fn reports(&self) -> Vec<Report> {
        self.log.inner.lock().unwrap().reports.clone()
    }

    /// How many snapshots were taken.
    pub fn snapshots(&self) -> u32 {
        self.log.inner.lock().unwrap().snapshots
    }

    /// How many questions were asked.
    pub fn questions(&self) -> u32 {
        self.log.inner.lock().unwrap().questions
    }
}

/// A verdict on a domain with an origin.
pub fn verdict(domain: &str, enforcement: Enforcement, origin: Option<SocketAddr>) -> Verdict {
    let open = enforcement == Enforcement::Open;
    Verdict {
        domain: domain.to_owned(),
        filed: if open { Known::Yes } else { Known::No },
        accessed: Known::Unknown,
        enforcement,
        reason: if open { Reason::Filed } else { Reason::NotFiled },
        number: open.then(|| "浙ICP备2026000001号-1".to_owned()),
        origin: origin.map(|origin| origin.to_string()),
        at: "2026-03-02T08:00:00Z".parse().unwrap(),
    }
}

type Answer = Result<Json<Value>, StatusCode>;

fn check_key(log: &Log, headers: &HeaderMap) -> Result<(), StatusCode> {
    log.inner.lock().unwrap().questions += 1;
    let given = headers.get("authorization").and_then(|value| value.to_str().ok());
    if given == Some(&format!("Bearer {KEY}")) { Ok(()) } else { Err(StatusCode::UNAUTHORIZED) }
}

async fn report(State(log): State<Arc<Log>>, headers: HeaderMap, Json(report): Json<Report>) -> Answer {
    check_key(&log, &headers)?;
    let mut inner = log.inner.lock().unwrap();
    let agrees = end_of(&inner).hash == report.hash;
    inner.reports.push(report);
    if let Some(left) = inner.deaf.checked_sub(1) {
        inner.deaf = left;
        return Err(StatusCode::BAD_GATEWAY);
    }
    Ok(Json(json!({ "sequence": end_of(&inner).sequence, "agrees": agrees })))
}

fn end_of(inner: &Inner) -> Position {
    inner.entries.last().map_or_else(Position::start, Entry::position)
}

async fn snapshot(State(log): State<Arc<Log>>, headers: HeaderMap) -> Result<String, StatusCode> {
    check_key(&log, &headers)?;
    let mut inner = log.inner.lock().unwrap();
    inner.snapshots += 1;
    let newest = |entry: &&Entry| {
        let later = &inner.entries[usize::try_from(entry.sequence).unwrap()..];
        !later.iter().any(|other| other.verdict.domain == entry.verdict.domain)
    };
    let end = end_of(&inner);
    let mut text = format!("{}\n", json!({ "sequence": end.sequence, "hash": end.hash }));
    let mut count = 0;
    for entry in inner.entries.iter().filter(newest) {
        text.push_str(&serde_json::to_string(entry).unwrap());
        text.push('\n');
        count += 1;
    }
    let sha256 = hex::encode(Sha256::digest(&text));
    let signature = key().sign_snapshot(&end, count, &sha256);
    let last = json!({ "entries": count, "sha256": sha256, "signature": signature });
    text.push_str(&format!("{last}\n"));
    Ok(text)
}

#[derive(Deserialize)]
struct Changes {
    after: u64,
    wait: u64,
}

async fn changes(State(log): State<Arc<Log>>, Query(query): Query<Changes>, headers: HeaderMap) -> Answer {
    check_key(&log, &headers)?;
    let mut changed = log.changed.subscribe();
    let news = changed.wait_for(|sequence| *sequence > query.after);
    let _ = tokio::time::timeout(Duration::from_secs(query.wait), news).await;
    let inner = log.inner.lock().unwrap();
    let end = end_of(&inner);
    if query.after > end.sequence || query.after < inner.forgotten_before.saturating_sub(1) {
        return Err(StatusCode::GONE);
    }
    let new = inner.entries.iter().filter(|entry| entry.sequence > query.after);
    let entries: Vec<Value> = new
        .map(|entry| {
            let mut raw = serde_json::to_value(entry).unwrap();
            if inner.tampered_from.is_some_and(|from| entry.sequence >= from) {
                raw["enforcement"] = json!("open");
            }
            raw
        })
        .collect();
    let signature = key().sign(&end);
    Ok(Json(json!({ "sequence": end.sequence, "hash": end.hash, "entries": entries, "signature": signature })))
}
