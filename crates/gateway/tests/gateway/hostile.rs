//! What hostile or broken clients and origins send, and that it ends.

use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use filing::verdict::Enforcement::{Closed, Open};
use gateway::config::{OwnCertificate, Tls};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::platform::{Platform, verdict};
use crate::site::certificate;
use crate::stand::{Stand, config, until};
use crate::tls::hello;

/// The message in records of so many bytes.
fn in_records(hello: &[u8], size: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for piece in hello[5..].chunks(size) {
        out.extend_from_slice(&hello[..3]);
        out.extend_from_slice(&u16::try_from(piece.len()).unwrap().to_be_bytes());
        out.extend_from_slice(piece);
    }
    out
}

/// A first message of a client with something of so many bytes before the name.
fn padded(name: &str, padding: usize) -> Vec<u8> {
    let wide = |number: usize| u16::try_from(number).unwrap().to_be_bytes();
    let mut extensions = [&[0xfe, 0xed][..], &wide(padding)].concat();
    extensions.resize(4 + padding, 7);
    extensions.extend([0, 0]);
    extensions.extend(wide(name.len() + 5));
    extensions.extend(wide(name.len() + 3));
    extensions.push(0);
    extensions.extend(wide(name.len()));
    extensions.extend(name.as_bytes());
    let mut body = vec![3, 3];
    body.extend([9; 32]);
    body.extend([0, 0, 2, 0x13, 1, 1, 0]);
    body.extend(wide(extensions.len()));
    body.extend(extensions);
    let mut message = u32::try_from(body.len()).unwrap().to_be_bytes().to_vec();
    message[0] = 1;
    message.extend(body);
    let mut whole = vec![22, 3, 1, 0, 0];
    whole.extend(message);
    in_records(&whole, 16_000)
}

#[tokio::test(flavor = "multi_thread")]
async fn first_messages_of_every_kind_end_soon_and_the_gateway_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    certificate(folder.path(), &["provider.example"]);
    let origin = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = origin.local_addr().unwrap();
    let reached = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&reached);
    std::thread::spawn(move || {
        for mut stream in origin.incoming().flatten() {
            count.fetch_add(1, Ordering::Relaxed);
            std::thread::spawn(move || stream.read(&mut [0; 10]));
        }
    });
    let platform =
        Platform::start(vec![verdict("open.cn", Open, Some(address)), verdict("closed.cn", Closed, None)]).await;
    let own = OwnCertificate {
        chain: folder.path().join("provider.example.pem"),
        key: folder.path().join("provider.example.key"),
    };
    let tls = Some(Tls {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        origin_port: address.port(),
        send_proxy: false,
        own_certificate: Some(own),
        certificates: Some(folder.path().to_owned()),
    });
    let mut config = gateway::Config { tls, ..config(&platform.url()) };
    config.client.head_timeout = Duration::from_millis(400);
    let stand = Stand::start(config);
    stand.until_ready().await;
    let gateway = stand.tls.unwrap();

    // Sends bytes in pieces and waits for the end; whatever comes is thrown away.
    let send = move |bytes: &[u8], piece: usize| {
        let mut stream = std::net::TcpStream::connect(gateway).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let begun = Instant::now();
        for piece in bytes.chunks(piece) {
            if stream.write_all(piece).is_err() {
                break;
            }
        }
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert!(begun.elapsed() < Duration::from_secs(3), "{:?} for {} bytes", begun.elapsed(), bytes.len());
        answer
    };
    let hello = hello();
    let refused = |answer: &[u8]| answer.is_empty() || answer[0] == 21;
    tokio::task::spawn_blocking(move || {
        // Cut short anywhere.
        for length in (0..hello.len()).step_by(23).filter(|length| *length < 60) {
            assert!(refused(&send(&hello[..length], usize::MAX)), "{length}");
        }
        // With a byte changed: the same bytes in each run.
        for number in 0..150_usize {
            let mut wrong = hello.clone();
            let at = number * 7919 % wrong.len();
            wrong[at] = wrong[at].wrapping_add(u8::try_from(1 + number * 31 % 255).unwrap());
            // A name that is still open goes to its origin, which says nothing: only the others end here.
            if !matches!(index::hello::read(&wrong), index::hello::Hello::Name(name) if name.ends_with(b"open.cn")) {
                send(&wrong, if number % 10 == 0 { 1 } else { usize::MAX });
            }
        }
        // A name that is closed, however it is cut, is told so: the whole message is there, so that a handshake begins.
        let closed = padded("closed.cn", 10);
        for (bytes, piece) in [(closed.clone(), 1), (in_records(&closed, 1), usize::MAX), (in_records(&closed, 3), 1)] {
            assert!(!send(&bytes, piece).is_empty());
        }
        // Longer than anybody's, and endless.
        for padding in [16_500, 40_000] {
            assert_eq!(send(&padded("open.cn", padding), usize::MAX), [21, 3, 3, 0, 2, 2, 50]);
        }
        let endless = [&[22, 3, 1, 0x3f, 0xff, 1, 0, 0x3f, 0xf0][..], &[0; 16_000]].concat();
        assert!(refused(&send(&endless, usize::MAX)));
        // Names that are none.
        for name in ["", ".", "a..cn", "open.cn\0.evil.cn", "-", "*.open.cn", &"a".repeat(300), "127.0.0.1"] {
            assert!(refused(&send(&padded(name, 0), usize::MAX)), "{name:?}");
        }
    })
    .await
    .unwrap();
    assert_eq!(reached.load(Ordering::Relaxed), 0, "nothing of it reached an origin");

    let mut stream = std::net::TcpStream::connect(gateway).unwrap();
    stream.write_all(&padded("open.cn", 15_000)).unwrap();
    until("the origin to be reached", async || reached.load(Ordering::Relaxed) == 1).await;
    assert_eq!(stand.status("closed.cn").await, 302);
}

