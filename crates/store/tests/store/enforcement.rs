//! Rulings, measures, held closings, and what gateways report.

use jiff::SignedDuration;
use serde_json::json;
use store::domain_proof::{self, DomainProof, ProvenBy};
use store::follower::{self, Follower};
use store::held_closing::{self, HeldClosing, HeldFor};
use store::measure::{self, Measure, MeasureKind};
use store::traffic::{self, Traffic, TrafficKind};
use store::{AccountId, Conflict, Error, Page, ruling, unit_name};
use uuid::Uuid;

use crate::fixture::{At, at, id, on_both};

fn measure_of(domain: &str, kind: MeasureKind, hours: Option<i64>) -> Measure {
    Measure {
        id: id(),
        domain: domain.to_owned(),
        kind,
        reason: "a flood".to_owned(),
        account: None,
        placed_at: at(0),
        expires_at: hours.map(|hours| at(0) + SignedDuration::from_hours(hours)),
        ended_at: None,
        ended_by: None,
    }
}

on_both! {
    async fn one_measure_of_a_kind_stands_for_a_domain_and_what_ended_stays_known(store) {
        let by = store.account().await;
        let tx = store.write().await.unwrap();
        let first = measure_of("a.cn", MeasureKind::Exemption, Some(1));
        measure::place(&tx, &first).await.unwrap();
        measure::place(&tx, &measure_of("a.cn", MeasureKind::Order, None)).await.unwrap();
        measure::place(&tx, &measure_of("b.cn", MeasureKind::Exemption, Some(5))).await.unwrap();
        tx.commit().await.unwrap();

        let tx = store.write().await.unwrap();
        let again = measure::place(&tx, &measure_of("a.cn", MeasureKind::Exemption, Some(1))).await;
        assert!(matches!(again, Err(Error::Conflict(Conflict::Taken("measure")))), "{again:?}");
        tx.rollback().await.unwrap();

        let tx = store.write().await.unwrap();
        let over = measure::over(&tx, at(0) + SignedDuration::from_hours(2), 10).await.unwrap();
        assert_eq!(over, std::slice::from_ref(&first));
        assert!(measure::end(&tx, first.id, Some(by), at(9)).await.unwrap());
        assert!(!measure::end(&tx, first.id, Some(by), at(10)).await.unwrap());
        assert_eq!(measure::find(&tx, MeasureKind::Exemption, "a.cn").await.unwrap(), None);
        let ended = measure::get(&tx, first.id).await.unwrap();
        assert_eq!((ended.ended_at, ended.ended_by), (Some(at(9)), Some(by)));
        assert!(measure::over(&tx, at(0) + SignedDuration::from_hours(2), 10).await.unwrap().is_empty());
        // It may be placed again.
        measure::place(&tx, &measure_of("a.cn", MeasureKind::Exemption, Some(1))).await.unwrap();
        assert_eq!(measure::list(&tx, Some("a.cn"), &Page::default()).await.unwrap().items.len(), 3);
        let page = measure::list(&tx, None, &Page::first(3)).await.unwrap();
        let rest = measure::list(&tx, None, &Page { limit: 3, after: page.next }).await.unwrap();
        assert_eq!((page.items.len(), rest.items.len()), (3, 1));
    }
}

on_both! {
    async fn a_ruling_is_written_over(store) {
        let tx = store.write().await.unwrap();
        assert_eq!(ruling::get(&tx, "a.cn").await.unwrap(), None);
        ruling::put(&tx, "a.cn", &json!({ "n": 1 }), at(0)).await.unwrap();
        ruling::put(&tx, "a.cn", &json!({ "n": 2 }), at(1)).await.unwrap();
        assert_eq!(ruling::get(&tx, "a.cn").await.unwrap(), Some(json!({ "n": 2 })));
    }
}

