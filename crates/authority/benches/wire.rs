//! Packs and unpacks a full data file: records into the container that travels, and back.
//!
//! `scripts/bench wire` makes the file, runs this beside lxml, zipfile and hashlib, and compares what both read. The first
//! argument is the file; with `pack` or `unpack` behind it, that is done once and the peak of the memory is told.

#![expect(clippy::unwrap_used, reason = "a table for a person to read")]

use std::hint::black_box;
use std::time::Instant;

use authority::envelope::{self, Cipher, Container};
use authority::message::{Upload, UploadOperation, Version};
use authority::tree::Markup;

const VERSION: Version = Version::V3_0;

fn cipher() -> Cipher {
    Cipher::new("0123456789abcdef", "0102030405060708").unwrap()
}

fn read(xml: Vec<u8>) -> Upload {
    let text = envelope::text(&xml).unwrap().into_owned();
    drop(xml);
    let mut at = Instant::now();
    stage("text", &mut at);
    let tree = Markup::read(&text).unwrap();
    stage("tree", &mut at);
    let upload = Upload::read(&tree, VERSION).unwrap();
    stage("records", &mut at);
    upload
}

fn pack(upload: Upload, cipher: Option<&Cipher>) -> Container {
    let mut at = Instant::now();
    stage("start", &mut at);
    let xml = upload.to_gbk(VERSION).unwrap();
    stage("to_gbk", &mut at);
    drop(upload);
    stage("drop", &mut at);
    let zip = envelope::zip(&xml, envelope::ENTRY).unwrap();
    stage("zip", &mut at);
    drop(xml);
    let sealed = envelope::seal(&zip, cipher);
    stage("seal", &mut at);
    sealed
}

fn unpack(container: Container, cipher: Option<&Cipher>) -> Upload {
    let mut at = Instant::now();
    stage("start", &mut at);
    let xml = container.open(cipher).unwrap();
    stage("open", &mut at);
    drop(container);
    read(xml)
}

fn stage(name: &str, since: &mut Instant) {
    if std::env::var_os("STAGES").is_some() {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap().to_owned();
        eprintln!("{name}: {:.1} ms, {line}", since.elapsed().as_secs_f64() * 1e3);
        *since = Instant::now();
    }
}

/// The best of three, in seconds; what an act consumes is made outside the time.
fn best<T, R>(mut prepare: impl FnMut() -> T, mut act: impl FnMut(T) -> R) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..3 {
        let given = prepare();
        let start = Instant::now();
        black_box(act(black_box(given)));
        best = best.min(start.elapsed().as_secs_f64());
    }
    best
}

/// The most memory this process ever had, in bytes.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<usize>().unwrap() * 1024
}

fn main() {
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    let Some(file) = words.next() else { return };
    let xml = std::fs::read(file).unwrap();
    let size = xml.len();
    match words.next().as_deref() {
        Some("pack") => {
            let upload = read(xml);
            // What reading the file took is not what packing takes.
            std::fs::write("/proc/self/clear_refs", "5").unwrap();
            black_box(pack(upload, Some(&cipher())));
            println!("{{\"bytes\":{size},\"peak\":{}}}", peak());
        }
        Some("unpack") => {
            let container = envelope::pack(&xml, envelope::ENTRY, Some(&cipher())).unwrap();
            drop(xml);
            std::fs::write("/proc/self/clear_refs", "5").unwrap();
            black_box(unpack(container, Some(&cipher())));
            println!("{{\"bytes\":{size},\"peak\":{}}}", peak());
        }
        _ => {
            let upload = read(xml);
            let UploadOperation::NewFiling(filings) = &upload.operation else { panic!("another operation") };
            let (records, last) = (filings.len(), filings.last().unwrap().subject.name.clone());
            for (name, cipher) in [("plain", None), ("aes", Some(&cipher()))] {
                let container = pack(upload.clone(), cipher);
                let packing = best(|| upload.clone(), |upload| pack(upload, cipher));
                let unpacking = best(|| container.clone(), |container| unpack(container, cipher));
                println!(
                    "{{\"cipher\":\"{name}\",\"pack\":{packing},\"unpack\":{unpacking},\"records\":{records},\
                     \"last\":\"{last}\",\"hash\":\"{}\",\"travels\":{}}}",
                    container.hash,
                    container.info.len()
                );
            }
        }
    }
}
