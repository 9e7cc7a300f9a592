//! What is filed, and the feed.

use store::filed::{self, FiledSite, FiledState, FiledSubject};
use store::site_probe::{self, Away, SiteProbe};
use store::supplement::{self, Supplement, SupplementState};
use store::{Conflict, Error, Page, feed};

use crate::fixture::{At, at, id, on_both};

/// Another subject with a number of its own.
pub async fn subject_of(store: &At, number: &str) -> store::SubjectId {
    let subject = FiledSubject {
        number: number.to_owned(),
        certificate_number: number.to_owned(),
        ..template(store.account().await)
    };
    insert(store, &subject).await;
    subject.id
}

async fn subject(store: &At) -> FiledSubject {
    let subject = template(store.account().await);
    insert(store, &subject).await;
    subject
}

async fn insert(store: &At, subject: &FiledSubject) {
    let tx = store.write().await.unwrap();
    filed::insert_subject(&tx, subject).await.unwrap();
    tx.commit().await.unwrap();
}

fn template(account: store::AccountId) -> FiledSubject {
    FiledSubject {
        id: id(),
        account,
        number: "浙ICP备2026000001号".to_owned(),
        province: "33".to_owned(),
        nature: "enterprise".to_owned(),
        bureau: "33".to_owned(),
        bureau_id: Some(9001),
        name: "杭州测试有限公司".to_owned(),
        certificate_kind: "business_licence".to_owned(),
        certificate_number: "91330100TEST00001X".to_owned(),
        password: Some("secret1".to_owned()),
        document: serde_json::json!({"principal": {"name": "测试张三"}}),
        state: FiledState::Active,
        filed_at: at(0),
        updated_at: at(0),
        version: 1,
    }
}

fn site(subject: &FiledSubject, n: u8) -> FiledSite {
    FiledSite {
        id: id(),
        subject: subject.id,
        order: None,
        number: format!("{}-{n}", subject.number),
        domain: format!("Shop{n}.cn"),
        bureau: "33".to_owned(),
        bureau_id: None,
        access_bureau_id: None,
        accessed: true,
        resource: None,
        name: "测试商城".to_owned(),
        document: serde_json::json!({}),
        state: FiledState::Active,
        filed_at: at(0),
        updated_at: at(0),
        version: 1,
    }
}

on_both! {
    async fn a_subject_is_found_by_number_certificate_and_account(store) {
        let mut mine = subject(&store).await;
        let tx = store.write().await.unwrap();
        assert_eq!(filed::get_subject(&tx, mine.id).await.unwrap(), mine);
        assert_eq!(filed::find_subject_by_number(&tx, &mine.number).await.unwrap(), Some(mine.clone()));
        let found = filed::find_subject_by_certificate(&tx, "business_licence", "91330100test00001x").await.unwrap();
        assert_eq!(found, Some(mine.clone()));
        assert_eq!(filed::subjects_of(&tx, mine.account, &Page::default()).await.unwrap().items, [mine.clone()]);
        let mut stale = mine.clone();
        mine.state = FiledState::Cancelled;
        filed::update_subject(&tx, &mut mine).await.unwrap();
        assert!(filed::update_subject(&tx, &mut stale).await.unwrap_err().is_stale());
        let found = filed::find_subject_by_certificate(&tx, "business_licence", "91330100TEST00001X").await.unwrap();
        assert_eq!(found, None);
        tx.commit().await.unwrap();
        let tx = store.write().await.unwrap();
        let double = FiledSubject { id: id(), ..mine };
        let error = filed::insert_subject(&tx, &double).await.unwrap_err();
        assert!(matches!(error, Error::Conflict(Conflict::Taken("number"))), "{error:?}");
    }
}

