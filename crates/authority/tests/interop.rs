//! The sandbox as SOAP stacks and XML parsers see it that others wrote: zeep and lxml, from the distribution.

#![expect(clippy::unwrap_used, reason = "a test ends at what it did not expect")]

#[expect(dead_code, reason = "the other tests of the sandbox use the rest of it")]
mod common;

use std::io::Write as _;

use common::{ISP, Sandbox, filing, xml};
use serde_json::Value;

/// The distribution's Python: a newer one that stands in front of it on the path does not see its packages.
const PYTHON: &str = "/usr/bin/python3";

#[tokio::test]
async fn a_client_generated_from_the_wsdl_needs_no_special_case() {
    let sandbox = Sandbox::start().await;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&xml(vec![filing(7001, "yunshan-tech.cn", "91330106MA2K0XXX7Q")])).unwrap();
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let output = tokio::process::Command::new(PYTHON)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/client.py"))
        .arg(sandbox.url(""))
        .args([&ISP.to_string(), "tester", "pass-word", &hex("0123456789abcdef"), &hex("0102030405060708")])
        .arg(file.path())
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "python3-zeep and python3-lxml are there? {said}");
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    for (what, expected) in [
        ("upload", "0"),
        ("previous", "1"),
        ("previous_root", "UploadData"),
        ("download", "1"),
        ("version", "V.3.0"),
        ("acknowledge", "0"),
        ("status", "1"),
        ("password", "999"),
    ] {
        assert_eq!(told[what], expected, "{what}: {told}");
    }
    assert_eq!(told["entry_is_file_name"], true);
    assert_eq!(told["codes"][0], "1062");
    assert_eq!(told["texts"][0], "ICP接入信息比对IP库信息成功");
}
