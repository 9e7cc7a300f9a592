//! The story itself, step by step.

use super::applicant::Applicant;
use super::authority::{Authority, People, receivers};
use super::follow::Others;
use super::http::Server;
use super::neighbour::{self, Neighbour};
use super::reviewer::Staff;
use super::tell::{Step, Teller, Who};
use super::{Failure, Seen, text, visitor};
use filing::case::{CaseFile, Expectation, Handover, Officer};
use filing::stage::Action;
use serde_json::Value;
use std::path::Path;
use std::time::Instant;
use url::Url;

/// Where the story takes place.
#[derive(Debug, Clone)]
pub struct Scene {
    /// The platform; several processes of one platform take turns.
    pub platforms: Vec<Url>,
    /// The sandbox authority.
    pub authority: Url,
    /// The gateway.
    pub gateway: Url,
    /// Where the gateway finds the websites.
    pub origin: String,
    /// An administrator, as `LOGIN:PASSWORD`.
    pub administrator: String,
    /// A reviewer, as `LOGIN:PASSWORD`.
    pub reviewer: String,
    /// Another provider's account at the sandbox authority.
    pub neighbour: authority::client::Bureau,
    /// A word of this run, so that nothing of two runs is mistaken for one.
    pub run: String,
}

/// A step that was not done.
pub(super) struct Stop {
    step: &'static str,
    why: Failure,
}

/// Plays one case; whether it ended as the case says it must.
pub async fn play(case: &CaseFile, folder: &Path, scene: &Scene, teller: &mut Teller) -> bool {
    let title = match teller.language() {
        crate::words::Language::Zh => &case.title.zh,
        crate::words::Language::En => &case.title.en,
    };
    teller.begin(&case.id, title);
    let mut stage = Stage { case, folder, scene, teller };
    match stage.play().await {
        Ok(outcome) => {
            teller.end(outcome, None);
            true
        }
        Err(stop) => {
            teller.end("stopped", Some((stop.step, &stop.why.to_string())));
            false
        }
    }
}

/// A case that is being played.
pub(super) struct Stage<'a> {
    pub(super) case: &'a CaseFile,
    folder: &'a Path,
    scene: &'a Scene,
    teller: &'a mut Teller,
}

/// Names the step in which a failure happened.
pub(super) trait In<T> {
    fn during(self, step: &'static str) -> Result<T, Stop>;
}

impl<T> In<T> for Result<T, Failure> {
    fn during(self, step: &'static str) -> Result<T, Stop> {
        self.map_err(|why| Stop { step, why })
    }
}

impl Stage<'_> {
    /// Does a step and tells what was seen.
    pub(super) async fn step(
        &mut self,
        step: &'static str,
        who: Who,
        work: impl Future<Output = Result<Seen, Failure>>,
    ) -> Result<(), Stop> {
        let began = Instant::now();
        let facts = work.await.during(step)?;
        self.teller.step(&Step { step, who, facts, took: began.elapsed() });
        Ok(())
    }

    /// Does a step that gives something besides.
    pub(super) async fn step_for<T>(
        &mut self,
        step: &'static str,
        who: Who,
        work: impl Future<Output = Result<(Seen, T), Failure>>,
    ) -> Result<T, Stop> {
        let began = Instant::now();
        let (facts, value) = work.await.during(step)?;
        self.teller.step(&Step { step, who, facts, took: began.elapsed() });
        Ok(value)
    }

    pub(super) fn domains(&self) -> Vec<String> {
        self.case.draft.sites.iter().map(|site| site.domain.trim().to_lowercase()).collect()
    }

    async fn play(&mut self) -> Result<&'static str, Stop> {
        let language = self.teller.language().tag();
        let platform = Server::new(self.scene.platforms.clone(), language).during("prepare")?;
        let gateway = Server::new(vec![self.scene.gateway.clone()], language).during("prepare")?;
        let ministry = Server::new(vec![self.scene.authority.clone()], language).during("prepare")?;
        let mut applicant = Applicant::new(self.case, self.folder, &platform, &self.scene.run);

