//! Deflate for data files.
//!
//! Nearly all of a full file is papers in base64, and nothing in a paper repeats: what deflate can save there is the two
//! bits of each character that base64 leaves unused, and a plain table saves those without a search. So long stretches of
//! base64 are coded with one fixed table and no search, and everything else by the library. The result is an ordinary
//! stream (RFC 1951) that every inflater reads.

use flate2::{Compress, Compression, FlushCompress, Status};

/// How long base64 must be to get a table of its own.
const LONG: usize = 1024;
/// A file longer than this is compressed in two halves at once. Only its length decides: the same bytes always give the
/// same stream.
const TWO_HALVES: usize = 1024 * 1024;
/// The length of a block's header and of what ends it is less than this.
const AROUND: usize = 64;

/// The symbol that ends a block.
const END: usize = 256;
/// How many bits each symbol of the table has: 62 of 6 bits and 4 of 7 bits fill it exactly.
const LENGTHS: [u8; END + 1] = {
    let mut lengths = [0; END + 1];
    let mut symbol = 0;
    while symbol < END {
        if (symbol as u8).is_ascii_alphanumeric() {
            lengths[symbol] = 6;
        }
        symbol += 1;
    }
    lengths[b'+' as usize] = 7;
    lengths[b'/' as usize] = 7;
    lengths[b'=' as usize] = 7;
    lengths[END] = 7;
    lengths
};
/// Each symbol as it is written: its code in the low byte, how long it is in the high one.
const CODES: [u16; END + 1] = codes(LENGTHS);
/// What a byte that is not of base64 has instead.
const FOREIGN: u16 = 1 << 15;

/// How many bits the numbers in a header have that give the lengths: 0, 1, 6, 7 and the runs of zeros 17 and 18.
const HEADER: [u16; 19] = codes([4, 4, 0, 0, 0, 0, 1, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 3]);
/// The order in which a header gives the lengths of its own numbers.
const HEADER_ORDER: [usize; 18] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1];

/// The canonical code (RFC 1951, 3.2.2) of these lengths, each turned round as it stands in the stream.
const fn codes<const N: usize>(lengths: [u8; N]) -> [u16; N] {
    let mut codes = [FOREIGN; N];
    let (mut next, mut length) = (0u8, 1);
    while length < 8 {
        let mut symbol = 0;
        while symbol < N {
            if lengths[symbol] == length {
                codes[symbol] = (next.reverse_bits() >> (8 - length)) as u16 | (length as u16) << 8;
                next = next.wrapping_add(1);
            }
            symbol += 1;
        }
        next = next.wrapping_shl(1);
        length += 1;
    }
    codes
}

/// Compresses a file.
pub(super) fn deflate(xml: &[u8], out: &mut Vec<u8>) {
    if xml.len() <= TWO_HALVES {
        return Deflater::new().part(xml, FlushCompress::Finish, out);
    }
    let (first, second) = xml.split_at(xml.len() / 2);
    let second = std::thread::scope(|scope| {
        let second = scope.spawn(|| {
            let mut out = Vec::with_capacity(bound(second.len()));
            Deflater::new().part(second, FlushCompress::Finish, &mut out);
            out
        });
        Deflater::new().part(first, FlushCompress::Sync, out);
        second.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    });
    out.extend_from_slice(&second);
}

/// What so many bytes take at most.
pub(super) const fn bound(length: usize) -> usize {
    length + length / 1000 + AROUND
}

struct Deflater {
    encoder: Compress,
}

impl Deflater {
    fn new() -> Self {
        Self { encoder: Compress::new(Compression::default(), false) }
    }

    /// Compresses a part of a file to whole bytes, so that another can follow.
    fn part(&mut self, xml: &[u8], last: FlushCompress, out: &mut Vec<u8>) {
        // Text between two tags is where a paper can be.
        let (mut done, mut at) = (0, 0);
        while at < xml.len() {
            let end = memchr::memchr(b'<', &xml[at..]).map_or(xml.len(), |length| at + length);
            let begin = memchr::memrchr(b'>', &xml[at..end]).map_or(at, |place| at + place + 1);
            if end - begin >= LONG {
                let mark = out.len();
                if begin > done {
                    self.other(&xml[done..begin], FlushCompress::Sync, out);
                }
                if base64(&xml[begin..end], out) {
                    done = end;
                } else {
                    out.truncate(mark);
                }
            }
            at = end + 1;
        }
        self.other(&xml[done..], last, out);
    }

    /// Compresses what is no paper.
    fn other(&mut self, bytes: &[u8], flush: FlushCompress, out: &mut Vec<u8>) {
        self.encoder.reset();
        loop {
            let taken = self.encoder.total_in() as usize;
            out.reserve(bound(bytes.len() - taken));
            // It fails on a wrong order of calls alone, and there is one order here.
            let status = self.encoder.compress_vec(&bytes[taken..], out, flush);
            // With room left, nothing is held back.
            let is_done = self.encoder.total_in() as usize == bytes.len() && out.len() < out.capacity();
            if is_done || !matches!(status, Ok(Status::Ok | Status::BufError)) {
                return;
            }
        }
    }
}

