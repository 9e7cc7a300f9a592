//! What others told of domains.

use super::{bytes_null, id, number, number_null, on, table, text, text_null, unique};

super::migration!(
    "m20261125_0007_domain_fact",
    vec![table(
        "domain_fact",
        &["id"],
        vec![
            id("id"),
            text("domain"),
            bytes_null("registration"),
            number_null("registration_at"),
            text_null("resolution"),
            number_null("resolution_at"),
            text("silent"),
            number("asked_at"),
            number("due_at"),
            number("wanted_until"),
        ],
        &[],
    )],
    [unique("domain_fact", &["domain"]), on("domain_fact", &["due_at"]), on("domain_fact", &["wanted_until"])]
);
