//! The mailbox: every container both ways, found by what it names, decoded or as it travelled.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::download::{Download, DownloadState};
use store::mailbox::{Filter, Item, Try};
use store::upload::{Upload, UploadState};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::evidence::Direction;
use crate::mailbox::{self as open_mail, GROUP, Opened, TreeLine};
use crate::page::{self, Page};
use crate::policy::{Act, require};
use crate::trail::Trail;
use crate::world::World;

/// So many elements of a file are shown at a time.
const LINES: usize = 500;
/// The most words of one search.
const WORDS: usize = 5;

/// Which containers to list; what is absent or empty does not matter.
#[derive(Debug, Clone, Default, Deserialize, ToSchema, IntoParams)]
pub struct Mailbox {
    /// Of one bureau.
    pub bureau: Option<String>,
    /// `upload` or `download`.
    pub direction: Option<String>,
    /// With one group, such as `XZBA` or `BAJG`.
    pub operation: Option<String>,
    /// In one state of an upload or download.
    pub state: Option<String>,
    /// File name, number on the wire, order, domain or filing number; all of several words must be there.
    pub q: Option<String>,
    /// From where on.
    pub cursor: Option<String>,
}

/// One container in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MailRow {
    /// The container.
    pub id: Uuid,
    /// Which way it went.
    pub direction: Direction,
    /// The bureau.
    pub bureau: String,
    /// Its place in the ledger.
    pub entry: u64,
    /// The number of an upload on the wire, or the name of a download.
    pub name: String,
    /// For which order.
    pub order: Option<Uuid>,
    /// What it asks or brings, such as `XZBA` or `BAJG`; empty while nobody looked into it.
    pub operations: Vec<String>,
    /// Where it stands.
    pub state: String,
    /// How often it was sent, or came.
    pub times: u32,
    /// The last code the authority answered.
    pub code: Option<i32>,
    /// What was said of it last.
    pub note: Option<String>,
    /// Its bytes.
    pub size: u64,
    /// Base64 MD5 of an upload's zip.
    pub md5: Option<String>,
    /// Hex SHA-256 of what is kept.
    pub sha256: String,
    /// When it was made or first came.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// When it was settled or acknowledged.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub settled_at: Option<Timestamp>,
}

/// One try to bring a container over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TryView {
    /// The how-manieth.
    pub number: u32,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What became of it, as a word.
    pub outcome: String,
    /// What the authority answered.
    pub code: Option<i32>,
    /// What was said.
    pub note: Option<String>,
}

/// A container with what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ContainerView {
    /// What the list says of it.
    pub row: MailRow,
    /// The hash of the ledger entry before.
    pub prev_hash: String,
    /// The hash of its ledger entry.
    pub hash: String,
    /// Every try, the latest first.
    pub tries: Vec<TryView>,
    /// A stretch of its elements.
    pub lines: Vec<TreeLine>,
    /// How many elements it has.
    pub elements: usize,
    /// Where the stretch begins.
    pub from: usize,
    /// Where the next stretch begins, when there is one.
    pub next: Option<usize>,
    /// Why it cannot be read.
    pub unreadable: Option<String>,
    /// Whether everything in it can be read.
    pub revealed: bool,
}

/// Which container, and where to begin.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct OpenContainer {
    /// The container.
    pub container: Uuid,
    /// The first element to show, counted from 0.
    #[serde(default)]
    pub from: usize,
}

/// Which container to show whole, and why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct RevealContainer {
    /// The container.
    pub container: Uuid,
    /// The first element to show, counted from 0.
    #[serde(default)]
    pub from: usize,
    /// Why; it stays in the audit trail.
    pub reason: String,
}

/// In which form a container is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContainerForm {
    /// The XML, in the character set it travelled in.
    Xml,
    /// The zip.
    Zip,
}

/// Which container to take away, in which form, and why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct TakeContainer {
    /// The container.
    pub container: Uuid,
    /// As what.
    pub form: ContainerForm,
    /// Why; it stays in the audit trail.
    pub reason: String,
}

