//! Proofs that somebody controls a domain.

use super::{id, id_null, number, number_null, on, table, text, text_null, unique};

super::migration!(
    "m20261126_0014_domain_proof",
    vec![table(
        "domain_proof",
        &["id"],
        vec![
            id("id"),
            text("domain"),
            text("token_hash"),
            id_null("account_id"),
            number("created_at"),
            number("expires_at"),
            number_null("proven_at"),
            text_null("proven_by"),
            number_null("looked_at"),
            text_null("looked"),
        ],
        &[("account_id", "account")],
    )],
    [unique("domain_proof", &["token_hash"]), on("domain_proof", &["expires_at"])]
);
