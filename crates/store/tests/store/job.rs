//! Jobs.

use std::collections::HashSet;

use store::job::{self, JobState, NewJob};
use store::{Conflict, Error, JobId};

use crate::fixture::{at, id, on_both};

fn new(kind: &str, run_at: i64, key: Option<&str>) -> NewJob {
    NewJob {
        id: id(),
        kind: kind.to_owned(),
        payload: serde_json::json!({"order": "1"}),
        run_at: at(run_at),
        unique_key: key.map(str::to_owned),
    }
}

on_both! {
    async fn a_job_runs_when_it_is_due_and_once(store) {
        let one = new("send", 10, None);
        let tx = store.write().await.unwrap();
        assert!(job::enqueue(&tx, &one, at(0)).await.unwrap());
        assert_eq!(job::claim(&tx, &[], "w", at(9), at(60)).await.unwrap(), None);
        assert_eq!(job::claim(&tx, &["other"], "w", at(10), at(60)).await.unwrap(), None);
        assert_eq!(job::next_due(&tx, &["send"]).await.unwrap(), Some(at(10)));
        assert_eq!(job::next_due(&tx, &["other"]).await.unwrap(), None);
        let claimed = job::claim(&tx, &["send", "other"], "w", at(10), at(60)).await.unwrap().unwrap();
        assert_eq!((claimed.id, claimed.attempts, claimed.payload.clone()), (one.id, 1, one.payload.clone()));
        assert_eq!(job::claim(&tx, &[], "w2", at(11), at(60)).await.unwrap(), None);
        let counts = job::counts(&tx).await.unwrap();
        assert_eq!((counts[0].state, counts[0].jobs, counts[0].oldest), (JobState::Running, 1, Some(at(10))));
        job::done(&tx, &claimed, at(12)).await.unwrap();
        assert!(matches!(job::done(&tx, &claimed, at(12)).await, Err(Error::Conflict(Conflict::LeaseLost))));
        assert_eq!(job::get(&tx, one.id).await.unwrap().state, JobState::Done);
        assert_eq!(job::counts(&tx).await.unwrap(), []);
        assert_eq!(job::purge(&tx, at(12), 10).await.unwrap(), 0);
        assert_eq!(job::purge(&tx, at(13), 10).await.unwrap(), 1);
        tx.commit().await.unwrap();
    }
}

on_both! {
    async fn a_worker_that_lost_its_lease_can_change_nothing(store) {
        let tx = store.write().await.unwrap();
        job::enqueue(&tx, &new("send", 0, None), at(0)).await.unwrap();
        let lost = job::claim(&tx, &[], "slow", at(0), at(30)).await.unwrap().unwrap();
        job::heartbeat(&tx, &lost, at(40)).await.unwrap();
        assert_eq!(job::claim(&tx, &[], "quick", at(30), at(90)).await.unwrap(), None);
        let taken = job::claim(&tx, &[], "quick", at(40), at(90)).await.unwrap().unwrap();
        assert_eq!((taken.id, taken.attempts, taken.worker.as_deref()), (lost.id, 2, Some("quick")));
        for error in [
            job::heartbeat(&tx, &lost, at(99)).await.unwrap_err(),
            job::done(&tx, &lost, at(99)).await.unwrap_err(),
            job::retry(&tx, &lost, at(99), "x").await.unwrap_err(),
            job::fail(&tx, &lost, at(99), "x").await.unwrap_err(),
        ] {
            assert!(matches!(error, Error::Conflict(Conflict::LeaseLost)), "{error:?}");
        }
        job::done(&tx, &taken, at(50)).await.unwrap();
        tx.commit().await.unwrap();
    }
}

on_both! {
    async fn a_job_is_tried_again_later_or_given_up(store) {
        let tx = store.write().await.unwrap();
        let one = new("send", 0, Some("send:1"));
        job::enqueue(&tx, &one, at(0)).await.unwrap();
        let first = job::claim(&tx, &[], "w", at(0), at(30)).await.unwrap().unwrap();
        job::retry(&tx, &first, at(100), "timeout").await.unwrap();
        assert_eq!(job::claim(&tx, &[], "w", at(99), at(130)).await.unwrap(), None);
        assert!(job::hasten(&tx, "send:1", at(50)).await.unwrap());
        assert!(!job::hasten(&tx, "send:2", at(50)).await.unwrap());
        let second = job::claim(&tx, &[], "w", at(50), at(130)).await.unwrap().unwrap();
        assert_eq!((second.attempts, second.error.as_deref()), (2, Some("timeout")));
        job::fail(&tx, &second, at(51), "refused").await.unwrap();
        assert_eq!(job::next_due(&tx, &[]).await.unwrap(), None);
        let dead = job::dead(&tx, 10).await.unwrap();
        assert_eq!((dead.len(), dead[0].error.as_deref(), dead[0].state), (1, Some("refused"), JobState::Dead));
        job::revive(&tx, one.id, at(200)).await.unwrap();
        assert!(matches!(job::revive(&tx, one.id, at(200)).await, Err(Error::Conflict(Conflict::State))));
        let third = job::claim(&tx, &[], "w", at(200), at(300)).await.unwrap().unwrap();
        assert_eq!(third.attempts, 1);
        tx.commit().await.unwrap();
    }
}

