//! Outbound mail and text messages.

use jiff::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::db::{insert_row, instant, micros, opt_instant, opt_micros, small, table, taken};
use crate::seal::{Cell, Keys};
use crate::words::words;
use crate::{AccountId, Conflict, Cursor, Error, Listing, MessageId, OrderId, Page, Reader, Result, Tx};

words! {
    /// By which way a message goes.
    pub enum Channel {
        /// By mail.
        Mail = "mail",
        /// By text message.
        Sms = "sms",
    }
}

words! {
    /// Where a message stands.
    pub enum MessageState {
        /// Waiting to be sent.
        Queued = "queued",
        /// Handed to the provider.
        Sent = "sent",
        /// Given up.
        Failed = "failed",
    }
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// By which way.
    pub channel: Channel,
    /// For which account.
    pub account: Option<AccountId>,
    /// About which order.
    pub order: Option<OrderId>,
    /// Which text it is, such as `filed`.
    pub template: String,
    /// To which address or number; sealed.
    pub recipient: String,
    /// The subject line; sealed, empty for a text message.
    pub subject: String,
    /// The text; sealed.
    pub body: String,
    /// Where it stands.
    pub state: MessageState,
    /// How often sending was tried.
    pub attempts: u32,
    /// The provider's id of it.
    pub provider_id: Option<String>,
    /// What went wrong last (no personal data).
    pub error: Option<String>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was handed to the provider.
    pub sent_at: Option<Timestamp>,
}

table! {
    /// One message; recipient and words lie in `sealed`.
    mod row is "message" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        channel: String,
        account_id: Option<Uuid>,
        order_id: Option<Uuid>,
        template: String,
        state: String,
        attempts: i64,
        provider_id: Option<String>,
        error: Option<String>,
        sealed: Vec<u8>,
        created_at: i64,
        sent_at: Option<i64>,
    }
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Personal {
    recipient: String,
    subject: String,
    body: String,
}

const fn cell(id: MessageId) -> Cell<'static> {
    Cell { table: "message", row: id.0, column: "sealed" }
}

fn from_row(row: row::Model, keys: &Keys) -> Result<Message> {
    let id = MessageId(row.id);
    let Personal { recipient, subject, body } = keys.open_json(cell(id), &row.sealed)?;
    Ok(Message {
        id,
        channel: row.channel.parse()?,
        account: row.account_id.map(AccountId),
        order: row.order_id.map(OrderId),
        template: row.template,
        recipient,
        subject,
        body,
        state: row.state.parse()?,
        attempts: small(row.attempts)?,
        provider_id: row.provider_id,
        error: row.error,
        created_at: instant(row.created_at)?,
        sent_at: opt_instant(row.sent_at)?,
    })
}

/// Adds a message.
pub async fn insert(tx: &Tx, message: &Message) -> Result<()> {
    let key = tx.make_key(message.id.0).await?;
    let personal =
        Personal { recipient: message.recipient.clone(), subject: message.subject.clone(), body: message.body.clone() };
    let row = row::Model {
        id: message.id.0,
        channel: message.channel.to_string(),
        account_id: message.account.map(|id| id.0),
        order_id: message.order.map(|id| id.0),
        template: message.template.clone(),
        state: message.state.to_string(),
        attempts: i64::from(message.attempts),
        provider_id: message.provider_id.clone(),
        error: message.error.clone(),
        sealed: key.seal_json(&*tx.shared.entropy, cell(message.id), &personal)?,
        created_at: micros(message.created_at),
        sent_at: opt_micros(message.sent_at),
    };
    insert_row(tx, row).await.map_err(taken(&[]))
}

/// The message of this id.
pub async fn get(r: &Reader, id: MessageId) -> Result<Message> {
    let row = row::Entity::find_by_id(id.0).one(r.db()).await?.ok_or(Error::NotFound("message"))?;
    from_row(row, &r.keys([id.0]).await?)
}

/// Notes that it was handed over; `Conflict(State)` when it already was.
pub async fn mark_sent(tx: &Tx, id: MessageId, at: Timestamp, provider_id: Option<&str>) -> Result<()> {
    let sent = row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(MessageState::Sent.as_str()))
        .col_expr(row::Column::SentAt, Expr::value(micros(at)))
        .col_expr(row::Column::ProviderId, Expr::value(provider_id.map(str::to_owned)))
        .col_expr(row::Column::Error, Expr::value(Option::<String>::None))
        .col_expr(row::Column::Attempts, Expr::col(row::Column::Attempts).add(1))
        .filter(row::Column::Id.eq(id.0))
        .filter(row::Column::State.ne(MessageState::Sent.as_str()))
        .exec(tx.db())
        .await?;
    if sent.rows_affected == 0 { Err(Error::Conflict(Conflict::State)) } else { Ok(()) }
}

/// Notes a failed try; `give_up` ends it.
pub async fn mark_failed(tx: &Tx, id: MessageId, error: &str, give_up: bool) -> Result<()> {
    let state = if give_up { MessageState::Failed } else { MessageState::Queued };
    let failed = row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(state.as_str()))
        .col_expr(row::Column::Error, Expr::value(error))
        .col_expr(row::Column::Attempts, Expr::col(row::Column::Attempts).add(1))
        .filter(row::Column::Id.eq(id.0))
        .filter(row::Column::State.ne(MessageState::Sent.as_str()))
        .exec(tx.db())
        .await?;
    if failed.rows_affected == 0 { Err(Error::Conflict(Conflict::State)) } else { Ok(()) }
}

/// Messages, newest first: of one account, of one order, or all.
pub async fn list(
    r: &Reader,
    account: Option<AccountId>,
    order: Option<OrderId>,
    page: &Page,
) -> Result<Listing<Message>> {
    let mut find = row::Entity::find();
    if let Some(account) = account {
        find = find.filter(row::Column::AccountId.eq(account.0));
    }
    if let Some(order) = order {
        find = find.filter(row::Column::OrderId.eq(order.0));
    }
    if let Some(Cursor { at, id }) = page.after {
        find = find.filter(crate::db::before((row::Column::CreatedAt, at), (row::Column::Id, id)));
    }
    let rows = find
        .order_by_desc(row::Column::CreatedAt)
        .order_by_desc(row::Column::Id)
        .limit(page.probe())
        .all(r.db())
        .await?;
    let listing = page.cut(rows, |row| Cursor { at: row.created_at, id: row.id });
    let keys = r.keys(listing.items.iter().map(|row| row.id)).await?;
    listing.try_map(|row| from_row(row, &keys))
}
