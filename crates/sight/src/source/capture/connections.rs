//! The first bytes of connections, put together from segments that come late, twice or in pieces.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;

use super::first::{self, First};
use super::packet::Segment;

/// How much is kept of connections whose name is not known yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// So many connections; beyond it the oldest is given up.
    pub(super) connections: usize,
    /// So many bytes of one.
    pub(super) bytes: usize,
    /// So many segments of one: each is a look at all of its bytes.
    pub(super) segments: usize,
    /// So many bytes of all; beyond it the oldest is given up.
    pub(super) all_bytes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { connections: 65_536, bytes: index::hello::LONGEST, segments: 64, all_bytes: 64 << 20 }
    }
}

type Ends = (SocketAddr, SocketAddr);

/// The connections whose name is not known yet.
pub(super) struct Connections {
    bounds: Bounds,
    waiting: HashMap<Ends, Connection>,
    /// The order in which they began; some of them are over.
    order: VecDeque<(Ends, u64)>,
    begun: u64,
    bytes: usize,
}

struct Connection {
    number: u64,
    /// The sequence number of the next byte.
    next: u32,
    bytes: Vec<u8>,
    /// Segments that came before their turn.
    ahead: Vec<(u32, Vec<u8>)>,
    segments: usize,
}

impl Connection {
    fn size(&self) -> usize {
        self.bytes.len() + self.ahead.iter().map(|(_, bytes)| bytes.len()).sum::<usize>()
    }

    /// Takes a segment, and those that had waited for it.
    fn take(&mut self, sequence: u32, bytes: &[u8]) {
        if !self.append(sequence, bytes) {
            self.ahead.push((sequence, bytes.to_vec()));
            return;
        }
        while let Some(at) = self.ahead.iter().position(|(sequence, _)| ahead_of(self.next, *sequence).is_none()) {
            let (sequence, bytes) = self.ahead.swap_remove(at);
            self.append(sequence, &bytes);
        }
    }

    /// Appends what is new of a segment; says no when something before it is missing.
    fn append(&mut self, sequence: u32, bytes: &[u8]) -> bool {
        if ahead_of(self.next, sequence).is_some() {
            return false;
        }
        let known = self.next.wrapping_sub(sequence) as usize;
        let new = bytes.get(known..).unwrap_or_default();
        self.bytes.extend_from_slice(new);
        // No segment is longer than a packet.
        self.next = self.next.wrapping_add(new.len() as u32);
        true
    }
}

/// How far a sequence number lies ahead of another; none when it does not. They go round.
fn ahead_of(next: u32, sequence: u32) -> Option<u32> {
    let distance = sequence.wrapping_sub(next);
    (1..1 << 31).contains(&distance).then_some(distance)
}

impl Connections {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self { bounds, waiting: HashMap::new(), order: VecDeque::new(), begun: 0, bytes: 0 }
    }

    /// Takes a segment; gives the host that its client asks for, once.
    pub(super) fn take(&mut self, segment: &Segment<'_>) -> Option<Vec<u8>> {
        let ends = (segment.from, segment.to);
        let mut sequence = segment.sequence;
        if segment.is_first {
            sequence = sequence.wrapping_add(1);
            self.begin(ends, sequence);
        }
        let connection = self.waiting.get_mut(&ends)?;
        if segment.bytes.is_empty() {
            if segment.is_last {
                self.forget(&ends);
            }
            return None;
        }
        let before = connection.size();
        connection.take(sequence, segment.bytes);
        connection.segments += 1;
        let size = connection.size();
        self.bytes = self.bytes + size - before;
        let is_over = size > self.bounds.bytes || connection.segments >= self.bounds.segments || segment.is_last;
        let first = first::read(&connection.bytes);
        if is_over || first != First::Partial {
            self.forget(&ends);
        }
        while self.bytes > self.bounds.all_bytes {
            self.forget_oldest();
        }
        match first {
            First::Name(host) => Some(host),
            First::Partial | First::Nothing => None,
        }
    }

    /// A SYN that comes again begins the connection again.
    fn begin(&mut self, ends: Ends, next: u32) {
        self.forget(&ends);
        self.begun += 1;
        let connection = Connection { number: self.begun, next, bytes: Vec::new(), ahead: Vec::new(), segments: 0 };
        self.waiting.insert(ends, connection);
        self.order.push_back((ends, self.begun));
        // What is over is at the front sooner or later, and everything before what is given up.
        while self.order.len() > self.bounds.connections {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        let Some((ends, number)) = self.order.pop_front() else { return };
        if self.waiting.get(&ends).is_some_and(|connection| connection.number == number) {
            self.forget(&ends);
        }
    }

    fn forget(&mut self, ends: &Ends) {
        if let Some(connection) = self.waiting.remove(ends) {
            self.bytes -= connection.size();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = b"GET / HTTP/1.1\r\nHost: www.example.cn\r\n\r\n";

    fn segment(port: u16, sequence: u32, is_first: bool, bytes: &[u8]) -> Segment<'_> {
        let from = SocketAddr::from(([203, 0, 113, 9], port));
        Segment { from, to: SocketAddr::from(([192, 0, 2, 7], 80)), sequence, is_first, is_last: false, bytes }
    }

    #[test]
    fn segments_come_late_twice_and_in_pieces() {
        // The sequence goes round within the request.
        let start = u32::MAX - 10;
        let at = |offset: usize| start.wrapping_add(1).wrapping_add(offset as u32);
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [0, 2, 1]] {
            let mut connections = Connections::new(Bounds::default());
            assert_eq!(connections.take(&segment(1, start, true, b"")), None);
            let pieces = [(0, &TEXT[..9]), (5, &TEXT[5..20]), (18, &TEXT[18..])];
            let mut found = Vec::new();
            for piece in order {
                let (offset, bytes) = pieces[piece];
                found.extend(connections.take(&segment(1, at(offset), false, bytes)));
            }
            assert_eq!(found, [b"www.example.cn".to_vec()], "{order:?}");
            assert!(connections.waiting.is_empty() && connections.bytes == 0);
            assert_eq!(connections.take(&segment(1, at(0), false, TEXT)), None, "its name is known");
        }
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let bounds = Bounds { connections: 8, bytes: 64, segments: 4, all_bytes: 100 };
        let mut connections = Connections::new(bounds);
        for port in 1..1_000 {
            connections.take(&segment(port, 0, true, b""));
            connections.take(&segment(port, 1, false, &TEXT[..20]));
            connections.take(&segment(port, 90, false, &[b'x'; 30]));
            assert!(connections.bytes <= 100 && connections.waiting.len() <= 8 && connections.order.len() <= 8);
        }
        let mut connections = Connections::new(bounds);
        connections.take(&segment(1, 0, true, b""));
        for (at, byte) in TEXT.iter().enumerate() {
            assert_eq!(connections.take(&segment(1, at as u32 + 1, false, &[*byte])), None);
        }
        assert!(connections.waiting.is_empty(), "one that drips is given up");
    }
}
