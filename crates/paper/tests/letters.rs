//! Every form is filled in and printed, and read again by programs that others wrote.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::path::Path;
use std::process::Command;

use filing::check::Base;
use filing::draft::Draft;
use filing::papers::Template;
use paper::{Span, Trouble, fill, pdf};

/// 云杉科技（杭州）有限公司 with two sites, the second managed by somebody else.
fn company() -> Draft {
    Base::Company.world().0
}

/// What a program prints about a PDF, without what it adds for the look.
fn read(program: &str, arguments: &[&str], bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("letter.pdf");
    std::fs::write(&file, bytes).unwrap();
    let output = Command::new(program).args(arguments).arg(&file).args((program == "pdftotext").then_some("-")).output();
    let output = output.unwrap_or_else(|error| panic!("{program} (Debian's poppler-utils): {error}"));
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The text of a PDF without white space and form feeds.
fn text(bytes: &[u8]) -> String {
    read("pdftotext", &["-enc", "UTF-8"], bytes).split_whitespace().collect()
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

#[test]
fn every_form_is_a4_with_its_font_in_it_and_says_what_the_draft_says() {
    for template in Template::ALL {
        let letter = fill(*template, &company(), 1);
        let bytes = pdf(&letter).unwrap();
        let info = read("pdfinfo", &[], &bytes);
        assert!(info.contains("(A4)"), "{template}: {info}");
        let fonts = read("pdffonts", &[], &bytes);
        let rows: Vec<&str> = fonts.lines().skip(2).collect();
        assert!(!rows.is_empty(), "{template}");
        for row in rows {
            // name, type, encoding, embedded, subset, unicode map
            assert!(row.contains("NotoSerif") && row.contains(" yes yes yes "), "{template}: {row}");
        }
        let found = text(&bytes);
        assert!(found.contains(&squeezed(&letter.title)), "{template}: {found}");
        for span in letter.spans() {
            if let Span::Words(words) | Span::Value(words) = span {
                // A value that was broken over two pages would have the sheet's number in it; none is.
                let missing = squeezed(words).chars().filter(|c| !found.contains(*c)).count();
                assert_eq!(missing, 0, "{template}: {words}");
            }
        }
        assert!(bytes.len() < 200_000, "{template}: {} bytes", bytes.len());
    }
}

#[test]
fn a_letter_names_the_person_in_full_and_reads_in_one_go() {
    let draft = company();
    let found = text(&pdf(&fill(Template::ManagerLetter, &draft, 1)).unwrap());
    let manager = &draft.sites[1].manager;
    for expected in [&manager.name, &manager.certificate_number, &draft.sites[1].domain, &draft.basic.name] {
        assert!(found.contains(expected.as_str()), "{expected} in {found}");
    }
    assert!(found.contains(&format!("现授权{}（", manager.name)), "{found}");
    assert!(!found.contains(&draft.sites[0].domain), "the letter speaks of its own site");
}

#[test]
fn what_the_draft_lacks_is_a_line_to_fill_in() {
    let letter = fill(Template::PrincipalLetter, &Draft::default(), 0);
    assert!(!letter.spans().any(|span| matches!(span, Span::Value(_))), "{letter:?}");
    assert!(letter.spans().filter(|span| matches!(span, Span::Blank(_))).count() > 8);
    assert!(pdf(&letter).is_ok());
}

#[test]
fn a_rare_character_of_gbk_is_printed_and_one_beyond_it_is_named() {
    let mut draft = company();
    draft.principal.name = "周镕堃丂龥".into();
    let found = text(&pdf(&fill(Template::PrincipalLetter, &draft, 0)).unwrap());
    assert!(found.contains("周镕堃丂龥"), "{found}");
    draft.principal.name = "周𬭎".into();
    let letter = fill(Template::PrincipalLetter, &draft, 0);
    let Err(Trouble::Character(missing)) = pdf(&letter) else { panic!("printed with a box") };
    assert_eq!(missing.0, '𬭎');
    let around = paper::Around { missing: "not here: {characters}".into(), ..paper::Around::default() };
    assert!(paper::page(&letter, &around).contains("not here: 𬭎"));
}

#[test]
fn a_plan_has_several_pages_and_says_which_is_which() {
    let draft = company();
    let bytes = pdf(&fill(Template::SitePlan, &draft, 0)).unwrap();
    let pages: usize = read("pdfinfo", &[], &bytes)
        .lines()
        .find_map(|line| line.strip_prefix("Pages:"))
        .and_then(|count| count.trim().parse().ok())
        .unwrap();
    assert!((2..=4).contains(&pages), "{pages}");
    assert!(text(&bytes).contains(&format!("第1页，共{pages}页")));
    let letter = pdf(&fill(Template::ManagerLetter, &draft, 1)).unwrap();
    assert!(!text(&letter).contains("第1页"), "a single sheet needs no number");
}

#[test]
fn the_same_letter_is_the_same_file() {
    let letter = fill(Template::Commitment, &company(), 0);
    assert!(pdf(&letter).unwrap() == pdf(&letter).unwrap());
}

#[test]
fn the_page_holds_what_the_pdf_holds_and_nothing_can_be_slipped_in() {
    let mut draft = company();
    draft.sites[1].name = "<script>alert(1)</script>".into();
    let page = paper::page(&fill(Template::ManagerLetter, &draft, 1), &paper::Around::default());
    assert!(page.contains(&draft.sites[1].manager.certificate_number));
    assert!(!page.contains("<script>alert"));
}

#[test]
fn no_form_has_a_hole_that_nobody_knows() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/form");
    let words = std::fs::read_to_string(folder.join("../words.toml")).unwrap();
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for line in text.lines().filter(|line| line.starts_with("text =")) {
            for piece in line.split('{').skip(1) {
                let hole = piece.split('}').next().unwrap();
                let blank = hole.strip_prefix("blank:").is_some_and(|width| width.parse::<usize>().is_ok());
                let known = ["n", "authority"].contains(&hole) || words.lines().any(|line| {
                    line.split(" =").next().is_some_and(|key| key.trim_matches('"') == hole)
                });
                assert!(blank || known, "{hole}");
                seen += 1;
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

/// Writes every letter where `LETTERS` says, for whoever wants to look at them.
#[test]
#[ignore = "for looking at the letters: LETTERS=folder cargo test -p beian-paper -- --ignored"]
fn show() {
    let folder = std::env::var("LETTERS").unwrap();
    for template in Template::ALL {
        let file = Path::new(&folder).join(format!("{template}.pdf"));
        std::fs::write(file, pdf(&fill(*template, &company(), 1)).unwrap()).unwrap();
    }
}
