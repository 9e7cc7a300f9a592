//! Lines of any length from any bytes, in bounded memory.

use std::io::{BufRead, ErrorKind, Result};

use crate::Count;

/// The longest line that is looked at; proxies cut theirs far below.
const LONGEST: usize = 64 * 1024;

/// Gives each line to `read`, which says whether it understood it.
///
/// # Errors
/// When the input cannot be read.
pub(crate) fn each(mut input: impl BufRead, mut read: impl FnMut(&[u8]) -> bool) -> Result<Count> {
    let mut count = Count::default();
    let mut line = Vec::new();
    let mut too_long = false;
    loop {
        let piece = match input.fill_buf() {
            Ok(piece) => piece,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let end = memchr::memchr(b'\n', piece);
        let is_over = piece.is_empty();
        let length = end.unwrap_or(piece.len());
        too_long |= line.len() + length > LONGEST;
        if !too_long {
            line.extend_from_slice(&piece[..length]);
        }
        let used = end.map_or(length, |end| end + 1);
        input.consume(used);
        if end.is_none() && !is_over {
            continue;
        }
        let whole = line.trim_ascii();
        if too_long || !whole.is_empty() {
            count.read += 1;
            count.passed_over += u64::from(too_long || !read(whole));
        }
        if is_over {
            return Ok(count);
        }
        line.clear();
        too_long = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    #[test]
    fn lines_are_whole_however_they_come_and_endless_ones_are_passed_over() {
        let mut text = b"one\r\n\ntwo\n".to_vec();
        text.extend(std::iter::repeat_n(b'x', LONGEST + 1));
        text.extend(b"\nlast");
        for room in [1, 2, 7, 1 << 20] {
            let mut seen = Vec::new();
            let count = each(BufReader::with_capacity(room, &text[..]), |line| {
                seen.push(line.to_vec());
                line != b"two"
            });
            assert_eq!(count.unwrap(), Count { read: 4, passed_over: 2 }, "{room}");
            assert_eq!(seen, [b"one".to_vec(), b"two".to_vec(), b"last".to_vec()]);
        }
    }
}
