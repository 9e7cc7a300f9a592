//! The public look-up's queries among ten million records, beside the same among ten thousand, on both databases.
//!
//! ```text
//! cargo bench -p beian-store --bench look_up [-- RECORDS]
//! ```
//!
//! The records are made by the database itself: ten million subjects with a name each, as many sites and as many last
//! words of the feed. Five hundred of them are real, written by the store, and are what is looked up. It takes some
//! gigabytes of disk and a quarter of an hour.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on stops")]

#[path = "../tests/store/fixture.rs"]
#[expect(dead_code, unused_imports, unused_macros, reason = "most of it is the tests'")]
mod fixture;
#[path = "../../testkit/src/postgres.rs"]
#[expect(dead_code, reason = "no server is pulled away here")]
mod postgres;

use std::time::Instant;

use fixture::{At, at, id};
use sea_orm::ConnectionTrait as _;
use store::filed::{self, FiledSite, FiledState, FiledSubject};
use store::{feed, unit_name};

/// The fewer records.
const FEW: u64 = 10_000;
/// Records that are looked up.
const REAL: u64 = 500;
/// Look-ups of each kind.
const LOOKS: u64 = 2_000;

const SQLITE_QUICKLY: &str = "PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000;";
const POSTGRES_QUICKLY: &str = "SET session_replication_role = replica; SET synchronous_commit = off;";

/// A number as an id, in the words of each database.
fn id_of(sqlite: bool, kind: u8) -> String {
    match sqlite {
        true => format!("CAST(unhex(printf('{kind:02x}%030x', i)) AS BLOB)"),
        false => format!("lpad(to_hex(i), 32, '{kind:x}0000000000000000000000000000000')::uuid"),
    }
}

/// Fills the tables with records `from..to`, at places in the indexes that are as mixed as those of real ones.
async fn fill(store: &At, sqlite: bool, from: u64, to: u64) {
    let bare = store.bare().await;
    // Settings hold for a connection; one call is on one.
    let quickly = if sqlite { SQLITE_QUICKLY } else { POSTGRES_QUICKLY };
    let numbers = match sqlite {
        true => format!(
            "WITH RECURSIVE n(i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {to}) INSERT INTO {{}} FROM n"
        ),
        false => format!("INSERT INTO {{}} FROM generate_series({from}::bigint, {to}::bigint - 1) AS n(i)"),
    };
    let (empty, yes) = if sqlite { ("x'00'", "1") } else { ("'\\x00'::bytea", "true") };
    let (subject, site) = (id_of(sqlite, 1), id_of(sqlite, 2));
    // A step that goes once through all of them in another order.
    let mixed = "((i * 7368787) % 100000007)";
    for rows in [
        format!(
            "filed_subject (id, account_id, number, province, nature, bureau, certificate_hash, sealed, state, filed_at, \
             updated_at, version) SELECT {subject}, {subject}, 'X' || {mixed}, '33', 'enterprise', '33', 'h' || {mixed}, \
             {empty}, 'active', i, i, 1"
        ),
        format!(
            "filed_site (id, subject_id, number, domain, active_domain, bureau, accessed, sealed, state, filed_at, \
             updated_at, version) SELECT {site}, {subject}, 'X' || {mixed} || '-1', 'site' || {mixed} || '.cn', \
             'site' || {mixed} || '.cn', '33', {yes}, {empty}, 'active', i, i, 1"
        ),
        format!("unit_name (subject_id, name_hash) SELECT {subject}, 'n' || {mixed}"),
        format!(
            "feed (sequence, domain, latest_domain, body, hash, at) SELECT i + 1000000, 'site' || {mixed} || '.cn', \
             'site' || {mixed} || '.cn', '{{{{}}}}', '', i"
        ),
    ] {
        let insert = numbers.replace("{}", &rows).replace("{{}}", "{}");
        bare.execute_unprepared(&format!("{quickly} {insert}")).await.unwrap();
    }
    bare.execute_unprepared("ANALYZE").await.unwrap();
}

