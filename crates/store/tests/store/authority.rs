//! Bureaus and the ledgers of uploads and downloads.

use store::audit::{Damage, Verdict};
use store::download::{self, DownloadState, NewDownload, Received};
use store::upload::{self, NewUpload, UploadState};
use store::wire_reference::{self, WireReference};
use store::{Conflict, Error, Store, bureau, wire_id};

use crate::fixture::{at, id, on_both};

const BUREAU: &str = "33";

async fn known(store: &Store) {
    let tx = store.write().await.unwrap();
    bureau::ensure(&tx, BUREAU).await.unwrap();
    bureau::ensure(&tx, BUREAU).await.unwrap();
    tx.commit().await.unwrap();
}

fn new(container: &[u8]) -> NewUpload<'_> {
    NewUpload { id: id(), bureau: BUREAU, order: None, operation: "XZBA", container, md5: "md5==", at: at(0) }
}

on_both! {
    async fn one_sender_at_a_time_may_send_to_a_bureau(store) {
        known(&store).await;
        let tx = store.write().await.unwrap();
        let mine = bureau::acquire(&tx, BUREAU, "one", at(0), at(30)).await.unwrap().unwrap();
        assert_eq!(bureau::acquire(&tx, BUREAU, "two", at(29), at(60)).await.unwrap(), None);
        let mine = bureau::renew(&tx, &mine, at(40)).await.unwrap();
        bureau::check(&tx, &mine, at(39)).await.unwrap();
        assert!(bureau::check(&tx, &mine, at(40)).await.is_err());
        let theirs = bureau::acquire(&tx, BUREAU, "two", at(40), at(60)).await.unwrap().unwrap();
        for error in [
            bureau::renew(&tx, &mine, at(99)).await.unwrap_err(),
            bureau::check(&tx, &mine, at(41)).await.unwrap_err(),
            bureau::release(&tx, &mine).await.unwrap_err(),
        ] {
            assert!(matches!(error, Error::Conflict(Conflict::LeaseLost)), "{error:?}");
        }
        bureau::release(&tx, &theirs).await.unwrap();
        assert!(bureau::acquire(&tx, BUREAU, "one", at(41), at(60)).await.unwrap().is_some());
        bureau::halt(&tx, BUREAU, "wrong hash", at(42)).await.unwrap();
        bureau::halt(&tx, BUREAU, "another", at(43)).await.unwrap();
        let halted = bureau::get(&tx, BUREAU).await.unwrap();
        assert_eq!((halted.halted.as_deref(), halted.halted_at), (Some("wrong hash"), Some(at(42))));
        bureau::resume(&tx, BUREAU).await.unwrap();
        assert_eq!(bureau::list(&tx).await.unwrap()[0].halted, None);
        assert!(matches!(bureau::get(&tx, "99").await, Err(Error::NotFound("bureau"))));
        tx.commit().await.unwrap();
    }
}

on_both! {
    async fn uploads_are_numbered_without_gaps_even_when_a_transaction_fails(store) {
        known(&store).await;
        let order = store.order().await;
        let tx = store.write().await.unwrap();
        let first = upload::append(&tx, &NewUpload { order: Some(order.id), ..new(b"zip one") }).await.unwrap();
        tx.commit().await.unwrap();
        let tx = store.write().await.unwrap();
        assert_eq!(upload::append(&tx, &new(b"lost")).await.unwrap().sequence, 2);
        drop(tx);
        let tx = store.write().await.unwrap();
        let second = upload::append(&tx, &new(b"zip two")).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!((first.sequence, second.sequence, second.prev_hash.clone()), (1, 2, first.hash.clone()));
        let r = store.read().await.unwrap();
        assert_eq!(upload::container(&r, second.id).await.unwrap(), b"zip two");
        assert_eq!(upload::get(&r, first.id).await.unwrap(), first);
        assert_eq!(upload::next(&r, BUREAU).await.unwrap(), Some(first.clone()));
        assert_eq!(upload::by_sequence(&r, BUREAU, 2).await.unwrap(), Some(second.clone()));
        assert_eq!(upload::for_order(&r, order.id).await.unwrap(), std::slice::from_ref(&first));
        assert_eq!(upload::list(&r, BUREAU, 1, 10).await.unwrap(), [second]);
        assert_eq!(bureau::get(&r, BUREAU).await.unwrap().uploads, 2);
        assert!(matches!(upload::verify(&r, BUREAU).await.unwrap(), Verdict::Intact { lines: 2, .. }));
    }
}

