//! Jobs: work that was promised in the transaction that made it necessary.

use jiff::Timestamp;
use sea_orm::sea_query::{LockBehavior, LockType, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, TryInsertResult,
};

use crate::db::{instant, json, micros, opt_instant, parse_json, replace_row, small, table, taken, unsigned};
use crate::words::words;
use crate::{Conflict, Error, JobId, Reader, Result, Tx};

words! {
    /// Where a job stands.
    pub enum JobState {
        /// Waiting for its time and a worker.
        Queued = "queued",
        /// A worker has it.
        Running = "running",
        /// It is done.
        Done = "done",
        /// It was given up; a person must look.
        Dead = "dead",
    }
}

/// Work to be done.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    /// Its id.
    pub id: JobId,
    /// What is to be done.
    pub kind: String,
    /// On what (no personal data: ids).
    pub payload: serde_json::Value,
    /// Not before.
    pub run_at: Timestamp,
    /// At most one open job has this key.
    pub unique_key: Option<String>,
}

/// A job as it lies in the queue; one that was claimed also proves the claim.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What is to be done.
    pub kind: String,
    /// On what.
    pub payload: serde_json::Value,
    /// Where it stands.
    pub state: JobState,
    /// Not before.
    pub run_at: Timestamp,
    /// How often it was claimed, this time included.
    pub attempts: u32,
    /// Counts claims over the job's whole life: the fence against a worker that lost its lease.
    pub claim: i64,
    /// Who has it.
    pub worker: Option<String>,
    /// Until when.
    pub lease_until: Option<Timestamp>,
    /// What went wrong last (no personal data).
    pub error: Option<String>,
    /// The key that keeps it single.
    pub unique_key: Option<String>,
    /// When it was promised.
    pub created_at: Timestamp,
    /// When it was done or given up.
    pub finished_at: Option<Timestamp>,
}

/// How many jobs of a kind are in a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// The kind.
    pub kind: String,
    /// The state; finished ones are not counted.
    pub state: JobState,
    /// How many.
    pub jobs: u64,
    /// The earliest time any of them was to run.
    pub oldest: Option<Timestamp>,
}

table! {
    /// One job. `ready_at` is when a worker may take it: its time while it waits, the end of the lease while it runs.
    /// `open_key` repeats `unique_key` while the job is open.
    mod row is "job" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        kind: String,
        payload: String,
        state: String,
        run_at: i64,
        ready_at: Option<i64>,
        attempts: i64,
        claim: i64,
        worker: Option<String>,
        lease_until: Option<i64>,
        error: Option<String>,
        unique_key: Option<String>,
        open_key: Option<String>,
        again_at: Option<i64>,
        created_at: i64,
        finished_at: Option<i64>,
    }
}

fn from_row(row: row::Model) -> Result<Job> {
    Ok(Job {
        id: JobId(row.id),
        kind: row.kind,
        payload: parse_json(&row.payload)?,
        state: row.state.parse()?,
        run_at: instant(row.run_at)?,
        attempts: small(row.attempts)?,
        claim: row.claim,
        worker: row.worker,
        lease_until: opt_instant(row.lease_until)?,
        error: row.error,
        unique_key: row.unique_key,
        created_at: instant(row.created_at)?,
        finished_at: opt_instant(row.finished_at)?,
    })
}

async fn save(tx: &Tx, row: row::Model) -> Result<()> {
    let id = row.id;
    replace_row(tx, row, Condition::all().add(row::Column::Id.eq(id)))
        .await
        .map_err(taken(&[("open_key", "unique_key")]))?;
    Ok(())
}

/// The row of a job that is still this worker's, locked.
async fn mine(tx: &Tx, job: &Job) -> Result<row::Model> {
    let row = row::Entity::find_by_id(job.id.0).lock_exclusive().one(tx.db()).await?.ok_or(Error::NotFound("job"))?;
    if row.state != JobState::Running.as_str() || row.claim != job.claim {
        return Err(Error::Conflict(Conflict::LeaseLost));
    }
    Ok(row)
}

/// Makes a row wait for a worker.
fn wait(row: &mut row::Model, run_at: i64) {
    JobState::Queued.as_str().clone_into(&mut row.state);
    row.run_at = run_at;
    row.ready_at = Some(run_at);
    row.worker = None;
    row.lease_until = None;
}

/// Closes a row, unless its key was promised again meanwhile: then it waits for another round.
fn close(row: &mut row::Model, state: JobState, at: Timestamp) {
    if let Some(again) = row.again_at.take() {
        wait(row, again);
        row.attempts = 0;
        return;
    }
    state.as_str().clone_into(&mut row.state);
    row.ready_at = None;
    row.lease_until = None;
    row.open_key = None;
    row.finished_at = Some(micros(at));
}

