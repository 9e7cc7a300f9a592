//! Orders and what belongs to one.

use filing::stage::{ChangeRequest, Requester, Stage, StageKind};
use store::call::{self, Call};
use store::handover::{self, Handover};
use store::material::{self, Material};
use store::order::{self, Filter, Hold, Sort, Submission};
use store::review::{self, Mark, MarkState};
use store::{Conflict, Error, Page, ResourceId};

use crate::fixture::{self, at, id, on_both};

on_both! {
    async fn an_order_is_written_and_read_back_whole(store) {
        let mut order = store.order().await;
        assert_eq!(order.number, "B2026-1121-0001");
        order.stage = Stage::ChangesRequested {
            by: Requester::Provider,
            requests: vec![ChangeRequest {
                field: "principal.mobile".to_owned(),
                advice: "请张三本人接听".to_owned(),
                rule: None,
            }],
            at: at(5),
        };
        order.due_at = Some(at(60));
        let tx = store.write().await.unwrap();
        let read = order::get_for_update(&tx, order.id).await.unwrap();
        assert_eq!(read.version, 1);
        order::update(&tx, &mut order).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(order.version, 2);
        let r = store.read().await.unwrap();
        assert_eq!(order::get(&r, order.id).await.unwrap(), order);
        assert_eq!(order::find_by_number(&r, "B2026-1121-0001").await.unwrap(), Some(order.clone()));
        assert_eq!(order::due(&r, at(59), 10).await.unwrap(), []);
        assert_eq!(order::due(&r, at(60), 10).await.unwrap(), [order.id]);
        assert!(matches!(order::get(&r, id()).await, Err(Error::NotFound("order"))));
        drop(r);
        let mut old = read;
        let tx = store.write().await.unwrap();
        assert!(order::update(&tx, &mut old).await.unwrap_err().is_stale());
        let mut stranger = fixture::order(order.account);
        assert!(matches!(order::update(&tx, &mut stranger).await, Err(Error::NotFound("order"))));
    }
}

on_both! {
    async fn numbers_of_a_day_count_up_and_roll_back_with_their_transaction(store) {
        let day = "2026-11-21".parse().unwrap();
        let tx = store.write().await.unwrap();
        assert_eq!(order::next_number(&tx, day).await.unwrap(), "B2026-1121-0001");
        drop(tx);
        let tx = store.write().await.unwrap();
        assert_eq!(order::next_number(&tx, day).await.unwrap(), "B2026-1121-0001");
        assert_eq!(order::next_number(&tx, day).await.unwrap(), "B2026-1121-0002");
        assert_eq!(order::next_number(&tx, "2026-11-22".parse().unwrap()).await.unwrap(), "B2026-1122-0001");
    }
}

