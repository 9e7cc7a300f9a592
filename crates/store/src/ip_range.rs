//! The provider's address ranges as they are filed with each bureau: sources, allocations, broadcasts, what was brought in.
//!
//! What counts among the ranges of one bureau and kind (`live`) never overlaps: whoever writes locks the bureau first
//! ([`lock`]) and asks [`overlapping`]. So the one range that can hold an address is found by one look into an index.

use std::net::Ipv4Addr;

use jiff::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::db::{after, insert_row, instant, micros, replace_row, stale_or_absent, table, taken};
use crate::seal::Cell;
use crate::{Cursor, Error, IpRangeId, Listing, Page, Reader, Result, Tx, UploadId, bureau, counter};

/// One record of a range.
#[derive(Debug, Clone, PartialEq)]
pub struct IpRange {
    /// Its id here.
    pub id: IpRangeId,
    /// The bureau it is filed with.
    pub bureau: String,
    /// What it says, as a word of `filing::ip_filing`.
    pub kind: String,
    /// The first address.
    pub first: Ipv4Addr,
    /// The last address.
    pub last: Ipv4Addr,
    /// Where it stands, as a word of `filing::ip_filing`.
    pub state: String,
    /// Whether it counts; what was deleted at the bureau does not.
    pub live: bool,
    /// Whether sites may stand on its addresses once it is filed.
    pub carries: bool,
    /// Whether a person is to look at it.
    pub flagged: bool,
    /// Our number of its last addition on the wire.
    pub wire: Option<i64>,
    /// What the bureau calls it.
    pub bureau_id: Option<i64>,
    /// The upload it was last sent with.
    pub upload: Option<UploadId>,
    /// All of it, as the caller built it; sealed, because it names people.
    pub content: serde_json::Value,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Counts changes; [`update`] compares and raises it.
    pub version: i64,
}

/// Which ranges of a list; those of one bureau.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this bureau.
    pub bureau: String,
    /// Of this kind.
    pub kind: Option<String>,
    /// In this state.
    pub state: Option<String>,
    /// That hold this address.
    pub holding: Option<Ipv4Addr>,
    /// At which a person is to look.
    pub flagged: bool,
}

table! {
    /// One range; an address is its number.
    mod row is "ip_range" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        bureau: String,
        kind: String,
        first: i64,
        last: i64,
        state: String,
        live: bool,
        carries: bool,
        flagged: bool,
        wire: Option<i64>,
        bureau_id: Option<i64>,
        upload_id: Option<Uuid>,
        content: Vec<u8>,
        created_at: i64,
        updated_at: i64,
        version: i64,
    }
}

const fn cell(id: Uuid) -> Cell<'static> {
    Cell { table: "ip_range", row: id, column: "content" }
}

fn number(address: Ipv4Addr) -> i64 {
    i64::from(u32::from(address))
}

fn address(number: i64) -> Result<Ipv4Addr> {
    u32::try_from(number).map(Ipv4Addr::from).map_err(|_| Error::Corrupt("an address"))
}

fn to_row(range: &IpRange, content: Vec<u8>) -> row::Model {
    row::Model {
        id: range.id.0,
        bureau: range.bureau.clone(),
        kind: range.kind.clone(),
        first: number(range.first),
        last: number(range.last),
        state: range.state.clone(),
        live: range.live,
        carries: range.carries,
        flagged: range.flagged,
        wire: range.wire,
        bureau_id: range.bureau_id,
        upload_id: range.upload.map(|id| id.0),
        content,
        created_at: micros(range.created_at),
        updated_at: micros(range.updated_at),
        version: range.version,
    }
}

async fn open(r: &Reader, rows: Vec<row::Model>) -> Result<Vec<IpRange>> {
    let keys = r.keys(rows.iter().map(|row| row.id)).await?;
    rows.into_iter()
        .map(|row| {
            Ok(IpRange {
                id: IpRangeId(row.id),
                first: address(row.first)?,
                last: address(row.last)?,
                content: keys.open_json(cell(row.id), &row.content)?,
                bureau: row.bureau,
                kind: row.kind,
                state: row.state,
                live: row.live,
                carries: row.carries,
                flagged: row.flagged,
                wire: row.wire,
                bureau_id: row.bureau_id,
                upload: row.upload_id.map(UploadId),
                created_at: instant(row.created_at)?,
                updated_at: instant(row.updated_at)?,
                version: row.version,
            })
        })
        .collect()
}

