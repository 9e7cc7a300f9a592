//! Keeps the words by which each container is found, so that a search never has to open one.
//!
//! It follows both ledgers entry by entry, whoever wrote them, and remembers how far it came; a container is searched
//! for within moments of being written.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use store::Tx;
use store::mailbox::Item;

use super::{Job, Outcome, Run};
use crate::error::Result;
use crate::mailbox;
use crate::world::World;

/// So many entries are read at a time; each is written by itself, so that nobody waits long for the writer.
const ENTRIES: u64 = 20;

/// Every container whose words are not kept yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct IndexMail {}

#[async_trait::async_trait]
impl Job for IndexMail {
    const NAME: &'static str = "index-mail";

    fn key(&self) -> String {
        Self::NAME.to_owned()
    }

    async fn run(&self, world: &World, _run: &Run) -> Result<Outcome> {
        let bureaus = store::bureau::list(&world.store.read().await?).await?;
        for bureau in bureaus {
            for direction in ["upload", "download"] {
                while follow(world, &bureau.code, direction).await? {}
            }
        }
        Ok(Outcome::Again(world.now() + SignedDuration::from_mins(1)))
    }
}

/// Goes on along one ledger; says whether there may be more.
async fn follow(world: &World, bureau: &str, direction: &str) -> Result<bool> {
    let mark = format!("mailbox.{direction}.{bureau}");
    let items: Vec<(u64, Item)> = {
        let reader = world.store.read().await?;
        let after = store::setting::get(&reader, &mark).await?.and_then(|value| value.as_u64()).unwrap_or_default();
        if direction == "upload" {
            let uploads = store::upload::list(&reader, bureau, after, ENTRIES).await?;
            uploads.into_iter().map(|upload| (upload.entry, Item::Upload(upload))).collect()
        } else {
            let downloads = store::download::list(&reader, bureau, after, ENTRIES).await?;
            downloads.into_iter().map(|download| (download.entry, Item::Download(download))).collect()
        }
    };
    for (entry, item) in &items {
        let opened = mailbox::open(world, &world.store.read().await?, item).await?;
        let tx = world.store.write().await?;
        let mut words = own_words(&tx, item).await?;
        match opened {
            Ok(opened) => words.extend(mailbox::words(&opened.tree)),
            // It is found by its name all the same; what is in it, nobody can read.
            Err(why) => tracing::info!(%bureau, direction, entry, %why, "a container is indexed by its name alone"),
        }
        store::mailbox::index(&tx, item.id(), words).await?;
        store::setting::put(&tx, &mark, &(*entry).into(), world.now()).await?;
        tx.commit().await?;
    }
    Ok(items.len() as u64 == ENTRIES)
}

/// What the ledger knows of a container without opening it.
async fn own_words(tx: &Tx, item: &Item) -> Result<Vec<String>> {
    match item {
        Item::Upload(upload) => {
            let mut words = vec![upload.sequence.to_string(), upload.md5.clone(), upload.sha256.clone()];
            if let Some(id) = upload.order {
                words.extend([id.to_string(), store::order::get(tx, id).await?.number]);
            }
            Ok(words)
        }
        Item::Download(download) => Ok(vec![download.file_name.clone(), download.sha256.clone()]),
    }
}
