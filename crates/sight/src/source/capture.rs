//! Packets, from a file of pcap or pcapng or from a program that captures them: the `Host` of the first request of a
//! connection, and the name in its ClientHello.
//!
//! A connection is followed from its SYN until its name is known, and no further than [`connections::Bounds`] say; what
//! began before, and all that comes after the name, is not looked at.

mod connections;
mod file;
mod first;
mod packet;

use std::borrow::Cow;
use std::io::{Read, Result};

use crate::{Count, Place, See, Sighting};
use connections::{Bounds, Connections};

/// Reads packets to the end of the input.
pub(super) fn read(input: impl Read, place: &Place, see: &mut See<'_>) -> Result<Count> {
    let mut connections = Connections::new(Bounds::default());
    let mut count = Count::default();
    file::each(input, |link, at, bytes| {
        count.read += 1;
        let Some((at, segment)) = at.zip(packet::segment(link, bytes)) else {
            count.passed_over += 1;
            return;
        };
        // Connections that our own machines make to others are no visits.
        if !place.is_ours(segment.to.ip()) {
            return;
        }
        if let Some(host) = connections.take(&segment) {
            see(Sighting { host: Cow::Owned(host), address: Some(segment.to.ip()), at });
        }
    })?;
    Ok(count)
}
