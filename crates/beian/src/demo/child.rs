//! One part of the stack: a process of this same program that is started, watched, started again and stopped.

use super::stack::Happening;
use rustix::process::{Pid, Signal, kill_process};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

/// A part that dies so often within a minute is given up.
const MOST_DEATHS: usize = 5;
/// How long a part may take to stop before it is killed.
const GRACE: Duration = Duration::from_secs(15);

/// How a part is started.
#[derive(Debug, Clone)]
pub struct Spec {
    /// Its name, also of its log file and of its key in the locale files.
    pub name: &'static str,
    /// The words after `beian`.
    pub arguments: Vec<String>,
    /// What its environment says at the first start only.
    pub first_environment: Vec<(&'static str, String)>,
    /// Where it answers 200 once it is ready.
    pub health: String,
    /// The file its log is written to.
    pub log: PathBuf,
}

impl Spec {
    fn spawn(&self, is_first: bool) -> io::Result<Child> {
        let log = if is_first { File::create(&self.log)? } else { File::options().append(true).open(&self.log)? };
        let mut command = Command::new(std::env::current_exe()?);
        command.args(&self.arguments).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        // What configures this process must not configure its parts a second time: they have a file of their own.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("BEIAN_") {
                command.env_remove(name);
            }
        }
        command.env("BEIAN_PARENT", std::process::id().to_string());
        if is_first {
            command.envs(self.first_environment.iter().map(|(name, value)| (name, value)));
        }
        // Ctrl-C goes to a whole process group; the parts stop in order, when this process tells them.
        command.process_group(0).kill_on_drop(true).spawn()
    }
}

/// Keeps one part alive until told to stop, and tells what happens to it.
pub async fn keep(spec: Spec, stop: CancellationToken, tell: UnboundedSender<Happening>) {
    let mut deaths: Vec<Instant> = Vec::new();
    let mut is_first = true;
    loop {
        let mut child = match spec.spawn(is_first) {
            Ok(child) => child,
            Err(error) => {
                let _ = tell.send(Happening::GaveUp { part: spec.name, why: error.to_string() });
                return;
            }
        };
        is_first = false;
        tokio::select! {
            () = stop.cancelled() => return end(&mut child).await,
            status = child.wait() => {
                let how = status.map_or_else(|error| error.to_string(), ending);
                let _ = tell.send(Happening::Died { part: spec.name, how: how.clone(), last_lines: last_lines(&spec.log) });
                deaths.retain(|at| at.elapsed() < Duration::from_secs(60));
                deaths.push(Instant::now());
                if deaths.len() > MOST_DEATHS {
                    let _ = tell.send(Happening::GaveUp { part: spec.name, why: how });
                    return;
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        if stop.is_cancelled() {
            return;
        }
        let _ = tell.send(Happening::StartedAgain { part: spec.name });
    }
}

/// Asks the process to stop, and kills it when it does not.
async fn end(child: &mut Child) {
    let id = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(id) = id {
        let _ = kill_process(id, Signal::TERM);
    }
    if tokio::time::timeout(GRACE, child.wait()).await.is_err() {
        let _ = child.kill().await;
    }
}

fn ending(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.signal(), status.code()) {
        (Some(signal), _) => format!("signal {signal}"),
        (None, Some(code)) => format!("exit code {code}"),
        (None, None) => "unknown".to_owned(),
    }
}

/// The end of a log file, which mostly says why.
fn last_lines(log: &Path) -> Vec<String> {
    let text = std::fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(8)..].iter().map(|line| (*line).to_owned()).collect()
}

/// Ties this process to its parent when the parent is a demonstration: it then dies with it, even with SIGKILL.
pub fn follow_parent() {
    let Some(parent) = std::env::var("BEIAN_PARENT").ok().and_then(|text| text.parse::<i32>().ok()) else {
        return;
    };
    let _ = rustix::process::set_parent_process_death_signal(Some(Signal::TERM));
    // It may have died before we asked to be told.
    if rustix::process::getppid().map(Pid::as_raw_nonzero).map(std::num::NonZeroI32::get) != Some(parent) {
        std::process::exit(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_of_a_log_are_the_last() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), (1..=20).map(|n| format!("line {n}\n")).collect::<String>()).unwrap();
        let lines = last_lines(file.path());
        assert_eq!((lines.len(), lines[7].as_str()), (8, "line 20"));
        assert!(last_lines(Path::new("/nowhere")).is_empty());
    }
}
