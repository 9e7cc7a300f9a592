//! The SMS verification: codes to the principal and the managers, 24 hours, five wrong tries in all.
//!
//! Since 2020-08-17 it stands in for the filing password everywhere. One phone gets one code for a request; the sixth
//! wrong try, or the end of the 24 hours, sends the request back.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use super::Error;
use super::clock::stored;
use super::office::{Office, shown};
use super::request::Matter;
use super::scenario::Happening;
use super::words::Lang;
use crate::message::{Download, Person};

/// Wrong tries that are forgiven; one more returns the filing.
pub(super) const TRIES: i64 = 5;
/// Seconds between two codes to the same phone.
const RESEND_AFTER: i64 = 60;

/// What a person enters.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Entry {
    pub(super) mobile: String,
    pub(super) code: String,
    /// The last six characters of the identity document.
    pub(super) id_tail: String,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// Everyone has entered their code; the filing is at the desk.
    Verified,
    /// This code was right, and someone else still has to enter theirs.
    WaitingForOther,
    /// Wrong code or wrong digits of the document.
    Wrong,
    /// One try too many: the filing went back to the provider.
    Returned,
    /// Nothing waits for this phone.
    NotFound,
}

/// The answer to an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Verified {
    pub(super) state: State,
    /// Wrong tries that are still forgiven.
    pub(super) tries_left: i64,
}

/// What came of asking for another code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Resent {
    /// A new code is on its way; the old one no longer counts.
    Sent,
    /// Too soon after the last one.
    TooSoon,
    /// Nothing waits for this phone.
    NotFound,
}

#[derive(sqlx::FromRow)]
struct Challenge {
    id: i64,
    request_id: i64,
    role: String,
    tails: String,
    code: String,
    sent_at: i64,
    sms_until: i64,
    wrong_tries: i64,
}

/// Someone who must enter a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Holder {
    pub(super) role: &'static str,
    pub(super) mobile: String,
    /// The ends of identity documents that are accepted; two when one phone stands for two people.
    pub(super) tails: Vec<String>,
}

/// Who gets a code: one for each phone. `own` is the number of a subject that is a person, for those who have none of
/// their own.
pub(super) fn holders<'a>(
    people: impl IntoIterator<Item = (&'static str, &'a Person)>,
    own: Option<&str>,
) -> Vec<Holder> {
    let mut holders: Vec<Holder> = Vec::new();
    for (role, person) in people {
        // Several numbers may be given; the first one receives the code.
        let mobile = person.mobile.as_deref().unwrap_or_default().split(';').next().unwrap_or_default().to_owned();
        let tail = tail(person.certificate_number.as_deref().or(own).unwrap_or_default());
        match holders.iter_mut().find(|holder| holder.mobile == mobile) {
            Some(holder) => {
                if holder.role != role {
                    holder.role = "both";
                }
                if !holder.tails.contains(&tail) {
                    holder.tails.push(tail);
                }
            }
            None => holders.push(Holder { role, mobile, tails: vec![tail] }),
        }
    }
    holders
}

/// The last six characters of a number, in capitals.
fn tail(number: &str) -> String {
    let characters: Vec<char> = number.trim().to_uppercase().chars().collect();
    characters[characters.len().saturating_sub(6)..].iter().collect()
}

impl Office {
    /// Sends the codes of a request.
    pub(super) async fn challenge(
        &self,
        tx: &mut SqliteConnection,
        id: i64,
        matter: &Matter,
        holders: &[Holder],
        until: Timestamp,
    ) -> Result<(), Error> {
        for holder in holders {
            let code = self.draw_code();
            sqlx::query(
                "INSERT INTO challenge (request_id, role, mobile, tails, code, sent_at) VALUES (?, ?, ?, ?, ?, ?)",
            )
            .bind(id)
            .bind(holder.role)
            .bind(&holder.mobile)
            .bind(serde_json::to_string(&holder.tails)?)
            .bind(&code)
            .bind(stored(self.clock.now()))
            .execute(&mut *tx)
            .await?;
            self.send_code(tx, matter, holder.role, &holder.mobile, &code, stored(until)).await?;
        }
        Ok(())
    }

