//! The names of filed units, as keyed hashes: whoever knows the full name of a unit finds what it filed, and nobody can
//! read a list of names out of the database. People are not among them.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use crate::db::table;
use crate::{Reader, Result, SubjectId, Tx};

table! {
    /// One unit.
    mod row is "unit_name" {
        #[sea_orm(primary_key, auto_increment = false)]
        subject_id: Uuid,
        name_hash: String,
    }
}

/// A name as it is compared: without white space, brackets of either width the same.
fn normal(name: &str) -> String {
    let same = |c: char| match c {
        '\u{ff08}' => '(',
        '\u{ff09}' => ')',
        other => other,
    };
    name.chars().filter(|c| !c.is_whitespace()).map(same).collect::<String>().to_lowercase()
}

/// Notes the name of a unit.
pub async fn put(tx: &Tx, subject: SubjectId, name: &str) -> Result<()> {
    let row = row::Model { subject_id: subject.0, name_hash: tx.blind("unit_name", &normal(name)).await? };
    let anew = OnConflict::column(row::Column::SubjectId).update_column(row::Column::NameHash).to_owned();
    row::Entity::insert(row.into_active_model()).on_conflict(anew).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// The subjects that have exactly this name, whether they stand or not (at most `limit`).
pub async fn find(r: &Reader, name: &str, limit: u64) -> Result<Vec<SubjectId>> {
    let hash = r.blind("unit_name", &normal(name)).await?;
    let rows = row::Entity::find()
        .filter(row::Column::NameHash.eq(hash))
        .order_by_asc(row::Column::SubjectId)
        .limit(limit)
        .all(r.db())
        .await?;
    Ok(rows.into_iter().map(|row| SubjectId(row.subject_id)).collect())
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn a_name_is_the_same_however_it_is_spaced_and_bracketed() {
        assert_eq!(normal(" Acme\u{ff08}China\u{ff09} Ltd"), normal("acme (china)ltd"));
        assert_ne!(normal("Acme"), normal("Acme Ltd"));
    }
}
