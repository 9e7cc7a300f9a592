//! HTTP/2: what passes, and what a hostile client tries, frame by frame.

use std::time::Duration;

use filing::verdict::Enforcement::{Closed, Open};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::platform::{Platform, verdict};
use crate::site::curl;
use crate::stand::{Stand, config, origin};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const PROTOCOL_ERROR: u32 = 1;
const REFUSED_STREAM: u32 = 7;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut frame = u32::try_from(payload.len()).unwrap().to_be_bytes()[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// Fields as HPACK writes them at its plainest: literal, without index and without Huffman's code.
fn block(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in fields {
        block.push(0);
        for text in [name, value] {
            let length = text.len();
            if length < 127 {
                block.push(u8::try_from(length).unwrap());
            } else {
                block.push(127);
                let mut rest = length - 127;
                while rest >= 128 {
                    block.push(u8::try_from(rest % 128).unwrap() | 128);
                    rest /= 128;
                }
                block.push(u8::try_from(rest).unwrap());
            }
            block.extend(text.as_bytes());
        }
    }
    block
}

fn get<'a>(path: &'a str, more: &[(&'a str, &'a str)]) -> Vec<u8> {
    let head = [(":method", "GET"), (":scheme", "http"), (":authority", "open.cn"), (":path", path)];
    block(&[&head[..], more].concat())
}

/// What came back: frames as kind, flags, stream and payload.
type Frames = Vec<(u8, u8, u32, Vec<u8>)>;

struct Raw(TcpStream);

impl Raw {
    async fn connect(stand: &Stand) -> Self {
        let mut stream = TcpStream::connect(stand.address).await.unwrap();
        stream.write_all(&[PREFACE, &frame(SETTINGS, 0, 0, &[])].concat()).await.unwrap();
        Self(stream)
    }

    /// Sends; that the other end closed is for the reader to see.
    async fn send(&mut self, bytes: &[u8]) -> bool {
        self.0.write_all(bytes).await.is_ok()
    }

