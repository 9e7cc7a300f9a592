//! The SMS verification: codes to the principal and the managers, 24 hours, five wrong tries in all.
//!
//! Since 2020-08-17 it stands in for the filing password everywhere. One phone gets one code; the sixth wrong try, or
//! the end of the 24 hours, sends the filing back.

use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use super::Error;
use super::check::INDIVIDUAL;
use super::clock::stored;
use super::office::{Office, shown};
use super::words::Lang;
use crate::message::{Download, NewFiling, Person};

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
    filing_id: i64,
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

/// Who gets a code for a first filing: the principal and every manager, one code for each phone.
pub(super) fn holders(filing: &NewFiling) -> Vec<Holder> {
    let subject = &filing.subject;
    let mut holders: Vec<Holder> = Vec::new();
    let mut add = |role, person: &Person, number: Option<&str>| {
        // Several numbers may be given; the first one receives the code.
        let mobile = person.mobile.as_deref().unwrap_or_default().split(';').next().unwrap_or_default().to_owned();
        let tail = tail(person.certificate_number.as_deref().or(number).unwrap_or_default());
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
    };
    let own = (super::check::nature(filing) == Some(INDIVIDUAL)).then_some(subject.certificate.number.as_str());
    add("principal", &subject.principal, own);
    for site in &filing.sites {
        add("manager", &site.manager, own);
    }
    holders
}

/// The last six characters of a number, in capitals.
fn tail(number: &str) -> String {
    let characters: Vec<char> = number.trim().to_uppercase().chars().collect();
    characters[characters.len().saturating_sub(6)..].iter().collect()
}

impl Office {
    /// Sends the codes of a filing.
    pub(super) async fn challenge(&self, tx: &mut SqliteConnection, id: i64, filing: &NewFiling) -> Result<(), Error> {
        let until: i64 =
            sqlx::query_scalar("SELECT sms_until FROM filing WHERE id = ?").bind(id).fetch_one(&mut *tx).await?;
        for holder in holders(filing) {
            let code = self.draw_code();
            sqlx::query(
                "INSERT INTO challenge (filing_id, role, mobile, tails, code, sent_at) VALUES (?, ?, ?, ?, ?, ?)",
            )
            .bind(id)
            .bind(holder.role)
            .bind(&holder.mobile)
            .bind(serde_json::to_string(&holder.tails)?)
            .bind(&code)
            .bind(stored(self.clock.now()))
            .execute(&mut *tx)
            .await?;
            self.send_code(tx, filing, holder.role, &holder.mobile, &code, until).await?;
        }
        Ok(())
    }

