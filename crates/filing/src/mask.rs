//! What is shown of a secret until somebody gives a reason to see it.

/// 周明远 → `周 **`, whatever the length; foreign names keep their first letter.
#[must_use]
pub fn name(name: &str) -> String {
    name.trim().chars().next().map_or_else(String::new, |first| format!("{first} **"))
}

/// 13800016620 → `138****6620`; a landline keeps its area code and last two digits.
#[must_use]
pub fn phone(phone: &str) -> String {
    let digits: Vec<char> = phone.trim().chars().collect();
    match digits.len() {
        0 => String::new(),
        11 if digits[0] == '1' => middle(&digits, 3, 4),
        n if n > 6 => middle(&digits, 4, 2),
        _ => "****".to_owned(),
    }
}

/// A certificate number keeps its first six and last two characters, or less when it is short.
#[must_use]
pub fn number(number: &str) -> String {
    let chars: Vec<char> = number.trim().chars().collect();
    match chars.len() {
        0 => String::new(),
        15.. => middle(&chars, 6, 2),
        8..=14 => middle(&chars, 2, 2),
        _ => "****".to_owned(),
    }
}

/// zhou@yunshan-tech.cn → `z***@yunshan-tech.cn`.
#[must_use]
pub fn email(email: &str) -> String {
    match email.trim().split_once('@') {
        Some((local, domain)) => format!("{}***@{domain}", local.chars().take(1).collect::<String>()),
        None if email.trim().is_empty() => String::new(),
        None => "***".to_owned(),
    }
}

/// An address keeps its province, city and district: the first third, nine characters at most.
#[must_use]
pub fn address(address: &str) -> String {
    let chars: Vec<char> = address.trim().chars().collect();
    if chars.is_empty() {
        return String::new();
    }
    let keep = (chars.len() / 3).min(9);
    format!("{}******", chars[..keep].iter().collect::<String>())
}

fn middle(chars: &[char], front: usize, back: usize) -> String {
    let head: String = chars[..front].iter().collect();
    let tail: String = chars[chars.len() - back..].iter().collect();
    format!("{head}****{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_enough_to_recognise_and_not_to_use() {
        assert_eq!(name("周明远"), "周 **");
        assert_eq!(phone("13800016620"), "138****6620");
        assert_eq!(phone("0571-88880000"), "0571****00");
        assert_eq!(number("330106198802149715"), "330106****15");
        assert_eq!(number("H12345678"), "H1****78");
        assert_eq!(email("zhou@yunshan-tech.cn"), "z***@yunshan-tech.cn");
        assert_eq!(address("浙江省杭州市西湖区云栖路1号3幢502室"), "浙江省杭州市******");
    }

    #[test]
    fn short_and_empty_secrets_give_nothing_away() {
        assert_eq!(phone("12345"), "****");
        assert_eq!(number("1234567"), "****");
        assert_eq!((name(""), phone(""), number(""), email(""), address("")), Default::default());
        assert_eq!(email("no-at-sign"), "***");
    }
}