on_both! {
    async fn a_domain_has_one_active_site(store) {
        let subject = subject(&store).await;
        let mut one = site(&subject, 1);
        let tx = store.write().await.unwrap();
        filed::insert_site(&tx, &one).await.unwrap();
        one.domain = one.domain.to_lowercase();
        assert_eq!(filed::find_site_by_domain(&tx, "SHOP1.cn.").await.unwrap(), Some(one.clone()));
        assert_eq!(filed::find_site_by_number(&tx, &one.number).await.unwrap(), Some(one.clone()));
        assert_eq!(filed::get_site(&tx, one.id).await.unwrap(), one);
        assert_eq!(filed::sites_of(&tx, subject.id).await.unwrap(), [one.clone()]);
        assert_eq!(filed::count_on_resource(&tx, id()).await.unwrap(), 0);
        tx.commit().await.unwrap();
        let double = FiledSite { domain: one.domain.clone(), ..site(&subject, 2) };
        let tx = store.write().await.unwrap();
        let error = filed::insert_site(&tx, &double).await.unwrap_err();
        assert!(matches!(error, Error::Conflict(Conflict::Taken("domain"))), "{error:?}");
        drop(tx);
        let tx = store.write().await.unwrap();
        let mut stale = one.clone();
        one.state = FiledState::Cancelled;
        filed::update_site(&tx, &mut one).await.unwrap();
        assert!(filed::update_site(&tx, &mut stale).await.unwrap_err().is_stale());
        assert_eq!(filed::find_site_by_domain(&tx, "shop1.cn").await.unwrap(), None);
        filed::insert_site(&tx, &double).await.unwrap();
        tx.commit().await.unwrap();
    }
}

on_both! {
    async fn a_site_with_two_domains_has_both_under_one_number(store) {
        let subject = subject(&store).await;
        let one = site(&subject, 1);
        let two = FiledSite { id: site(&subject, 2).id, domain: "second.cn".into(), ..one.clone() };
        let tx = store.write().await.unwrap();
        filed::insert_site(&tx, &one).await.unwrap();
        filed::insert_site(&tx, &two).await.unwrap();
        assert_eq!(filed::find_site_by_domain(&tx, "second.cn").await.unwrap().unwrap().number, one.number);
        assert!(filed::find_site_by_number(&tx, &one.number).await.unwrap().is_some());
        tx.commit().await.unwrap();
    }
}

on_both! {
    async fn accessed_sites_are_walked_by_key_and_what_leads_away_is_kept_once(store) {
        let subject = subject(&store).await;
        let tx = store.write().await.unwrap();
        let mut wanted = Vec::new();
        for n in 1..=5 {
            let mut one = site(&subject, n);
            one.accessed = n != 2;
            if n == 3 {
                one.state = FiledState::Cancelled;
            }
            filed::insert_site(&tx, &one).await.unwrap();
            if n != 2 && n != 3 {
                wanted.push(one.id);
            }
        }
        wanted.sort();
        let first = filed::accessed_sites(&tx, None, 2).await.unwrap();
        let rest = filed::accessed_sites(&tx, Some(first[1].id), 2).await.unwrap();
        let walked: Vec<_> = first.iter().chain(&rest).map(|site| site.id).collect();
        assert_eq!(walked, wanted);

        let away = SiteProbe { site: wanted[0], away: Away::Elsewhere, times: 1, since: at(0), at: at(1) };
        site_probe::put(&tx, &away).await.unwrap();
        let later = SiteProbe { away: Away::Nowhere, times: 2, at: at(2), ..away };
        site_probe::put(&tx, &later).await.unwrap();
        assert_eq!(site_probe::find(&tx, wanted[0]).await.unwrap(), Some(later));
        site_probe::remove(&tx, wanted[0]).await.unwrap();
        assert_eq!(site_probe::find(&tx, wanted[0]).await.unwrap(), None);
    }
}

