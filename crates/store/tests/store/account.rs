//! Accounts and what belongs to one.

use jiff::SignedDuration;
use store::account::{self, Identity, IdentityKind, Role};
use store::api_key::{self, ApiKey};
use store::contact_code::{self, ContactCode};
use store::idempotency::{self, Answer, Begin};
use store::login_attempt;
use store::resource::{self, Resource};
use store::session::{self, Session};
use store::{Conflict, Error, Page};

use crate::fixture::{self, at, id, on_both};

on_both! {
    async fn an_account_is_found_however_its_address_is_written(store) {
        let mut mine = fixture::account();
        mine.email = Some("Zhang.San@Example.CN".to_owned());
        mine.mobile = Some("138 0000-1234".to_owned());
        mine.identity = Some(Identity {
            kind: IdentityKind::Individual,
            nature: "individual".to_owned(),
            proof: "document".to_owned(),
            name: "测试张三".to_owned(),
            certificate_kind: "resident_id".to_owned(),
            certificate_number: "110101199003070000".to_owned(),
            confirmed_at: at(1),
        });
        let tx = store.write().await.unwrap();
        account::insert(&tx, &mine).await.unwrap();
        tx.commit().await.unwrap();
        let r = store.read().await.unwrap();
        for login in ["zhang.san@example.cn", " ZHANG.SAN@EXAMPLE.CN ", "13800001234", "+86 138-0000-1234"] {
            assert_eq!(account::find_by_login(&r, login).await.unwrap().as_ref(), Some(&mine), "{login}");
        }
        assert_eq!(account::find_by_login(&r, "13800001235").await.unwrap(), None);
        assert_eq!(account::get(&r, mine.id).await.unwrap(), mine);
        assert!(matches!(account::get(&r, id()).await, Err(Error::NotFound("account"))));
    }
}

on_both! {
    async fn two_accounts_never_share_an_address(store) {
        let tx = store.write().await.unwrap();
        let mut first = fixture::account();
        first.email = Some("a@example.cn".to_owned());
        account::insert(&tx, &first).await.unwrap();
        tx.commit().await.unwrap();
        let mut second = fixture::account();
        second.email = Some("A@example.cn".to_owned());
        let tx = store.write().await.unwrap();
        let error = account::insert(&tx, &second).await.unwrap_err();
        assert!(matches!(error, Error::Conflict(Conflict::Taken("email"))), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("example"), "{error:?}");
    }
}

on_both! {
    async fn of_two_changes_made_from_the_same_reading_the_second_is_refused(store) {
        let mine = store.account().await;
        let mut one = account::get(&store.read().await.unwrap(), mine).await.unwrap();
        let mut two = one.clone();
        one.locale = "en".to_owned();
        let tx = store.write().await.unwrap();
        account::update(&tx, &mut one).await.unwrap();
        tx.commit().await.unwrap();
        let tx = store.write().await.unwrap();
        assert!(account::update(&tx, &mut two).await.unwrap_err().is_stale());
        account::update(&tx, &mut one).await.unwrap();
        let mut stranger = fixture::account();
        assert!(matches!(account::update(&tx, &mut stranger).await, Err(Error::NotFound("account"))));
    }
}

on_both! {
    async fn accounts_are_listed_page_by_page(store) {
        let tx = store.write().await.unwrap();
        let mut ids = Vec::new();
        for n in 0..5 {
            let mut one = fixture::account();
            one.created_at = at(n / 2);
            one.role = if n == 4 { Role::Reviewer } else { Role::Applicant };
            account::insert(&tx, &one).await.unwrap();
            ids.push(one.id);
        }
        tx.commit().await.unwrap();
        ids.reverse();
        let r = store.read().await.unwrap();
        let mut page = Page::first(2);
        let mut seen = Vec::new();
        loop {
            let listing = account::list(&r, None, &page).await.unwrap();
            seen.extend(listing.items.iter().map(|a| a.id));
            match listing.next {
                Some(next) => page.after = Some(next.to_string().parse().unwrap()),
                None => break,
            }
        }
        assert_eq!(seen, ids);
        let reviewers = account::list(&r, Some(Role::Reviewer), &Page::default()).await.unwrap();
        assert_eq!(reviewers.items.len(), 1);
    }
}

