//! The provider's address ranges.

use std::net::Ipv4Addr;

use store::ip_range::{self, Filter, IpRange};
use store::{Conflict, Error, IpRangeId, Page};

use crate::fixture::{At, at, id, on_both};

fn ip(last: u32) -> Ipv4Addr {
    Ipv4Addr::from(0xcb00_7100 + last)
}

fn range(kind: &str, first: u32, last: u32) -> IpRange {
    IpRange {
        id: IpRangeId(id()),
        bureau: "33".to_owned(),
        kind: kind.to_owned(),
        first: ip(first),
        last: ip(last),
        state: "filed".to_owned(),
        live: true,
        carries: kind == "allocation",
        flagged: false,
        wire: None,
        bureau_id: None,
        upload: None,
        content: serde_json::json!({ "contact": "测试张三" }),
        created_at: at(0),
        updated_at: at(0),
        version: 0,
    }
}

async fn put(store: &At, ranges: &[IpRange]) {
    let tx = store.write().await.unwrap();
    ip_range::lock(&tx, "33").await.unwrap();
    for range in ranges {
        ip_range::insert(&tx, range).await.unwrap();
    }
    tx.commit().await.unwrap();
}

on_both! {
    async fn the_range_that_holds_an_address_is_found_and_only_that(store) {
        let gone = IpRange { live: false, state: "deleted".to_owned(), ..range("allocation", 40, 90) };
        put(&store, &[range("allocation", 10, 19), range("allocation", 20, 29), range("source", 0, 255), gone]).await;
        let r = store.read().await.unwrap();
        for (address, found) in [(9, None), (10, Some(10)), (19, Some(10)), (25, Some(20)), (30, None), (50, None)] {
            let held = ip_range::holding(&r, "33", "allocation", ip(address)).await.unwrap();
            assert_eq!(held.map(|range| range.first), found.map(ip), "{address}");
        }
        assert_eq!(ip_range::holding(&r, "44", "allocation", ip(10)).await.unwrap(), None);
        assert!(ip_range::any_carrying(&r, "33", &["filed", "changing"]).await.unwrap());
        assert!(!ip_range::any_carrying(&r, "33", &["draft"]).await.unwrap());
    }
}

on_both! {
    async fn overlapping_ranges_of_a_kind_are_found_from_both_sides(store) {
        let (one, two) = (range("source", 10, 19), range("source", 30, 39));
        put(&store, &[one.clone(), two.clone(), range("allocation", 0, 255)]).await;
        let r = store.read().await.unwrap();
        let found = async |first, last, but| {
            let found = ip_range::overlapping(&r, ("33", "source"), (ip(first), ip(last)), but, 10).await.unwrap();
            found.into_iter().map(|(first, ..)| first).collect::<Vec<_>>()
        };
        assert!(found(0, 9, None).await.is_empty());
        assert_eq!(found(15, 16, None).await, [ip(10)]);
        assert_eq!(found(19, 30, None).await, [ip(10), ip(30)]);
        assert_eq!(found(0, 255, None).await, [ip(10), ip(30)]);
        assert_eq!(found(0, 255, Some(one.id)).await, [ip(30)]);
        assert!(found(20, 29, None).await.is_empty());
    }
}

on_both! {
    async fn the_list_goes_on_where_it_ended_and_can_be_narrowed(store) {
        let flagged = IpRange { flagged: true, ..range("source", 30, 39) };
        let ranges = [range("source", 10, 19), range("allocation", 10, 15), range("source", 20, 29), flagged];
        put(&store, &ranges).await;
        let r = store.read().await.unwrap();
        let all = Filter { bureau: "33".to_owned(), ..Filter::default() };
        let mut page = Page::first(2);
        let mut seen = Vec::new();
        loop {
            let listing = ip_range::list(&r, &all, &page).await.unwrap();
            seen.extend(listing.items.into_iter().map(|range| range.first));
            page.after = listing.next;
            if page.after.is_none() { break }
        }
        assert_eq!(seen, [ip(10), ip(10), ip(20), ip(30)]);
        let firsts = async |filter: Filter| {
            let listing = ip_range::list(&r, &filter, &Page::default()).await.unwrap();
            listing.items.into_iter().map(|range| range.first).collect::<Vec<_>>()
        };
        assert_eq!(firsts(Filter { kind: Some("allocation".to_owned()), ..all.clone() }).await, [ip(10)]);
        assert_eq!(firsts(Filter { holding: Some(ip(12)), ..all.clone() }).await, [ip(10), ip(10)]);
        assert!(firsts(Filter { state: Some("draft".to_owned()), ..all.clone() }).await.is_empty());
        assert_eq!(firsts(Filter { flagged: true, ..all }).await, [ip(30)]);
    }
}

on_both! {
    async fn a_range_is_changed_by_whoever_read_it_last_and_removed_with_its_key(store) {
        let mut first = range("source", 10, 19);
        put(&store, &[first.clone()]).await;
        let keys = async || store::keys::status(&store.read().await.unwrap()).await.unwrap()[0].keys;
        let before = keys().await;
        let tx = store.write().await.unwrap();
        let mut late = first.clone();
        first.wire = Some(ip_range::next_wire(&tx).await.unwrap());
        first.bureau_id = Some(70);
        ip_range::update(&tx, &mut first).await.unwrap();
        assert_eq!(first.version, 1);
        assert!(matches!(ip_range::update(&tx, &mut late).await, Err(Error::Conflict(Conflict::Stale))));
        tx.commit().await.unwrap();
        let r = store.read().await.unwrap();
        assert_eq!(ip_range::get(&r, first.id).await.unwrap(), first);
        let wire = first.wire.unwrap();
        assert_eq!(ip_range::find_by_wire(&r, "33", wire).await.unwrap().unwrap().id, first.id);
        assert_eq!(ip_range::find_by_wire(&r, "44", wire).await.unwrap(), None);
        assert_eq!(ip_range::find_by_bureau_id(&r, "33", "source", 70).await.unwrap().unwrap().id, first.id);
        assert_eq!(ip_range::find_by_bureau_id(&r, "33", "allocation", 70).await.unwrap(), None);
        drop(r);
        let tx = store.write().await.unwrap();
        ip_range::remove(&tx, first.id).await.unwrap();
        assert!(matches!(ip_range::remove(&tx, first.id).await, Err(Error::NotFound(_))));
        tx.commit().await.unwrap();
        assert_eq!(keys().await, before - 1);
    }
}

on_both! {
    async fn a_contact_is_not_readable_in_the_table(store) {
        use sea_orm::{ConnectionTrait, Statement};
        put(&store, &[range("source", 1, 2)]).await;
        let bare = store.bare().await;
        let all = Statement::from_string(bare.get_database_backend(), "SELECT content FROM ip_range");
        let row = bare.query_one_raw(all).await.unwrap().unwrap();
        let sealed: Vec<u8> = row.try_get("", "content").unwrap();
        assert!(!sealed.is_empty() && !sealed.windows(6).any(|part| part == "张三".as_bytes()));
    }
}
