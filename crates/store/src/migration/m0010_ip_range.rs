//! The provider's own addresses, as they are filed with each bureau.

use super::{bytes, flag, id, id_null, number, number_null, on, table, text, unique};

super::migration!(
    "m20261125_0010_ip_range",
    vec![table(
        "ip_range",
        &["id"],
        vec![
            id("id"),
            text("bureau"),
            text("kind"),
            number("first"),
            number("last"),
            text("state"),
            flag("live"),
            flag("carries"),
            flag("flagged"),
            number_null("wire"),
            number_null("bureau_id"),
            id_null("upload_id"),
            bytes("content"),
            number("created_at"),
            number("updated_at"),
            number("version"),
        ],
        &[("upload_id", "upload")],
    )],
    [
        on("ip_range", &["bureau", "kind", "live", "first"]),
        on("ip_range", &["bureau", "first", "id"]),
        on("ip_range", &["bureau", "state", "first", "id"]),
        on("ip_range", &["bureau", "flagged", "first", "id"]),
        unique("ip_range", &["wire"]),
        on("ip_range", &["bureau", "kind", "bureau_id"]),
        on("ip_range", &["upload_id"]),
    ]
);
