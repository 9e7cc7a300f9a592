//! How often providers call: the specification asks them to control the frequency and names no code for those who do not,
//! so they are answered with 999 and told how long to wait.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// The calls of the last minute.
#[derive(Debug, Default)]
pub(super) struct Rate {
    limit: Option<u32>,
    calls: Mutex<HashMap<i64, VecDeque<Timestamp>>>,
}

impl Rate {
    pub(super) fn new(limit: Option<u32>) -> Self {
        Self { limit, calls: Mutex::default() }
    }

    /// Counts a call; if it is one too many, says after how many seconds the next may come.
    pub(super) fn exceeded(&self, isp_id: i64, now: Timestamp) -> Option<i64> {
        let limit = usize::try_from(self.limit?).unwrap_or(usize::MAX);
        let minute = SignedDuration::from_mins(1);
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let calls = calls.entry(isp_id).or_default();
        while calls.front().is_some_and(|first| now.duration_since(*first) >= minute) {
            calls.pop_front();
        }
        match calls.front() {
            Some(first) if calls.len() >= limit => Some((minute - now.duration_since(*first)).as_secs().max(1)),
            _ => {
                calls.push_back(now);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_later_the_next_call_may_come() {
        let rate = Rate::new(Some(2));
        let at = |seconds: i64| Timestamp::from_second(1_000_000 + seconds).unwrap();
        assert_eq!([rate.exceeded(1, at(0)), rate.exceeded(1, at(10))], [None, None]);
        assert_eq!(rate.exceeded(1, at(20)), Some(40));
        assert_eq!(rate.exceeded(2, at(20)), None, "everybody has calls of their own");
        assert_eq!(rate.exceeded(1, at(60)), None);
        assert_eq!(Rate::new(None).exceeded(1, at(0)), None);
    }
}
