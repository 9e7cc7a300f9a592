//! The terms of a filing: how long each step may take and when people are reminded, as dated data in
//! `rules/deadline.toml`. Timers, forecasts and texts take their figures from here and from nowhere else.

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use crate::check::{Rule, rules};
use crate::words::words;

words! {
    /// A term.
    pub enum Term {
        /// A draft ends after so many days without a save.
        Draft = "draft",
        /// Before it does, so many days ahead, it is told.
        DraftWarning = "draft_warning",
        /// An order goes back to draft after so many days in one step.
        Idle = "idle",
        /// Before it does, so many days ahead, it is told.
        IdleWarning = "idle_warning",
        /// While changes are awaited, reminders on these days.
        Correction = "correction",
        /// The provider finishes the first review within so many working days.
        FirstReview = "first_review",
        /// It reports within so many working days after that.
        Report = "report",
        /// The authority's text message must be confirmed within so many hours.
        SmsHours = "sms_hours",
        /// So many wrong codes in all are forgiven.
        SmsTries = "sms_tries",
        /// The authority decides within so many working days.
        Authority = "authority",
        /// The police filing is due so many days after the opening.
        Police = "police",
        /// Its reminder comes so many days ahead.
        PoliceWarning = "police_warning",
        /// A website without a filing is handled within so many working days.
        Unfiled = "unfiled",
        /// A verification task is answered within so many working days.
        Verification = "verification",
        /// What is hosted illegally is seen to within so many working days.
        IllegalAccess = "illegal_access",
        /// What an audit found is mended within so many working days.
        Audit = "audit",
        /// What the authority orders to correct is corrected within so many working days.
        CorrectionNotice = "correction_notice",
    }
}

impl Term {
    /// The rule that sets it on a day: the one in force, else the first there was.
    fn rule(self, on: Date) -> Option<&'static Rule> {
        let mut own = rules().iter().flat_map(|family| &family.rules).filter(|rule| rule.term == Some(self));
        let first = own.next();
        first.into_iter().chain(own).find(|rule| rule.holds(on)).or(first)
    }

    /// Its figures on a day, the earliest first.
    #[must_use]
    pub fn figures(self, on: Date) -> &'static [i64] {
        self.rule(on).map_or(&[], |rule| rule.figures.as_slice())
    }

    /// Its figure on a day.
    #[must_use]
    pub fn figure(self, on: Date) -> i64 {
        self.figures(on).first().copied().unwrap_or_default()
    }

    /// Its figure on the day of an instant, as a number of working days.
    #[must_use]
    pub fn working_days(self, from: Timestamp) -> u32 {
        u32::try_from(self.figure(china_date(from))).unwrap_or_default()
    }

    /// When a term of days that began at an instant is over.
    #[must_use]
    pub fn days_after(self, from: Timestamp) -> Timestamp {
        after_days(from, self.figure(china_date(from)))
    }

    /// When a term of hours that began at an instant is over.
    #[must_use]
    pub fn hours_after(self, from: Timestamp) -> Timestamp {
        let hours = SignedDuration::from_hours(self.figure(china_date(from)));
        from.checked_add(hours).unwrap_or(Timestamp::MAX)
    }
}

/// The instant so many days of 24 hours later.
#[must_use]
pub fn after_days(from: Timestamp, days: i64) -> Timestamp {
    from.checked_add(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MAX)
}

/// The date in mainland China (UTC+8, no summer time since 1991).
fn china_date(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::fixed(Offset::constant(8))).date()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn every_term_has_a_figure_today() {
        for term in Term::ALL {
            assert!(term.figure(date(2026, 11, 21)) > 0, "{term} has no figure");
            assert!(term.figures(date(2026, 11, 21)).is_sorted(), "{term}");
        }
    }

    #[test]
    fn the_figures_are_those_of_the_sources() {
        let on = date(2026, 11, 21);
        let figures = |term: Term| term.figures(on);
        assert_eq!(figures(Term::Draft), [30]);
        assert_eq!(figures(Term::Idle), [45]);
        assert_eq!(figures(Term::Correction), [5, 10, 15]);
        assert_eq!((Term::SmsHours.figure(on), Term::SmsTries.figure(on)), (24, 5));
        assert_eq!((Term::Authority.figure(on), Term::Police.figure(on)), (20, 30));
    }

    #[test]
    fn a_term_that_began_before_midnight_in_china_goes_by_that_day() {
        let noon: Timestamp = "2026-11-21T04:00:00Z".parse().unwrap();
        assert_eq!(Term::Draft.days_after(noon).to_string(), "2026-12-21T04:00:00Z");
        assert_eq!(Term::SmsHours.hours_after(noon).to_string(), "2026-11-22T04:00:00Z");
    }
}
