//! A file that the owner of a website put there, read from where it runs.

use std::time::Duration;

use filing::domain::DomainName;
use filing::outside::Why;
use outside::site::Site;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// Answers every request with the same bytes; gives its address.
async fn website(answer: impl Into<Vec<u8>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let answer = answer.into();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = [0; 1_024];
            let length = stream.read(&mut asked).await.unwrap();
            let asked = String::from_utf8_lossy(&asked[..length]).to_lowercase();
            let is_ours = asked.starts_with("get /proof.txt ") && asked.contains("host: yunshan-tech.cn\r\n");
            let answer =
                if is_ours { answer.as_slice() } else { b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n" };
            // Whoever reads too little for their liking hangs up.
            stream.write_all(answer).await.ok();
        }
    });
    address
}

async fn read(origins: &str) -> Result<String, Why> {
    let site = Site::new(Duration::from_secs(2)).unwrap();
    site.read(origins, &DomainName::parse("yunshan-tech.cn").unwrap(), "/proof.txt").await
}

#[tokio::test]
async fn the_first_origin_that_answers_counts() {
    let here = website("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nproof\n").await;
    assert_eq!(read(&here).await.as_deref(), Ok("proof\n"));
    let nobody = "127.0.0.1:9";
    assert_eq!(read(&format!("{nobody}, {here}")).await.as_deref(), Ok("proof\n"));
    assert_eq!(read(nobody).await, Err(Why::Unreachable));
}

#[tokio::test]
async fn a_website_cannot_send_us_elsewhere_or_fill_our_memory() {
    let here = website("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nproof\n").await;
    let elsewhere = format!("HTTP/1.1 302 Found\r\nlocation: http://{here}/proof.txt\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(read(&website(elsewhere).await).await, Err(Why::Refused));
    let mut huge = b"HTTP/1.1 200 OK\r\ncontent-length: 10000000\r\n\r\n".to_vec();
    huge.extend_from_slice(&[b'a'; 10_000_000]);
    assert_eq!(read(&website(huge).await).await, Err(Why::Garbled));
    assert_eq!(
        read(&website(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n\xff".to_vec()).await).await,
        Err(Why::Garbled)
    );
    assert_eq!(read("").await, Err(Why::Unreachable));
}