on_both! {
    async fn writers_at_once_never_get_the_same_number(store) {
        known(&store).await;
        let write = || {
            let store = store.store.clone();
            tokio::spawn(async move {
                let mut got = Vec::new();
                for n in 0..5 {
                    let tx = store.write().await.unwrap();
                    let sequence = upload::append(&tx, &new(b"zip")).await.unwrap().sequence;
                    if n == 2 {
                        drop(tx);
                    } else {
                        tx.commit().await.unwrap();
                        got.push(sequence);
                    }
                }
                got
            })
        };
        let writers: Vec<_> = (0..4).map(|_| write()).collect();
        let mut all = Vec::new();
        for writer in writers {
            all.extend(writer.await.unwrap());
        }
        all.sort_unstable();
        assert_eq!(all, (1..=16).collect::<Vec<u64>>());
        let r = store.read().await.unwrap();
        assert!(matches!(upload::verify(&r, BUREAU).await.unwrap(), Verdict::Intact { lines: 16, .. }));
    }
}

on_both! {
    async fn an_upload_moves_only_forwards_and_blocks_those_behind_it(store) {
        known(&store).await;
        let tx = store.write().await.unwrap();
        let (one, two) = (upload::append(&tx, &new(b"1")).await.unwrap(), upload::append(&tx, &new(b"2")).await.unwrap());
        assert!(upload::mark_stored(&tx, one.id, at(1), 0, None).await.is_err(), "it was never sent");
        upload::mark_sending(&tx, one.id, at(1)).await.unwrap();
        upload::mark_held(&tx, one.id, Some(20), "outside the hours").await.unwrap();
        upload::mark_sending(&tx, one.id, at(2)).await.unwrap();
        upload::mark_sending(&tx, one.id, at(3)).await.unwrap();
        assert_eq!(upload::next(&tx, BUREAU).await.unwrap().unwrap().id, one.id);
        assert_eq!(
            upload::counts(&tx).await.unwrap(),
            [(BUREAU.to_owned(), UploadState::Queued, 1), (BUREAU.to_owned(), UploadState::Sending, 1)]
        );
        upload::mark_stored(&tx, one.id, at(4), 0, Some("ok")).await.unwrap();
        let stored = upload::get(&tx, one.id).await.unwrap();
        assert_eq!((stored.state, stored.attempts, stored.settled_at), (UploadState::Stored, 3, Some(at(4))));
        for error in [
            upload::mark_sending(&tx, one.id, at(5)).await.unwrap_err(),
            upload::mark_stored(&tx, one.id, at(5), 0, None).await.unwrap_err(),
            upload::mark_refused(&tx, one.id, at(5), None, "x").await.unwrap_err(),
        ] {
            assert!(matches!(error, Error::Conflict(Conflict::State)), "{error:?}");
        }
        assert_eq!(upload::next(&tx, BUREAU).await.unwrap().unwrap().id, two.id);
        tx.commit().await.unwrap();
    }
}

on_both! {
    async fn a_refused_number_waits_for_other_bytes(store) {
        known(&store).await;
        let tx = store.write().await.unwrap();
        let one = upload::append(&tx, &new(b"bad")).await.unwrap();
        upload::append(&tx, &new(b"behind")).await.unwrap();
        assert!(upload::replace(&tx, one.id, &new(b"good")).await.is_err(), "it is not refused");
        upload::mark_sending(&tx, one.id, at(1)).await.unwrap();
        upload::mark_refused(&tx, one.id, at(2), Some(11), "wrong zip").await.unwrap();
        let blocking = upload::next(&tx, BUREAU).await.unwrap().unwrap();
        assert_eq!((blocking.id, blocking.state), (one.id, UploadState::Refused));
        let other = upload::append(&tx, &new(b"good")).await.unwrap();
        assert_eq!((other.sequence, other.revision, other.entry), (1, 1, 3));
        assert_eq!(upload::next(&tx, BUREAU).await.unwrap(), Some(other.clone()));
        assert_eq!(upload::by_sequence(&tx, BUREAU, 1).await.unwrap(), Some(other));
        assert!(upload::replace(&tx, one.id, &new(b"twice")).await.is_err());
        drop(tx);
    }
}

