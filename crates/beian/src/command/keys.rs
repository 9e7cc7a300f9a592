//! The master keys.

use super::say;
use crate::cli::Keys;
use crate::config::Config;
use crate::keyfile;
use crate::trouble::{Doing as _, Result, Trouble};
use crate::world::{self, Chance};
use app::world::{Clock as _, SystemClock};

/// Data keys wrapped in one transaction.
const BATCH: u64 = 500;

/// Does what is asked with the master keys.
pub async fn run(config: &Config, keys: Keys) -> Result {
    match keys {
        Keys::Make => {
            let file = config.key_file();
            let id = keyfile::make(&file, &Chance, SystemClock.now())?;
            say(format!("Made {} with the key {id}. Keep a copy apart from the database's backup.", file.display()));
            Ok(())
        }
        Keys::Status => status(config).await,
        Keys::Rotate { current } => rotate(config, current).await,
    }
}

async fn status(config: &Config) -> Result {
    let store = world::current_store(config).await?;
    let reader = store.read().await.doing("cannot read the keys")?;
    let wrapped = store::keys::status(&reader).await.doing("cannot read the keys")?;
    for key in &wrapped {
        let note = match (key.known, key.current) {
            (false, _) => "MISSING from the keyring: what it wraps cannot be opened",
            (true, true) => "current",
            (true, false) => "former",
        };
        say(format!("{:<16} {:>8} data key(s)  {note}", key.master, key.keys));
    }
    match wrapped.iter().find(|key| !key.known) {
        None => Ok(()),
        Some(key) => Err(Trouble::no(format!("the master key {} is missing", key.master))
            .hint("put it back into the key file from the copy that was kept")),
    }
}

async fn rotate(config: &Config, current: bool) -> Result {
    if !current {
        if !config.keys.master.is_empty() {
            return Err(Trouble::new("the keys come from keys.master, which this command cannot write")
                .hint("put a new key in front of the others there, then run `beian keys rotate --current`"));
        }
        let id = keyfile::add(&config.key_file(), &Chance, SystemClock.now())?;
        say(format!("Added the key {id} to {}", config.key_file().display()));
    }
    let store = world::current_store(config).await?;
    let line = store::audit::Line {
        at: SystemClock.now(),
        actor: None,
        role: "administrator".to_owned(),
        via: "cli".to_owned(),
        act: "rotate_keys".to_owned(),
        target_kind: "keys".to_owned(),
        target: None,
        from: None,
        to: None,
        why: None,
        facts: serde_json::Value::Null,
    };
    let rotated = store::keys::rotate(&store, BATCH, &line).await.map_err(|error| {
        Trouble::new("not every data key was wrapped anew")
            .because(error)
            .hint("run `beian keys rotate --current` again")
    })?;
    store.close().await;
    say(format!("{} data key(s) wrapped anew, {} left under former keys.", rotated.rewrapped, rotated.remaining));
    say("Restart every `beian serve` that runs: it knows only the keys it began with.");
    say("Keep the former keys as long as a backup exists that was sealed with them.");
    Ok(())
}
