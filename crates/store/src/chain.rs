//! Hash chains: entries numbered without gaps, each bound to the one before.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, Condition, EntityTrait, IntoActiveModel, QuerySelect};

use crate::audit::{Damage, Verdict};
use crate::db::{replace_row, sha256, signed, table, unsigned};
use crate::{Error, Reader, Result, Tx};

table! {
    /// Where a chain ends.
    mod row is "chain_head" {
        #[sea_orm(primary_key, auto_increment = false)]
        name: String,
        entries: i64,
        hash: String,
    }
}

/// The hash before the first entry.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Where a chain ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    /// How many entries it has.
    pub entries: u64,
    /// The hash of the last one.
    pub hash: String,
}

/// The hash of an entry: SHA-256 over the hash before (as hex text) and the entry's text.
#[must_use]
pub fn link(prev: &str, text: &str) -> String {
    sha256([prev.as_bytes(), text.as_bytes()].concat().as_slice())
}

/// Two entries of a ledger as the database counts them.
pub(crate) fn span(found: Option<(Option<i64>, Option<i64>)>) -> Result<Option<(u64, u64)>> {
    match found {
        Some((Some(first), Some(last))) => Ok(Some((unsigned(first)?, unsigned(last)?))),
        _ => Ok(None),
    }
}

/// Where the chain ends.
pub(crate) async fn head(r: &Reader, name: &str) -> Result<Head> {
    match row::Entity::find_by_id(name.to_owned()).one(r.db()).await? {
        Some(row) => Ok(Head { entries: unsigned(row.entries)?, hash: row.hash }),
        None => Ok(Head { entries: 0, hash: GENESIS.to_owned() }),
    }
}

/// Locks the end of the chain until the transaction ends, so that entries are numbered one after the other.
pub(crate) async fn lock(tx: &Tx, name: &str) -> Result<Head> {
    let find = || row::Entity::find_by_id(name.to_owned()).lock_exclusive().one(tx.db());
    let row = match find().await? {
        Some(row) => row,
        None => {
            let first = row::Model { name: name.to_owned(), entries: 0, hash: GENESIS.to_owned() };
            row::Entity::insert(first.into_active_model())
                .on_conflict(OnConflict::column(row::Column::Name).do_nothing().to_owned())
                .try_insert()
                .exec_without_returning(tx.db())
                .await?;
            find().await?.ok_or(Error::NotFound("chain"))?
        }
    };
    Ok(Head { entries: unsigned(row.entries)?, hash: row.hash })
}

/// Moves the end of the chain, which this transaction has locked.
pub(crate) async fn advance(tx: &Tx, name: &str, head: Head) -> Result<()> {
    let row = row::Model { name: name.to_owned(), entries: signed(head.entries)?, hash: head.hash };
    replace_row(tx, row, Condition::all().add(row::Column::Name.eq(name))).await?;
    Ok(())
}

/// A walk along a chain that stops at the first entry that cannot be trusted.
pub(crate) struct Walk {
    seen: u64,
    hash: String,
}

/// One entry as it lies in the database.
pub(crate) struct Step<'a> {
    pub number: u64,
    pub prev_hash: &'a str,
    pub hash: &'a str,
    pub text: &'a str,
}

impl Walk {
    pub(crate) fn new() -> Self {
        Self::after(0, GENESIS.to_owned())
    }

    /// A walk that begins behind an entry with this hash.
    pub(crate) const fn after(seen: u64, hash: String) -> Self {
        Self { seen, hash }
    }

    /// The last entry that was found as it should be, with its hash.
    pub(crate) fn place(self) -> (u64, String) {
        (self.seen, self.hash)
    }

    /// Goes on to the next entry, by number; gives a verdict when the chain is broken there.
    pub(crate) fn step(&mut self, step: &Step<'_>) -> Option<Verdict> {
        let expected = self.seen + 1;
        let broken = |how| Some(Verdict::Broken { sequence: expected, how });
        if step.number != expected {
            return broken(Damage::Removed);
        }
        if step.prev_hash != self.hash {
            return broken(Damage::Reordered);
        }
        if link(step.prev_hash, step.text) != step.hash {
            return broken(Damage::Changed);
        }
        self.seen = expected;
        step.hash.clone_into(&mut self.hash);
        None
    }

    /// Compares the end with what the head says.
    pub(crate) fn finish(self, head: &Head) -> Verdict {
        if head.entries > self.seen {
            return Verdict::Broken { sequence: self.seen + 1, how: Damage::Removed };
        }
        if head.entries < self.seen {
            return Verdict::Broken { sequence: head.entries + 1, how: Damage::Added };
        }
        if head.hash != self.hash {
            return Verdict::Broken { sequence: self.seen, how: Damage::Changed };
        }
        Verdict::Intact { lines: self.seen, head: self.hash }
    }
}
