//! The database and the files: tables, backups, the audit trail.

use super::say;
use crate::cli::Restore;
use crate::config::Config;
use crate::trouble::{Doing as _, Result, Trouble};
use crate::world;
use app::world::{Clock as _, SystemClock};
use std::path::Path;
use store::audit::Verdict;

/// Brings the tables to this version.
pub async fn migrate(config: &Config, dry_run: bool) -> Result {
    let store = world::store(config).await?;
    let pending = store.pending_migrations().await.doing("cannot read the version of the tables")?;
    if pending.is_empty() {
        say("The tables are of this version; nothing to do.");
        return Ok(());
    }
    for name in &pending {
        say(format!("{} {name}", if dry_run { "would apply" } else { "applying" }));
    }
    if !dry_run {
        store.migrate().await.map_err(|error| {
            Trouble::new("the tables could not be changed")
                .because(error)
                .hint("what was not applied is left as it was")
        })?;
        say(format!("{} step(s) applied.", pending.len()));
    }
    store.close().await;
    Ok(())
}

/// Copies the embedded database and the sealed files into a new folder.
pub async fn backup(config: &Config, to: &Path) -> Result {
    if !config.database_url().starts_with("sqlite:") {
        return Err(Trouble::new("`beian backup` copies the embedded database only")
            .hint("for PostgreSQL use its own tools (pg_dump, base backups); sealed files are inside that database"));
    }
    let store = world::store(config).await?;
    let manifest = store::backup::backup(&store, to, SystemClock.now()).await.map_err(|error| {
        Trouble::new("the backup could not be made").because(error).hint("the folder must not exist yet")
    })?;
    store.close().await;
    let bytes: u64 = manifest.files.iter().map(|file| file.size).sum();
    say(format!("{} file(s), {bytes} bytes, in {}", manifest.files.len(), to.display()));
    say(format!("The keys are not in it; keep a copy of {} elsewhere.", config.key_file().display()));
    Ok(())
}

/// Puts a backup back.
pub fn restore(config: &Config, restore: &Restore) -> Result {
    let manifest = store::backup::check(&restore.from)
        .map_err(|error| Trouble::no(format!("{} is not a whole backup", restore.from.display())).because(error))?;
    say(format!("{} file(s) of {} are as they were written", manifest.files.len(), manifest.at));
    if restore.check {
        return Ok(());
    }
    let url = config.database_url();
    let Some(database) = url.strip_prefix("sqlite:") else {
        return Err(Trouble::new("a backup is put back into the embedded database only")
            .hint("give the file with --database sqlite:PATH"));
    };
    let database = Path::new(database.trim_start_matches("//"));
    let files = config.data.dir.join("files");
    store::backup::restore(&restore.from, database, &files).map_err(|error| {
        Trouble::new("the backup could not be put back")
            .because(error)
            .hint("stop the platform and move the present database and files away; nothing is overwritten")
    })?;
    say(format!("Put back as {} and {}", database.display(), files.display()));
    Ok(())
}

/// Walks the audit trail.
pub async fn verify_audit(config: &Config) -> Result {
    let store = world::current_store(config).await?;
    let reader = store.read().await.doing("cannot read the audit trail")?;
    match store::audit::verify(&reader).await.doing("cannot read the audit trail")? {
        Verdict::Intact { lines, head } => {
            say(format!("{lines} line(s), all as they were written; the last hash is {head}"));
            Ok(())
        }
        Verdict::Broken { sequence, how } => {
            let how = serde_json::to_value(how).unwrap_or_default();
            let how = how.as_str().unwrap_or_default();
            Err(Trouble::no(format!(
                "line {sequence} of the audit trail was {how}; from there on it cannot be trusted"
            ))
            .hint("compare with the last backup, and find out who could write to the database"))
        }
    }
}
