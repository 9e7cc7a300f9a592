//! Working days, with the holidays and swapped days the State Council published for 2015 to 2026.
//!
//! Beyond those years Saturdays and Sundays are taken as the only days off, and every answer says it is an estimate.

use std::collections::HashMap;
use std::sync::OnceLock;

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};
use serde::Serialize;
use utoipa::ToSchema;

/// The first year whose calendar is published here.
pub const FIRST_YEAR: i16 = 2015;
/// The last year whose calendar is published here.
pub const LAST_YEAR: i16 = 2026;

/// A date that was counted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Counted {
    /// The date.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// Whether some day on the way lies in a year whose holidays are not published yet.
    pub estimated: bool,
}

/// A number of working days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Days {
    /// How many.
    pub days: u32,
    /// Whether some day on the way lies in a year whose holidays are not published yet.
    pub estimated: bool,
}

/// Days that differ from the weekly rhythm: off (`false`) or worked (`true`).
fn exceptions() -> &'static HashMap<Date, bool> {
    static EXCEPTIONS: OnceLock<HashMap<Date, bool>> = OnceLock::new();
    EXCEPTIONS.get_or_init(|| {
        include_str!("../data/holidays.csv")
            .lines()
            .skip(1)
            .filter_map(|line| {
                let (date, kind) = line.split_once(',')?;
                Some((date.parse().ok()?, kind == "work"))
            })
            .collect()
    })
}

/// Whether the calendar of this day's year is published.
#[must_use]
pub fn is_published(date: Date) -> bool {
    (FIRST_YEAR..=LAST_YEAR).contains(&date.year())
}

/// Whether people work on this day.
#[must_use]
pub fn is_working_day(date: Date) -> bool {
    exceptions().get(&date).copied().unwrap_or_else(|| !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday))
}

/// The n-th working day strictly after a date; with zero the date itself.
#[must_use]
pub fn add_working_days(start: Date, n: u32) -> Counted {
    let (mut date, mut left, mut estimated) = (start, n, !is_published(start));
    while left > 0 {
        date = date.saturating_add(1.day());
        estimated |= !is_published(date);
        if is_working_day(date) {
            left -= 1;
        }
        if date == Date::MAX {
            break;
        }
    }
    Counted { date, estimated }
}

/// The working days after `from` up to and including `to`; none when `to` is not later.
#[must_use]
pub fn working_days_between(from: Date, to: Date) -> Days {
    let (mut date, mut days, mut estimated) = (from, 0, !is_published(from));
    while date < to {
        date = date.saturating_add(1.day());
        estimated |= !is_published(date);
        days += u32::from(is_working_day(date));
    }
    Days { days, estimated }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_swapped_saturday_is_worked_and_a_holiday_is_not() {
        assert!(!is_working_day(date(2026, 10, 1)), "national day");
        assert!(is_working_day(date(2015, 1, 4)), "a Sunday that was swapped");
        assert!(!is_working_day(date(2026, 11, 21)), "an ordinary Saturday");
        assert!(is_working_day(date(2026, 11, 23)));
    }

    #[test]
    fn the_nth_working_day_is_strictly_after_the_start() {
        assert_eq!(add_working_days(date(2026, 11, 20), 1).date, date(2026, 11, 23), "Friday to Monday");
        assert_eq!(add_working_days(date(2026, 11, 21), 1).date, date(2026, 11, 23), "Saturday to Monday");
        assert_eq!(add_working_days(date(2026, 11, 23), 0).date, date(2026, 11, 23));
        assert!(!add_working_days(date(2026, 11, 20), 20).estimated);
    }

    #[test]
    fn beyond_the_published_years_it_says_that_it_estimates() {
        assert!(add_working_days(date(2026, 12, 20), 20).estimated);
        assert!(working_days_between(date(2026, 12, 1), date(2027, 1, 10)).estimated);
        assert!(!working_days_between(date(2026, 12, 1), date(2026, 12, 31)).estimated);
    }

    proptest! {
        #[test]
        fn counting_undoes_adding(offset in 0i32..4200, n in 1u32..60) {
            let start = date(2015, 1, 1).checked_add(offset.days()).unwrap();
            let end = add_working_days(start, n).date;
            prop_assert!(end > start && is_working_day(end));
            prop_assert_eq!(working_days_between(start, end).days, n);
        }
    }
}