on_both! {
    async fn queues_and_lists_are_paged_and_filtered(store) {
        let mine = store.account().await;
        let tx = store.write().await.unwrap();
        let mut orders = Vec::new();
        for n in 0..5 {
            let mut order = fixture::order(mine);
            order.created_at = at(n);
            order.entered_at = at(100 - n);
            order.draft.basic.domain = format!("Site{n}.cn");
            if n < 3 {
                order.stage = Stage::Submitted { at: at(n) };
            }
            order::insert(&tx, &order).await.unwrap();
            orders.push(order);
        }
        tx.commit().await.unwrap();
        let r = store.read().await.unwrap();
        let ids = |listing: &store::Listing<order::Order>| listing.items.iter().map(|o| o.id).collect::<Vec<_>>();
        let want = |ns: &[usize]| ns.iter().map(|n| orders[*n].id).collect::<Vec<_>>();

        let filter = Filter { account: Some(mine), ..Filter::default() };
        let first = order::list(&r, &filter, Sort::Newest, &Page::first(3)).await.unwrap();
        assert_eq!(ids(&first), want(&[4, 3, 2]));
        let rest = order::list(&r, &filter, Sort::Newest, &Page { limit: 3, after: first.next }).await.unwrap();
        assert_eq!(ids(&rest), want(&[1, 0]));
        assert!(rest.next.is_none());

        let queue = Filter { stages: vec![StageKind::Submitted], ..Filter::default() };
        let first = order::list(&r, &queue, Sort::LongestWaiting, &Page::first(2)).await.unwrap();
        assert_eq!(ids(&first), want(&[2, 1]));
        let page = Page { limit: 2, after: first.next };
        assert_eq!(ids(&order::list(&r, &queue, Sort::LongestWaiting, &page).await.unwrap()), want(&[0]));

        let by_domain = Filter { domain: Some("site1.CN".to_owned()), ..Filter::default() };
        assert_eq!(ids(&order::list(&r, &by_domain, Sort::Newest, &Page::default()).await.unwrap()), want(&[1]));
        let elsewhere = Filter { province: Some("44".to_owned()), ..Filter::default() };
        assert!(order::list(&r, &elsewhere, Sort::Newest, &Page::default()).await.unwrap().items.is_empty());
        let counts = order::count_running(&r).await.unwrap();
        assert!(counts.contains(&(StageKind::Submitted, 3)) && counts.contains(&(StageKind::Draft, 2)));
        drop(r);

        let reviewer = store.account().await;
        let mut claimed = orders[0].clone();
        claimed.stage = claimed.stage.claim(reviewer.0, at(200)).unwrap();
        let tx = store.write().await.unwrap();
        order::update(&tx, &mut claimed).await.unwrap();
        tx.commit().await.unwrap();
        let r = store.read().await.unwrap();
        let desk = Filter { claimed_by: Some(reviewer), ..Filter::default() };
        assert_eq!(ids(&order::list(&r, &desk, Sort::LongestWaiting, &Page::default()).await.unwrap()), want(&[0]));
    }
}

on_both! {
    async fn running_orders_are_found_by_their_resource(store) {
        let resource: ResourceId = id();
        let mut order = store.order().await;
        order.draft.basic.resource = resource.to_string();
        let tx = store.write().await.unwrap();
        order::update(&tx, &mut order).await.unwrap();
        assert_eq!(order::running_on_resource(&tx, resource).await.unwrap(), [order.id]);
        assert_eq!(order::running_on_resource(&tx, id()).await.unwrap(), []);
        order.stage = order.stage.abandon(filing::stage::AbandonReason::ByApplicant, at(1)).unwrap();
        order::update(&tx, &mut order).await.unwrap();
        assert_eq!(order::running_on_resource(&tx, resource).await.unwrap(), []);
    }
}

on_both! {
    async fn one_subject_has_one_running_order_whoever_files(store) {
        let (one, two) = (store.order().await, store.order().await);
        let subject = |number: &str| Hold::Subject {
            certificate_kind: "resident_id".to_owned(),
            certificate_number: number.to_owned(),
        };
        let tx = store.write().await.unwrap();
        order::hold(&tx, one.id, &subject("11010119900307001x")).await.unwrap();
        order::hold(&tx, one.id, &subject("11010119900307001X")).await.unwrap();
        order::hold(&tx, one.id, &Hold::Account(one.account)).await.unwrap();
        order::hold(&tx, one.id, &Hold::Domain("Shop.CN".to_owned())).await.unwrap();
        tx.commit().await.unwrap();
        let tx = store.write().await.unwrap();
        for hold in [subject(" 110101 19900307001X "), Hold::Domain("shop.cn.".to_owned())] {
            let error = order::hold(&tx, two.id, &hold).await.unwrap_err();
            assert!(matches!(error, Error::Conflict(Conflict::Running(id)) if id == one.id), "{error:?}");
        }
        order::hold(&tx, two.id, &Hold::Account(two.account)).await.unwrap();
        assert_eq!(order::held_by(&tx, &subject("11010119900307001X")).await.unwrap(), Some(one.id));
        order::release_holds(&tx, one.id).await.unwrap();
        order::hold(&tx, two.id, &subject("11010119900307001X")).await.unwrap();
        tx.commit().await.unwrap();
    }
}

on_both! {
    async fn of_two_orders_that_reach_for_a_subject_at_once_one_gets_it(store) {
        let (one, two) = (store.order().await, store.order().await);
        let reach = |order: store::OrderId| {
            let store = store.store.clone();
            tokio::spawn(async move {
                let tx = store.write().await.unwrap();
                let hold = Hold::Domain("race.cn".to_owned());
                let result = order::hold(&tx, order, &hold).await;
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                tx.commit().await.unwrap();
                result.is_ok()
            })
        };
        let (a, b) = (reach(one.id), reach(two.id));
        assert_ne!(a.await.unwrap(), b.await.unwrap());
    }
}

