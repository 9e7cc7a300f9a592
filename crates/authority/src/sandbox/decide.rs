//! Decisions about what waits at the desk.

use sqlx::SqliteConnection;

use super::Error;
use super::clock::{local, stored};
use super::office::Office;
use super::operation::{Applied, cancel, change, first_filing, new_access, new_site, verification};
use super::request::{Matter, Request};
use super::scenario::Happening;
use super::words::Lang;
use crate::code::ResultCode;
use crate::message::{Decision, Download, Reference};

/// What came of deciding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Decided {
    /// It was approved, under this number if it is one that gets a number.
    Approved(Option<String>),
    /// It was refused.
    Refused,
    /// It does not wait for a decision.
    NotWaiting,
    /// A refusal needs its reason.
    OpinionMissing,
}

impl Office {
    /// Decides a request that waits at the desk, and queues what the providers get.
    pub(super) async fn decide(&self, id: i64, approve: bool, opinion: &str, officer: &str) -> Result<Decided, Error> {
        let zh = Lang::Chinese;
        let opinion = opinion.trim();
        let opinion = match (approve, opinion) {
            (false, "") => return Ok(Decided::OpinionMissing),
            (true, "") => zh.text("opinion-approved"),
            (_, given) => given.chars().take(1024).collect(),
        };
        let mut tx = self.write().await?;
        let state: Option<String> =
            sqlx::query_scalar("SELECT state FROM request WHERE id = ?").bind(id).fetch_optional(&mut *tx).await?;
        if state.as_deref() != Some("waiting") {
            return Ok(Decided::NotWaiting);
        }
        let (Some(matter), Some(request)) = (self.matter(&mut tx, id).await?, self.request(&mut tx, id).await?) else {
            return Ok(Decided::NotWaiting);
        };
        // What it is about may have ended by force since it came.
        let ended = self.has_ended(&mut tx, &matter).await?.filter(|_| approve);
        let (approve, opinion) = match ended.and_then(ResultCode::words) {
            Some(words) => (false, words.zh.to_owned()),
            None => (approve, opinion),
        };
        let decision = self.decision(&matter, approve, &opinion, officer);
        let applied = match approve {
            true => self.apply(&mut tx, &matter, &request, officer).await?,
            false => Applied::default(),
        };
        sqlx::query("UPDATE request SET state = ?, decided_at = ?, officer = ?, opinion = ?, number = ? WHERE id = ?")
            .bind(if approve { "approved" } else { "refused" })
            .bind(stored(self.clock.now()))
            .bind(officer)
            .bind(&opinion)
            .bind(&applied.number)
            .bind(id)
            .execute(&mut *tx)
            .await?;
        self.queue_for(&mut tx, matter.isp_id, &Download { decisions: vec![decision], ..Download::default() }).await?;
        for told in &applied.told {
            self.tell(&mut tx, told).await?;
        }
        let action = zh.text(&format!("action-{}", matter.kind.word()));
        let text = match (approve, &applied.number) {
            (true, Some(number)) => zh.with("sms-approved", &[("name", &matter.title), ("number", number)]),
            (true, None) => zh.with("sms-done", &[("name", &matter.title), ("action", &action)]),
            (false, _) => {
                zh.with("sms-refused", &[("name", &matter.title), ("action", &action), ("opinion", &opinion)])
            }
        };
        for mobile in self.informed(&mut tx, id).await? {
            self.send_sms(&mut tx, &mobile, &text, None).await?;
        }
        self.happened(&mut tx, &matter, if approve { Happening::Approved } else { Happening::Refused }).await?;
        tx.commit().await?;
        Ok(if approve { Decided::Approved(applied.number) } else { Decided::Refused })
    }

    /// The code for a request whose subject or site has ended.
    async fn has_ended(&self, tx: &mut SqliteConnection, matter: &Matter) -> Result<Option<ResultCode>, Error> {
        let site = match matter.site {
            Some(id) => self.site(tx, &Reference::Id(id)).await?,
            None => None,
        };
        let subject = match matter.subject {
            Some(id) => self.subject(tx, &Reference::Id(id)).await?,
            None => None,
        };
        let code = site.and_then(|site| site.ended()).or_else(|| subject.and_then(|subject| subject.ended()));
        Ok(code.map(ResultCode))
    }

    async fn apply(
        &self,
        tx: &mut SqliteConnection,
        matter: &Matter,
        request: &Request,
        officer: &str,
    ) -> Result<Applied, Error> {
        match request {
            Request::FirstFiling(filing) => first_filing::apply(self, tx, matter.isp_id, filing, officer).await,
            Request::NewSite(request) => new_site::apply(self, tx, matter, request).await,
            Request::NewAccess(request) => new_access::apply(self, tx, matter, request).await,
            Request::Change(change) => change::apply(self, tx, matter, change).await,
            Request::Cancellation(request) => cancel::apply(self, tx, request).await,
            Request::Verification(result) => verification::apply(self, tx, result, officer).await,
            // The others are settled when they come and never wait for a decision.
            _ => Ok(Applied::default()),
        }
    }

    /// Whose phones are told of the decision: the principal's, or the managers' where no principal was asked.
    async fn informed(&self, tx: &mut SqliteConnection, id: i64) -> Result<Vec<String>, Error> {
        let holders: Vec<(String, String)> =
            sqlx::query_as("SELECT role, mobile FROM challenge WHERE request_id = ? ORDER BY id")
                .bind(id)
                .fetch_all(&mut *tx)
                .await?;
        let principal = holders.iter().any(|(role, _)| role != "manager");
        Ok(holders.into_iter().filter(|(role, _)| !principal || role != "manager").map(|(_, mobile)| mobile).collect())
    }

    /// The decision as it travels.
    pub(super) fn decision(&self, matter: &Matter, approved: bool, opinion: &str, officer: &str) -> Decision {
        Decision {
            officer: Some(officer.chars().take(128).collect()),
            phone: Some(Lang::Chinese.text("bureau-phone")),
            at: local(self.clock.now()).strftime("%Y-%m-%d %H:%M:%S").to_string(),
            opinion: Some(opinion.to_owned()),
            approved,
            operation: Some(matter.kind.operation()),
            record: Some(matter.record),
        }
    }
}
