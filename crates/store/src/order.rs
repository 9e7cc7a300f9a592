//! Orders: filings in progress, what was typed, what was submitted, and what each holds on to.

use filing::draft::Draft;
use filing::stage::{Stage, StageKind};
use jiff::Timestamp;
use jiff::civil::Date;
use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::db::{
    insert_row, instant, json, micros, opt_instant, opt_micros, parse_json, replace_row, small, stale_or_absent, table,
    taken,
};
use crate::seal::{Cell, DataKey, Keys};
use crate::{AccountId, Conflict, Cursor, Error, Listing, OrderId, Page, Reader, ResourceId, Result, Tx, counter};

/// One order. `claimed_by`, the stage's kind and the domains are derived from `stage` and `draft` when it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// The number people use, such as `B2026-1121-0042`; see [`next_number`].
    pub number: String,
    /// Whose.
    pub account: AccountId,
    /// What is asked, as a word of `filing::stage::Action`.
    pub action: String,
    /// The two-digit code of the deciding province; empty while not given.
    pub province: String,
    /// The subject's nature as a word; empty while not given.
    pub nature: String,
    /// Where it stands; sealed, only its kind is plain.
    pub stage: Stage,
    /// What was typed; sealed, only the domain names are plain.
    pub draft: Draft,
    /// Which sections were looked at, agreements, and the like (no personal data).
    pub facts: serde_json::Value,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it came to its present stage.
    pub entered_at: Timestamp,
    /// When a timer must look at it next.
    pub due_at: Option<Timestamp>,
    /// Counts changes; [`update`] compares and raises it.
    pub version: i64,
}

/// What the applicant submitted, as it was then.
#[derive(Debug, Clone, PartialEq)]
pub struct Submission {
    /// Of which order.
    pub order: OrderId,
    /// The how-manieth, from 1; unique for an order.
    pub round: u32,
    /// What was submitted; sealed.
    pub draft: Draft,
    /// Versions of the agreements accepted and the like (no personal data).
    pub facts: serde_json::Value,
    /// When.
    pub at: Timestamp,
}

/// Which orders a list holds; an absent condition lets all through.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this account.
    pub account: Option<AccountId>,
    /// At one of these stages; all when empty.
    pub stages: Vec<StageKind>,
    /// Claimed by this reviewer.
    pub claimed_by: Option<AccountId>,
    /// Decided by this province.
    pub province: Option<String>,
    /// With a site of this registrable domain name.
    pub domain: Option<String>,
}

/// In which direction a list of orders runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// By opening, the newest first.
    #[default]
    Newest,
    /// By arrival at the present stage, the longest waiting first.
    LongestWaiting,
}

/// What one running order at a time may hold on to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hold {
    /// The account: it has one running order.
    Account(AccountId),
    /// The subject with this certificate: it has one running order, whoever files for it.
    Subject {
        /// The kind of certificate.
        certificate_kind: String,
        /// Its number; kept as a keyed hash.
        certificate_number: String,
    },
    /// The registrable domain name.
    Domain(String),
}

table! {
    /// One order; stage and draft lie sealed under its key.
    mod row is "order" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        number: String,
        account_id: Uuid,
        action: String,
        province: String,
        nature: String,
        stage: String,
        claimed_by: Option<Uuid>,
        sealed_stage: Vec<u8>,
        sealed_draft: Vec<u8>,
        facts: String,
        created_at: i64,
        updated_at: i64,
        entered_at: i64,
        due_at: Option<i64>,
        version: i64,
    }
}

table! {
    /// One domain name of an order.
    mod domain is "order_domain" {
        #[sea_orm(primary_key, auto_increment = false)]
        order_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        position: i64,
        domain: String,
        resource_id: Option<Uuid>,
    }
}

table! {
    /// One thing a running order holds on to.
    mod held is "order_hold" {
        #[sea_orm(primary_key, auto_increment = false)]
        kind: String,
        #[sea_orm(primary_key, auto_increment = false)]
        key: String,
        order_id: Uuid,
    }
}

table! {
    /// One submission; the draft lies sealed under the order's key.
    mod submitted is "submission" {
        #[sea_orm(primary_key, auto_increment = false)]
        order_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        round: i64,
        sealed: Vec<u8>,
        facts: String,
        at: i64,
    }
}

const fn cell(id: OrderId, column: &str) -> Cell<'_> {
    Cell { table: "order", row: id.0, column }
}