on_both! {
    async fn each_submission_is_kept_as_it_was(store) {
        let order = store.order().await;
        let tx = store.write().await.unwrap();
        let mut kept = Vec::new();
        for round in 1..=2 {
            let mut draft = order.draft.clone();
            draft.subject.remark = format!("第{round}次");
            let facts = serde_json::json!({"agreement": "2026-1"});
            let submission = Submission { order: order.id, round, draft, facts, at: at(i64::from(round)) };
            order::add_submission(&tx, &submission).await.unwrap();
            kept.push(submission);
        }
        tx.commit().await.unwrap();
        assert_eq!(order::submissions(&store.read().await.unwrap(), order.id).await.unwrap(), kept);
        let tx = store.write().await.unwrap();
        assert!(matches!(order::add_submission(&tx, &kept[1]).await, Err(Error::Conflict(Conflict::Taken(_)))));
    }
}

fn material(order: &order::Order, bytes: &[u8]) -> Material {
    use sha2::Digest;
    Material {
        id: id(),
        order: order.id,
        account: order.account,
        slot: "materials.subject_certificate".to_owned(),
        media_type: "image/jpeg".to_owned(),
        size: bytes.len() as u64,
        width: 640,
        height: 480,
        sha256: hex::encode(sha2::Sha256::digest(bytes)),
        source: "camera".to_owned(),
        facts: serde_json::json!({}),
        created_at: at(0),
        removed_at: None,
    }
}

on_both! {
    async fn a_material_keeps_its_bytes_until_it_is_destroyed(store) {
        let order = store.order().await;
        let bytes = b"\xff\xd8 a photograph".repeat(1000);
        let mine = material(&order, &bytes);
        let tx = store.write().await.unwrap();
        let lie = Material { size: 1, ..mine.clone() };
        assert!(matches!(material::insert(&tx, &lie, &bytes).await, Err(Error::Invalid(_))));
        material::insert(&tx, &mine, &bytes).await.unwrap();
        tx.commit().await.unwrap();
        let r = store.read().await.unwrap();
        assert_eq!(material::bytes(&r, mine.id).await.unwrap(), bytes);
        assert_eq!(material::get(&r, mine.id).await.unwrap(), mine);
        assert_eq!(material::list(&r, order.id).await.unwrap(), std::slice::from_ref(&mine));
        assert_eq!(material::size_of_account(&r, order.account).await.unwrap(), mine.size);
        drop(r);
        let tx = store.write().await.unwrap();
        material::remove(&tx, mine.id, at(1)).await.unwrap();
        assert!(material::remove(&tx, mine.id, at(2)).await.is_err());
        assert_eq!(material::list(&tx, order.id).await.unwrap(), []);
        assert_eq!(material::bytes(&tx, mine.id).await.unwrap(), bytes);
        material::destroy(&tx, mine.id, at(3)).await.unwrap();
        assert_eq!(material::size_of_account(&tx, order.account).await.unwrap(), 0);
        tx.commit().await.unwrap();
        let r = store.read().await.unwrap();
        assert!(material::bytes(&r, mine.id).await.is_err());
        assert_eq!(material::get(&r, mine.id).await.unwrap().removed_at, Some(at(1)));
    }
}