/// Writes one block of base64 and brings the stream to a whole byte; `false` when it is not base64 after all.
fn base64(text: &[u8], out: &mut Vec<u8>) -> bool {
    let start = out.len();
    out.resize(start + text.len() + AROUND, 0);
    let mut bits = Bits { room: &mut out[start..], at: 0, held: 0, count: 0 };
    header(&mut bits);
    let mut seen = 0;
    let groups = text.chunks_exact(8);
    let rest = groups.remainder();
    for group in groups {
        // In pairs, and pairs of pairs: what does not wait for something else can be done at the same time.
        let [a, b, c, d, e, f, g, h] = [0, 1, 2, 3, 4, 5, 6, 7].map(|place| CODES[usize::from(group[place])]);
        seen |= a | b | c | d | e | f | g | h;
        let [(ab, m), (cd, n), (ef, o), (gh, p)] = [(a, b), (c, d), (e, f), (g, h)].map(|(first, second)| {
            let length = first >> 8 & 15;
            (u64::from(first & 0xff) | u64::from(second & 0xff) << length, length + (second >> 8 & 15))
        });
        bits.push(ab | cd << m | (ef | gh << o) << (m + n), u32::from(m + n + o + p));
    }
    for byte in rest {
        seen |= CODES[usize::from(*byte)];
        bits.symbol(CODES[usize::from(*byte)]);
    }
    bits.symbol(CODES[END]);
    // An empty stored block ends with a whole byte.
    bits.push(0, 3);
    bits.push(0, bits.count.wrapping_neg() & 7);
    bits.push(0xffff_0000, 32);
    let end = start + bits.at;
    out.truncate(end);
    seen & FOREIGN == 0
}

/// Begins a block with the table (RFC 1951, 3.2.7).
fn header(bits: &mut Bits<'_>) {
    // Not the last block; a table of its own; 257 symbols; two distances; 18 lengths for the header's numbers.
    bits.push(0b10 << 1, 3);
    bits.push(0, 5);
    bits.push(1, 5);
    bits.push(HEADER_ORDER.len() as u64 - 4, 4);
    for number in HEADER_ORDER {
        bits.push(if HEADER[number] == FOREIGN { 0 } else { u64::from(HEADER[number] >> 8) }, 3);
    }
    let mut at = 0;
    while at < LENGTHS.len() {
        let zeros = LENGTHS[at..].iter().take_while(|length| **length == 0).count().min(138);
        match zeros {
            0 => bits.symbol(HEADER[usize::from(LENGTHS[at])]),
            1 | 2 => bits.symbol(HEADER[0]),
            3..=10 => {
                bits.symbol(HEADER[17]);
                bits.push(zeros as u64 - 3, 3);
            }
            _ => {
                bits.symbol(HEADER[18]);
                bits.push(zeros as u64 - 11, 7);
            }
        }
        at += if zeros < 3 { 1 } else { zeros };
    }
    // No distance is ever used; two of one bit are what every inflater takes.
    bits.symbol(HEADER[1]);
    bits.symbol(HEADER[1]);
}

/// Bits into bytes, the lowest first; fewer than eight are held back.
struct Bits<'a> {
    room: &'a mut [u8],
    at: usize,
    held: u64,
    count: u32,
}

impl Bits<'_> {
    /// Writes up to 56 bits.
    #[inline]
    fn push(&mut self, bits: u64, count: u32) {
        self.held |= bits << self.count;
        self.count += count;
        self.room[self.at..self.at + 8].copy_from_slice(&self.held.to_le_bytes());
        let whole = self.count / 8;
        self.at += whole as usize;
        self.held >>= whole * 8;
        self.count -= whole * 8;
    }

    fn symbol(&mut self, code: u16) {
        self.push(u64::from(code & 0xff), u32::from(code >> 8 & 15));
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use ::base64::Engine as _;
    use ::base64::engine::general_purpose::STANDARD;
    use arbtest::arbtest;

    use super::*;

    fn deflated(xml: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        deflate(xml, &mut out);
        out
    }

    /// What another inflater reads (zlib-rs, beside the one that wrote the rest, and bytes of the tests' own).
    fn inflated(stream: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        flate2::read::DeflateDecoder::new(stream).read_to_end(&mut out).unwrap();
        out
    }

    #[test]
    fn what_is_deflated_inflates_to_the_same() {
        arbtest(|u| {
            let mut xml = Vec::new();
            for _ in 0..u.int_in_range(0..=4)? {
                let paper = u.bytes(u.len().min(1500))?;
                let mut text = STANDARD.encode(paper.repeat(u.int_in_range(1..=8)?)).into_bytes();
                if u.ratio(1, 3)? && !text.is_empty() {
                    // Something that is not of the alphabet, as a line break in the midst.
                    let place = u.choose_index(text.len())?;
                    text[place] = u.arbitrary()?;
                }
                xml.extend_from_slice(u.choose(&["<Fjnr>", "", "<", ">", "<a>b</a><c>"])?.as_bytes());
                xml.extend_from_slice(&text);
                xml.extend_from_slice(u.choose(&["</Fjnr>", "", "<"])?.as_bytes());
            }
            assert_eq!(inflated(&deflated(&xml)), xml);
            Ok(())
        })
        .size_max(65_536)
        .budget_ms(1_000);
    }

    #[test]
    fn two_halves_are_one_stream() {
        let paper = STANDARD
            .encode((0..30_000u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect::<Vec<_>>());
        let xml = format!("<a>{}</a>", format!("<b>云杉</b><c>{paper}</c>").repeat(16)).into_bytes();
        assert!(xml.len() > TWO_HALVES);
        let stream = deflated(&xml);
        assert_eq!(inflated(&stream), xml);
        assert!(stream.len() * 100 < xml.len() * 76, "{} of {}", stream.len(), xml.len());
    }

    #[test]
    fn the_tables_are_complete() {
        let filled =
            |codes: &[u16]| codes.iter().filter(|code| **code != FOREIGN).map(|code| 128 >> (code >> 8)).sum::<u32>();
        assert_eq!(filled(&CODES), 128);
        assert_eq!(filled(&HEADER), 128);
    }
}