fn to_row(tx: &Tx, key: &DataKey, order: &Order) -> Result<row::Model> {
    let entropy = &*tx.shared.entropy;
    let claimed_by = match &order.stage {
        Stage::InReview { reviewer, .. } => Some(*reviewer),
        _ => None,
    };
    Ok(row::Model {
        id: order.id.0,
        number: order.number.clone(),
        account_id: order.account.0,
        action: order.action.clone(),
        province: order.province.clone(),
        nature: order.nature.clone(),
        stage: order.stage.kind().as_str().to_owned(),
        claimed_by,
        sealed_stage: key.seal_json(entropy, cell(order.id, "stage"), &order.stage)?,
        sealed_draft: key.seal_json(entropy, cell(order.id, "draft"), &order.draft)?,
        facts: json(&order.facts)?,
        created_at: micros(order.created_at),
        updated_at: micros(order.updated_at),
        entered_at: micros(order.entered_at),
        due_at: opt_micros(order.due_at),
        version: order.version,
    })
}

fn from_row(row: row::Model, keys: &Keys) -> Result<Order> {
    let id = OrderId(row.id);
    let stage: Stage = keys.open_json(cell(id, "stage"), &row.sealed_stage)?;
    if stage.kind().as_str() != row.stage {
        return Err(Error::Corrupt("an order's stage differs from its sealed one"));
    }
    Ok(Order {
        id,
        number: row.number,
        account: AccountId(row.account_id),
        action: row.action,
        province: row.province,
        nature: row.nature,
        stage,
        draft: keys.open_json(cell(id, "draft"), &row.sealed_draft)?,
        facts: parse_json(&row.facts)?,
        created_at: instant(row.created_at)?,
        updated_at: instant(row.updated_at)?,
        entered_at: instant(row.entered_at)?,
        due_at: opt_instant(row.due_at)?,
        version: row.version,
    })
}

/// The domain names of a draft as they are looked up: trimmed, lower case; the first site's may still stand in `basic`.
fn domains(order: &Order) -> Vec<domain::Model> {
    let draft = &order.draft;
    let basic = (&draft.basic.domain, &draft.basic.resource);
    let sites = draft.sites.iter().map(|site| (&site.domain, &site.resource));
    let mut rows: Vec<domain::Model> = Vec::new();
    for (name, resource) in std::iter::once(basic).chain(sites) {
        let name = name.trim().trim_end_matches('.').to_lowercase();
        let resource_id = resource.trim().parse().ok();
        if name.is_empty() {
            continue;
        }
        if let Some(known) = rows.iter_mut().find(|row| row.domain == name) {
            known.resource_id = resource_id.or(known.resource_id);
            continue;
        }
        let position = rows.len() as i64;
        rows.push(domain::Model { order_id: order.id.0, position, domain: name, resource_id });
    }
    rows
}

async fn put_domains(tx: &Tx, order: &Order) -> Result<()> {
    let wanted = domains(order);
    let mine = || domain::Column::OrderId.eq(order.id.0);
    let present = domain::Entity::find().filter(mine()).order_by_asc(domain::Column::Position).all(tx.db()).await?;
    if present != wanted {
        domain::Entity::delete_many().filter(mine()).exec(tx.db()).await?;
        for row in wanted {
            insert_row(tx, row).await?;
        }
    }
    Ok(())
}

async fn hold_key(r: &Reader, hold: &Hold) -> Result<(String, String)> {
    Ok(match hold {
        Hold::Account(id) => ("account".to_owned(), id.to_string()),
        Hold::Subject { certificate_kind, certificate_number } => {
            ("subject".to_owned(), r.certificate_hash(certificate_kind, certificate_number).await?)
        }
        Hold::Domain(name) => ("domain".to_owned(), name.trim().trim_end_matches('.').to_lowercase()),
    })
}

impl Reader {
    /// The keyed hash of a certificate: blanks and case do not count.
    pub(crate) async fn certificate_hash(&self, kind: &str, number: &str) -> Result<String> {
        let number: String = number.chars().filter(|c| !c.is_whitespace()).collect();
        self.blind("certificate", &format!("{kind}:{}", number.to_uppercase())).await
    }
}

/// The next number of that day, such as `B2026-1121-0042`.
pub async fn next_number(tx: &Tx, day: Date) -> Result<String> {
    let date = format!("{:04}-{:02}{:02}", day.year(), day.month(), day.day());
    let n = counter::next(tx, &format!("order:{date}")).await?;
    Ok(format!("B{date}-{n:04}"))
}

