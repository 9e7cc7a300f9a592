//! Readers that are fed with anything: they never panic, and end.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use arbtest::arbitrary::{Result, Unstructured};
use arbtest::arbtest;
use filing::sighting::Source;
use jiff::tz::TimeZone;
use sight::Place;

const SOURCES: [Source; 6] =
    [Source::Nginx, Source::Haproxy, Source::Envoy, Source::DnsLog, Source::Dnstap, Source::Capture];

/// Bytes that look right to a reader.
fn sound(source: Source) -> Vec<u8> {
    match source {
        Source::Nginx => {
            b"a.cn 192.0.2.7 203.0.113.9 - - [26/Nov/2026:10:00:00 +0800] \"GET / HTTP/1.1\" 200 5\n".to_vec()
        }
        Source::Haproxy => {
            b"203.0.113.9:1 [26/Nov/2026:10:00:00.123] in out/a 0/0/0/1/1 200 9 - - ---- 1/1 0/0 {a.cn|x} \"GET /\"\n"
                .to_vec()
        }
        Source::Envoy => b"{\"start_time\":\"2026-11-26T02:00:00.123Z\",\"authority\":\"a.cn\"}\n".to_vec(),
        Source::DnsLog => {
            b"26-Nov-2026 10:00:00.123 client @0x7f 203.0.113.9#1 (a.cn): query: a.cn IN A + (192.0.2.7)\n\
            [1795658400] unbound[77:0] info: 203.0.113.9 a.cn. A IN\n"
                .to_vec()
        }
        Source::Dnstap => {
            let dns = b"\0\0\x81\x80\0\x01\0\x01\0\0\0\0\x01a\x02cn\0\0\x01\0\x01\xc0\x0c\0\x01\0\x01\0\0\0\x09\0\x04\xc0\0\x02\x07";
            let mut message = vec![0x08, 6, 0x60, 9, 0x72, u8::try_from(dns.len()).unwrap()];
            message.extend(dns);
            let mut frame = vec![0x72, u8::try_from(message.len()).unwrap()];
            frame.extend(message);
            let mut bytes = vec![0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0];
            bytes.push(u8::try_from(frame.len()).unwrap());
            bytes.extend(frame);
            bytes
        }
        Source::Capture => capture(),
    }
}

/// A file of pcap with one request over raw IP.
fn capture() -> Vec<u8> {
    let mut file = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 101, 0, 0, 0];
    let request = b"GET / HTTP/1.1\r\nHost: a.cn\r\n\r\n";
    for (sequence, syn, bytes) in [(0, true, &[][..]), (1, false, &request[..9]), (10, false, &request[9..])] {
        let builder =
            etherparse::PacketBuilder::ipv4([203, 0, 113, 9], [192, 0, 2, 7], 64).tcp(4_711, 80, sequence, 99);
        let builder = if syn { builder.syn() } else { builder.ack(1) };
        let mut packet = Vec::new();
        builder.write(&mut packet, bytes).unwrap();
        let length = u32::try_from(packet.len()).unwrap().to_le_bytes();
        file.extend([&9_u32.to_le_bytes()[..], &[0; 4], &length, &length, &packet].concat());
    }
    file
}

fn read(source: Source, bytes: &[u8]) -> Vec<String> {
    let place = Place { zone: TimeZone::UTC, ours: vec!["192.0.2.0/24".parse().unwrap()] };
    let mut seen = Vec::new();
    // That it is nothing of its kind is an answer too.
    let _ = sight::source::read(source, bytes, &place, &mut |sighting| {
        seen.push(String::from_utf8_lossy(&sighting.host).into_owned());
    });
    seen
}

/// Changes, cuts, doubles and adds bytes.
fn spoil(u: &mut Unstructured<'_>, bytes: &mut Vec<u8>) -> Result<()> {
    for _ in 0..u.int_in_range(0..=8)? {
        let at = if bytes.is_empty() { 0 } else { u.choose_index(bytes.len())? };
        match u.int_in_range(0..=4)? {
            0 => bytes.truncate(at),
            1 => bytes.extend_from_within(at..),
            2 => {
                let length = u.int_in_range(0..=20)?;
                let new = u.bytes(length)?.to_vec();
                bytes.splice(at..at, new);
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = u.arbitrary()?;
                }
            }
        }
    }
    Ok(())
}

#[test]
fn what_is_sound_is_read() {
    for source in SOURCES {
        let seen = read(source, &sound(source));
        assert!(
            !seen.is_empty() && seen.iter().all(|host| host.trim_end_matches('.') == "a.cn"),
            "{source:?}: {seen:?}"
        );
    }
}

#[test]
fn anything_is_read_to_an_end() {
    for source in SOURCES {
        arbtest(|u| {
            let mut bytes = if u.ratio(9, 10)? { sound(source) } else { Vec::new() };
            spoil(u, &mut bytes)?;
            read(source, &bytes);
            Ok(())
        })
        .budget_ms(700);
    }
}
