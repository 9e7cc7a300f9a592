//! The PROXY protocol, by which a load balancer says whose connection it hands on.
//!
//! A header of version 1 or 2 is read, only where the configuration says that one must come; version 2 is written. What
//! follows the addresses in version 2 (TLVs) is skipped.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The longest header of version 1, its line end included.
const LONGEST_V1: usize = 107;
/// The most that may follow the first sixteen bytes of version 2: addresses and what else a balancer tells.
const LONGEST_V2: usize = 4_096;
const SIGNATURE_V1: &[u8] = b"PROXY ";
const SIGNATURE_V2: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";
/// The first part of version 2: signature, version and command, family, length.
const HEAD_V2: usize = 16;

/// What was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Header {
    /// More bytes are needed.
    Partial,
    /// A header of so many bytes; the addresses are none when the balancer speaks for itself or names another family.
    Whole(usize, Option<Ends>),
    /// It is no header.
    Foreign,
}

/// The two ends of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ends {
    /// Who the client is.
    pub(crate) client: SocketAddr,
    /// Where it came to.
    pub(crate) here: SocketAddr,
}

/// Reads what came of a connection so far.
pub(crate) fn read(bytes: &[u8]) -> Header {
    let begins = |signature: &[u8]| {
        let length = bytes.len().min(signature.len());
        bytes[..length] == signature[..length]
    };
    if begins(SIGNATURE_V2) {
        read_v2(bytes)
    } else if begins(SIGNATURE_V1) {
        read_v1(bytes)
    } else {
        Header::Foreign
    }
}

fn read_v1(bytes: &[u8]) -> Header {
    let searched = &bytes[..bytes.len().min(LONGEST_V1)];
    let Some(end) = searched.windows(2).position(|pair| pair == b"\r\n") else {
        return if bytes.len() < LONGEST_V1 { Header::Partial } else { Header::Foreign };
    };
    let Ok(line) = std::str::from_utf8(&bytes[..end]) else { return Header::Foreign };
    let mut words = line.split(' ').skip(1);
    let family = words.next();
    let ends = match family {
        Some("UNKNOWN") => None,
        Some("TCP4" | "TCP6") => {
            let (client, here) = (words.next(), words.next());
            let (client_port, here_port) = (words.next(), words.next());
            let address = |ip: Option<&str>, port: Option<&str>| {
                let ip: IpAddr = ip?.parse().ok()?;
                let plain = port.filter(|port| port.bytes().all(|byte| byte.is_ascii_digit()))?;
                (ip.is_ipv4() == (family == Some("TCP4"))).then_some(SocketAddr::new(ip, plain.parse().ok()?))
            };
            match (address(client, client_port), address(here, here_port), words.next()) {
                (Some(client), Some(here), None) => Some(Ends { client, here }),
                _ => return Header::Foreign,
            }
        }
        _ => return Header::Foreign,
    };
    Header::Whole(end + 2, ends)
}

fn read_v2(bytes: &[u8]) -> Header {
    let Some((head, rest)) = bytes.split_first_chunk::<HEAD_V2>() else {
        // What is wrong with the version is seen as soon as it is there.
        return if bytes.get(12).is_some_and(|byte| byte >> 4 != 2) { Header::Foreign } else { Header::Partial };
    };
    let (command, family) = (head[12], head[13]);
    let length = usize::from(u16::from_be_bytes([head[14], head[15]]));
    if !matches!(command, 0x20 | 0x21) || length > LONGEST_V2 {
        return Header::Foreign;
    }
    let Some(body) = rest.get(..length) else { return Header::Partial };
    let ends = match (command, family) {
        (0x21, 0x11) => body.first_chunk::<12>().map(|at| {
            let ip = |from: usize| IpAddr::from([at[from], at[from + 1], at[from + 2], at[from + 3]]);
            let port = |from: usize| u16::from_be_bytes([at[from], at[from + 1]]);
            (ip(0), ip(4), port(8), port(10))
        }),
        (0x21, 0x21) => body.first_chunk::<36>().map(|at| {
            let ip = |from: usize| {
                let mut octets = [0; 16];
                octets.copy_from_slice(&at[from..from + 16]);
                IpAddr::from(octets)
            };
            let port = |from: usize| u16::from_be_bytes([at[from], at[from + 1]]);
            (ip(0), ip(16), port(32), port(34))
        }),
        // The balancer itself (a health check), or a family that is no TCP: the connection's own addresses stand.
        _ => return Header::Whole(HEAD_V2 + length, None),
    };
    match ends {
        Some((client, here, client_port, here_port)) => {
            let ends = Ends { client: SocketAddr::new(client, client_port), here: SocketAddr::new(here, here_port) };
            Header::Whole(HEAD_V2 + length, Some(ends))
        }
        None => Header::Foreign,
    }
}

/// Writes a header of version 2.
pub(crate) fn write(ends: Ends) -> Vec<u8> {
    let mut header = SIGNATURE_V2.to_vec();
    header.push(0x21);
    match (ends.client.ip().to_canonical(), ends.here.ip().to_canonical()) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            header.extend([0x11, 0, 12]);
            header.extend(from.octets());
            header.extend(to.octets());
        }
        (from, to) => {
            let wide = |address: IpAddr| match address {
                IpAddr::V4(address) => Ipv4Addr::to_ipv6_mapped(&address),
                IpAddr::V6(address) => address,
            };
            header.extend([0x21, 0, 36]);
            header.extend(Ipv6Addr::octets(&wide(from)));
            header.extend(wide(to).octets());
        }
    }
    header.extend(ends.client.port().to_be_bytes());
    header.extend(ends.here.port().to_be_bytes());
    header
}

