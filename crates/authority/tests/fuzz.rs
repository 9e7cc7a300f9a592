//! Fuzz targets for everything that reads what came over the wire: XML, data files, zip, envelope, SOAP.
//!
//! `cargo test` gives each target a second of chance inputs. Longer, and for one of them, here ten minutes:
//!
//! ```text
//! ARBTEST_BUDGET_MS=600000 cargo test -p beian-authority --release --test fuzz -- envelope --exact
//! ```
//!
//! A failure prints its seed; `.seed(0x…)` in [`feed`] plays it again, `.minimize()` makes it small.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::Duration;

use arbtest::arbitrary::{Result, Unstructured};
use arbtest::arbtest;
use authority::envelope::{self, Cipher, Container};
use authority::message::{self, Download, Upload, Version};
use authority::soap::{Method, Request, read_response};
use authority::tree::Element;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// How long a target runs in an ordinary run of the tests.
const BUDGET: Duration = Duration::from_secs(1);

/// A file of each direction and a message of each kind that are in order: what is near them goes deepest.
const UPLOAD: &str = "<?xml version=\"1.0\" encoding=\"GBK\"?><UploadData version=\"V.3.0\"><ICP><ZXBA><Zx_xx><Zxlb>1\
    </Zxlb><Jlid>110000007513</Jlid><Zxly>1</Zxly><Zxlybz>停止服务</Zxlybz></Zx_xx></ZXBA><Qqdwid>110000000001\
    </Qqdwid></ICP></UploadData>";
const DOWNLOAD: &str = "<?xml version=\"1.0\" encoding=\"GBK\"?><DownloadData version=\"V.3.0\"><ICP><BAJG><Jg_xx><Jgxx>\
    <Jgdm>1005</Jgdm><Dmms>域名冲突</Dmms></Jgxx><Czlx>1</Czlx><Bs>7001</Bs></Jg_xx><GJSHS><Gjsh><Shsj>2026-11-25\
    </Shsj><Shjg>0</Shjg><Czlx>1</Czlx><Jlid>7001</Jlid></Gjsh></GJSHS></BAJG></ICP></DownloadData>";
const CALL: &str = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><isp_download \
    xmlns=\"http://www.miibeian.gov.cn\"><ispID xmlns=\"\">1</ispID><randVal xmlns=\"\">abc</randVal></isp_download>\
    </s:Body></s:Envelope>";
const ANSWER: &str = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><n:isp_downloadResponse \
    xmlns:n=\"http://www.miibeian.gov.cn\"><return>&lt;return&gt;&lt;msg_code&gt;0&lt;/msg_code&gt;&lt;msg/&gt;\
    &lt;/return&gt;</return></n:isp_downloadResponse></s:Body></s:Envelope>";

/// Plays a target with inputs of chance.
fn feed(mut target: impl FnMut(&mut Unstructured<'_>) -> Result<()>) {
    let asked = std::env::var("ARBTEST_BUDGET_MS").ok().and_then(|text| text.parse().ok());
    let budget = asked.map_or(BUDGET, Duration::from_millis);
    arbtest(|u: &mut Unstructured<'_>| target(u)).size_min(8).size_max(4096).budget(budget).run();
}

/// Chance bytes, or something in order with a few places changed.
fn near(u: &mut Unstructured<'_>, seed: &[u8]) -> Result<Vec<u8>> {
    if u.ratio(1, 4)? {
        return Ok(u.bytes(u.len())?.to_vec());
    }
    let mut bytes = seed.to_vec();
    for _ in 0..u.int_in_range(0..=6)? {
        let place = u.choose_index(bytes.len().max(1))?;
        let end = (place + u.int_in_range(0..=24usize)?).min(bytes.len());
        let with: Vec<u8> = match u.int_in_range(0..=5)? {
            0 => Vec::new(),
            1 => bytes[place..end].repeat(u.int_in_range(2..=9)?),
            2 => u
                .choose(&[
                    "<",
                    ">",
                    "&",
                    "&#0;",
                    "&#x10ffff;",
                    "<![CDATA[",
                    "]]>",
                    "<!DOCTYPE",
                    "<?",
                    "\"",
                    "99999999999999999999",
                ])?
                .as_bytes()
                .to_vec(),
            3 => b"<a>".repeat(40),
            _ => u.bytes(u.len().min(4))?.to_vec(),
        };
        bytes.splice(place..end, with);
    }
    Ok(bytes)
}

fn gbk(text: &str) -> Vec<u8> {
    authority::gbk::encode(text).unwrap()
}

#[test]
fn xml() {
    feed(|u| {
        let bytes = near(u, DOWNLOAD.as_bytes())?;
        if let Ok(text) = std::str::from_utf8(&bytes)
            && let Ok(root) = Element::parse(text)
        {
            // What was read is written so that it reads the same.
            assert_eq!(Element::parse(&root.to_xml()).unwrap(), root);
        }
        Ok(())
    });
}

#[test]
fn data_files() {
    feed(|u| {
        for seed in [UPLOAD, DOWNLOAD] {
            let bytes = near(u, &gbk(seed))?;
            for version in Version::ALL {
                // Wrong or not, every file is answered with findings and never with a panic.
                let found = message::validate(&bytes, version);
                if let Ok(root) = envelope::read_document(&bytes) {
                    assert!(found.is_ok());
                    let _ = Download::read(&root, version);
                    if found.is_ok_and(|found| found.is_empty())
                        && let Ok(upload) = Upload::read(&root, version)
                    {
                        upload.to_gbk(version).unwrap();
                    }
                }
            }
        }
        Ok(())
    });
}

#[test]
fn zip() {
    let whole = envelope::zip(&gbk(DOWNLOAD), "20260101_zj_1.xml").unwrap();
    feed(|u| {
        let bytes = near(u, &whole)?;
        let container = Container {
            info: STANDARD.encode(&bytes),
            hash: envelope::hash(&bytes),
            encrypt_algorithm: 0,
            hash_algorithm: 0,
            compression_format: 0,
        };
        if let Ok(xml) = container.open(None) {
            assert!(Version::ALL.iter().any(|version| xml.len() <= version.limits().file_bytes));
        }
        Ok(())
    });
}

#[test]
fn envelope() {
    let cipher = Cipher::new("0123456789abcdef", "0102030405060708").unwrap();
    let whole = envelope::pack(&gbk(UPLOAD), envelope::ENTRY, Some(&cipher)).unwrap();
    feed(|u| {
        let info = String::from_utf8_lossy(&near(u, whole.info.as_bytes())?).into_owned();
        let container = Container {
            encrypt_algorithm: u.int_in_range(-1..=2)?,
            hash_algorithm: u.int_in_range(0..=1)?,
            compression_format: u.int_in_range(0..=1)?,
            hash: if u.ratio(1, 3)? { u.arbitrary()? } else { whole.hash.clone() },
            info,
        };
        // With a hash that fits, what opens is what was packed: nothing else has that hash.
        if container.hash == whole.hash
            && let Ok(xml) = container.open(Some(&cipher))
        {
            assert_eq!(xml, gbk(UPLOAD));
        }
        Ok(())
    });
}

#[test]
fn soap() {
    feed(|u| {
        let call = String::from_utf8_lossy(&near(u, CALL.as_bytes())?).into_owned();
        if let Ok(request) = Request::read(&call) {
            let _ = (request.text("ispId"), request.number("dataSequence"));
        }
        let answer = String::from_utf8_lossy(&near(u, ANSWER.as_bytes())?).into_owned();
        for method in Method::ALL {
            let _ = read_response(&answer, method);
        }
        Ok(())
    });
}
