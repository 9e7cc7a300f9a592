//! The words of the pages: every key that is asked for exists in both languages, and none is left over.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Keys that come from data of other crates, which the sources therefore do not show: family and members.
fn members() -> BTreeMap<&'static str, Vec<String>> {
    fn words<T: ToString>(all: impl IntoIterator<Item = T>) -> Vec<String> {
        all.into_iter().map(|word| word.to_string().replace('_', "-")).collect()
    }
    let codes = app::agreement::CURRENT.iter().map(|agreement| agreement.id);
    BTreeMap::from([
        ("stage", words(filing::stage::StageKind::ALL.iter().map(|kind| kind.as_str()))),
        ("action", words(filing::stage::Action::ALL)),
        ("paper-kind", words(filing::supplement::SupplementKind::ALL)),
        ("paper-hint", words(filing::supplement::SupplementKind::ALL)),
        ("cancel-lead", words(filing::stage::Action::ALL.iter().filter(|action| action.cancels()))),
        ("cancel-follows", words(filing::stage::Action::ALL.iter().filter(|action| action.cancels()))),
        ("now-cancelled", words(filing::stage::Action::ALL.iter().filter(|action| action.cancels()))),
        ("change-sites-hint", words(filing::stage::Action::ALL.iter().filter(|action| action.changes()))),
        ("task", words(filing::progress::State::ALL)),
        ("task-why", words(filing::progress::Why::ALL)),
        ("material", words(filing::material::MaterialKind::ALL)),
        ("material-hint", words(filing::material::MaterialKind::ALL)),
        ("resource-kind", words(filing::resource::ResourceKind::ALL)),
        ("preflight-outcome", words(filing::preflight::Outcome::ALL)),
        ("preflight-who", words(filing::preflight::Party::ALL)),
        ("preflight-verified", words(filing::preflight::YesNo::ALL)),
        ("preflight-subject", words(filing::preflight::SubjectFiled::ALL)),
        ("preflight-domain", words(filing::preflight::DomainFiled::ALL)),
        ("preflight-region", words(filing::preflight::Region::ALL)),
        ("preflight-billing", words(filing::resource::Billing::ALL)),
        (
            "preflight-field",
            words(
                filing::preflight::Asked::default()
                    .answers()
                    .into_iter()
                    .map(|(name, _)| name)
                    .filter(|name| *name != "name"),
            ),
        ),
        ("obstacle", words(filing::detect::Obstacle::ALL)),
        ("told-why", words(filing::outside::Why::ALL)),
        ("agreement", words(codes.clone())),
        ("agreement-text", app::agreement::CURRENT.iter().map(|a| format!("{}-{}", a.id, a.version)).collect()),
    ])
}

fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let mut folders = vec![root.join("src"), root.join("templates")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of the crate") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ext| ext == "rs" || ext == "html") {
                files.push((path.display().to_string(), std::fs::read_to_string(&path).expect("a readable file")));
            }
        }
    }
    assert!(files.len() > 20);
    files
}

/// The keys of a language with the places their arguments have.
fn keys(lang: &str) -> BTreeMap<String, BTreeSet<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(lang);
    let mut keys = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("a folder of the crate") {
        let text = std::fs::read_to_string(entry.expect("an entry").path()).expect("a readable file");
        let mut current: Option<String> = None;
        for line in text.lines() {
            if let Some((key, _)) = line.split_once(" =").filter(|_| line.starts_with(|c: char| c.is_ascii_lowercase()))
            {
                assert!(keys.insert(key.to_owned(), BTreeSet::new()).is_none(), "{lang}: {key} stands twice");
                current = Some(key.to_owned());
            }
            if let Some(arguments) = current.as_ref().and_then(|key| keys.get_mut(key)) {
                for piece in line.split('$').skip(1) {
                    arguments.insert(piece.chars().take_while(char::is_ascii_alphanumeric).collect());
                }
            }
        }
    }
    keys
}

