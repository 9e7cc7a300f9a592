//! Containers opened for the eyes of people.

use authority::envelope::{self, Container, OpenError};
use authority::inspect::{self, Veil};
use authority::tree::Element;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use filing::mask;
use serde::Serialize;
use store::Reader;
use store::mailbox::Item;
use utoipa::ToSchema;

use crate::bureau::Bureau;
use crate::error::{Error, Result};
use crate::world::World;

/// The word in front of a group's name in the index of words.
pub const GROUP: &str = "group:";
/// The widest or highest a thumbnail may be, in pixels.
const THUMBNAIL: u32 = 320;

/// A container, opened.
#[derive(Debug)]
pub struct Opened {
    /// The zip.
    pub zip: Vec<u8>,
    /// The file in it, in the character set it came in.
    pub xml: Vec<u8>,
    /// The same as a tree.
    pub tree: Element,
}

/// One element of a file, as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TreeLine {
    /// How deep it stands; the root is 0.
    pub depth: usize,
    /// Its name on the wire.
    pub name: String,
    /// Its value, or what may be seen of it.
    pub value: String,
    /// Whether a part of the value is hidden.
    pub masked: bool,
    /// A small copy of the picture it holds, as a `data:` address.
    pub picture: Option<String>,
    /// Whether it has elements below it.
    pub branch: bool,
}

/// Opens a container; the inner error says why it cannot be read.
///
/// # Errors
/// When the store cannot.
pub async fn open(world: &World, reader: &Reader, item: &Item) -> Result<std::result::Result<Opened, String>> {
    let (bytes, bureau) = match item {
        Item::Upload(upload) => (store::upload::container(reader, upload.id).await?, None),
        Item::Download(download) => {
            let bureau = world.bureaus.find(&download.bureau).cloned();
            let Some(bureau) = bureau else { return Ok(Err("the bureau is not configured".to_owned())) };
            (store::download::raw(reader, download.id).await?, Some(bureau))
        }
    };
    // A file may have 50 MB.
    tokio::task::spawn_blocking(move || unpack(bytes, bureau).map_err(|error| error.to_string()))
        .await
        .map_err(|error| Error::internal(format!("opening thread: {error}")))
}

fn unpack(bytes: Vec<u8>, bureau: Option<Bureau>) -> Result<Opened, OpenError> {
    let zip = match bureau {
        None => bytes,
        Some(bureau) => {
            // What is kept of a download is the container as it came, written as JSON by this program.
            let container: Container = serde_json::from_slice(&bytes).map_err(|_| OpenError::Base64)?;
            bureau.client.open_zip(&container)?
        }
    };
    unzip(zip)
}

/// Opens a zip as it travels, encryption aside.
///
/// # Errors
/// When it is not what the interface carries.
pub fn unzip(zip: Vec<u8>) -> Result<Opened, OpenError> {
    let xml = envelope::unzip(&zip)?;
    let tree = envelope::read_document(&xml)?;
    Ok(Opened { zip, xml, tree })
}

/// The words by which a file is found.
#[must_use]
pub fn words(tree: &Element) -> Vec<String> {
    let groups = inspect::groups(tree).into_iter().map(|group| format!("{GROUP}{group}"));
    groups.chain(inspect::names(tree)).collect()
}

/// A stretch of a file's elements in document order, and how many there are in all.
#[must_use]
pub fn lines(tree: &Element, from: usize, count: usize, is_revealed: bool) -> (Vec<TreeLine>, usize) {
    let mut walk = Walk { from, to: from.saturating_add(count), seen: 0, is_revealed, lines: Vec::new() };
    walk.visit(tree, None, 0);
    (walk.lines, walk.seen)
}

struct Walk {
    from: usize,
    to: usize,
    seen: usize,
    is_revealed: bool,
    lines: Vec<TreeLine>,
}

impl Walk {
    fn visit(&mut self, element: &Element, parent: Option<&Element>, depth: usize) {
        if (self.from..self.to).contains(&self.seen) {
            self.lines.push(self.line(element, parent, depth));
        }
        self.seen += 1;
        for child in &element.children {
            self.visit(child, Some(element), depth + 1);
        }
    }

    fn line(&self, element: &Element, parent: Option<&Element>, depth: usize) -> TreeLine {
        let text = element.text.trim();
        let veil = inspect::veil(element, parent);
        let (value, picture) = match veil {
            Veil::Picture => {
                let bytes = STANDARD.decode(text.split_whitespace().collect::<String>()).unwrap_or_default();
                let picture = self.is_revealed.then(|| thumbnail(&bytes)).flatten();
                (format!("{} B", bytes.len()), picture)
            }
            _ if self.is_revealed => (text.to_owned(), None),
            _ => (veiled(veil, text), None),
        };
        let masked = !self.is_revealed && veil != Veil::None && !text.is_empty();
        let branch = !element.children.is_empty();
        TreeLine { depth, name: element.name.to_string(), value, masked, picture, branch }
    }
}

fn veiled(veil: Veil, text: &str) -> String {
    match veil {
        Veil::None | Veil::Picture => text.to_owned(),
        Veil::Name => mask::name(text),
        Veil::Number => mask::number(text),
        Veil::Phone => mask::phone(text),
        Veil::Mail => mask::email(text),
        Veil::Address => mask::address(text),
        Veil::Secret => "****".to_owned(),
    }
}

/// A small copy of a picture, made anew: what cannot be decoded is not shown.
fn thumbnail(bytes: &[u8]) -> Option<String> {
    let jpeg = crate::picture::thumbnail(bytes, THUMBNAIL)?;
    Some(format!("data:image/jpeg;base64,{}", STANDARD.encode(jpeg)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> Element {
        let principal = Element::new("Fzr").with("Fzr_xm", "周明远").with("Fzr_sjhm", "13800016620");
        let subject = Element::new("Zt_xx").with("Dwmc", "周明远").with("Dwxz", 5).child(principal);
        let picture = Element::new("Fjxx").with("Fjnr", STANDARD.encode(b"no picture"));
        Element::new("UploadData").child(subject).child(picture).with("ICPmm", "0123456789abcdef")
    }

    #[test]
    fn nobody_is_recognised_before_a_reason_was_given() {
        let (shown, all) = lines(&file(), 0, 100, false);
        assert_eq!(all, shown.len());
        let text = serde_json::to_string(&shown).unwrap();
        for secret in ["周明远", "13800016620", "0123456789abcdef"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        assert!(shown.iter().any(|line| line.name == "Dwxz" && line.value == "5" && !line.masked));
        let (shown, _) = lines(&file(), 0, 100, true);
        let text = serde_json::to_string(&shown).unwrap();
        assert!(text.contains("周明远") && text.contains("10 B"), "{text}");
        assert!(shown.iter().all(|line| line.picture.is_none()), "what is no picture is not shown as one");
    }

    #[test]
    fn a_long_file_is_read_a_stretch_at_a_time() {
        let (first, all) = lines(&file(), 0, 3, false);
        let (rest, again) = lines(&file(), 3, 100, false);
        assert_eq!((first.len() + rest.len(), all), (all, again));
        assert_eq!(first[1].name, "Zt_xx");
        assert_eq!((first[1].depth, first[1].branch), (1, true));
    }
}
