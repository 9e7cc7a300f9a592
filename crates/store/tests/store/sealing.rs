//! What a thief of the database sees, and what a rotation leaves.

use store::account::{self, Identity, IdentityKind};
use store::{Error, Keyring, audit, keys, message, order};

use crate::fixture::{self, At, at, id, on_both};
use crate::work::line;

on_both! {
    async fn the_master_key_is_rotated_without_losing_anything(store) {
        let order = store.order().await;
        let both = Keyring::new("second", [2; 32]).unwrap().with_former("first", [1; 32]).unwrap();
        let second = store.again(both).await.unwrap();
        let before = keys::status(&second.read().await.unwrap()).await.unwrap();
        assert_eq!(before.len(), 1);
        assert!(before[0].master == "first" && before[0].known && !before[0].current && before[0].keys >= 3);
        let done = keys::rotate(&second, 2, &line("rotate_keys")).await.unwrap();
        assert_eq!((done.rewrapped, done.remaining), (before[0].keys, 0));
        assert_eq!(keys::rotate(&second, 2, &line("rotate_keys")).await.unwrap().rewrapped, 0);
        second.close().await;
        // The old key is not needed any more, not even to find an account by its address.
        let third = store.again(Keyring::new("second", [2; 32]).unwrap()).await.unwrap();
        let r = third.read().await.unwrap();
        assert_eq!(order::get(&r, order.id).await.unwrap(), order);
        let email = account::get(&r, order.account).await.unwrap().email.unwrap();
        assert!(account::find_by_login(&r, &email).await.unwrap().is_some());
        let status = keys::status(&r).await.unwrap();
        assert!(status.len() == 1 && status[0].current);
        assert_eq!(audit::list(&r, 0, 1).await.unwrap()[0].line.facts["rewrapped"], before[0].keys);
        drop(r);
        third.close().await;
        // And the old one opens nothing.
        let error = store.again(Keyring::new("first", [1; 32]).unwrap()).await.err().unwrap();
        assert!(matches!(error, Error::Sealed(_)), "{error:?}");
    }
}

on_both! {
    async fn a_rotation_that_was_interrupted_goes_on(store) {
        for _ in 0..3 {
            store.account().await;
        }
        store.tamper("DELETE FROM data_key WHERE wrapped IS NULL").await;
        let both = Keyring::new("second", [2; 32]).unwrap().with_former("first", [1; 32]).unwrap();
        let second = store.again(both).await.unwrap();
        // A key that cannot be opened stops the rotation there; what was done before stays done.
        let last = "(SELECT id FROM data_key ORDER BY id DESC LIMIT 1)";
        store.tamper(&format!("UPDATE data_key SET master = 'lost' WHERE id = {last}")).await;
        let error = keys::rotate(&second, 1, &line("rotate_keys")).await.unwrap_err();
        assert!(matches!(error, Error::Sealed(_)), "{error:?}");
        let half = keys::status(&second.read().await.unwrap()).await.unwrap();
        assert_eq!(half.iter().map(|w| (w.master.as_str(), w.keys, w.known)).collect::<Vec<_>>(), [
            ("lost", 1, false),
            ("second", 3, true)
        ]);
        store.tamper(&format!("UPDATE data_key SET master = 'first' WHERE id = {last}")).await;
        assert_eq!(keys::rotate(&second, 1, &line("rotate_keys")).await.unwrap().rewrapped, 1);
    }
}

on_both! {
    async fn a_store_does_not_open_with_another_key_of_the_same_name(store) {
        let error = store.again(Keyring::new("first", [9; 32]).unwrap()).await.err().unwrap();
        assert!(matches!(error, Error::Sealed(_)), "{error:?}");
    }
}

on_both! {
    async fn a_sealed_value_put_into_another_row_does_not_open(store) {
        let (one, two) = (store.account().await, store.account().await);
        let hex = |id: store::AccountId| match store.backend() {
            store::Backend::Sqlite => format!("x'{}'", id.0.simple()),
            store::Backend::Postgres => format!("'{id}'"),
        };
        let (from, to) = (hex(one), hex(two));
        store.tamper(&format!(
            "UPDATE account SET sealed = (SELECT sealed FROM account WHERE id = {from}) WHERE id = {to}"
        )).await;
        let r = store.read().await.unwrap();
        let error = account::get(&r, two).await.unwrap_err();
        assert!(matches!(error, Error::Sealed(_)), "{error:?}");
        account::get(&r, one).await.unwrap();
    }
}