    async fn send_code(
        &self,
        tx: &mut SqliteConnection,
        matter: &Matter,
        role: &str,
        mobile: &str,
        code: &str,
        until: i64,
    ) -> Result<(), Error> {
        let zh = Lang::Chinese;
        let text = zh.with(
            "sms-code",
            &[
                ("code", code),
                ("domain", matter.domains.first().unwrap_or(&matter.title)),
                ("action", &zh.text(&format!("action-{}", matter.kind.word()))),
                ("role", &zh.text(&format!("role-{role}"))),
                ("until", &shown(until)),
            ],
        );
        self.send_sms(tx, mobile, &text, Some(code)).await
    }

    /// Takes an entry of the verification page.
    pub(super) async fn verify(&self, entry: &Entry) -> Result<Verified, Error> {
        self.settle().await?;
        let mut tx = self.write().await?;
        let open = self.open_challenges(&mut tx, &entry.mobile).await?;
        let (code, entered) = (entry.code.trim(), tail(&entry.id_tail));
        let Some(newest) = open.first() else {
            return Ok(Verified { state: State::NotFound, tries_left: 0 });
        };
        let matching = open.iter().find(|challenge| {
            let tails: Vec<String> = serde_json::from_str(&challenge.tails).unwrap_or_default();
            challenge.code == code && tails.contains(&entered)
        });
        let Some(challenge) = matching else {
            // The code fits none of the phone's filings: it counts against the newest, whose message lies on top.
            let wrong = newest.wrong_tries + 1;
            sqlx::query("UPDATE request SET wrong_tries = ? WHERE id = ?")
                .bind(wrong)
                .bind(newest.request_id)
                .execute(&mut *tx)
                .await?;
            let state = if wrong > TRIES {
                self.send_back(&mut tx, newest.request_id, "sms-tries").await?;
                State::Returned
            } else {
                State::Wrong
            };
            tx.commit().await?;
            return Ok(Verified { state, tries_left: (TRIES - wrong).max(0) });
        };
        let state = self.confirm(&mut tx, challenge.id, challenge.request_id).await?;
        tx.commit().await?;
        self.bell.notify_one();
        Ok(Verified { state, tries_left: TRIES - challenge.wrong_tries })
    }

    /// Sends a new code to a phone for the newest filing that waits for it.
    pub(super) async fn resend(&self, mobile: &str) -> Result<Resent, Error> {
        self.settle().await?;
        let mut tx = self.write().await?;
        let open = self.open_challenges(&mut tx, mobile).await?;
        let Some(challenge) = open.first() else { return Ok(Resent::NotFound) };
        let now = stored(self.clock.now());
        if now - challenge.sent_at < RESEND_AFTER * 1_000_000 {
            return Ok(Resent::TooSoon);
        }
        let code = self.draw_code();
        sqlx::query("UPDATE challenge SET code = ?, sent_at = ? WHERE id = ?")
            .bind(&code)
            .bind(now)
            .bind(challenge.id)
            .execute(&mut *tx)
            .await?;
        let Some(matter) = self.matter(&mut tx, challenge.request_id).await? else { return Ok(Resent::NotFound) };
        self.send_code(&mut tx, &matter, &challenge.role, mobile.trim(), &code, challenge.sms_until).await?;
        tx.commit().await?;
        Ok(Resent::Sent)
    }

    /// The codes that wait for a phone, newest first.
    async fn open_challenges(&self, tx: &mut SqliteConnection, mobile: &str) -> Result<Vec<Challenge>, Error> {
        Ok(sqlx::query_as(
            "SELECT challenge.id, request_id, role, tails, code, sent_at, sms_until, wrong_tries \
             FROM challenge JOIN request ON request.id = request_id \
             WHERE mobile = ? AND challenge.verified_at IS NULL AND state = 'awaiting_sms' \
             ORDER BY challenge.id DESC",
        )
        .bind(mobile.trim())
        .fetch_all(&mut *tx)
        .await?)
    }

