//! Reading the head of a request: whole, within one deadline and one size, and with one meaning.
//!
//! pingora limits each read, not the head as a whole, so that a client could send one byte a minute; and it mends
//! some heads that another server may read differently. The gateway therefore reads and checks the head itself and
//! hands the bytes to pingora's parser unchanged. Refused here, because two servers in a row could disagree about
//! where such a request ends or whom it is for (RFC 9112, sections 2.2, 3.2, 5, 6.1, 6.3 and 11.2):
//!
//! - a line that ends in anything but CR LF, a bare CR, a NUL;
//! - a field line that continues the one before, or has white space around its name;
//! - `Content-Length` twice, with a list or with anything but digits, or beside `Transfer-Encoding`;
//! - a `Transfer-Encoding` other than a single `chunked`, or any in HTTP/1.0;
//! - `Host` twice; a version other than 1.0 and 1.1.

use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::timeout;

/// How a head may look and how long it may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The longest head in bytes.
    pub(crate) size: usize,
    /// The most header fields.
    pub(crate) fields: usize,
    /// The time from its first byte to its last.
    pub(crate) time: Duration,
}

/// Why no head was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoHead {
    /// The client left, or sent nothing in time.
    Gone,
    /// The head did not arrive in time.
    Slow,
    /// The head is too long or has too many fields.
    TooLarge,
    /// The head is malformed or could be read in two ways.
    Malformed(&'static str),
}

const CHUNK: usize = 4_096;
const END: &[u8] = b"\r\n\r\n";

/// Waits for the first bytes of a head. Nothing is lost when the wait is given up.
pub(crate) async fn begin<S>(stream: &mut S, idle: Duration) -> Result<BytesMut, NoHead>
where
    S: AsyncRead + Unpin + ?Sized,
{
    let mut head = BytesMut::with_capacity(CHUNK);
    match timeout(idle, stream.read_buf(&mut head)).await {
        Ok(Ok(1..)) => Ok(head),
        _ => Err(NoHead::Gone),
    }
}

/// Reads the rest of a head and checks it; what came after it in the same reads is kept behind it.
pub(crate) async fn finish<S>(stream: &mut S, mut head: BytesMut, limits: Limits) -> Result<BytesMut, NoHead>
where
    S: AsyncRead + Unpin + ?Sized,
{
    match timeout(limits.time, read_rest(stream, &mut head, limits)).await {
        Ok(read) => read.map(|()| head),
        Err(_) => Err(NoHead::Slow),
    }
}

async fn read_rest<S>(stream: &mut S, head: &mut BytesMut, limits: Limits) -> Result<(), NoHead>
where
    S: AsyncRead + Unpin + ?Sized,
{
    let mut searched = 0;
    loop {
        // Some old clients end a request with an empty line too many (RFC 9112, section 2.2).
        while searched == 0 && head.starts_with(b"\r\n") {
            let _ = head.split_to(2);
        }
        if let Some(end) = find_end(head, searched)? {
            if end > limits.size {
                return Err(NoHead::TooLarge);
            }
            return check(&head[..end], limits.fields);
        }
        searched = head.len().saturating_sub(END.len() - 1);
        if head.len() >= limits.size {
            return Err(NoHead::TooLarge);
        }
        head.reserve(CHUNK);
        match stream.read_buf(head).await {
            Ok(1..) => {}
            _ => return Err(NoHead::Gone),
        }
    }
}

/// The index behind the empty line, looked for from `from` on. A line that ends in LF alone is refused at once, or
/// the client would wait for the deadline.
fn find_end(head: &[u8], from: usize) -> Result<Option<usize>, NoHead> {
    for (offset, byte) in head[from..].iter().enumerate() {
        let index = from + offset;
        if *byte != b'\n' {
            continue;
        }
        if index == 0 || head[index - 1] != b'\r' {
            return Err(NoHead::Malformed("a line ends in LF alone"));
        }
        if index >= 3 && head[index - 3..=index] == *END {
            return Ok(Some(index + 1));
        }
    }
    Ok(None)
}

