//! Lists a page at a time.

use serde::{Deserialize, Serialize};
use store::{Listing, Page as Wanted};
use utoipa::ToSchema;

use crate::error::{Error, Result};

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// What to ask the next page with; none when this is the last.
    pub next: Option<String>,
}

/// How many rows a page has.
pub(crate) const ROWS: u16 = 50;

/// The page a cursor asks for.
pub(crate) fn wanted(cursor: Option<&str>) -> Result<Wanted> {
    let after = match cursor.filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => Some(text.parse().map_err(|_| Error::field("cursor", "cursor-malformed"))?),
    };
    Ok(Wanted { limit: ROWS, after })
}

impl<T> Page<T> {
    /// A page of the store, each row turned into a view.
    pub(crate) fn of<R>(listing: Listing<R>, view: impl FnMut(R) -> T) -> Self {
        Self {
            next: listing.next.map(|cursor| cursor.to_string()),
            items: listing.items.into_iter().map(view).collect(),
        }
    }
}
