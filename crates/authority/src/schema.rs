//! The element tables of the interface as data, and the check of a document against them.
//!
//! The tables (`data/<version>/*.schema`) hold every element with its order, number and limits. The same check runs before a
//! file leaves a provider and when the sandbox receives one, so both speak of the same element with the same path.

use crate::gbk;
use crate::message::ReadProblem;
use crate::tree::{self, Markup};

/// An element table: one tree of rules.
#[derive(Debug, PartialEq, Eq)]
pub struct Schema {
    pub(crate) root: Rule,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) tag: String,
    pub(crate) min: usize,
    /// `usize::MAX` for any number.
    pub(crate) max: usize,
    pub(crate) content: Content,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Sequence(Vec<Rule>),
    All(Vec<Rule>),
    Choice(Vec<Rule>),
    /// A number between two bounds.
    Long(i64, i64),
    /// Text of so many characters.
    Text(usize, usize),
}

/// One departure from the element table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct Violation {
    /// Where, such as `UploadData/ICP/XZBA/Baxx[2]/Zt_xx/Dwmc`; a number in brackets counts from 1.
    pub path: String,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong with an element.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The element must be there and is not.
    #[error("missing")]
    Missing,
    /// The element is not known at this place, or stands out of order.
    #[error("not expected here")]
    Unexpected,
    /// The element occurs more often than allowed.
    #[error("occurs {found} times, at most {max} allowed")]
    TooMany {
        /// How often it occurs.
        found: usize,
        /// How often it may.
        max: usize,
    },
    /// The text has the wrong number of characters.
    #[error("has {found} characters, {min} to {max} allowed")]
    Length {
        /// How many it has.
        found: usize,
        /// The least.
        min: usize,
        /// The most.
        max: usize,
    },
    /// The text is not a whole number.
    #[error("is not a number")]
    NotNumber,
    /// The number lies outside its bounds.
    #[error("is {found}, {min} to {max} allowed")]
    Range {
        /// The number.
        found: i64,
        /// The smallest.
        min: i64,
        /// The greatest.
        max: i64,
    },
    /// A group holds text of its own.
    #[error("holds text where only elements may stand")]
    StrayText,
    /// Exactly one of several elements must stand here.
    #[error("must hold exactly one of: {0}")]
    Choice(String),
    /// A character that XML does not allow.
    #[error("holds the character U+{:04X}, which XML does not allow", u32::from(*.0))]
    Forbidden(char),
    /// A character that GBK does not have.
    #[error("holds “{0}” (U+{code:04X}), which GBK does not have", code = u32::from(*.0))]
    Unmappable(char),
    /// The root declares another version of the interface.
    #[error("declares the version “{found}”, this is “{expected}”")]
    Version {
        /// What it declares.
        found: String,
        /// What it should.
        expected: &'static str,
    },
    /// The content cannot be read as what it stands for.
    #[error("{0}")]
    Content(ReadProblem),
    /// The content is larger than allowed, counted as it travels.
    #[error("is {found} bytes long as it travels, at most {max} allowed")]
    TooLarge {
        /// How many bytes it has.
        found: usize,
        /// How many it may.
        max: usize,
    },
}

impl Schema {
    #[expect(clippy::expect_used, reason = "the tables are part of the program; a test reads them")]
    pub(crate) fn load(text: &str) -> Self {
        let lines: Vec<(usize, &str)> = text
            .lines()
            .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
            .map(|line| (line.len() - line.trim_start().len(), line.trim()))
            .collect();
        let (root, rest) = read_rule(&lines).expect("the element table is well-formed");
        assert!(rest.is_empty(), "the element table has one root");
        Self { root }
    }

    /// The name of the root element.
    #[must_use]
    pub fn root(&self) -> &str {
        &self.root.tag
    }

