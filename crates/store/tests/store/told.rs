//! What the bureaus tell: tasks, blacklists, code tables with their history, comparisons.

use std::collections::BTreeMap;

use serde_json::json;
use store::blacklist::{self, Blacklisted, Change};
use store::codes::{self, Changed, NewTable};
use store::sync::{self, Difference, DifferenceKind, Report};
use store::task::{self, Filter, Task, TaskKind, TaskState};
use store::{AccountId, Conflict, Error, Page, TaskId};

use crate::fixture::{at, id, on_both};

const BUREAU: &str = "33";

fn new(reference: &str, account: Option<AccountId>, due: i64) -> Task {
    Task {
        id: id(),
        kind: TaskKind::Unfiled,
        bureau: BUREAU.to_owned(),
        download: None,
        reference: reference.to_owned(),
        account,
        assignee: None,
        order: None,
        subject: None,
        site: None,
        domain: Some("example.cn".to_owned()),
        number: None,
        upload: None,
        content: json!({ "name": "测试张三" }),
        state: TaskState::Open,
        due_at: at(due),
        opened_at: at(0),
        updated_at: at(0),
        version: 0,
    }
}

on_both! {
    async fn a_task_is_given_once_and_moves_by_version(store) {
        let tx = store.write().await.unwrap();
        let mut first = new("1", None, 50);
        task::insert(&tx, &first).await.unwrap();
        tx.commit().await.unwrap();
        let tx = store.write().await.unwrap();
        let twice = task::insert(&tx, &new("1", None, 60)).await.unwrap_err();
        assert!(matches!(twice, Error::Conflict(Conflict::Taken("reference"))), "{twice:?}");
        drop(tx);
        let tx = store.write().await.unwrap();
        assert_eq!(task::get_for_update(&tx, first.id).await.unwrap(), first);
        assert_eq!(task::find(&tx, TaskKind::Unfiled, BUREAU, "1").await.unwrap().map(|t| t.id), Some(first.id));
        assert_eq!(task::find(&tx, TaskKind::Dead, BUREAU, "1").await.unwrap(), None);
        let mut stale = first.clone();
        first.state = TaskState::Refused { at: at(3), why: "5007".to_owned() };
        first.updated_at = at(3);
        task::update(&tx, &mut first).await.unwrap();
        let error = task::update(&tx, &mut stale).await.unwrap_err();
        assert!(matches!(error, Error::Conflict(Conflict::Stale)), "{error:?}");
        tx.commit().await.unwrap();
        let r = store.read().await.unwrap();
        assert_eq!(task::get(&r, first.id).await.unwrap(), first);
        assert!(matches!(task::get(&r, TaskId(uuid::Uuid::nil())).await, Err(Error::NotFound("task"))));
    }
}

on_both! {
    async fn open_tasks_come_by_their_day_and_done_ones_by_when_they_were_done(store) {
        let owner = store.account().await;
        let mut tasks = Vec::new();
        let tx = store.write().await.unwrap();
        for (n, due) in [(1, 50), (2, 20), (3, 40), (4, 30)] {
            let one = new(&n.to_string(), (n % 2 == 0).then_some(owner), due);
            task::insert(&tx, &one).await.unwrap();
            tasks.push(one);
        }
        let mut closed = tasks[3].clone();
        closed.state = TaskState::Closed { by: Some(owner), at: at(9), why: "x".to_owned() };
        closed.updated_at = at(9);
        task::update(&tx, &mut closed).await.unwrap();
        tx.commit().await.unwrap();
        let r = store.read().await.unwrap();
        let open = Filter { open: true, ..Filter::default() };
        let mut page = Page::first(2);
        let mut seen = Vec::new();
        loop {
            let listing = task::list(&r, &open, &page).await.unwrap();
            seen.extend(listing.items.iter().map(|task| task.id));
            let Some(next) = listing.next else { break };
            page.after = Some(next);
        }
        assert_eq!(seen, [tasks[1].id, tasks[2].id, tasks[0].id]);
        let all = Page::first(50);
        let own = Filter { account: Some(owner), ..open.clone() };
        assert_eq!(task::list(&r, &own, &all).await.unwrap().items.len(), 1);
        assert_eq!(task::list(&r, &Filter::default(), &all).await.unwrap().items[0].id, closed.id);
        assert_eq!((task::count_open(&r, None).await.unwrap(), task::count_open(&r, Some(owner)).await.unwrap()), (3, 1));
        let dead = Filter { kind: Some(TaskKind::Dead), ..open };
        assert!(task::list(&r, &dead, &all).await.unwrap().items.is_empty());
    }
}

