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
    Upload::read(&Markup::read(&text).unwrap(), VERSION).unwrap()
}

fn pack(upload: Upload, cipher: Option<&Cipher>) -> Container {
    let xml = upload.to_gbk(VERSION).unwrap();
    drop(upload);
    let zip = envelope::zip(&xml, envelope::ENTRY).unwrap();
    drop(xml);
    envelope::seal(&zip, cipher)
}

fn unpack(container: Container, cipher: Option<&Cipher>) -> Upload {
    let xml = container.open(cipher).unwrap();
    drop(container);
    read(xml)
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
