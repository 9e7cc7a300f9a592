//! How much of what provinces say is decided by machine.

use super::{print_json, say, text};
use crate::trouble::Result;
use crate::words::Language;
use app::world::{Clock as _, SystemClock, china_date};
use filing::province::{Count, Topic, coverage};
use std::collections::BTreeMap;

pub fn run(json: bool, language: Language) -> Result {
    let coverage = coverage(china_date(SystemClock.now()));
    if json {
        return print_json(&coverage);
    }
    let heads = ["lines", "checks", "materials", "statements", "guidance", "out-of-force", "parameters", "settings"];
    let heads: Vec<String> = heads.iter().map(|head| language.say(&format!("coverage-{head}"), &[])).collect();
    let row = |name: &str, count: &Count| {
        let own = [
            count.lines(),
            count.checks,
            count.materials,
            count.statements,
            count.guidance,
            count.out_of_force,
            count.parameters,
            count.settings,
        ];
        let cells = heads.iter().zip(own).map(|(head, number)| format!("{number:>0$}", width(head)));
        say(format!("{}  {}", padded(name, 16), cells.collect::<Vec<_>>().join("  ")));
    };
    say(format!("{}  {}", padded("", 16), heads.join("  ")));
    let mut topics: BTreeMap<Topic, Count> = BTreeMap::new();
    for (province, own) in &coverage.table {
        row(text(language, &province.name()), &sum(own.values()));
        for (topic, count) in own {
            row(&format!("  {}", language.of("topic", topic.as_str())), count);
            let all = topics.entry(*topic).or_default();
            *all = sum([&*all, count].into_iter());
        }
    }
    say(format!("\n{}", language.say("coverage-all-provinces", &[])));
    for (topic, count) in &topics {
        row(&format!("  {}", language.of("topic", topic.as_str())), count);
    }
    row(&language.say("coverage-total", &[]), &coverage.total);
    Ok(())
}

fn sum<'a>(counts: impl Iterator<Item = &'a Count>) -> Count {
    counts.fold(Count::default(), |mut sum, count| {
        sum.add(count);
        sum
    })
}

/// How many columns a text takes: a Chinese character takes two.
fn width(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}
