//! Logging in with a contact and a password.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use store::Tx;
use store::account::AccountState;
use store::login_attempt::Attempts;
use utoipa::ToSchema;

use crate::account::{AccountView, SignedIn, begin_session, is_confirmed};
use crate::actor::Origin;
use crate::error::{Error, Result};
use crate::password;
use crate::trail::Trail;
use crate::world::World;

/// A contact and its password.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct LogIn {
    /// The mail address or mobile number.
    pub login: String,
    /// The password.
    pub password: String,
}

/// Failures are counted for so long.
const WINDOW: SignedDuration = SignedDuration::from_mins(30);
/// So many failures for one contact are free.
pub(crate) const FREE_FOR_CONTACT: u32 = 5;
/// So many failures from one address are free: many people may sit behind one.
const FREE_FROM_ADDRESS: u32 = 40;

/// Begins a session. Whether the contact or the password was wrong is not told, nor whether the contact is known.
///
/// # Errors
/// [`Error::Unauthenticated`] when the pair is not good, [`Error::Throttled`] after too many failures.
pub async fn log_in(world: &World, origin: &Origin, input: LogIn) -> Result<SignedIn> {
    let now = world.now();
    // The same form the account is looked up by: another way to write the contact must not be another count.
    let login = store::account::normal_login(&input.login);
    let buckets = [(format!("login:{login}"), FREE_FOR_CONTACT), (format!("ip:{}", origin.ip), FREE_FROM_ADDRESS)];
    let account = {
        let tx = world.store.write().await?;
        for (bucket, free) in &buckets {
            count(&tx, bucket, *free, now).await?;
        }
        let account = store::account::find_by_login(&tx, &login).await?;
        tx.commit().await?;
        account
    };
    let usable = account.filter(|account| account.state == AccountState::Active && is_confirmed(account));
    let hash = usable.as_ref().and_then(|account| account.password_hash.as_deref());
    let verified = password::verify(world, &input.password, hash).await;
    if let Ok(false) = verified {
        metrics::counter!("beian_log_ins_total", "result" => "refused").increment(1);
        return Err(Error::Unauthenticated);
    }
    let tx = world.store.write().await?;
    // What was no failure is not counted as one.
    store::login_attempt::forgive(&tx, &buckets[1].0).await?;
    if let Err(error) = verified {
        store::login_attempt::forgive(&tx, &buckets[0].0).await?;
        tx.commit().await?;
        return Err(error);
    }
    let account = usable.ok_or(Error::Unauthenticated)?;
    store::login_attempt::clear(&tx, &buckets[0].0).await?;
    let (token, session) = begin_session(&tx, world, origin, account.id).await?;
    Trail::by_stranger("log_in", now).on("account", account.id).write(&tx).await?;
    tx.commit().await?;
    metrics::counter!("beian_log_ins_total", "result" => "accepted").increment(1);
    Ok(SignedIn { token, expires_at: session.expires_at, account: AccountView::of(&account) })
}

/// Counts a try before it is made, so that a thousand at once are not all the first.
///
/// # Errors
/// [`Error::Throttled`] when too many failed before; then it is not counted.
pub(crate) async fn count(tx: &Tx, bucket: &str, free: u32, now: Timestamp) -> Result<()> {
    let before = store::login_attempt::get(tx, bucket).await?;
    let wait = before.map_or(0, |attempts| seconds_to_wait(&attempts, free, now));
    if wait > 0 {
        return Err(Error::Throttled { retry_after_seconds: wait });
    }
    store::login_attempt::fail(tx, bucket, now, WINDOW).await?;
    Ok(())
}

/// The waiting time doubles with every failure beyond the free ones, from half a minute to a quarter of an hour.
fn seconds_to_wait(attempts: &Attempts, free: u32, now: Timestamp) -> u64 {
    if attempts.failures < free || now >= attempts.last_at + WINDOW {
        return 0;
    }
    let doublings = (attempts.failures - free).min(5);
    let until = attempts.last_at + SignedDuration::from_secs((30 << doublings).min(900));
    u64::try_from((until - now).get_seconds() + i64::from((until - now).get_milliseconds() > 0)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_beyond_the_free_ones_doubles_the_wait() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let wait = |failures| seconds_to_wait(&Attempts { failures, first_at: now, last_at: now }, 5, now);
        assert_eq!([wait(4), wait(5), wait(6), wait(7), wait(30)], [0, 30, 60, 120, 900]);
    }

    #[test]
    fn the_wait_ends() {
        let then = Timestamp::from_second(1_800_000_000).unwrap();
        let attempts = Attempts { failures: 5, first_at: then, last_at: then };
        assert_eq!(seconds_to_wait(&attempts, 5, then + SignedDuration::from_secs(29)), 1);
        assert_eq!(seconds_to_wait(&attempts, 5, then + SignedDuration::from_secs(30)), 0);
    }
}
