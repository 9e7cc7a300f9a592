//! Working days, with the holidays and swapped days the State Council published for 2015 to 2026.
//!
//! Beyond those years Saturdays and Sundays are taken as the only days off, and every answer says it is an estimate.

use std::sync::OnceLock;

use jiff::Span;
use jiff::civil::Date;
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

/// Why days cannot be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the answer lies beyond the year 9999")]
pub struct Beyond;

/// A published day that differs from the weekly rhythm.
struct Exception {
    /// Its number, counted from 1970-01-01.
    number: i64,
    /// Whether it is worked.
    worked: bool,
    /// How many working days more, or fewer, than the weekly rhythm gives there are from the first exception to here.
    balance: i64,
}

fn exceptions() -> &'static [Exception] {
    static EXCEPTIONS: OnceLock<Vec<Exception>> = OnceLock::new();
    EXCEPTIONS.get_or_init(|| {
        let rows = include_str!("../data/holidays.csv").lines().skip(1).filter_map(|line| {
            let (date, kind) = line.split_once(',')?;
            Some((number(date.parse().ok()?), kind == "work"))
        });
        let mut rows: Vec<(i64, bool)> = rows.collect();
        rows.sort_unstable();
        let mut balance = 0;
        let exceptions = rows.into_iter().map(|(number, worked)| {
            balance += i64::from(worked) - i64::from(is_weekday(number));
            Exception { number, worked, balance }
        });
        exceptions.collect()
    })
}

const EPOCH: Date = Date::constant(1970, 1, 1);

/// The number of a day, counted from 1970-01-01, which was a Thursday.
fn number(date: Date) -> i64 {
    date.duration_since(EPOCH).as_secs().div_euclid(86_400)
}

/// The day of a number; none outside the years that dates have.
fn day(number: i64) -> Option<Date> {
    EPOCH.checked_add(Span::new().try_days(number).ok()?).ok()
}

/// Whether the weekly rhythm has people work on the day of a number.
const fn is_weekday(number: i64) -> bool {
    (number + 3).rem_euclid(7) < 5
}

/// The working days up to and including the day of a number, counted from a Monday long ago.
fn through(number: i64) -> i64 {
    let days = number + 4;
    let weekdays = days.div_euclid(7) * 5 + days.rem_euclid(7).min(5);
    let exceptions = exceptions();
    let passed = exceptions.partition_point(|exception| exception.number <= number);
    weekdays + passed.checked_sub(1).map_or(0, |last| exceptions[last].balance)
}

/// Whether the calendar of this day's year is published.
#[must_use]
pub fn is_published(date: Date) -> bool {
    (FIRST_YEAR..=LAST_YEAR).contains(&date.year())
}

/// Whether people work on this day.
#[must_use]
pub fn is_working_day(date: Date) -> bool {
    let number = number(date);
    let exceptions = exceptions();
    match exceptions.binary_search_by_key(&number, |exception| exception.number) {
        Ok(index) => exceptions[index].worked,
        Err(_) => is_weekday(number),
    }
}

/// The n-th working day strictly after a date; with zero the date itself.
///
/// # Errors
/// When that day lies beyond the year 9999.
pub fn nth_working_day(start: Date, n: u32) -> Result<Counted, Beyond> {
    if n == 0 {
        return Ok(Counted { date: start, estimated: !is_published(start) });
    }
    let first = number(start);
    let wanted = through(first) + i64::from(n);
    // The day is at least n days away. Seven fifths of n and all that was ever published bring us past it.
    let (mut low, mut high) = (first, first + i64::from(n) / 5 * 7 + 7 + 2 * 366);
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        if through(middle) >= wanted { high = middle } else { low = middle }
    }
    let date = day(high).ok_or(Beyond)?;
    Ok(Counted { date, estimated: is_estimate(start, date) })
}

/// The n-th working day strictly after a date; with zero the date itself. It ends with the last day that dates have.
#[must_use]
pub fn add_working_days(start: Date, n: u32) -> Counted {
    nth_working_day(start, n).unwrap_or(Counted { date: Date::MAX, estimated: true })
}

/// The working days after `from` up to and including `to`; none when `to` is not later.
#[must_use]
pub fn working_days_between(from: Date, to: Date) -> Days {
    let days = if from < to { through(number(to)) - through(number(from)) } else { 0 };
    let estimated = if from < to { is_estimate(from, to) } else { !is_published(from) };
    Days { days: u32::try_from(days).unwrap_or_default(), estimated }
}