/// The real ones.
async fn real(store: &At) {
    let account = store.account().await;
    let tx = store.write().await.unwrap();
    for n in 0..REAL {
        let subject = FiledSubject {
            id: id(),
            account,
            number: number(n),
            province: "33".to_owned(),
            nature: "enterprise".to_owned(),
            bureau: "33".to_owned(),
            bureau_id: None,
            name: name(n),
            certificate_kind: "business_licence".to_owned(),
            certificate_number: format!("9133{n:014}"),
            password: None,
            document: serde_json::json!({}),
            state: FiledState::Active,
            filed_at: at(0),
            updated_at: at(0),
            version: 1,
        };
        filed::insert_subject(&tx, &subject).await.unwrap();
        unit_name::put(&tx, subject.id, &subject.name).await.unwrap();
        let site = FiledSite {
            id: id(),
            subject: subject.id,
            order: None,
            number: format!("{}-1", subject.number),
            domain: domain(n),
            bureau: "33".to_owned(),
            bureau_id: None,
            access_bureau_id: None,
            accessed: true,
            resource: None,
            name: subject.name.clone(),
            document: serde_json::json!({}),
            state: FiledState::Active,
            filed_at: at(0),
            updated_at: at(0),
            version: 1,
        };
        filed::insert_site(&tx, &site).await.unwrap();
        feed::append(&tx, &site.domain, at(0), |sequence| serde_json::json!({ "sequence": sequence })).await.unwrap();
    }
    tx.commit().await.unwrap();
}

fn number(n: u64) -> String {
    format!("\u{6d59}ICP\u{5907}2026{n:06}\u{53f7}")
}

fn name(n: u64) -> String {
    format!("Bench Unit {n} Limited")
}

fn domain(n: u64) -> String {
    format!("real{n}.com.cn")
}

/// The microseconds of the median and of 99 in a hundred.
async fn time(look: impl AsyncFn(u64)) -> (f64, f64) {
    let mut took = Vec::new();
    for n in 0..LOOKS {
        let begun = Instant::now();
        look(n * 7 % REAL).await;
        took.push(begun.elapsed().as_secs_f64() * 1e6);
    }
    took.sort_by(f64::total_cmp);
    (took[took.len() / 2], took[took.len() * 99 / 100])
}

/// What `act::look_up` asks the store, by each way.
async fn look(store: &At) -> [(f64, f64); 4] {
    let by_domain = time(async |n| {
        let reader = store.read().await.unwrap();
        let site = filed::find_site_by_domain(&reader, &domain(n)).await.unwrap().unwrap();
        feed::latest(&reader, &site.domain).await.unwrap().unwrap();
        filed::get_subject(&reader, site.subject).await.unwrap();
    });
    let by_site = time(async |n| {
        let reader = store.read().await.unwrap();
        let site = filed::find_site_by_number(&reader, &format!("{}-1", number(n))).await.unwrap().unwrap();
        feed::latest(&reader, &site.domain).await.unwrap().unwrap();
        filed::get_subject(&reader, site.subject).await.unwrap();
    });
    let by_subject = time(async |n| {
        let reader = store.read().await.unwrap();
        let subject = filed::find_subject_by_number(&reader, &number(n)).await.unwrap().unwrap();
        assert_eq!(filed::sites_of(&reader, subject.id).await.unwrap().len(), 1);
    });
    let by_name = time(async |n| {
        let reader = store.read().await.unwrap();
        let found = unit_name::find(&reader, &name(n), 20).await.unwrap();
        let subject = filed::get_subject(&reader, found[0]).await.unwrap();
        assert_eq!(filed::sites_of(&reader, subject.id).await.unwrap().len(), 1);
    });
    [by_domain.await, by_site.await, by_subject.await, by_name.await]
}

#[tokio::main]
async fn main() {
    let records: u64 = std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(10_000_000);
    println!(
        "| looked up by | database | among {FEW} | among {records} | ratio | 99 of 100 |\n|---|---|---:|---:|---:|---:|"
    );
    for (database, sqlite) in [("SQLite", true), ("PostgreSQL", false)] {
        let store = if sqlite { At::sqlite().await } else { At::postgres().await };
        real(&store).await;
        fill(&store, sqlite, 0, FEW).await;
        let few = look(&store).await;
        let mut from = FEW;
        while from < records {
            let to = records.min(from + 1_000_000);
            fill(&store, sqlite, from, to).await;
            from = to;
        }
        let many = look(&store).await;
        for (way, (few, many)) in ["domain", "site number", "subject number", "name"].iter().zip(few.iter().zip(many)) {
            println!(
                "| {way} | {database} | {:.0} µs | {:.0} µs | {:.2} × | {:.0} µs |",
                few.0,
                many.0,
                many.0 / few.0,
                many.1
            );
        }
    }
}
