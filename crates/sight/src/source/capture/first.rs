//! The name in the first bytes that a client sends: of a request, or of a ClientHello.

use index::hello::{self, Hello};

/// The most header fields of a request, as most servers take.
const MOST_FIELDS: usize = 100;

/// What the first bytes say.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum First {
    /// More of them are needed.
    Partial,
    /// The client asks for this host.
    Name(Vec<u8>),
    /// It asks for none, or speaks something else.
    Nothing,
}

/// Reads the first bytes of a connection.
pub(super) fn read(bytes: &[u8]) -> First {
    match hello::read(bytes) {
        Hello::Name(host) => First::Name(host),
        Hello::Partial => First::Partial,
        Hello::Nameless => First::Nothing,
        Hello::Foreign(_) => request(bytes),
    }
}

fn request(bytes: &[u8]) -> First {
    let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
    let mut request = httparse::Request::new(&mut fields);
    match request.parse(bytes) {
        Ok(httparse::Status::Partial) => First::Partial,
        Err(_) => First::Nothing,
        Ok(httparse::Status::Complete(_)) => request
            .headers
            .iter()
            .find(|field| field.name.eq_ignore_ascii_case("host"))
            .map_or(First::Nothing, |field| First::Name(field.value.to_vec())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_when_its_head_is_whole() {
        let text = b"GET / HTTP/1.1\r\nAccept: */*\r\nhOst: www.example.cn\r\n\r\nbody";
        let end = text.len() - 4;
        assert!((0..end).all(|length| read(&text[..length]) == First::Partial));
        assert_eq!(read(&text[..end]), First::Name(b"www.example.cn".to_vec()));
        for other in
            [&b"GET / HTTP/1.0\r\n\r\n"[..], b"SSH-2.0-x\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x02"]
        {
            assert_eq!(read(other), First::Nothing, "{other:?}");
        }
    }
}
