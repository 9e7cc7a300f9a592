//! The folder of a demonstration: one configuration file that every part reads, the keys, the databases, the logs.

use super::ports::Ports;
use crate::keyfile;
use crate::trouble::{Doing as _, Result, Trouble};
use crate::words::Language;
use crate::world::Chance;
use app::world::{Clock as _, SystemClock};
use authority::client::{Bureau, Timeouts};
use authority::message::Version;
use serde_json::{Value, json};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use url::Url;

/// The account that the sandbox authority issued to the demonstration's provider. It opens nothing but a sandbox on
/// this machine, so it need not be secret; it must stay the same, because downloads wait encrypted with it.
const ISP_ID: i64 = 330_001;
const ISP_USER: &str = "demo";
const ISP_PASSWORD: &str = "demo-provider-password";
const AES_KEY: &str = "demo-aes-key-16b";
const AES_IV: &str = "demo-aes-iv-16by";

/// The account of another provider at the sandbox authority, for stories in which something is filed elsewhere; no
/// platform reports under it.
const NEIGHBOUR_ID: i64 = 330_002;
const NEIGHBOUR_USER: &str = "neighbour";
const NEIGHBOUR_PASSWORD: &str = "demo-neighbour-password";
const NEIGHBOUR_AES_KEY: &str = "demo-aes-key-2nd";
const NEIGHBOUR_AES_IV: &str = "demo-aes-iv-2ndy";

/// The other provider's way to the sandbox authority.
pub fn neighbour(authority: Url) -> Bureau {
    Bureau {
        url: authority,
        isp_id: NEIGHBOUR_ID,
        user: NEIGHBOUR_USER.to_owned(),
        password: NEIGHBOUR_PASSWORD.into(),
        aes_key: NEIGHBOUR_AES_KEY.into(),
        aes_iv: NEIGHBOUR_AES_IV.into(),
        encrypt: true,
        version: Version::default(),
        timeouts: Timeouts::default(),
    }
}

/// A folder that no other demonstration uses while this one does.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Held until the demonstration ends.
    _lock: File,
}

/// What differs between a demonstration for a person and the stack of a story.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The ports of the parts.
    pub ports: Ports,
    /// Another database than the embedded one.
    pub database: Option<String>,
    /// How often the authority is asked for results, in seconds.
    pub poll_seconds: u32,
    /// How long the authority may take to answer, in seconds.
    pub timeout_seconds: u64,
    /// How long work stays with a process that died, in seconds.
    pub lease_seconds: u16,
    /// Further keys, as `--set` gives them.
    pub set: Vec<(String, String)>,
}

impl Folder {
    /// Takes a folder, making it when it is not there.
    ///
    /// # Errors
    /// When it cannot be made, or another demonstration uses it.
    pub fn take(path: &Path) -> Result<Self> {
        let doing = format!("cannot use the folder {}", path.display());
        // What is inside is sealed or a sample, but it is nobody else's business.
        let mut folders = DirBuilder::new();
        folders.recursive(true).mode(0o700).create(path.join("log")).doing(&doing)?;
        let path = path.canonicalize().doing(&doing)?;
        let lock = File::create(path.join("lock")).doing(&doing)?;
        lock.try_lock().map_err(|_| {
            Trouble::new(format!("another demonstration is using {}", path.display()))
                .hint("stop it first, or give this one a folder of its own with --data")
        })?;
        Ok(Self { path, _lock: lock })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The configuration that every part reads.
    pub fn config_file(&self) -> PathBuf {
        self.path.join("beian.toml")
    }

    /// The files of the demonstration's websites.
    #[must_use]
    pub fn websites(&self) -> PathBuf {
        self.path.join("websites")
    }

    /// The log of a part.
    pub fn log(&self, part: &str) -> PathBuf {
        self.path.join(format!("log/{part}.log"))
    }

    /// Makes the master key when there is none; whether this is the first start.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn make_key(&self) -> Result<bool> {
        let file = self.path.join("master.key");
        if file.exists() {
            return Ok(false);
        }
        keyfile::make(&file, &Chance, SystemClock.now()).map(|_| true)
    }

    /// The gateway's key of an earlier start.
    pub fn gateway_key(&self) -> Option<String> {
        std::fs::read_to_string(self.path.join("gateway.key")).ok().map(|text| text.trim().to_owned())
    }

    /// Keeps the gateway's key for later starts; it is shown only once.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep_gateway_key(&self, key: &str) -> Result {
        write_private(&self.path.join("gateway.key"), key)
    }

    /// The key under which the platform of an earlier start signs its feed.
    fn platform_key(&self) -> Option<String> {
        std::fs::read_to_string(self.path.join("platform.key")).ok()
    }

    /// Keeps the key under which the platform signs its feed, for the gateway's configuration.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep_platform_key(&self, key: &str) -> Result {
        write_private(&self.path.join("platform.key"), key)
    }

    /// Writes the configuration for this start.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_config(&self, setup: &Setup) -> Result {
        let mut config = config(&self.path, setup, self.gateway_key().as_deref());
        if let Some(key) = self.platform_key() {
            config["gateway"]["platform_key"] = json!(key);
        }
        let text = config_text(config, setup)?;
        write_private(&self.config_file(), &text)
    }
}