on_both! {
    async fn a_gateway_follows_the_feed_from_any_number(store) {
        let tx = store.write().await.unwrap();
        assert_eq!(feed::head(&tx).await.unwrap().sequence, 0);
        for (domain, open) in [("a.cn", false), ("b.cn", false), ("a.cn", true)] {
            let body = |n: u64| serde_json::json!({"sequence": n, "open": open, "domain": domain});
            feed::append(&tx, domain, at(0), body).await.unwrap();
        }
        tx.commit().await.unwrap();
        let r = store.read().await.unwrap();
        let changes = feed::changes(&r, 1, 10).await.unwrap();
        assert_eq!(changes.iter().map(|e| e.sequence).collect::<Vec<_>>(), [2, 3]);
        let snapshot = feed::snapshot(&r, "", 10).await.unwrap();
        assert_eq!(snapshot.iter().map(|e| e.sequence).collect::<Vec<_>>(), [3, 2]);
        assert_eq!(feed::snapshot(&r, "a.cn", 10).await.unwrap().len(), 1);
        assert_eq!(feed::latest(&r, "a.cn").await.unwrap(), Some(changes[1].clone()));
        assert!(feed::knows(&r, 0).await.unwrap() && feed::knows(&r, 3).await.unwrap());
        assert!(!feed::knows(&r, 4).await.unwrap());
        let head = feed::head(&r).await.unwrap();
        assert_eq!((head.sequence, &head.hash), (3, &changes[1].hash));
        // Anybody can recompute the running hash from the bodies.
        use sha2::Digest;
        let text = format!("{}{}", changes[0].hash, r#"{"domain":"a.cn","open":true,"sequence":3}"#);
        assert_eq!(changes[1].hash, hex::encode(sha2::Sha256::digest(text)));
    }
}

on_both! {
    async fn what_the_bureau_numbered_is_found_by_its_number(store) {
        let subject = subject(&store).await;
        let mut one = FiledSite { bureau_id: Some(71), access_bureau_id: Some(81), ..site(&subject, 1) };
        let second_domain = FiledSite { domain: "second.cn".to_owned(), ..FiledSite { id: id(), ..one.clone() } };
        let tx = store.write().await.unwrap();
        filed::insert_site(&tx, &one).await.unwrap();
        filed::insert_site(&tx, &second_domain).await.unwrap();
        assert_eq!(filed::find_subject_by_bureau_id(&tx, "33", 9001).await.unwrap().map(|found| found.id), Some(subject.id));
        assert_eq!(filed::find_subject_by_bureau_id(&tx, "31", 9001).await.unwrap(), None, "another bureau counts for itself");
        assert_eq!(filed::sites_by_bureau_id(&tx, "33", 71).await.unwrap().len(), 2);
        assert_eq!(filed::sites_by_access(&tx, "33", 81).await.unwrap().len(), 2);
        assert_eq!(filed::sites_by_access(&tx, "33", 71).await.unwrap(), []);
        one.state = FiledState::Cancelled;
        filed::update_site(&tx, &mut one).await.unwrap();
        assert_eq!(filed::sites_by_bureau_id(&tx, "33", 71).await.unwrap().len(), 2, "what ended is still known");
        tx.commit().await.unwrap();
    }
}

on_both! {
    async fn a_paper_for_something_filed_is_answered_once(store) {
        let subject = subject(&store).await;
        let tx = store.write().await.unwrap();
        let paper = |n: i64| Supplement {
            id: id(),
            account: subject.account,
            subject: subject.id,
            site: None,
            upload: None,
            purpose: "verification_form".to_owned(),
            reference: "9001".to_owned(),
            sha256: format!("{n:064}"),
            state: SupplementState::Sent,
            code: None,
            sent_at: at(n),
            settled_at: None,
        };
        let (first, second) = (paper(1), paper(2));
        supplement::insert(&tx, &second).await.unwrap();
        supplement::insert(&tx, &first).await.unwrap();
        assert_eq!(supplement::waiting(&tx, "9001").await.unwrap(), [first.clone(), second.clone()]);
        assert_eq!(supplement::count_since(&tx, subject.id, at(2)).await.unwrap(), 1);
        supplement::settle(&tx, first.id, SupplementState::Stored, 1060, at(3)).await.unwrap();
        let again = supplement::settle(&tx, first.id, SupplementState::Refused, 1061, at(4)).await.unwrap_err();
        assert!(matches!(again, Error::Conflict(Conflict::State)), "{again:?}");
        let papers = supplement::of_subject(&tx, subject.id, 20).await.unwrap();
        assert_eq!(papers.iter().map(|paper| (paper.id, paper.state, paper.code)).collect::<Vec<_>>(), [
            (second.id, SupplementState::Sent, None),
            (first.id, SupplementState::Stored, Some(1060)),
        ]);
        assert_eq!(supplement::waiting(&tx, "9001").await.unwrap(), [second]);
        assert!(!supplement::give_back(&tx, id(), at(5)).await.unwrap(), "no paper travelled with it");
        tx.commit().await.unwrap();
    }
}
