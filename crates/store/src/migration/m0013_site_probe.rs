//! Filed sites whose domain leads away from us.

use super::{id, number, table, text};

super::migration!(
    "m20261126_0013_site_probe",
    vec![table(
        "site_probe",
        &["site_id"],
        vec![id("site_id"), text("away"), number("times"), number("since"), number("at")],
        &[("site_id", "filed_site")],
    )],
    []
);