on_both! {
    async fn closings_are_counted_within_their_window_and_held_once(store) {
        let by = store.account().await;
        let tx = store.write().await.unwrap();
        let hour = SignedDuration::from_hours(1);
        for expected in [true, true, false, false] {
            assert_eq!(held_closing::count(&tx, at(0), hour, 2).await.unwrap(), expected);
        }
        assert!(held_closing::count(&tx, at(0) + hour + hour, hour, 2).await.unwrap());

        let held = |n| HeldClosing {
            id: id(),
            domain: "a.cn".to_owned(),
            body: json!({ "n": n }),
            cause: HeldFor::Traffic,
            requests: 7,
            approved_by: None,
            held_at: at(n),
        };
        let first = held(1);
        held_closing::hold(&tx, &first).await.unwrap();
        held_closing::approve(&tx, &first, by).await.unwrap();
        held_closing::hold(&tx, &held(2)).await.unwrap();
        let known = held_closing::find(&tx, "a.cn").await.unwrap().unwrap();
        let expected = HeldClosing { body: json!({ "n": 2 }), approved_by: Some(by), ..first.clone() };
        assert_eq!(known, expected, "its place and approval stay");
        assert_eq!(held_closing::lock(&tx, first.id).await.unwrap(), Some(expected));
        assert!(held_closing::any(&tx).await.unwrap());
        assert_eq!(held_closing::list(&tx, &Page::default()).await.unwrap().items.len(), 1);
        assert!(held_closing::drop_for(&tx, "a.cn").await.unwrap());
        assert!(!held_closing::drop_for(&tx, "a.cn").await.unwrap());
        assert!(!held_closing::any(&tx).await.unwrap());
    }
}

fn follower(account: AccountId, name: &str, heard: i64) -> Follower {
    Follower {
        id: id(),
        account,
        name: name.to_owned(),
        version: "0.1.0".to_owned(),
        run: Uuid::from_u128(1),
        number: 1,
        sequence: 3,
        agrees: true,
        domains: 9,
        shadow: false,
        requests: 1,
        closed: 0,
        unknown_opened: 0,
        confirmed_at: None,
        heard_at: at(heard),
    }
}

on_both! {
    async fn gateways_are_listed_by_their_silence(store) {
        let account = store.account().await;
        let tx = store.write().await.unwrap();
        for (name, heard) in [("b", 2), ("a", 1), ("c", 3)] {
            follower::add(&tx, &follower(account, name, heard)).await.unwrap();
        }
        let mut known = follower::lock(&tx, account, "a").await.unwrap().unwrap();
        known.heard_at = at(4);
        known.agrees = false;
        follower::put(&tx, &known).await.unwrap();
        assert_eq!(follower::lock(&tx, account, "a").await.unwrap(), Some(known));
        let page = follower::list(&tx, &Page::first(2)).await.unwrap();
        let rest = follower::list(&tx, &Page { limit: 2, after: page.next }).await.unwrap();
        let names: Vec<_> = page.items.iter().chain(&rest.items).map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["b", "c", "a"]);
        assert_eq!(follower::purge(&tx, at(3), 10).await.unwrap(), 1);
        tx.commit().await.unwrap();

        let tx = store.write().await.unwrap();
        let again = follower::add(&tx, &follower(account, "a", 5)).await;
        assert!(matches!(again, Err(Error::Conflict(Conflict::Taken("follower")))), "{again:?}");
    }
}