on_both! {
    async fn an_open_job_is_not_promised_twice_and_no_promise_is_lost(store) {
        let tx = store.write().await.unwrap();
        assert!(job::enqueue(&tx, &new("poll", 50, Some("poll:33")), at(0)).await.unwrap());
        assert!(!job::enqueue(&tx, &new("poll", 20, Some("poll:33")), at(0)).await.unwrap());
        let first = job::claim(&tx, &[], "w", at(20), at(60)).await.unwrap().unwrap();
        // Promised while it runs: what it already read may be old, so it runs once more.
        assert!(!job::enqueue(&tx, &new("poll", 25, Some("poll:33")), at(21)).await.unwrap());
        assert!(!job::enqueue(&tx, &new("poll", 24, Some("poll:33")), at(21)).await.unwrap());
        job::done(&tx, &first, at(22)).await.unwrap();
        let second = job::claim(&tx, &[], "w", at(24), at(60)).await.unwrap().unwrap();
        assert_eq!((second.id, second.attempts), (first.id, 1));
        job::done(&tx, &second, at(26)).await.unwrap();
        assert_eq!(job::claim(&tx, &[], "w", at(999), at(1000)).await.unwrap(), None);
        assert!(job::enqueue(&tx, &new("poll", 30, Some("poll:33")), at(27)).await.unwrap());
        tx.commit().await.unwrap();
    }
}

on_both! {
    async fn workers_that_claim_at_once_never_get_the_same_job(store) {
        const JOBS: usize = 24;
        let tx = store.write().await.unwrap();
        for _ in 0..JOBS {
            job::enqueue(&tx, &new("send", 0, None), at(0)).await.unwrap();
        }
        tx.commit().await.unwrap();
        let work = |name: String| {
            let store = store.store.clone();
            tokio::spawn(async move {
                let mut got: Vec<JobId> = Vec::new();
                loop {
                    let tx = store.write().await.unwrap();
                    let claimed = job::claim(&tx, &[], &name, at(1), at(60)).await.unwrap();
                    tx.commit().await.unwrap();
                    match claimed {
                        Some(job) => got.push(job.id),
                        None => return got,
                    }
                }
            })
        };
        let workers: Vec<_> = (0..4).map(|n| work(format!("w{n}"))).collect();
        let mut all = Vec::new();
        for worker in workers {
            all.extend(worker.await.unwrap());
        }
        assert_eq!(all.len(), JOBS);
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), JOBS);
    }
}

on_both! {
    async fn a_key_promised_by_many_at_once_makes_one_job(store) {
        let promise = || {
            let store = store.store.clone();
            tokio::spawn(async move {
                let tx = store.write().await.unwrap();
                let made = job::enqueue(&tx, &new("poll", 0, Some("poll:33")), at(0)).await.unwrap();
                tx.commit().await.unwrap();
                usize::from(made)
            })
        };
        let promises: Vec<_> = (0..6).map(|_| promise()).collect();
        let mut made = 0;
        for promise in promises {
            made += promise.await.unwrap();
        }
        assert_eq!(made, 1);
    }
}

on_both! {
    async fn a_job_is_claimed_by_its_key_due_or_not_and_never_from_who_has_it(store) {
        let tx = store.write().await.unwrap();
        let claim = async |key, worker, now, until| job::claim_key(&tx, key, worker, at(now), at(until)).await.unwrap();
        assert_eq!(claim("poll:33", "tool", 0, 10).await, None);
        job::enqueue(&tx, &new("poll", 90, Some("poll:33")), at(0)).await.unwrap();
        assert_eq!(claim("poll:44", "tool", 0, 10).await, None);
        let first = claim("poll:33", "tool", 0, 10).await.unwrap();
        assert_eq!((first.worker.as_deref(), first.attempts), (Some("tool"), 1));
        assert_eq!(claim("poll:33", "other", 9, 20).await, None, "somebody has it");
        assert_eq!(job::claim(&tx, &[], "w", at(9), at(20)).await.unwrap(), None);
        let second = claim("poll:33", "other", 10, 20).await.unwrap();
        assert!(matches!(job::retry(&tx, &first, at(50), "").await, Err(Error::Conflict(Conflict::LeaseLost))));
        job::done(&tx, &second, at(12)).await.unwrap();
        assert_eq!(claim("poll:33", "tool", 99, 100).await, None, "it is done");
        tx.commit().await.unwrap();
    }
}
