//! The name in a ClientHello: our reader beside rustls' `Acceptor`, on the same bytes in the same run.
//!
//! ```text
//! cargo bench -p beian-gateway --bench hello
//! ```

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on stops")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use index::hello::{self, Hello};
use rustls::client::{ClientConfig, ClientConnection};
use rustls::pki_types::ServerName;
use rustls::server::Acceptor;

const ROUNDS: usize = 7;
const LOOKS: usize = 20_000;

fn message() -> Vec<u8> {
    // Said, because two are in the tree and rustls takes neither by itself.
    let settings = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let name = ServerName::try_from("www.site12345.com.cn").unwrap();
    let mut client = ClientConnection::new(Arc::new(settings), name).unwrap();
    let mut bytes = Vec::new();
    client.write_tls(&mut bytes).unwrap();
    bytes
}

/// The same handshake message in two records, which every reader must put together.
fn split(bytes: &[u8]) -> Vec<u8> {
    let (head, body) = bytes.split_at(5);
    let (one, two) = body.split_at(body.len() / 2);
    let mut out = Vec::new();
    for part in [one, two] {
        out.extend_from_slice(&head[..3]);
        out.extend_from_slice(&u16::try_from(part.len()).unwrap().to_be_bytes());
        out.extend_from_slice(part);
    }
    out
}

fn ours(bytes: &[u8]) {
    assert!(matches!(black_box(hello::read(black_box(bytes))), Hello::Name(_)));
}

fn theirs(mut bytes: &[u8]) {
    let mut acceptor = Acceptor::default();
    let accepted = loop {
        acceptor.read_tls(&mut bytes).unwrap();
        if let Some(accepted) = acceptor.accept().unwrap_or_else(|_| panic!("a hello that rustls refuses")) {
            break accepted;
        }
    };
    assert!(black_box(accepted.client_hello().server_name()).is_some());
}

/// Nanoseconds for one.
fn time(bytes: &[u8], read: fn(&[u8])) -> f64 {
    let begun = Instant::now();
    for _ in 0..LOOKS {
        read(bytes);
    }
    begun.elapsed().as_nanos() as f64 / LOOKS as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    println!("| a ClientHello | ours | rustls' Acceptor | ratio |\n|---|---:|---:|---:|");
    let whole = message();
    for (name, bytes) in [("whole", whole.clone()), ("in two records", split(&whole))] {
        let (mut our, mut their) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            our.push(time(&bytes, ours));
            their.push(time(&bytes, theirs));
        }
        let (our, their) = (median(our), median(their));
        println!("| {name}, {} bytes | {our:.0} ns | {their:.0} ns | 1/{:.0} |", bytes.len(), their / our);
    }
}
