//! The registry by WHOIS (RFC 3912), in the form of CNNIC.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use filing::domain::DomainName;
use jiff::Timestamp;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::{Entry, Manner, NAMESERVERS, REGISTRAR, SLOW, look_up, manner};
use crate::sandbox::clock::local;
use crate::sandbox::office::Office;

/// How long a caller may take to ask.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest question read.
const LONGEST: u64 = 512;

/// Answers whoever calls, for ever.
pub(in crate::sandbox) async fn serve(office: Arc<Office>, listener: TcpListener) {
    loop {
        match listener.accept().await {
            Ok((line, _)) => drop(tokio::spawn(answer(office.clone(), line))),
            Err(error) => {
                tracing::warn!(%error, "the sandbox cannot take a WHOIS call");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn answer(office: Arc<Office>, mut line: TcpStream) {
    let (read, mut write) = line.split();
    let mut question = String::new();
    let mut limited = BufReader::new(read.take(LONGEST));
    let asked = tokio::time::timeout(PATIENCE, limited.read_line(&mut question)).await;
    if !matches!(asked, Ok(Ok(_))) {
        return;
    }
    let text = match DomainName::parse(&question) {
        Ok(domain) => told(&domain, office.clock.now()).await,
        Err(_) => "Invalid parameter\r\n".to_owned(),
    };
    // Whoever has hung up needs no answer.
    write.write_all(text.as_bytes()).await.ok();
    write.shutdown().await.ok();
}

async fn told(domain: &DomainName, now: Timestamp) -> String {
    let manner = manner(domain);
    match manner {
        Manner::Slow => tokio::time::sleep(SLOW).await,
        Manner::Busy => return "Queried interval is too short.\r\n".to_owned(),
        Manner::Tells | Manner::Garbage => {}
    }
    let Some(entry) = look_up(domain, now) else { return "No matching record.\r\n".to_owned() };
    let text = form(&entry);
    if manner == Manner::Garbage { text.chars().take(text.chars().count() / 2).collect() } else { text }
}

fn form(entry: &Entry) -> String {
    let time = |at: Timestamp| local(at).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let mut text = format!("Domain Name: {}\r\nROID: sandbox-{}\r\n", entry.domain, entry.domain);
    for status in &entry.statuses {
        let _ = write!(text, "Domain Status: {}\r\n", if *status == "active" { "ok" } else { status });
    }
    if let Some(holder) = entry.holder {
        let _ = write!(text, "Registrant: {holder}\r\n");
    }
    let _ = write!(text, "Sponsoring Registrar: {REGISTRAR}\r\n");
    for server in NAMESERVERS {
        let _ = write!(text, "Name Server: {server}\r\n");
    }
    let (registered, expires) = (time(entry.registered), time(entry.expires));
    let _ = write!(text, "Registration Time: {registered}\r\nExpiration Time: {expires}\r\nDNSSEC: unsigned\r\n");
    text
}
