//! Sends what waits for an authority, strictly one upload after the other.
//!
//! The number and the bytes of an upload are committed before this job sees it, and "sending" is committed before a
//! byte leaves. After that nobody here knows whether it arrived until the authority says so: by its answer, or, when
//! there is none, by `isp_querypreviousupload`, which is asked before anything is sent a second time.

use authority::client::{Delivery, Verdict};
use authority::code::{MsgCode, Reaction};
use authority::envelope::Container;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::bureau::Lease;
use store::upload::{Upload, UploadState};
use store::{OrderId, Tx};
use uuid::Uuid;

use super::halt::halt_line;
use super::{Job, Outcome, Run, backoff};
use crate::act::submit::everybody;
use crate::bureau::Bureau;
use crate::error::{Error, Result};
use crate::fault::{commit, point};
use crate::job::poll_downloads::PollDownloads;
use crate::notice::{self, local_time};
use crate::order::Loaded;
use crate::order::view::receivers_of_codes;
use crate::trail::Trail;
use crate::world::World;

/// The bureau whose line is to be worked on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Report {
    /// Its code.
    pub bureau: String,
}

/// After so many sendings of one upload a contradiction of the authority's is no slip any more.
const CONTRADICTIONS: u32 = 6;

/// What to do after one upload was handled.
enum Next {
    /// Look for the next one.
    Go,
    /// Wait until then.
    Wait(Timestamp),
    /// The line stands until a person acts.
    Stand,
}

#[async_trait::async_trait]
impl Job for Report {
    const NAME: &'static str = "report";

    fn key(&self) -> String {
        format!("report:{}", self.bureau)
    }

    async fn run(&self, world: &World, run: &Run) -> Result<Outcome> {
        let Some(bureau) = world.bureaus.find(&self.bureau) else {
            // Left out of this process's configuration; another process, or a later start, may have it.
            return Ok(Outcome::Again(world.now() + SignedDuration::from_mins(1)));
        };
        let Some(lease) = take_lease(world, bureau, run).await? else {
            return Ok(Outcome::Again(world.now() + SignedDuration::from_secs(5)));
        };
        let mut line = Line { world, bureau, lease, attempt: run.attempt };
        let worked = line.work().await;
        let freed = line.free().await;
        let outcome = worked?;
        freed?;
        Ok(outcome)
    }
}

/// Long enough for a call that gets no answer: a second sender never starts while the first may still be sending.
fn lease_time(world: &World, bureau: &Bureau) -> SignedDuration {
    let call = SignedDuration::try_from(bureau.timeout).unwrap_or(SignedDuration::from_mins(2));
    call + world.settings.lease()
}

async fn take_lease(world: &World, bureau: &Bureau, run: &Run) -> Result<Option<Lease>> {
    let now = world.now();
    let tx = world.store.write().await?;
    let lease = store::bureau::acquire(&tx, &bureau.code, &run.worker, now, now + lease_time(world, bureau)).await?;
    tx.commit().await?;
    Ok(lease)
}

struct Line<'a> {
    world: &'a World,
    bureau: &'a Bureau,
    lease: Lease,
    attempt: u32,
}

