//! The name a TLS client asks for, read from its first message without answering it.
//!
//! Only as much of a ClientHello (RFC 8446, 4.1.2) is read as lies before the name (RFC 6066, 3). The message may be
//! split over records and pieces as its sender likes. Nothing is decided here about the rest of it: an open connection
//! goes to its origin byte for byte.

/// A ClientHello longer than this is nobody's. The longest of real clients, with keys for exchanges that withstand quantum
/// computers, are under two kilobytes.
pub const LONGEST: usize = 16 * 1024;

const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const SERVER_NAME: u16 = 0;
const HOST_NAME: u8 = 0;
/// A record's type, version and length.
const RECORD_HEAD: usize = 5;
/// The longest fragment a record may hold (RFC 8446, 5.1).
const LONGEST_RECORD: usize = 1 << 14;

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hello {
    /// More bytes are needed.
    Partial,
    /// The client asks for this host, as it wrote it.
    Name(Vec<u8>),
    /// The client asks for no host.
    Nameless,
    /// It is no ClientHello.
    Foreign(&'static str),
}

/// Why reading stopped.
enum Stop {
    Partial,
    Foreign(&'static str),
}

/// Reads what came of a connection so far.
#[must_use]
pub fn read(bytes: &[u8]) -> Hello {
    match name(&mut Message { bytes, left: 0 }) {
        Ok(Some(host)) => Hello::Name(host),
        Ok(None) => Hello::Nameless,
        Err(Stop::Partial) if bytes.len() >= LONGEST => Hello::Foreign("the first message is too long"),
        Err(Stop::Partial) => Hello::Partial,
        Err(Stop::Foreign(why)) => Hello::Foreign(why),
    }
}

/// The handshake's bytes across the records that carry them.
struct Message<'a> {
    bytes: &'a [u8],
    /// What is left of the record being read.
    left: usize,
}

impl Message<'_> {
    /// Goes on to the next record when this one is used up.
    fn record(&mut self) -> Result<(), Stop> {
        while self.left == 0 {
            // What is wrong with a head is seen before all of it is there.
            match self.bytes {
                [] => return Err(Stop::Partial),
                [kind, ..] if *kind != HANDSHAKE => return Err(Stop::Foreign("it does not begin with a handshake")),
                [_, major, ..] if *major != 3 => return Err(Stop::Foreign("it is no version of TLS")),
                _ => {}
            }
            let Some((head, rest)) = self.bytes.split_first_chunk::<RECORD_HEAD>() else { return Err(Stop::Partial) };
            self.left = usize::from(u16::from_be_bytes([head[3], head[4]]));
            if self.left == 0 || self.left > LONGEST_RECORD {
                return Err(Stop::Foreign("a record has no length that a handshake's may have"));
            }
            self.bytes = rest;
        }
        Ok(())
    }

    /// Gives so many bytes to `take`, in as many pieces as there are records.
    fn each(&mut self, mut count: usize, mut take: impl FnMut(&[u8])) -> Result<(), Stop> {
        while count > 0 {
            self.record()?;
            let length = count.min(self.left).min(self.bytes.len());
            if length == 0 {
                return Err(Stop::Partial);
            }
            let (piece, rest) = self.bytes.split_at(length);
            take(piece);
            self.bytes = rest;
            self.left -= length;
            count -= length;
        }
        Ok(())
    }

    fn skip(&mut self, count: usize) -> Result<(), Stop> {
        self.each(count, |_| {})
    }

    /// A number of so many bytes, the highest first.
    fn number(&mut self, bytes: usize) -> Result<usize, Stop> {
        let mut number = 0;
        self.each(bytes, |piece| number = piece.iter().fold(number, |number, byte| number << 8 | usize::from(*byte)))?;
        Ok(number)
    }
}

/// Takes from what is left of an enclosing part.
fn within(left: &mut usize, count: usize) -> Result<(), Stop> {
    *left = left.checked_sub(count).ok_or(Stop::Foreign("a part is longer than the whole"))?;
    Ok(())
}

fn name(message: &mut Message<'_>) -> Result<Option<Vec<u8>>, Stop> {
    if message.number(1)? != usize::from(CLIENT_HELLO) {
        return Err(Stop::Foreign("the first message is no ClientHello"));
    }
    let mut left = message.number(3)?;
    if left > LONGEST {
        return Err(Stop::Foreign("the first message is too long"));
    }
    // Version and random, session, cipher suites, compression methods: lengths of one, two and one byte.
    within(&mut left, 34)?;
    message.skip(34)?;
    for bytes in [1, 2, 1] {
        within(&mut left, bytes)?;
        let length = message.number(bytes)?;
        within(&mut left, length)?;
        message.skip(length)?;
    }
    if left == 0 {
        return Ok(None);
    }
    within(&mut left, 2)?;
    let mut extensions = message.number(2)?;
    within(&mut left, extensions)?;
    while extensions > 0 {
        within(&mut extensions, 4)?;
        let kind = message.number(2)?;
        let length = message.number(2)?;
        within(&mut extensions, length)?;
        if kind == usize::from(SERVER_NAME) {
            return host(message, length);
        }
        message.skip(length)?;
    }
    Ok(None)
}

