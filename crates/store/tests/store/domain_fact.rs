//! What others told of domains.

use store::domain_fact::{self, DomainFact};

use crate::fixture::{At, at, id, on_both};

fn fact(domain: &str, due: i64, wanted: i64) -> DomainFact {
    DomainFact {
        id: id(),
        domain: domain.to_owned(),
        registration: Some(serde_json::json!({ "holder": "测试张三" })),
        registration_at: Some(at(0)),
        resolution: None,
        resolution_at: None,
        silent: serde_json::json!([]),
        asked_at: at(0),
        due_at: at(due),
        wanted_until: at(wanted),
    }
}

async fn put(store: &At, fact: &DomainFact) {
    let tx = store.write().await.unwrap();
    domain_fact::put(&tx, fact).await.unwrap();
    tx.commit().await.unwrap();
}

on_both! {
    async fn what_was_told_of_a_domain_is_kept_and_replaced(store) {
        let first = fact("yunshan-tech.cn", 60, 600);
        put(&store, &first).await;
        let r = store.read().await.unwrap();
        assert_eq!(domain_fact::find(&r, "yunshan-tech.cn").await.unwrap(), Some(first.clone()));
        assert_eq!(domain_fact::find(&r, "qinghe.cn").await.unwrap(), None);
        drop(r);
        let later = DomainFact {
            id: id(),
            registration: None,
            registration_at: None,
            resolution: Some(serde_json::json!({ "addresses": ["192.0.2.1"] })),
            resolution_at: Some(at(5)),
            asked_at: at(5),
            ..first.clone()
        };
        put(&store, &later).await;
        let r = store.read().await.unwrap();
        let found = domain_fact::find(&r, "yunshan-tech.cn").await.unwrap();
        assert_eq!(found, Some(DomainFact { id: first.id, ..later }), "the row stays, its content is new");
    }
}

on_both! {
    async fn only_what_is_due_and_needed_is_asked_again(store) {
        put(&store, &fact("due.cn", 10, 600)).await;
        put(&store, &fact("sooner.cn", 5, 600)).await;
        put(&store, &fact("later.cn", 50, 600)).await;
        put(&store, &fact("unwanted.cn", 5, 15)).await;
        let r = store.read().await.unwrap();
        assert_eq!(domain_fact::due(&r, at(20), 10).await.unwrap(), ["sooner.cn", "due.cn"]);
        assert_eq!(domain_fact::due(&r, at(20), 1).await.unwrap(), ["sooner.cn"]);
        drop(r);
        let tx = store.write().await.unwrap();
        domain_fact::want(&tx, "unwanted.cn", at(700)).await.unwrap();
        domain_fact::want(&tx, "due.cn", at(1)).await.unwrap();
        tx.commit().await.unwrap();
        let r = store.read().await.unwrap();
        assert_eq!(domain_fact::due(&r, at(20), 10).await.unwrap(), ["sooner.cn", "unwanted.cn", "due.cn"]);
    }
}

on_both! {
    async fn what_nobody_needs_is_forgotten_with_its_key(store) {
        put(&store, &fact("old.cn", 5, 10)).await;
        put(&store, &fact("needed.cn", 5, 600)).await;
        let keys = async || store::keys::status(&store.read().await.unwrap()).await.unwrap()[0].keys;
        let before = keys().await;
        let tx = store.write().await.unwrap();
        assert_eq!(domain_fact::purge(&tx, at(20), 10).await.unwrap(), 1);
        tx.commit().await.unwrap();
        assert_eq!(keys().await, before - 1);
        let r = store.read().await.unwrap();
        assert_eq!(domain_fact::find(&r, "old.cn").await.unwrap(), None);
        assert!(domain_fact::find(&r, "needed.cn").await.unwrap().is_some());
    }
}

on_both! {
    async fn a_holder_is_not_readable_in_the_table(store) {
        use sea_orm::{ConnectionTrait, Statement};
        put(&store, &fact("yunshan-tech.cn", 60, 600)).await;
        let bare = store.bare().await;
        let all = Statement::from_string(bare.get_database_backend(), "SELECT registration FROM domain_fact");
        let row = bare.query_one_raw(all).await.unwrap().unwrap();
        let sealed: Vec<u8> = row.try_get("", "registration").unwrap();
        assert!(!sealed.is_empty() && !sealed.windows(6).any(|part| part == "张三".as_bytes()));
    }
}