/// Every string literal of the sources that has the form of a key, and every family asked for.
fn asked() -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut literals, mut families) = (BTreeSet::new(), BTreeSet::new());
    for (_, text) in sources() {
        for literal in text.split('"').skip(1) {
            if !literal.is_empty()
                && literal.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_')
            {
                literals.insert(literal.to_owned());
            }
        }
        for call in [".of(\"", ".find(\""] {
            for piece in text.split(call).skip(1) {
                families.insert(piece.split('"').next().unwrap_or_default().to_owned());
            }
        }
    }
    // Families whose names are put together: `field-<section>` and `hint-<section>`.
    for section in ["basic", "subject", "principal", "sites", "person"] {
        families.insert(format!("field-{section}"));
        families.insert(format!("hint-{section}"));
    }
    (literals, families)
}

#[test]
fn both_languages_have_the_same_keys_with_the_same_arguments() {
    let (zh, en) = (keys("zh-CN"), keys("en"));
    let missing: Vec<_> = zh.keys().filter(|key| !en.contains_key(*key)).collect();
    assert!(missing.is_empty(), "not in English: {missing:?}");
    let missing: Vec<_> = en.keys().filter(|key| !zh.contains_key(*key)).collect();
    assert!(missing.is_empty(), "not in Chinese: {missing:?}");
    for (key, arguments) in &zh {
        assert_eq!(arguments, &en[key], "{key}");
    }
}

#[test]
fn every_key_that_is_asked_for_exists() {
    let zh = keys("zh-CN");
    let mut missing = BTreeSet::new();
    for (file, text) in sources().into_iter().filter(|(file, _)| !file.contains("/api/")) {
        for call in [".msg(\"", ".one(\"", ".two(\"", ".count(\"", ".with(\""] {
            for piece in text.split(call).skip(1) {
                let key = piece.split('"').next().unwrap_or_default();
                if !zh.contains_key(key) {
                    missing.insert(format!("{key} ({})", file.rsplit('/').next().unwrap()));
                }
            }
        }
        // A family with a member written out beside it.
        for piece in text.split(".of(\"").skip(1) {
            let mut parts = piece.splitn(4, '"');
            let family = parts.next().unwrap_or_default();
            let between = parts.next().unwrap_or_default();
            let member = parts.next().unwrap_or_default();
            if between == ", " {
                let key = format!("{family}-{}", member.replace(['_', '.'], "-"));
                if !zh.contains_key(&key) {
                    missing.insert(format!("{key} ({})", file.rsplit('/').next().unwrap()));
                }
            } else if !zh.keys().any(|key| key.starts_with(&format!("{family}-"))) {
                missing.insert(format!("{family}-…"));
            }
        }
    }
    for (family, members) in members() {
        for member in members {
            let key = format!("{family}-{member}");
            if !zh.contains_key(&key) {
                missing.insert(key);
            }
        }
    }
    assert!(missing.is_empty(), "no words for {missing:#?}");
}

#[test]
fn no_key_is_left_over() {
    let (literals, families) = asked();
    let unused: Vec<String> = keys("zh-CN")
        .into_keys()
        // The JSON interface puts these together from the codes of its refusals, and tests them where it does.
        .filter(|key| !key.starts_with("problem-") && !key.starts_with("place-"))
        .filter(|key| {
            let is_member = families
                .iter()
                .any(|family| key.strip_prefix(family.as_str()).is_some_and(|rest| rest.starts_with('-')));
            !literals.contains(key) && !is_member
        })
        .collect();
    assert!(unused.is_empty(), "nobody asks for {unused:#?}");
}

#[test]
fn words_stand_in_the_locale_files_alone() {
    // The description of the JSON interface gives filing numbers as examples.
    for (file, text) in sources().into_iter().filter(|(file, _)| !file.contains("/src/api")) {
        for (n, line) in text.lines().enumerate() {
            // Doc comments give the Chinese term of what they describe.
            let code = line.split("//").next().unwrap_or_default();
            let han = code.chars().find(|c| ('\u{4e00}'..='\u{9fff}').contains(c));
            assert!(han.is_none(), "{file}:{}: {line}", n + 1);
        }
    }
}