fn of_kinds(kinds: &[&str]) -> Condition {
    let any = Condition::all();
    if kinds.is_empty() { any } else { any.add(row::Column::Kind.is_in(kinds.iter().copied())) }
}

/// Promises a job; false when an open job has the same key. That one, when running, runs once more afterwards.
pub async fn enqueue(tx: &Tx, job: &NewJob, now: Timestamp) -> Result<bool> {
    let run_at = micros(job.run_at);
    loop {
        let row = row::Model {
            id: job.id.0,
            kind: job.kind.clone(),
            payload: json(&job.payload)?,
            state: JobState::Queued.as_str().to_owned(),
            run_at,
            ready_at: Some(run_at),
            attempts: 0,
            claim: 0,
            worker: None,
            lease_until: None,
            error: None,
            unique_key: job.unique_key.clone(),
            open_key: job.unique_key.clone(),
            again_at: None,
            created_at: micros(now),
            finished_at: None,
        };
        let inserted = row::Entity::insert(row.into_active_model())
            .on_conflict(OnConflict::column(row::Column::OpenKey).do_nothing().to_owned())
            .try_insert()
            .exec_without_returning(tx.db())
            .await
            .map_err(taken(&[]))?;
        if matches!(inserted, TryInsertResult::Inserted(1)) {
            return Ok(true);
        }
        let open = row::Entity::find()
            .filter(row::Column::OpenKey.eq(job.unique_key.clone()))
            .lock_exclusive()
            .one(tx.db())
            .await?;
        // Absent: it was finished between the two statements, so the key is free now.
        let Some(mut open) = open else { continue };
        if open.state == JobState::Running.as_str() {
            open.again_at = Some(open.again_at.map_or(run_at, |again: i64| std::cmp::min(again, run_at)));
            save(tx, open).await?;
        } else if run_at < open.run_at {
            wait(&mut open, run_at);
            save(tx, open).await?;
        }
        return Ok(false);
    }
}

/// Takes the longest due job of these kinds (all when empty), also one whose lease ran out.
pub async fn claim(
    tx: &Tx,
    kinds: &[&str],
    worker: &str,
    now: Timestamp,
    lease_until: Timestamp,
) -> Result<Option<Job>> {
    let found = row::Entity::find()
        .filter(row::Column::ReadyAt.lte(micros(now)))
        .filter(of_kinds(kinds))
        .order_by_asc(row::Column::ReadyAt)
        .limit(1)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .one(tx.db())
        .await?;
    match found {
        Some(row) => take(tx, row, worker, lease_until).await.map(Some),
        None => Ok(None),
    }
}

/// Takes the open job of this key, due or not, unless another worker has it.
pub async fn claim_key(
    tx: &Tx,
    unique_key: &str,
    worker: &str,
    now: Timestamp,
    lease_until: Timestamp,
) -> Result<Option<Job>> {
    let free = Condition::any()
        .add(row::Column::State.eq(JobState::Queued.as_str()))
        .add(row::Column::LeaseUntil.lte(micros(now)));
    let found = row::Entity::find()
        .filter(row::Column::OpenKey.eq(unique_key))
        .filter(free)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .one(tx.db())
        .await?;
    match found {
        Some(row) => take(tx, row, worker, lease_until).await.map(Some),
        None => Ok(None),
    }
}

async fn take(tx: &Tx, mut row: row::Model, worker: &str, lease_until: Timestamp) -> Result<Job> {
    JobState::Running.as_str().clone_into(&mut row.state);
    row.attempts += 1;
    row.claim += 1;
    row.worker = Some(worker.to_owned());
    row.lease_until = Some(micros(lease_until));
    row.ready_at = Some(micros(lease_until));
    save(tx, row.clone()).await?;
    from_row(row)
}

/// Prolongs the lease; `Conflict(LeaseLost)` when another worker has the job now.
pub async fn heartbeat(tx: &Tx, job: &Job, lease_until: Timestamp) -> Result<()> {
    let mut row = mine(tx, job).await?;
    row.lease_until = Some(micros(lease_until));
    row.ready_at = Some(micros(lease_until));
    save(tx, row).await
}

/// Marks a claimed job as done.
pub async fn done(tx: &Tx, job: &Job, at: Timestamp) -> Result<()> {
    let mut row = mine(tx, job).await?;
    row.error = None;
    close(&mut row, JobState::Done, at);
    save(tx, row).await
}

