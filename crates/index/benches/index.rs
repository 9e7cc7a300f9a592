//! The index at ten million domains, beside one line of memory on the same machine in the same run.
//!
//! ```text
//! cargo bench -p beian-index [-- NAMES]
//! ```
//!
//! Nothing is a test; `docs/benchmarks.md` says what was measured.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on stops")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::fs::File;
use std::hint::black_box;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use filing::verdict::{Enforcement, Known, Reason, Verdict};
use index::host::{self, Room};
use index::{Index, Key, Mark, Owned, Place, Writer};
use jiff::Timestamp;

/// Counts what is allocated.
struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

#[expect(unsafe_code, reason = "an allocator that counts is one that passes everything on")]
// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const KEY: Key = Key(*b"a benchmark key.");
const ROUNDS: usize = 5;
const LOOKS: usize = 1_000_000;

/// Numbers of chance that repeat.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

/// The name of a number: as long and as mixed as names are.
fn name(number: u64) -> String {
    let suffix = ["cn", "com", "com.cn", "net", "cn", "com", "org.cn", "xn--fiqs8s"][(number % 8) as usize];
    format!("site{}{:x}.{suffix}", ["", "-a", "shop", "x"][(number % 4) as usize], number * 7 + 3)
}

fn listing(number: u64) -> Owned {
    let is_open = !number.is_multiple_of(10);
    let verdict = Verdict {
        domain: name(number),
        filed: if is_open { Known::Yes } else { Known::No },
        accessed: if is_open { Known::Yes } else { Known::No },
        enforcement: if is_open { Enforcement::Open } else { Enforcement::Closed },
        reason: if is_open { Reason::Filed } else { Reason::NotFiled },
        number: is_open.then(|| format!("\u{6d59}ICP\u{5907}2026{number:07}\u{53f7}-1")),
        origin: Some("10.1.2.3:8080".into()),
        at: Timestamp::UNIX_EPOCH,
    };
    Owned { verdict, sequence: number + 1 }
}

/// Hosts one after the other in memory, so that reading them costs no line of its own.
struct Hosts {
    text: String,
    ends: Vec<u32>,
}

impl Hosts {
    fn of(names: impl Iterator<Item = String>) -> Self {
        let (mut text, mut ends) = (String::new(), Vec::new());
        for name in names {
            text.push_str(&name);
            ends.push(u32::try_from(text.len()).unwrap());
        }
        Self { text, ends }
    }

    fn each(&self) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let host = &self.text[start..*end as usize];
            start = *end as usize;
            host
        })
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Nanoseconds one round takes for each of so many.
fn nanoseconds(count: usize, work: impl FnOnce()) -> f64 {
    let begun = Instant::now();
    work();
    begun.elapsed().as_nanos() as f64 / count as f64
}

/// A chain through every line of a mapped file of this size: what one dependent look at memory takes here.
fn memory_line(folder: &Path, bytes: usize) -> impl Fn() -> f64 {
    let lines = bytes / 64;
    let mut order: Vec<u32> = (0..u32::try_from(lines).unwrap()).collect();
    let mut chance = Chance(3);
    // Sattolo: one cycle through all.
    for index in (1..lines).rev() {
        order.swap(index, chance.below(index as u64) as usize);
    }
    let mut content = vec![0_u8; lines * 64];
    for (line, next) in order.iter().enumerate() {
        content[line * 64..line * 64 + 4].copy_from_slice(&next.to_le_bytes());
    }
    let path = folder.join("lines");
    std::fs::write(&path, content).unwrap();
    let file = File::open(&path).unwrap();
    #[expect(unsafe_code, reason = "a mapped file")]
    // SAFETY: nobody else knows of the file.
    let map = unsafe { memmap2::Mmap::map(&file) }.unwrap();
    move || {
        let mut line = 0_usize;
        let took = nanoseconds(LOOKS, || {
            for _ in 0..LOOKS {
                line = u32::from_le_bytes(*map[line * 64..].first_chunk().unwrap()) as usize;
            }
        });
        black_box(line);
        took
    }
}

/// Lets the kernel forget a file's pages.
fn forget(path: &Path) {
    let file = File::open(path).unwrap();
    file.sync_all().unwrap();
    rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed).unwrap();
}

