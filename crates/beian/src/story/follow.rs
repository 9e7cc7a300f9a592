//! What is asked of a filing once there is one: the order, the desks, and what everybody sees afterwards.

use super::applicant::Applicant;
use super::authority::{Authority, people};
use super::http::Server;
use super::play::{In as _, Stage, Stop};
use super::reviewer::Staff;
use super::tell::Who;
use super::{insist, visitor};
use filing::case::Then;
use filing::draft::Draft;
use filing::stage::Action;

/// Everybody but the applicant.
pub struct Others<'a> {
    /// Somebody who asks the platform in public.
    pub platform: &'a Server,
    /// Somebody who opens the website.
    pub gateway: &'a Server,
    /// The provider's reviewer.
    pub reviewer: &'a Staff,
    /// The authority.
    pub authority: &'a Authority<'a>,
}

impl Stage<'_> {
    /// Asks one thing after the other of what was filed; how the last one ended.
    pub(super) async fn follow(
        &mut self,
        applicant: &mut Applicant<'_>,
        others: &Others<'_>,
    ) -> Result<&'static str, Stop> {
        let mut filed = self.case.draft.clone();
        let mut outcome = "filed";
        for then in &self.case.then {
            filed = then.applied(&filed);
            self.ask(then, applicant).await?;
            let number = self.settle(then, &filed, applicant, others).await?;
            outcome = if then.action().changes() {
                self.see_changed(then, &filed, &number, others).await?;
                "changed"
            } else {
                self.see_ended(then, &number, others).await?;
                "ended"
            };
        }
        Ok(outcome)
    }

    fn domain(&self, site: usize) -> String {
        self.domains().into_iter().nth(site).unwrap_or_default()
    }

    /// The applicant opens the order from the page of the filing, says what is asked, and submits.
    async fn ask(&mut self, then: &Then, applicant: &mut Applicant<'_>) -> Result<(), Stop> {
        let domain = self.domain(then.site().unwrap_or_default());
        self.step("ask", Who::Applicant, applicant.ask(then, &domain)).await?;
        let changes = then.changes(0);
        if !changes.is_empty() {
            self.step("write-change", Who::Applicant, applicant.mend(&changes)).await?;
            self.step("upload", Who::Applicant, applicant.bring_required(then)).await?;
        }
        self.step_for("check-order", Who::Applicant, applicant.check()).await?;
        self.step("submit", Who::Applicant, applicant.submit()).await
    }

    /// Provider and authority deal with it, and the applicant is told; the subject's number.
    async fn settle(
        &mut self,
        then: &Then,
        filed: &Draft,
        applicant: &Applicant<'_>,
        others: &Others<'_>,
    ) -> Result<String, Stop> {
        let order = applicant.order();
        self.step("claim", Who::Reviewer, others.reviewer.claim(order)).await?;
        self.examine(order, others.reviewer, then.action().changes()).await?;
        let texted = people(then.texted(filed));
        if texted.is_empty() {
            let reported = async {
                let order = applicant.wait_for("at_authority").await?;
                Ok(vec![("sequence", order["stage"]["sequence"].to_string())])
            };
            self.step("report-untexted", Who::Platform, reported).await?;
        } else {
            self.verify(applicant, others.authority, &texted, 0).await?;
        }
        for domain in self.open_domains(then) {
            self.step("still-open", Who::Visitor, visitor::sees_open(others.gateway, &domain)).await?;
        }
        let number = applicant.number().to_owned();
        let mobile = filed.principal.mobile.as_str();
        let before = applicant.told_of(&number, mobile).await.during("told-end")?;
        self.step("approve", Who::Authority, others.authority.decide(self.case, None)).await?;
        let (step, end) = if then.action().changes() { ("change-holds", "filed") } else { ("ended", "cancelled") };
        let number_seen = number.clone();
        let done = async {
            applicant.wait_for(end).await?;
            Ok(vec![("number", number_seen)])
        };
        self.step(step, Who::Platform, done).await?;
        let told = async {
            insist(async || Ok((applicant.told_of(&number, mobile).await? > before).then_some(()))).await?;
            Ok(vec![("mobile", super::applicant::mask(mobile))])
        };
        self.step("told-end", Who::Applicant, told).await?;
        Ok(number)
    }

    /// The domains that are open while it is being decided.
    fn open_domains(&self, then: &Then) -> Vec<String> {
        then.site().map_or_else(|| self.domains(), |site| vec![self.domain(site)])
    }

    /// A change interrupts nothing: the number stays and the website is open.
    async fn see_changed(&mut self, then: &Then, filed: &Draft, number: &str, others: &Others<'_>) -> Result<(), Stop> {
        for (index, domain) in self.domains().into_iter().enumerate() {
            let site = &filed.sites[index];
            self.step("open", Who::Visitor, visitor::sees_open(others.gateway, &domain)).await?;
            if then.site() == Some(index) {
                let seen = visitor::looks_up_name(others.platform, &domain, &site.name);
                self.step("look-up-name", Who::Visitor, seen).await?;
                let seen = others.authority.look_up_name(&domain, &site.name);
                self.step("look-up-name-at-authority", Who::Visitor, seen).await?;
            } else {
                self.step("look-up-at-authority", Who::Visitor, others.authority.look_up(&domain, number)).await?;
            }
        }
        Ok(())
    }

    /// What ended is closed to visitors and gone from the look-ups; an access alone leaves the number to the site.
    async fn see_ended(&mut self, then: &Then, number: &str, others: &Others<'_>) -> Result<(), Stop> {
        for (index, domain) in self.domains().into_iter().enumerate() {
            if then.site().is_some_and(|site| site != index) {
                self.step("still-open", Who::Visitor, visitor::sees_open(others.gateway, &domain)).await?;
                self.step("look-up-at-authority", Who::Visitor, others.authority.look_up(&domain, number)).await?;
                continue;
            }
            self.step("closed-again", Who::Visitor, visitor::sees_closed_again(others.gateway, &domain)).await?;
            if then.action() == Action::CancelAccess {
                let seen = visitor::looks_up_unaccessed(others.platform, &domain, number);
                self.step("look-up-unaccessed", Who::Visitor, seen).await?;
                self.step("look-up-at-authority", Who::Visitor, others.authority.look_up(&domain, number)).await?;
            } else {
                let seen = visitor::looks_up_nothing(others.platform, &domain);
                self.step("look-up-nothing", Who::Visitor, seen).await?;
                let seen = others.authority.look_up_nothing(&domain);
                self.step("look-up-nothing-at-authority", Who::Visitor, seen).await?;
            }
        }
        Ok(())
    }
}