impl Line<'_> {
    async fn work(&mut self) -> Result<Outcome> {
        loop {
            let next = {
                let reader = self.world.store.read().await?;
                if store::bureau::get(&reader, &self.bureau.code).await?.halted.is_some() {
                    return Ok(Outcome::Done);
                }
                store::upload::next(&reader, &self.bureau.code).await?
            };
            let Some(upload) = next else { return Ok(Outcome::Done) };
            match self.handle(&upload).await? {
                Next::Go => {}
                Next::Wait(until) => return Ok(Outcome::Again(until)),
                Next::Stand => return Ok(Outcome::Done),
            }
        }
    }

    async fn handle(&mut self, upload: &Upload) -> Result<Next> {
        match upload.state {
            UploadState::Queued => self.send(upload).await,
            UploadState::Held if upload.code.is_some_and(is_surely_not_taken) => self.send(upload).await,
            // It went out, or was about to, and no answer says what became of it: ask before doing anything else.
            UploadState::Sending | UploadState::Held => self.ask(upload).await,
            // Its order was returned to review and nothing waits behind it: whichever order is passed next fills it.
            UploadState::Refused => Ok(Next::Stand),
            UploadState::Stored => Ok(Next::Go),
        }
    }

    /// Asks what the authority received last, and lets that decide.
    async fn ask(&mut self, upload: &Upload) -> Result<Next> {
        self.renew().await?;
        let answer = match self.bureau.client.previous_upload().await {
            Ok(answer) => answer,
            Err(error) => {
                tracing::warn!(bureau = %self.bureau.code, %error, "the authority does not say what it received last");
                return self.unanswered(upload, &error.to_string()).await;
            }
        };
        let code = answer.answer.code;
        if code.reaction() == Reaction::Configure {
            // The code speaks of the question. What became of the upload is as unknown as before, so it keeps none.
            let why = format!("the query for the previous upload: {} {}", code.0, answer.answer.text);
            return self.halt(upload, None, &why).await;
        }
        match answer.verdict(number(upload)?, &upload.md5) {
            Verdict::Taken => self.stored(upload, "proved by the query for the previous upload").await,
            Verdict::NotTaken => self.send(upload).await,
            Verdict::Conflict => {
                let last = answer.sequence.unwrap_or_default();
                let why = format!("the authority has another file: last number {last}, here {}", upload.sequence);
                self.halt(upload, None, &why).await
            }
            Verdict::Unknown => {
                let why = format!("the query for the previous upload: {} {}", code.0, answer.answer.text);
                self.unanswered(upload, &why).await
            }
        }
    }

    async fn send(&mut self, upload: &Upload) -> Result<Next> {
        let container = self.container(upload).await?;
        self.renew().await?;
        let tx = self.world.store.write().await?;
        store::bureau::check(&tx, &self.lease, self.world.now()).await?;
        store::upload::mark_sending(&tx, upload.id, self.world.now()).await?;
        commit!(tx, "report", "sending");
        point("report.before-send");
        let answer = self.bureau.client.upload(number(upload)?, &container).await;
        point("report.after-send");
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                tracing::warn!(bureau = %self.bureau.code, sequence = upload.sequence, %error, "no answer to an upload");
                let delivery = if error.delivery == Delivery::NotSent { "not_sent" } else { "ambiguous" };
                metrics::counter!("beian_uploads_total", "result" => delivery).increment(1);
                return self.unanswered(upload, &error.to_string()).await;
            }
        };
        let code = answer.answer.code;
        metrics::counter!("beian_uploads_total", "result" => code.0.to_string()).increment(1);
        if answer.is_stored() {
            return self.stored(upload, &answer.answer.text).await;
        }
        match (code.reaction(), code.words()) {
            (Reaction::FillGap, _) => self.fill_gap(upload, &answer.missing).await,
            (Reaction::RetryLater, Some(_)) => self.hold(upload, code, &answer.answer.text).await,
            // Wrong account, rights or data, or a code nobody knows: nothing is guessed, a person must look.
            _ => self.halt(upload, Some(code_of(code)), &answer.answer.text).await,
        }
    }

    /// The authority says that numbers before this one are missing. What it received last decides which: those are sent
    /// again from the ledger, then this one's turn comes again.
    async fn fill_gap(&mut self, upload: &Upload, said: &[i64]) -> Result<Next> {
        self.renew().await?;
        let Ok(answer) = self.bureau.client.previous_upload().await else {
            return self.hold(upload, MsgCode::GAP, "numbers are missing, and the query got no answer").await;
        };
        let last = match (answer.verdict(number(upload)?, &upload.md5), answer.sequence) {
            (Verdict::NotTaken, Some(last)) => u64::try_from(last).unwrap_or_default(),
            (Verdict::Taken, _) => return self.stored(upload, "proved by the query for the previous upload").await,
            (Verdict::Conflict, _) => {
                return self.halt(upload, Some(code_of(MsgCode::GAP)), "the authority has another file").await;
            }
            _ => return self.hold(upload, MsgCode::GAP, "numbers are missing, and the query says nothing").await,
        };
        if last + 1 == upload.sequence {
            // Nothing is missing before this one. Once may be a slip; again and again is for a person.
            if upload.attempts >= CONTRADICTIONS {
                let why = format!("it misses numbers {said:?} but received {last} last");
                return self.halt(upload, Some(code_of(MsgCode::GAP)), &why).await;
            }
            return self.hold(upload, MsgCode::GAP, "numbers are said to be missing that are not").await;
        }
        for missing in last + 1..upload.sequence {
            if let Some(next) = self.resend(upload, missing).await? {
                return Ok(next);
            }
        }
        self.note_held(upload, MsgCode::GAP, "missing numbers were sent").await?;
        Ok(Next::Go)
    }

    /// Sends a number again that the authority once stored and lost; says what to do when that does not work.
    async fn resend(&mut self, upload: &Upload, missing: u64) -> Result<Option<Next>> {
        let former = {
            let reader = self.world.store.read().await?;
            store::upload::by_sequence(&reader, &self.bureau.code, missing).await?
        };
        let Some(former) = former.filter(|former| former.state == UploadState::Stored) else {
            let why = format!("it misses number {missing}, which the ledger does not have as stored");
            return Ok(Some(self.halt(upload, Some(code_of(MsgCode::GAP)), &why).await?));
        };
        let container = self.container(&former).await?;
        self.renew().await?;
        point("report.before-send");
        let answer = self.bureau.client.upload(number(&former)?, &container).await;
        point("report.after-send");
        let Ok(answer) = answer else {
            // Whether it arrived shows when the query is asked again.
            return Ok(Some(self.hold(upload, MsgCode::GAP, "a missing number got no answer").await?));
        };
        if !answer.is_stored() {
            let why = format!("sending number {missing} again: {} {}", answer.answer.code.0, answer.answer.text);
            return Ok(Some(self.halt(upload, Some(code_of(MsgCode::GAP)), &why).await?));
        }
        let tx = self.world.store.write().await?;
        let facts = json!({ "bureau": self.bureau.code, "sequence": missing, "sha256": former.sha256 });
        Trail::by_job("resend", self.world.now())
            .on("bureau", Uuid::nil())
            .because("the authority missed it")
            .with(facts)
            .write(&tx)
            .await?;
        tx.commit().await?;
        Ok(None)
    }

    async fn stored(&mut self, upload: &Upload, note: &str) -> Result<Next> {
        let tx = self.world.store.write().await?;
        let line = settle_stored(&tx, self.world, upload, note).await?;
        let poll = PollDownloads { bureau: self.bureau.code.clone() };
        store::job::hasten(&tx, &poll.key(), self.world.now()).await?;
        if let Some(line) = line {
            line.write(&tx).await?;
        }
        commit!(tx, "report", "stored");
        Ok(Next::Go)
    }

    async fn hold(&mut self, upload: &Upload, code: MsgCode, text: &str) -> Result<Next> {
        self.note_held(upload, code, text).await?;
        Ok(Next::Wait(self.later_after(code)))
    }

    /// Nobody knows what became of it: the state stays, and the ledger says what is in the way.
    async fn unanswered(&self, upload: &Upload, why: &str) -> Result<Next> {
        let tx = self.world.store.write().await?;
        store::upload::note(&tx, upload.id, &clip(why)).await?;
        tx.commit().await?;
        Ok(Next::Wait(self.later()))
    }

    async fn note_held(&mut self, upload: &Upload, code: MsgCode, text: &str) -> Result<()> {
        let tx = self.world.store.write().await?;
        store::upload::mark_held(&tx, upload.id, Some(code_of(code)), &clip(text)).await?;
        Ok(tx.commit().await?)
    }

    /// Stops the line and says why on the ledger's page, where a supervisor lets it go on.
    async fn halt(&mut self, upload: &Upload, code: Option<i32>, text: &str) -> Result<Next> {
        let reason = clip(&match code {
            Some(code) => format!("{code} {text}"),
            None => text.to_owned(),
        });
        let tx = self.world.store.write().await?;
        if upload.state != UploadState::Refused {
            store::upload::mark_held(&tx, upload.id, code, &reason).await?;
        }
        halt_line(&tx, self.world, self.bureau, &reason, (Some(upload.sequence), code)).await?;
        tx.commit().await?;
        Ok(Next::Stand)
    }

    async fn container(&self, upload: &Upload) -> Result<Container> {
        let zip = store::upload::container(&self.world.store.read().await?, upload.id).await?;
        let client = self.bureau.client.clone();
        tokio::task::spawn_blocking(move || client.seal(&zip))
            .await
            .map_err(|error| Error::internal(format!("sealing thread: {error}")))
    }

    async fn renew(&mut self) -> Result<()> {
        let tx = self.world.store.write().await?;
        let until = self.world.now() + lease_time(self.world, self.bureau);
        self.lease = store::bureau::renew(&tx, &self.lease, until).await?;
        Ok(tx.commit().await?)
    }

    async fn free(&self) -> Result<()> {
        let tx = self.world.store.write().await?;
        match store::bureau::release(&tx, &self.lease).await {
            // Its time had run out; there is nothing to give back.
            Ok(()) | Err(store::Error::Conflict(_)) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(tx.commit().await?)
    }

    fn later(&self) -> Timestamp {
        self.world.now() + backoff(self.world, self.attempt)
    }

    /// The authority's own reasons to wait need minutes, not seconds: outside its hours (20), too many files waiting
    /// (15), maintenance (901, 902).
    fn later_after(&self, code: MsgCode) -> Timestamp {
        let least = match code {
            MsgCode::HOURS => SignedDuration::from_mins(5),
            MsgCode::TOO_MANY_WAITING | MsgCode::UPLOAD_MAINTENANCE | MsgCode::DOWNLOAD_MAINTENANCE => {
                SignedDuration::from_mins(1)
            }
            _ => SignedDuration::from_secs(2),
        };
        self.later().max(self.world.now() + least)
    }
}

