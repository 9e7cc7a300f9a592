//! A scenario at work: which rule strikes now, counted in the database so that a restart changes nothing.

use jiff::SignedDuration;
use sqlx::SqliteConnection;

use super::{DecisionRule, FaultRule, Happening, PushRule, Scenario, Verdict, When};
use crate::chance::{Chance as _, SeededChance};
use crate::sandbox::Error;
use crate::sandbox::check::Finding;
use crate::sandbox::clock::stored;
use crate::sandbox::fault::Fault;
use crate::sandbox::office::Office;
use crate::sandbox::request::Matter;
use crate::soap::Method;

impl When {
    /// Whether a request is meant.
    fn fits(&self, matter: &Matter) -> bool {
        self.operation.is_none_or(|kind| kind == matter.kind)
            && self.provider.is_none_or(|provider| provider == matter.isp_id)
            && self.domain.as_ref().is_none_or(|pattern| matter.domains.iter().any(|domain| pattern.fits(domain)))
            && self.name.as_ref().is_none_or(|pattern| matter.names.iter().any(|name| pattern.fits(name)))
    }
}

impl FaultRule {
    /// Whether the call of this number is struck.
    fn strikes_call(&self, nth: u64, seed: u64, rule: usize) -> bool {
        let drawn = || {
            // Chance hangs on the rule and the call alone, so that no other call can shift it.
            let mut bytes = [0; 8];
            let mixed =
                seed ^ (rule as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ nth.wrapping_mul(0xd1b5_4a32_d192_ed03);
            SeededChance::new(mixed).fill(&mut bytes);
            u64::from_le_bytes(bytes)
        };
        self.call.is_none_or(|call| call == nth)
            && self.every.is_none_or(|every| nth.is_multiple_of(every))
            && self.chance.is_none_or(|chance| chance.hits(drawn()))
    }
}

impl Office {
    fn scenario(&self) -> Option<&Scenario> {
        self.config.scenario.as_ref()
    }

    /// The scripted decision about a request, if there is one.
    pub(in crate::sandbox) fn scripted_decision(&self, matter: &Matter) -> Option<&DecisionRule> {
        self.scenario()?.decisions.iter().find(|rule| rule.when.fits(matter))
    }

    /// After how long the policy approves a request that no script decides.
    pub(in crate::sandbox) fn policy_delay(&self, matter: &Matter) -> Option<(Verdict, SignedDuration)> {
        match self.scripted_decision(matter) {
            Some(rule) => (rule.decide != Verdict::Leave).then_some((rule.decide, rule.after)),
            None => {
                let delay = SignedDuration::try_from(self.config.approve_after?).unwrap_or_default();
                Some((Verdict::Approve, delay))
            }
        }
    }

    /// The results that the script has for a request.
    pub(in crate::sandbox) async fn scripted_results(
        &self,
        tx: &mut SqliteConnection,
        matter: &Matter,
    ) -> Result<Vec<Finding>, Error> {
        let rules = self.scenario().map(|scenario| scenario.results.as_slice()).unwrap_or_default();
        for (index, rule) in rules.iter().enumerate().filter(|(_, rule)| rule.when.fits(matter)) {
            if let Some(times) = rule.times
                && self.next(tx, &format!("script-result-{index}"), 0).await?.unsigned_abs() > times
            {
                continue;
            }
            return Ok(rule.codes.iter().map(|code| Finding { code: *code, about: rule.about.clone() }).collect());
        }
        Ok(Vec::new())
    }

