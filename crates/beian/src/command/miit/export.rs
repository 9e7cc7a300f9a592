//! Writing an evidence bundle.

use crate::cli::Export;
use crate::command::{refused, say};
use crate::config::Config;
use crate::trouble::{Doing as _, Result};
use crate::words::Language;
use crate::world;
use app::Actor;
use app::act::{self, ExportEvidence};
use std::fs::OpenOptions;

/// Writes what travelled in a span of days into a new file that only its owner may read.
pub async fn run(config: &Config, asked: Export) -> Result {
    let world = world::of_tool(config).await?;
    let path = &asked.file;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).doing(format!("cannot make {}", path.display()))?;
    let input = ExportEvidence { from: asked.from, to: asked.to, bureau: asked.bureau };
    let exported = act::export_evidence(&world, &Actor::operator(), input, std::io::BufWriter::new(&file)).await;
    world.store.close().await;
    let exported = match exported {
        Ok(exported) => exported,
        Err(error) => {
            // Half a bundle is none; what cannot be taken away will be found by its check.
            let _ = std::fs::remove_file(path);
            return Err(refused(error));
        }
    };
    file.sync_all().doing(format!("cannot write {}", path.display()))?;
    let facts = [
        ("file", path.display().to_string()),
        ("files", exported.files.to_string()),
        ("ledgers", exported.ledgers.to_string()),
        ("fingerprint", exported.fingerprint),
    ];
    let language = Language::choose(None);
    for key in ["evidence-written", "evidence-fingerprint", "evidence-personal"] {
        say(language.say(key, &facts));
    }
    Ok(())
}