/// Notes that the authority stored an upload: the ledger, the order and the messages at once; the audit line that
/// belongs to it is given back, to be written last.
///
/// # Errors
/// When the store cannot.
pub async fn settle_stored(tx: &Tx, world: &World, upload: &Upload, note: &str) -> Result<Option<Trail>> {
    let now = world.now();
    store::upload::mark_stored(tx, upload.id, now, 0, Some(&clip(note))).await?;
    let Some(order) = upload.order else {
        if let Some(line) = crate::task::reported(tx, world, upload).await? {
            return Ok(Some(line));
        }
        // What it carries waits for a result that names it; nothing else is to be moved here.
        let facts = json!({ "bureau": upload.bureau, "sequence": upload.sequence, "operation": upload.operation });
        return Ok(Some(Trail::by_job("report", now).on("upload", upload.id).with(facts)));
    };
    reported(tx, world, order, upload, now).await
}

async fn reported(tx: &Tx, world: &World, order: OrderId, upload: &Upload, now: Timestamp) -> Result<Option<Trail>> {
    let mut loaded = Loaded::lock(tx, world, order).await?;
    let texts_nobody = receivers_of_codes(&loaded).is_empty();
    let stage = loaded.order.stage.clone();
    let stage = match texts_nobody {
        true => stage.report_without_sms(upload.sequence, now),
        false => stage.report(upload.sequence, now),
    };
    let stage = match stage {
        Ok(stage) => stage,
        // A result came faster than the answer and has moved the order on already.
        Err(_) => return Ok(None),
    };
    loaded.enter(stage, now);
    loaded.save(tx).await?;
    let facts = json!({ "bureau": upload.bureau, "sequence": upload.sequence, "sha256": upload.sha256 });
    let line = Trail::by_job("report", now).on("order", order).with(facts);
    if texts_nobody {
        return Ok(Some(line.moved("to_report", "at_authority")));
    }
    let until = local_time(filing::deadline::Term::SmsHours.hours_after(now));
    let mobiles: Vec<String> = receivers_of_codes(&loaded).iter().map(|mobile| filing::mask::phone(mobile)).collect();
    let domain = loaded.order.draft.basic.domain.clone();
    notice::send(
        tx,
        world,
        &everybody(&loaded),
        "sms-check-pending",
        &[
            ("domain", &domain),
            ("mobiles", &mobiles.join(", ")),
            ("until", &until),
            ("check", world.settings.sms_check_url.as_str()),
        ],
    )
    .await?;
    Ok(Some(line.moved("to_report", "awaiting_sms")))
}

/// Codes that say for certain that the file was not taken. 999 and codes nobody knows say nothing for certain.
pub(crate) fn is_surely_not_taken(code: i32) -> bool {
    let code = MsgCode(i64::from(code));
    match code.reaction() {
        Reaction::Configure | Reaction::Mend | Reaction::FillGap => true,
        Reaction::RetryLater => code.words().is_some() && code != MsgCode::OTHER,
        Reaction::Proceed => false,
    }
}

/// The number of an upload as the wire writes it.
///
/// # Errors
/// When it is beyond 63 bits.
pub(crate) fn number(upload: &Upload) -> Result<i64> {
    i64::try_from(upload.sequence).map_err(|_| Error::internal("a number beyond 63 bits"))
}

fn code_of(code: MsgCode) -> i32 {
    i32::try_from(code.0).unwrap_or(i32::MAX)
}

/// What a server says may be long; a line of the ledger is not.
pub(crate) fn clip(text: &str) -> String {
    text.chars().take(300).collect()
}