        let authority = Authority::new(&ministry);
        if !self.case.elsewhere.is_empty() {
            self.file_elsewhere(&authority).await?;
        }
        for domain in self.domains() {
            self.step("closed", Who::Visitor, visitor::sees_closed(&gateway, &domain)).await?;
        }
        let administrator = self.enter(&platform, &mut applicant).await?;
        if let Some(outcome) = self.write(&mut applicant).await? {
            for domain in self.domains() {
                self.step("still-closed", Who::Visitor, visitor::sees_closed(&gateway, &domain)).await?;
            }
            return Ok(outcome);
        }
        let reviewer = Staff::log_in(&platform, &self.scene.reviewer).await.during("reviewer-log-in")?;
        self.review(&applicant, &reviewer, true).await?;
        if self.decide(&applicant, &reviewer, &authority, &gateway).await? == Decision::Refused {
            return Ok("refused-by-authority");
        }
        let number = self.close(&platform, &gateway, &applicant, &authority).await?;
        applicant.keep_number(number);
        let others = Others { platform: &platform, gateway: &gateway, reviewer: &reviewer, authority: &authority };
        let outcome = self.follow(&mut applicant, &others).await?;
        let neighbour = self.scene.neighbour.isp_id;
        let ledgers = async { authority.compare(administrator.settled_uploads().await?, neighbour).await };
        self.step("ledger", Who::Administrator, ledgers).await?;
        Ok(outcome)
    }

    /// The same subject files through another provider first.
    async fn file_elsewhere(&mut self, authority: &Authority<'_>) -> Result<(), Stop> {
        let provider = Neighbour::new(self.scene.neighbour.clone()).during("report-elsewhere")?;
        self.step("report-elsewhere", Who::Neighbour, provider.report(self.case)).await?;
        let texted = neighbour::receivers(self.case);
        self.step("verify", Who::Phone, authority.verify(&texted, 0)).await?;
        self.step("approve", Who::Authority, authority.decide(self.case, None)).await?;
        self.step("filed-elsewhere", Who::Neighbour, neighbour::filed(self.case, authority)).await
    }

    /// The applicant gets an account with resources.
    async fn enter(&mut self, platform: &Server, applicant: &mut Applicant<'_>) -> Result<Staff, Stop> {
        self.step("register", Who::Applicant, applicant.register()).await?;
        self.step("identify", Who::Applicant, applicant.identify()).await?;
        let administrator = Staff::log_in(platform, &self.scene.administrator).await.during("administrator-log-in")?;
        let import = administrator.import(self.case, applicant.login(), &self.scene.origin);
        self.step("import-resources", Who::Administrator, import).await?;
        self.step("see-resources", Who::Applicant, applicant.see_resources()).await?;
        Ok(administrator)
    }

    /// The applicant writes and submits the order; an outcome when the story ends there, as a refused case must.
    async fn write(&mut self, applicant: &mut Applicant<'_>) -> Result<Option<&'static str>, Stop> {
        self.step("check-basic", Who::Applicant, applicant.check_basic()).await?;
        if let Err(stop) = self.step("open-order", Who::Applicant, applicant.open()).await {
            return self.refused(stop);
        }
        let by_phone = self.case.options.handover == Handover::Phone;
        self.step("fill-subject", Who::Applicant, applicant.fill_subject()).await?;
        self.step("fill-sites", Who::Applicant, applicant.fill_sites()).await?;
        if by_phone {
            for site in applicant.sites_for_phone() {
                let token = self.step_for("hand-over", Who::Applicant, applicant.hand_over(site)).await?;
                self.step("take-pictures", Who::Phone, applicant.take_pictures(site, &token)).await?;
                self.step("follow-phone", Who::Applicant, applicant.follow_phone(site)).await?;
            }
        }
        self.step("upload", Who::Applicant, applicant.upload(by_phone)).await?;
        self.step_for("check-order", Who::Applicant, applicant.check()).await?;
        match self.step("submit", Who::Applicant, applicant.submit()).await {
            Err(stop) => self.refused(stop),
            Ok(()) if matches!(self.case.expect, Expectation::RefusedByCheck { .. }) => {
                Err(Stop { step: "submit", why: Failure::Odd("the order was taken, and it must not be".to_owned()) })
            }
            Ok(()) => Ok(None),
        }
    }

    /// A refusal ends the story well when the case expects it, for these reasons at least.
    fn refused(&mut self, stop: Stop) -> Result<Option<&'static str>, Stop> {
        let (Expectation::RefusedByCheck { rules }, Failure::Refused(problem)) = (&self.case.expect, &stop.why) else {
            return Err(stop);
        };
        let broken: Vec<&str> = problem.errors.iter().map(|(_, rule, _)| rule.as_str()).collect();
        let missing: Vec<&str> = rules.iter().map(String::as_str).filter(|rule| !broken.contains(rule)).collect();
        if problem.status != 422 || !missing.is_empty() {
            let why = format!("it was refused, but not by {}: {problem}", missing.join(", "));
            return Err(Stop { step: stop.step, why: Failure::Odd(why) });
        }
        let wanted = |rule: &String| problem.errors.iter().find(|(_, broken, _)| broken == rule);
        for (field, rule, message) in rules.iter().filter_map(wanted) {
            let facts = vec![("rule", rule.clone()), ("field", field.clone()), ("message", message.clone())];
            self.teller.step(&Step { step: "refused", who: Who::Platform, facts, took: std::time::Duration::ZERO });
        }
        Ok(Some("refused-by-check"))
    }

    /// The provider's review, with the rounds of changes the case asks for.
    async fn review(&mut self, applicant: &Applicant<'_>, reviewer: &Staff, with_rounds: bool) -> Result<(), Stop> {
        let order = applicant.order();
        self.step("claim", Who::Reviewer, reviewer.claim(order)).await?;
        for round in self.case.options.rounds.iter().filter(|_| with_rounds) {
            self.step("request-changes", Who::Reviewer, reviewer.request_changes(order, round)).await?;
            let fields = self.step_for("see-requests", Who::Applicant, applicant.requests()).await?;
            let asked: Vec<&String> = round.requests.iter().map(|request| &request.field).collect();
            if asked.iter().any(|field| !fields.contains(field)) {
                let why = Failure::Odd(format!("the applicant is asked for {fields:?} instead of {asked:?}"));
                return Err(Stop { step: "see-requests", why });
            }
            self.step("mend", Who::Applicant, applicant.mend(&round.mend)).await?;
            self.step("resubmit", Who::Applicant, applicant.submit()).await?;
            self.step("claim", Who::Reviewer, reviewer.claim(order)).await?;
        }
        let mended = with_rounds && self.case.options.rounds.iter().any(|round| !round.mend.is_empty());
        self.examine(order, reviewer, mended).await
    }

    /// The reviewer, who has claimed the order, looks, calls and passes it.
    pub(super) async fn examine(&mut self, order: &str, reviewer: &Staff, mended: bool) -> Result<(), Stop> {
        self.step("look", Who::Reviewer, reviewer.look(order, mended)).await?;
        self.step("call", Who::Reviewer, reviewer.call(order, &self.scene.run)).await?;
        self.step("pass", Who::Reviewer, reviewer.pass(order)).await
    }

    /// The authority's part, until its officer has decided.
    async fn decide(
        &mut self,
        applicant: &Applicant<'_>,
        reviewer: &Staff,
        authority: &Authority<'_>,
        gateway: &Server,
    ) -> Result<Decision, Stop> {
        let officer = self.case.options.officer;
        let (texted, wrong_codes) = (receivers(self.case), self.case.options.wrong_codes);
        self.verify(applicant, authority, &texted, wrong_codes).await?;
        let early = self.case.facts().action(&self.case.draft).is_some_and(Action::opens_at_first_review);
        for domain in self.domains() {
            if early {
                self.step("open-early", Who::Visitor, visitor::sees_open(gateway, &domain)).await?;
            } else {
                self.step("still-closed", Who::Visitor, visitor::sees_closed(gateway, &domain)).await?;
            }
        }
        if officer != Officer::Approve {
            let opinion = self.teller.language().say("officer-opinion", &[]);
            self.step("refuse", Who::Authority, authority.decide(self.case, Some(&opinion))).await?;
            self.step_for("see-refusal", Who::Applicant, applicant.requests()).await?;
            if officer == Officer::Refuse {
                return match self.case.expect {
                    Expectation::RefusedByAuthority => Ok(Decision::Refused),
                    _ => Err(Stop { step: "refuse", why: Failure::Odd("the case expects a number".to_owned()) }),
                };
            }
            self.step("resubmit", Who::Applicant, applicant.submit()).await?;
            self.review(applicant, reviewer, false).await?;
            self.verify(applicant, authority, &texted, wrong_codes).await?;
        }
        self.step("approve", Who::Authority, authority.decide(self.case, None)).await?;
        Ok(Decision::Approved)
    }

    /// The platform reports, and everybody confirms the code of their text message.
    pub(super) async fn verify(
        &mut self,
        applicant: &Applicant<'_>,
        authority: &Authority<'_>,
        texted: &People,
        wrong_codes: u8,
    ) -> Result<(), Stop> {
        let reported = async {
            let order = applicant.wait_for("awaiting_sms").await?;
            let number = |key: &str| order["stage"][key].as_u64().map(|number| number.to_string()).unwrap_or_default();
            Ok(vec![("sequence", number("sequence")), ("until", text(&order["stage"]["sms_until"]).to_owned())])
        };
        self.step("report", Who::Platform, reported).await?;
        self.step("verify", Who::Phone, authority.verify(texted, wrong_codes)).await?;
        self.step("confirm-sms", Who::Applicant, applicant.confirm_sms()).await
    }

    /// The numbers are there: everybody learns of it and the websites open. The subject's number.
    async fn close(
        &mut self,
        platform: &Server,
        gateway: &Server,
        applicant: &Applicant<'_>,
        authority: &Authority<'_>,
    ) -> Result<String, Stop> {
        let filed = async {
            let order = applicant.wait_for("filed").await?;
            let filed = order["filed"].clone();
            Ok((vec![("number", text(&filed["subject_number"]).to_owned())], filed))
        };
        let filed = self.step_for("filed", Who::Platform, filed).await?;
        let subject_number = text(&filed["subject_number"]).to_owned();
        let told = told(applicant, self.case, &subject_number);
        self.step("told", Who::Applicant, told).await?;
        for site in filed["sites"].as_array().cloned().unwrap_or_default() {
            let (domain, number) = (text(&site["domain"]).to_owned(), text(&site["number"]).to_owned());
            // One province wants the subject's number there, which the site's begins with.
            if !number.starts_with(&subject_number) || !text(&site["footer_html"]).contains(&subject_number) {
                let why = Failure::Odd(format!("the number or the footer of {domain} is wrong: {site}"));
                return Err(Stop { step: "footer", why });
            }
            self.step("open", Who::Visitor, visitor::sees_open(gateway, &domain)).await?;
            self.step("look-up", Who::Visitor, visitor::looks_up(platform, &domain, &number)).await?;
            self.step("look-up-at-authority", Who::Visitor, authority.look_up(&domain, &number)).await?;
        }
        Ok(subject_number)
    }
}

/// What the authority's officer decided in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decision {
    Approved,
    Refused,
}

/// The number reached the applicant by mail and by text message.
async fn told(applicant: &Applicant<'_>, case: &CaseFile, number: &str) -> Result<Seen, Failure> {
    let principal = &case.draft.principal;
    for (channel, to) in [("mail", &principal.email), ("sms", &principal.mobile)] {
        super::insist(async || {
            let messages: Vec<Value> = applicant.messages(to).await?;
            let told =
                |message: &Value| text(&message["channel"]) == channel && text(&message["text"]).contains(number);
            Ok(messages.iter().any(told).then_some(()))
        })
        .await
        .map_err(|failure| Failure::Odd(format!("no {channel} with the number: {failure}")))?;
    }
    Ok(vec![("mail", super::applicant::mask(&principal.email)), ("mobile", super::applicant::mask(&principal.mobile))])
}
