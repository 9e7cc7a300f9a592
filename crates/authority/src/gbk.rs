//! GBK, the character set of the data files.
//!
//! Only characters that every GBK implementation maps to the same two bytes are written. What the web's variant adds
//! (the euro sign as one byte, private-use code points) would be read as something else on the other side.

use std::sync::LazyLock;

use encoding_rs::GBK;

/// Writes text in GBK, or returns the first character that GBK does not have.
pub fn encode(text: &str) -> Result<Vec<u8>, char> {
    let mut out = Vec::with_capacity(text.len());
    append(text, &mut out)?;
    Ok(out)
}

/// Writes text in GBK behind what is there.
pub(crate) fn append(text: &str, out: &mut Vec<u8>) -> Result<(), char> {
    if text.is_ascii() {
        out.extend_from_slice(text.as_bytes());
        return Ok(());
    }
    for character in text.chars() {
        if character.is_ascii() {
            out.push(character as u8);
            continue;
        }
        match TABLE.get(character as usize) {
            Some(bytes) if *bytes != [0; 2] => out.extend_from_slice(bytes),
            _ => return Err(character),
        }
    }
    Ok(())
}

/// The two bytes of every character that may be written. Looking them up the other way takes a search for each.
static TABLE: LazyLock<Vec<[u8; 2]>> = LazyLock::new(|| {
    let mut table = vec![[0; 2]; 1 << 16];
    for (first, second) in (0x81..=0xfeu8).flat_map(|first| (0x40..=0xfeu8).map(move |second| (first, second))) {
        let bytes = [first, second];
        let Some(text) = GBK.decode_without_bom_handling_and_without_replacement(&bytes) else { continue };
        let mut characters = text.chars();
        if let (Some(character), None) = (characters.next(), characters.next())
            && !matches!(character, '€' | '\u{e000}'..='\u{f8ff}')
            && !DISPUTED.contains(character)
            && let Some(place @ [0, 0]) = table.get_mut(character as usize)
        {
            *place = bytes;
        }
    }
    table
});

/// Reads GBK text; `None` if the bytes are not GBK.
pub fn decode(bytes: &[u8]) -> Option<String> {
    // Nearly all of a data file is ASCII, and much of it long: only what lies between two tags and is not is looked up.
    // The second byte of a character is never `<`, so no character is cut.
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 64);
    let mut rest = bytes;
    while !rest.is_empty() {
        let (part, after) = rest.split_at(memchr::memchr(b'<', rest).map_or(rest.len(), |place| place + 1));
        rest = after;
        match part.is_ascii().then(|| std::str::from_utf8(part).ok()).flatten() {
            Some(part) => text.push_str(part),
            None => text.push_str(&GBK.decode_without_bom_handling_and_without_replacement(part)?),
        }
    }
    Some(text)
}

/// Characters that newer implementations write where older ones have nothing or a private-use character. A test compares
/// the whole plane with another implementation.
const DISPUTED: &str = "ǹḿ⺁⺄⺈⺋⺌⺗⺧⺪⺮⺳⺶⺷⺻⻊⿰⿱⿲⿳⿴⿵⿶⿷⿸⿹⿺⿻〾㑇㑳㖞㘎㘚㤘㥮㧏㧐㧟㩳㭎㱮㳠䁖䅟䌷䎬䎱䏝䓖䙌䙡䜣䜩䝼䞍䥇䥺䥽䦂䦃䦅䦆䦛䦟䦶䦷䱷\
                        䲟䲠䲡䲢䲣䴓䴔䴕䴖䴗䴘䴙䶮龴龵龶龷龸龹龺龻︐︑︒︓︔︕︖︗︘︙";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_filing_survives_both_ways() {
        let text = "浙江省杭州市西湖区云栖路1号３幢·（壹）";
        assert_eq!(decode(&encode(text).unwrap()).unwrap(), text);
        assert_eq!(encode("备案").unwrap(), [0xb1, 0xb8, 0xb0, 0xb8]);
    }

    #[test]
    fn characters_outside_gbk_are_named() {
        assert_eq!(encode("王𠮷"), Err('𠮷'));
        assert_eq!(encode("5 €"), Err('€'));
        assert_eq!(encode("ok 😀"), Err('😀'));
        assert_eq!(encode("\u{e5e5}"), Err('\u{e5e5}'));
    }

    #[test]
    fn bytes_that_are_not_gbk_are_refused() {
        assert_eq!(decode(&[0xb1]), None);
        assert_eq!(decode(&[0xff, 0xff]), None);
    }
}