/// Puts a claimed job back to run later, with what went wrong.
pub async fn retry(tx: &Tx, job: &Job, run_at: Timestamp, error: &str) -> Result<()> {
    let mut row = mine(tx, job).await?;
    let next = micros(run_at);
    // What was promised again meanwhile is the same work: this retry does it.
    let next = row.again_at.take().map_or(next, |again| std::cmp::min(again, next));
    row.error = Some(error.to_owned());
    wait(&mut row, next);
    save(tx, row).await
}

/// Gives a claimed job up, with what went wrong.
pub async fn fail(tx: &Tx, job: &Job, at: Timestamp, error: &str) -> Result<()> {
    let mut row = mine(tx, job).await?;
    row.error = Some(error.to_owned());
    close(&mut row, JobState::Dead, at);
    save(tx, row).await
}

/// Lets a job that was given up run again.
pub async fn revive(tx: &Tx, id: JobId, run_at: Timestamp) -> Result<()> {
    let mut row = row::Entity::find_by_id(id.0).lock_exclusive().one(tx.db()).await?.ok_or(Error::NotFound("job"))?;
    if row.state != JobState::Dead.as_str() {
        return Err(Error::Conflict(Conflict::State));
    }
    wait(&mut row, micros(run_at));
    row.attempts = 0;
    row.finished_at = None;
    row.open_key = row.unique_key.clone();
    save(tx, row).await
}

/// Pulls an open, waiting job with this key forward to `run_at`; false when there is none.
pub async fn hasten(tx: &Tx, unique_key: &str, run_at: Timestamp) -> Result<bool> {
    let found = row::Entity::find()
        .filter(row::Column::OpenKey.eq(unique_key))
        .filter(row::Column::State.eq(JobState::Queued.as_str()))
        .lock_exclusive()
        .one(tx.db())
        .await?;
    let Some(mut row) = found else { return Ok(false) };
    if micros(run_at) < row.run_at {
        wait(&mut row, micros(run_at));
        save(tx, row).await?;
    }
    Ok(true)
}

/// The job of this id.
pub async fn get(r: &Reader, id: JobId) -> Result<Job> {
    from_row(row::Entity::find_by_id(id.0).one(r.db()).await?.ok_or(Error::NotFound("job"))?)
}

/// Jobs that were given up, latest first.
pub async fn dead(r: &Reader, limit: u64) -> Result<Vec<Job>> {
    let rows = row::Entity::find()
        .filter(row::Column::State.eq(JobState::Dead.as_str()))
        .order_by_desc(row::Column::FinishedAt)
        .limit(limit)
        .all(r.db())
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// How many jobs wait, run, and were given up.
pub async fn counts(r: &Reader) -> Result<Vec<Count>> {
    let rows: Vec<(String, String, i64, Option<i64>)> = row::Entity::find()
        .select_only()
        .column(row::Column::Kind)
        .column(row::Column::State)
        .column_as(row::Column::Id.count(), "jobs")
        .column_as(row::Column::RunAt.min(), "oldest")
        .filter(row::Column::State.ne(JobState::Done.as_str()))
        .group_by(row::Column::Kind)
        .group_by(row::Column::State)
        .order_by_asc(row::Column::Kind)
        .order_by_asc(row::Column::State)
        .into_tuple()
        .all(r.db())
        .await?;
    let count = |(kind, state, jobs, oldest): (String, String, i64, Option<i64>)| {
        Ok(Count { kind, state: state.parse()?, jobs: unsigned(jobs)?, oldest: opt_instant(oldest)? })
    };
    rows.into_iter().map(count).collect()
}

/// When the next waiting job of these kinds (all when empty) is due, or a lease runs out.
pub async fn next_due(r: &Reader, kinds: &[&str]) -> Result<Option<Timestamp>> {
    let next: Option<i64> = row::Entity::find()
        .select_only()
        .column(row::Column::ReadyAt)
        .filter(row::Column::ReadyAt.is_not_null())
        .filter(of_kinds(kinds))
        .order_by_asc(row::Column::ReadyAt)
        .limit(1)
        .into_tuple()
        .one(r.db())
        .await?;
    opt_instant(next)
}

/// Deletes jobs done before; at most `limit`, says how many.
pub async fn purge(tx: &Tx, done_before: Timestamp, limit: u64) -> Result<u64> {
    let ids: Vec<uuid::Uuid> = row::Entity::find()
        .select_only()
        .column(row::Column::Id)
        .filter(row::Column::State.eq(JobState::Done.as_str()))
        .filter(row::Column::FinishedAt.lt(micros(done_before)))
        .limit(limit)
        .into_tuple()
        .all(tx.db())
        .await?;
    Ok(row::Entity::delete_many().filter(row::Column::Id.is_in(ids)).exec(tx.db()).await?.rows_affected)
}