#[cfg(test)]
mod tests {
    use super::*;
    use arbtest::arbtest;

    fn ends(client: &str, here: &str) -> Ends {
        Ends { client: client.parse().unwrap(), here: here.parse().unwrap() }
    }

    #[test]
    fn version_2_is_written_as_its_specification_shows_it() {
        let four = write(ends("192.0.2.1:4000", "198.51.100.7:443"));
        let signature = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
        assert_eq!(four[..12], signature);
        assert_eq!(four[12..], [0x21, 0x11, 0, 12, 192, 0, 2, 1, 198, 51, 100, 7, 0x0f, 0xa0, 0x01, 0xbb]);
        let six = write(ends("[2001:db8::1]:1", "[2001:db8::2]:2"));
        assert_eq!((six.len(), six[13], six[15]), (16 + 36, 0x21, 36));
        assert_eq!(write(ends("[::ffff:192.0.2.1]:1", "[::ffff:192.0.2.2]:2"))[13], 0x11);
    }

    #[test]
    fn what_was_written_is_read_however_little_of_it_comes_at_a_time() {
        for ends in [ends("192.0.2.1:4000", "198.51.100.7:443"), ends("[2001:db8::1]:1", "[2001:db8::2]:2")] {
            let header = write(ends);
            for length in 0..header.len() {
                assert_eq!(read(&header[..length]), Header::Partial, "{length}");
            }
            let with_more = [&header[..], b"GET / HTTP/1.1"].concat();
            assert_eq!(read(&with_more), Header::Whole(header.len(), Some(ends)));
        }
    }

    #[test]
    fn version_1_is_read_and_nothing_that_only_looks_like_it() {
        let line = b"PROXY TCP4 192.0.2.1 198.51.100.7 4000 443\r\nGET /";
        assert_eq!(read(line), Header::Whole(44, Some(ends("192.0.2.1:4000", "198.51.100.7:443"))));
        let six = b"PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\n";
        assert_eq!(read(six), Header::Whole(40, Some(ends("[2001:db8::1]:1", "[2001:db8::2]:2"))));
        assert_eq!(read(b"PROXY UNKNOWN\r\n"), Header::Whole(15, None));
        assert_eq!(read(b"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n"), Header::Whole(35, None));
        for length in 0..43 {
            assert_eq!(read(&line[..length]), Header::Partial, "{length}");
        }
        let endless = [b"PROXY TCP4 ".as_slice(), &[b'1'; 100]].concat();
        for wrong in [
            &b"GET / HTTP/1.1\r\n"[..],
            b"PROXY TCP4 192.0.2.1 198.51.100.7 4000\r\n",
            b"PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n",
            b"PROXY TCP4 192.0.2.1 198.51.100.7 4000 99999\r\n",
            b"PROXY TCP4 192.0.2.1 198.51.100.7 +400 443\r\n",
            b"PROXY TCP4 192.0.2.1 198.51.100.7 4000 443 5\r\n",
            b"PROXY UDP4 192.0.2.1 198.51.100.7 4000 443\r\n",
            &endless,
        ] {
            assert_eq!(read(wrong), Header::Foreign, "{}", String::from_utf8_lossy(wrong));
        }
    }

    #[test]
    fn version_2_may_be_the_balancers_own_or_tell_more_and_must_be_right() {
        let with = |rest: &[u8]| [SIGNATURE_V2, rest].concat();
        assert_eq!(read(&with(&[0x20, 0, 0, 0])), Header::Whole(16, None), "a health check");
        assert_eq!(read(&with(&[0x21, 0x31, 0, 2, 0, 0])), Header::Whole(18, None), "a UNIX socket");
        let mut told = write(ends("192.0.2.1:1", "192.0.2.2:2"));
        told[15] += 4;
        told.extend([4, 0, 1, 7]);
        assert_eq!(read(&told), Header::Whole(32, Some(ends("192.0.2.1:1", "192.0.2.2:2"))));
        for wrong in [&[0x11][..], &[0x22, 0x11, 0, 12], &[0x21, 0x11, 0, 2, 1, 1], &[0x21, 0x11, 0xff, 0xff]] {
            assert_eq!(read(&with(wrong)), Header::Foreign, "{wrong:?}");
        }
    }

    #[test]
    fn any_bytes_are_read_to_an_answer_that_more_bytes_do_not_change() {
        let headers = [write(ends("192.0.2.1:1", "192.0.2.2:2")), b"PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\n".to_vec()];
        arbtest(|u| {
            let mut bytes = u.choose(&headers)?.clone();
            for _ in 0..u.int_in_range(0..=3)? {
                let at = u.choose_index(bytes.len())?;
                bytes[at] = u.arbitrary()?;
            }
            let cut = u.int_in_range(0..=bytes.len())?;
            let before = read(&bytes[..cut]);
            if before != Header::Partial {
                assert_eq!(before, read(&bytes));
            }
            Ok(())
        })
        .budget_ms(300);
    }
}
