//! Addresses: the right place, down to the door (filing rules C.3).

use super::{Context, Rule, Severity};
use crate::address;

pub(super) fn check(cx: &mut Context<'_>) {
    let subject = &cx.draft.subject;
    let (city, district) = (subject.city.trim(), subject.district.trim());
    if let Some(province) = cx.province
        && !city.is_empty()
        && !district.is_empty()
        && !address::belongs(district, city, province)
    {
        cx.report("address-03", "subject.district").with_text("province", &province.name());
    }
    let postal = subject.postal_address.trim();
    if postal.is_empty() {
        return;
    }
    forbidden(cx, postal);
    let said = cx.rule("address-02").words.iter().any(|words| subject.remark.contains(words.as_str()));
    if !said && !names_a_door(cx.rule("address-02"), postal) {
        let words = cx.rule("address-02").words.concat();
        cx.report("address-02", "subject.postal_address").with("words", words);
    }
    if let Some(division) = address::find(district)
        && !postal.contains(division.name)
    {
        let whole = address::full_name(district).unwrap_or_default();
        cx.report("address-04", "subject.postal_address").with("found", division.name).offer([mended(postal, &whole)]);
    }
}

/// 市辖区 is a line of old tables and no place; five provinces refuse it and others send it back.
fn forbidden(cx: &mut Context<'_>, postal: &str) {
    let general = cx.rule("address-01").words.as_slice();
    let own = cx.params().and_then(|params| params.address_forbid.as_ref());
    let words = own.map_or(general, |own| own.value.as_slice());
    let source = own.and_then(|own| own.sources.first());
    for word in words {
        if postal.contains(word.as_str()) {
            let whole = address::full_name(cx.draft.subject.district.trim()).unwrap_or_default();
            let report = cx
                .report("address-01", "subject.postal_address")
                .with("found", word)
                .offer(Some(whole).filter(|whole| !whole.is_empty()).map(|whole| mended(postal, &whole)));
            if let Some(source) = source {
                report.grave(Severity::Block).cite(source);
            }
        }
    }
}

/// Whether a number stands before one of the words that doors are named with.
fn names_a_door(rule: &Rule, postal: &str) -> bool {
    let has = |group: &str| rule.group(group).iter().any(|word| postal.contains(word.as_str()));
    let numbered = postal.chars().any(char::is_numeric) || has("han_digits");
    numbered && has("door")
}

/// The address with the region in front replaced by the full name of the chosen district.
fn mended(postal: &str, whole: &str) -> String {
    let mut rest = postal;
    for mark in ["市辖区", "区", "县", "市", "省"] {
        let Some(at) = rest.find(mark) else { continue };
        // Only marks near the front belong to the region; a road may be named after a county.
        if rest[..at].chars().count() <= 12 {
            rest = &rest[at + mark.len()..];
            break;
        }
    }
    format!("{whole}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_mended_without_losing_the_street() {
        assert_eq!(mended("浙江省杭州市市辖区云栖路1号", "浙江省杭州市西湖区"), "浙江省杭州市西湖区云栖路1号");
        assert_eq!(mended("云栖路1号3幢502室", "浙江省杭州市西湖区"), "浙江省杭州市西湖区云栖路1号3幢502室");
    }

    #[test]
    fn a_door_has_a_number_and_a_word() {
        let door = |postal| names_a_door(crate::check::rule("address-02").unwrap(), postal);
        assert!(door("云栖路1号"));
        assert!(door("云栖村三组"));
        assert!(!door("云栖路"));
        assert!(!door("云栖小镇501"));
    }
}
