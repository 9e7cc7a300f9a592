//! Backup and restore.

use store::backup::{backup, check, restore};
use store::{Error, Options, Store, order, upload};

use crate::fixture::{At, at, id};

#[tokio::test]
async fn a_backup_put_back_elsewhere_holds_rows_and_files() {
    let store = At::sqlite().await;
    let filed = store.order().await;
    let tx = store.write().await.unwrap();
    store::bureau::ensure(&tx, "33").await.unwrap();
    let new = upload::NewUpload {
        id: id(),
        bureau: "33",
        order: Some(filed.id),
        operation: "XZBA",
        container: b"zip",
        md5: "md5==",
        at: at(0),
    };
    let sent = upload::append(&tx, &new).await.unwrap();
    tx.commit().await.unwrap();

    let to = store.folder.path().join("backup");
    let manifest = backup(&store, &to, at(9)).await.unwrap();
    assert_eq!(manifest.files.len(), 2);
    assert_eq!(check(&to).unwrap(), manifest);
    assert!(matches!(backup(&store, &to, at(9)).await, Err(Error::Invalid(_))), "never over another backup");

    let (database, files) = (store.folder.path().join("b/beian.sqlite"), store.folder.path().join("b/files"));
    restore(&to, &database, &files).unwrap();
    assert!(matches!(restore(&to, &database, &files), Err(Error::Invalid(_))), "never over a database");
    let url = format!("sqlite:{}", database.display());
    let other = Store::connect(Options { url, files: Some(files), ..store.options.clone() }).await.unwrap();
    let r = other.read().await.unwrap();
    assert_eq!(order::get(&r, filed.id).await.unwrap(), filed);
    assert_eq!(upload::container(&r, sent.id).await.unwrap(), b"zip");
}

#[tokio::test]
async fn a_backup_that_was_changed_is_not_put_back() {
    let store = At::sqlite().await;
    store.order().await;
    let to = store.folder.path().join("backup");
    backup(&store, &to, at(9)).await.unwrap();
    let database = to.join("beian.sqlite");
    let mut bytes = std::fs::read(&database).unwrap();
    let end = bytes.len() - 1;
    bytes[end] ^= 1;
    std::fs::write(&database, bytes).unwrap();
    let target = store.folder.path().join("c");
    let error = restore(&to, &target.join("d.sqlite"), &target.join("files")).unwrap_err();
    assert!(matches!(error, Error::Corrupt(_)), "{error:?}");
    assert!(!target.exists(), "nothing is written before all was checked");
    std::fs::remove_file(&database).unwrap();
    assert!(check(&to).is_err());
    assert!(matches!(check(store.folder.path()), Err(Error::NotFound("manifest.json"))));
}

#[tokio::test]
async fn a_manifest_cannot_reach_outside_its_folder() {
    let store = At::sqlite().await;
    let to = store.folder.path().join("backup");
    backup(&store, &to, at(9)).await.unwrap();
    let manifest = to.join("manifest.json");
    let text = std::fs::read_to_string(&manifest).unwrap().replace("beian.sqlite", "../beian.sqlite");
    std::fs::write(&manifest, text).unwrap();
    assert!(matches!(check(&to), Err(Error::Corrupt("a path in the manifest"))));
}

#[tokio::test]
async fn a_server_is_backed_up_by_its_own_tools() {
    let store = At::postgres().await;
    let to = store.folder.path().join("backup");
    assert!(matches!(backup(&store, &to, at(9)).await, Err(Error::Invalid(_))));
}
