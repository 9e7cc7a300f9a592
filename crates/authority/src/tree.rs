//! A small XML tree: what both the data files and the SOAP envelopes are read into and written from.
//!
//! Reading is guarded: no document type, no entities of their own, bounded depth and size. Prefixes are dropped, because
//! the interface has one namespace and its callers disagree about how to spell it.

use std::borrow::Cow;
use std::fmt::Write as _;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::{armour, gbk};

/// The deepest nesting that is read; the deepest real document has nine levels.
const MAX_DEPTH: usize = 32;
/// The most elements that are read; a file of 1000 records has about a hundred thousand.
const MAX_ELEMENTS: usize = 1_000_000;

/// One XML element that has all it holds for itself.
pub type Element = Markup<'static>;

/// One XML element with its attributes, its children and its own text. What it holds may lie elsewhere: in the document
/// it was read from, or in the records it is written from.
///
/// Two elements are equal wherever they stood.
#[derive(Debug, Clone, Default)]
pub struct Markup<'a> {
    /// The local name, without a prefix.
    pub name: Cow<'a, str>,
    /// Attributes in order, names as written.
    pub attributes: Vec<(String, String)>,
    /// Child elements in order.
    pub children: Vec<Markup<'a>>,
    /// The text of this element itself, unescaped and not trimmed.
    pub text: Cow<'a, str>,
    /// A file whose base64 is the text instead; it becomes text only where it is written.
    pub(crate) file: Option<&'a [u8]>,
    /// The line it began at, counted from 1; 0 if it was never in a document.
    pub line: u32,
}

impl PartialEq for Markup<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.text == other.text
            && self.file == other.file
            && self.attributes == other.attributes
            && self.children == other.children
    }
}

impl Eq for Markup<'_> {}

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

impl<'a> Markup<'a> {
    /// Makes an element without content.
    pub fn new(name: impl Into<Cow<'a, str>>) -> Self {
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
    pub fn child(mut self, child: Markup<'a>) -> Self {
        self.children.push(child);
        self
    }

    /// Adds child elements in order.
    #[must_use]
    pub fn extend(mut self, children: impl IntoIterator<Item = Markup<'a>>) -> Self {
        self.children.extend(children);
        self
    }

    /// Gives the element text of its own.
    #[must_use]
    pub fn containing(mut self, text: impl ToString) -> Self {
        self.text = Cow::Owned(text.to_string());
        self
    }

    /// Adds a child that holds only text.
    #[must_use]
    pub fn with(self, name: &'static str, text: impl ToString) -> Self {
        self.child(Self::new(name).containing(text))
    }

    /// Adds a child that holds only text, if there is any: an empty element is not the same as none on this interface.
    #[must_use]
    pub fn with_some(self, name: &'static str, text: Option<impl ToString>) -> Self {
        match text {
            Some(text) => self.with(name, text),
            None => self,
        }
    }

    /// The first child of this name.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The last child of this name, which is made if there is none.
    pub fn group(&mut self, name: &'static str) -> &mut Self {
        let place = self.children.iter().rposition(|child| child.name == name).unwrap_or_else(|| {
            self.children.push(Self::new(name));
            self.children.len() - 1
        });
        &mut self.children[place]
    }

    /// The element at a path that begins with this one's name, such as `UploadData/ICP/XZBA/Baxx[2]`; a number in
    /// brackets counts from 1.
    pub fn find(&self, path: &str) -> Option<&Self> {
        let (element, rest) = self.follow(path);
        rest.is_none().then_some(element)
    }

    /// The line of the element at a path, or of the nearest one around it that is there.
    pub fn line_of(&self, path: &str) -> u32 {
        self.follow(path).0.line
    }

    /// Goes down a path as far as it leads; also what of it is left.
    fn follow<'p>(&self, path: &'p str) -> (&Self, Option<&'p str>) {
        let mut element = self;
        let mut steps = path.split('/');
        if steps.next() != Some(&*self.name) {
            return (self, Some(path));
        }
        for step in steps {
            let (name, nth) = step
                .strip_suffix(']')
                .and_then(|step| step.split_once('['))
                .and_then(|(name, nth)| Some((name, nth.parse::<usize>().ok()?.checked_sub(1)?)))
                .unwrap_or((step, 0));
            match element.all(name).nth(nth) {
                Some(child) => element = child,
                None => return (element, Some(step)),
            }
        }
        (element, None)
    }

