//! What is needed to end what is filed: the bureau's own numbers are looked up, and papers are sent on their own.

use super::{id, id_null, number, number_null, on, table, text};

super::migration!(
    "m20261125_0009_ending",
    vec![table(
        "supplement",
        &["id"],
        vec![
            id("id"),
            id("account_id"),
            id("subject_id"),
            id_null("site_id"),
            id_null("upload_id"),
            text("purpose"),
            text("reference"),
            text("sha256"),
            text("state"),
            number_null("code"),
            number("sent_at"),
            number_null("settled_at"),
        ],
        &[
            ("account_id", "account"),
            ("subject_id", "filed_subject"),
            ("site_id", "filed_site"),
            ("upload_id", "upload")
        ],
    )],
    [
        on("supplement", &["subject_id", "sent_at", "id"]),
        on("supplement", &["reference", "sent_at"]),
        on("filed_subject", &["bureau", "bureau_id"]),
        on("filed_site", &["bureau", "bureau_id"]),
        on("filed_site", &["bureau", "access_bureau_id"]),
    ]
);
