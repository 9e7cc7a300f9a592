//! PostgreSQL for tests: a server of the test process's own, and a fresh database for each test.
//!
//! `TEST_DATABASE_URL` names a server to use (its role must be allowed to create databases). Without it, `initdb` of the
//! system's PostgreSQL makes a cluster in a temporary folder, reached through a Unix socket in that folder, so that no
//! port is taken. The cluster ends with the process, however that ends: a small shell holds a pipe from us and takes
//! everything away when the pipe closes.

use std::io::Write as _;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// A database of one test, dropped with this value.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
    url: String,
}

impl TestDatabase {
    /// The address to connect to.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // The cluster is thrown away anyhow; on a server that stays, this keeps it tidy.
        let _ = server().and_then(|s| s.run(&format!("DROP DATABASE IF EXISTS \"{}\" WITH (FORCE)", self.name)));
    }
}

/// Makes an empty database.
///
/// # Errors
/// When no server can be started or reached; the text says what is missing.
pub fn fresh() -> Result<TestDatabase, String> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("beian_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let server = server()?;
    server.run(&format!("CREATE DATABASE \"{name}\" ENCODING 'UTF8' TEMPLATE template0"))?;
    let url = server.url(&name);
    Ok(TestDatabase { name, url })
}

/// Pulls the server away, as a failing machine would: every connection is cut and none can be made.
///
/// # Errors
/// When the server is not ours to end, or does not.
pub fn end() -> Result<(), String> {
    let server = server()?;
    server.tell("end")?;
    for _ in 0..300 {
        if server.run("SELECT 1").is_err() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Err("PostgreSQL answers still".to_owned())
}

/// Starts the server that [`end`] pulled away, and waits until it answers.
///
/// # Errors
/// When it does not.
pub fn serve_again() -> Result<(), String> {
    let server = server()?;
    server.tell("serve")?;
    server.wait()
}

/// A server on which databases can be made.
struct Server {
    /// Address without database name, and what follows the name.
    before: String,
    after: String,
    /// The folder of `psql`; none when it is on the path.
    bin: Option<PathBuf>,
    /// Ends the cluster when its pipe closes; none for a server that was given.
    keeper: Option<Mutex<Child>>,
}

impl Server {
    fn url(&self, database: &str) -> String {
        format!("{}/{database}{}", self.before, self.after)
    }

    fn tell(&self, word: &str) -> Result<(), String> {
        let keeper = self.keeper.as_ref().ok_or("the server of TEST_DATABASE_URL is not ours to end")?;
        let mut keeper = keeper.lock().unwrap_or_else(PoisonError::into_inner);
        let pipe = keeper.stdin.as_mut().ok_or("the keeper has no pipe")?;
        writeln!(pipe, "{word}").map_err(|e| format!("the keeper is gone: {e}"))
    }

    fn wait(&self) -> Result<(), String> {
        let mut last = String::new();
        for _ in 0..300 {
            match self.run("SELECT 1") {
                Ok(()) => return Ok(()),
                Err(error) => last = error,
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err(last)
    }

    fn run(&self, sql: &str) -> Result<(), String> {
        let psql = self.bin.as_ref().map_or_else(|| PathBuf::from("psql"), |bin| bin.join("psql"));
        let out = Command::new(psql)
            .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", &self.url("postgres"), "-c", sql])
            .output()
            .map_err(|e| format!("psql does not start: {e}"))?;
        if out.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&out.stderr).into_owned()) }
    }
}

fn server() -> Result<&'static Server, String> {
    static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
    SERVER
        .get_or_init(|| match std::env::var("TEST_DATABASE_URL") {
            Ok(url) if !url.is_empty() => given(&url),
            _ => start(),
        })
        .as_ref()
        .map_err(Clone::clone)
}

