//! The data keys and the rotation of the master key that wraps them.

use sea_orm::IntoActiveModel;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::db::{insert_row, table, unsigned};
use crate::seal::{DataKey, Keys, Secret, blind_index};
use crate::{Error, Reader, Result, Store, Tx, audit};

table! {
    /// One data key, wrapped by a master key.
    mod row is "data_key" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        master: String,
        wrapped: Vec<u8>,
    }
}

/// The id of the key of the blind indexes: it is wrapped like a data key, so that it outlives its master key.
const INDEX_KEY: Uuid = Uuid::nil();

/// How many data keys a master key wraps.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Wrapped {
    /// The master key's id.
    pub master: String,
    /// Whether the keyring holds it.
    pub known: bool,
    /// Whether it is the one that seals.
    pub current: bool,
    /// How many data keys it wraps.
    pub keys: u64,
}

/// What a rotation did.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Rotated {
    /// How many data keys were wrapped anew.
    pub rewrapped: u64,
    /// How many remain under another master key.
    pub remaining: u64,
}

impl Tx {
    /// Makes a fresh key for a record.
    pub(crate) async fn make_key(&self, id: Uuid) -> Result<DataKey> {
        let key = DataKey::fresh(&*self.shared.entropy, id);
        let wrapped = self.shared.keyring.wrap(&*self.shared.entropy, id, &key.secret)?;
        let master = self.shared.keyring.current().to_owned();
        insert_row(self, row::Model { id, master, wrapped }).await.map_err(crate::db::taken(&[]))?;
        Ok(key)
    }

    /// Destroys the key of a record, and with it all that was sealed with it.
    pub(crate) async fn forget_key(&self, id: Uuid) -> Result<()> {
        row::Entity::delete_by_id(id).exec(self.db()).await?;
        Ok(())
    }

    /// Destroys the keys of many records.
    pub(crate) async fn forget_keys(&self, ids: &[Uuid]) -> Result<()> {
        row::Entity::delete_many().filter(row::Column::Id.is_in(ids.iter().copied())).exec(self.db()).await?;
        Ok(())
    }
}

impl Reader {
    /// The key of a record.
    pub(crate) async fn key(&self, id: Uuid) -> Result<DataKey> {
        let row = row::Entity::find_by_id(id).one(self.db()).await?.ok_or(Error::Sealed("its key was destroyed"))?;
        Ok(DataKey { id, secret: self.shared.keyring.unwrap(id, &row.master, &row.wrapped)? })
    }

    /// The keys of several records; those that were destroyed are absent.
    pub(crate) async fn keys(&self, ids: impl IntoIterator<Item = Uuid> + Send) -> Result<Keys> {
        let mut ids: Vec<Uuid> = ids.into_iter().collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok(Keys(Default::default()));
        }
        let rows = row::Entity::find().filter(row::Column::Id.is_in(ids)).all(self.db()).await?;
        let open = |row: row::Model| -> Result<(Uuid, DataKey)> {
            let secret = self.shared.keyring.unwrap(row.id, &row.master, &row.wrapped)?;
            Ok((row.id, DataKey { id: row.id, secret }))
        };
        Ok(Keys(rows.into_iter().map(open).collect::<Result<_>>()?))
    }

    /// The keyed hash under which a sealed value is found again.
    pub(crate) async fn blind(&self, domain: &str, value: &str) -> Result<String> {
        let key: &Secret = self
            .shared
            .index_key
            .get_or_try_init(|| async { Ok::<_, Error>(self.key(INDEX_KEY).await?.secret) })
            .await?;
        blind_index(key, domain, value)
    }
}

/// Makes the key of the blind indexes unless there is one, and opens it.
pub(crate) async fn ensure_index_key(store: &Store) -> Result<()> {
    let tx = store.write().await?;
    let shared = &store.shared;
    let fresh = DataKey::fresh(&*shared.entropy, INDEX_KEY);
    let wrapped = shared.keyring.wrap(&*shared.entropy, INDEX_KEY, &fresh.secret)?;
    let row = row::Model { id: INDEX_KEY, master: shared.keyring.current().to_owned(), wrapped };
    row::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(row::Column::Id).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.db())
        .await?;
    // Opening it here tells a wrong keyring at the start instead of at the first log-in.
    tx.blind("", "").await?;
    tx.commit().await
}

/// Which master keys wrap how many data keys.
///
/// # Errors
/// When the database is away.
pub async fn status(r: &Reader) -> Result<Vec<Wrapped>> {
    let counts: Vec<(String, i64)> = row::Entity::find()
        .select_only()
        .column(row::Column::Master)
        .column_as(row::Column::Id.count(), "n")
        .group_by(row::Column::Master)
        .order_by_asc(row::Column::Master)
        .into_tuple()
        .all(r.db())
        .await?;
    let ring = &r.shared.keyring;
    counts
        .into_iter()
        .map(|(master, n)| {
            let (known, current) = (ring.holds(&master), ring.current() == master);
            Ok(Wrapped { known, current, keys: unsigned(n)?, master })
        })
        .collect()
}

/// Wraps every data key anew under the keyring's current master key, `batch` keys per transaction; can be interrupted
/// and repeated at any time. Writes the caller's audit line, with the numbers added to its facts, at the end.
///
/// # Errors
/// When a key cannot be opened with this keyring, or the database is away; what was done until then stays done.
pub async fn rotate(store: &Store, batch: u64, line: &audit::Line) -> Result<Rotated> {
    let ring = &store.shared.keyring;
    let mut rewrapped = 0;
    loop {
        let tx = store.write().await?;
        let rows = row::Entity::find()
            .filter(row::Column::Master.ne(ring.current()))
            .order_by_asc(row::Column::Id)
            .limit(batch.max(1))
            .lock_exclusive()
            .all(tx.db())
            .await?;
        if rows.is_empty() {
            let remaining = row::Entity::find().filter(row::Column::Master.ne(ring.current())).count(tx.db()).await?;
            let mut line = line.clone();
            if let Some(facts) = line.facts.as_object_mut() {
                facts.insert("rewrapped".to_owned(), rewrapped.into());
                facts.insert("master".to_owned(), ring.current().into());
            }
            audit::append(&tx, &line).await?;
            tx.commit().await?;
            return Ok(Rotated { rewrapped, remaining });
        }
        for row in rows {
            let secret = ring.unwrap(row.id, &row.master, &row.wrapped)?;
            let wrapped = ring.wrap(&*store.shared.entropy, row.id, &secret)?;
            row::Entity::update_many()
                .col_expr(row::Column::Master, Expr::value(ring.current()))
                .col_expr(row::Column::Wrapped, Expr::value(wrapped))
                .filter(row::Column::Id.eq(row.id))
                .exec(tx.db())
                .await?;
            rewrapped += 1;
        }
        tx.commit().await?;
    }
}
