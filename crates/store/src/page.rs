//! Lists by key: a page begins after a row, never after a count of rows.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::Error;

/// The most rows one page may hold.
pub const MAX_LIMIT: u16 = 200;

/// Where the next page of a list begins: after this instant and id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pub(crate) at: i64,
    pub(crate) id: Uuid,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}-{}", self.at, self.id.simple())
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (at, id) = text.split_once('-').ok_or(Error::Invalid("the cursor"))?;
        Ok(Self {
            at: i64::from_str_radix(at, 16).map_err(|_| Error::Invalid("the cursor"))?,
            id: id.parse().map_err(|_| Error::Invalid("the cursor"))?,
        })
    }
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// At most so many rows; capped at [`MAX_LIMIT`].
    pub limit: u16,
    /// After this row; from the beginning when absent.
    pub after: Option<Cursor>,
}

impl Default for Page {
    fn default() -> Self {
        Self { limit: 50, after: None }
    }
}

impl Page {
    /// The first page of so many rows.
    #[must_use]
    pub const fn first(limit: u16) -> Self {
        Self { limit, after: None }
    }

    /// One more than the page holds, to learn whether another follows.
    pub(crate) fn probe(&self) -> u64 {
        u64::from(self.limit.clamp(1, MAX_LIMIT)) + 1
    }

    /// Cuts the probe row off and remembers where to go on.
    pub(crate) fn cut<T>(&self, mut items: Vec<T>, cursor: impl Fn(&T) -> Cursor) -> Listing<T> {
        let limit = usize::from(self.limit.clamp(1, MAX_LIMIT));
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(cursor) } else { None };
        Listing { items, next }
    }
}

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Listing<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page begins, when there is one.
    pub next: Option<Cursor>,
}

impl<T> Listing<T> {
    /// The same page with every row turned into something else.
    pub fn try_map<U, E>(self, turn: impl FnMut(T) -> Result<U, E>) -> Result<Listing<U>, E> {
        Ok(Listing { items: self.items.into_iter().map(turn).collect::<Result<_, _>>()?, next: self.next })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_the_round_trip_through_an_address() {
        let cursor = Cursor { at: 1_700_000_000_000_000, id: Uuid::from_u128(7) };
        assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
        assert!("nonsense".parse::<Cursor>().is_err());
    }

    #[test]
    fn a_page_says_whether_another_follows() {
        let page = Page::first(2);
        let cursor = |n: &i64| Cursor { at: *n, id: Uuid::nil() };
        assert!(page.cut(vec![1, 2], cursor).next.is_none());
        let cut = page.cut(vec![1, 2, 3], cursor);
        assert_eq!(cut.items, [1, 2]);
        assert_eq!(cut.next.unwrap().at, 2);
    }
}
