//! From an order to the bytes that travel to the authority: one file per operation.

use authority::envelope;
use authority::message::{Operation, Upload, UploadOperation};
use filing::check::Finding;
use filing::document::Document;
use filing::draft::Draft;
use filing::stage::Action;
use store::upload::NewUpload;
use store::{Tx, UploadId};

use crate::bureau::Bureau;
use crate::error::{Error, Result};
use crate::fields;
use crate::finding;
use crate::job::Job as _;
use crate::job::index_mail::IndexMail;
use crate::order::{Loaded, about};
use crate::world::World;
use filed::OnFile;
use ids::WireIds;
pub use ids::{Foreseen, Numbers};
use pictures::Picture;

mod cancel;
pub mod case;
mod change;
mod filed;
mod ids;
pub mod materials;
mod new_access;
mod new_filing;
mod new_site;
mod parts;
mod pictures;

/// What can be made ready before the transaction: the zipped data file.
#[derive(Debug)]
pub struct Prepared {
    version: i64,
    /// The bureau that gets it.
    pub bureau: String,
    /// What it asks, such as `XZBA`.
    pub operation: &'static str,
    references: Vec<Reference>,
    /// The numbers in it that the order does not have yet.
    pub foreseen: Vec<Foreseen>,
    /// The zip, before the encryption of the wire.
    pub zip: Vec<u8>,
    /// Base64 MD5 of the zip.
    pub md5: String,
}

/// What an order asks on the wire.
#[derive(Debug)]
struct Request {
    /// The operation with its content.
    operation: UploadOperation,
    /// Its wire name, for the ledger.
    word: &'static str,
    /// What it calls records that the authority numbered.
    references: Vec<Reference>,
}

/// An id or number of the authority's, and the operation whose results may come back with it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reference {
    /// The operation.
    operation: Operation,
    /// The id or number.
    reference: String,
}

/// What an operation is built from.
struct Sheet<'a> {
    document: &'a Document,
    pictures: &'a [Picture],
    bureau: &'a Bureau,
    ids: &'a WireIds,
    on_file: &'a OnFile,
}

/// What of an order the authority's character set (GBK) cannot carry, field by field.
#[must_use]
pub fn unwritable(draft: &Draft) -> Vec<Finding> {
    fields::flatten(draft)
        .iter()
        .filter_map(|(field, value)| {
            let character = authority::gbk::encode(value).err()?.to_string();
            Some(finding::block(field, "character-not-on-wire", &[("character", &character)]))
        })
        .collect()
}

/// Makes everything ready that takes long: gives the order its numbers on the wire, or foresees them, reads and shrinks
/// the pictures, writes the data file and zips it, away from the threads that serve.
///
/// # Errors
/// [`Error::Invalid`] when something blocks or cannot be written, [`Error::Unavailable`] when no bureau takes the
/// province's filings.
pub async fn prepare(world: &World, loaded: &Loaded, numbers: Numbers) -> Result<Prepared> {
    if let Some(action) = about::chosen(&loaded.order) {
        // Each in a box: the road of every other order is not to carry the room they need on its stack.
        let (bureau, request, foreseen) = match action.cancels() {
            true => {
                let (bureau, request) = Box::pin(cancel::request(world, loaded, action)).await?;
                (bureau, request, Vec::new())
            }
            false => Box::pin(change::request(world, loaded, numbers)).await?,
        };
        let Request { operation, word, references } = request;
        let code = bureau.code.clone();
        let zip = tokio::task::spawn_blocking(move || pack(operation, &bureau))
            .await
            .map_err(|error| Error::internal(format!("packing thread: {error}")))??;
        let md5 = envelope::hash(&zip);
        let version = loaded.order.version;
        return Ok(Prepared { version, bureau: code, operation: word, references, foreseen, zip, md5 });
    }
    let document = Document::from_draft(&loaded.order.draft, &loaded.known, world.today()).map_err(Error::Invalid)?;
    let action = loaded.action().ok_or(Error::Unavailable { code: "authority-away" })?;
    let bureau = world.bureaus.of_province(document.province.code()).cloned();
    let bureau = bureau.ok_or(Error::Unavailable { code: "no-bureau" })?;
    let originals = pictures::read(world, loaded).await?;
    let on_file = OnFile::read(&world.store.read().await?, loaded, &bureau.code).await?;
    let round = (loaded.order.id, loaded.facts.rounds);
    // A round that is prepared twice gets the same numbers; nobody misses those of one that is never sent.
    let giving = async |tx: &Tx| WireIds::allocate(tx, round, action, &document, &bureau.code).await;
    let (ids, foreseen) = numbers.of(world, loaded.order.id, giving).await?;
    let code = bureau.code.clone();
    let (zip, operation, references) = tokio::task::spawn_blocking(move || {
        let pictures = pictures::shrink(originals)?;
        let sheet = Sheet { document: &document, pictures: &pictures, bureau: &bureau, ids: &ids, on_file: &on_file };
        let request = request(action, &sheet)?;
        Ok::<_, Error>((pack(request.operation, &bureau)?, request.word, request.references))
    })
    .await
    .map_err(|error| Error::internal(format!("packing thread: {error}")))??;
    let md5 = envelope::hash(&zip);
    Ok(Prepared { version: loaded.order.version, bureau: code, operation, references, foreseen, zip, md5 })
}

/// The request of an order, by what it asks.
fn request(action: Action, sheet: &Sheet<'_>) -> Result<Request> {
    match action {
        Action::FirstFiling => new_filing::request(sheet),
        Action::AddSiteHere | Action::AddSiteElsewhere => new_site::request(sheet),
        Action::AddAccess | Action::OneClickAccess => new_access::request(sheet),
        _ => Err(Error::internal(format!("{action} has no upload"))),
    }
}

/// The zipped data file of a request.
fn pack(operation: UploadOperation, bureau: &Bureau) -> Result<Vec<u8>> {
    let file = whole(operation, bureau);
    let xml = file.to_gbk(bureau.client.bureau().version).map_err(|error| {
        // The words of the error name the element and never its value.
        let why = error.to_string();
        Error::Invalid(vec![finding::block(crate::order::WHOLE, "not-writable", &[("why", &why)])])
    })?;
    envelope::zip(&xml, envelope::ENTRY).map_err(|error| Error::internal(format!("packing: {error}")))
}

/// The data file of a request.
fn whole(operation: UploadOperation, bureau: &Bureau) -> Upload {
    Upload { provider: bureau.client.bureau().isp_id, operation }
}

/// Gives what was prepared the next place in the bureau's line. Nothing is sent here: the number is committed first.
///
/// # Errors
/// `version` when the order changed since it was prepared.
pub async fn append(tx: &Tx, world: &World, loaded: &Loaded, prepared: Prepared) -> Result<store::upload::Upload> {
    loaded.require_version(prepared.version)?;
    store::bureau::ensure(tx, &prepared.bureau).await?;
    let round = (loaded.order.id, loaded.facts.rounds);
    for Reference { operation, reference } in &prepared.references {
        store::wire_reference::note(tx, round, &prepared.bureau, operation.0, reference).await?;
    }
    let new = NewUpload {
        id: UploadId(world.uuid()),
        bureau: &prepared.bureau,
        order: Some(loaded.order.id),
        operation: prepared.operation,
        container: &prepared.zip,
        md5: &prepared.md5,
        at: world.now(),
    };
    let upload = store::upload::append(tx, &new).await?;
    store::job::hasten(tx, &IndexMail {}.key(), world.now()).await?;
    Ok(upload)
}
