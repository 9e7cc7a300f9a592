//! dnstap: frames of messages about DNS, as name servers write them to a file or a socket.
//!
//! Only answers to clients and from authoritative servers are looked at, and of them those that say an address: a name
//! that points at one of ours is a sighting.

use std::borrow::Cow;
use std::io::{Error, ErrorKind, Read, Result};
use std::net::IpAddr;

use hickory_proto::op;
use hickory_proto::rr::RData;
use jiff::Timestamp;
use prost::Message as _;

use crate::{Count, Place, See, Sighting};

/// The longest frame: a query and an answer of DNS, each of at most 65,535 bytes, and what is told about them.
const LONGEST_FRAME: u32 = 256 * 1024;

/// `AUTH_RESPONSE` and `CLIENT_RESPONSE`.
const ANSWERS: [i32; 2] = [2, 6];

/// The part of `dnstap.Dnstap` that is looked at.
#[derive(Clone, PartialEq, prost::Message)]
struct Dnstap {
    #[prost(message, optional, tag = "14")]
    message: Option<Message>,
}

/// The part of `dnstap.Message` that is looked at.
#[derive(Clone, PartialEq, prost::Message)]
struct Message {
    #[prost(int32, tag = "1")]
    kind: i32,
    #[prost(uint64, optional, tag = "12")]
    response_time_sec: Option<u64>,
    #[prost(bytes = "vec", optional, tag = "14")]
    response_message: Option<Vec<u8>>,
}

/// Reads frames to the end of the input.
pub(super) fn read(mut input: impl Read, place: &Place, see: &mut See<'_>) -> Result<Count> {
    let mut count = Count::default();
    let mut frame = Vec::new();
    while let Some(length) = number(&mut input)? {
        // A length of nothing announces a control frame.
        let is_control = length == 0;
        let length = if is_control { number(&mut input)?.ok_or(ErrorKind::UnexpectedEof)? } else { length };
        if length > LONGEST_FRAME {
            return Err(Error::new(ErrorKind::InvalidData, "it is no stream of dnstap frames"));
        }
        frame.clear();
        if (&mut input).take(u64::from(length)).read_to_end(&mut frame)? < length as usize {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        if is_control {
            continue;
        }
        count.read += 1;
        count.passed_over += u64::from(!answer(&frame, place, see));
    }
    Ok(count)
}

/// A number of four bytes; none at the end of the input.
fn number(input: &mut impl Read) -> Result<Option<u32>> {
    let mut bytes = Vec::with_capacity(4);
    match input.take(4).read_to_end(&mut bytes)? {
        0 => Ok(None),
        _ => Ok(Some(u32::from_be_bytes(bytes.try_into().map_err(|_| ErrorKind::UnexpectedEof)?))),
    }
}

/// Looks at one frame; says whether it held an answer with an address.
fn answer(frame: &[u8], place: &Place, see: &mut See<'_>) -> bool {
    let Some(message) = Dnstap::decode(frame).ok().and_then(|dnstap| dnstap.message) else { return false };
    let at = message.response_time_sec.and_then(|seconds| Timestamp::from_second(seconds.try_into().ok()?).ok());
    let (Some(at), Some(bytes), true) = (at, message.response_message, ANSWERS.contains(&message.kind)) else {
        return false;
    };
    let Ok(dns) = op::Message::from_vec(&bytes) else { return false };
    let addresses: Vec<IpAddr> = dns
        .answers
        .iter()
        .filter_map(|record| match &record.data {
            RData::A(address) => Some(address.0.into()),
            RData::AAAA(address) => Some(address.0.into()),
            _ => None,
        })
        .collect();
    let (Some(query), Some(first)) = (dns.queries.first(), addresses.first()) else { return false };
    let address = addresses.iter().find(|address| place.is_ours(**address)).unwrap_or(first);
    let host = query.name().to_ascii().into_bytes();
    see(Sighting { host: Cow::Owned(host), address: Some(*address), at });
    true
}
