//! A resolver that others wrote, for the tests that ask one: dnsmasq, from the distribution.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running server, ended with the test.
#[derive(Debug)]
pub struct Dnsmasq {
    child: Child,
    /// Where it is asked.
    pub address: SocketAddr,
}

impl Drop for Dnsmasq {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Dnsmasq {
    /// Starts one that knows these records, given as its own command line takes them, and asks nobody else.
    ///
    /// # Errors
    /// When it is not installed or does not listen.
    pub fn start(records: &[&str]) -> std::io::Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let port = format!("--port={}", address.port());
        let ours = ["--keep-in-foreground", "--no-resolv", "--no-hosts", "--conf-file=/dev/null", "--pid-file="];
        let child = Command::new("dnsmasq")
            .args(ours)
            .args(["--listen-address=127.0.0.1", "--bind-interfaces", "--user=", "--group=", &port])
            .args(records)
            .stderr(Stdio::null())
            // It is a server: a user's path may not have its folder.
            .env("PATH", "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin")
            .spawn()
            .map_err(|error| std::io::Error::other(format!("dnsmasq (Debian package dnsmasq-base): {error}")))?;
        let mut server = Self { child, address };
        let began = Instant::now();
        while TcpStream::connect(address).is_err() {
            if began.elapsed() > Duration::from_secs(20) || server.child.try_wait()?.is_some() {
                return Err(std::io::Error::other("dnsmasq does not listen"));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }
}
