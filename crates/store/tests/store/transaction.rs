//! What a transaction promises.

use store::{Error, setting};

use crate::fixture::{At, at, on_both};

on_both! {
    async fn a_dropped_transaction_leaves_nothing_behind(store) {
        let tx = store.write().await.unwrap();
        setting::put(&tx, "closed", &true.into(), at(0)).await.unwrap();
        assert_eq!(setting::get(&tx, "closed").await.unwrap(), Some(true.into()));
        drop(tx);
        let tx = store.write().await.unwrap();
        setting::put(&tx, "open", &1.into(), at(0)).await.unwrap();
        tx.rollback().await.unwrap();
        assert_eq!(setting::all(&store.read().await.unwrap()).await.unwrap(), []);
        assert_eq!(store.missing().await, [""; 0]);
    }
}

on_both! {
    async fn a_reader_sees_one_instant(store) {
        let reader = store.read().await.unwrap();
        assert_eq!(setting::get(&reader, "a").await.unwrap(), None);
        let tx = store.write().await.unwrap();
        setting::put(&tx, "a", &1.into(), at(0)).await.unwrap();
        setting::put(&tx, "a", &2.into(), at(1)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(setting::get(&reader, "a").await.unwrap(), None);
        let all = setting::all(&store.read().await.unwrap()).await.unwrap();
        assert_eq!(all, [("a".to_owned(), 2.into())]);
    }
}

on_both! {
    async fn migrating_again_changes_nothing(store) {
        assert!(store.pending_migrations().await.unwrap().is_empty());
        let other = store.again(store.options.keyring.clone()).await.unwrap();
        assert!(other.pending_migrations().await.unwrap().is_empty());
        other.close().await;
    }
}

on_both! {
    /// Several processes that start at once on an empty database.
    async fn processes_that_migrate_at_once_do_not_hinder_each_other(store) {
        store.tamper("DELETE FROM data_key").await;
        let starts = (0..4).map(|_| store.again(store.options.keyring.clone()));
        let mut running: Vec<_> = Vec::new();
        for start in starts {
            running.push(start);
        }
        for result in join_all(running).await {
            result.unwrap().close().await;
        }
    }
}

async fn join_all<T>(futures: Vec<impl Future<Output = T>>) -> Vec<T> {
    let mut pending: Vec<_> = futures.into_iter().map(|f| (Box::pin(f), None)).collect();
    std::future::poll_fn(|cx| {
        let mut ready = true;
        for (future, result) in &mut pending {
            if result.is_none() {
                match future.as_mut().poll(cx) {
                    std::task::Poll::Ready(value) => *result = Some(value),
                    std::task::Poll::Pending => ready = false,
                }
            }
        }
        if ready { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    pending.into_iter().filter_map(|(_, result)| result).collect()
}

#[tokio::test]
async fn a_locked_database_is_reported_as_worth_another_try() {
    use sea_orm::ConnectionTrait;
    let store = At::sqlite().await;
    let other = store.bare().await;
    other.execute_unprepared("BEGIN IMMEDIATE").await.unwrap();
    let error = store.write().await.err().unwrap();
    assert!(error.is_retryable(), "{error:?}");
    other.execute_unprepared("ROLLBACK").await.unwrap();
    store.write().await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_away_is_reported_as_worth_another_try() {
    let store = At::sqlite().await;
    let url = format!("postgres://nobody@localhost/none?host={}", store.folder.path().display());
    let options = store::Options { url, ..store.options.clone() };
    let error = store::Store::connect(options).await.err().unwrap();
    assert!(error.is_retryable(), "{error:?}");
}

#[tokio::test]
async fn an_address_of_another_database_is_refused() {
    let store = At::sqlite().await;
    for url in ["mysql://x", "sqlite::memory:", "beian.db"] {
        let options = store::Options { url: url.to_owned(), ..store.options.clone() };
        assert!(matches!(store::Store::connect(options).await, Err(Error::Invalid(_))), "{url}");
    }
}