/// Adds an order.
pub async fn insert(tx: &Tx, order: &Order) -> Result<()> {
    let key = tx.make_key(order.id.0).await?;
    insert_row(tx, to_row(tx, &key, order)?).await.map_err(taken(&[("number", "number")]))?;
    put_domains(tx, order).await
}

/// The order of this id.
pub async fn get(r: &Reader, id: OrderId) -> Result<Order> {
    let row = row::Entity::find_by_id(id.0).one(r.db()).await?.ok_or(Error::NotFound("order"))?;
    from_row(row, &r.keys([id.0]).await?)
}

/// The order of this id, locked until the transaction ends.
pub async fn get_for_update(tx: &Tx, id: OrderId) -> Result<Order> {
    let row = row::Entity::find_by_id(id.0).lock_exclusive().one(tx.db()).await?.ok_or(Error::NotFound("order"))?;
    from_row(row, &tx.keys([id.0]).await?)
}

/// The order of this number.
pub async fn find_by_number(r: &Reader, number: &str) -> Result<Option<Order>> {
    let Some(row) = row::Entity::find().filter(row::Column::Number.eq(number)).one(r.db()).await? else {
        return Ok(None);
    };
    let keys = r.keys([row.id]).await?;
    from_row(row, &keys).map(Some)
}

/// Writes the order if nobody changed it since it was read (`Conflict(Stale)`); raises `version`.
pub async fn update(tx: &Tx, order: &mut Order) -> Result<()> {
    let key = tx.key(order.id.0).await.map_err(|error| match error {
        Error::Sealed("its key was destroyed") => Error::NotFound("order"),
        other => other,
    })?;
    let mut row = to_row(tx, &key, order)?;
    row.version += 1;
    let same = Condition::all().add(row::Column::Id.eq(row.id)).add(row::Column::Version.eq(order.version));
    if replace_row(tx, row, same).await.map_err(taken(&[("number", "number")]))? == 0 {
        return Err(stale_or_absent(tx, row::Entity::find_by_id(order.id.0), "order").await);
    }
    put_domains(tx, order).await?;
    order.version += 1;
    Ok(())
}

/// Orders that pass the filter.
pub async fn list(r: &Reader, filter: &Filter, sort: Sort, page: &Page) -> Result<Listing<Order>> {
    let mut find = row::Entity::find();
    if let Some(account) = filter.account {
        find = find.filter(row::Column::AccountId.eq(account.0));
    }
    if !filter.stages.is_empty() {
        find = find.filter(row::Column::Stage.is_in(filter.stages.iter().map(|stage| stage.as_str())));
    }
    if let Some(reviewer) = filter.claimed_by {
        find = find.filter(row::Column::ClaimedBy.eq(reviewer.0));
    }
    if let Some(province) = &filter.province {
        find = find.filter(row::Column::Province.eq(province));
    }
    if let Some(name) = &filter.domain {
        let with = Query::select()
            .column(domain::Column::OrderId)
            .from(domain::Entity)
            .and_where(domain::Column::Domain.eq(name.to_lowercase()))
            .to_owned();
        find = find.filter(row::Column::Id.in_subquery(with));
    }
    let time = match sort {
        Sort::Newest => row::Column::CreatedAt,
        Sort::LongestWaiting => row::Column::EnteredAt,
    };
    if let Some(Cursor { at, id }) = page.after {
        let (time, id) = ((time, at), (row::Column::Id, id));
        find = find.filter(match sort {
            Sort::Newest => crate::db::before(time, id),
            Sort::LongestWaiting => crate::db::after(time, id),
        });
    }
    let find = match sort {
        Sort::Newest => find.order_by_desc(time).order_by_desc(row::Column::Id),
        Sort::LongestWaiting => find.order_by_asc(time).order_by_asc(row::Column::Id),
    };
    let rows = find.limit(page.probe()).all(r.db()).await?;
    let listing = page
        .cut(rows, |row| Cursor { at: if sort == Sort::Newest { row.created_at } else { row.entered_at }, id: row.id });
    let keys = r.keys(listing.items.iter().map(|row| row.id)).await?;
    listing.try_map(|row| from_row(row, &keys))
}

/// Orders whose timer is due, the longest due first.
pub async fn due(r: &Reader, now: Timestamp, limit: u64) -> Result<Vec<OrderId>> {
    let ids: Vec<Uuid> = row::Entity::find()
        .select_only()
        .column(row::Column::Id)
        .filter(row::Column::DueAt.lte(micros(now)))
        .order_by_asc(row::Column::DueAt)
        .limit(limit)
        .into_tuple()
        .all(r.db())
        .await?;
    Ok(ids.into_iter().map(OrderId).collect())
}