fn main() {
    let names: u64 = std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(10_000_000);
    let folder =
        tempfile::tempdir_in(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "../../target".into())).unwrap();
    println!("{names} domains");
    let begun = Instant::now();
    let mut writer = Writer::open(folder.path()).unwrap();
    let mut fresh = writer.fresh().unwrap();
    for number in 0..names {
        fresh.add(&listing(number).listing()).unwrap();
    }
    fresh.end(KEY, Place { sequence: names, hash: [0; 32] }, Timestamp::UNIX_EPOCH).unwrap();
    writer.adopt(fresh).unwrap();
    println!("| build from records | {:.1} s |", begun.elapsed().as_secs_f64());

    let mut chance = Chance(1);
    let hosts = Hosts::of((0..LOOKS).map(|_| format!("www.{}", name(chance.below(names)))));
    let absent = Hosts::of((0..LOOKS).map(|_| format!("www.{}", name(names + chance.below(names)))));
    let index = Index::open(folder.path()).unwrap().unwrap();
    let (slots, all) = index.size();
    println!(
        "| a domain's share: slots, with places, with records | {:.1}, {:.1}, {:.1} bytes |",
        slots as f64 / names as f64,
        slots as f64 * 1.5 / names as f64,
        all as f64 / names as f64
    );
    let line = memory_line(folder.path(), slots);

    let look = |hosts: &Hosts| {
        let mut open = 0_u64;
        let mut room = Room::default();
        let before = ALLOCATIONS.load(Ordering::Relaxed);
        let took = nanoseconds(LOOKS, || {
            for host in hosts.each() {
                open += u64::from(index.seek(Some(host.as_bytes()), &mut room).unwrap().1 == Mark::Open);
            }
        });
        assert_eq!(ALLOCATIONS.load(Ordering::Relaxed), before, "a look-up allocated");
        (took, open)
    };
    let batch = |hosts: &Hosts| {
        let mut open = 0_u64;
        let took = nanoseconds(LOOKS, || {
            let mut hosts = hosts.each();
            let mut rooms = [Room::default(); 16];
            while let Some(first) = hosts.next() {
                let mut next = Some(first);
                let sixteen =
                    [(); 16].map(|()| next.take().or_else(|| hosts.next()).or(Some(first)).map(str::as_bytes));
                let found = index.seek_all(sixteen, &mut rooms);
                open += found.iter().filter(|found| found.as_ref().unwrap().1 == Mark::Open).count() as u64;
            }
        });
        (took, open)
    };
    let reduce = || {
        let mut room = Room::default();
        nanoseconds(LOOKS, || {
            for host in hosts.each() {
                black_box(host::registrable(Some(host.as_bytes()), &mut room).unwrap());
            }
        })
    };
    let (mut lines, mut singles, mut misses, mut batches, mut reductions) = (vec![], vec![], vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        lines.push(line());
        singles.push(look(&hosts).0);
        let (took, open) = look(&absent);
        assert_eq!(open, 0, "a name that is not listed was taken for an open one");
        misses.push(took);
        batches.push(batch(&hosts).0);
        reductions.push(reduce());
    }
    assert_eq!(look(&hosts).1, batch(&hosts).1);
    let line = median(lines);
    let (single, batch) = (median(singles), median(batches));
    println!("| one dependent line of memory | {line:.0} ns | 1.0 × |");
    println!("| host → verdict | {single:.0} ns | {:.2} × |", single / line);
    println!("| host → verdict, not listed | {:.0} ns | {:.2} × |", median(misses.clone()), median(misses) / line);
    println!("| in batches of 16 | {batch:.0} ns | {:.2} ×, {:.1} × single |", batch / line, single / batch);
    println!("| of it host → domain | {:.0} ns | |", median(reductions));
    drop(index);
    start(folder.path(), &hosts);
    change(folder.path(), &mut writer, &hosts, names);
}