    /// Moves the bounds of a number outwards; `None` if there is no number at this path.
    pub(crate) fn widen(&mut self, path: &str, min: Option<i64>, max: Option<i64>) -> Option<()> {
        let mut names = path.split('/').skip(1);
        let rule = names.try_fold(&mut self.root, |rule, name| match &mut rule.content {
            Content::Sequence(rules) | Content::All(rules) | Content::Choice(rules) => {
                rules.iter_mut().find(|rule| rule.tag == name)
            }
            _ => None,
        })?;
        let Content::Long(low, high) = &mut rule.content else { return None };
        *low = (*low).min(min.unwrap_or(*low));
        *high = (*high).max(max.unwrap_or(*high));
        Some(())
    }

    /// Puts the children of every element into the order of the table; what the table does not know goes last.
    pub fn arrange(&self, root: &mut Markup<'_>) {
        arrange(&self.root, root);
    }

    /// Calls `seen` for every element that the table knows, with the path that [`Schema::check`] would give it.
    pub(crate) fn visit(&self, root: &Markup<'_>, seen: &mut impl FnMut(Path<'_>, &Markup<'_>)) {
        visit(&self.root, root, Path::root(root), seen);
    }

    /// Checks a document and returns every departure, in document order.
    pub fn check(&self, root: &Markup<'_>) -> Vec<Violation> {
        let mut found = Vec::new();
        if root.name == self.root.tag {
            check_element(&self.root, root, Path::root(root), &mut found);
        } else {
            found.push(Violation { path: root.name.to_string(), problem: Problem::Unexpected });
        }
        found
    }
}

/// Reads the rule of the first line with all its children; `None` if a line is not understood.
fn read_rule<'a, 'b>(lines: &'a [(usize, &'b str)]) -> Option<(Rule, &'a [(usize, &'b str)])> {
    let (&(depth, line), mut rest) = lines.split_first()?;
    let mut words = line.split(' ');
    let tag = words.next()?.to_owned();
    let (min, max) = words.next()?.split_once("..")?;
    let (min, max) = (min.parse().ok()?, if max == "*" { usize::MAX } else { max.parse().ok()? });
    let kind = words.next()?;
    let content = if let "long" | "string" = kind {
        let (low, high) = words.next()?.split_once("..")?;
        if kind == "long" {
            let low = if low == "*" { i64::MIN } else { low.parse().ok()? };
            Content::Long(low, if high == "*" { i64::MAX } else { high.parse().ok()? })
        } else {
            Content::Text(low.parse().ok()?, if high == "*" { usize::MAX } else { high.parse().ok()? })
        }
    } else {
        let mut children = Vec::new();
        while rest.first().is_some_and(|(inner, _)| *inner > depth) {
            let (child, after) = read_rule(rest)?;
            children.push(child);
            rest = after;
        }
        match kind {
            "S" => Content::Sequence(children),
            "A" => Content::All(children),
            "C" => Content::Choice(children),
            _ => return None,
        }
    };
    Some((Rule { tag, min, max, content }, rest))
}

fn children(content: &Content) -> &[Rule] {
    match content {
        Content::Sequence(rules) | Content::All(rules) | Content::Choice(rules) => rules,
        Content::Long(..) | Content::Text(..) => &[],
    }
}

fn arrange(rule: &Rule, element: &mut Markup<'_>) {
    let rules = children(&rule.content);
    let place = |child: &Markup<'_>| rules.iter().position(|rule| rule.tag == child.name).unwrap_or(rules.len());
    if !element.children.is_sorted_by_key(place) {
        element.children.sort_by_key(place);
    }
    for child in &mut element.children {
        if let Some(rule) = rules.iter().find(|rule| rule.tag == child.name) {
            arrange(rule, child);
        }
    }
}

fn visit(rule: &Rule, element: &Markup<'_>, path: Path<'_>, seen: &mut impl FnMut(Path<'_>, &Markup<'_>)) {
    seen(path, element);
    let rules = children(&rule.content);
    let mut counts = vec![0usize; rules.len()];
    for child in &element.children {
        if let Some(place) = rules.iter().position(|rule| rule.tag == child.name) {
            counts[place] += 1;
            visit(&rules[place], child, path.below(&rules[place], counts[place]), seen);
        }
    }
}

