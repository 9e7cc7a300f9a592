//! Logging in with a contact and a password.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use store::account::AccountState;
use store::login_attempt::Attempts;
use utoipa::ToSchema;

use crate::account::{AccountView, SignedIn, begin_session, is_confirmed};
use crate::actor::Origin;
use crate::contact::Contact;
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
const FREE_FOR_CONTACT: u32 = 5;
/// So many failures from one address are free: many people may sit behind one.
const FREE_FROM_ADDRESS: u32 = 40;

/// Begins a session. Whether the contact or the password was wrong is not told, nor whether the contact is known.
///
/// # Errors
/// [`Error::Unauthenticated`] when the pair is not good, [`Error::Throttled`] after too many failures.
pub async fn log_in(world: &World, origin: &Origin, input: LogIn) -> Result<SignedIn> {
    let now = world.now();
    let login = Contact::parse(&input.login).map_or_else(|| input.login.trim().to_owned(), |c| c.as_str().to_owned());
    let buckets = [
        (format!("login:{}", login.to_lowercase()), FREE_FOR_CONTACT),
        (format!("ip:{}", origin.ip), FREE_FROM_ADDRESS),
    ];
    let account = {
        let reader = world.store.read().await?;
        for (bucket, free) in &buckets {
            let wait = store::login_attempt::get(&reader, bucket).await?.map_or(0, |a| seconds_to_wait(&a, *free, now));
            if wait > 0 {
                return Err(Error::Throttled { retry_after_seconds: wait });
            }
        }
        store::account::find_by_login(&reader, &login).await?
    };
    let usable = account.filter(|account| account.state == AccountState::Active && is_confirmed(account));
    let hash = usable.as_ref().and_then(|account| account.password_hash.as_deref());
    let is_good = password::verify(&input.password, hash).await?;
    let tx = world.store.write().await?;
    let Some(account) = usable.filter(|_| is_good) else {
        for (bucket, _) in &buckets {
            store::login_attempt::fail(&tx, bucket, now, WINDOW).await?;
        }
        tx.commit().await?;
        metrics::counter!("beian_log_ins_total", "result" => "refused").increment(1);
        return Err(Error::Unauthenticated);
    };
    store::login_attempt::clear(&tx, &buckets[0].0).await?;
    let (token, session) = begin_session(&tx, world, origin, account.id).await?;
    Trail::by_stranger("log_in", now).on("account", account.id).write(&tx).await?;
    tx.commit().await?;
    metrics::counter!("beian_log_ins_total", "result" => "accepted").increment(1);
    Ok(SignedIn { token, expires_at: session.expires_at, account: AccountView::of(&account) })
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
