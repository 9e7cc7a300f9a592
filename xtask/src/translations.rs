//! Every message exists in Chinese and in English, and no Chinese text hides outside the locale and data files.
//!
//! A room with a face keeps `locales/<language>/*.ftl` in its crate.

use crate::source::{files, is_han, rust_code};
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The languages, the first being the one a person gets who asks for nothing.
const LANGUAGES: [&str; 2] = ["zh-CN", "en"];

/// The parts of the tree whose strings may be Chinese: the field's own grammar, not text for people.
const GRAMMAR: &[&str] = &[
    "crates/filing/src/",
    "crates/filing/benches/",
    "crates/authority/src/message",
    "crates/authority/src/gbk.rs",
    "crates/authority/src/sandbox/view.rs",
    "crates/testkit/src/",
];

/// Fails on a message that one language lacks, on differing variables, and on Chinese text in code.
///
/// # Errors
/// When there is one, or a file cannot be read.
pub fn check(root: &Path) -> Result<()> {
    let mut problems = Vec::new();
    for crate_folder in folders(&root.join("crates")) {
        let locales = crate_folder.join("locales");
        if !locales.is_dir() {
            continue;
        }
        let name = crate_folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut languages = Vec::new();
        for language in LANGUAGES {
            let mut messages = BTreeMap::new();
            for file in files(&locales.join(language), ".ftl") {
                for (key, variables) in messages_of(&std::fs::read_to_string(&file)?) {
                    if messages.insert(key.clone(), variables).is_some() {
                        problems.push(format!("{name}: {key} stands twice in {language}"));
                    }
                }
            }
            languages.push(messages);
        }
        problems.extend(differences(&name, &languages[0], &languages[1]));
    }
    problems.extend(chinese_in_code(root)?);
    crate::report("translations", "every message stands in both languages, none in code", &problems)
}

fn folders(parent: &Path) -> Vec<std::path::PathBuf> {
    let mut found: Vec<_> =
        std::fs::read_dir(parent).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    found.retain(|path| path.is_dir());
    found.sort();
    found
}

type Messages = BTreeMap<String, BTreeSet<String>>;

/// The messages, terms and attributes of one file, each with the variables it uses.
fn messages_of(text: &str) -> Vec<(String, BTreeSet<String>)> {
    let mut messages: Vec<(String, BTreeSet<String>)> = Vec::new();
    let mut message = String::new();
    for line in text.lines() {
        if line.starts_with('#') {
            continue;
        }
        if let Some((key, _)) = line.split_once('=')
            && is_key(key.trim_end())
        {
            message = key.trim_end().to_owned();
            messages.push((message.clone(), BTreeSet::new()));
        } else if let Some((key, _)) = line.trim_start().strip_prefix('.').and_then(|rest| rest.split_once('='))
            && is_key(key.trim_end())
        {
            messages.push((format!("{message}.{}", key.trim_end()), BTreeSet::new()));
        }
        if let Some((_, variables)) = messages.last_mut() {
            variables.extend(variables_of(line));
        }
    }
    messages
}

fn is_key(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|character| character.is_ascii_alphanumeric() || matches!(character, '-' | '_'))
}

fn variables_of(line: &str) -> Vec<String> {
    line.split('$')
        .skip(1)
        .map(|rest| {
            rest.chars().take_while(|character| character.is_ascii_alphanumeric() || matches!(character, '-' | '_'))
        })
        .map(Iterator::collect)
        .collect()
}

fn differences(name: &str, chinese: &Messages, english: &Messages) -> Vec<String> {
    let mut problems = Vec::new();
    for (key, variables) in chinese {
        match english.get(key) {
            None => problems.push(format!("{name}: {key} is missing in {}", LANGUAGES[1])),
            Some(others) if others != variables => {
                problems.push(format!(
                    "{name}: {key} uses {variables:?} in {} and {others:?} in {}",
                    LANGUAGES[0], LANGUAGES[1]
                ));
            }
            Some(_) => {}
        }
    }
    for key in english.keys().filter(|key| !chinese.contains_key(*key)) {
        problems.push(format!("{name}: {key} is missing in {}", LANGUAGES[0]));
    }
    problems
}

/// Lines of Rust and of templates that hold Chinese text outside comments and tests.
fn chinese_in_code(root: &Path) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for ending in [".rs", ".html"] {
        for file in files(&root.join("crates"), ending) {
            let path = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().into_owned();
            let is_test = path.contains("/tests/") || path.ends_with("/tests.rs");
            if is_test || GRAMMAR.iter().any(|grammar| path.starts_with(grammar)) {
                continue;
            }
            let text = std::fs::read_to_string(&file)?;
            let code = if ending == ".rs" { rust_code(&text) } else { template_code(&text) };
            for (index, line) in code.lines().enumerate().filter(|(_, line)| line.chars().any(is_han)) {
                problems.push(format!("{path}:{}: Chinese text in code: {}", index + 1, line.trim()));
            }
        }
    }
    Ok(problems)
}

/// A template without its comments.
fn template_code(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{#") {
        code.push_str(before);
        let (comment, after) = after.split_once("#}").unwrap_or((after, ""));
        code.extend(comment.chars().filter(|character| *character == '\n'));
        rest = after;
    }
    code.push_str(rest);
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str) -> Messages {
        messages_of(text).into_iter().collect()
    }

    #[test]
    fn messages_terms_and_attributes_are_found_with_their_variables() {
        let text = "# greeting = no\n-brand = 备案\nhello = 你好 { $name }\n    .title = { $kind }\n{ $more } = x\n";
        let found = messages(text);
        assert_eq!(found.keys().collect::<Vec<_>>(), ["-brand", "hello", "hello.title"]);
        assert!(found["hello"].contains("name") && found["hello.title"].contains("kind"));
    }

    #[test]
    fn a_missing_key_and_a_differing_variable_are_named() {
        let chinese = messages("a = { $x }\nb = 乙\n");
        let english = messages("a = { $y }\nc = c\n");
        assert_eq!(
            differences("web", &chinese, &english),
            ["web: a uses {\"x\"} in zh-CN and {\"y\"} in en", "web: b is missing in en", "web: c is missing in zh-CN"]
        );
    }

    #[test]
    fn a_comment_of_a_template_is_not_text() {
        assert_eq!(template_code("<p>{# 说明\n#}甲</p>"), "<p>\n甲</p>");
    }
}
