//! How much of what provinces say is decided by machine: province by topic, nothing dropped.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::{LineKind, Province, Topic, lines, stated};

/// What there is of one topic in one province.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Count {
    /// Lines that rules decide.
    pub checks: usize,
    /// Lines that ask for a file.
    pub materials: usize,
    /// Lines that ask for a text in a remark.
    pub statements: usize,
    /// Lines that people judge.
    pub guidance: usize,
    /// Lines that do not hold on the day.
    pub out_of_force: usize,
    /// Parameters that sources state.
    pub parameters: usize,
    /// Parameters on which sources disagree.
    pub settings: usize,
}

impl Count {
    /// All lines, in force or not.
    #[must_use]
    pub const fn lines(&self) -> usize {
        self.checks + self.materials + self.statements + self.guidance + self.out_of_force
    }

    /// Adds what there is elsewhere.
    pub const fn add(&mut self, other: &Self) {
        self.checks += other.checks;
        self.materials += other.materials;
        self.statements += other.statements;
        self.guidance += other.guidance;
        self.out_of_force += other.out_of_force;
        self.parameters += other.parameters;
        self.settings += other.settings;
    }
}

/// The table of all provinces and topics; pairs with nothing in them are absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Coverage {
    /// The counts by province and topic.
    #[schema(value_type = Object)]
    pub table: BTreeMap<Province, BTreeMap<Topic, Count>>,
    /// Their sum.
    pub total: Count,
}

/// Counts lines and parameters as they stand on a day.
#[must_use]
pub fn coverage(on: Date) -> Coverage {
    let mut coverage = Coverage::default();
    for line in lines() {
        let count = coverage.table.entry(line.province).or_default().entry(line.topic).or_default();
        let part = match line.shown_as() {
            _ if !line.holds(on) => &mut count.out_of_force,
            LineKind::Check => &mut count.checks,
            LineKind::Material => &mut count.materials,
            LineKind::Statement => &mut count.statements,
            LineKind::Guidance => &mut count.guidance,
        };
        *part += 1;
    }
    for stated in stated() {
        let count = coverage.table.entry(stated.province).or_default().entry(stated.topic).or_default();
        count.parameters += 1;
        count.settings += usize::from(stated.conflict.is_some());
    }
    for count in coverage.table.values().flat_map(BTreeMap::values) {
        coverage.total.add(count);
    }
    coverage
}
