//! The provider's own address ranges, for the operator at the machine.

use super::{refused, say};
use crate::cli::{Ip, IpFile, IpList};
use crate::config::Config;
use crate::trouble::{Doing as _, Ending, Result, Trouble};
use crate::words::Language;
use crate::world;
use app::act::{self, ImportIpRanges, ImportMode, ListIpRanges};
use app::{Actor, World};
use filing::check::Finding;

/// Does what is asked with ranges.
pub async fn run(config: &Config, ip: Ip) -> Result {
    let world = world::of_tool(config).await?;
    let language = Language::choose(None);
    let done = match ip {
        Ip::List(list) => self::list(&world, language, list).await,
        Ip::Check(file) => import(&world, language, &file, ImportMode::Check).await,
        Ip::Import { file, valid_lines } => {
            let mode = if valid_lines { ImportMode::ValidLines } else { ImportMode::AllOrNothing };
            import(&world, language, &file, mode).await
        }
    };
    world.store.close().await;
    done
}

async fn list(world: &World, language: Language, wanted: IpList) -> Result {
    let IpList { bureau, state, holding, flagged } = wanted;
    let mut asked = ListIpRanges { bureau, kind: None, state, holding, flagged, cursor: None };
    loop {
        let page = act::list_ip_ranges(world, &Actor::operator(), asked.clone()).await.map_err(refused)?;
        for range in &page.items {
            let look: Vec<&str> = range.findings.iter().map(|finding| words(language, &finding.message)).collect();
            let kind =
                if range.mode.is_empty() { range.kind.clone() } else { format!("{} {}", range.kind, range.mode) };
            say(format!("{}–{}\t{kind}\t{}\t{}", range.first, range.last, range.state, look.join(" ")));
        }
        asked.cursor = page.next;
        if asked.cursor.is_none() {
            let key = if page.compared { "ip-compared" } else { "ip-not-compared" };
            say(language.say(key, &[("bureau", page.bureau)]));
            return Ok(());
        }
    }
}

async fn import(world: &World, language: Language, file: &IpFile, mode: ImportMode) -> Result {
    let bytes = std::fs::read(&file.file).doing(format!("cannot read {}", file.file.display()))?;
    let text = app::ip_filing::text_of(&bytes)
        .ok_or_else(|| Trouble::new(format!("{} is neither UTF-8 nor GBK", file.file.display())))?;
    let input = ImportIpRanges { bureau: file.bureau.clone(), csv: text, mode };
    let told = act::import_ip_ranges(world, &Actor::operator(), input).await.map_err(refused)?;
    told.findings.iter().for_each(|finding| say(line(language, finding)));
    let counts = [("lines", told.lines), ("sound", told.sound), ("saved", told.saved)];
    say(language.say("ip-counts", &counts.map(|(name, count)| (name, count.to_string()))));
    if told.lines == 0 || told.sound < told.lines { Err(Trouble::said(Ending::No)) } else { Ok(()) }
}

/// A finding behind its line and column, as compilers write it.
fn line(language: Language, finding: &Finding) -> String {
    let mut parts = finding.field.split('.').skip(1);
    let number = parts.next().unwrap_or_default();
    let column = parts.next().unwrap_or("-");
    let severity = finding.severity;
    let (message, fix) = (words(language, &finding.message), words(language, &finding.fix));
    format!("{number}:{column}: {severity} {}: {message} {fix}", finding.rule)
}

fn words(language: Language, text: &filing::text::Text) -> &str {
    text.in_language(language.tag())
}
