//! The upload of a case file: what an order of it would send, without an order.

use authority::message::Upload;
use filing::case::CaseFile;
use filing::document::Document;
use filing::material::{MAX_BYTES, MaterialKind, Needed};
use filing::stage::Action;
use jiff::civil::Date;

use super::filed::{Filed, OnFile};
use super::ids::WireIds;
use super::{Sheet, pictures, request, whole};
use crate::bureau::Bureau;
use crate::codes::Locations;
use crate::error::{Error, Result};
use crate::order::detected;
use crate::picture;

/// A picture the applicant of a case brings.
#[derive(Debug, Clone)]
pub struct CasePicture {
    /// What it shows.
    pub kind: MaterialKind,
    /// The number of its site, from 0; none for the subject's.
    pub site: Option<usize>,
    /// The file.
    pub bytes: Vec<u8>,
}

/// What an upload of a case is made from besides the case.
#[derive(Debug)]
pub struct CaseUpload<'a> {
    /// What is asked.
    pub action: Action,
    /// The bureau that would get it.
    pub bureau: &'a Bureau,
    /// The day on which everything is checked.
    pub on: Date,
    /// Our own numbers count from here, each kind by itself.
    pub first: i64,
    /// The filed subject, by the bureau's id or its filing number.
    pub subject: Option<String>,
    /// The filed sites in the order of the case, likewise.
    pub sites: Vec<String>,
    /// The pictures.
    pub pictures: Vec<CasePicture>,
}

/// What the answers in a case come to: the action an order of it would be.
#[must_use]
pub fn action(case: &CaseFile) -> Option<Action> {
    detected(&case.draft, &case.facts().detection)?.action()
}

/// The data file an order of a case would send, made by the same code.
///
/// # Errors
/// [`Error::Invalid`] when something blocks, or what the wire must name is not told; also when a picture is none.
pub fn build(case: &CaseFile, input: CaseUpload<'_>) -> Result<Upload> {
    let document = Document::from_draft(&case.draft, &case.facts(), input.on).map_err(Error::Invalid)?;
    let mut brought = Vec::new();
    for CasePicture { kind, site, bytes } in input.pictures {
        let taken = picture::take_in(&bytes, MAX_BYTES).map_err(|why| Error::field(&kind.field(site), why.code()))?;
        brought.push((Needed { kind, site }, taken.jpeg));
    }
    let find = |needed: Needed| brought.iter().rev().find(|(kept, _)| *kept == needed).map(|(_, jpeg)| jpeg.clone());
    let pictures = pictures::shrink(pictures::wanted_pictures(&case.draft, find))?;
    let ids = WireIds::counted(input.first, input.action, &document)?;
    let named = |index| input.sites.get(index).map(|name: &String| Filed::named(name)).unwrap_or_default();
    let on_file = OnFile {
        subject: input.subject.as_deref().map(Filed::named).unwrap_or_default(),
        sites: (0..document.sites.len()).map(named).collect(),
        locations: Locations::default(),
    };
    let sheet = Sheet { document: &document, pictures: &pictures, bureau: input.bureau, ids: &ids, on_file: &on_file };
    Ok(whole(request(input.action, &sheet)?.operation, input.bureau))
}