/// The host of a server name extension: the first name of the kind host, of which there is at most one.
fn host(message: &mut Message<'_>, mut length: usize) -> Result<Option<Vec<u8>>, Stop> {
    within(&mut length, 2)?;
    let mut list = message.number(2)?;
    within(&mut length, list)?;
    while list > 0 {
        within(&mut list, 3)?;
        let kind = message.number(1)?;
        let long = message.number(2)?;
        within(&mut list, long)?;
        if kind == usize::from(HOST_NAME) {
            let mut host = Vec::with_capacity(long);
            message.each(long, |piece| host.extend_from_slice(piece))?;
            return Ok(Some(host));
        }
        message.skip(long)?;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use arbtest::arbtest;
    use std::sync::Arc;

    /// What rustls, which others wrote, sends first.
    pub(crate) fn client_hello(host: &'static str) -> Vec<u8> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth();
        let name = rustls::pki_types::ServerName::try_from(host).unwrap();
        let mut client = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
        let mut bytes = Vec::new();
        client.write_tls(&mut bytes).unwrap();
        bytes
    }

    /// The same message in records of so many bytes.
    fn split(hello: &[u8], size: usize) -> Vec<u8> {
        let mut out = Vec::new();
        for piece in hello[RECORD_HEAD..].chunks(size) {
            out.extend_from_slice(&hello[..3]);
            out.extend_from_slice(&u16::try_from(piece.len()).unwrap().to_be_bytes());
            out.extend_from_slice(piece);
        }
        out
    }

    #[test]
    fn the_name_is_read_however_the_message_is_split() {
        let hello = client_hello("www.example.cn");
        assert_eq!(read(&hello), Hello::Name(b"www.example.cn".to_vec()));
        for size in [1, 2, 3, 7, 64, 200, 4_000] {
            assert_eq!(read(&split(&hello, size)), Hello::Name(b"www.example.cn".to_vec()), "records of {size}");
        }
        assert_eq!(read(&client_hello("192.0.2.7")), Hello::Nameless, "an address is no name");
    }

    #[test]
    fn as_long_as_bytes_are_missing_they_are_waited_for() {
        let hello = client_hello("www.example.cn");
        let end = hello.windows(14).position(|window| window == b"www.example.cn").unwrap() + 14;
        for length in 0..end {
            assert_eq!(read(&hello[..length]), Hello::Partial, "{length} bytes");
        }
        assert_eq!(read(&hello[..end]), Hello::Name(b"www.example.cn".to_vec()), "what follows is not needed");
    }

    #[test]
    fn what_is_no_hello_is_told_at_its_first_bytes() {
        for bytes in [&b"GET / HTTP/1.1\r\n"[..], b"SSH-2.0-", &[22, 2], &[22, 3, 1, 0, 0], &[22, 3, 1, 0, 1, 2]] {
            assert!(matches!(read(bytes), Hello::Foreign(_)), "{bytes:?}: {:?}", read(bytes));
        }
        let mut endless = vec![22, 3, 1, 0x40, 0, 1, 0xff, 0xff, 0xff];
        endless.resize(200, 0);
        assert!(matches!(read(&endless), Hello::Foreign(_)));
        let mut drip = Vec::new();
        while drip.len() < LONGEST {
            // A message of 16,000 bytes in records of one byte never comes to an end in time.
            drip.extend([22, 3, 1, 0, 1, if drip.is_empty() { 1 } else { 0 }]);
        }
        assert!(!matches!(read(&drip), Hello::Name(_) | Hello::Partial), "{:?}", read(&drip));
    }

    #[test]
    fn any_bytes_are_read_to_an_answer() {
        let hello = client_hello("www.example.cn");
        arbtest(|u| {
            let mut bytes = if u.ratio(2, 3)? { hello.clone() } else { Vec::new() };
            for _ in 0..u.int_in_range(0..=6)? {
                if bytes.is_empty() || u.ratio(1, 4)? {
                    let length = u.int_in_range(0..=40)?;
                    bytes.extend(u.bytes(length)?);
                } else {
                    let at = u.choose_index(bytes.len())?;
                    bytes[at] = u.arbitrary()?;
                }
            }
            let whole = read(&bytes);
            // What was told once stays true when more comes.
            let cut = u.int_in_range(0..=bytes.len())?;
            let before = read(&bytes[..cut]);
            if before != Hello::Partial && bytes.len() < LONGEST {
                assert_eq!(before, whole);
            }
            Ok(())
        })
        .budget_ms(1_000);
    }
}