on_both! {
    async fn a_number_line_may_begin_where_the_authority_says(store) {
        known(&store).await;
        let tx = store.write().await.unwrap();
        bureau::start_at(&tx, BUREAU, 501).await.unwrap();
        assert_eq!(upload::append(&tx, &new(b"x")).await.unwrap().sequence, 501);
        assert!(matches!(bureau::start_at(&tx, BUREAU, 9).await, Err(Error::Conflict(Conflict::State))));
        tx.commit().await.unwrap();
    }
}

on_both! {
    async fn a_ledger_that_was_tampered_with_is_found(store) {
        known(&store).await;
        let tx = store.write().await.unwrap();
        for n in 0..3 {
            upload::append(&tx, &new(&[n])).await.unwrap();
        }
        tx.commit().await.unwrap();
        store.tamper("UPDATE upload SET operation = 'ZXBA' WHERE entry = 2").await;
        let check = async || upload::verify(&store.read().await.unwrap(), BUREAU).await.unwrap();
        assert_eq!(check().await, Verdict::Broken { sequence: 2, how: Damage::Changed });
        store.tamper("UPDATE upload SET operation = 'XZBA' WHERE entry = 2").await;
        assert!(matches!(check().await, Verdict::Intact { lines: 3, .. }));
        store.tamper("DELETE FROM file WHERE id = (SELECT id FROM upload WHERE entry = 3)").await;
        assert_eq!(check().await, Verdict::Broken { sequence: 3, how: Damage::Removed });
        store.tamper("DELETE FROM upload WHERE entry = 1").await;
        assert_eq!(check().await, Verdict::Broken { sequence: 1, how: Damage::Removed });
    }
}

on_both! {
    async fn a_download_is_kept_once_applied_and_acknowledged(store) {
        known(&store).await;
        let new = |raw: &'static [u8]| NewDownload { id: id(), bureau: BUREAU, file_name: "f1.xml", raw, at: at(0) };
        let tx = store.write().await.unwrap();
        let Received::New(first) = download::receive(&tx, &new(b"zip")).await.unwrap() else { panic!("new") };
        tx.commit().await.unwrap();
        let tx = store.write().await.unwrap();
        let again = download::receive(&tx, &new(b"zip")).await.unwrap();
        assert!(matches!(&again, Received::Again(d) if d.id == first.id && d.times == 2), "{again:?}");
        let other = download::receive(&tx, &new(b"another")).await.unwrap();
        assert!(matches!(&other, Received::Different(d) if d.id == first.id), "{other:?}");
        assert_eq!(download::raw(&tx, first.id).await.unwrap(), b"zip");
        assert_eq!(download::find_by_name(&tx, BUREAU, "f1.xml").await.unwrap().unwrap().times, 3);
        assert!(matches!(download::mark_acked(&tx, first.id, at(1)).await, Err(Error::Conflict(Conflict::State))));
        download::mark_unreadable(&tx, first.id, "wrong hash").await.unwrap();
        assert_eq!(download::pending(&tx, BUREAU).await.unwrap()[0].state, DownloadState::Unreadable);
        download::mark_applied(&tx, first.id, at(2), Some("BAJG"), None).await.unwrap();
        let twice = download::mark_applied(&tx, first.id, at(3), None, None).await.unwrap_err();
        assert!(matches!(twice, Error::Conflict(Conflict::State)));
        download::mark_acked(&tx, first.id, at(4)).await.unwrap();
        download::mark_acked(&tx, first.id, at(5)).await.unwrap();
        assert_eq!(download::get(&tx, first.id).await.unwrap().acked_at, Some(at(4)));
        assert_eq!(download::pending(&tx, BUREAU).await.unwrap(), []);
        assert_eq!(download::list(&tx, BUREAU, 0, 10).await.unwrap().len(), 1);
        tx.commit().await.unwrap();
        let check = async || download::verify(&store.read().await.unwrap(), BUREAU).await.unwrap();
        assert!(matches!(check().await, Verdict::Intact { lines: 1, .. }));
        store.tamper("UPDATE download SET file_name = 'f2.xml'").await;
        assert_eq!(check().await, Verdict::Broken { sequence: 1, how: Damage::Changed });
    }
}