    /// All children of this name, in order.
    pub fn all<'s>(&'s self, name: &str) -> impl Iterator<Item = &'s Self> {
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

    /// Reads one document and leaves its texts where they are. The XML declaration is allowed and its encoding ignored:
    /// the text is already Unicode.
    pub fn read(text: &'a str) -> Result<Self, TreeError> {
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_end_names = true;
        let mut open: Vec<Self> = Vec::new();
        let mut root: Option<Self> = None;
        let mut count = 0usize;
        let mut lines = Lines { text: text.as_bytes(), at: 0, line: 1 };
        loop {
            let start = reader.buffer_position();
            let event = reader.read_event().map_err(malformed)?;
            match event {
                Event::Start(tag) => {
                    count += 1;
                    if count > MAX_ELEMENTS || open.len() >= MAX_DEPTH {
                        return Err(TreeError::TooLarge);
                    }
                    if root.is_some() {
                        return Err(TreeError::Malformed("content after the root element".to_owned()));
                    }
                    open.push(begin(&tag, lines.at(start))?);
                }
                Event::Empty(tag) => {
                    count += 1;
                    if count > MAX_ELEMENTS {
                        return Err(TreeError::TooLarge);
                    }
                    if root.is_some() {
                        return Err(TreeError::Malformed("content after the root element".to_owned()));
                    }
                    let element = begin(&tag, lines.at(start))?;
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
                Event::Text(content) => append(&mut open, content.xml10_content())?,
                Event::CData(content) => append(&mut open, content.xml10_content())?,
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
                    append(&mut open, Cow::Owned(character.to_string()))?;
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

    /// The same with all it holds for itself.
    pub fn into_owned(self) -> Element {
        Markup {
            name: Cow::Owned(self.name.into_owned()),
            attributes: self.attributes,
            children: self.children.into_iter().map(Markup::into_owned).collect(),
            text: Cow::Owned(self.file.map_or_else(|| self.text.into_owned(), armour::encode)),
            file: None,
            line: self.line,
        }
    }

    /// How many characters its text has.
    pub(crate) fn characters(&self) -> usize {
        match self.file {
            Some(file) => armour::length(file.len()),
            None if self.text.is_ascii() => self.text.len(),
            None => self.text.chars().count(),
        }
    }

    /// Writes the element without a declaration and without white space between elements.
    pub fn to_xml(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    /// How many bytes the element has at most when it is written in GBK, if nothing in it must be escaped.
    pub fn length(&self) -> usize {
        let attributes: usize = self.attributes.iter().map(|(name, value)| name.len() + value.len() + 4).sum();
        let children: usize = self.children.iter().map(Self::length).sum();
        let text = self.file.map_or(self.text.len(), |file| armour::length(file.len()));
        2 * self.name.len() + 5 + attributes + text + children
    }

    /// Writes the element in GBK, as [`Element::to_xml`] does in Unicode, without a second copy of a large document.
    ///
    /// # Errors
    /// With the first character that GBK does not have.
    pub fn write_gbk(&self, out: &mut Vec<u8>) -> Result<(), char> {
        out.push(b'<');
        out.extend_from_slice(self.name.as_bytes());
        for (name, value) in &self.attributes {
            gbk::append(&format!(" {name}=\"{}\"", escape(value)), out)?;
        }
        out.push(b'>');
        match self.file {
            Some(file) => armour::append(file, out),
            None => gbk::append(&escape(&self.text), out)?,
        }
        for child in &self.children {
            child.write_gbk(out)?;
        }
        out.extend_from_slice(b"</");
        out.extend_from_slice(self.name.as_bytes());
        out.push(b'>');
        Ok(())
    }

    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        for (name, value) in &self.attributes {
            // Writing to a string cannot fail.
            let _ = write!(out, " {name}=\"{}\"", escape(value));
        }
        out.push('>');
        match self.file {
            Some(file) => armour::push(file, out),
            None => out.push_str(&escape(&self.text)),
        }
        for child in &self.children {
            child.write(out);
        }
        out.push_str("</");
        out.push_str(&self.name);
        out.push('>');
    }
}

impl Element {
    /// Reads one document, as [`Markup::read`] does, and keeps nothing of the text.
    pub fn parse(text: &str) -> Result<Self, TreeError> {
        Markup::read(text).map(Markup::into_owned)
    }
}

/// Escapes text so that it can stand in an element or in a double-quoted attribute.
pub fn escape(text: &str) -> Cow<'_, str> {
    quick_xml::escape::escape(text)
}

/// Whether a text holds nothing but printable ASCII, which every reader takes.
pub(crate) fn is_printable(text: &str) -> bool {
    // The least and the greatest byte of a piece are found many at a time; the first that is out of bounds is not.
    text.as_bytes().chunks(1024).all(|piece| {
        let (least, greatest) =
            piece.iter().fold((b' ', b' '), |(least, greatest), byte| (least.min(*byte), greatest.max(*byte)));
        least == b' ' && greatest < 0x7f
    })
}

/// The first character of the text that XML 1.0 does not allow, if there is one.
pub fn forbidden_character(text: &str) -> Option<char> {
    if is_printable(text) {
        return None;
    }
    text.chars()
        .find(|&c| !matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..))
}

/// Counts lines while a document is read from front to back.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: u32,
}

impl Lines<'_> {
    fn at(&mut self, position: u64) -> u32 {
        let position = usize::try_from(position).unwrap_or(usize::MAX).min(self.text.len());
        let breaks = memchr::memchr_iter(b'\n', self.text.get(self.at..position).unwrap_or_default()).count();
        self.at = self.at.max(position);
        self.line += u32::try_from(breaks).unwrap_or(u32::MAX);
        self.line
    }
}

fn begin<'a>(start: &BytesStart<'_>, line: u32) -> Result<Markup<'a>, TreeError> {
    let mut element = Markup { line, ..Markup::new(start.local_name().as_ref().to_owned()) };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(malformed)?;
        let value = attribute.normalized_value(XmlVersion::Explicit1_0).map_err(malformed)?;
        element.attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    Ok(element)
}

fn append<'a>(open: &mut [Markup<'a>], text: Cow<'a, str>) -> Result<(), TreeError> {
    if let Some(character) = forbidden_character(&text) {
        return Err(TreeError::Character(u32::from(character)));
    }
    match open.last_mut() {
        Some(element) if element.text.is_empty() => element.text = text,
        Some(element) => element.text.to_mut().push_str(&text),
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