async fn first_of(r: &Reader, rows: Vec<row::Model>) -> Result<Option<IpRange>> {
    Ok(open(r, rows).await?.into_iter().next())
}

/// Makes the bureau known and keeps other writers of its ranges away until the transaction ends.
pub async fn lock(tx: &Tx, bureau: &str) -> Result<()> {
    bureau::ensure(tx, bureau).await?;
    bureau::lock(tx, bureau).await
}

/// Adds a range.
pub async fn insert(tx: &Tx, range: &IpRange) -> Result<()> {
    let key = tx.make_key(range.id.0).await?;
    let content = key.seal_json(&*tx.shared.entropy, cell(range.id.0), &range.content)?;
    insert_row(tx, to_row(range, content)).await.map_err(taken(&[("wire", "wire")]))
}

/// Writes a range over the version that was read, and raises it; `Conflict(Stale)` when somebody was first.
pub async fn update(tx: &Tx, range: &mut IpRange) -> Result<()> {
    let key = tx.key(range.id.0).await?;
    let content = key.seal_json(&*tx.shared.entropy, cell(range.id.0), &range.content)?;
    let mut row = to_row(range, content);
    row.version += 1;
    let same = Condition::all().add(row::Column::Id.eq(range.id.0)).add(row::Column::Version.eq(range.version));
    if replace_row(tx, row, same).await.map_err(taken(&[("wire", "wire")]))? == 0 {
        return Err(stale_or_absent(tx, row::Entity::find_by_id(range.id.0), "ip range").await);
    }
    range.version += 1;
    Ok(())
}

/// Takes a range away, with its key: one that no bureau ever had on its books.
pub async fn remove(tx: &Tx, id: IpRangeId) -> Result<()> {
    if row::Entity::delete_by_id(id.0).exec(tx.db()).await?.rows_affected == 0 {
        return Err(Error::NotFound("ip range"));
    }
    tx.forget_keys(&[id.0]).await
}

/// The range of this id.
pub async fn get(r: &Reader, id: IpRangeId) -> Result<IpRange> {
    let row = row::Entity::find_by_id(id.0).one(r.db()).await?;
    first_of(r, row.into_iter().collect()).await?.ok_or(Error::NotFound("ip range"))
}

/// The range of this id, locked until the transaction ends.
pub async fn get_for_update(tx: &Tx, id: IpRangeId) -> Result<IpRange> {
    let row = row::Entity::find_by_id(id.0).lock_exclusive().one(tx.db()).await?;
    first_of(tx, row.into_iter().collect()).await?.ok_or(Error::NotFound("ip range"))
}

/// The ranges of a bureau by their first address.
pub async fn list(r: &Reader, filter: &Filter, page: &Page) -> Result<Listing<IpRange>> {
    let mut query = row::Entity::find().filter(row::Column::Bureau.eq(&filter.bureau));
    if let Some(kind) = &filter.kind {
        query = query.filter(row::Column::Kind.eq(kind));
    }
    if let Some(state) = &filter.state {
        query = query.filter(row::Column::State.eq(state));
    }
    if let Some(address) = filter.holding {
        query = query.filter(row::Column::First.lte(number(address))).filter(row::Column::Last.gte(number(address)));
    }
    if filter.flagged {
        query = query.filter(row::Column::Flagged.eq(true));
    }
    if let Some(cursor) = page.after {
        query = query.filter(after((row::Column::First, cursor.at), (row::Column::Id, cursor.id)));
    }
    let rows =
        query.order_by_asc(row::Column::First).order_by_asc(row::Column::Id).limit(page.probe()).all(r.db()).await?;
    let cursor = |range: &IpRange| Cursor { at: number(range.first), id: range.id.0 };
    Ok(page.cut(open(r, rows).await?, cursor))
}

