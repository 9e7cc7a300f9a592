//! Keys, files, settings and counters.

use super::{bytes, bytes_null, id, number, on, table, text};

super::migration!(
    "m20261121_0001_keys",
    vec![
        table("data_key", &["id"], vec![id("id"), text("master"), bytes("wrapped")], &[]),
        table("file", &["id"], vec![id("id"), number("size"), bytes_null("bytes")], &[]),
        table("setting", &["key"], vec![text("key"), text("value"), number("updated_at")], &[]),
        table("counter", &["name"], vec![text("name"), number("value")], &[]),
    ],
    [on("data_key", &["master", "id"])]
);
