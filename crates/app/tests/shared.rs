//! Several workers on one PostgreSQL: they share the work, and nothing is done twice.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use anyhow::Result;
use app::mail::{Letter, Mail, SendError};
use app::{World, worker};
use filing::stage::StageKind;
use testkit::persona::case;
use testkit::story::Story;
use uuid::Uuid;

#[derive(Debug, Default)]
struct Counting {
    sent: Mutex<Vec<Uuid>>,
}

#[async_trait::async_trait]
impl Mail for Counting {
    async fn send(&self, letter: &Letter) -> Result<(), SendError> {
        let mut sent = self.sent.lock().map_err(|_| SendError::permanent("a test failed elsewhere"))?;
        sent.push(letter.id);
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_workers_file_an_order_and_send_each_letter_once() -> Result<()> {
    let database = testkit::postgres::fresh().map_err(anyhow::Error::msg)?;
    let mut story = Story::begin_on_postgres(database.url()).await?;
    let mail = Arc::new(Counting::default());
    story.test.world.mail = mail.clone();
    let turns = Arc::new(AtomicUsize::new(0));
    let others: Vec<_> = ["one", "two"]
        .map(|name| {
            let (world, turns): (World, _) = (story.test.world.clone(), turns.clone());
            tokio::spawn(async move {
                loop {
                    if worker::turn(&world, name).await.is_ok_and(|did| did) {
                        turns.fetch_add(1, Ordering::SeqCst);
                    } else {
                        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
                    }
                }
            })
        })
        .into();
    let case = case("government")?;
    let (applicant, order) = story.fill_in(&case).await?;
    story.submit(&applicant, order).await?;
    story.pass(order).await?;
    story.reach(order, StageKind::AwaitingSms).await?;
    story.verify_all(&case).await?;
    story.authority.decide(true, "").await?;
    story.reach(order, StageKind::Filed).await?;
    story.work().await?;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    for other in others {
        other.abort();
    }
    assert!(turns.load(Ordering::SeqCst) > 0, "the others had a share");
    assert_eq!(story.authority.ledger().await?, [(1, 1, 1)]);
    let mut sent = mail.sent.lock().unwrap().clone();
    let all = sent.len();
    sent.sort();
    sent.dedup();
    assert_eq!(sent.len(), all, "no letter twice");
    story.finish().await
}
