//! What has to be changed in a number as people write it before it can be read strictly.

/// One thing that was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Full-width characters, odd hyphens or traditional signs became the usual ones.
    Width,
    /// Small letters became capitals.
    Case,
    /// Spaces inside were taken out.
    Spaces,
    /// Words in front were taken away.
    Label(String),
    /// Marks behind were taken away.
    Trailing(String),
    /// The number plate's letter became the one that the authority uses.
    Province {
        /// What stood there.
        found: char,
        /// What the authority uses.
        used: char,
    },
    /// A word that does not belong into the number was taken out, such as 第.
    Word(String),
    /// 号 was put in.
    Sign,
    /// The serial stood before 号 and went behind it.
    Order,
}

/// Letters of number plates that are not the authority's.
const PLATES: [(char, char); 4] = [('甘', '陇'), ('川', '蜀'), ('贵', '黔'), ('云', '滇')];

/// What people write in front of a number, the longest first.
const LABELS: [&str; 14] = [
    "增值电信业务经营许可证编号",
    "增值电信业务经营许可证",
    "网站备案/许可证号",
    "备案/许可证号",
    "公安备案号",
    "网站备案号",
    "ICP备案号",
    "经营许可证",
    "许可证号",
    "备案号",
    "ICP证号",
    "公安备案",
    "备案",
    "ICP证",
];

fn note(changes: &mut Vec<Change>, change: Change) {
    if !changes.contains(&change) {
        changes.push(change);
    }
}

/// The usual character for one of another width or script.
fn usual(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '‐' | '‑' | '‒' | '–' | '—' | '−' => '-',
        '備' => '备',
        '號' => '号',
        '證' => '证',
        other => other,
    }
}

/// Width, case, spaces, labels and marks: what all kinds share.
fn fold(typed: &str, changes: &mut Vec<Change>) -> String {
    let mut text = String::with_capacity(typed.len());
    for c in typed.trim().chars() {
        if c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}') {
            note(changes, Change::Spaces);
            continue;
        }
        let folded = usual(c);
        if folded != c {
            note(changes, Change::Width);
        }
        let upper = folded.to_ascii_uppercase();
        if upper != folded {
            note(changes, Change::Case);
        }
        text.push(upper);
    }
    let end = text.trim_end_matches(['.', '。', ',', ';', '、']);
    if end.len() < text.len() {
        changes.push(Change::Trailing(text[end.len()..].to_owned()));
        text.truncate(end.len());
    }
    let mut rest = text.rfind(':').map_or(text.as_str(), |at| &text[at + 1..]);
    while let Some(label) = LABELS.iter().find(|label| rest.starts_with(**label)) {
        rest = rest[label.len()..].trim_start_matches([':', '-']);
    }
    if rest.len() < text.len() {
        changes.push(Change::Label(text[..text.len() - rest.len()].to_owned()));
    }
    rest.to_owned()
}

/// The strict form of a filing's or licence's number, as far as it can be guessed.
pub(super) fn filed(typed: &str) -> (String, Vec<Change>) {
    let mut changes = Vec::new();
    let mut text = fold(typed, &mut changes);
    let first = text.chars().next().unwrap_or(' ');
    if let Some((found, used)) = PLATES.into_iter().find(|(plate, _)| *plate == first)
        && !text[first.len_utf8()..].starts_with("公网安备")
    {
        text.replace_range(..first.len_utf8(), used.encode_utf8(&mut [0; 4]));
        changes.push(Change::Province { found, used });
    }
    for (word, instead) in [("ICP备案", "ICP备"), ("ICP证第", "ICP证"), ("ICP备第", "ICP备")] {
        if text.contains(word) {
            text = text.replacen(word, instead, 1);
            changes.push(Change::Word(word[instead.len()..].to_owned()));
        }
    }
    let signed = ["ICP备", "ICP证"].iter().find_map(|kind| text.find(kind).map(|at| at + kind.len()));
    match signed {
        Some(front) => sign(&mut text, front, &mut changes),
        // Telecom licences carry no 号.
        None => {
            if let Some(bare) = text.strip_suffix('号').filter(|bare| bare.ends_with(|c: char| c.is_ascii_digit())) {
                text.truncate(bare.len());
                changes.push(Change::Word("号".to_owned()));
            }
        }
    }
    (text, changes)
}

/// Puts 号 behind the digits, where it is missing or stands behind the serial.
fn sign(text: &mut String, front: usize, changes: &mut Vec<Change>) {
    let length = text[front..].find(|c: char| !(c.is_ascii_digit() || c == 'X')).unwrap_or(text.len() - front);
    let (end, tail) = (front + length, &text[front + length..]);
    if length == 0 || tail.starts_with('号') {
        return;
    }
    let (serial, change) = match tail.strip_suffix('号') {
        Some(serial) => (serial, Change::Order),
        None => (tail, Change::Sign),
    };
    if serial.contains('号') || !(serial.is_empty() || serial.starts_with('-')) {
        return;
    }
    *text = format!("{}号{serial}", &text[..end]);
    changes.push(change);
}