fn config(folder: &Path, setup: &Setup, gateway_key: Option<&str>) -> Value {
    let at = |port: u16| format!("127.0.0.1:{port}");
    let url = |port: u16| format!("http://127.0.0.1:{port}");
    let name = |language: Language| language.say("demo-provider", &[]);
    let ports = setup.ports;
    let bureau = Language::Zh.say("demo-bureau", &[]);
    let mut config = json!({
        "server": { "listen": at(ports.platform) },
        "platform": {
            "public_url": url(ports.platform),
            "demo": true,
            "provider": { "name_zh": name(Language::Zh), "name_en": name(Language::En) },
            "sms_check_url": format!("{}/verify", url(ports.authority)),
            "poll_seconds": setup.poll_seconds,
            "lease_seconds": setup.lease_seconds,
            // Nobody waits two days in front of a demonstration.
            "individual_wait_days": 0,
        },
        "data": { "dir": folder },
        "bureaus": [{
            "code": "33", "name": bureau, "provinces": ["*"], "url": url(ports.authority), "isp_id": ISP_ID,
            "timeout_seconds": setup.timeout_seconds, "user": ISP_USER, "password": ISP_PASSWORD, "aes_key": AES_KEY, "aes_iv": AES_IV,
        }],
        // The sandbox has a registry beside it; the demonstration asks nobody on the Internet.
        "outside": {
            "rdap": { "*": format!("{}/rdap/", url(ports.authority)) },
            "timeout_seconds": setup.timeout_seconds.min(5),
            "retry_minutes": 1,
        },
        "gateway": {
            "listen": at(ports.gateway),
            "metrics_listen": at(ports.metrics),
            "ask_listen": at(ports.ask),
            "platform_url": url(ports.platform),
            "public_url": url(ports.platform),
            "api_key": gateway_key.unwrap_or_default(),
            "index": folder.join("gateway-index"),
        },
        "sandbox": {
            "listen": at(ports.authority),
            "providers": [{
                "isp_id": ISP_ID, "name": name(Language::Zh), "user": ISP_USER, "password": ISP_PASSWORD,
                "aes_key": AES_KEY, "aes_iv": AES_IV,
            }, {
                "isp_id": NEIGHBOUR_ID, "name": Language::Zh.say("demo-neighbour", &[]), "user": NEIGHBOUR_USER,
                "password": NEIGHBOUR_PASSWORD, "aes_key": NEIGHBOUR_AES_KEY, "aes_iv": NEIGHBOUR_AES_IV,
            }],
        },
        "log": { "format": "pretty" },
    });
    if let Some(database) = &setup.database {
        config["database"] = json!({ "url": database });
    }
    config
}

fn config_text(config: Value, setup: &Setup) -> Result<String> {
    let mut config = toml::Value::try_from(config).doing("cannot write the configuration")?;
    for (key, value) in &setup.set {
        put(&mut config, key, value);
    }
    let text = toml::to_string_pretty(&config).doing("cannot write the configuration")?;
    Ok(format!("# Written anew at each start of `beian demo`; change it with flags, not here.\n\n{text}"))
}

/// Puts a value under a key with dots; what does not read as TOML is text.
fn put(config: &mut toml::Value, key: &str, value: &str) {
    let parsed = toml::from_str::<toml::Table>(&format!("value = {value}")).ok();
    let value = parsed.and_then(|mut table| table.remove("value")).unwrap_or_else(|| value.into());
    let mut place = config;
    for part in key.split('.') {
        if !place.is_table() {
            *place = toml::Value::Table(toml::Table::new());
        }
        let toml::Value::Table(table) = place else { return };
        place = table.entry(part).or_insert_with(|| toml::Value::Table(toml::Table::new()));
    }
    *place = value;
}

fn write_private(file: &Path, text: &str) -> Result {
    let doing = format!("cannot write {}", file.display());
    // The mode counts only when the file is made, so one that is there already is made anew.
    if file.exists() {
        std::fs::remove_file(file).doing(&doing)?;
    }
    let mut handle = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file).doing(&doing)?;
    handle.write_all(text.as_bytes()).doing(&doing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Sources;

    fn setup() -> Setup {
        let set = vec![
            ("platform.require_call".to_owned(), "false".to_owned()),
            ("mail.from".to_owned(), "demo@example.com".to_owned()),
        ];
        Setup {
            ports: Ports::free(99).unwrap(),
            database: None,
            poll_seconds: 1,
            timeout_seconds: 3,
            lease_seconds: 3,
            set,
        }
    }

    #[test]
    fn the_configuration_that_is_written_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let taken = Folder::take(folder.path()).unwrap();
        taken.keep_gateway_key("bk_demo").unwrap();
        taken.write_config(&setup()).unwrap();
        let sources = Sources { file: Some(taken.config_file()), ..Sources::default() };
        let config = sources.load().unwrap().config;
        assert_eq!(config.bureaus.len(), 1);
        assert_eq!(config.sandbox.providers[0].isp_id, config.bureaus[0].isp_id);
        assert_eq!(config.platform.poll_seconds, 1);
        assert!(!config.platform.require_call);
        assert_eq!(config.mail.from, "demo@example.com");
        assert_eq!(config.data.dir, taken.path());
    }

    #[test]
    fn two_demonstrations_do_not_share_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let first = Folder::take(folder.path()).unwrap();
        assert!(Folder::take(folder.path()).unwrap_err().to_string().contains("--data"));
        drop(first);
        Folder::take(folder.path()).unwrap();
    }

    #[test]
    fn the_first_start_makes_the_key_and_later_ones_keep_it() {
        let folder = tempfile::tempdir().unwrap();
        let taken = Folder::take(folder.path()).unwrap();
        assert!(taken.make_key().unwrap());
        let key = std::fs::read(taken.path().join("master.key")).unwrap();
        assert!(!taken.make_key().unwrap());
        assert_eq!(std::fs::read(taken.path().join("master.key")).unwrap(), key);
    }
}
