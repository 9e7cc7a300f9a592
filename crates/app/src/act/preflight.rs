//! The verdict before any form, for anybody: may this domain be filed, as what, with which papers, and by when.

use std::time::Duration;

use filing::certificate::Certificate;
use filing::certificate::CertificateKind;
use filing::check::{Facts, Finding, Registration, Severity};
use filing::draft::Basic;
use filing::nature::Nature;
use filing::preflight::{self, Asked, Fault, Outside, Verdict};
use jiff::SignedDuration;
use store::order::Hold;

use crate::actor::Origin;
use crate::detection;
use crate::domain_facts;
use crate::error::{Error, Result};
use crate::world::World;

/// How long ministry, registry and resolvers may think before their silence is taken for what it is.
const PATIENCE: Duration = Duration::from_secs(8);
/// How many verdicts one address is given in [`WINDOW`].
const FREE: u32 = 60;
/// The time in which verdicts of one address are counted.
const WINDOW: SignedDuration = SignedDuration::from_mins(10);

/// Judges what was asked with what the ministry and our records say now; keeps nothing of it.
///
/// A person's number never leaves this process and is looked up nowhere: a stranger could try numbers out. It is
/// judged by its form alone.
///
/// # Errors
/// [`Error::Invalid`] with every answer that cannot be read, [`Error::Throttled`] when one address asks too often.
pub async fn preflight(world: &World, origin: &Origin, input: Asked) -> Result<Verdict> {
    let today = world.today();
    // Answers that cannot be read cost nobody anything.
    let alone = preflight::run(&input, &Outside::default(), today).map_err(told)?;
    throttle(world, origin).await?;
    let Some(name) = preflight::meant(&input.domain) else { return Ok(alone) };
    let about = &alone.about;
    let basic = Basic {
        province: about.province.map(|province| province.code().to_owned()).unwrap_or_default(),
        nature: about.nature.map(|nature| nature.as_str().to_owned()).unwrap_or_default(),
        certificate_kind: about.certificate.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
        certificate_number: number_to_ask(about.nature, about.certificate, &input, today),
        domain: name.as_str().to_owned(),
        ..Basic::default()
    };
    let domain = [name.as_str().to_owned()];
    // All at once and over the network: no transaction stays open while somebody thinks. Each has its own patience, so
    // that whoever is silent takes nobody else's answer along.
    let (answered, learnt) = tokio::join!(
        tokio::time::timeout(PATIENCE, detection::ask(world, &basic, name.as_str())),
        tokio::time::timeout(PATIENCE, domain_facts::learn(world, &domain, domain_facts::OF_CHECK))
    );
    learnt.unwrap_or(Ok(()))?;
    let answers = answered.unwrap_or(Ok(None))?.map(|asked| asked.answers);
    let outside = {
        let reader = world.store.read().await?;
        let in_running_order = store::order::held_by(&reader, &Hold::Domain(domain[0].clone())).await?.is_some();
        let mut known = Facts::default();
        domain_facts::tell(world, &domain_facts::read(&reader, &domain).await?, &mut known);
        // Whose domain it is concerns nobody who only asks whether it can be filed.
        let registration = known.registrations.remove(&domain[0]).map(|known| Registration { holder: None, ..known });
        Outside { answers, registration, resolution: known.resolutions.remove(&domain[0]), in_running_order }
    };
    preflight::run(&input, &outside, today).map_err(told)
}

/// The number that is asked about: a unit's, when it is well formed.
fn number_to_ask(
    nature: Option<Nature>,
    kind: Option<CertificateKind>,
    input: &Asked,
    today: jiff::civil::Date,
) -> String {
    let unit = nature.is_some_and(|nature| !nature.is_individual());
    let read =
        kind.filter(|kind| unit && !kind.is_personal()).map(|kind| Certificate::parse(kind, &input.number, today));
    read.and_then(Result::ok).map(|certificate| certificate.number().to_owned()).unwrap_or_default()
}

async fn throttle(world: &World, origin: &Origin) -> Result<()> {
    let tx = world.store.write().await?;
    let counted = store::login_attempt::fail(&tx, &format!("preflight:{}", origin.ip), world.now(), WINDOW).await?;
    tx.commit().await?;
    if counted.failures <= FREE {
        return Ok(());
    }
    let left = counted.first_at + WINDOW - world.now();
    Err(Error::Throttled { retry_after_seconds: u64::try_from(left.get_seconds()).unwrap_or(0).max(1) })
}

/// The answers that cannot be read, as findings of their fields.
fn told(faults: Vec<Fault>) -> Error {
    let findings = faults.into_iter().map(|fault| Finding {
        // What breaks a rule is named by it; the other codes are this form's own.
        rule: match filing::check::rule(&fault.code) {
            Some(rule) => rule.id.clone(),
            None => format!("preflight-{}", fault.code),
        },
        severity: Severity::Block,
        field: fault.field,
        message: fault.message,
        fix: fault.fix,
        value: None,
        values: Vec::new(),
        source: String::new(),
        effective_from: None,
        effective_until: None,
        cured_from: None,
    });
    Error::Invalid(findings.collect())
}
