//! A small XML tree: what both the data files and the SOAP envelopes are read into and written from.
//!
//! Reading is guarded: no document type, no entities of their own, bounded depth and size. Prefixes are dropped, because
//! the interface has one namespace and its callers disagree about how to spell it.

use std::fmt::Write as _;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// The deepest nesting that is read; the deepest real document has nine levels.
const MAX_DEPTH: usize = 32;
/// The most elements that are read; a file of 1000 records has about a hundred thousand.
const MAX_ELEMENTS: usize = 1_000_000;

/// One XML element with its attributes, its children and its own text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// The local name, without a prefix.
    pub name: String,
    /// Attributes in order, names as written.
    pub attributes: Vec<(String, String)>,
    /// Child elements in order.
    pub children: Vec<Element>,
    /// The text of this element itself, unescaped and not trimmed.
    pub text: String,
}

/// Why a document could not be read into a tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// The text is not well-formed XML.
    #[error("not well-formed XML: {0}")]
    Malformed(String),
    /// A document type or an entity of its own: never part of the interface, and a known way to attack a parser.
    #[error("document types and entities are refused")]
    Entity,
    /// The document nests deeper or holds more elements than any real one.
    #[error("the document is too deep or has too many elements")]
    TooLarge,
    /// A character that XML 1.0 does not allow.
    #[error("character U+{0:04X} is not allowed in XML")]
    Character(u32),
}

impl Element {
    /// Makes an element without content.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Adds an attribute.
    #[must_use]
    pub fn attribute(mut self, name: &str, value: impl Into<String>) -> Self {
        self.attributes.push((name.to_owned(), value.into()));
        self
    }

    /// Adds a child element.
    #[must_use]
    pub fn child(mut self, child: Element) -> Self {
        self.children.push(child);
        self
    }

    /// Adds child elements in order.
    #[must_use]
    pub fn extend(mut self, children: impl IntoIterator<Item = Element>) -> Self {
        self.children.extend(children);
        self
    }

    /// Adds a child that holds only text.
    #[must_use]
    pub fn with(self, name: &str, text: impl ToString) -> Self {
        let mut child = Element::new(name);
        child.text = text.to_string();
        self.child(child)
    }

    /// Adds a child that holds only text, if there is any: an empty element is not the same as none on this interface.
    #[must_use]
    pub fn with_some(self, name: &str, text: Option<impl ToString>) -> Self {
        match text {
            Some(text) => self.with(name, text),
            None => self,
        }
    }

    /// The first child of this name.
    pub fn get(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// All children of this name, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> + 'a {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The trimmed text of the first child of this name, if it is there and not empty.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.get(name).map(|child| child.text.trim()).filter(|text| !text.is_empty())
    }