on_both! {
    async fn sessions_are_seen_and_ended_by_their_holder_alone(store) {
        let (mine, other) = (store.account().await, store.account().await);
        let session = |n: i64| Session {
            id: id(),
            account: mine,
            token_hash: format!("hash{n}"),
            ip: "203.0.113.7".to_owned(),
            user_agent: "Firefox".to_owned(),
            created_at: at(0),
            seen_at: at(n),
            expires_at: at(100),
            revoked_at: None,
        };
        let (one, two) = (session(1), session(2));
        let tx = store.write().await.unwrap();
        session::insert(&tx, &one).await.unwrap();
        session::insert(&tx, &two).await.unwrap();
        assert_eq!(session::find_by_token_hash(&tx, "hash1", at(5)).await.unwrap(), Some(one.clone()));
        assert_eq!(session::find_by_token_hash(&tx, "hash1", at(100)).await.unwrap(), None);
        assert_eq!(session::list(&tx, mine, at(5)).await.unwrap(), [two.clone(), one.clone()]);
        session::touch(&tx, one.id, at(6), at(200)).await.unwrap();
        assert!(session::find_by_token_hash(&tx, "hash1", at(150)).await.unwrap().is_some());
        assert!(matches!(session::revoke(&tx, other, one.id, at(7)).await, Err(Error::NotFound(_))));
        session::revoke(&tx, mine, one.id, at(7)).await.unwrap();
        assert!(matches!(session::touch(&tx, one.id, at(8), at(300)).await, Err(Error::NotFound(_))));
        assert_eq!(session::find_by_token_hash(&tx, "hash1", at(8)).await.unwrap(), None);
        let three = session(3);
        session::insert(&tx, &three).await.unwrap();
        assert_eq!(session::revoke_all(&tx, mine, Some(three.id), at(9)).await.unwrap(), 1);
        assert_eq!(session::list(&tx, mine, at(10)).await.unwrap(), [three]);
        assert_eq!(session::purge(&tx, at(50), 10).await.unwrap(), 2);
        tx.commit().await.unwrap();
    }
}

on_both! {
    async fn an_api_key_opens_until_it_is_revoked_or_expires(store) {
        let mine = store.account().await;
        let key = |n: u8, expires_at| ApiKey {
            id: id(),
            account: mine,
            role: Role::Gateway,
            label: "gateway".to_owned(),
            prefix: "bk_ab".to_owned(),
            token_hash: format!("hash{n}"),
            created_at: at(i64::from(n)),
            used_at: None,
            expires_at,
            revoked_at: None,
        };
        let (one, two) = (key(1, None), key(2, Some(at(50))));
        let tx = store.write().await.unwrap();
        api_key::insert(&tx, &one).await.unwrap();
        api_key::insert(&tx, &two).await.unwrap();
        assert_eq!(api_key::find_by_token_hash(&tx, "hash1", at(999)).await.unwrap(), Some(one.clone()));
        assert_eq!(api_key::find_by_token_hash(&tx, "hash2", at(50)).await.unwrap(), None);
        api_key::touch(&tx, one.id, at(3)).await.unwrap();
        let listed = api_key::list(&tx, mine).await.unwrap();
        assert_eq!((listed[0].id, listed[1].used_at), (two.id, Some(at(3))));
        api_key::revoke(&tx, mine, one.id, at(4)).await.unwrap();
        assert!(api_key::revoke(&tx, mine, one.id, at(4)).await.is_err());
        assert_eq!(api_key::find_by_token_hash(&tx, "hash1", at(5)).await.unwrap(), None);
        let double = ApiKey { id: id(), ..one };
        let error = api_key::insert(&tx, &double).await.unwrap_err();
        assert!(matches!(error, Error::Conflict(Conflict::Taken("token"))));
    }
}

on_both! {
    async fn failures_are_counted_within_a_window(store) {
        let window = SignedDuration::from_secs(60);
        let tx = store.write().await.unwrap();
        assert_eq!(login_attempt::fail(&tx, "ip:1", at(0), window).await.unwrap().failures, 1);
        assert_eq!(login_attempt::fail(&tx, "ip:1", at(30), window).await.unwrap().failures, 2);
        assert_eq!(login_attempt::fail(&tx, "ip:2", at(30), window).await.unwrap().failures, 1);
        let anew = login_attempt::fail(&tx, "ip:1", at(61), window).await.unwrap();
        assert_eq!((anew.failures, anew.first_at), (1, at(61)));
        assert_eq!(login_attempt::get(&tx, "ip:1").await.unwrap(), Some(anew));
        login_attempt::clear(&tx, "ip:1").await.unwrap();
        assert_eq!(login_attempt::get(&tx, "ip:1").await.unwrap(), None);
        assert_eq!(login_attempt::purge(&tx, at(31), 10).await.unwrap(), 1);
        tx.commit().await.unwrap();
    }
}

