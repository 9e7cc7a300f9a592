//! How many orders and values a second the checks get through, beside reading an order as JSON.
//!
//! `make bench` runs it; it asserts nothing about time.

#![expect(clippy::unwrap_used, reason = "a table for a person to read")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use filing::case::{CaseFile, validate};
use filing::check;
use filing::value::{self, Kind};
use jiff::civil::{Date, date};

const ON: Date = date(2026, 11, 21);
const LONG: Duration = Duration::from_secs(2);

/// Does something again and again for a while, in one thread: how often a second, the best of three whiles.
fn per_second(mut act: impl FnMut()) -> f64 {
    act();
    let mut best = 0_f64;
    for _ in 0..3 {
        let (start, mut times) = (Instant::now(), 0_u32);
        while start.elapsed() < LONG / 3 {
            act();
            times += 1;
        }
        best = best.max(f64::from(times) / start.elapsed().as_secs_f64());
    }
    best
}

fn main() {
    // `cargo test --benches` only wants to know that it builds.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/cases");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    println!("\n| order | file | all checks, orders a second | reading the file with serde_json, a second | ratio |");
    println!("|---|---:|---:|---:|---:|");
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let case = validate(&text).unwrap();
        let facts = case.facts();
        let checks = per_second(|| drop(black_box(check::run(black_box(&case.draft), black_box(&facts), ON))));
        let reads = per_second(|| drop(black_box(serde_json::from_str::<CaseFile>(black_box(&text)).unwrap())));
        let kilobytes = text.len() as f64 / 1024.0;
        println!("| {} | {kilobytes:.1} KiB | {checks:.0} | {reads:.0} | {:.2} |", case.id, checks / reads);
    }
    println!("\n| value | a second |");
    println!("|---|---:|");
    let values = [
        (Kind::ResidentId, "11010519491231002X"),
        (Kind::Uscc, "91110000600037341L"),
        (Kind::BusinessReg15, "110108000000016"),
        (Kind::IcpNumber, "粤B2-20090059-1626X"),
        (Kind::IcpNumber, "川icp备09150084-2号"),
        (Kind::PsbNumber, "京公网安备 11010802020088号"),
        (Kind::Domain, "www.yunshan-tech.com.cn"),
        (Kind::Domain, "云杉.中国"),
        (Kind::Mobile, "13800016620"),
        (Kind::Landline, "0571-88880000"),
        (Kind::Email, "zhou@yunshan-tech.cn"),
        (Kind::SiteName, "云杉科技"),
    ];
    for (kind, text) in values {
        let checks = per_second(|| drop(black_box(value::check(kind, black_box(text), ON))));
        println!("| {kind} {text} | {checks:.0} |");
    }
}
