//! The verdicts of this machine's index, for the operator and the programs beside the gateway.

use super::say;
use crate::cli::{Registry, RegistryExport, RegistryFormat};
use crate::config::Config;
use crate::trouble::{Doing as _, Ending, Result, Trouble};
use gateway::export::{Export, Format};
use index::Index;
use index::host::{Room, registrable};
use std::io::{BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// Does what is asked with verdicts.
pub fn run(config: &Config, registry: Registry) -> Result {
    match registry {
        Registry::Export(asked) => export(&open(config, asked.index.clone())?, &asked),
        Registry::Look { host, index } => look(&open(config, index)?, &host),
    }
}

fn open(config: &Config, given: Option<PathBuf>) -> Result<Index> {
    let folder = folder(config, given)?;
    Index::open(&folder).doing(cannot_read(&folder))?.ok_or_else(|| missing(&folder))
}

/// The folder of the index: the one given, or the gateway's.
pub fn folder(config: &Config, given: Option<PathBuf>) -> Result<PathBuf> {
    given
        .or_else(|| config.gateway.index.clone())
        .ok_or_else(|| Trouble::configuration("no index is named").hint("say --index FOLDER, or set gateway.index"))
}

/// What is said of an index that is not sound.
pub fn cannot_read(folder: &Path) -> String {
    format!("the index in {} cannot be read", folder.display())
}

/// What is said of an index that is not there.
pub fn missing(folder: &Path) -> Trouble {
    Trouble::new(format!("there is no index in {}", folder.display()))
        .hint("`beian gateway` makes it when it has taken its first snapshot")
}

fn export(index: &Index, asked: &RegistryExport) -> Result {
    let format = match asked.format {
        RegistryFormat::NginxMap => Format::NginxMap,
        RegistryFormat::HaproxyMap => Format::HaproxyMap,
        RegistryFormat::Rpz => Format::Rpz,
        RegistryFormat::Dnsmasq => Format::Dnsmasq,
        RegistryFormat::Json => Format::Json,
        RegistryFormat::Csv => Format::Csv,
    };
    let export = Export { format, since: asked.since, redirect: asked.redirect.as_deref() };
    let Some(path) = &asked.output else {
        let mut out = BufWriter::new(std::io::stdout().lock());
        export.write(index, &mut out).and_then(|_| out.flush()).doing("cannot write the verdicts")?;
        return Ok(());
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let doing = || format!("cannot write {}", path.display());
    let mut beside = tempfile::NamedTempFile::new_in(folder).doing(doing())?;
    let mut out = BufWriter::new(beside.as_file_mut());
    export.write(index, &mut out).and_then(|_| out.flush()).doing(doing())?;
    drop(out);
    if is_same(beside.path(), path) {
        return Err(Trouble::said(Ending::No));
    }
    // A temporary file is its owner's alone; what it replaces is read by other programs.
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    beside.as_file().set_permissions(mode).doing(doing())?;
    beside.as_file().sync_all().doing(doing())?;
    beside.persist(path).doing(doing())?;
    Ok(())
}

/// Whether two files say the same, read side by side.
fn is_same(one: &Path, other: &Path) -> bool {
    let open = |path: &Path| std::fs::File::open(path).map(BufReader::new);
    let (Ok(one), Ok(other)) = (open(one), open(other)) else { return false };
    let same_length = matches!(
        (one.get_ref().metadata(), other.get_ref().metadata()),
        (Ok(one), Ok(other)) if one.len() == other.len()
    );
    same_length && one.bytes().zip(other.bytes()).all(|pair| matches!(pair, (Ok(one), Ok(other)) if one == other))
}

fn look(index: &Index, host: &str) -> Result {
    let mut room = Room::default();
    let domain = registrable(Some(host.as_bytes()), &mut room)
        .map_err(|error| Trouble::new(format!("{host:?} cannot be looked up")).because(error))?;
    match index.listing(domain) {
        Some(listing) => {
            say(serde_json::to_string_pretty(&listing.verdict()).doing("cannot write the verdict")?);
            Ok(())
        }
        None => {
            say(format!("{domain} is not listed"));
            Err(Trouble::said(Ending::No))
        }
    }
}
