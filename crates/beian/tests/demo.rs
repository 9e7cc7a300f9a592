//! `beian demo` as a person runs it: start, look, Ctrl-C, start again.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running demonstration.
struct Running {
    child: Child,
    ports: [u16; 6],
    output: BufReader<std::process::ChildStdout>,
}

fn free_ports() -> [u16; 6] {
    // Held together, so that they differ.
    let held: Vec<TcpListener> = (0..6).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    std::array::from_fn(|index| held[index].local_addr().unwrap().port())
}

fn command(data: &Path, ports: [u16; 6]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_beian"));
    command.arg("demo").arg("--data").arg(data).env("LANG", "C.UTF-8");
    let flags =
        ["--platform-port", "--authority-port", "--gateway-port", "--origin-port", "--metrics-port", "--ask-port"];
    for (flag, port) in flags.into_iter().zip(ports) {
        command.arg(flag).arg(port.to_string());
    }
    command
}

impl Drop for Running {
    /// A test that fails leaves nothing running: the parts die with their parent.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    /// Starts and reads until it says how it is stopped.
    fn start(data: &Path) -> (Self, String) {
        let ports = free_ports();
        let mut child = command(data, ports).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut running = Self { child, ports, output };
        let said = running.read_until("Ctrl-C stops everything");
        (running, said)
    }

    fn read_until(&mut self, words: &str) -> String {
        let mut said = String::new();
        loop {
            let mut line = String::new();
            assert_ne!(self.output.read_line(&mut line).unwrap(), 0, "it ended after: {said}");
            said.push_str(&line);
            if line.contains(words) {
                return said;
            }
        }
    }

    /// Asks a port over plain HTTP; the whole answer.
    fn ask(port: u16, path: &str, host: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Presses Ctrl-C and reads the rest.
    fn stop(mut self) -> String {
        kill_process(Pid::from_child(&self.child), Signal::INT).unwrap();
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        assert!(self.child.wait().unwrap().success(), "{rest}");
        let began = Instant::now();
        while self.ports.iter().any(|port| TcpStream::connect(("127.0.0.1", *port)).is_ok()) {
            assert!(began.elapsed() < Duration::from_secs(5), "a part still listens");
        }
        rest
    }
}

#[test]
fn it_starts_is_stopped_by_ctrl_c_and_keeps_its_data_for_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo");
    let (running, said) = Running::start(&data);
    assert!(said.contains("First start") && said.contains("reviewer@demo.test"), "{said}");
    let [platform, authority, gateway, ..] = running.ports;
    assert!(Running::ask(platform, "/", "127.0.0.1").starts_with("HTTP/1.1 200"));
    assert!(Running::ask(authority, "/", "127.0.0.1").starts_with("HTTP/1.1 200"));
    let closed = Running::ask(gateway, "/", "qinghe-demo.cn");
    assert!(closed.starts_with("HTTP/1.1 302") && closed.contains("/closed?domain=qinghe-demo.cn"), "{closed}");

    // A second one must not touch what the first one uses.
    let second = command(&data, free_ports()).output().unwrap();
    assert_eq!(second.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&second.stderr).contains("another demonstration is using"));
    let third = command(&folder.path().join("other"), running.ports).output().unwrap();
    assert!(String::from_utf8_lossy(&third.stderr).contains("--platform-port"));

    let rest = running.stop();
    assert!(rest.contains("Everything has stopped"), "{rest}");
    let key = std::fs::read(data.join("master.key")).unwrap();
    let (again, said) = Running::start(&data);
    assert!(said.contains("Going on with the data"), "{said}");
    again.stop();
    assert_eq!(std::fs::read(data.join("master.key")).unwrap(), key);
}

#[test]
fn a_part_that_dies_is_reported_and_started_again() {
    let folder = tempfile::tempdir().unwrap();
    let (mut running, _) = Running::start(folder.path());
    let children = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", running.child.id())).unwrap();
    let origin = children.split_whitespace().map(|id| id.parse::<i32>().unwrap()).find(|id| {
        let words = std::fs::read(format!("/proc/{id}/cmdline")).unwrap();
        String::from_utf8_lossy(&words).contains("demo-origin")
    });
    kill_process(Pid::from_raw(origin.unwrap()).unwrap(), Signal::KILL).unwrap();
    let said = running.read_until("was started again");
    assert!(said.contains("ended unexpectedly (signal 9)"), "{said}");
    running.stop();
}

#[test]
fn every_example_is_played_in_one_stack_and_ends_as_it_must() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/cases");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|kind| kind == "json")).collect();
    // As a shell names them: a case that continues another comes before it here, and is played after it.
    files.sort();
    let output = Command::new(env!("CARGO_BIN_EXE_beian")).args(["demo", "--json", "--story"]).args(&files).output();
    let output = output.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let events: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let errors = String::from_utf8_lossy(&output.stderr);
    let ends: Vec<&Value> = events.iter().filter(|event| event["event"] == "case_end").collect();
    assert!(output.status.success(), "{ends:#?}\n{errors}");
    assert_eq!(ends.len(), files.len(), "each once: {ends:#?}");
    let place = |id: &str| ends.iter().position(|end| end["case"] == id).unwrap();
    assert!(place("company-two-sites") < place("add-site-here"));
    let outcome = |id: &str| ends[place(id)]["outcome"].as_str().unwrap().to_owned();
    for (id, expected) in [
        ("change", "changed"),
        ("cancel-site", "ended"),
        ("cancel-subject", "ended"),
        ("cancel-access", "ended"),
        ("add-access", "filed"),
        ("add-site-elsewhere", "filed"),
        ("one-click-access", "filed"),
        ("add-site-here", "filed"),
    ] {
        assert_eq!(outcome(id), expected, "{id}");
    }
    // What each filing was recognised as, or what was asked of it, is what the case is named after.
    let actions: BTreeSet<&str> = events.iter().filter_map(|event| event["facts"]["action"].as_str()).collect();
    assert_eq!(actions.len(), 10, "{actions:?}");
}
