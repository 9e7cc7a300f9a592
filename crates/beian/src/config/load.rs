//! Layers the configuration: defaults, then a file, then the environment, then the command line.

use super::Config;
use figment::providers::{Format as _, Serialized, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};
use std::path::PathBuf;

/// Where the configuration may come from, gathered by the caller so that a test can make it up.
#[derive(Debug, Default)]
pub struct Sources {
    /// The file named on the command line or by `BEIAN_CONFIG`; it must exist.
    pub file: Option<PathBuf>,
    /// Files looked for otherwise; the first that exists is read.
    pub usual_files: Vec<PathBuf>,
    /// The environment.
    pub environment: Vec<(String, String)>,
    /// What the command line says: the flag, the key it sets, the value.
    pub flags: Vec<(&'static str, String, String)>,
    /// The folder for data when nothing else is said.
    pub data_dir: PathBuf,
}

/// A configuration with the memory of where each value came from.
#[derive(Debug)]
pub struct Loaded {
    /// The values.
    pub config: Config,
    figment: Figment,
}

/// Why a configuration cannot be used: one line for each thing that is wrong.
#[derive(Debug, PartialEq, Eq)]
pub struct Invalid(pub Vec<String>);

/// One value for one key, with a name that tells a person where it was said.
struct Pinned {
    source: String,
    key: String,
    value: Value,
}

impl Provider for Pinned {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.source.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let mut parts = self.key.rsplit('.');
        let last = parts.next().unwrap_or_default().to_owned();
        let mut dict = Dict::from([(last, self.value.clone())]);
        for part in parts {
            dict = Dict::from([(part.to_owned(), Value::from(dict))]);
        }
        Ok(Map::from([(Profile::Default, dict)]))
    }
}

impl Sources {
    /// Gathers what this process was given.
    pub fn of_process(file: Option<PathBuf>, flags: Vec<(&'static str, String, String)>) -> Self {
        let environment: Vec<(String, String)> = std::env::vars().collect();
        let of = |name: &str| {
            environment
                .iter()
                .find(|(key, value)| key == name && !value.is_empty())
                .map(|(_, value)| PathBuf::from(value))
        };
        let home = of("HOME").unwrap_or_else(|| PathBuf::from("."));
        let config_home = of("XDG_CONFIG_HOME").unwrap_or_else(|| home.join(".config"));
        let data_home = of("XDG_DATA_HOME").unwrap_or_else(|| home.join(".local/share"));
        Self {
            file: file.or_else(|| of("BEIAN_CONFIG")),
            usual_files: vec![config_home.join("beian/beian.toml"), PathBuf::from("/etc/beian/beian.toml")],
            environment,
            flags,
            data_dir: data_home.join("beian"),
        }
    }

    /// Reads every layer and checks the result.
    ///
    /// # Errors
    /// Every unknown key and every value of the wrong kind, with the place it was said.
    pub fn load(self) -> Result<Loaded, Invalid> {
        let defaults = Figment::from(Named { name: "default", inner: Serialized::defaults(Config::default()) });
        let mut figment = defaults.clone().merge(Pinned {
            source: "default".to_owned(),
            key: "data.dir".to_owned(),
            value: Value::from(self.data_dir.to_string_lossy().into_owned()),
        });
        if let Some(file) = self.file.as_deref() {
            if !file.is_file() {
                return Err(Invalid(vec![format!("there is no configuration file {}", file.display())]));
            }
            figment = figment.merge(Toml::file_exact(file));
        } else if let Some(file) = self.usual_files.iter().find(|file| file.is_file()) {
            figment = figment.merge(Toml::file_exact(file));
        }
        for (name, text) in &self.environment {
            if let Some(key) = key_of(name) {
                let value = value_of(&defaults, &key, text);
                figment = figment.merge(Pinned { source: format!("environment {name}"), key, value });
            }
        }
        for (flag, key, text) in self.flags {
            let value = value_of(&defaults, &key, &text);
            figment = figment.merge(Pinned { source: format!("flag {flag}"), key, value });
        }
        match figment.extract::<Config>() {
            Ok(config) => Ok(Loaded { config, figment }),
            Err(errors) => Err(Invalid(errors.into_iter().map(|error| explain(&error)).collect())),
        }
    }
}

impl Loaded {
    /// Where the value of a key was said, for a person.
    pub fn source_of(&self, key: &str) -> String {
        let Some(metadata) = self.figment.find_metadata(key) else {
            return "default".to_owned();
        };
        source_name(metadata)
    }
}

/// Gives a provider the name that is shown to people.
struct Named<P> {
    name: &'static str,
    inner: P,
}

impl<P: Provider> Provider for Named<P> {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name)
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        self.inner.data()
    }
}

fn source_name(metadata: &Metadata) -> String {
    match metadata.source.as_ref().and_then(|source| source.file_path()) {
        Some(path) => format!("file {}", path.display()),
        None => metadata.name.to_string(),
    }
}

/// `BEIAN_SERVER__LISTEN` is `server.listen`; names without two underscores are not keys.
fn key_of(name: &str) -> Option<String> {
    let rest = name.strip_prefix("BEIAN_")?;
    rest.contains("__").then(|| rest.to_ascii_lowercase().replace("__", "."))
}

