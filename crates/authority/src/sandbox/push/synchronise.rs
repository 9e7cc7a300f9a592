//! 数据同步: everything the authority has of a provider, one file for each business.

use serde::de::DeserializeOwned;
use sqlx::SqliteConnection;

use crate::message::{Download, FiledRecord, IpAllocation, IpBroadcast, IpBroughtIn, IpSource, Synchronised};
use crate::sandbox::office::Office;
use crate::sandbox::{Error, tables};

impl Office {
    /// Queues everything of a provider.
    pub(super) async fn synchronise(&self, tx: &mut SqliteConnection, isp_id: i64) -> Result<(), Error> {
        let records: Vec<String> = sqlx::query_scalar(
            "SELECT record FROM subject WHERE cancelled_at IS NULL AND id IN \
             (SELECT site.subject_id FROM site JOIN access ON access.site_id = site.id \
              WHERE access.isp_id = ? AND access.cancelled_at IS NULL AND site.cancelled_at IS NULL) ORDER BY id",
        )
        .bind(isp_id)
        .fetch_all(&mut *tx)
        .await?;
        let mut filed: Vec<FiledRecord> = read(&records)?;
        for record in &mut filed {
            record.sites.retain(|site| !site.accesses.is_empty());
        }
        let ips = Synchronised {
            sources: self
                .ranges_of(tx, isp_id, "source", |range: &mut IpSource, unit, id, own| {
                    (range.unit, range.bureau_id, range.id) = (Some(unit), Some(id), Some(own));
                })
                .await?,
            allocations: self
                .ranges_of(tx, isp_id, "allocation", |range: &mut IpAllocation, unit, id, own| {
                    (range.unit, range.bureau_id, range.id) = (Some(unit), Some(id), Some(own));
                })
                .await?,
            broadcasts: self
                .ranges_of(tx, isp_id, "broadcast", |range: &mut IpBroadcast, unit, id, own| {
                    (range.unit, range.bureau_id, range.id) = (Some(unit), Some(id), Some(own));
                })
                .await?,
            brought_in: self
                .ranges_of(tx, isp_id, "brought", |range: &mut IpBroughtIn, unit, id, own| {
                    (range.unit, range.bureau_id, range.id) = (Some(unit), Some(id), Some(own));
                })
                .await?,
            ..Synchronised::default()
        };
        let codes =
            Synchronised { units: tables::units(&self.config), tables: tables::all(), ..Synchronised::default() };
        let filed = Synchronised { records: filed, ..Synchronised::default() };
        for part in [codes, ips, filed] {
            if part != Synchronised::default() {
                let download = Download { synchronised: Some(part), ..Download::default() };
                self.queue_for(tx, isp_id, &download).await?;
            }
        }
        Ok(())
    }

    /// The ranges of one kind, each with the ids it has here.
    async fn ranges_of<T: DeserializeOwned>(
        &self,
        tx: &mut SqliteConnection,
        isp_id: i64,
        kind: &str,
        complete: impl Fn(&mut T, i64, i64, i64),
    ) -> Result<Vec<T>, Error> {
        let rows: Vec<(i64, i64, String)> =
            sqlx::query_as("SELECT id, own_id, content FROM ip_record WHERE isp_id = ? AND kind = ? ORDER BY id")
                .bind(isp_id)
                .bind(kind)
                .fetch_all(&mut *tx)
                .await?;
        let one = |(id, own_id, content): (i64, i64, String)| {
            let mut range: T = serde_json::from_str(&content)?;
            complete(&mut range, isp_id, id, own_id);
            Ok(range)
        };
        rows.into_iter().map(one).collect()
    }
}

fn read<T: DeserializeOwned>(texts: &[String]) -> Result<Vec<T>, Error> {
    texts.iter().map(|text| Ok(serde_json::from_str(text)?)).collect()
}