/// Ranges of a bureau and kind that count and have an address in common with a stretch (at most `limit`), by address.
pub async fn overlapping(
    r: &Reader,
    (bureau, kind): (&str, &str),
    (first, last): (Ipv4Addr, Ipv4Addr),
    but: Option<IpRangeId>,
    limit: u64,
) -> Result<Vec<(Ipv4Addr, Ipv4Addr, String)>> {
    let alike = || {
        let mut alike = Condition::all()
            .add(row::Column::Bureau.eq(bureau))
            .add(row::Column::Kind.eq(kind))
            .add(row::Column::Live.eq(true));
        if let Some(but) = but {
            alike = alike.add(row::Column::Id.ne(but.0));
        }
        row::Entity::find()
            .select_only()
            .columns([row::Column::First, row::Column::Last, row::Column::State])
            .filter(alike)
    };
    // What counts does not overlap: of those that begin before the stretch only the nearest can reach into it.
    let before: Option<(i64, i64, String)> = alike()
        .filter(row::Column::First.lt(number(first)))
        .order_by_desc(row::Column::First)
        .limit(1)
        .into_tuple()
        .one(r.db())
        .await?;
    let within: Vec<(i64, i64, String)> = alike()
        .filter(row::Column::First.gte(number(first)))
        .filter(row::Column::First.lte(number(last)))
        .order_by_asc(row::Column::First)
        .limit(limit)
        .into_tuple()
        .all(r.db())
        .await?;
    before
        .into_iter()
        .filter(|(_, reach, _)| *reach >= number(first))
        .chain(within)
        .map(|(first, last, state)| Ok((address(first)?, address(last)?, state)))
        .collect()
}

/// The range of a bureau and kind that counts and holds an address.
pub async fn holding(r: &Reader, bureau: &str, kind: &str, held: Ipv4Addr) -> Result<Option<IpRange>> {
    let nearest = row::Entity::find()
        .filter(row::Column::Bureau.eq(bureau))
        .filter(row::Column::Kind.eq(kind))
        .filter(row::Column::Live.eq(true))
        .filter(row::Column::First.lte(number(held)))
        .order_by_desc(row::Column::First)
        .limit(1)
        .all(r.db())
        .await?;
    first_of(r, nearest.into_iter().filter(|row| row.last >= number(held)).collect()).await
}

/// Whether a bureau has any range that sites may stand on, in one of these states.
pub async fn any_carrying(r: &Reader, bureau: &str, states: &[&str]) -> Result<bool> {
    for state in states {
        let found = row::Entity::find()
            .select_only()
            .column(row::Column::Id)
            .filter(row::Column::Bureau.eq(bureau))
            .filter(row::Column::State.eq(*state))
            .filter(row::Column::Carries.eq(true))
            .limit(1)
            .into_tuple::<Uuid>()
            .one(r.db())
            .await?;
        if found.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A number for an addition on the wire, never given before.
pub async fn next_wire(tx: &Tx) -> Result<i64> {
    counter::next(tx, "wire:ip_range").await
}

/// The range whose last addition had this number of ours.
pub async fn find_by_wire(r: &Reader, bureau: &str, wire: i64) -> Result<Option<IpRange>> {
    let rows = row::Entity::find()
        .filter(row::Column::Wire.eq(wire))
        .filter(row::Column::Bureau.eq(bureau))
        .limit(1)
        .all(r.db())
        .await?;
    first_of(r, rows).await
}

/// The range that the bureau calls so.
pub async fn find_by_bureau_id(r: &Reader, bureau: &str, kind: &str, bureau_id: i64) -> Result<Option<IpRange>> {
    let rows = row::Entity::find()
        .filter(row::Column::Bureau.eq(bureau))
        .filter(row::Column::Kind.eq(kind))
        .filter(row::Column::BureauId.eq(bureau_id))
        .order_by_desc(row::Column::Live)
        .limit(1)
        .all(r.db())
        .await?;
    first_of(r, rows).await
}

/// The ranges last sent with an upload, by address (at most `limit`).
pub async fn of_upload(r: &Reader, upload: UploadId, limit: u64) -> Result<Vec<IpRange>> {
    let rows = row::Entity::find()
        .filter(row::Column::UploadId.eq(upload.0))
        .order_by_asc(row::Column::First)
        .order_by_asc(row::Column::Id)
        .limit(limit)
        .all(r.db())
        .await?;
    open(r, rows).await
}

/// Notes that the ranges of an upload go with another one: its bytes took another number.
pub async fn move_upload(tx: &Tx, from: UploadId, to: UploadId) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::UploadId, Expr::value(to.0))
        .filter(row::Column::UploadId.eq(from.0))
        .exec(tx.db())
        .await?;
    Ok(())
}