/// The server behind an address such as `postgres://user:word@host:5432/postgres?sslmode=disable`.
fn given(url: &str) -> Result<Server, String> {
    let (address, parameters) = url.split_once('?').unwrap_or((url, ""));
    let after = if parameters.is_empty() { String::new() } else { format!("?{parameters}") };
    let rest = address.find("://").map(|at| at + 3).ok_or("TEST_DATABASE_URL is no postgres:// address")?;
    let end = address[rest..].find('/').map_or(address.len(), |at| rest + at);
    Ok(Server { before: address[..end].to_owned(), after, bin: newest_bin().ok(), keeper: None })
}

/// The programs of the newest PostgreSQL of this system.
fn newest_bin() -> Result<PathBuf, String> {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .map_err(|_| "no PostgreSQL under /usr/lib/postgresql (apt install postgresql), nor TEST_DATABASE_URL")?
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, bin)| bin.join("initdb").exists())
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin).ok_or_else(|| "no initdb under /usr/lib/postgresql".to_owned())
}

/// The user a server may run as: PostgreSQL refuses root.
fn other_user() -> Option<(u32, u32)> {
    if std::fs::metadata("/proc/self").ok()?.uid() != 0 {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    let find = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    find("postgres").or_else(|| find("nobody"))
}

fn start() -> Result<Server, String> {
    let bin = newest_bin()?;
    // Short, because the path of a Unix socket may have 107 bytes at most.
    let folder = PathBuf::from(format!("/tmp/beian-pg-{}", std::process::id()));
    let problem = |what: &str, e: &dyn std::fmt::Display| format!("{what}: {e}");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir(&folder).map_err(|e| problem("temporary folder", &e))?;
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).map_err(|e| problem("folder", &e))?;
    let user = other_user();
    if let Some((uid, gid)) = user {
        chown(&folder, Some(uid), Some(gid)).map_err(|e| problem("owner of the folder", &e))?;
    }
    let result = start_in(&bin, &folder, user);
    if result.is_err() {
        let _ = std::fs::remove_dir_all(&folder);
    }
    result
}

fn start_in(bin: &Path, folder: &Path, user: Option<(u32, u32)>) -> Result<Server, String> {
    let as_user = |program: &Path| {
        let mut command = Command::new(program);
        if let Some((uid, gid)) = user {
            command.uid(uid).gid(gid);
        }
        command.current_dir(folder).env("HOME", folder).stdin(Stdio::null());
        command
    };
    let data = folder.join("data");
    let made = as_user(&bin.join("initdb"))
        .args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "-N", "-D"])
        .arg(&data)
        .output()
        .map_err(|e| format!("initdb does not start: {e}"))?;
    if !made.status.success() {
        return Err(format!("initdb: {}", String::from_utf8_lossy(&made.stderr)));
    }
    // The shell starts the server in the background and waits for our end of the pipe to close, whatever ends us.
    let script = r#"
serve() {
  "$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c synchronous_commit=off \
    -c full_page_writes=off -c max_connections=400 -c shared_buffers=64MB >>"$2/log" 2>&1 &
  server=$!
}
end() {
  kill -$1 $server 2>/dev/null
  wait $server 2>/dev/null
}
serve "$1" "$2"
while read -r word; do
  case $word in
    # Nothing is flushed as it is written, so only an orderly end keeps what was committed.
    end) end INT ;;
    serve) serve "$1" "$2" ;;
  esac
done
end QUIT
cd / && rm -rf "$2"
"#;
    let mut shell = as_user(Path::new("/bin/sh"));
    // A group of its own: the interrupt that ends the tests must not end the shell before it has tidied up.
    shell.arg("-c").arg(script).arg("sh").arg(bin).arg(folder).stdin(Stdio::piped()).process_group(0);
    let keeper = shell.stdout(Stdio::null()).stderr(Stdio::null()).spawn().map_err(|e| format!("sh: {e}"))?;
    let server = Server {
        before: "postgres://postgres@localhost".to_owned(),
        after: format!("?host={}", folder.display()),
        bin: Some(bin.to_owned()),
        keeper: Some(Mutex::new(keeper)),
    };
    match server.wait() {
        Ok(()) => Ok(server),
        Err(last) => {
            let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
            Err(format!("PostgreSQL did not answer: {last}\n{log}"))
        }
    }
}