/// The way to an element. A file has as many ways as elements, and hardly any is ever written out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    tag: &'a str,
    /// Which of several it is; 0 where there can be one only.
    nth: usize,
}

impl<'a> Path<'a> {
    fn root(root: &'a Markup<'_>) -> Self {
        Self { parent: None, tag: &root.name, nth: 0 }
    }

    /// The way to the nth element of this rule.
    fn below<'s>(&'s self, rule: &'s Rule, nth: usize) -> Path<'s> {
        Path { parent: Some(self), tag: &rule.tag, nth: if rule.max > 1 { nth } else { 0 } }
    }
}

impl std::fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(parent) = self.parent {
            write!(f, "{parent}/")?;
        }
        f.write_str(self.tag)?;
        if self.nth > 0 { write!(f, "[{}]", self.nth) } else { Ok(()) }
    }
}

/// The first character of a text that cannot travel.
fn untransportable(text: &str) -> Option<Problem> {
    if tree::is_printable(text) {
        return None;
    }
    if let Some(character) = tree::forbidden_character(text) {
        return Some(Problem::Forbidden(character));
    }
    gbk::encode(text).err().map(Problem::Unmappable)
}

fn check_element(rule: &Rule, element: &Markup<'_>, path: Path<'_>, found: &mut Vec<Violation>) {
    let mut report = |problem| found.push(Violation { path: path.to_string(), problem });
    match &rule.content {
        Content::Long(min, max) => {
            if let Some(child) = element.children.first() {
                let path = format!("{path}/{}", child.name);
                found.push(Violation { path, problem: Problem::Unexpected });
                return;
            }
            // XML Schema collapses white space around a number.
            match element.text.trim().parse::<i64>() {
                Err(_) => report(Problem::NotNumber),
                Ok(number) if number < *min || number > *max => {
                    report(Problem::Range { found: number, min: *min, max: *max });
                }
                Ok(_) => {}
            }
        }
        Content::Text(min, max) => {
            if let Some(child) = element.children.first() {
                let path = format!("{path}/{}", child.name);
                found.push(Violation { path, problem: Problem::Unexpected });
                return;
            }
            // What says that it is nothing (`xsi:nil`) has no length to be wrong.
            if element.characters() == 0
                && element.attributes.iter().any(|(name, value)| name.ends_with("nil") && value == "true")
            {
                return;
            }
            let length = element.characters();
            if length < *min || length > *max {
                report(Problem::Length { found: length, min: *min, max: *max });
            }
            if let Some(problem) = untransportable(&element.text) {
                report(problem);
            }
        }
        Content::Sequence(rules) | Content::All(rules) | Content::Choice(rules) => {
            if !element.text.trim().is_empty() {
                report(Problem::StrayText);
            }
            check_children(&rule.content, rules, element, path, found);
        }
    }
}