/// From opening to the first verdict, warm and cold.
fn start(folder: &Path, hosts: &Hosts) {
    let mut room = Room::default();
    let domain = host::registrable(hosts.each().next().map(str::as_bytes), &mut room).unwrap().to_owned();
    let open = || {
        let begun = Instant::now();
        let index = Index::open(folder).unwrap().unwrap();
        assert_ne!(index.mark(&domain), Mark::Unlisted);
        (begun.elapsed(), index)
    };
    let warm = median((0..ROUNDS).map(|_| open().0.as_secs_f64() * 1e3).collect());
    println!("| start to first verdict, warm | {warm:.1} ms |");
    let base = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let base = base.filter(|path| path.to_string_lossy().contains("base-")).max().unwrap();
    forget(&base);
    let (cold, index) = open();
    println!("| start to first verdict, cold | {:.1} ms |", cold.as_secs_f64() * 1e3);
    let window = |hosts: &mut dyn Iterator<Item = &str>| {
        let mut room = Room::default();
        nanoseconds(10_000, || {
            for host in hosts.take(10_000) {
                let domain = host::registrable(Some(host.as_bytes()), &mut room).unwrap();
                black_box(index.mark(domain));
            }
        })
    };
    let mut all = hosts.each();
    let windows: Vec<f64> = (0..90).map(|_| window(&mut all)).collect();
    let full = median(windows[60..].to_vec());
    let slow = windows.iter().rposition(|took| *took > full * 1.1).map_or(0, |last| last + 1).min(60);
    let until: f64 = windows[..slow].iter().map(|took| took * 10_000.0 / 1e6).sum();
    println!("| full speed from cold after | {:.0} ms |", cold.as_secs_f64() * 1e3 + until);
}

/// Changes, and what readers notice of them.
fn change(folder: &Path, writer: &mut Writer, hosts: &Hosts, names: u64) {
    let index = Index::open(folder).unwrap().unwrap();
    let mut sequence = names;
    let mut place = || {
        sequence += 1;
        Place { sequence, hash: [1; 32] }
    };
    let single = (0..200).map(|number| {
        let change = listing(number * 10);
        let open = Owned { verdict: Verdict { enforcement: Enforcement::Open, ..change.verdict }, ..change };
        let place = place();
        let (domain, is_seen) = (open.verdict.domain.clone(), AtomicBool::new(false));
        std::thread::scope(|scope| {
            let index = &index;
            let begun = Instant::now();
            let seen = scope.spawn(move || {
                while index.mark(&domain) != Mark::Open {
                    std::hint::spin_loop();
                }
                begun.elapsed().as_secs_f64() * 1e6
            });
            writer.apply(&[open], place, Timestamp::UNIX_EPOCH).unwrap();
            is_seen.store(true, Ordering::Relaxed);
            (seen.join().unwrap(), begun.elapsed().as_secs_f64() * 1e6)
        })
    });
    let (seen, synced): (Vec<f64>, Vec<f64>) = single.unzip();
    println!("| a change seen by another thread, synced to disk | {:.0} µs, {:.0} µs |", median(seen), median(synced));

    let slowest = |is_over: &dyn Fn() -> bool| {
        let mut room = Room::default();
        let mut looks: Vec<u64> = Vec::with_capacity(4_000_000);
        'all: loop {
            for host in hosts.each() {
                let begun = Instant::now();
                let domain = host::registrable(Some(host.as_bytes()), &mut room).unwrap();
                black_box(index.mark(domain));
                looks.push(u64::try_from(begun.elapsed().as_nanos()).unwrap());
                if looks.len() >= 4_000_000 || is_over() {
                    break 'all;
                }
            }
        }
        looks.sort_unstable();
        looks[looks.len() * 99 / 100]
    };
    let begun = Instant::now();
    let calm = slowest(&|| begun.elapsed() > Duration::from_millis(500));
    let is_over = AtomicBool::new(false);
    let (storm, took) = std::thread::scope(|scope| {
        let reader = scope.spawn(|| slowest(&|| is_over.load(Ordering::Relaxed)));
        let begun = Instant::now();
        for start in 0..100 {
            let changes: Vec<Owned> = (0..1_000).map(|number| listing((start * 1_000 + number) * 7 % names)).collect();
            writer.apply(&changes, place(), Timestamp::UNIX_EPOCH).unwrap();
        }
        let took = begun.elapsed();
        is_over.store(true, Ordering::Relaxed);
        (reader.join().unwrap(), took)
    });
    println!("| 100,000 changes in batches of 1,000, each synced | {:.2} s |", took.as_secs_f64());
    println!("| a reader's p99 meanwhile | {storm} ns, {:.2} × the {calm} ns before |", storm as f64 / calm as f64);
    let begun = Instant::now();
    let rebuild = writer.rebuild().unwrap().unwrap().run(Timestamp::UNIX_EPOCH).unwrap();
    let built = begun.elapsed();
    writer.adopt(rebuild).unwrap();
    println!(
        "| rebuilt in the background, put in place | {:.1} s, {:.0} ms |",
        built.as_secs_f64(),
        (begun.elapsed() - built).as_secs_f64() * 1e3
    );
}