/// Checks a whole head, its empty line included.
fn check(head: &[u8], max_fields: usize) -> Result<(), NoHead> {
    let lines = head.strip_suffix(END).unwrap_or(head);
    if lines.contains(&0) {
        return Err(NoHead::Malformed("it contains a NUL"));
    }
    let mut lines = lines.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let http_10 = check_request_line(lines.next().unwrap_or_default())?;

    let (mut fields, mut hosts, mut lengths, mut codings) = (0, 0, 0, 0);
    for line in lines {
        fields += 1;
        if fields > max_fields {
            return Err(NoHead::TooLarge);
        }
        let (name, value) = check_field(line)?;
        if name.eq_ignore_ascii_case(b"host") {
            hosts += 1;
        } else if name.eq_ignore_ascii_case(b"content-length") {
            lengths += 1;
            if value.is_empty() || value.len() > 19 || !value.iter().all(u8::is_ascii_digit) {
                return Err(NoHead::Malformed("its Content-Length is not a number"));
            }
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            codings += 1;
            if !value.eq_ignore_ascii_case(b"chunked") {
                return Err(NoHead::Malformed("its Transfer-Encoding is not chunked"));
            }
        }
    }
    match (hosts, lengths, codings) {
        (2.., _, _) => Err(NoHead::Malformed("it has two Hosts")),
        (_, 2.., _) => Err(NoHead::Malformed("it has two Content-Lengths")),
        (_, _, 2..) => Err(NoHead::Malformed("it has two Transfer-Encodings")),
        (_, 1, 1) => Err(NoHead::Malformed("it has a Content-Length and a Transfer-Encoding")),
        (_, _, 1) if http_10 => Err(NoHead::Malformed("HTTP/1.0 has no Transfer-Encoding")),
        _ => Ok(()),
    }
}

/// Checks the request line; true when it is of HTTP/1.0.
fn check_request_line(line: &[u8]) -> Result<bool, NoHead> {
    let mut words = line.split(|byte| *byte == b' ');
    let (method, target, version) = (words.next(), words.next(), words.next());
    let well_formed = method.is_some_and(is_token)
        && target.is_some_and(|target| !target.is_empty() && !target.iter().any(u8::is_ascii_control))
        && words.next().is_none();
    match version {
        Some(b"HTTP/1.1") if well_formed => Ok(false),
        Some(b"HTTP/1.0") if well_formed => Ok(true),
        _ => Err(NoHead::Malformed("its first line is not that of an HTTP/1 request")),
    }
}

/// Splits a field line into its name and its value without the white space around it.
fn check_field(line: &[u8]) -> Result<(&[u8], &[u8]), NoHead> {
    let colon = line.iter().position(|byte| *byte == b':').ok_or(NoHead::Malformed("a field has no colon"))?;
    let (name, value) = (&line[..colon], &line[colon + 1..]);
    if !is_token(name) {
        return Err(NoHead::Malformed("a field's name is not a token"));
    }
    if value.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t') {
        return Err(NoHead::Malformed("a field's value has a control character"));
    }
    Ok((name, value.trim_ascii()))
}