    /// Sends a filing back whose verification failed; the provider learns it as a refused decision.
    pub(super) async fn send_back(&self, tx: &mut SqliteConnection, id: i64, reason: &str) -> Result<(), Error> {
        let state: Option<String> =
            sqlx::query_scalar("SELECT state FROM request WHERE id = ?").bind(id).fetch_optional(&mut *tx).await?;
        let Some(matter) = self.matter(tx, id).await?.filter(|_| state.as_deref() == Some("awaiting_sms")) else {
            return Ok(());
        };
        let (opinion, officer) = (Lang::Chinese.text(reason), Lang::Chinese.text("system-officer"));
        sqlx::query("UPDATE request SET state = 'returned', decided_at = ?, officer = ?, opinion = ? WHERE id = ?")
            .bind(stored(self.clock.now()))
            .bind(&officer)
            .bind(&opinion)
            .bind(id)
            .execute(&mut *tx)
            .await?;
        let decision = self.decision(&matter, false, &opinion, &officer);
        self.queue_for(tx, matter.isp_id, &Download { decisions: vec![decision], ..Download::default() }).await?;
        self.happened(tx, &matter, Happening::Refused).await
    }

    /// Enters the codes that have waited long enough, where a scenario stands in for the people.
    pub(super) async fn confirm_by_script(&self) -> Result<(), Error> {
        let delay = self.config.scenario.as_ref().and_then(|scenario| scenario.confirm_sms_after);
        let Some(delay) = delay else { return Ok(()) };
        let now = self.clock.now();
        let waiting: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT challenge.id, request_id FROM challenge JOIN request ON request.id = request_id \
             WHERE challenge.verified_at IS NULL AND state = 'awaiting_sms' AND sent_at <= ? ORDER BY challenge.id",
        )
        .bind(stored(now.checked_sub(delay).unwrap_or(now)))
        .fetch_all(&self.db)
        .await?;
        for (id, request) in waiting {
            let mut tx = self.write().await?;
            self.confirm(&mut tx, id, request).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Notes that a code was entered; the request goes on to the desk after the last one.
    async fn confirm(&self, tx: &mut SqliteConnection, challenge: i64, request: i64) -> Result<State, Error> {
        let now = stored(self.clock.now());
        sqlx::query("UPDATE challenge SET verified_at = ? WHERE id = ?")
            .bind(now)
            .bind(challenge)
            .execute(&mut *tx)
            .await?;
        let others: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM challenge WHERE request_id = ? AND verified_at IS NULL")
                .bind(request)
                .fetch_one(&mut *tx)
                .await?;
        if others > 0 {
            return Ok(State::WaitingForOther);
        }
        sqlx::query("UPDATE request SET state = 'waiting', verified_at = ? WHERE id = ?")
            .bind(now)
            .bind(request)
            .execute(&mut *tx)
            .await?;
        if let Some(matter) = self.matter(tx, request).await? {
            self.happened(tx, &matter, Happening::Verified).await?;
        }
        Ok(State::Verified)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(mobile: &str, number: Option<&str>) -> Person {
        Person { mobile: Some(mobile.to_owned()), certificate_number: number.map(str::to_owned), ..Person::default() }
    }

    #[test]
    fn one_phone_gets_one_code_and_two_phones_get_two() {
        let (first, second) =
            (person("13800006620", Some("330106199001010018")), person("13900001111;1", Some("31002x")));
        let one = holders([("principal", &first), ("manager", &first)], None);
        assert_eq!(one.len(), 1);
        assert_eq!((one[0].role, one[0].tails.as_slice()), ("both", ["010018".to_owned()].as_slice()));
        let two = holders([("principal", &first), ("manager", &second), ("manager", &second)], None);
        assert_eq!(two.iter().map(|holder| holder.role).collect::<Vec<_>>(), ["principal", "manager"]);
        assert_eq!(
            (two[1].mobile.as_str(), two[1].tails.as_slice()),
            ("13900001111", ["31002X".to_owned()].as_slice())
        );
    }

    #[test]
    fn a_person_without_a_separate_document_answers_with_the_subjects() {
        let nobody = person("13800006620", None);
        assert_eq!(holders([("principal", &nobody)], Some("11010519491231002X"))[0].tails, ["31002X"]);
    }
}
