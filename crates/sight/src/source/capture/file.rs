//! The two formats of capture files: pcap, and pcapng (draft-ietf-opsawg-pcap and -pcapng), in either byte order.

use std::io::{Error, ErrorKind, Read, Result};

use jiff::{SignedDuration, Timestamp};

/// The longest packet or block that is read; tcpdump cuts packets at 256 KiB.
const LONGEST: u32 = 512 * 1024;

/// The most interfaces of one section of pcapng.
const MOST_INTERFACES: usize = 4_096;

const PCAP_MICRO: u32 = 0xa1b2_c3d4;
const PCAP_NANO: u32 = 0xa1b2_3c4d;
const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const ENHANCED_PACKET: u32 = 6;

/// What is done with a packet: the kind of its link, when it was seen if the file says so, its bytes.
type Take<'a> = dyn FnMut(u32, Option<Timestamp>, &[u8]) + 'a;

/// Gives each packet of a file to `take`. One that ends in the middle of a packet was cut off and has ended.
///
/// # Errors
/// When it cannot be read, or is in neither format.
pub(super) fn each(mut input: impl Read, mut take: impl FnMut(u32, Option<Timestamp>, &[u8])) -> Result<()> {
    let mut magic = [0; 4];
    input.read_exact(&mut magic)?;
    let ended = match u32::from_be_bytes(magic) {
        SECTION => pcapng(&mut input, &mut take),
        PCAP_MICRO => pcap(&mut input, Order::Big, 1_000, &mut take),
        PCAP_NANO => pcap(&mut input, Order::Big, 1, &mut take),
        other => match other.swap_bytes() {
            PCAP_MICRO => pcap(&mut input, Order::Little, 1_000, &mut take),
            PCAP_NANO => pcap(&mut input, Order::Little, 1, &mut take),
            _ => return Err(invalid("it is neither pcap nor pcapng")),
        },
    };
    match ended {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(()),
        ended => ended,
    }
}

fn invalid(why: &'static str) -> Error {
    Error::new(ErrorKind::InvalidData, why)
}

#[derive(Clone, Copy)]
enum Order {
    Big,
    Little,
}

impl Order {
    fn u32(self, bytes: &[u8], at: usize) -> Option<u32> {
        let bytes = *bytes.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Big => u32::from_be_bytes(bytes),
            Self::Little => u32::from_le_bytes(bytes),
        })
    }

    fn u16(self, bytes: &[u8], at: usize) -> Option<u16> {
        let bytes = *bytes.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Big => u16::from_be_bytes(bytes),
            Self::Little => u16::from_le_bytes(bytes),
        })
    }
}