fn is_token(word: &[u8]) -> bool {
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    !word.is_empty() && word.iter().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncWriteExt;

    const LIMITS: Limits = Limits { size: 1_000, fields: 5, time: Duration::from_secs(5) };
    const IDLE: Duration = Duration::from_secs(5);

    async fn read(stream: &mut tokio::io::DuplexStream) -> Result<BytesMut, NoHead> {
        let head = begin(stream, IDLE).await?;
        finish(stream, head, LIMITS).await
    }

    async fn read_all(bytes: &[u8]) -> Result<Vec<u8>, NoHead> {
        let (mut client, mut server) = tokio::io::duplex(64 * 1024);
        client.write_all(bytes).await.unwrap();
        drop(client);
        read(&mut server).await.map(|head| head.to_vec())
    }

    #[tokio::test]
    async fn a_head_is_handed_on_unchanged_with_what_came_behind_it() {
        let request = b"POST /a%20b?c=d HTTP/1.1\r\nHost: example.cn\r\nContent-Length: 5\r\nX:\t y\r\n\r\nhello";
        assert_eq!(read_all(request).await.unwrap(), request);
        assert_eq!(read_all(b"\r\n\r\nGET / HTTP/1.0\r\n\r\n").await.unwrap(), b"GET / HTTP/1.0\r\n\r\n");
    }

    #[tokio::test]
    async fn a_head_in_single_bytes_is_one_head() {
        let request = b"GET / HTTP/1.1\r\nHost: example.cn\r\n\r\n";
        let (mut client, mut server) = tokio::io::duplex(1);
        let sending = tokio::spawn(async move {
            for byte in request {
                client.write_all(&[*byte]).await.unwrap();
            }
            client
        });
        assert_eq!(read(&mut server).await.unwrap(), &request[..]);
        drop(sending.await.unwrap());
    }

    #[tokio::test]
    async fn heads_that_two_servers_could_read_differently_are_refused() {
        for fields in [
            "Host: a.cn\nX: y\r\n",
            "Host: a.cn\r\nX: y\rZ: w\r\n",
            "Host: a.cn\r\nX: a\0b\r\n",
            "Host: a.cn\r\n folded\r\n",
            "Host: a.cn\r\nX : y\r\n",
            "Host: a.cn\r\n: y\r\n",
            "Host: a.cn\r\nnonsense\r\n",
            "Host: a.cn\r\nHost: b.cn\r\n",
            "Host: a.cn\r\nContent-Length: 5\r\nContent-Length: 5\r\n",
            "Host: a.cn\r\nContent-Length: 5, 5\r\n",
            "Host: a.cn\r\nContent-Length: +5\r\n",
            "Host: a.cn\r\nContent-Length:\r\n",
            "Host: a.cn\r\nContent-Length: 0x5\r\n",
            "Host: a.cn\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            "Host: a.cn\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "Host: a.cn\r\nTransfer-Encoding: gzip, chunked\r\n",
            "Host: a.cn\r\nTransfer-Encoding: identity\r\n",
            "Host: a.cn\r\nTransfer-Encoding: \x0bchunked\r\n",
        ] {
            let request = format!("POST / HTTP/1.1\r\n{fields}\r\n");
            let refused = read_all(request.as_bytes()).await;
            assert!(matches!(refused, Err(NoHead::Malformed(_))), "{fields:?}: {refused:?}");
        }
        for line in [
            "GET / HTTP/1.2",
            "GET / HTTP/2.0",
            "PRI * HTTP/2.0",
            "GET /",
            "GET  / HTTP/1.1",
            "GET /a b HTTP/1.1",
            "GET /\x01 HTTP/1.1",
            "G(T / HTTP/1.1",
            " GET / HTTP/1.1",
            "\x16\x03\x01 / HTTP/1.1",
        ] {
            let refused = read_all(format!("{line}\r\nHost: a.cn\r\n\r\n").as_bytes()).await;
            assert!(matches!(refused, Err(NoHead::Malformed(_))), "{line:?}: {refused:?}");
        }
        let old = read_all(b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n").await;
        assert!(matches!(old, Err(NoHead::Malformed(_))));
    }

    #[tokio::test]
    async fn a_head_too_long_or_with_too_many_fields_is_refused_without_reading_on() {
        let long = format!("GET /{} HTTP/1.1\r\nHost: a.cn\r\n\r\n", "a".repeat(1_000));
        assert_eq!(read_all(long.as_bytes()).await, Err(NoHead::TooLarge));
        let endless = "a".repeat(50_000);
        assert_eq!(read_all(endless.as_bytes()).await, Err(NoHead::TooLarge));
        let many = format!("GET / HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(6));
        assert_eq!(read_all(many.as_bytes()).await, Err(NoHead::TooLarge));
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_must_arrive_as_a_whole_in_time() {
        let (mut client, mut server) = tokio::io::duplex(1_024);
        let dripping = tokio::spawn(async move {
            for byte in b"GET / HTTP/1.1\r\nHost: a.cn\r\n".iter().cycle() {
                if client.write_all(&[*byte]).await.is_err() {
                    return;
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
        assert_eq!(read(&mut server).await, Err(NoHead::Slow));
        drop(server);
        dripping.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_sends_nothing_is_let_go_without_an_answer() {
        let (client, mut server) = tokio::io::duplex(1_024);
        assert_eq!(read(&mut server).await, Err(NoHead::Gone));
        drop(client);
        assert_eq!(read_all(b"GET / HT").await, Err(NoHead::Gone));
    }
}
