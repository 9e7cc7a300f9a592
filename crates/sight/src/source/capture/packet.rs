//! From a packet to its segment of TCP.

use std::net::{IpAddr, SocketAddr};

use etherparse::{EtherType, LaxNetSlice, LaxSlicedPacket, TransportSlice};

// The kinds of links that matter (https://www.tcpdump.org/linktypes.html).
const NULL: u32 = 0;
const ETHERNET: u32 = 1;
const RAW_BSD: u32 = 12;
const RAW: u32 = 101;
const LOOP: u32 = 108;
const LINUX_SLL: u32 = 113;
const IPV4: u32 = 228;
const IPV6: u32 = 229;
const LINUX_SLL2: u32 = 276;

/// A segment of TCP with the ends of its connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment<'a> {
    pub(super) from: SocketAddr,
    pub(super) to: SocketAddr,
    pub(super) sequence: u32,
    /// It begins a connection, from the side of the client.
    pub(super) is_first: bool,
    /// It ends one.
    pub(super) is_last: bool,
    pub(super) bytes: &'a [u8],
}

/// The segment in a packet; none when there is none, or none that can be read.
pub(super) fn segment(link: u32, bytes: &[u8]) -> Option<Segment<'_>> {
    let after = |head: usize, kind: usize| {
        let kind = u16::from_be_bytes(*bytes.get(kind..)?.first_chunk()?);
        Some(LaxSlicedPacket::from_ether_type(EtherType(kind), bytes.get(head..)?))
    };
    let packet = match link {
        ETHERNET => LaxSlicedPacket::from_ethernet(bytes).ok()?,
        RAW | RAW_BSD | IPV4 | IPV6 => LaxSlicedPacket::from_ip(bytes).ok()?,
        NULL | LOOP => LaxSlicedPacket::from_ip(bytes.get(4..)?).ok()?,
        LINUX_SLL => after(16, 14)?,
        LINUX_SLL2 => after(20, 0)?,
        _ => return None,
    };
    let (from, to): (IpAddr, IpAddr) = match packet.net? {
        LaxNetSlice::Ipv4(ip) => (ip.header().source_addr().into(), ip.header().destination_addr().into()),
        LaxNetSlice::Ipv6(ip) => (ip.header().source_addr().into(), ip.header().destination_addr().into()),
        LaxNetSlice::Arp(_) => return None,
    };
    let Some(TransportSlice::Tcp(tcp)) = packet.transport else { return None };
    Some(Segment {
        from: SocketAddr::new(from, tcp.source_port()),
        to: SocketAddr::new(to, tcp.destination_port()),
        sequence: tcp.sequence_number(),
        is_first: tcp.syn() && !tcp.ack(),
        is_last: tcp.fin() || tcp.rst(),
        bytes: tcp.payload(),
    })
}