/// An origin that answers every connection with these bytes, after the request or before it, and closes.
async fn broken(answer: &'static [u8], reads: bool, pause: Duration) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                if reads {
                    let _ = stream.read(&mut [0; 4_096]).await;
                }
                for piece in answer.chunks(if pause.is_zero() { answer.len().max(1) } else { 1 }) {
                    if stream.write_all(piece).await.is_err() {
                        return;
                    }
                    tokio::time::sleep(pause).await;
                }
            });
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn an_origin_that_breaks_off_or_talks_nonsense_is_told_from_one_that_answers() {
    let none = Duration::ZERO;
    let origins = [
        ("hangs-up.cn", broken(b"", false, none).await, 502),
        ("says-nothing.cn", broken(b"", true, none).await, 502),
        ("nonsense.cn", broken(b"SSH-2.0-nonsense\r\n\r\n", true, none).await, 502),
        ("half-a-head.cn", broken(b"HTTP/1.1 200 OK\r\nContent-Le", true, none).await, 502),
        ("drips.cn", broken(&[b'H'; 40], true, Duration::from_millis(700)).await, 504),
    ];
    let short = broken(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this", true, none).await;
    let mut verdicts: Vec<_> = origins.iter().map(|(name, origin, _)| verdict(name, Open, Some(*origin))).collect();
    verdicts.push(verdict("short.cn", Open, Some(short)));
    let platform = Platform::start(verdicts).await;
    let mut config = config(&platform.url());
    config.origin.read_timeout = Duration::from_millis(300);
    let stand = Stand::start(config);
    stand.until_ready().await;
    for (name, _, status) in origins {
        let begun = Instant::now();
        assert_eq!(stand.status(name).await, status, "{name}");
        assert!(begun.elapsed() < Duration::from_secs(3), "{name}: {:?}", begun.elapsed());
    }
    // A body that ends too soon does not look whole to the visitor, nor does one that came with its head.
    let whole = async || stand.get("short.cn", "/").send().await?.bytes().await;
    assert!(whole().await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_in_the_middle_leaves_nothing_behind() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let platform = Platform::start(vec![verdict("open.cn", Open, Some(listener.local_addr().unwrap()))]).await;
    let stand = Stand::start(config(&platform.url()));
    stand.until_ready().await;
    for _ in 0..20 {
        let mut stream = TcpStream::connect(stand.address).await.unwrap();
        stream.write_all(b"POST / HTTP/1.1\r\nHost: open.cn\r\nContent-Length: 100\r\n\r\nhalf").await.unwrap();
        let (mut server, _) = listener.accept().await.unwrap();
        server.read_u8().await.unwrap();
        drop(stream);
        // The origin sees the end, and does not take half a body for a whole one.
        let mut rest = Vec::new();
        let _ = tokio::time::timeout(Duration::from_secs(5), server.read_to_end(&mut rest)).await.unwrap();
    }
    stand.until_metric("beian_gateway_connections", 0.0).await;
}
