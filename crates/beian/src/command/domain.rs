//! What registry and resolvers tell of a domain now, for whoever asks at the terminal. Nothing is kept.

use super::say;
use crate::cli::Domain;
use crate::config::Config;
use crate::trouble::{Result, Trouble};
use crate::words::Language;
use filing::domain::DomainName;
use filing::outside::Silence;
use jiff::Timestamp;
use outside::dns::Resolvers;
use outside::registry::Registries;
use outside::{Learnt, Record, Registry as _, Resolved, Resolver as _};

/// Asks and prints.
pub async fn run(config: &Config, domain: &Domain, now: Timestamp) -> Result {
    let name = DomainName::of_host(&domain.name)
        .map_err(|fault| Trouble::no(format!("{} cannot be registered", domain.name)).because(fault))?;
    let unusable = |error| Trouble::configuration("the settings under outside cannot be used").because(error);
    let registries = Registries::new(&config.outside).map_err(unusable)?;
    let resolvers = Resolvers::new(&config.outside).map_err(unusable)?;
    let (registration, resolution) = tokio::join!(registries.registration(&name, now), resolvers.resolve(&name, now));
    if domain.json {
        say(serde_json::json!({ "domain": name, "registration": registration, "resolution": resolution }));
    } else {
        print(Language::choose(None), &name, &registration, &resolution);
    }
    if !registration.was_asked() && !resolution.was_asked() {
        return Err(Trouble::configuration("nobody is configured who could be asked")
            .hint("set outside.bootstrap = \"builtin\" and outside.resolvers; `beian config describe` explains them"));
    }
    Ok(())
}

fn print(language: Language, name: &DomainName, registration: &Learnt<Record>, resolution: &Learnt<Resolved>) {
    let line = |key: &str, value: String| say(format!("  {}: {value}", language.say(key, &[])));
    say(format!("{} ({})", name.unicode(), registration.as_of));
    match &registration.known {
        Some(record) if record.registered => {
            let date = |at: Option<Timestamp>| at.map(|at| app::world::china_date(at).to_string());
            let lines = [
                ("domain-registered", date(record.registered_at)),
                ("domain-expires", date(record.expires_at)),
                ("domain-statuses", list(&record.statuses)),
                ("domain-registrar", record.registrar.clone()),
                ("domain-holder", record.holder.clone()),
                ("domain-verified", Some(language.of("domain-answer", record.verified.as_str()))),
                ("domain-nameservers", list(&record.nameservers)),
            ];
            for (key, value) in lines {
                line(key, value.unwrap_or_else(|| language.say("domain-untold", &[])));
            }
        }
        Some(_) => say(format!("  {}", language.say("domain-unregistered", &[]))),
        None => say(format!("  {}", language.say("domain-unknown", &[]))),
    }
    told(language, &registration.sources, &registration.silent);
    for answer in resolution.known.iter().flat_map(|resolved| &resolved.answers) {
        let addresses: Vec<String> = answer.addresses.iter().map(ToString::to_string).collect();
        let aliases: Vec<String> = answer.aliases.iter().cloned().collect();
        let all = list(&[addresses, aliases].concat()).unwrap_or_else(|| language.say("domain-leads-nowhere", &[]));
        say(format!("  {}: {all}", answer.resolver));
    }
    if let Some(resolved) = resolution.known.as_ref().filter(|resolved| resolved.answers.len() > 1) {
        line("domain-agree", language.of("domain-answer", resolved.agree().as_str()));
    }
    told(language, &[], &resolution.silent);
}

fn list(texts: &[String]) -> Option<String> {
    (!texts.is_empty()).then(|| texts.join(", "))
}

fn told(language: Language, sources: &[String], silent: &[Silence]) {
    if let Some(sources) = list(sources) {
        say(format!("  {}", language.say("domain-told-by", &[("who", sources)])));
    }
    for silence in silent {
        let why = language.of("domain-why", silence.why.as_str());
        say(format!("  {}", language.say("domain-silent", &[("who", silence.who.clone()), ("why", why)])));
    }
}