#[tokio::test]
async fn the_files_of_a_folder_follow_the_fate_of_their_transaction() {
    let store = fixture::At::sqlite().await;
    let order = store.order().await;
    let files = store.folder.path().join("files");
    let count = || {
        let shards = std::fs::read_dir(&files).map(|dir| dir.flatten().collect::<Vec<_>>()).unwrap_or_default();
        shards.iter().flat_map(|shard| std::fs::read_dir(shard.path()).unwrap()).count()
    };
    let (one, two) = (material(&order, b"one"), material(&order, b"two"));
    let tx = store.write().await.unwrap();
    material::insert(&tx, &one, b"one").await.unwrap();
    assert_eq!(count(), 1);
    drop(tx);
    assert_eq!(count(), 0, "a dropped transaction takes its file away");
    let tx = store.write().await.unwrap();
    material::insert(&tx, &two, b"two").await.unwrap();
    tx.commit().await.unwrap();
    let tx = store.write().await.unwrap();
    material::destroy(&tx, two.id, at(1)).await.unwrap();
    assert_eq!(count(), 1, "a file stays until its destruction is certain");
    drop(tx);
    assert_eq!(count(), 1);
    // What a crash leaves behind: a file of no row. It is swept once it is old, and only it.
    std::fs::create_dir_all(files.join("aa")).unwrap();
    std::fs::write(files.join("aa").join(uuid::Uuid::nil().simple().to_string()), b"x").unwrap();
    std::fs::write(files.join("aa").join("y.part"), b"x").unwrap();
    let now = jiff::Timestamp::try_from(std::fs::metadata(&files).unwrap().modified().unwrap()).unwrap();
    assert_eq!(store::files::sweep(&store, now).await.unwrap(), 0);
    let later = now + jiff::SignedDuration::from_hours(2);
    assert_eq!(store::files::sweep(&store, later).await.unwrap(), 2);
    assert_eq!(material::bytes(&store.read().await.unwrap(), two.id).await.unwrap(), b"two");
}

on_both! {
    async fn a_hand_over_is_found_by_its_token_and_changed_once(store) {
        let order = store.order().await;
        let mut mine = Handover {
            id: id(),
            order: order.id,
            account: order.account,
            token_hash: "hash".to_owned(),
            purpose: "verify_manager".to_owned(),
            slots: vec!["sites.0.materials.manager_photo".to_owned()],
            progress: serde_json::json!({}),
            created_at: at(0),
            expires_at: at(600),
            opened_at: None,
            finished_at: None,
            revoked_at: None,
            version: 1,
        };
        let tx = store.write().await.unwrap();
        handover::insert(&tx, &mine).await.unwrap();
        let mut stale = mine.clone();
        mine.opened_at = Some(at(5));
        mine.progress = serde_json::json!({"taken": 1});
        handover::update(&tx, &mut mine).await.unwrap();
        assert!(handover::update(&tx, &mut stale).await.unwrap_err().is_stale());
        assert_eq!(handover::find_by_token_hash(&tx, "hash").await.unwrap(), Some(mine.clone()));
        assert_eq!(handover::find_by_token_hash(&tx, "other").await.unwrap(), None);
        assert_eq!(handover::get(&tx, mine.id).await.unwrap(), mine);
        assert_eq!(handover::list(&tx, order.id).await.unwrap(), [mine]);
        tx.commit().await.unwrap();
    }
}

on_both! {
    async fn calls_and_marks_of_a_review_are_kept(store) {
        let order = store.order().await;
        let reviewer = store.account().await;
        let call = Call {
            id: id(),
            order: order.id,
            reviewer,
            party: "principal".to_owned(),
            phone: "13800001234".to_owned(),
            outcome: "reached".to_owned(),
            note: "本人接听".to_owned(),
            at: at(0),
        };
        let mark = |field: &str, state, advice: &str| Mark {
            order: order.id,
            field: field.to_owned(),
            state,
            advice: advice.to_owned(),
            reviewer,
            at: at(1),
        };
        let tx = store.write().await.unwrap();
        call::insert(&tx, &call).await.unwrap();
        assert_eq!(call::list(&tx, order.id).await.unwrap(), [call]);
        review::set(&tx, &mark("b", MarkState::Seen, "")).await.unwrap();
        review::set(&tx, &mark("a", MarkState::Ok, "")).await.unwrap();
        let changed = mark("b", MarkState::NeedsChange, "请改地址");
        review::set(&tx, &changed).await.unwrap();
        assert_eq!(review::list(&tx, order.id).await.unwrap(), [mark("a", MarkState::Ok, ""), changed]);
        review::unset(&tx, order.id, "a").await.unwrap();
        assert_eq!(review::list(&tx, order.id).await.unwrap().len(), 1);
        review::clear(&tx, order.id).await.unwrap();
        assert_eq!(review::list(&tx, order.id).await.unwrap(), []);
        tx.commit().await.unwrap();
    }
}
