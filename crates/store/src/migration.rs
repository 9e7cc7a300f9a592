//! The tables, in the order they came to be.
//!
//! Tables have singular names, indexes are named `<table>_by_<columns>`. Instants are microseconds since 1970, JSON is
//! text, sealed columns are blobs. What must be unique only while it is alive has a column of its own that is null
//! afterwards: both databases let nulls repeat in a unique index.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_query::{ColumnDef, Index, Table, TableCreateStatement};

mod m0001_keys;
mod m0002_account;
mod m0003_order;
mod m0004_work;
mod m0005_authority;
mod m0006_filed;
mod m0007_domain_fact;
mod m0008_wire_reference;
mod m0009_ending;
mod m0010_ip_range;
mod m0011_mailbox;
mod m0012_enforcement;
mod m0013_site_probe;
mod m0014_domain_proof;

/// All migrations.
pub(crate) struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_keys::Migration),
            Box::new(m0002_account::Migration),
            Box::new(m0003_order::Migration),
            Box::new(m0004_work::Migration),
            Box::new(m0005_authority::Migration),
            Box::new(m0006_filed::Migration),
            Box::new(m0007_domain_fact::Migration),
            Box::new(m0008_wire_reference::Migration),
            Box::new(m0009_ending::Migration),
            Box::new(m0010_ip_range::Migration),
            Box::new(m0011_mailbox::Migration),
            Box::new(m0012_enforcement::Migration),
            Box::new(m0013_site_probe::Migration),
            Box::new(m0014_domain_proof::Migration),
        ]
    }
}

/// Declares a migration that makes tables and indexes.
macro_rules! migration {
    ($name:literal, $tables:expr, $indexes:expr) => {
        /// Makes the tables of this group.
        pub(crate) struct Migration;

        impl sea_orm_migration::MigrationName for Migration {
            fn name(&self) -> &str {
                $name
            }
        }

        #[sea_orm_migration::async_trait::async_trait]
        impl sea_orm_migration::MigrationTrait for Migration {
            async fn up(&self, manager: &sea_orm_migration::SchemaManager) -> Result<(), sea_orm_migration::DbErr> {
                $crate::migration::make(manager, $tables, &$indexes).await
            }

            fn use_transaction(&self) -> Option<bool> {
                Some(true)
            }
        }
    };
}

use migration;

/// The columns of an index, and whether it is unique.
pub(crate) struct On(&'static str, &'static [&'static str], bool);

/// An index over columns of a table.
const fn on(table: &'static str, columns: &'static [&'static str]) -> On {
    On(table, columns, false)
}

/// A unique index over columns of a table.
const fn unique(table: &'static str, columns: &'static [&'static str]) -> On {
    On(table, columns, true)
}

async fn make(manager: &SchemaManager<'_>, tables: Vec<TableCreateStatement>, indexes: &[On]) -> Result<(), DbErr> {
    for table in tables {
        manager.create_table(table).await?;
    }
    for On(table, columns, unique) in indexes {
        let mut index = Index::create();
        index.name(format!("{table}_by_{}", columns.join("_"))).table(*table);
        for column in *columns {
            index.col(*column);
        }
        if *unique {
            index.unique();
        }
        manager.create_index(index).await?;
    }
    Ok(())
}

/// A table with its primary key and the columns that refer to the id of another table.
fn table(
    name: &'static str,
    key: &[&'static str],
    columns: Vec<ColumnDef>,
    refers: &[(&'static str, &'static str)],
) -> TableCreateStatement {
    let mut table = Table::create();
    table.table(name);
    for column in columns {
        table.col(column);
    }
    let mut primary = Index::create();
    for column in key {
        primary.col(*column);
    }
    table.primary_key(&mut primary);
    for (column, to) in refers {
        table.foreign_key(ForeignKey::create().from(name, *column).to(*to, "id"));
    }
    table
}

fn id(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).uuid().not_null().take()
}

fn id_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).uuid().null().take()
}

fn text(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().not_null().take()
}

fn text_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().null().take()
}

/// A count or an instant.
fn number(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().take()
}

fn number_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().null().take()
}

fn flag(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).boolean().not_null().take()
}

fn bytes(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).blob().not_null().take()
}

fn bytes_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).blob().null().take()
}
