//! Connections in a capture: of every kind of link that is read, in whatever pieces a ClientHello comes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use etherparse::{PacketBuilder, PacketBuilderStep, TcpHeader};
use filing::sighting::Source;
use jiff::tz::TimeZone;
use sight::Place;

/// What rustls sends first.
fn client_hello(host: &'static str) -> Vec<u8> {
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
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

/// How a packet is wrapped.
#[derive(Clone, Copy)]
enum Link {
    Ethernet,
    Vlan,
    Raw6,
    Sll2,
}

const LINKS: [Link; 4] = [Link::Ethernet, Link::Vlan, Link::Raw6, Link::Sll2];

impl Link {
    const fn number(self) -> u32 {
        match self {
            Self::Ethernet | Self::Vlan => 1,
            Self::Raw6 => 101,
            Self::Sll2 => 276,
        }
    }

    fn wrap(self, tcp: TcpHeader, bytes: &[u8]) -> Vec<u8> {
        let (here, there) = ([192, 0, 2, 7], [203, 0, 113, 9]);
        let write = |builder: PacketBuilderStep<TcpHeader>| {
            let mut packet = Vec::new();
            builder.write(&mut packet, bytes).unwrap();
            packet
        };
        let ethernet = || PacketBuilder::ethernet2([2; 6], [4; 6]);
        match self {
            Self::Ethernet => write(ethernet().ipv4(there, here, 64).tcp_header(tcp)),
            Self::Vlan => {
                let vlan = 7_u16.try_into().unwrap();
                write(ethernet().single_vlan(vlan).ipv4(there, here, 64).tcp_header(tcp))
            }
            Self::Raw6 => {
                let address = |last| {
                    let mut address = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
                    address[15] = last;
                    address
                };
                write(PacketBuilder::ipv6(address(9), address(7), 64).tcp_header(tcp))
            }
            Self::Sll2 => {
                let mut head = vec![8, 0];
                head.extend([0; 18]);
                head.extend(write(PacketBuilder::ipv4(there, here, 64).tcp_header(tcp)));
                head
            }
        }
    }
}

/// A file of pcap with one connection whose first bytes come in pieces, some of them twice.
fn file(link: Link, bytes: &[u8], size: usize) -> Vec<u8> {
    let mut file = [&0xa1b2_c3d4_u32.to_be_bytes()[..], &[0; 16], &link.number().to_be_bytes()].concat();
    let mut add = |tcp: TcpHeader, bytes: &[u8]| {
        let packet = link.wrap(tcp, bytes);
        let length = u32::try_from(packet.len()).unwrap().to_be_bytes();
        file.extend([&9_u32.to_be_bytes()[..], &[0; 4], &length, &length, &packet].concat());
    };
    let start = u32::MAX - 100;
    let mut syn = TcpHeader::new(4_711, 443, start, 1_024);
    syn.syn = true;
    add(syn, &[]);
    for (n, piece) in bytes.chunks(size).enumerate() {
        let sequence = start.wrapping_add(1).wrapping_add(u32::try_from(n * size).unwrap());
        let mut tcp = TcpHeader::new(4_711, 443, sequence, 1_024);
        tcp.ack = true;
        add(tcp.clone(), piece);
        add(tcp, piece);
    }
    file
}

fn read(file: &[u8]) -> Vec<(String, String)> {
    let ours = ["192.0.2.0/24", "2001:db8::7/128"].map(|net| net.parse().unwrap()).to_vec();
    let place = Place { zone: TimeZone::UTC, ours };
    let mut seen = Vec::new();
    sight::source::read(Source::Capture, file, &place, &mut |sighting| {
        let host = String::from_utf8(sighting.host.to_vec()).unwrap();
        seen.push((host, sighting.address.unwrap().to_string()));
    })
    .unwrap();
    seen
}

#[test]
fn a_split_client_hello_is_put_together_on_every_link() {
    let hello = client_hello("www.example.cn");
    for link in LINKS {
        let ours = if matches!(link, Link::Raw6) { "2001:db8::7" } else { "192.0.2.7" };
        for size in [1_400, 100, 20] {
            assert_eq!(read(&file(link, &hello, size)), [("www.example.cn".to_owned(), ours.to_owned())], "{size}");
        }
        assert!(read(&file(link, &hello, 1)).is_empty(), "one that drips is given up");
        assert!(read(&file(link, &hello[..60], 20)).is_empty(), "one that was cut off has no name");
    }
}
