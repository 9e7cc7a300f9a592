//! Finding what is open without a filing, at a terminal, for scripts, and as a watch that goes on.

use super::{registry, runtime_for_one, say};
use crate::cli::Find;
use crate::config::Config;
use crate::trouble::{Doing as _, Ending, Result, Trouble};
use crate::words::Language;
use app::world::{Ids as _, SystemIds};
use filing::sighting::{MOST_DOMAINS, Report, Seen, Taken};
use index::Live;
use jiff::tz::TimeZone;
use secrecy::ExposeSecret as _;
use sight::{Count, Gathered, Place, Sighting};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

/// How often it is looked whether another index took the place of the one at hand.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// How long the platform may take for a report.
const PATIENCE: Duration = Duration::from_secs(60);

/// So often a report is sent before it is given up.
const TRIES: u32 = 3;

/// Reads what is asked for and tells what is not open.
pub fn run(config: &Config, asked: &Find) -> Result {
    let folder = registry::folder(config, asked.index.clone())?;
    let live = Live::new(&folder);
    live.refresh().doing(registry::cannot_read(&folder))?;
    if live.load().is_none() {
        return Err(registry::missing(&folder));
    }
    let zone = match &asked.zone {
        None => TimeZone::system(),
        Some(name) => TimeZone::get(name).map_err(|error| Trouble::usage("there is no such zone").because(error))?,
    };
    let mut watch = Watch {
        language: Language::choose(None),
        asked,
        platform: if asked.report { Some(Platform::new(config)?) } else { None },
        place: Place { zone, ours: asked.ours.clone() },
        gathered: Gathered::new(asked.what.into(), asked.most),
        live,
        looked: Instant::now(),
        told: Instant::now(),
        found: 0,
        lost: None,
    };
    let mut count = Count::default();
    for file in &asked.files {
        let read = watch.read(file)?;
        count.read += read.read;
        count.passed_over += read.passed_over;
    }
    watch.tell();
    watch.sum_up(count);
    match watch.lost {
        Some(trouble) => Err(trouble),
        None if watch.found > 0 => Err(Trouble::said(Ending::No)),
        None => Ok(()),
    }
}

/// What goes on while an input is read.
struct Watch<'a> {
    language: Language,
    asked: &'a Find,
    platform: Option<Platform>,
    place: Place,
    gathered: Gathered,
    live: Live,
    looked: Instant,
    told: Instant,
    /// How many domains were told.
    found: usize,
    /// Why a report did not reach the platform, the last time.
    lost: Option<Trouble>,
}

impl Watch<'_> {
    fn read(&mut self, file: &Path) -> Result<Count> {
        let doing = format!("cannot read {}", file.display());
        let input: Box<dyn Read> = match file.to_str() {
            Some("-") => Box::new(std::io::stdin().lock()),
            _ => Box::new(File::open(file).doing(doing.clone())?),
        };
        let place = self.place.clone();
        sight::source::read(self.asked.what.into(), input, &place, &mut |sighting| self.take(&sighting)).doing(doing)
    }

    fn take(&mut self, sighting: &Sighting<'_>) {
        if self.looked.elapsed() >= LOOK_AGAIN {
            self.looked = Instant::now();
            // The index at hand goes on being read when another is not sound.
            let _ = self.live.refresh();
        }
        if let Some(index) = self.live.load().as_ref() {
            self.gathered.take(index, &self.place, sighting);
        }
        if self.asked.every.is_some_and(|every| self.told.elapsed().as_secs() >= every) {
            self.tell();
        }
    }

    /// Tells what is new, here and to the platform.
    fn tell(&mut self) {
        self.told = Instant::now();
        let seen = self.gathered.drain(self.asked.at_least);
        self.found += seen.len();
        for one in &seen {
            say(if self.asked.json { serde_json::to_string(one).unwrap_or_default() } else { self.line(one) });
        }
        let Some(platform) = &self.platform else { return };
        for some in seen.chunks(MOST_DOMAINS) {
            match platform.send(Report { seen: some.to_vec() }) {
                Ok(Taken { opened, extended, fine }) => {
                    let number = |name, count: u64| (name, count.to_string());
                    let numbers = [number("opened", opened), number("extended", extended), number("fine", fine)];
                    self.note("find-taken", &numbers);
                }
                Err(trouble) => {
                    let _ = self.lost.insert(trouble);
                    self.note("find-lost", &[("count", some.len().to_string())]);
                }
            }
        }
    }

    fn line(&self, seen: &Seen) -> String {
        let list = |texts: Vec<String>| if texts.is_empty() { "-".to_owned() } else { texts.join(",") };
        let addresses = list(seen.addresses.iter().map(ToString::to_string).collect());
        let sources =
            list(seen.sources.iter().map(|source| self.language.of("find-source", source.as_str())).collect());
        let Seen { domain, host, count, first_seen: first, last_seen: last, .. } = seen;
        format!("{domain}\t{count}\t{first:.0}\t{last:.0}\t{addresses}\t{sources}\t{host}")
    }

    fn sum_up(&self, count: Count) {
        let tally = self.gathered.tally();
        let numbers = [
            ("read", count.read),
            ("passed", count.passed_over),
            ("open", tally.open),
            ("closed", tally.closed),
            ("unlisted", tally.unlisted),
            ("nameless", tally.nameless),
            ("elsewhere", tally.elsewhere),
        ];
        self.note("find-sum", &numbers.map(|(name, count)| (name, count.to_string())));
        if tally.overflow > 0 {
            self.note("find-overflow", &[("count", tally.overflow.to_string()), ("most", self.asked.most.to_string())]);
        }
    }

    /// What is no answer goes beside it.
    fn note(&self, key: &str, arguments: &[(&'static str, String)]) {
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), "{}", self.language.say(key, arguments));
    }
}

