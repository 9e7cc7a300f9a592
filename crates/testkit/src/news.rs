//! What an authority tells of its own accord, for pages to show.

use std::collections::BTreeMap;

use anyhow::Result;
use authority::message::{
    BlacklistChange, BlacklistedSite, CodeRow, CodeTable, Download, Notice, NoticeAbout, UnfiledSite,
};

use crate::story::Story;

/// Gives the provider code tables, a blacklisted site, two unfiled websites, and a notice about the site of a domain.
///
/// # Errors
/// When a file cannot be written or applied.
pub async fn arrive(story: &Story, domain: &str) -> Result<()> {
    let unfiled = |id: i64, domain: &str| UnfiledSite {
        id,
        domain: domain.to_owned(),
        languages: vec![1],
        ip: [203, 0, 113, 9].into(),
        detected: Some("2026-11-19".to_owned()),
        times: Some(3),
        province: Some(330_000),
        first_detected: Some("2026-11-01".to_owned()),
        provider: Some(330_001),
        carrier: 5,
        remark: None,
    };
    let row = |id: i64, name: &str| CodeRow {
        id,
        name: name.to_owned(),
        valid: Some(true),
        remark: None,
        more: BTreeMap::new(),
    };
    let handling = [(1, "已关闭"), (2, "已督促备案"), (3, "非本单位接入")];
    let rows = handling.iter().map(|(id, name)| CodeRow { valid: None, ..row(*id, name) }).collect();
    let reasons = vec![row(1, "不再使用"), row(2, "域名转让")];
    let codes =
        vec![CodeTable { tag: "Wbacl_dms".to_owned(), rows }, CodeTable { tag: "Zxly_dms".to_owned(), rows: reasons }];
    story.give("20261120090000_zj_1.xml", &Download { tables: codes, ..Download::default() }).await?;
    let listed = BlacklistedSite {
        name: "某某娱乐".to_owned(),
        domains: vec!["bad-example.cn".to_owned()],
        home_url: None,
        change: BlacklistChange::Add,
        remark: Some("违法内容".to_owned()),
    };
    let site = store::filed::find_site_by_domain(&story.store.read().await?, domain).await?;
    let notice = Notice {
        about: NoticeAbout::Site,
        number: Some(site.map_or_else(|| "浙ICP备2026999999号-1".to_owned(), |site| site.number)),
        record: None,
        text: "网站名称与首页标题不一致，请于期限内变更。".to_owned(),
        remark: None,
    };
    let file = Download {
        unfiled: vec![unfiled(71, "no-filing-here.cn"), unfiled(72, "shop.another-one.com")],
        blacklisted_sites: vec![listed],
        notices: vec![notice],
        ..Download::default()
    };
    story.give("20261120090100_zj_2.xml", &file).await?;
    Ok(())
}
