//! The code tables as the authority sends them (JCDM), with those whose values are not public anywhere.

use super::Config;
use super::words::Lang;
use crate::code::Table;
use crate::message::{CodeRow, CodeTable, ReportingUnit};

/// A table whose values are not public: the sandbox has values of its own and sends them like the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extra {
    /// 注销理由.
    CancelReason,
    /// 未备案处理状态.
    UnfiledOutcome,
    /// 域名类型.
    DomainKind,
    /// 核实意见.
    VerifyOpinion,
}

impl Extra {
    /// The words of the table, whose ids count from 1.
    fn words(self) -> (&'static str, i64) {
        match self {
            Self::CancelReason => ("cancel-reason", 5),
            Self::UnfiledOutcome => ("unfiled-outcome", 4),
            Self::DomainKind => ("domain-kind", 4),
            Self::VerifyOpinion => ("verify-opinion", 2),
        }
    }

    /// What an id means; nothing if the table does not have it.
    pub(super) fn name(self, id: i64) -> Option<String> {
        let (words, last) = self.words();
        (1..=last).contains(&id).then(|| Lang::Chinese.text(&format!("{words}-{id}")))
    }

    /// All ids and their names in a language.
    pub(super) fn rows(self, lang: Lang) -> Vec<(i64, String)> {
        let (words, last) = self.words();
        (1..=last).map(|id| (id, lang.text(&format!("{words}-{id}")))).collect()
    }
}

/// All code tables.
pub(super) fn all() -> Vec<CodeTable> {
    let row = |id: i64, name: &str, more: &[(&str, String)]| CodeRow {
        id,
        name: name.chars().take(32).collect(),
        valid: Some(true),
        remark: None,
        more: more.iter().map(|(tag, value)| ((*tag).to_owned(), value.clone())).collect(),
    };
    // A mask has one bit for each id (运算标识).
    let mask = |id: i64| 1i64.checked_shl(u32::try_from(id - 1).unwrap_or(63)).unwrap_or(i64::MAX).max(1).to_string();
    let table = |tag: &str, rows: Vec<CodeRow>| CodeTable { tag: tag.to_owned(), rows };
    let plain = |table: Table| table.rows().map(|(id, words)| row(id, words.words.zh, &[])).collect::<Vec<_>>();
    let masked = |table: Table, more: &[(&str, String)]| {
        let rows = table.rows().map(|(id, words)| {
            let mut all = vec![("Ysid", mask(id))];
            all.extend(more.iter().cloned());
            row(id, words.words.zh, &all)
        });
        rows.collect::<Vec<_>>()
    };
    let extra =
        |table: Extra| table.rows(Lang::Chinese).into_iter().map(|(id, name)| row(id, &name, &[])).collect::<Vec<_>>();
    let credentials = Table::CredentialType.rows().map(|(id, found)| {
        let nature = found.note.parse::<i64>().unwrap_or(super::check::INDIVIDUAL);
        row(id, found.words.zh, &[("Dwflid", nature.to_string())])
    });
    let purposes = Table::AttachmentPurpose.rows().map(|(id, found)| {
        // 0 is the subject, 1 the site.
        row(id, found.words.zh, &[("Ssdxlx", i64::from(id >= 4).to_string())])
    });
    let bureaus = Table::ServerLocation.rows().map(|(id, found)| {
        let province = found.note.parse::<i64>().unwrap_or_default();
        let short = Table::Province.row(province).map(|row| row.note.to_owned()).unwrap_or_default();
        let more = [
            ("Ysid", mask(id)),
            ("Bm", found.note.to_owned()),
            ("Shengid", (province * 10_000).to_string()),
            ("Shengjc", short),
        ];
        row(id, found.words.zh, &more)
    });
    let unfiled = extra(Extra::UnfiledOutcome).into_iter().map(|row| CodeRow { valid: None, ..row });
    vec![
        table("Dwxz_dms", plain(Table::UnitNature)),
        table("Gj_dms", bureaus.collect()),
        table("Zjlx_dms", credentials.collect()),
        table("Wzjylx_dms", masked(Table::PreApproval, &[("Sfqzsp", "1".to_owned())])),
        table("Wzfwlx_dms", masked(Table::ServiceContent, &[])),
        table("Wzjrfs_dms", masked(Table::AccessMethod, &[])),
        table("Zxly_dms", extra(Extra::CancelReason)),
        table("Wbacl_dms", unfiled.collect()),
        table("Hsyj_dms", extra(Extra::VerifyOpinion)),
        table("Ymlx_dms", extra(Extra::DomainKind)),
        table("Fjwjgs_dms", plain(Table::AttachmentFormat)),
        table("Fjytlx_dms", purposes.collect()),
        table("Yylb_dms", plain(Table::Language)),
    ]
}

/// The ids of carriers and other units that every authority knows.
pub(super) const WELL_KNOWN: std::ops::RangeInclusive<i64> = 1..=8;

/// The reporting units this authority knows.
pub(super) fn units(config: &Config) -> Vec<ReportingUnit> {
    let well_known = WELL_KNOWN.map(|id| ReportingUnit {
        id,
        name: Lang::Chinese.text(&format!("unit-{id}")),
        category: None,
        industry: None,
        licence: None,
        province: None,
        city: None,
        county: None,
        street: None,
        valid: true,
        remark: None,
    });
    let unit = |provider: &super::Provider| ReportingUnit {
        id: provider.isp_id,
        name: provider.name.clone(),
        category: None,
        industry: None,
        licence: None,
        province: Some(provider.province * 10_000).filter(|code| *code >= 100_000),
        city: None,
        county: None,
        street: None,
        valid: provider.open,
        remark: None,
    };
    well_known.chain(config.providers.iter().map(unit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Download, Version};

    #[test]
    fn every_table_satisfies_the_element_table() {
        let download = Download { tables: all(), ..Download::default() };
        download.to_gbk(Version::V3_0).unwrap();
        assert_eq!(Extra::CancelReason.name(6), None);
        assert!(Extra::CancelReason.name(1).is_some());
    }
}