/// Reads so many bytes into room that is used again; they are there before it grows.
fn fill(input: &mut impl Read, room: &mut Vec<u8>, length: u32) -> Result<()> {
    room.clear();
    if input.take(u64::from(length)).read_to_end(room)? < length as usize {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}

fn pcap(input: &mut impl Read, order: Order, nanoseconds: u32, take: &mut Take<'_>) -> Result<()> {
    let mut head = [0; 20];
    input.read_exact(&mut head)?;
    // The upper half says how frames end.
    let link = order.u32(&head, 16).unwrap_or_default() & 0xffff;
    let mut packet = Vec::new();
    loop {
        let mut head = [0; 16];
        input.read_exact(&mut head)?;
        let [second, part, length] = [0, 4, 8].map(|at| order.u32(&head, at).unwrap_or_default());
        if length > LONGEST {
            return Err(invalid("a packet is longer than packets are"));
        }
        fill(input, &mut packet, length)?;
        let part = i32::try_from(u64::from(part) * u64::from(nanoseconds)).ok();
        let at = part.and_then(|part| Timestamp::new(i64::from(second), part).ok());
        take(link, at, &packet);
    }
}

/// An interface of a section: the kind of its link, how many parts its seconds have, what is added to them.
struct Interface {
    link: u32,
    parts: Option<u64>,
    offset: i64,
}

fn pcapng(input: &mut impl Read, take: &mut Take<'_>) -> Result<()> {
    let mut interfaces: Vec<Interface> = Vec::new();
    let mut order = Order::Big;
    let mut kind = SECTION;
    let mut body = Vec::new();
    loop {
        let mut length = [0; 4];
        input.read_exact(&mut length)?;
        let mut used = 8;
        if kind == SECTION {
            // Only what follows tells in which order the length was written.
            let mut mark = [0; 4];
            input.read_exact(&mut mark)?;
            order = match u32::from_be_bytes(mark) {
                0x1a2b_3c4d => Order::Big,
                0x4d3c_2b1a => Order::Little,
                _ => return Err(invalid("a section has no byte order")),
            };
            interfaces.clear();
            used += 4;
        }
        let length = order.u32(&length, 0).unwrap_or_default();
        let left = length.checked_sub(used).filter(|left| *left >= 4 && length <= LONGEST && length % 4 == 0);
        fill(input, &mut body, left.ok_or_else(|| invalid("a block has no length that a block may have"))?)?;
        match kind {
            INTERFACE if interfaces.len() < MOST_INTERFACES => interfaces.extend(interface(&body, order)),
            ENHANCED_PACKET => {
                if let Some((link, at, bytes)) = packet(&body, order, &interfaces) {
                    take(link, at, bytes);
                }
            }
            _ => {}
        }
        let mut next = [0; 4];
        input.read_exact(&mut next)?;
        kind = order.u32(&next, 0).unwrap_or_default();
    }
}

fn interface(body: &[u8], order: Order) -> Option<Interface> {
    let mut interface = Interface { link: u32::from(order.u16(body, 0)?), parts: Some(1_000_000), offset: 0 };
    let mut rest = body.get(8..)?;
    while let (Some(code), Some(length)) = (order.u16(rest, 0), order.u16(rest, 2)) {
        let length = usize::from(length);
        let Some(value) = rest.get(4..4 + length).filter(|_| code != 0) else { break };
        match (code, value) {
            (9, [exponent]) if exponent & 0x80 == 0 => interface.parts = 10_u64.checked_pow(u32::from(*exponent)),
            (9, [exponent]) => interface.parts = 2_u64.checked_pow(u32::from(exponent & 0x7f)),
            (14, [_, _, _, _, _, _, _, _]) => {
                let (high, low) = match order {
                    Order::Big => (order.u32(value, 0)?, order.u32(value, 4)?),
                    Order::Little => (order.u32(value, 4)?, order.u32(value, 0)?),
                };
                interface.offset = (u64::from(high) << 32 | u64::from(low)).cast_signed();
            }
            _ => {}
        }
        rest = rest.get(4 + length.next_multiple_of(4)..).unwrap_or_default();
    }
    Some(interface)
}

fn packet<'a>(body: &'a [u8], order: Order, interfaces: &[Interface]) -> Option<(u32, Option<Timestamp>, &'a [u8])> {
    let [interface, high, low, length] = [0, 4, 8, 12].map(|at| order.u32(body, at));
    let interface = interfaces.get(interface? as usize)?;
    let ticks = u64::from(high?) << 32 | u64::from(low?);
    let at = interface.parts.filter(|parts| *parts > 0).and_then(|parts| {
        let second = i64::try_from(ticks / parts).ok()?.checked_add(interface.offset)?;
        let part = u128::from(ticks % parts) * 1_000_000_000 / u128::from(parts);
        let since = SignedDuration::new(second, i32::try_from(part).ok()?);
        Timestamp::from_duration(since).ok()
    });
    let bytes = body.get(20..)?;
    Some((interface.link, at, bytes.get(..length? as usize)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A section of pcapng with one interface of nanoseconds and one packet.
    fn pcapng_file(big: bool) -> Vec<u8> {
        let u32 = |number: u32| if big { number.to_be_bytes() } else { number.to_le_bytes() };
        let u16 = |number: u16| if big { number.to_be_bytes() } else { number.to_le_bytes() };
        let block = |kind: u32, body: &[u8]| {
            let length = u32::try_from(body.len()).unwrap() + 12;
            [&u32(kind)[..], &u32(length), body, &u32(length)].concat()
        };
        let section = [&u32(0x1a2b_3c4d)[..], &u16(1), &u16(0), &[0xff; 8]].concat();
        let options = [&u16(9)[..], &u16(1), &[9, 0, 0, 0], &u16(0), &u16(0)].concat();
        let interface = [&u16(101)[..], &u16(0), &u32(0), &options].concat();
        let ticks = 1_795_658_400_123_456_789_u64;
        let (high, low) = (u32::try_from(ticks >> 32).unwrap(), (ticks & 0xffff_ffff) as u32);
        let packet = [&u32(0)[..], &u32(high), &u32(low), &u32(3), &u32(3), b"abc\0"].concat();
        [block(SECTION, &section), block(INTERFACE, &interface), block(5, &[0; 8]), block(ENHANCED_PACKET, &packet)]
            .concat()
    }

    fn packets(file: &[u8]) -> Vec<(u32, String, Vec<u8>)> {
        let mut packets = Vec::new();
        each(file, |link, at, bytes| packets.push((link, at.unwrap().to_string(), bytes.to_vec()))).unwrap();
        packets
    }

    #[test]
    fn both_formats_are_read_in_either_order() {
        let want = [(101, "2026-11-26T02:00:00.123456789Z".to_owned(), b"abc".to_vec())];
        for big in [true, false] {
            let file = pcapng_file(big);
            assert_eq!(packets(&file), want);
            assert_eq!(packets(&[&file[..], &pcapng_file(!big)].concat()).len(), 2, "another section in another order");
            assert_eq!(packets(&file[..file.len() - 9]), [], "a packet that was cut off");
            let u32 = |number: u32| if big { number.to_be_bytes() } else { number.to_le_bytes() };
            let head = [&u32(PCAP_NANO)[..], &[0; 16], &u32(101)].concat();
            let packet = [&u32(1_795_658_400)[..], &u32(123_456_789), &u32(3), &u32(3), b"abc"].concat();
            assert_eq!(packets(&[head, packet].concat()), want);
        }
    }

    #[test]
    fn what_is_no_capture_is_refused() {
        let refuse = |bytes: &[u8]| each(bytes, |_, _, _| ()).unwrap_err().to_string();
        assert!(refuse(b"GET / HTTP/1.1").contains("neither"));
        let mut endless = pcapng_file(true);
        endless[4] = 0x7f;
        assert!(refuse(&endless).contains("length"));
    }
}