on_both! {
    async fn a_reason_is_read_back_until_the_key_of_what_it_is_about_is_destroyed(store) {
        let order = store.order().await;
        let about = |target| audit::Line { why: Some("证件不清楚".to_owned()), target, ..line("refuse") };
        let tx = store.write().await.unwrap();
        for target in [Some(order.id.0), None, Some(uuid::Uuid::nil())] {
            audit::append(&tx, &about(target)).await.unwrap();
        }
        tx.commit().await.unwrap();
        let whys = async || -> Vec<Option<String>> {
            let lines = audit::list(&store.read().await.unwrap(), 0, 9).await.unwrap();
            lines.into_iter().map(|entry| entry.line.why).collect()
        };
        let told = Some("证件不清楚".to_owned());
        assert_eq!(whys().await, [told.clone(), told.clone(), told.clone()]);
        let key = match store.backend() {
            store::Backend::Sqlite => format!("x'{}'", order.id.0.simple()),
            store::Backend::Postgres => format!("'{}'", order.id.0),
        };
        store.tamper(&format!("DELETE FROM data_key WHERE id = {key}")).await;
        assert_eq!(whys().await, [None, told.clone(), told]);
        let verdict = audit::verify(&store.read().await.unwrap()).await.unwrap();
        assert!(matches!(verdict, audit::Verdict::Intact { lines: 3, .. }), "{verdict:?}");
    }
}

/// Everything personal that the tests below put in.
const SECRETS: [&str; 5] = ["测试张三", "13800001234", "110101199003070000", "zhang.san@", "西湖区某路"];

#[tokio::test]
async fn a_stolen_database_and_its_files_show_nobody() {
    let store = At::sqlite().await;
    let mut mine = fixture::account();
    mine.email = Some("zhang.san@example.cn".to_owned());
    mine.mobile = Some("13800001234".to_owned());
    mine.identity = Some(Identity {
        kind: IdentityKind::Individual,
        nature: "individual".to_owned(),
        proof: "document".to_owned(),
        name: "测试张三".to_owned(),
        certificate_kind: "resident_id".to_owned(),
        certificate_number: "110101199003070000".to_owned(),
        confirmed_at: at(1),
    });
    let mut filed = fixture::order(mine.id);
    filed.draft.subject.postal_address = "杭州市西湖区某路 1 号".to_owned();
    filed.draft.principal.certificate_number = "110101199003070000".to_owned();
    let text = message::Message {
        id: id(),
        channel: message::Channel::Sms,
        account: Some(mine.id),
        order: Some(filed.id),
        template: "code".to_owned(),
        recipient: "13800001234".to_owned(),
        subject: String::new(),
        body: "测试张三,您的验证码".to_owned(),
        state: message::MessageState::Queued,
        attempts: 0,
        provider_id: None,
        error: None,
        created_at: at(0),
        sent_at: None,
    };
    let tx = store.write().await.unwrap();
    account::insert(&tx, &mine).await.unwrap();
    order::insert(&tx, &filed).await.unwrap();
    let hold = order::Hold::Subject {
        certificate_kind: "resident_id".to_owned(),
        certificate_number: "110101199003070000".to_owned(),
    };
    order::hold(&tx, filed.id, &hold).await.unwrap();
    let said = |why: &str| audit::Line { why: Some(why.to_owned()), target: Some(filed.id.0), ..line("refuse") };
    audit::append(&tx, &said("测试张三的电话 13800001234 无人接听")).await.unwrap();
    message::insert(&tx, &text).await.unwrap();
    tx.commit().await.unwrap();
    let mut seen = 0;
    for file in std::fs::read_dir(store.folder.path()).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            seen += bytes.len();
            for secret in SECRETS {
                let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
                assert!(!found, "{secret} lies open in {}", path.display());
            }
        }
    }
    assert!(seen > 100_000, "the database was really read");
}