on_both! {
    async fn a_blacklist_knows_who_is_on_it_and_keeps_no_number_in_the_clear(store) {
        let tx = store.write().await.unwrap();
        let content = json!({ "name": "x" });
        let change = |kind, key| Change { id: id(), bureau: BUREAU, kind, key, content: &content, download: None, at: at(1) };
        let number = "91330106 ma2abcd12x";
        assert!(blacklist::put(&tx, &change(Blacklisted::Subject, number)).await.unwrap());
        assert!(!blacklist::put(&tx, &change(Blacklisted::Subject, "91330106MA2ABCD12X")).await.unwrap(), "it is known");
        assert!(blacklist::put(&tx, &change(Blacklisted::Domain, "Example.CN.")).await.unwrap());
        assert!(!blacklist::remove(&tx, &change(Blacklisted::Domain, "other.cn")).await.unwrap());
        tx.commit().await.unwrap();
        let r = store.read().await.unwrap();
        assert!(blacklist::find(&r, Blacklisted::Subject, "91330106ma2abcd12x").await.unwrap().is_some());
        assert!(blacklist::find(&r, Blacklisted::Domain, "example.cn").await.unwrap().is_some());
        assert!(blacklist::find(&r, Blacklisted::Domain, "example.com").await.unwrap().is_none());
        drop(r);
        let tx = store.write().await.unwrap();
        assert!(blacklist::remove(&tx, &Change { at: at(5), ..change(Blacklisted::Domain, "example.cn") }).await.unwrap());
        tx.commit().await.unwrap();
        let r = store.read().await.unwrap();
        assert!(blacklist::find(&r, Blacklisted::Domain, "example.cn").await.unwrap().is_none());
        let list = blacklist::list(&r, &Page::first(10)).await.unwrap().items;
        assert_eq!((list.len(), list[0].removed_at), (2, Some(at(5))));
    }
}

on_both! {
    async fn a_code_table_replaces_the_former_one_and_keeps_what_it_said(store) {
        let rows = |rows: &[(i64, &str)]| rows.iter().map(|(code, name)| (*code, json!({ "name": name }))).collect::<BTreeMap<_, _>>();
        let table = |list, when| NewTable { bureau: BUREAU, table: "Zxly_dms", rows: rows(list), download: None, at: when };
        let tx = store.write().await.unwrap();
        let first = codes::replace(&tx, &table(&[(1, "a"), (2, "b"), (4, "d")], at(0)), || id::<TaskId>().0).await.unwrap();
        assert_eq!(first, Changed { added: 3, changed: 0, ended: 0 });
        let second = codes::replace(&tx, &table(&[(1, "a"), (2, "B"), (3, "c")], at(9)), || id::<TaskId>().0).await.unwrap();
        assert_eq!(second, Changed { added: 1, changed: 1, ended: 1 });
        let again = codes::replace(&tx, &table(&[(1, "a"), (2, "B"), (3, "c")], at(10)), || id::<TaskId>().0).await.unwrap();
        assert_eq!(again, Changed::default());
        tx.commit().await.unwrap();
        let r = store.read().await.unwrap();
        let now = codes::current(&r, BUREAU, "Zxly_dms", 0, 10).await.unwrap();
        assert_eq!(now.iter().map(|code| code.code).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(now[0].valid_from, at(0), "what stays the same keeps its beginning");
        assert_eq!(codes::current(&r, BUREAU, "Zxly_dms", 2, 10).await.unwrap().len(), 1);
        let history = codes::history(&r, "Zxly_dms", 2).await.unwrap();
        assert_eq!(history.iter().map(|code| (code.valid_from, code.valid_until)).collect::<Vec<_>>(), [(at(9), None), (at(0), Some(at(9)))]);
        assert_eq!(codes::meaning(&r, BUREAU, "Zxly_dms", 4).await.unwrap(), None);
        assert_eq!(codes::tables(&r).await.unwrap()[0].codes, 3);
    }
}

on_both! {
    async fn a_comparison_keeps_every_difference_sealed(store) {
        let tx = store.write().await.unwrap();
        let report = Report { id: id::<TaskId>().0, bureau: BUREAU.to_owned(), download: None, at: at(0), records: 2, differences: 2 };
        let found = |kind, field: Option<&str>| Difference {
            kind,
            what: "subject".to_owned(),
            number: "浙ICP备2026000001号".to_owned(),
            domain: None,
            field: field.map(str::to_owned),
            here: field.map(|_| "测试张三".to_owned()),
            there: None,
        };
        let all = [found(DifferenceKind::Differs, Some("name")), found(DifferenceKind::MissingThere, None)];
        sync::insert(&tx, &report, &all).await.unwrap();
        tx.commit().await.unwrap();
        let r = store.read().await.unwrap();
        assert_eq!(sync::list(&r, &Page::first(5)).await.unwrap().items, std::slice::from_ref(&report));
        assert_eq!(sync::get(&r, report.id).await.unwrap(), report);
        let read = sync::differences(&r, report.id, 0, 10).await.unwrap();
        assert_eq!(read, [(1, all[0].clone()), (2, all[1].clone())]);
        assert_eq!(sync::differences(&r, report.id, 1, 10).await.unwrap().len(), 1);
        drop(r);
        store.tamper("UPDATE sync_difference SET number = 9 WHERE number = 1").await;
        let r = store.read().await.unwrap();
        assert!(sync::differences(&r, report.id, 0, 10).await.is_err(), "a value is bound to its place");
    }
}
