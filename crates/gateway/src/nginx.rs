//! nginx's map file, written anew when verdicts changed, and nginx told to read it.
//!
//! nginx reads the file when it is started or reloaded, so that a change waits for a reload, and reloads wait for one
//! another. What it was not told yet is marked beside the file and outlives us.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead as _, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use index::Standing;
use pingora::server::ShutdownWatch;
use pingora::services::background::BackgroundService;
use sha2::{Digest as _, Sha256};
use tokio::process::Command;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tracing::{info, warn};

use crate::config::Nginx as Settings;
use crate::metrics::Metrics;
use crate::state::State;

/// How long a reload may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// No more of what a failed command says is repeated, in bytes.
const SAID: usize = 1000;

/// The map file of one nginx.
pub(crate) struct Nginx {
    pub(crate) settings: Settings,
    /// The folder of the index.
    pub(crate) folder: PathBuf,
    pub(crate) state: Arc<State>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) draining: watch::Receiver<bool>,
}

/// What a file says, in whatever order: two of the same lines have the same sum.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Sum {
    lines: u64,
    sum: u128,
}

impl Sum {
    fn add(&mut self, line: &[u8]) {
        let [low @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = Sha256::digest(line).0;
        self.lines += 1;
        self.sum = self.sum.wrapping_add(u128::from_le_bytes(low));
    }

    fn of(path: &Path) -> io::Result<Self> {
        let mut sum = Self::default();
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(sum),
            Err(error) => return Err(error),
        };
        for line in io::BufReader::new(file).split(b'\n') {
            sum.add(&line?);
        }
        Ok(sum)
    }
}

#[async_trait]
impl BackgroundService for Nginx {
    async fn start(&self, _shutdown: ShutdownWatch) {
        let mut draining = self.draining.clone();
        tokio::select! {
            () = self.follow() => {}
            _ = draining.wait_for(|draining| *draining) => {}
        }
    }
}

impl Nginx {
    async fn follow(&self) {
        let mut moved = self.state.moved();
        moved.mark_changed();
        let mut written = None;
        while moved.changed().await.is_ok() {
            moved.mark_unchanged();
            if self.state.index().is_none() {
                continue;
            }
            if let Err(error) = self.keep(&mut written).await {
                self.metrics.nginx_errors.increment(1);
                warn!(map = %self.settings.map.display(), "nginx was not told: {error}");
                moved.mark_changed();
            }
            sleep(self.settings.pause).await;
        }
    }

    /// Writes the file if it says something else, and tells nginx if it was not told yet.
    async fn keep(&self, written: &mut Option<Sum>) -> io::Result<()> {
        let (folder, map, before) = (self.folder.clone(), self.settings.map.clone(), *written);
        let writing = tokio::task::spawn_blocking(move || {
            let before = before.map_or_else(|| Sum::of(&map), Ok)?;
            write(&folder, &map, before)
        });
        let now = writing.await.map_err(io::Error::other)??;
        *written = Some(now);
        let owed = owed(&self.settings.map);
        if !owed.exists() {
            self.metrics.nginx_unchanged.increment(1);
            return Ok(());
        }
        let begun = Instant::now();
        self.reload().await?;
        self.metrics.nginx_reloads.increment(1);
        self.metrics.nginx_reload_seconds.set(begun.elapsed().as_secs_f64());
        info!(domains = now.lines, took = ?begun.elapsed(), "nginx has read the map");
        std::fs::remove_file(owed)
    }

    async fn reload(&self) -> io::Result<()> {
        let [program, arguments @ ..] = self.settings.reload.as_slice() else { return Ok(()) };
        let running = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let ended = timeout(PATIENCE, running.wait_with_output()).await??;
        if ended.status.success() {
            return Ok(());
        }
        let said = &ended.stderr[..ended.stderr.len().min(SAID)];
        Err(io::Error::other(format!(
            "{} ended with {}: {}",
            program,
            ended.status,
            String::from_utf8_lossy(said).trim()
        )))
    }
}

/// Stands beside a map that nginx was not told of.
fn owed(map: &Path) -> PathBuf {
    let mut name = OsString::from(map);
    name.push(".owed");
    name.into()
}

/// Swaps the file for one that says what the index does, unless it says so already.
fn write(folder: &Path, map: &Path, before: Sum) -> io::Result<Sum> {
    let standing = Standing::open(folder).map_err(io::Error::other)?;
    let standing = standing.ok_or_else(|| io::Error::other("there are no verdicts yet"))?;
    let beside = map.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // As any file of a configuration is: the workers' user need not be ours.
    let open_to_read = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    let file = tempfile::Builder::new().prefix(".beian-").permissions(open_to_read).tempfile_in(beside)?;
    let mut out = BufWriter::with_capacity(1 << 20, &file);
    let (mut now, mut line) = (Sum::default(), Vec::new());
    for (domain, closed) in standing.listed() {
        line.clear();
        write!(line, ".{domain} {};", if closed { "closed" } else { "open" })?;
        now.add(&line);
        line.push(b'\n');
        out.write_all(&line)?;
    }
    out.flush()?;
    drop(out);
    if now == before && map.exists() {
        return Ok(now);
    }
    file.as_file().sync_all()?;
    File::create(owed(map))?.sync_all()?;
    file.persist(map).map_err(|error| error.error)?;
    File::open(beside)?.sync_all()?;
    Ok(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_lines_in_another_order_are_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let of = |text: &str| {
            let path = folder.path().join("map");
            std::fs::write(&path, text).unwrap();
            Sum::of(&path).unwrap()
        };
        let sum = of(".a.cn open;\n.b.cn closed;\n");
        assert_eq!(sum, of(".b.cn closed;\n.a.cn open;\n"));
        assert_ne!(sum, of(".a.cn closed;\n.b.cn open;\n"));
        assert_ne!(sum, of(".a.cn open;\n"));
        assert_eq!(Sum::of(&folder.path().join("none")).unwrap(), Sum::default());
    }
}