/// Whether a day after `from` up to `to` lies in a year that is not published.
fn is_estimate(from: Date, to: Date) -> bool {
    let next = from.tomorrow().unwrap_or(from);
    !(is_published(next) && is_published(to))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::ToSpan as _;
    use jiff::civil::{Weekday, date};
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

    #[test]
    fn the_years_of_the_table_begin_and_end_with_themselves() {
        assert!(!working_days_between(date(2014, 12, 31), date(2015, 1, 31)).estimated, "no day of 2014 is counted");
        assert!(working_days_between(date(2014, 12, 30), date(2015, 1, 31)).estimated);
        assert!(!nth_working_day(date(2026, 12, 30), 1).unwrap().estimated);
        assert!(nth_working_day(date(2026, 12, 31), 1).unwrap().estimated);
    }

    #[test]
    fn what_lies_beyond_all_dates_is_refused() {
        assert_eq!(nth_working_day(date(9999, 12, 31), 1), Err(Beyond));
        assert_eq!(nth_working_day(date(2026, 11, 21), u32::MAX), Err(Beyond));
        assert_eq!(add_working_days(date(9999, 12, 31), 1).date, Date::MAX);
        assert_eq!(
            working_days_between(Date::MIN, Date::MAX).days,
            5_217_350,
            "counted day by day by a program that is not ours"
        );
    }

    /// Day by day, straight from the table.
    fn walk(start: Date, n: u32) -> Date {
        let table = include_str!("../data/holidays.csv");
        let (mut date, mut left) = (start, n);
        while left > 0 {
            date = date.tomorrow().unwrap();
            let row = table.lines().find_map(|line| line.strip_prefix(&format!("{date},")));
            let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
            left -= u32::from(row.map_or(!weekend, |kind| kind == "work"));
        }
        date
    }

    #[test]
    fn every_day_of_the_published_years_is_what_the_table_says() {
        let table = include_str!("../data/holidays.csv");
        let rows: BTreeMap<&str, &str> = table.lines().skip(1).filter_map(|line| line.split_once(',')).collect();
        let mut day = date(2014, 12, 25);
        while day < date(2027, 1, 10) {
            let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
            let worked = rows.get(day.to_string().as_str()).map_or(!weekend, |kind| *kind == "work");
            assert_eq!(is_working_day(day), worked, "{day}");
            day = day.tomorrow().unwrap();
        }
    }

    proptest! {
        #[test]
        fn counting_undoes_adding(offset in -40_000i32..80_000, n in 1u32..2000) {
            let start = date(2015, 1, 1).checked_add(offset.days()).unwrap();
            let end = add_working_days(start, n).date;
            prop_assert!(end > start && is_working_day(end));
            prop_assert_eq!(working_days_between(start, end).days, n);
        }

        #[test]
        fn adding_twice_is_adding_the_sum(offset in 0i32..4500, n in 1u32..500, m in 1u32..500) {
            let start = date(2015, 1, 1).checked_add(offset.days()).unwrap();
            prop_assert_eq!(add_working_days(add_working_days(start, n).date, m).date, add_working_days(start, n + m).date);
        }

        #[test]
        fn more_days_never_end_earlier_and_a_later_start_never_counts_more(offset in 0i32..4500, n in 0u32..500, span in 0i32..900) {
            let start = date(2015, 1, 1).checked_add(offset.days()).unwrap();
            let end = start.checked_add(span.days()).unwrap();
            prop_assert!(add_working_days(start, n).date < add_working_days(start, n + 1).date);
            prop_assert!(add_working_days(start, n + 1).date <= add_working_days(start.tomorrow().unwrap(), n + 1).date);
            let (more, fewer) = (working_days_between(start, end).days, working_days_between(start.tomorrow().unwrap(), end).days);
            prop_assert!(more == fewer || more == fewer + 1);
        }

        #[test]
        fn it_is_what_a_walk_day_by_day_comes_to(offset in -30i32..4450, n in 0u32..120) {
            let start = date(2015, 1, 1).checked_add(offset.days()).unwrap();
            prop_assert_eq!(add_working_days(start, n).date, walk(start, n));
        }
    }
}