on_both! {
    async fn traffic_adds_up_by_day_and_kind(store) {
        let row = |day, kind, domain: &str, requests, clients| Traffic {
            day,
            kind,
            domain: domain.to_owned(),
            reason: "not_filed".to_owned(),
            requests,
            clients,
            at: at(day),
        };
        let tx = store.write().await.unwrap();
        let (closed, open) = (TrafficKind::Closed, TrafficKind::Open);
        for more in [
            row(1, closed, "a.cn", 3, 5),
            row(1, closed, "a.cn", 4, 2),
            row(1, closed, "b.cn", 9, 1),
            row(1, closed, "", 16, 0),
            row(2, open, "a.cn", 64, 0),
            row(3, open, "a.cn", 64, 0),
        ] {
            traffic::add(&tx, &more).await.unwrap();
        }
        let top = traffic::top(&tx, 1, closed, 10).await.unwrap();
        let seen: Vec<_> = top.iter().map(|row| (row.domain.as_str(), row.requests, row.clients)).collect();
        assert_eq!(seen, [("b.cn", 9, 1), ("a.cn", 7, 5)]);
        assert_eq!(traffic::since(&tx, "a.cn", open, 2).await.unwrap(), 128);
        assert_eq!(traffic::since(&tx, "a.cn", open, 3).await.unwrap(), 64);
        assert_eq!(traffic::since(&tx, "", closed, 1).await.unwrap(), 16);
        assert_eq!(traffic::purge(&tx, 2, 2).await.unwrap(), 2);
        assert_eq!(traffic::purge(&tx, 2, 2).await.unwrap(), 1);
        assert_eq!(traffic::since(&tx, "a.cn", open, 0).await.unwrap(), 128);
    }
}

async fn named(store: &At, number: &str, name: &str) -> store::SubjectId {
    let subject = crate::filed::subject_of(store, number).await;
    let tx = store.write().await.unwrap();
    unit_name::put(&tx, subject, name).await.unwrap();
    tx.commit().await.unwrap();
    subject
}

on_both! {
    async fn a_unit_is_found_by_its_name_of_now(store) {
        let one = named(&store, "浙ICP备2026000011号", "云栖（杭州）有限公司").await;
        let other = named(&store, "浙ICP备2026000012号", "云栖 (杭州) 有限公司").await;
        let tx = store.write().await.unwrap();
        let mut both = vec![one, other];
        both.sort();
        assert_eq!(unit_name::find(&tx, "云栖(杭州)有限公司", 10).await.unwrap(), both);
        unit_name::put(&tx, other, "云栖科技有限公司").await.unwrap();
        assert_eq!(unit_name::find(&tx, "云栖(杭州)有限公司", 10).await.unwrap(), [one]);
        assert!(unit_name::find(&tx, "云栖", 10).await.unwrap().is_empty());
    }
}

on_both! {
    async fn a_proof_is_found_by_its_secret_and_thrown_away_when_it_is_over(store) {
        let account = store.account().await;
        let proof = |hash: &str, days: i64| DomainProof {
            id: id(),
            domain: "a.cn".to_owned(),
            token_hash: hash.to_owned(),
            account: None,
            created_at: at(0),
            expires_at: at(0) + SignedDuration::from_hours(24 * days),
            proven: None,
            looked: None,
        };
        let (mut first, second) = (proof("one", 7), proof("two", 1));
        let tx = store.write().await.unwrap();
        domain_proof::insert(&tx, &first).await.unwrap();
        domain_proof::insert(&tx, &second).await.unwrap();
        tx.commit().await.unwrap();
        let tx = store.write().await.unwrap();
        let again = domain_proof::insert(&tx, &proof("one", 7)).await;
        assert!(matches!(again, Err(Error::Conflict(Conflict::Taken("token")))), "{again:?}");
        tx.rollback().await.unwrap();

        let tx = store.write().await.unwrap();
        assert_eq!(domain_proof::lock(&tx, first.id).await.unwrap(), first);
        first.account = Some(account);
        first.proven = Some((at(5), ProvenBy::Account));
        first.looked = Some((at(6), json!({ "filed": "no" })));
        domain_proof::update(&tx, &first).await.unwrap();
        assert_eq!(domain_proof::find_by_token_hash(&tx, "one").await.unwrap().as_ref(), Some(&first));
        assert_eq!(domain_proof::find(&tx, second.id).await.unwrap(), Some(second));
        assert_eq!(domain_proof::purge(&tx, at(0) + SignedDuration::from_hours(48), 10).await.unwrap(), 1);
        assert_eq!(domain_proof::find_by_token_hash(&tx, "two").await.unwrap(), None);
        assert_eq!(domain_proof::find(&tx, first.id).await.unwrap(), Some(first));
    }
}