/// The platform that makes tasks of what was found.
struct Platform {
    runtime: tokio::runtime::Runtime,
    client: reqwest::Client,
    url: url::Url,
    key: secrecy::SecretString,
}

impl Platform {
    fn new(config: &Config) -> Result<Self> {
        let gateway = &config.gateway;
        if gateway.api_key.expose_secret().is_empty() {
            return Err(Trouble::configuration("the platform takes reports of a gateway only")
                .hint("set gateway.api_key to the key of an account with the role gateway"));
        }
        let mut url: url::Url = gateway.platform_url.parse().doing("gateway.platform_url is no address")?;
        url.set_path(&format!("{}/api/v1/sightings", url.path().trim_end_matches('/')));
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            // The platform is spoken to directly, and only where the configuration says.
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .doing("cannot make an HTTP client")?;
        Ok(Self { runtime: runtime_for_one()?, client, url, key: gateway.api_key.clone() })
    }

    /// Sends a report; sent again under the same key it counts once.
    fn send(&self, report: Report) -> Result<Taken> {
        let mut key = [0; 16];
        SystemIds.fill(&mut key);
        let key = uuid::Uuid::from_bytes(key).to_string();
        let mut tries = 1;
        loop {
            match self.runtime.block_on(self.try_to_send(&key, &report)) {
                Err(Lost::Away(_)) if tries < TRIES => {
                    std::thread::sleep(Duration::from_secs(1 << tries));
                    tries += 1;
                }
                Err(Lost::Away(trouble) | Lost::Refused(trouble)) => return Err(trouble),
                Ok(taken) => return Ok(taken),
            }
        }
    }

    async fn try_to_send(&self, key: &str, report: &Report) -> std::result::Result<Taken, Lost> {
        let request = self.client.post(self.url.clone()).bearer_auth(self.key.expose_secret());
        let answer = request.header("Idempotency-Key", key).json(report).send().await;
        let answer =
            answer.map_err(reqwest::Error::without_url).doing("the platform does not answer").map_err(Lost::Away)?;
        let status = answer.status();
        if !status.is_success() {
            let trouble = Trouble::new(format!("the platform did not take the report: {status}"));
            return Err(if status.is_server_error() { Lost::Away(trouble) } else { Lost::Refused(trouble) });
        }
        let taken = answer.json().await.map_err(reqwest::Error::without_url);
        taken.doing("the platform's answer cannot be read").map_err(Lost::Away)
    }
}

/// Why a report did not arrive.
enum Lost {
    /// It may arrive when it is sent again.
    Away(Trouble),
    /// It never will.
    Refused(Trouble),
}
