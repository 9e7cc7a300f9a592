//! Looks into source files without compiling them: where the comments end and the code begins.

use std::path::{Path, PathBuf};

/// Every file under a folder whose name ends so, in a steady order; nothing when the folder is not there.
pub fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Whether a character is a Chinese ideograph.
pub fn is_han(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Rust source with every comment blanked and the tests at its end cut off; lines stay where they were.
///
/// The house keeps tests in one module at the end of a file, which is what makes the cut simple.
pub fn rust_code(source: &str) -> String {
    let source = source.find("#[cfg(test)]\nmod ").map_or(source, |at| &source[..at]);
    let characters: Vec<char> = source.chars().collect();
    let mut code = String::with_capacity(source.len());
    let mut at = 0;
    while at < characters.len() {
        let end = match (characters[at], characters.get(at + 1)) {
            ('/', Some('/')) => {
                let end = find(&characters, at, |rest| rest[0] == '\n');
                at = end;
                continue;
            }
            ('/', Some('*')) => {
                let end = block_comment_end(&characters, at);
                code.extend(characters[at..end].iter().filter(|character| **character == '\n'));
                at = end;
                continue;
            }
            ('"', _) => quoted_end(&characters, at + 1, '"'),
            ('r', Some('"' | '#')) if !is_word(&characters, at) => raw_string_end(&characters, at),
            // A character literal, which may be a quote; a lifetime has no closing quote so near.
            ('\'', Some('\\')) => quoted_end(&characters, at + 1, '\''),
            ('\'', Some(_)) if characters.get(at + 2) == Some(&'\'') => at + 3,
            _ => at + 1,
        };
        code.extend(&characters[at..end]);
        at = end;
    }
    code
}

fn is_word(characters: &[char], at: usize) -> bool {
    at > 0 && (characters[at - 1].is_alphanumeric() || characters[at - 1] == '_')
}

fn find(characters: &[char], from: usize, matches: impl Fn(&[char]) -> bool) -> usize {
    (from..characters.len()).find(|at| matches(&characters[*at..])).unwrap_or(characters.len())
}

fn block_comment_end(characters: &[char], from: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = from;
    while at < characters.len() {
        if characters[at..].starts_with(&['/', '*']) {
            depth += 1;
            at += 2;
        } else if characters[at..].starts_with(&['*', '/']) {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += 1;
        }
    }
    at
}

fn quoted_end(characters: &[char], from: usize, quote: char) -> usize {
    let mut at = from;
    while at < characters.len() && characters[at] != quote {
        at += if characters[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(characters.len())
}

/// The end of `r"…"` or `r#"…"#`; of a raw identifier such as `r#type`, just past its `r`.
fn raw_string_end(characters: &[char], from: usize) -> usize {
    let hashes = characters[from + 1..].iter().take_while(|character| **character == '#').count();
    let open = from + 1 + hashes;
    if characters.get(open) != Some(&'"') {
        return from + 1;
    }
    let close: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    (find(characters, open + 1, |rest| rest.starts_with(&close)) + close.len()).min(characters.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_go_and_strings_stay_on_their_lines() {
        let source = "/// 主体\nlet a = \"// 站\"; // 网\n/* 一\n/* 二 */ */ let b = r#\"\"三\"#;\n";
        assert_eq!(rust_code(source), "\nlet a = \"// 站\"; \n\n let b = r#\"\"三\"#;\n");
    }

    #[test]
    fn a_quote_in_a_character_or_an_escape_does_not_open_a_string() {
        let source = "let q = '\"'; let e = \"\\\"\"; let l: &'static str = r#type; // 注";
        assert_eq!(rust_code(source), "let q = '\"'; let e = \"\\\"\"; let l: &'static str = r#type; ");
    }

    #[test]
    fn the_tests_at_the_end_are_cut() {
        assert_eq!(rust_code("fn a() {}\n#[cfg(test)]\nmod tests { const X: &str = \"测\"; }"), "fn a() {}\n");
    }

    #[test]
    fn ideographs_are_told_from_punctuation_and_latin() {
        assert!(is_han('备') && !is_han('A') && !is_han('。'));
    }
}
