//! Filed sites whose domain led away from us when it was last asked about: one row a site, gone when it leads here.

use jiff::Timestamp;
use sea_orm::{ColumnTrait, Condition, EntityTrait};

use crate::db::{insert_row, instant, micros, replace_row, table, taken};
use crate::words::words;
use crate::{Reader, Result, SiteId, Tx};

words! {
    /// Where a domain leads that does not lead here.
    pub enum Away {
        /// To addresses that are not ours.
        Elsewhere = "elsewhere",
        /// To no address at all.
        Nowhere = "nowhere",
    }
}

/// How long a site's domain has led away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteProbe {
    /// The site.
    pub site: SiteId,
    /// Where it led last.
    pub away: Away,
    /// How often in a row that was so.
    pub times: u64,
    /// When it was first so.
    pub since: Timestamp,
    /// When it was last so.
    pub at: Timestamp,
}

table! {
    /// One site.
    mod row is "site_probe" {
        #[sea_orm(primary_key, auto_increment = false)]
        site_id: Uuid,
        away: String,
        times: i64,
        since: i64,
        at: i64,
    }
}

/// What is known of a site that leads away; none when it led here, or nobody ever answered.
pub async fn find(r: &Reader, site: SiteId) -> Result<Option<SiteProbe>> {
    let Some(row) = row::Entity::find_by_id(site.0).one(r.db()).await? else { return Ok(None) };
    Ok(Some(SiteProbe {
        site: SiteId(row.site_id),
        away: row.away.parse()?,
        times: row.times.unsigned_abs(),
        since: instant(row.since)?,
        at: instant(row.at)?,
    }))
}

/// Writes that a site leads away, over what was known before.
pub async fn put(tx: &Tx, probe: &SiteProbe) -> Result<()> {
    let row = row::Model {
        site_id: probe.site.0,
        away: probe.away.as_str().to_owned(),
        times: i64::try_from(probe.times).unwrap_or(i64::MAX),
        since: micros(probe.since),
        at: micros(probe.at),
    };
    let same = Condition::all().add(row::Column::SiteId.eq(probe.site.0));
    if replace_row(tx, row.clone(), same).await? > 0 {
        return Ok(());
    }
    insert_row(tx, row).await.map_err(taken(&[("site_id", "site")]))
}

/// Forgets a site: it leads here.
pub async fn remove(tx: &Tx, site: SiteId) -> Result<()> {
    row::Entity::delete_by_id(site.0).exec(tx.db()).await?;
    Ok(())
}