on_both! {
    async fn a_number_on_the_wire_is_given_once_and_remembered(store) {
        let (one, two) = (store.order().await, store.order().await);
        let tx = store.write().await.unwrap();
        let first = wire_id::allocate(&tx, "site", (one.id, 1), Some(0), BUREAU).await.unwrap();
        let second = wire_id::allocate(&tx, "site", (one.id, 1), Some(1), BUREAU).await.unwrap();
        let subject = wire_id::allocate(&tx, "subject", (one.id, 1), None, BUREAU).await.unwrap();
        assert_eq!((first.wire, second.wire, subject.wire, subject.site), (1, 2, 1, None));
        assert_eq!(wire_id::allocate(&tx, "site", (one.id, 1), Some(0), BUREAU).await.unwrap(), first);
        assert_eq!(wire_id::allocate(&tx, "subject", (one.id, 1), None, BUREAU).await.unwrap(), subject);
        assert_eq!(wire_id::allocate(&tx, "subject", (two.id, 1), None, BUREAU).await.unwrap().wire, 2);
        let again = wire_id::allocate(&tx, "subject", (one.id, 2), None, BUREAU).await.unwrap();
        assert_eq!((again.wire, again.round), (3, 2), "another round has numbers of its own");
        assert_eq!(wire_id::find(&tx, "subject", 1).await.unwrap(), Some(subject), "and the old one still names it");
        wire_id::set_bureau_id(&tx, "subject", 1, 9001).await.unwrap();
        wire_id::set_bureau_id(&tx, "subject", 1, 9001).await.unwrap();
        let other = wire_id::set_bureau_id(&tx, "subject", 1, 9002).await.unwrap_err();
        assert!(matches!(other, Error::Conflict(Conflict::State)));
        assert!(matches!(wire_id::set_bureau_id(&tx, "subject", 99, 1).await, Err(Error::NotFound(_))));
        let known = wire_id::find(&tx, "subject", 1).await.unwrap().unwrap();
        assert_eq!((known.order, known.bureau_id), (one.id, Some(9001)));
        assert_eq!(wire_id::find_by_bureau_id(&tx, "subject", BUREAU, 9001).await.unwrap(), Some(known));
        assert_eq!(wire_id::for_order(&tx, one.id).await.unwrap().len(), 4);
        tx.commit().await.unwrap();
    }
}

on_both! {
    async fn what_an_upload_referred_to_leads_back_to_its_order_the_newest_first(store) {
        let (one, two) = (store.order().await, store.order().await);
        let tx = store.write().await.unwrap();
        let number = "浙ICP备2026000001号";
        wire_reference::note(&tx, (one.id, 1), BUREAU, 2, number).await.unwrap();
        wire_reference::note(&tx, (one.id, 1), BUREAU, 2, number).await.unwrap();
        wire_reference::note(&tx, (one.id, 1), BUREAU, 2, "110000007512").await.unwrap();
        wire_reference::note(&tx, (two.id, 3), BUREAU, 2, " 浙ICP备2026000001 号 ").await.unwrap();
        wire_reference::note(&tx, (two.id, 4), "11", 2, number).await.unwrap();
        let (first, second) =
            (WireReference { order: one.id, round: 1 }, WireReference { order: two.id, round: 3 });
        assert_eq!(wire_reference::find(&tx, BUREAU, 2, number).await.unwrap(), [second, first]);
        assert_eq!(wire_reference::find(&tx, BUREAU, 2, "110000007512").await.unwrap(), [first]);
        assert_eq!(wire_reference::find(&tx, BUREAU, 4, number).await.unwrap(), [], "another operation");
        let there = WireReference { order: two.id, round: 4 };
        assert_eq!(wire_reference::find(&tx, "11", 2, number).await.unwrap(), [there], "another bureau");
        tx.commit().await.unwrap();
    }
}