fn check_children(content: &Content, rules: &[Rule], element: &Markup<'_>, path: Path<'_>, found: &mut Vec<Violation>) {
    let mut position = 0;
    // How often the element of each rule has been seen; counting again for every child would take forever on a long list.
    let mut counts = vec![0usize; rules.len()];
    for child in &element.children {
        let Some(place) = rules.iter().position(|rule| rule.tag == child.name) else {
            let path = format!("{path}/{}", child.name);
            found.push(Violation { path, problem: Problem::Unexpected });
            continue;
        };
        let rule = &rules[place];
        counts[place] += 1;
        let child_path = path.below(rule, counts[place]);
        if matches!(content, Content::Sequence(_)) {
            if place < position {
                found.push(Violation { path: child_path.to_string(), problem: Problem::Unexpected });
                continue;
            }
            position = place;
        }
        check_element(rule, child, child_path, found);
    }
    if let Content::Choice(_) = content {
        if counts.iter().sum::<usize>() != 1 {
            let tags: Vec<&str> = rules.iter().map(|rule| rule.tag.as_str()).collect();
            found.push(Violation { path: path.to_string(), problem: Problem::Choice(tags.join(", ")) });
        }
        return;
    }
    for (rule, count) in rules.iter().zip(counts) {
        let path = || format!("{path}/{}", rule.tag);
        if count < rule.min {
            found.push(Violation { path: path(), problem: Problem::Missing });
        } else if count > rule.max {
            found.push(Violation { path: path(), problem: Problem::TooMany { found: count, max: rule.max } });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::tree::Element;

    use super::*;

    use crate::message::Version;

    fn upload() -> &'static Schema {
        Version::V3_0.upload_schema()
    }

    fn download() -> &'static Schema {
        Version::V3_0.download_schema()
    }

    fn count(rule: &Rule) -> usize {
        1 + children(&rule.content).iter().map(count).sum::<usize>()
    }

    #[test]
    fn the_tables_hold_every_element_of_the_published_schemas() {
        for version in Version::ALL {
            assert_eq!(count(&version.upload_schema().root), 541, "{version}");
            assert_eq!(count(&version.download_schema().root), 807, "{version}");
        }
    }

    #[test]
    fn a_departure_names_its_path_and_its_limit() {
        let text = "<DownloadData><ICP><BAJG><Jg_xx><Jgxx><Jgdm>1062</Jgdm></Jgxx><Jgxx><Jgdm>x</Jgdm></Jgxx>\
                    <Czlx>99</Czlx><Bs></Bs></Jg_xx></BAJG></ICP></DownloadData>";
        let found: Vec<String> =
            download().check(&Element::parse(text).unwrap()).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "DownloadData/ICP/BAJG/Jg_xx[1]/Jgxx[2]/Jgdm: is not a number",
                "DownloadData/ICP/BAJG/Jg_xx[1]/Czlx: is 99, 1 to 35 allowed",
                "DownloadData/ICP/BAJG/Jg_xx[1]/Bs: has 0 characters, 1 to 255 allowed",
            ]
        );
    }

    #[test]
    fn order_counts_in_a_sequence_and_not_in_an_all_group() {
        let wrong = "<DownloadData><ICP><BAJG><Jg_xx><Czlx>1</Czlx><Jgxx><Dmms>t</Dmms><Jgdm>1</Jgdm></Jgxx></Jg_xx>\
                     </BAJG></ICP></DownloadData>";
        let found = download().check(&Element::parse(wrong).unwrap());
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].path, "DownloadData/ICP/BAJG/Jg_xx[1]/Jgxx[1]");
        assert_eq!(found[0].problem, Problem::Unexpected);
    }

    #[test]
    fn missing_surplus_and_unknown_elements_are_found() {
        let text = "<DownloadData><ICP><BAJG><GJSHS/><Other/><GJSHS/></BAJG></ICP></DownloadData>";
        let found = download().check(&Element::parse(text).unwrap());
        assert!(found.iter().any(|v| v.path.ends_with("GJSHS/Gjsh") && v.problem == Problem::Missing), "{found:?}");
        assert!(found.iter().any(|v| v.problem == Problem::TooMany { found: 2, max: 1 }), "{found:?}");
        assert!(found.iter().any(|v| v.path.ends_with("/Other") && v.problem == Problem::Unexpected), "{found:?}");
        assert_eq!(download().check(&Element::new("Else")).len(), 1);
        assert!(matches!(download().check(&Element::new("DownloadData"))[0].problem, Problem::Choice(_)));
    }

    #[test]
    fn a_very_long_list_is_checked_in_one_pass() {
        let list = "<Baxx/>".repeat(200_000);
        let text = format!("<UploadData><ICP><XZBA>{list}</XZBA></ICP></UploadData>");
        let found = upload().check(&Element::parse(&text).unwrap());
        assert_eq!(found.last().unwrap().path, "UploadData/ICP/Qqdwid");
        assert_eq!(found.len(), 400_001, "subject and site are missing everywhere, and the unit once");
    }
}
