//! The audit trail and messages.

use store::audit::{self, Damage, Line, Stretch, Verdict};
use store::message::{self, Channel, Message, MessageState};
use store::{Conflict, Error, Page};

use crate::fixture::{At, at, id, on_both};

pub fn line(act: &str) -> Line {
    Line {
        at: at(0),
        actor: Some(id()),
        role: "reviewer".to_owned(),
        via: "web".to_owned(),
        act: act.to_owned(),
        target_kind: "order".to_owned(),
        target: Some(uuid::Uuid::from_u128(77)),
        from: Some("submitted".to_owned()),
        to: Some("in_review".to_owned()),
        why: None,
        facts: serde_json::json!({"b": 1, "a": [true, null]}),
    }
}

async fn trail(store: &At, lines: usize) {
    let tx = store.write().await.unwrap();
    for n in 0..lines {
        audit::append(&tx, &line(&format!("act{n}"))).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn verdict(store: &At) -> Verdict {
    audit::verify(&store.read().await.unwrap()).await.unwrap()
}

const fn broken(sequence: u64, how: Damage) -> Verdict {
    Verdict::Broken { sequence, how }
}

on_both! {
    async fn the_trail_is_numbered_and_read_back(store) {
        assert!(matches!(verdict(&store).await, Verdict::Intact { lines: 0, .. }));
        trail(&store, 3).await;
        let tx = store.write().await.unwrap();
        assert_eq!(audit::append(&tx, &line("undone")).await.unwrap(), 4);
        drop(tx);
        trail(&store, 1).await;
        let r = store.read().await.unwrap();
        let all = audit::list(&r, 0, 10).await.unwrap();
        assert_eq!(all.iter().map(|e| e.sequence).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert_eq!(all[3].line.act, "act0");
        assert_eq!(all[0].line, Line { actor: all[0].line.actor, ..line("act0") });
        assert_eq!(audit::for_target(&r, "order", uuid::Uuid::from_u128(77), 2, 10).await.unwrap(), all[2..]);
        assert!(audit::for_target(&r, "account", uuid::Uuid::from_u128(77), 0, 10).await.unwrap().is_empty());
        let latest = audit::latest(&r, Some(4), 2).await.unwrap();
        assert_eq!(latest.iter().map(|e| e.sequence).collect::<Vec<_>>(), [3, 2]);
        assert_eq!(verdict(&store).await, Verdict::Intact { lines: 4, head: all[3].hash.clone() });
    }
}

on_both! {
    async fn a_changed_line_is_found_whichever_column_was_changed(store) {
        trail(&store, 3).await;
        for (column, value) in [
            ("at", "1"),
            ("actor_id", "NULL"),
            ("role", "'auditor'"),
            ("via", "'cli'"),
            ("act", "'pass'"),
            ("target_kind", "'account'"),
            ("target_id", "NULL"),
            ("from_state", "'draft'"),
            ("to_state", "NULL"),
            ("why", "'because'"),
            ("facts", "'{}'"),
            ("hash", "'00'"),
        ] {
            store.tamper("CREATE TABLE copy AS SELECT * FROM audit").await;
            store.tamper(&format!("UPDATE audit SET {column} = {value} WHERE sequence = 2")).await;
            assert_eq!(verdict(&store).await, broken(2, Damage::Changed), "{column}");
            store.tamper("DELETE FROM audit").await;
            store.tamper("INSERT INTO audit SELECT * FROM copy").await;
            store.tamper("DROP TABLE copy").await;
        }
        assert!(matches!(verdict(&store).await, Verdict::Intact { lines: 3, .. }));
    }
}

on_both! {
    async fn a_trail_can_be_checked_a_stretch_at_a_time(store) {
        trail(&store, 5).await;
        let stretch = async |after, limit| {
            audit::verify_stretch(&store.read().await.unwrap(), after, limit).await.unwrap()
        };
        let Stretch::UpTo { sequence: 2, .. } = stretch(0, 2).await else { panic!("two lines were asked for") };
        assert!(matches!(stretch(2, 9).await, Stretch::Over(Verdict::Intact { lines: 5, .. })));
        store.tamper("UPDATE audit SET act = 'other' WHERE sequence = 4").await;
        assert!(matches!(stretch(0, 3).await, Stretch::UpTo { sequence: 3, .. }), "the damage lies further on");
        assert_eq!(stretch(3, 3).await, Stretch::Over(broken(4, Damage::Changed)));
        // Whoever begins behind the changed line is told by the next one that something is wrong before it.
        store.tamper("DELETE FROM audit WHERE sequence = 4").await;
        assert_eq!(stretch(4, 3).await, Stretch::Over(broken(4, Damage::Removed)));
    }
}

on_both! {
    async fn a_removed_line_is_found_wherever_it_stood(store) {
        trail(&store, 4).await;
        store.tamper("DELETE FROM audit WHERE sequence = 4").await;
        assert_eq!(verdict(&store).await, broken(4, Damage::Removed));
        store.tamper("DELETE FROM audit WHERE sequence = 2").await;
        assert_eq!(verdict(&store).await, broken(2, Damage::Removed));
        store.tamper("UPDATE audit SET sequence = 2 WHERE sequence = 3").await;
        assert_eq!(verdict(&store).await, broken(2, Damage::Reordered));
        store.tamper("DELETE FROM audit").await;
        assert_eq!(verdict(&store).await, broken(1, Damage::Removed));
    }
}

on_both! {
    async fn lines_that_changed_places_are_found(store) {
        trail(&store, 4).await;
        store.tamper("UPDATE audit SET sequence = 99 WHERE sequence = 2").await;
        store.tamper("UPDATE audit SET sequence = 2 WHERE sequence = 3").await;
        store.tamper("UPDATE audit SET sequence = 3 WHERE sequence = 99").await;
        assert_eq!(verdict(&store).await, broken(2, Damage::Reordered));
    }
}

on_both! {
    async fn a_line_slipped_in_is_found(store) {
        trail(&store, 2).await;
        store.tamper(
            "INSERT INTO audit SELECT 0, at, actor_id, role, via, act, target_kind, target_id, from_state, to_state, \
             why, facts, prev_hash, hash FROM audit WHERE sequence = 1",
        ).await;
        assert_eq!(verdict(&store).await, broken(1, Damage::Removed));
        store.tamper("DELETE FROM audit WHERE sequence = 0").await;
        store.tamper("UPDATE chain_head SET entries = 1").await;
        assert_eq!(verdict(&store).await, broken(2, Damage::Added));
        store.tamper("UPDATE chain_head SET entries = 2, hash = 'x'").await;
        assert_eq!(verdict(&store).await, broken(2, Damage::Changed));
    }
}

on_both! {
    async fn writers_at_once_leave_a_trail_without_gaps(store) {
        let write = || {
            let store = store.store.clone();
            tokio::spawn(async move {
                for _ in 0..5 {
                    let tx = store.write().await.unwrap();
                    audit::append(&tx, &line("race")).await.unwrap();
                    tx.commit().await.unwrap();
                }
            })
        };
        let writers: Vec<_> = (0..4).map(|_| write()).collect();
        for writer in writers {
            writer.await.unwrap();
        }
        assert!(matches!(verdict(&store).await, Verdict::Intact { lines: 20, .. }));
    }
}

on_both! {
    async fn a_message_is_sent_once_and_listed_newest_first(store) {
        let order = store.order().await;
        let message = |n: i64| Message {
            id: id(),
            channel: Channel::Mail,
            account: Some(order.account),
            order: Some(order.id),
            template: "filed".to_owned(),
            recipient: "zhang@example.cn".to_owned(),
            subject: "备案成功".to_owned(),
            body: "您的网站已备案".to_owned(),
            state: MessageState::Queued,
            attempts: 0,
            provider_id: None,
            error: None,
            created_at: at(n),
            sent_at: None,
        };
        let (one, two) = (message(1), message(2));
        let tx = store.write().await.unwrap();
        message::insert(&tx, &one).await.unwrap();
        message::insert(&tx, &two).await.unwrap();
        assert_eq!(message::get(&tx, one.id).await.unwrap(), one);
        let first = message::list(&tx, Some(order.account), Some(order.id), &Page::first(1)).await.unwrap();
        assert_eq!(first.items, std::slice::from_ref(&two));
        let rest = message::list(&tx, None, None, &Page { limit: 1, after: first.next }).await.unwrap();
        assert_eq!(rest.items, std::slice::from_ref(&one));
        message::mark_failed(&tx, one.id, "timeout", false).await.unwrap();
        let tried = message::get(&tx, one.id).await.unwrap();
        assert_eq!((tried.state, tried.attempts), (MessageState::Queued, 1));
        message::mark_sent(&tx, one.id, at(9), Some("p1")).await.unwrap();
        let sent = message::get(&tx, one.id).await.unwrap();
        assert_eq!((sent.state, sent.attempts, sent.sent_at, sent.error), (MessageState::Sent, 2, Some(at(9)), None));
        assert_eq!(sent.provider_id.as_deref(), Some("p1"));
        let again = message::mark_sent(&tx, one.id, at(9), None).await.unwrap_err();
        assert!(matches!(again, Error::Conflict(Conflict::State)));
        message::mark_failed(&tx, two.id, "no such number", true).await.unwrap();
        assert_eq!(message::get(&tx, two.id).await.unwrap().state, MessageState::Failed);
        tx.commit().await.unwrap();
    }
}