    /// The value of an attribute.
    pub fn attribute_of(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Reads one document. The XML declaration is allowed and its encoding ignored: the text is already Unicode.
    pub fn parse(text: &str) -> Result<Self, TreeError> {
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_end_names = true;
        let mut open: Vec<Element> = Vec::new();
        let mut root: Option<Element> = None;
        let mut count = 0usize;
        loop {
            let event = reader.read_event().map_err(malformed)?;
            match event {
                Event::Start(start) => {
                    count += 1;
                    if count > MAX_ELEMENTS || open.len() >= MAX_DEPTH {
                        return Err(TreeError::TooLarge);
                    }
                    if root.is_some() {
                        return Err(TreeError::Malformed("content after the root element".to_owned()));
                    }
                    open.push(begin(&start)?);
                }
                Event::Empty(start) => {
                    count += 1;
                    if count > MAX_ELEMENTS {
                        return Err(TreeError::TooLarge);
                    }
                    if root.is_some() {
                        return Err(TreeError::Malformed("content after the root element".to_owned()));
                    }
                    let element = begin(&start)?;
                    match open.last_mut() {
                        Some(parent) => parent.children.push(element),
                        None => root = Some(element),
                    }
                }
                Event::End(_) => {
                    let Some(element) = open.pop() else {
                        return Err(TreeError::Malformed("an end tag without its start".to_owned()));
                    };
                    match open.last_mut() {
                        Some(parent) => parent.children.push(element),
                        None => root = Some(element),
                    }
                }
                Event::Text(content) => append(&mut open, &content.xml10_content())?,
                Event::CData(content) => append(&mut open, &content.xml10_content())?,
                Event::GeneralRef(reference) => {
                    let character = match reference.resolve_char_ref().map_err(malformed)? {
                        Some(character) => character,
                        None => match &*reference.xml10_content() {
                            "amp" => '&',
                            "lt" => '<',
                            "gt" => '>',
                            "quot" => '"',
                            "apos" => '\'',
                            _ => return Err(TreeError::Entity),
                        },
                    };
                    append(&mut open, character.encode_utf8(&mut [0; 4]))?;
                }
                Event::DocType(_) => return Err(TreeError::Entity),
                Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
                Event::Eof => break,
            }
        }
        if !open.is_empty() {
            return Err(TreeError::Malformed("the document ends inside an element".to_owned()));
        }
        root.ok_or_else(|| TreeError::Malformed("no root element".to_owned()))
    }

    /// Writes the element without a declaration and without white space between elements.
    pub fn to_xml(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        for (name, value) in &self.attributes {
            // Writing to a string cannot fail.
            let _ = write!(out, " {name}=\"{}\"", escape(value));
        }
        out.push('>');
        out.push_str(&escape(&self.text));
        for child in &self.children {
            child.write(out);
        }
        out.push_str("</");
        out.push_str(&self.name);
        out.push('>');
    }
}

/// Escapes text so that it can stand in an element or in a double-quoted attribute.
pub fn escape(text: &str) -> std::borrow::Cow<'_, str> {
    quick_xml::escape::escape(text)
}

/// The first character of the text that XML 1.0 does not allow, if there is one.
pub fn forbidden_character(text: &str) -> Option<char> {
    text.chars()
        .find(|&c| !matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..))
}

fn begin(start: &BytesStart<'_>) -> Result<Element, TreeError> {
    let mut element = Element::new(start.local_name().as_ref());
    for attribute in start.attributes() {
        let attribute = attribute.map_err(malformed)?;
        let value = attribute.normalized_value(XmlVersion::Explicit1_0).map_err(malformed)?;
        element.attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    Ok(element)
}

fn append(open: &mut [Element], text: &str) -> Result<(), TreeError> {
    if let Some(character) = forbidden_character(text) {
        return Err(TreeError::Character(u32::from(character)));
    }
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim_start_matches('\u{feff}').trim().is_empty() => {}
        None => return Err(TreeError::Malformed("text outside the root element".to_owned())),
    }
    Ok(())
}

fn malformed(error: impl std::fmt::Display) -> TreeError {
    TreeError::Malformed(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_tree_reads_back_the_same() {
        let tree = Element::new("a").attribute("v", "1 < \"2\"").with("b", "x & <y>").child(Element::new("c"));
        assert_eq!(Element::parse(&tree.to_xml()).unwrap(), tree);
    }

    #[test]
    fn prefixes_declarations_and_cdata_are_tolerated() {
        let text =
            "<?xml version=\"1.0\" encoding=\"GBK\"?>\n<s:a xmlns:s=\"u\"><s:b><![CDATA[<1>]]>&amp;&#65;</s:b></s:a>\n";
        let tree = Element::parse(text).unwrap();
        assert_eq!(tree.name, "a");
        assert_eq!(tree.text_of("b"), Some("<1>&A"));
    }

    #[test]
    fn entities_document_types_and_deep_nesting_are_refused() {
        assert_eq!(Element::parse("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>"), Err(TreeError::Entity));
        assert_eq!(Element::parse("<a>&x;</a>"), Err(TreeError::Entity));
        let deep = "<a>".repeat(40) + &"</a>".repeat(40);
        assert_eq!(Element::parse(&deep), Err(TreeError::TooLarge));
    }

    #[test]
    fn broken_documents_are_malformed() {
        for text in ["", "<a>", "<a></b>", "</a>", "<a/><b/>", "<a/>text", "plain"] {
            assert!(matches!(Element::parse(text), Err(TreeError::Malformed(_))), "{text}");
        }
        assert_eq!(Element::parse("<a>\u{1}</a>"), Err(TreeError::Character(1)));
        assert_eq!(Element::parse("<a>&#1;</a>"), Err(TreeError::Character(1)));
    }
}
