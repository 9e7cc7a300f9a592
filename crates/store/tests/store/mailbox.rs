//! The mailbox: both directions as one list, found by words, with every try; and ledger lines for evidence.

use store::download::{self, DownloadState, NewDownload, Received};
use store::mailbox::{self, Filter, Item};
use store::upload::{self, NewUpload, UploadState};
use store::{Page, Store, bureau};

use crate::fixture::{at, id, on_both};

async fn known(store: &Store) {
    let tx = store.write().await.unwrap();
    for code in ["33", "11"] {
        bureau::ensure(&tx, code).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// One container each ten seconds: up, down, up, down … to two bureaus in turn.
async fn filled(store: &Store) -> Vec<uuid::Uuid> {
    known(store).await;
    let mut ids = Vec::new();
    for n in 0..6_i64 {
        let tx = store.write().await.unwrap();
        let bureau = if n < 3 { "33" } else { "11" };
        let made = at(n * 10);
        if n % 2 == 0 {
            let new =
                NewUpload { id: id(), bureau, order: None, operation: "XZBA", container: b"zip", md5: "m", at: made };
            ids.push(upload::append(&tx, &new).await.unwrap().id.0);
        } else {
            let name = format!("f{n}.xml");
            let new = NewDownload { id: id(), bureau, file_name: &name, raw: b"raw", at: made };
            let Received::New(kept) = download::receive(&tx, &new).await.unwrap() else { panic!("new") };
            ids.push(kept.id.0);
        }
        let words = [format!("group:{n}"), "Example.CN".to_owned(), String::new()];
        mailbox::index(&tx, ids[ids.len() - 1], words.clone()).await.unwrap();
        mailbox::index(&tx, ids[ids.len() - 1], words).await.unwrap();
        tx.commit().await.unwrap();
    }
    ids
}

fn found(items: &[Item]) -> Vec<uuid::Uuid> {
    items.iter().map(Item::id).collect()
}

on_both! {
    async fn containers_of_both_directions_are_one_list_by_time(store) {
        let ids = filled(&store).await;
        let r = store.read().await.unwrap();
        let mut seen = Vec::new();
        let mut page = Page::first(4);
        loop {
            let listing = mailbox::list(&r, &Filter::default(), &page).await.unwrap();
            seen.extend(found(&listing.items));
            let Some(next) = listing.next else { break };
            page.after = Some(next);
        }
        let newest_first: Vec<_> = ids.iter().rev().copied().collect();
        assert_eq!(seen, newest_first);
        for one in &ids {
            assert_eq!(mailbox::get(&r, *one).await.unwrap().id(), *one);
        }
        assert!(matches!(mailbox::get(&r, id::<store::OrderId>().0).await, Err(store::Error::NotFound("container"))));
    }
}

on_both! {
    async fn a_container_is_found_by_direction_bureau_state_and_words(store) {
        let ids = filled(&store).await;
        let r = store.read().await.unwrap();
        let all = Page::first(50);
        let list = async |filter: Filter| found(&mailbox::list(&r, &filter, &all).await.unwrap().items);
        assert_eq!(list(Filter { uploads: Some(true), ..Filter::default() }).await, [ids[4], ids[2], ids[0]]);
        assert_eq!(list(Filter { uploads: Some(false), ..Filter::default() }).await, [ids[5], ids[3], ids[1]]);
        assert_eq!(list(Filter { bureau: Some("33".into()), ..Filter::default() }).await, [ids[2], ids[1], ids[0]]);
        let queued = Filter { upload_state: Some(UploadState::Queued), ..Filter::default() };
        assert_eq!(list(queued).await.len(), 3);
        let acked = Filter { download_state: Some(DownloadState::Acked), ..Filter::default() };
        assert!(list(acked).await.is_empty());
        let words = |words: &[&str]| Filter { words: words.iter().map(|w| (*w).to_owned()).collect(), ..Filter::default() };
        assert_eq!(list(words(&[" EXAMPLE.cn "])).await.len(), 6);
        assert_eq!(list(words(&["example.cn", "group:3"])).await, [ids[3]]);
        assert!(list(words(&["example"])).await.is_empty(), "a part of a word is none");
        let groups = mailbox::words_of(&r, [ids[0], ids[1]], "group:").await.unwrap();
        assert_eq!((groups[&ids[0]].as_slice(), groups[&ids[1]].as_slice()), (["group:0".to_owned()].as_slice(), ["group:1".to_owned()].as_slice()));
    }
}

on_both! {
    async fn every_try_of_an_upload_and_every_coming_of_a_download_is_kept(store) {
        known(&store).await;
        let tx = store.write().await.unwrap();
        let new = NewUpload { id: id(), bureau: "33", order: None, operation: "XZBA", container: b"zip", md5: "m", at: at(0) };
        let one = upload::append(&tx, &new).await.unwrap();
        upload::mark_sending(&tx, one.id, at(1)).await.unwrap();
        upload::note(&tx, one.id, "timed out").await.unwrap();
        upload::mark_sending(&tx, one.id, at(2)).await.unwrap();
        upload::mark_held(&tx, one.id, Some(20), "outside the hours").await.unwrap();
        upload::mark_sending(&tx, one.id, at(3)).await.unwrap();
        upload::mark_stored(&tx, one.id, at(4), 0, None).await.unwrap();
        let tries = mailbox::tries(&tx, one.id.0).await.unwrap();
        let told: Vec<_> = tries.iter().map(|t| (t.number, t.outcome.as_str(), t.code, t.at)).collect();
        let expected = [(3, "stored", Some(0), at(3)), (2, "held", Some(20), at(2)), (1, "unanswered", None, at(1))];
        assert_eq!(told, expected);
        assert_eq!(tries[2].note.as_deref(), Some("timed out"));
        let new = |raw: &'static [u8], when| NewDownload { id: id(), bureau: "33", file_name: "f.xml", raw, at: when };
        let Received::New(down) = download::receive(&tx, &new(b"a", at(5))).await.unwrap() else { panic!("new") };
        download::receive(&tx, &new(b"a", at(6))).await.unwrap();
        download::receive(&tx, &new(b"b", at(7))).await.unwrap();
        let outcomes: Vec<_> = mailbox::tries(&tx, down.id.0).await.unwrap().into_iter().map(|t| t.outcome).collect();
        assert_eq!(outcomes, ["different", "received", "received"]);
        tx.commit().await.unwrap();
    }
}

on_both! {
    async fn the_lines_of_a_span_of_days_come_with_the_text_their_hash_covers(store) {
        filled(&store).await;
        let r = store.read().await.unwrap();
        assert_eq!(upload::span(&r, "33", at(5), at(25)).await.unwrap(), Some((2, 2)));
        assert_eq!(upload::span(&r, "33", at(0), at(20)).await.unwrap(), Some((1, 1)), "the end is not included");
        assert_eq!(upload::span(&r, "33", at(100), at(200)).await.unwrap(), None);
        assert_eq!(download::span(&r, "11", at(0), at(100)).await.unwrap(), Some((1, 2)));
        let lines = upload::lines(&r, "33", 0, 10).await.unwrap();
        let mut hash = store::chain::GENESIS.to_owned();
        for (upload, text) in &lines {
            assert_eq!(upload.prev_hash, hash);
            hash = store::chain::link(&hash, text);
            assert_eq!(upload.hash, hash);
        }
        assert_eq!(upload::end(&r, "33").await.unwrap(), (2, hash));
        let lines = download::lines(&r, "11", 1, 10).await.unwrap();
        assert_eq!(lines.len(), 1);
        assert_eq!(download::end(&r, "11").await.unwrap(), (2, lines[0].0.hash.clone()));
    }
}