on_both! {
    async fn a_code_is_used_once_and_missed_only_so_often(store) {
        let code = |n: i64| ContactCode {
            id: id(),
            purpose: "register".to_owned(),
            contact: "13800001234".to_owned(),
            account: None,
            code_hash: format!("hash{n}"),
            tries_left: 2,
            created_at: at(n),
            expires_at: at(n + 600),
            used_at: None,
        };
        let (old, new) = (code(0), code(1));
        let tx = store.write().await.unwrap();
        contact_code::insert(&tx, &old).await.unwrap();
        contact_code::insert(&tx, &new).await.unwrap();
        let latest = contact_code::latest(&tx, "register", "+8613800001234").await.unwrap();
        assert_eq!(latest, Some(new.clone()));
        assert_eq!(contact_code::latest(&tx, "reset", "13800001234").await.unwrap(), None);
        assert_eq!(contact_code::count_since(&tx, "13800001234", at(1)).await.unwrap(), 1);
        let mut left = Vec::new();
        for _ in 0..3 {
            left.push(contact_code::miss(&tx, new.id).await.unwrap());
        }
        assert_eq!(left, [1, 0, 0]);
        contact_code::use_up(&tx, new.id, at(2)).await.unwrap();
        let again = contact_code::use_up(&tx, new.id, at(3)).await.unwrap_err();
        assert!(matches!(again, Error::Conflict(Conflict::State)));
        assert_eq!(contact_code::purge(&tx, at(601), 10).await.unwrap(), 1);
        tx.commit().await.unwrap();
    }
}

on_both! {
    async fn a_repeated_request_gets_the_first_answer(store) {
        let (mine, other) = (store.account().await, store.account().await);
        let answer = Answer { status: 201, content_type: "application/json".to_owned(), body: b"{}".to_vec() };
        let tx = store.write().await.unwrap();
        assert_eq!(idempotency::begin(&tx, mine, "k", "h", at(0)).await.unwrap(), Begin::New);
        assert_eq!(idempotency::begin(&tx, mine, "k", "h", at(1)).await.unwrap(), Begin::Running(at(0)));
        idempotency::finish(&tx, mine, "k", &answer).await.unwrap();
        assert_eq!(idempotency::begin(&tx, mine, "k", "h", at(2)).await.unwrap(), Begin::Replay(answer.clone()));
        assert_eq!(idempotency::begin(&tx, mine, "k", "other", at(2)).await.unwrap(), Begin::Other);
        assert_eq!(idempotency::begin(&tx, other, "k", "h", at(2)).await.unwrap(), Begin::New);
        assert!(idempotency::finish(&tx, mine, "k", &answer).await.is_err());
        idempotency::release(&tx, other, "k").await.unwrap();
        assert_eq!(idempotency::begin(&tx, other, "k", "h", at(3)).await.unwrap(), Begin::New);
        assert_eq!(idempotency::purge(&tx, at(3), 10).await.unwrap(), 1);
        tx.commit().await.unwrap();
    }
}

on_both! {
    async fn an_inventory_is_imported_again_without_doubles(store) {
        let mine = store.account().await;
        let one = Resource {
            id: id(),
            account: mine,
            external_id: "lhins-1".to_owned(),
            kind: "lighthouse".to_owned(),
            name: "shop".to_owned(),
            region: "ap-shanghai".to_owned(),
            addresses: vec!["203.0.113.9".to_owned()],
            origin: Some("127.0.0.1:8603".to_owned()),
            bought_on: Some("2026-01-02".parse().unwrap()),
            expires_on: None,
            facts: serde_json::json!({"months": 12}),
            created_at: at(0),
            updated_at: at(0),
            gone_at: None,
        };
        let tx = store.write().await.unwrap();
        assert_eq!(resource::put(&tx, &one).await.unwrap(), one.id);
        let seen_again = Resource { id: id(), name: "store".to_owned(), updated_at: at(9), ..one.clone() };
        assert_eq!(resource::put(&tx, &seen_again).await.unwrap(), one.id);
        let now = resource::get(&tx, one.id).await.unwrap();
        assert_eq!((now.name.as_str(), now.created_at, now.updated_at), ("store", at(0), at(9)));
        assert_eq!(resource::find_by_external_id(&tx, "lhins-1").await.unwrap(), Some(now.clone()));
        assert_eq!(resource::list(&tx, mine).await.unwrap(), [now]);
        resource::retire(&tx, one.id, at(10)).await.unwrap();
        assert_eq!(resource::list(&tx, mine).await.unwrap(), []);
        assert!(matches!(resource::retire(&tx, id(), at(10)).await, Err(Error::NotFound("resource"))));
        tx.commit().await.unwrap();
    }
}
