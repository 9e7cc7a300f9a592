//! Builds what the acts and jobs work in, from the configuration.

use crate::config::Config;
use crate::keyfile;
use crate::trouble::{Doing as _, Result, Trouble};
use app::bureau::Bureaus;
use app::domain_facts::Outside;
use app::identity::FormatOnly;
use app::mail::{KeptMail, Mail, SmtpMail};
use app::sms::{HttpSms, KeptSms, Sms};
use app::world::{Ids as _, SystemClock, SystemIds, World};
use std::sync::Arc;
use store::seal::Entropy;
use store::{Options, Store};

/// The system's chance, as the store asks for it.
#[derive(Debug)]
pub struct Chance;

impl Entropy for Chance {
    fn fill(&self, bytes: &mut [u8]) {
        SystemIds.fill(bytes);
    }
}

/// Opens the database; its tables may be of another version.
///
/// # Errors
/// When the keys cannot be read or the database is away.
pub async fn store(config: &Config) -> Result<Store> {
    let keyring = keyfile::read(config)?;
    let url = config.database_url();
    let embedded = url.starts_with("sqlite:");
    if embedded {
        std::fs::create_dir_all(&config.data.dir)
            .doing(format!("cannot make the folder {}", config.data.dir.display()))?;
    }
    // Files of several processes belong where all of them reach them: into the database.
    let files = embedded.then(|| config.data.dir.join("files"));
    Store::connect(Options { url, keyring, files, entropy: Arc::new(Chance) }).await.map_err(|error| {
        Trouble::new("cannot open the database").because(error).hint(if embedded {
            format!("is {} writable, and does no other program hold the file?", config.data.dir.display())
        } else {
            "is the server running, and is database.url right? `beian config show` tells where it was said".to_owned()
        })
    })
}

/// Opens the database and fails when its tables are not of this version.
///
/// # Errors
/// As [`store`], and when migrations are pending.
pub async fn current_store(config: &Config) -> Result<Store> {
    let store = store(config).await?;
    let pending = store.pending_migrations().await.doing("cannot read the version of the tables")?;
    if pending.is_empty() {
        return Ok(store);
    }
    Err(Trouble::new(format!("the database's tables are {} step(s) behind this program", pending.len()))
        .hint("make a backup, then run `beian migrate`"))
}

/// Everything an act may touch, for a process that serves.
///
/// # Errors
/// When the database, the way out for messages or a bureau cannot be set up.
pub async fn world(config: &Config) -> Result<World> {
    let (mail, sms) = (mail(config)?, sms(config)?);
    if config.bureaus.is_empty() {
        tracing::warn!("no [[bureaus]] are configured: orders that pass the review will wait");
    }
    build(config, mail, sms).await
}

/// The same for a tool: what it queues is sent by the processes that serve.
///
/// # Errors
/// When the database or a bureau cannot be set up.
pub async fn of_tool(config: &Config) -> Result<World> {
    build(config, Arc::new(KeptMail), Arc::new(KeptSms)).await
}

async fn build(config: &Config, mail: Arc<dyn Mail>, sms: Arc<dyn Sms>) -> Result<World> {
    let bureaus = Bureaus::new(config.bureaus.clone())
        .map_err(|error| Trouble::configuration("a bureau's settings cannot be used").because(error))?;
    let outside = Outside::new(&config.outside)
        .map_err(|error| Trouble::configuration("the settings under outside cannot be used").because(error))?;
    Ok(World {
        clock: Arc::new(SystemClock),
        ids: Arc::new(SystemIds),
        store: current_store(config).await?,
        mail,
        sms,
        identity: Arc::new(FormatOnly),
        bureaus,
        outside: Arc::new(outside),
        settings: Arc::new(config.platform.clone()),
        heavy: Arc::default(),
        nudge: Arc::default(),
        news: Arc::default(),
        rates: Arc::default(),
    })
}

fn mail(config: &Config) -> Result<Arc<dyn Mail>> {
    if config.mail.smtp.is_empty() {
        return if config.platform.demo { Ok(Arc::new(KeptMail)) } else { Err(no_way("mail.smtp", "mail")) };
    }
    let smtp = SmtpMail::new(config.mail.smtp.expose(), &config.mail.from)
        .map_err(|error| Trouble::configuration("mail.smtp or mail.from cannot be used").because(error))?;
    Ok(Arc::new(smtp))
}

fn sms(config: &Config) -> Result<Arc<dyn Sms>> {
    if config.sms.url.is_empty() {
        return if config.platform.demo { Ok(Arc::new(KeptSms)) } else { Err(no_way("sms.url", "text messages")) };
    }
    let url = config
        .sms
        .url
        .parse()
        .map_err(|error: url::ParseError| Trouble::configuration("sms.url is not an address").because(error))?;
    let sms = HttpSms::new(url, config.sms.key.clone(), (&config.sms.secret).into())
        .map_err(|error| Trouble::configuration("the text-message provider cannot be used").because(error))?;
    Ok(Arc::new(sms))
}

fn no_way(key: &str, what: &str) -> Trouble {
    Trouble::configuration(format!("{key} is not set, so {what} cannot be sent and nobody can confirm an account"))
        .hint(
            "set it; or, to try things out, run `beian demo` or set platform.demo=true (messages then show on a page)",
        )
}
