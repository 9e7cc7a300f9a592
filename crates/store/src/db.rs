//! Small helpers that every table uses: entities, instants, JSON, and the sorting of conflicts.

use jiff::Timestamp;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, DbErr, EntityTrait, IntoActiveModel, ModelTrait, QueryFilter, SqlErr,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::{Conflict, Error, Reader, Result, Tx};

/// Declares the private entity of a table.
macro_rules! table {
    (
        $(#[$doc:meta])*
        mod $module:ident is $name:tt { $($(#[$attr:meta])* $field:ident: $type:ty,)+ }
    ) => {
        $(#[$doc])*
        mod $module {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
            #[sea_orm(table_name = $name)]
            pub struct Model {
                $($(#[$attr])* pub $field: $type,)+
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}
        }
    };
}

pub(crate) use table;

/// An instant as it is stored: microseconds since 1970.
pub(crate) fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// The stored form of an instant that may be absent.
pub(crate) fn opt_micros(at: Option<Timestamp>) -> Option<i64> {
    at.map(micros)
}

/// An instant from its stored form.
pub(crate) fn instant(micros: i64) -> Result<Timestamp> {
    Timestamp::from_microsecond(micros).map_err(|_| Error::Corrupt("an instant"))
}

/// An instant that may be absent from its stored form.
pub(crate) fn opt_instant(micros: Option<i64>) -> Result<Option<Timestamp>> {
    micros.map(instant).transpose()
}

/// A count as it is stored.
pub(crate) fn signed(count: u64) -> Result<i64> {
    i64::try_from(count).map_err(|_| Error::Invalid("a count this large"))
}

/// A count from its stored form.
pub(crate) fn unsigned(count: i64) -> Result<u64> {
    u64::try_from(count).map_err(|_| Error::Corrupt("a count"))
}

/// A small count from its stored form.
pub(crate) fn small(count: i64) -> Result<u32> {
    u32::try_from(count).map_err(|_| Error::Corrupt("a count"))
}

/// A value as JSON text.
pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|_| Error::Invalid("a value that is no JSON"))
}

/// A value from JSON text.
pub(crate) fn parse_json<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|_| Error::Corrupt("a JSON column"))
}

/// A value as JSON with sorted keys and no white space: the same text for the same value, whoever writes it.
pub(crate) fn canonical(value: &serde_json::Value) -> String {
    use serde_json::Value;
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Value::Object(fields) => {
            let sorted: std::collections::BTreeMap<_, _> = fields.iter().collect();
            let fields: Vec<_> =
                sorted.into_iter().map(|(k, v)| format!("{}:{}", Value::from(k.as_str()), canonical(v))).collect();
            format!("{{{}}}", fields.join(","))
        }
        plain => plain.to_string(),
    }
}

/// Names the unique rule a write ran into, by a fragment of the index or column the database names.
pub(crate) fn taken(rules: &'static [(&'static str, &'static str)]) -> impl Fn(DbErr) -> Error {
    move |error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(text)) => {
            let word = rules.iter().find(|(fragment, _)| text.contains(fragment)).map_or("id", |(_, word)| *word);
            Error::Conflict(Conflict::Taken(word))
        }
        _ => error.into(),
    }
}

/// Adds a row.
pub(crate) async fn insert_row<M>(tx: &Tx, row: M) -> Result<(), DbErr>
where
    M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    <M::Entity as EntityTrait>::ActiveModel: Send,
{
    M::Entity::insert(row.into_active_model()).exec_without_returning(tx.db()).await.map(|_| ())
}

/// Overwrites the rows that meet the condition (one, by its key); says how many there were.
pub(crate) async fn replace_row<M>(tx: &Tx, row: M, condition: Condition) -> Result<u64, DbErr>
where
    M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    <M::Entity as EntityTrait>::ActiveModel: Send,
{
    let row = row.into_active_model().reset_all();
    Ok(M::Entity::update_many().set(row).filter(condition).exec(tx.db()).await?.rows_affected)
}

/// The rows that come after a cursor in a list that runs backwards in time.
pub(crate) fn before<C: ColumnTrait>((time, at): (C, i64), (key, id): (C, Uuid)) -> Condition {
    Condition::any().add(time.lt(at)).add(Condition::all().add(time.eq(at)).add(key.lt(id)))
}

/// The rows that come after a cursor in a list that runs forwards in time.
pub(crate) fn after<C: ColumnTrait>((time, at): (C, i64), (key, id): (C, Uuid)) -> Condition {
    Condition::any().add(time.gt(at)).add(Condition::all().add(time.eq(at)).add(key.gt(id)))
}

/// Hex SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    hex::encode(sha2::Sha256::digest(bytes))
}

/// Turns "no row was touched" into a conflict or an absence.
pub(crate) async fn stale_or_absent<E: EntityTrait>(r: &Reader, find: sea_orm::Select<E>, what: &'static str) -> Error {
    match find.one(r.db()).await {
        Ok(Some(_)) => Error::Conflict(Conflict::Stale),
        Ok(None) => Error::NotFound(what),
        Err(error) => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn canonical_json_sorts_keys_at_every_depth() {
        let value: serde_json::Value = serde_json::from_str(r#"{"b":[{"z":1,"a":"\n"}],"a":null}"#).unwrap();
        assert_eq!(canonical(&value), r#"{"a":null,"b":[{"a":"\n","z":1}]}"#);
    }
}
