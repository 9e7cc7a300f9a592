//! Certificates for tests, and `curl` as the visitor.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

/// Makes a certificate for names, `NAME.pem` with `NAME.key` beside it; the first name is the file's.
pub fn certificate(folder: &Path, names: &[&str]) {
    let beside = folder.join("new");
    let at = |path: &Path| path.display().to_string();
    let alternatives: Vec<String> = names.iter().map(|name| format!("DNS:{name}")).collect();
    std::fs::create_dir_all(folder).unwrap();
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"])
        .args(["-subj", &format!("/CN={}", names[0])])
        .args(["-addext", &format!("subjectAltName={}", alternatives.join(","))])
        .args(["-keyout", &at(&beside.with_extension("key.tmp")), "-out", &at(&beside.with_extension("pem.tmp"))])
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(made.success());
    for end in ["key", "pem"] {
        let made = beside.with_extension(format!("{end}.tmp"));
        std::fs::rename(made, folder.join(format!("{}.{end}", names[0]))).unwrap();
    }
}

/// What `curl` prints for a URL of a host that is at the address, and then its `%{…}` words.
pub fn curl(address: SocketAddr, url: &str, arguments: &[&str]) -> String {
    let host = url.split("://").nth(1).unwrap().split('/').next().unwrap();
    let url = url.replacen(host, &format!("{host}:{}", address.port()), 1);
    let output = Command::new("curl")
        .args(["--silent", "--show-error", "--noproxy", "*", "--max-time", "10", "--http1.1"])
        .args(["--resolve", &format!("{host}:{}:{}", address.port(), address.ip())])
        .args(arguments)
        .arg(url)
        .output()
        .unwrap();
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
