//! No text makes a check panic; `fuzz.rs` does the same to the parsers.

use filing::check::{self, Facts};
use filing::document::Document;
use filing::draft::{Draft, SiteDraft};
use filing::mask;
use jiff::civil::{Date, date};
use proptest::prelude::*;

const ON: Date = date(2026, 11, 21);

/// Any text, and texts that look a little like what is expected.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[0-9A-Zx—－ ]{0,20}",
        "[a-z0-9.:/@_-]{0,30}",
        "[浙陇京云杉市辖区号０-９a-z0-9.-]{0,24}",
        "[1-9][0-9]{16}[0-9X]",
    ]
}

proptest! {
    #[test]
    fn a_masked_number_does_not_hold_the_number(number in "[0-9]{8,18}") {
        prop_assert!(!mask::number(&number).contains(&number));
        prop_assert!(!mask::phone(&number).contains(&number));
    }

    #[test]
    fn checks_take_any_draft(texts in proptest::collection::vec(text(), 16), nature in 0usize..18, province in 0usize..31) {
        let mut next = texts.into_iter();
        let mut take = || next.next().unwrap_or_default();
        let mut draft = Draft::default();
        draft.basic.nature = filing::nature::Nature::ALL[nature].as_str().into();
        draft.basic.province = filing::province::Province::ALL[province].as_str().into();
        draft.basic.certificate_kind = filing::nature::Nature::ALL[nature].certificates()[0].as_str().into();
        (draft.basic.name, draft.basic.certificate_number, draft.basic.domain) = (take(), take(), take());
        (draft.subject.postal_address, draft.subject.district) = (take(), take());
        draft.subject.certificate_valid_until = take();
        (draft.principal.name, draft.principal.certificate_number) = (take(), take());
        draft.principal.certificate_kind = "resident_id".into();
        (draft.principal.mobile, draft.principal.email, draft.principal.emergency_phone) = (take(), take(), take());
        draft.sites.push(SiteDraft { name: take(), content: take(), remark: take(), ..SiteDraft::default() });
        let facts = Facts::default();
        let findings = check::run(&draft, &facts, ON);
        // Without materials nothing ever becomes a document, and the refusal says why.
        prop_assert!(check::blocks(&findings));
        prop_assert!(Document::from_draft(&draft, &facts, ON).is_err_and(|findings| check::blocks(&findings)));
        prop_assert!(!filing::progress::sections(&draft, &facts, ON).is_empty());
    }
}
