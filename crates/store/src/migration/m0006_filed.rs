//! What is filed, and the feed of verdicts.

use super::{bytes, flag, id, id_null, number, number_null, on, table, text, text_null, unique};

super::migration!(
    "m20261121_0006_filed",
    vec![
        table(
            "filed_subject",
            &["id"],
            vec![
                id("id"),
                id("account_id"),
                text("number"),
                text("province"),
                text("nature"),
                text("bureau"),
                number_null("bureau_id"),
                text("certificate_hash"),
                bytes("sealed"),
                text("state"),
                number("filed_at"),
                number("updated_at"),
                number("version"),
            ],
            &[("account_id", "account")],
        ),
        table(
            "filed_site",
            &["id"],
            vec![
                id("id"),
                id("subject_id"),
                id_null("order_id"),
                text("number"),
                text("domain"),
                text_null("active_domain"),
                text("bureau"),
                number_null("bureau_id"),
                number_null("access_bureau_id"),
                flag("accessed"),
                id_null("resource_id"),
                bytes("sealed"),
                text("state"),
                number("filed_at"),
                number("updated_at"),
                number("version"),
            ],
            &[("subject_id", "filed_subject"), ("order_id", "order"), ("resource_id", "resource")],
        ),
        table(
            "feed",
            &["sequence"],
            vec![
                number("sequence"),
                text("domain"),
                text_null("latest_domain"),
                text("body"),
                text("hash"),
                number("at"),
            ],
            &[],
        ),
    ],
    [
        unique("filed_subject", &["number"]),
        on("filed_subject", &["certificate_hash"]),
        on("filed_subject", &["account_id", "filed_at", "id"]),
        on("filed_site", &["number"]),
        unique("filed_site", &["active_domain"]),
        on("filed_site", &["subject_id", "number"]),
        on("filed_site", &["resource_id"]),
        unique("feed", &["latest_domain"]),
    ]
);