    /// The fault that the script has for a call.
    pub(in crate::sandbox) async fn scripted_fault(
        &self,
        tx: &mut SqliteConnection,
        method: Method,
        provider: Option<i64>,
    ) -> Result<Option<Fault>, Error> {
        let Some(scenario) = self.scenario() else { return Ok(None) };
        let mut struck = None;
        for (index, rule) in scenario.faults.iter().enumerate() {
            let concerns = rule.method.is_none_or(|only| only == method) && rule.kind.strikes(method);
            if !concerns || rule.provider.is_some_and(|only| Some(only) != provider) {
                continue;
            }
            // Every rule counts its own calls, also those that another rule strikes.
            let nth = self.next(tx, &format!("script-fault-{index}"), 0).await?.unsigned_abs();
            if struck.is_some() || !rule.strikes_call(nth, scenario.seed.unwrap_or_default(), index) {
                continue;
            }
            if let Some(times) = rule.times
                && self.next(tx, &format!("script-fault-{index}-struck"), 0).await?.unsigned_abs() > times
            {
                continue;
            }
            let delay_ms = i64::try_from(rule.delay.as_millis()).unwrap_or(i64::MAX);
            struck = Some(Fault { kind: rule.kind, method: None, times: 1, delay_ms, code: rule.code });
        }
        Ok(struck)
    }

    /// Begins the scenario on a new database: notes when what must be pushed is due.
    pub(in crate::sandbox) async fn begin_scenario(&self) -> Result<(), Error> {
        let Some(scenario) = self.scenario() else { return Ok(()) };
        let mut tx = self.write().await?;
        let begun =
            sqlx::query("INSERT INTO setting (name, value) VALUES ('scenario', ?) ON CONFLICT (name) DO NOTHING")
                .bind(&scenario.title)
                .execute(&mut *tx)
                .await?
                .rows_affected();
        if begun == 1 {
            for (index, rule) in scenario.pushes.iter().enumerate() {
                if let Some(delay) = rule.at {
                    self.note_due(&mut tx, index, delay, None).await?;
                }
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// Notes what the script pushes after something has happened to a request.
    pub(in crate::sandbox) async fn happened(
        &self,
        tx: &mut SqliteConnection,
        matter: &Matter,
        happening: Happening,
    ) -> Result<(), Error> {
        let pushes = self.scenario().map(|scenario| scenario.pushes.as_slice()).unwrap_or_default();
        for (index, rule) in pushes.iter().enumerate() {
            if let Some(event) = &rule.after
                && event.event == happening
                && event.when.fits(matter)
            {
                self.note_due(tx, index, event.delay, matter.domains.first()).await?;
            }
        }
        Ok(())
    }

    async fn note_due(
        &self,
        tx: &mut SqliteConnection,
        rule: usize,
        delay: SignedDuration,
        about: Option<&String>,
    ) -> Result<(), Error> {
        let now = self.clock.now();
        sqlx::query("INSERT INTO due (rule, at, about) VALUES (?, ?, ?)")
            .bind(i64::try_from(rule).unwrap_or_default())
            .bind(stored(now.checked_add(delay).unwrap_or(now)))
            .bind(about)
            .execute(&mut *tx)
            .await?;
        Ok(())
    }

    /// Pushes what the script has due.
    pub(in crate::sandbox) async fn push_due(&self) -> Result<(), Error> {
        let Some(scenario) = self.scenario() else { return Ok(()) };
        let due: Vec<(i64, i64, Option<String>)> =
            sqlx::query_as("SELECT id, rule, about FROM due WHERE done_at IS NULL AND at <= ? ORDER BY at, id")
                .bind(stored(self.clock.now()))
                .fetch_all(&self.db)
                .await?;
        for (id, rule, about) in due {
            let mut tx = self.write().await?;
            let rule: Option<&PushRule> = usize::try_from(rule).ok().and_then(|index| scenario.pushes.get(index));
            if let Some(rule) = rule {
                let pushed = self.push(&mut tx, &rule.send.about(about.as_deref()), rule.provider).await?;
                if let Err(problem) = pushed {
                    tracing::warn!(%problem, "the scenario could not push");
                }
            }
            sqlx::query("UPDATE due SET done_at = ? WHERE id = ?")
                .bind(stored(self.clock.now()))
                .bind(id)
                .execute(&mut *tx)
                .await?;
            tx.commit().await?;
        }
        Ok(())
    }
}
