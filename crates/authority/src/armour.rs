//! base64, the form in which bytes travel as text, with the widest instructions this machine has.

use base64::engine::Simd;
use base64::engine::general_purpose::PAD;
use base64::{DecodeError, Engine as _};

/// Bytes as base64 text.
pub(crate) fn encode(bytes: &[u8]) -> String {
    Simd::standard(PAD).encode(bytes)
}

/// How long the base64 text of so many bytes is.
pub(crate) const fn length(bytes: usize) -> usize {
    bytes.div_ceil(3) * 4
}

/// Appends bytes as base64 text. What is not the end must be groups of three.
pub(crate) fn append(bytes: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + length(bytes.len()), 0);
    // The room is what it takes, and nothing else can fail.
    let _ = Simd::standard(PAD).encode_slice(bytes, &mut out[start..]);
}

/// Appends bytes as base64 text to other text; the same holds.
pub(crate) fn push(bytes: &[u8], out: &mut String) {
    Simd::standard(PAD).encode_string(bytes, out);
}

/// Reads base64 text, skipping the line breaks that servers put into it.
pub(crate) fn decode(text: &str) -> Result<Vec<u8>, DecodeError> {
    let engine = Simd::standard(PAD);
    match engine.decode(text) {
        Err(_) if text.bytes().any(|byte| byte.is_ascii_whitespace()) => {
            let mut compact = Vec::with_capacity(text.len());
            text.as_bytes().split(u8::is_ascii_whitespace).for_each(|part| compact.extend_from_slice(part));
            engine.decode(compact)
        }
        read => read,
    }
}

#[cfg(test)]
mod tests {
    use arbtest::arbtest;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn it_is_the_base64_of_others() {
        arbtest(|u| {
            let bytes = u.bytes(u.len().min(700))?.repeat(u.int_in_range(1..=3)?);
            let text = encode(&bytes);
            assert_eq!(text, STANDARD.encode(&bytes));
            assert_eq!(text.len(), length(bytes.len()));
            let mut appended = b"> ".to_vec();
            append(&bytes, &mut appended);
            assert_eq!(appended[2..], *text.as_bytes());
            // What is broken is refused as strictly, wherever it is.
            let mut broken = text.clone().into_bytes();
            if !broken.is_empty() {
                let place = u.choose_index(broken.len())?;
                broken[place] = u.int_in_range(0..=127)?;
            }
            let broken = String::from_utf8(broken).unwrap();
            let compact: String = broken.split_ascii_whitespace().collect();
            assert_eq!(decode(&broken).ok(), STANDARD.decode(&compact).ok(), "{broken:?}");
            Ok(())
        })
        .budget_ms(300);
    }

    #[test]
    fn line_breaks_are_skipped() {
        assert_eq!(decode("Zm9v\r\nYmFy\n").unwrap(), b"foobar");
        assert!(decode("Zm9v*mFy").is_err());
        assert!(decode("Zm8=YmFy").is_err());
    }
}