/// Reads a value as what the default is: text stays text even when it looks like a number.
fn value_of(defaults: &Figment, key: &str, text: &str) -> Value {
    if matches!(defaults.find_value(key), Ok(Value::String(..))) {
        return Value::from(text);
    }
    text.parse().unwrap_or_else(|_| Value::from(text))
}

/// One line for one error: the key, what is wrong, where it was said.
fn explain(error: &figment::Error) -> String {
    let key = error.path.iter().filter(|part| *part != "default").map(String::as_str).collect::<Vec<_>>().join(".");
    let place = error.metadata.as_ref().map(source_name);
    let mut line = match &error.kind {
        figment::error::Kind::UnknownField(name, known) => {
            let section = key.rsplit_once('.').map_or(String::new(), |(section, _)| format!("{section}."));
            let section = if key.ends_with(name.as_str()) { section } else { format!("{key}.") };
            format!("{}{name} is not a key; known are {}", section.trim_start_matches('.'), known.join(", "))
        }
        kind if key.is_empty() => kind.to_string(),
        kind => format!("{key}: {kind}"),
    };
    if let Some(place) = place {
        line.push_str(&format!(" (from {place})"));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(environment: &[(&str, &str)]) -> Sources {
        Sources {
            environment: environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            data_dir: PathBuf::from("/data/beian"),
            ..Sources::default()
        }
    }

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn with_nothing_said_everything_has_a_default_and_says_so() {
        let loaded = sources(&[]).load().unwrap();
        assert_eq!(loaded.config.server.listen.port(), 8600);
        assert_eq!(loaded.config.database_url(), "sqlite:/data/beian/beian.sqlite");
        assert_eq!(loaded.config.key_file(), PathBuf::from("/data/beian/master.key"));
        assert_eq!(loaded.source_of("server.listen"), "default");
    }

    #[test]
    fn the_command_line_beats_the_environment_beats_the_file_beats_the_default() {
        let file = file("[server]\nlisten = \"127.0.0.1:1\"\nworker = false\n[mail]\nfrom = \"a@example.com\"\n");
        let mut given = sources(&[("BEIAN_SERVER__LISTEN", "127.0.0.1:2"), ("BEIAN_MAIL__FROM", "b@example.com")]);
        given.file = Some(file.path().to_owned());
        given.flags = vec![("--listen", "server.listen".to_owned(), "127.0.0.1:3".to_owned())];
        let loaded = given.load().unwrap();
        assert_eq!(loaded.config.server.listen.port(), 3);
        assert_eq!(loaded.config.mail.from, "b@example.com");
        assert!(!loaded.config.server.worker);
        assert_eq!(loaded.source_of("server.listen"), "flag --listen");
        assert_eq!(loaded.source_of("mail.from"), "environment BEIAN_MAIL__FROM");
        assert_eq!(loaded.source_of("server.worker"), format!("file {}", file.path().display()));
    }

    #[test]
    fn text_that_looks_like_a_number_stays_text() {
        let loaded = sources(&[("BEIAN_SMS__SECRET", "0123456"), ("BEIAN_SERVER__SHUTDOWN_SECONDS", "5")]).load();
        let config = loaded.unwrap().config;
        assert_eq!(config.sms.secret.expose(), "0123456");
        assert_eq!(config.server.shutdown_seconds, 5);
    }

    #[test]
    fn an_unknown_key_and_a_wrong_value_are_named_with_their_place() {
        let Err(Invalid(lines)) = sources(&[("BEIAN_SERVER__LISTN", "x")]).load() else { panic!("accepted") };
        assert!(lines[0].starts_with("server.listn is not a key; known are listen"), "{lines:?}");
        assert!(lines[0].ends_with("(from environment BEIAN_SERVER__LISTN)"), "{lines:?}");
        let file = file("[server]\nshutdown_seconds = \"soon\"\n");
        let mut given = sources(&[]);
        given.file = Some(file.path().to_owned());
        let Err(Invalid(lines)) = given.load() else { panic!("accepted") };
        assert!(lines[0].starts_with("server.shutdown_seconds: "), "{lines:?}");
        assert!(lines[0].contains(&file.path().display().to_string()), "{lines:?}");
    }

    #[test]
    fn a_file_that_was_named_must_exist() {
        let mut given = sources(&[]);
        given.file = Some(PathBuf::from("/nowhere/beian.toml"));
        let Err(Invalid(lines)) = given.load() else { panic!("accepted") };
        assert_eq!(lines, ["there is no configuration file /nowhere/beian.toml"]);
    }

    #[test]
    fn variables_that_are_no_keys_are_left_alone() {
        assert!(sources(&[("BEIAN_FAULT", "x"), ("BEIAN_CONFIG", ""), ("HOME", "/root")]).load().is_ok());
    }

    #[test]
    fn a_configured_secret_is_never_shown() {
        let loaded = sources(&[("BEIAN_DATABASE__URL", "postgres://u:hunter2@h/d"), ("BEIAN_SMS__SECRET", "hunter2")]);
        let loaded = loaded.load().unwrap();
        assert!(!super::super::show(&loaded).contains("hunter2"));
        assert!(!super::super::show_json(&loaded).to_string().contains("hunter2"));
        assert!(!format!("{:?}", loaded.config).contains("hunter2"));
    }
}