    async fn send_code(
        &self,
        tx: &mut SqliteConnection,
        filing: &NewFiling,
        role: &str,
        mobile: &str,
        code: &str,
        until: i64,
    ) -> Result<(), Error> {
        let zh = Lang::Chinese;
        let domains: Vec<&str> =
            filing.sites.iter().flat_map(|site| &site.domains).map(|domain| domain.name.as_str()).collect();
        let text = zh.with(
            "sms-code",
            &[
                ("code", code),
                ("domain", domains.first().copied().unwrap_or_default()),
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
            sqlx::query("UPDATE filing SET wrong_tries = ? WHERE id = ?")
                .bind(wrong)
                .bind(newest.filing_id)
                .execute(&mut *tx)
                .await?;
            let state = if wrong > TRIES {
                self.send_back(&mut tx, newest.filing_id, "sms-tries").await?;
                State::Returned
            } else {
                State::Wrong
            };
            tx.commit().await?;
            return Ok(Verified { state, tries_left: (TRIES - wrong).max(0) });
        };
        let now = stored(self.clock.now());
        sqlx::query("UPDATE challenge SET verified_at = ? WHERE id = ?")
            .bind(now)
            .bind(challenge.id)
            .execute(&mut *tx)
            .await?;
        let others: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM challenge WHERE filing_id = ? AND verified_at IS NULL")
                .bind(challenge.filing_id)
                .fetch_one(&mut *tx)
                .await?;
        let state = if others == 0 {
            sqlx::query("UPDATE filing SET state = 'waiting', verified_at = ? WHERE id = ?")
                .bind(now)
                .bind(challenge.filing_id)
                .execute(&mut *tx)
                .await?;
            State::Verified
        } else {
            State::WaitingForOther
        };
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
        let content: String = sqlx::query_scalar("SELECT content FROM filing WHERE id = ?")
            .bind(challenge.filing_id)
            .fetch_one(&mut *tx)
            .await?;
        let filing: NewFiling = serde_json::from_str(&content)?;
        self.send_code(&mut tx, &filing, &challenge.role, mobile.trim(), &code, challenge.sms_until).await?;
        tx.commit().await?;
        Ok(Resent::Sent)
    }

    /// The codes that wait for a phone, newest first.
    async fn open_challenges(&self, tx: &mut SqliteConnection, mobile: &str) -> Result<Vec<Challenge>, Error> {
        Ok(sqlx::query_as(
            "SELECT challenge.id, filing_id, role, tails, code, sent_at, sms_until, wrong_tries \
             FROM challenge JOIN filing ON filing.id = filing_id \
             WHERE mobile = ? AND challenge.verified_at IS NULL AND state = 'awaiting_sms' \
             ORDER BY challenge.id DESC",
        )
        .bind(mobile.trim())
        .fetch_all(&mut *tx)
        .await?)
    }

    /// Sends a filing back whose verification failed; the provider learns it as a refused decision.
    pub(super) async fn send_back(&self, tx: &mut SqliteConnection, id: i64, reason: &str) -> Result<(), Error> {
        let row: Option<(i64, i64)> =
            sqlx::query_as("SELECT isp_id, subject_id FROM filing WHERE id = ? AND state = 'awaiting_sms'")
                .bind(id)
                .fetch_optional(&mut *tx)
                .await?;
        let Some((isp_id, subject_id)) = row else { return Ok(()) };
        let (opinion, officer) = (Lang::Chinese.text(reason), Lang::Chinese.text("system-officer"));
        sqlx::query("UPDATE filing SET state = 'returned', decided_at = ?, officer = ?, opinion = ? WHERE id = ?")
            .bind(stored(self.clock.now()))
            .bind(&officer)
            .bind(&opinion)
            .bind(id)
            .execute(&mut *tx)
            .await?;
        let decision = self.decision(subject_id, false, &opinion, &officer);
        if let Some(provider) = self.provider(isp_id) {
            self.queue(tx, provider, &Download { decisions: vec![decision], ..Download::default() }).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::tests::example;

    #[test]
    fn one_phone_gets_one_code_and_two_phones_get_two() {
        let mut filing = example();
        let one = holders(&filing);
        assert_eq!(one.len(), 1);
        assert_eq!((one[0].role, one[0].tails.as_slice()), ("both", ["010018".to_owned()].as_slice()));
        filing.sites[0].manager.mobile = Some("13900001111".into());
        filing.sites[0].manager.certificate_number = Some("11010519491231002x".into());
        let two = holders(&filing);
        assert_eq!(two.iter().map(|holder| holder.role).collect::<Vec<_>>(), ["principal", "manager"]);
        assert_eq!(two[1].tails, ["31002X"]);
        let mut second = filing.sites[0].clone();
        second.manager.mobile = Some("13700002222".into());
        filing.sites.push(second);
        assert_eq!(holders(&filing).len(), 3);
    }

    #[test]
    fn a_person_without_a_separate_document_answers_with_the_subjects() {
        let mut filing = example();
        filing.subject.nature = Some(INDIVIDUAL);
        filing.subject.certificate.number = "11010519491231002X".into();
        filing.subject.principal.certificate_number = None;
        filing.sites[0].manager.certificate_number = None;
        assert_eq!(holders(&filing)[0].tails, ["31002X"]);
    }
}