/// How many orders a reviewer has claimed.
pub async fn count_claimed(r: &Reader, reviewer: AccountId) -> Result<u64> {
    let mine = row::Entity::find()
        .filter(row::Column::Stage.eq(StageKind::InReview.as_str()))
        .filter(row::Column::ClaimedBy.eq(reviewer.0));
    Ok(mine.count(r.db()).await?)
}

/// How many orders are at each stage that is not final.
pub async fn count_running(r: &Reader) -> Result<Vec<(StageKind, u64)>> {
    let mut counts = Vec::new();
    for kind in StageKind::ALL {
        if !StageKind::FINAL.contains(&kind) {
            let n = row::Entity::find().filter(row::Column::Stage.eq(kind.as_str())).count(r.db()).await?;
            counts.push((kind, n));
        }
    }
    Ok(counts)
}

/// The running orders with a site on this resource (at most 200).
pub async fn running_on_resource(r: &Reader, resource: ResourceId) -> Result<Vec<OrderId>> {
    let ended = StageKind::FINAL.map(StageKind::as_str);
    let on = Query::select()
        .column(domain::Column::OrderId)
        .from(domain::Entity)
        .and_where(domain::Column::ResourceId.eq(resource.0))
        .to_owned();
    let ids: Vec<Uuid> = row::Entity::find()
        .select_only()
        .column(row::Column::Id)
        .filter(row::Column::Id.in_subquery(on))
        .filter(row::Column::Stage.is_not_in(ended))
        .order_by_asc(row::Column::CreatedAt)
        .limit(200)
        .into_tuple()
        .all(r.db())
        .await?;
    Ok(ids.into_iter().map(OrderId).collect())
}

/// Makes the order hold on to something; `Conflict(Running(other))` when another order has it. Repeating is harmless.
pub async fn hold(tx: &Tx, order: OrderId, hold: &Hold) -> Result<()> {
    let (kind, key) = hold_key(tx, hold).await?;
    let row = held::Model { kind: kind.clone(), key: key.clone(), order_id: order.0 };
    held::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns([held::Column::Kind, held::Column::Key]).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.db())
        .await?;
    match held::Entity::find_by_id((kind, key)).one(tx.db()).await? {
        Some(row) if row.order_id == order.0 => Ok(()),
        Some(row) => Err(Error::Conflict(Conflict::Running(OrderId(row.order_id)))),
        None => Err(Error::Unavailable("the hold was just let go".to_owned())),
    }
}

/// Which order holds on to it.
pub async fn held_by(r: &Reader, hold: &Hold) -> Result<Option<OrderId>> {
    let key = hold_key(r, hold).await?;
    Ok(held::Entity::find_by_id(key).one(r.db()).await?.map(|row| OrderId(row.order_id)))
}

/// Lets go of everything the order held, when it ends or falls back.
pub async fn release_holds(tx: &Tx, order: OrderId) -> Result<()> {
    held::Entity::delete_many().filter(held::Column::OrderId.eq(order.0)).exec(tx.db()).await?;
    Ok(())
}

/// Keeps what was submitted.
pub async fn add_submission(tx: &Tx, submission: &Submission) -> Result<()> {
    let key = tx.key(submission.order.0).await?;
    let column = format!("submission.{}", submission.round);
    let row = submitted::Model {
        order_id: submission.order.0,
        round: i64::from(submission.round),
        sealed: key.seal_json(&*tx.shared.entropy, cell(submission.order, &column), &submission.draft)?,
        facts: json(&submission.facts)?,
        at: micros(submission.at),
    };
    insert_row(tx, row).await.map_err(taken(&[("round", "round")]))
}

/// Everything that was submitted for the order, by round.
pub async fn submissions(r: &Reader, order: OrderId) -> Result<Vec<Submission>> {
    let rows = submitted::Entity::find()
        .filter(submitted::Column::OrderId.eq(order.0))
        .order_by_asc(submitted::Column::Round)
        .all(r.db())
        .await?;
    let keys = r.keys([order.0]).await?;
    let open = |row: submitted::Model| {
        let round = small(row.round)?;
        Ok(Submission {
            order,
            round,
            draft: keys.open_json(cell(order, &format!("submission.{round}")), &row.sealed)?,
            facts: parse_json(&row.facts)?,
            at: instant(row.at)?,
        })
    };
    rows.into_iter().map(open).collect()
}