/// A container as a file.
#[derive(Debug, Clone)]
pub struct ContainerFile {
    /// A name for it.
    pub name: String,
    /// Its media type.
    pub content_type: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl ContainerFile {
    /// An opened container in one of its forms.
    #[must_use]
    pub fn of(stem: &str, form: ContainerForm, opened: Opened) -> Self {
        match form {
            ContainerForm::Xml => {
                Self { name: format!("{stem}.xml"), content_type: "application/octet-stream", bytes: opened.xml }
            }
            ContainerForm::Zip => {
                Self { name: format!("{stem}.zip"), content_type: "application/zip", bytes: opened.zip }
            }
        }
    }
}

/// The containers, the newest first.
///
/// # Errors
/// When the actor may not, or a word is none of those there are.
pub async fn mailbox(world: &World, actor: &Actor, input: Mailbox) -> Result<Page<MailRow>> {
    require(actor, Act::Mailbox)?;
    let given = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let mut filter = Filter { bureau: given(input.bureau), ..Filter::default() };
    match given(input.direction).as_deref() {
        None => {}
        Some("upload") => filter.uploads = Some(true),
        Some("download") => filter.uploads = Some(false),
        Some(_) => return Err(Error::field("direction", "choice-unknown")),
    }
    if let Some(state) = given(input.state) {
        filter.upload_state = state.parse::<UploadState>().ok();
        filter.download_state = state.parse::<DownloadState>().ok();
        if filter.upload_state.is_none() && filter.download_state.is_none() {
            return Err(Error::field("state", "choice-unknown"));
        }
    }
    filter.words.extend(given(input.operation).map(|group| format!("{GROUP}{group}")));
    filter.words.extend(input.q.unwrap_or_default().split_whitespace().take(WORDS).map(str::to_owned));
    let wanted = page::wanted(input.cursor.as_deref())?;
    let reader = world.store.read().await?;
    let listing = store::mailbox::list(&reader, &filter, &wanted).await?;
    let mut groups = store::mailbox::words_of(&reader, listing.items.iter().map(Item::id), GROUP).await?;
    Ok(Page::of(listing, |item| {
        let words = groups.remove(&item.id()).unwrap_or_default();
        row(item, words)
    }))
}

/// A container with its place in the chain, every try, and a stretch of what is in it; who is meant is hidden.
///
/// # Errors
/// When there is no such container, or the actor may not.
pub async fn view_container(world: &World, actor: &Actor, input: OpenContainer) -> Result<ContainerView> {
    require(actor, Act::ViewContainer)?;
    look(world, input.container, input.from, false).await
}

/// The same with everything to be read, for a reason that is written down.
///
/// # Errors
/// When the reason is missing, there is no such container, or the actor may not.
pub async fn reveal_container(world: &World, actor: &Actor, input: RevealContainer) -> Result<ContainerView> {
    require(actor, Act::RevealContainer)?;
    let reason = reason(&input.reason)?;
    let view = look(world, input.container, input.from, true).await?;
    // What cannot be written down is not shown.
    note(world, actor, "reveal_container", &view.row, reason, json!({ "from": input.from })).await?;
    Ok(view)
}

/// The file itself, for a reason that is written down.
///
/// # Errors
/// When the reason is missing, there is no such container, it cannot be read, or the actor may not.
pub async fn take_container(world: &World, actor: &Actor, input: TakeContainer) -> Result<ContainerFile> {
    require(actor, Act::TakeContainer)?;
    let reason = reason(&input.reason)?;
    let (item, opened) = {
        let reader = world.store.read().await?;
        let item = store::mailbox::get(&reader, input.container).await?;
        let opened = open_mail::open(world, &reader, &item).await?;
        (item, opened)
    };
    let opened = opened.map_err(|_| Error::conflict("container-unreadable"))?;
    let row = row(item, Vec::new());
    note(world, actor, "take_container", &row, reason, json!({ "form": input.form })).await?;
    let stem: String = row.name.chars().filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
    let name = format!("{}-{}-{}-{stem}", row.bureau, row.direction.as_str(), row.entry);
    Ok(ContainerFile::of(&name, input.form, opened))
}

fn reason(text: &str) -> Result<String> {
    match text.trim() {
        "" => Err(Error::field("reason", "reason-missing")),
        reason => Ok(reason.to_owned()),
    }
}

async fn note(
    world: &World,
    actor: &Actor,
    act: &str,
    row: &MailRow,
    reason: String,
    more: serde_json::Value,
) -> Result<()> {
    let mut facts = json!({ "bureau": row.bureau, "direction": row.direction, "entry": row.entry });
    if let (Some(facts), serde_json::Value::Object(more)) = (facts.as_object_mut(), more) {
        facts.extend(more);
    }
    let tx = world.store.write().await?;
    Trail::by(actor, act, world.now()).on("container", row.id).because(reason).with(facts).write(&tx).await?;
    Ok(tx.commit().await?)
}

async fn look(world: &World, id: Uuid, from: usize, is_revealed: bool) -> Result<ContainerView> {
    let reader = world.store.read().await?;
    let item = store::mailbox::get(&reader, id).await?;
    let tries = store::mailbox::tries(&reader, id).await?;
    let opened = open_mail::open(world, &reader, &item).await?;
    let groups = store::mailbox::words_of(&reader, [id], GROUP).await?.remove(&id).unwrap_or_default();
    drop(reader);
    let (lines, elements, unreadable) = match opened {
        Ok(opened) => {
            let read = move || open_mail::lines(&opened.tree, from, LINES, is_revealed);
            // Pictures are made small for whoever may see them.
            let (lines, elements) = world.heavy.copy(read).await?;
            (lines, elements, None)
        }
        Err(why) => (Vec::new(), 0, Some(why)),
    };
    let (prev_hash, hash) = match &item {
        Item::Upload(upload) => (upload.prev_hash.clone(), upload.hash.clone()),
        Item::Download(download) => (download.prev_hash.clone(), download.hash.clone()),
    };
    let end = from + lines.len();
    Ok(ContainerView {
        row: row(item, groups),
        prev_hash,
        hash,
        tries: tries.into_iter().map(try_view).collect(),
        lines,
        elements,
        from,
        next: (end < elements).then_some(end),
        unreadable,
        revealed: is_revealed,
    })
}

fn try_view(one: Try) -> TryView {
    TryView { number: one.number, at: one.at, outcome: one.outcome, code: one.code, note: one.note }
}

fn row(item: Item, words: Vec<String>) -> MailRow {
    let groups = words.iter().filter_map(|word| word.strip_prefix(GROUP)).map(str::to_uppercase).collect();
    match item {
        Item::Upload(upload) => of_upload(upload),
        Item::Download(download) => of_download(download, groups),
    }
}

fn of_upload(upload: Upload) -> MailRow {
    MailRow {
        id: upload.id.0,
        direction: Direction::Upload,
        bureau: upload.bureau,
        entry: upload.entry,
        name: match upload.revision {
            0 => upload.sequence.to_string(),
            revision => format!("{}.{revision}", upload.sequence),
        },
        order: upload.order.map(|order| order.0),
        operations: vec![upload.operation],
        state: upload.state.as_str().to_owned(),
        times: upload.attempts,
        code: upload.code,
        note: upload.note,
        size: upload.size,
        md5: Some(upload.md5),
        sha256: upload.sha256,
        at: upload.created_at,
        settled_at: upload.settled_at,
    }
}

fn of_download(download: Download, groups: Vec<String>) -> MailRow {
    MailRow {
        id: download.id.0,
        direction: Direction::Download,
        bureau: download.bureau,
        entry: download.entry,
        name: download.file_name,
        order: None,
        operations: groups,
        state: download.state.as_str().to_owned(),
        times: download.times,
        code: None,
        note: download.alarm.or(download.note.filter(|_| download.state == DownloadState::Unreadable)),
        size: download.size,
        md5: None,
        sha256: download.sha256,
        at: download.received_at,
        settled_at: download.acked_at,
    }
}