/// The strict form of a police number, as far as it can be guessed.
pub(super) fn police(typed: &str) -> (String, Vec<Change>) {
    let mut changes = Vec::new();
    let mut text = fold(typed, &mut changes);
    // One space before the digits is how these numbers are printed.
    let spaces = typed.trim().chars().filter(|c| c.is_whitespace()).count();
    if spaces == 1 && typed.contains("备 ") && !typed.contains(['\u{200b}', '\u{feff}']) {
        changes.retain(|change| *change != Change::Spaces);
    }
    if text.contains("公网安备第") {
        text = text.replacen("公网安备第", "公网安备", 1);
        changes.push(Change::Word("第".to_owned()));
    }
    if text.ends_with(|c: char| c.is_ascii_digit()) {
        text.push('号');
        changes.push(Change::Sign);
    }
    (text, changes)
}

#[cfg(test)]
mod tests {
    use super::Change;
    use crate::number::filed::FiledNumber;
    use crate::number::police::PoliceNumber;

    #[test]
    fn a_number_is_read_as_the_wild_writes_it_and_the_change_is_said() {
        let label = |text: &str| Change::Label(text.into());
        let plate = |found, used| Change::Province { found, used };
        let rows = [
            ("京ＩＣＰ备１２０００８１０号", "京ICP备12000810号", vec![Change::Width]),
            ("京icp备12000810号", "京ICP备12000810号", vec![Change::Case]),
            (" 京 ICP 备 12000810 号 ", "京ICP备12000810号", vec![Change::Spaces]),
            ("京ICP备12000810", "京ICP备12000810号", vec![Change::Sign]),
            ("京ICP备12000810-3", "京ICP备12000810号-3", vec![Change::Sign]),
            ("陕ICP备12000810-2号", "陕ICP备12000810号-2", vec![Change::Order]),
            ("ICP证:粤B2-20090059", "粤B2-20090059", vec![label("ICP证:")]),
            ("备案/许可证号：京ICP备12000810号", "京ICP备12000810号", vec![Change::Width, label("备案/许可证号:")]),
            ("备案号京ICP备12000810号", "京ICP备12000810号", vec![label("备案号")]),
            ("京ICP备12000810号。", "京ICP备12000810号", vec![Change::Trailing("。".into())]),
            ("甘ICP备17001719号", "陇ICP备17001719号", vec![plate('甘', '陇')]),
            ("川ICP备09150084号", "蜀ICP备09150084号", vec![plate('川', '蜀')]),
            ("贵ICP备06052086号", "黔ICP备06052086号", vec![plate('贵', '黔')]),
            ("云B2-20090059", "滇B2-20090059", vec![plate('云', '滇')]),
            ("京ICP备案12000810号", "京ICP备12000810号", vec![Change::Word("案".into())]),
            ("粤B2-20090059号", "粤B2-20090059", vec![Change::Word("号".into())]),
            ("沪ICP备2020037843号—2a", "沪ICP备2020037843号-2A", vec![Change::Width, Change::Case]),
            ("吉ICP备07500273X号", "吉ICP备07500273X号", vec![]),
            ("浙ICP备2026000001号-1", "浙ICP备2026000001号-1", vec![]),
        ];
        for (typed, strict, changes) in rows {
            let (number, found) = FiledNumber::parse_lenient(typed).unwrap_or_else(|fault| panic!("{typed}: {fault}"));
            assert_eq!((number.as_str(), found), (strict, changes), "{typed}");
        }
    }

    #[test]
    fn a_police_number_is_read_as_the_wild_writes_it() {
        let rows = [
            ("京公网安备 11010802020088号", vec![]),
            ("京公网安备11010802020088", vec![Change::Sign]),
            ("京公网安备第11010802020088号", vec![Change::Word("第".into())]),
            ("京 公网安备 11010802020088号", vec![Change::Spaces]),
            (
                "公安备案号：京公网安备１１０１０８０２０２００８８号",
                vec![Change::Width, Change::Label("公安备案号:".into())],
            ),
        ];
        for (typed, changes) in rows {
            let (number, found) = PoliceNumber::parse_lenient(typed).unwrap_or_else(|fault| panic!("{typed}: {fault}"));
            assert_eq!((number.as_str(), found), ("京公网安备11010802020088号", changes), "{typed}");
        }
    }

    #[test]
    fn what_is_no_number_stays_none() {
        for typed in ["", "京", "号", "ICP备", "京ICP备", "备案", "京ICP备12-34-56号", "第", "B2-", "-1", "京ICP备X号"]
        {
            assert!(FiledNumber::parse_lenient(typed).is_err(), "{typed}");
            assert!(PoliceNumber::parse_lenient(typed).is_err(), "{typed}");
        }
    }
}