    /// Reads frames until one is found or the connection ends.
    async fn until(&mut self, found: impl Fn(u8, u8, u32) -> bool) -> Frames {
        let mut frames = Frames::new();
        let reading = async {
            let mut head = [0; 9];
            while self.0.read_exact(&mut head).await.is_ok() {
                let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
                let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
                let mut payload = vec![0; length as usize];
                if self.0.read_exact(&mut payload).await.is_err() {
                    break;
                }
                frames.push((head[3], head[4], stream, payload));
                if found(head[3], head[4], stream) {
                    break;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(10), reading).await.expect("a frame or the end");
        frames
    }

    /// How a stream ended: the code of a reset, or none for an answer.
    async fn end_of(&mut self, stream: u32) -> Result<String, u32> {
        let ends = |kind, flags: u8, of| {
            kind == GOAWAY || of == stream && (kind == RST_STREAM || kind < 2 && flags & END_STREAM != 0)
        };
        let frames = self.until(ends).await;
        let code = |payload: &[u8], at: usize| u32::from_be_bytes(payload[at..at + 4].try_into().unwrap());
        match frames.last() {
            Some((RST_STREAM, _, _, payload)) => Err(code(payload, 0)),
            Some((GOAWAY, _, _, payload)) => Err(code(payload, 4)),
            Some((HEADERS | DATA, ..)) => {
                // The status is the first field: an index of the static table, or its digits as they are.
                let (_, _, _, head) = frames.iter().find(|(kind, _, of, _)| *kind == HEADERS && *of == stream).unwrap();
                Ok(match head[0] {
                    0x88 => "200".to_owned(),
                    0x8c => "400".to_owned(),
                    _ => status(head),
                })
            }
            other => panic!("{other:?}"),
        }
    }
}

/// The digits of a status that HPACK wrote with Huffman's code: 0, 1, 2 have five bits, 3 to 9 six.
fn status(head: &[u8]) -> String {
    let length = usize::from(head[1] & 127);
    let text = &head[2..2 + length];
    if head[1] & 128 == 0 {
        return String::from_utf8_lossy(text).into_owned();
    }
    let bits: String = text.iter().map(|byte| format!("{byte:08b}")).collect();
    let (mut at, mut digits) = (0, String::new());
    while digits.len() < 3 {
        let five = u8::from_str_radix(&bits[at..at + 5], 2).unwrap();
        if five < 3 {
            digits.push(char::from(b'0' + five));
            at += 5;
        } else {
            let six = u8::from_str_radix(&bits[at..at + 6], 2).unwrap();
            digits.push(char::from(b'3' + (six - 0b01_1001)));
            at += 6;
        }
    }
    digits
}

async fn stand_with(change: impl FnOnce(&mut gateway::Config)) -> (Platform, Stand) {
    let origin = origin().await;
    let platform =
        Platform::start(vec![verdict("open.cn", Open, Some(origin)), verdict("closed.cn", Closed, Some(origin))]).await;
    let mut config = config(&platform.url());
    config.client.h2c = true;
    change(&mut config);
    let stand = Stand::start(config);
    stand.until_ready().await;
    (platform, stand)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_begins_with_http2_is_answered_in_it_where_the_operator_wants_so() {
    let (_platform, stand) = stand_with(|_| {}).await;
    let words = "\n%{http_code} %{http_version}";
    let prior = ["--http2-prior-knowledge", "-w", words];
    let told = curl(stand.address, "http://open.cn/a", &prior);
    assert!(told.contains(r#""via":"2 beian-gateway""#) && told.ends_with("\n200 2"), "{told}");
    let closed = curl(stand.address, "http://closed.cn/", &prior);
    assert!(closed.ends_with("\n302 2"), "{closed}");
    let old = curl(stand.address, "http://open.cn/", &["-w", words]);
    assert!(old.ends_with("\n200 1.1"), "{old}");
    let slow = curl(stand.address, "http://open.cn/slow", &[&prior[..], &["-Z", "http://open.cn/slow"]].concat());
    assert!(slow.contains("slow but whole"), "{slow}");

    let (_platform, without) = stand_with(|config| config.client.h2c = false).await;
    let answer = without.raw(PREFACE).await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_with_two_meanings_never_reach_the_origin() {
    let (_platform, stand) = stand_with(|_| {}).await;
    let head = [(":method", "POST"), (":scheme", "http"), (":authority", "open.cn"), (":path", "/")];
    let with = |more: &[(&str, &str)]| block(&[&head[..], more].concat());
    let wrong: Vec<(&str, Vec<u8>)> = vec![
        ("another host", with(&[("host", "closed.cn")])),
        ("two hosts", with(&[("host", "open.cn"), ("host", "open.cn")])),
        ("a field of one connection", with(&[("connection", "close")])),
        ("another framing", with(&[("transfer-encoding", "chunked")])),
        ("an upgrade", with(&[("upgrade", "websocket")])),
        ("te", with(&[("te", "gzip")])),
        ("capitals", with(&[("X-Capitals", "a")])),
        ("a line end in a value", with(&[("x", "a\r\nhost: closed.cn")])),
        ("a line end in a name", with(&[("x: y\r\nz", "a")])),
        ("two lengths", with(&[("content-length", "1"), ("content-length", "2")])),
        ("a length that is no number", with(&[("content-length", "+1")])),
        ("a pseudo-field behind the others", with(&[("x", "a"), (":path", "/b")])),
        ("an unknown pseudo-field", with(&[(":host", "closed.cn")])),
        ("a whole address for a path", block(&[head[0], head[1], head[2], (":path", "http://closed.cn/")])),
        ("a line end in the path", block(&[head[0], head[1], head[2], (":path", "/ HTTP/1.1\r\nhost: closed.cn")])),
        ("no path", block(&head[..3])),
        ("no host", block(&[head[0], head[1], head[3]])),
        ("a name and a password", block(&[head[0], head[1], (":authority", "closed.cn@open.cn"), head[3]])),
    ];
    for (what, block) in wrong {
        let mut raw = Raw::connect(&stand).await;
        raw.send(&frame(HEADERS, END_HEADERS | END_STREAM, 1, &block)).await;
        match raw.end_of(1).await {
            Ok(status) => assert_eq!(status, "400", "{what}"),
            Err(code) => assert_eq!(code, PROTOCOL_ERROR, "{what}"),
        }
    }
    // A body that is longer than it says.
    let mut raw = Raw::connect(&stand).await;
    let length = with(&[("content-length", "2")]);
    raw.send(&[frame(HEADERS, END_HEADERS, 1, &length), frame(DATA, END_STREAM, 1, b"four")].concat()).await;
    assert_eq!(raw.end_of(1).await, Err(PROTOCOL_ERROR));

    let tunnel = block(&[(":method", "CONNECT"), (":authority", "open.cn:443")]);
    let mut raw = Raw::connect(&stand).await;
    raw.send(&frame(HEADERS, END_HEADERS, 1, &tunnel)).await;
    assert_eq!(raw.end_of(1).await, Ok("405".to_owned()));
    assert_eq!(stand.metric("beian_gateway_requests_total{outcome=\"proxied\"}").await, 0.0);

    let mut raw = Raw::connect(&stand).await;
    raw.send(&frame(HEADERS, END_HEADERS | END_STREAM, 1, &get("/", &[("host", "open.cn")]))).await;
    assert_eq!(raw.end_of(1).await, Ok("200".to_owned()), "the same host twice is one host");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_too_large_is_refused_in_bytes_and_in_fields() {
    let (_platform, stand) = stand_with(|config| config.client.max_head = 2_000).await;
    let long = "a".repeat(3_000);
    let mut raw = Raw::connect(&stand).await;
    raw.send(&frame(HEADERS, END_HEADERS | END_STREAM, 1, &get("/", &[("x", &long)]))).await;
    assert_eq!(raw.end_of(1).await, Ok("431".to_owned()));

    let many: Vec<String> = (0..120).map(|number| format!("x{number}")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|name| (name.as_str(), "")).collect();
    let (_platform, stand) = stand_with(|_| {}).await;
    let mut raw = Raw::connect(&stand).await;
    raw.send(&frame(HEADERS, END_HEADERS | END_STREAM, 1, &get("/", &many))).await;
    assert_eq!(raw.end_of(1).await, Ok("431".to_owned()));

    // A head that never ends, in pieces.
    let mut raw = Raw::connect(&stand).await;
    raw.send(&frame(HEADERS, END_STREAM, 1, &get("/", &[]))).await;
    let piece = frame(CONTINUATION, 0, 1, &block(&[("x", &"a".repeat(10_000))]));
    let mut sent = 0;
    while sent < 2_000 && raw.send(&piece).await {
        sent += 1;
    }
    assert!(sent < 2_000, "the connection ended");
    assert_eq!(stand.status("open.cn").await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_requests_at_once_than_allowed_are_refused_and_the_others_answered() {
    let (_platform, stand) = stand_with(|config| config.client.max_streams = 2).await;
    let mut raw = Raw::connect(&stand).await;
    let slow = |stream| frame(HEADERS, END_HEADERS | END_STREAM, stream, &get("/slow", &[]));
    // The limit holds once the client has acknowledged it.
    raw.send(&frame(SETTINGS, 1, 0, &[])).await;
    raw.send(&[slow(1), slow(3), slow(5)].concat()).await;
    assert_eq!(raw.end_of(5).await, Err(REFUSED_STREAM));
    assert_eq!(raw.end_of(3).await, Ok("200".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_takes_its_requests_back_at_once_is_cut_off() {
    let (_platform, stand) = stand_with(|config| config.client.max_streams = 10).await;
    let mut raw = Raw::connect(&stand).await;
    raw.send(&frame(SETTINGS, 1, 0, &[])).await;
    let cancel = 8_u32.to_be_bytes();
    let mut sent = 0;
    for number in 0..5_000 {
        let stream = number * 2 + 1;
        let request = frame(HEADERS, END_HEADERS | END_STREAM, stream, &get("/slow", &[]));
        if !raw.send(&[request, frame(RST_STREAM, 0, stream, &cancel)].concat()).await {
            break;
        }
        sent += 1;
    }
    let frames = raw.until(|_, _, _| false).await;
    let went = frames.iter().any(|(kind, ..)| *kind == GOAWAY) || sent < 5_000;
    assert!(went, "{sent}: {frames:?}");
    let text = stand.operator("/metrics").await.1;
    let begun: f64 = text
        .lines()
        .filter(|line| line.starts_with("beian_gateway_requests_total"))
        .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
        .sum();
    assert!(begun < 1_200.0, "{begun} requests were begun");
    assert_eq!(stand.status("open.cn").await, 200, "others are served");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_requests_back_slowly_and_ignores_that_it_should_leave_is_cut_off_too() {
    let (_platform, stand) = stand_with(|config| {
        config.client.max_streams = 10;
        config.client.max_requests = 50;
    })
    .await;
    let mut raw = Raw::connect(&stand).await;
    raw.send(&frame(SETTINGS, 1, 0, &[])).await;
    let mut sent = 0;
    for number in 0..200 {
        let stream = number * 2 + 1;
        raw.send(&frame(HEADERS, END_HEADERS | END_STREAM, stream, &get("/slow", &[]))).await;
        // The answer to a PING comes behind the request, which has begun then.
        let answered = raw.send(&frame(PING, 0, 0, &[7; 8])).await
            && raw.until(|kind, flags, _| kind == PING && flags == 1).await.last().is_some_and(|frame| frame.0 == PING);
        if !answered || !raw.send(&frame(RST_STREAM, 0, stream, &8_u32.to_be_bytes())).await {
            break;
        }
        sent += 1;
    }
    assert!((15..=61).contains(&sent), "{sent}");
    assert_eq!(stand.status("open.cn").await, 200, "others are served");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_ends_after_its_requests_or_without_any() {
    let (_platform, stand) = stand_with(|config| {
        config.client.max_requests = 3;
        config.client.head_timeout = Duration::from_millis(300);
    })
    .await;
    let mut raw = Raw::connect(&stand).await;
    for stream in [1, 3, 5] {
        raw.send(&frame(HEADERS, END_HEADERS | END_STREAM, stream, &get("/", &[]))).await;
    }
    let frames = raw.until(|kind, _, _| kind == GOAWAY).await;
    assert_eq!(frames.last().map(|frame| frame.0), Some(GOAWAY));

    let mut silent = Raw::connect(&stand).await;
    let frames = silent.until(|_, _, _| false).await;
    assert_eq!(frames.last().map(|frame| frame.0 == GOAWAY || frame.0 == PING), Some(true), "{frames:?}");
    let mut slow = TcpStream::connect(stand.address).await.unwrap();
    slow.write_all(&PREFACE[..10]).await.unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}
