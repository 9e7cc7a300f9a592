//! Writes an index of invented domains, for benchmarks of what reads it: `site0.cn`, `site1.cn`, … of which every tenth
//! is closed.
//!
//! ```text
//! cargo run --release -p beian-index --example synthetic -- FOLDER NAMES
//! ```

#![expect(clippy::unwrap_used, reason = "it ends where it cannot go on")]

use std::path::Path;

use filing::verdict::{Enforcement, Known, Reason};
use index::{Key, Listing, Place, Writer};
use jiff::Timestamp;

fn main() {
    let [folder, names] = std::env::args().skip(1).collect::<Vec<_>>().try_into().unwrap();
    let names: u64 = names.parse().unwrap();
    let mut writer = Writer::open(Path::new(&folder)).unwrap();
    let mut fresh = writer.fresh().unwrap();
    for number in 0..names {
        let is_open = !number.is_multiple_of(10);
        fresh
            .add(&Listing {
                domain: &format!("site{number}.cn"),
                filed: if is_open { Known::Yes } else { Known::No },
                accessed: if is_open { Known::Yes } else { Known::No },
                enforcement: if is_open { Enforcement::Open } else { Enforcement::Closed },
                reason: if is_open { Reason::Filed } else { Reason::NotFiled },
                number: is_open.then_some("\u{6d59}ICP\u{5907}2026000001\u{53f7}-1"),
                origin: None,
                at: Timestamp::UNIX_EPOCH,
                sequence: number + 1,
            })
            .unwrap();
    }
    let place = Place { sequence: names, hash: [0; 32] };
    fresh.end(Key(*b"a benchmark key."), place, Timestamp::UNIX_EPOCH).unwrap();
    writer.adopt(fresh).unwrap();
}
