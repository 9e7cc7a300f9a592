//! What uploads called the authority's own records, for its answers repeat that and nothing else.

use super::{id, number, on, table, text, unique};

super::migration!(
    "m20261125_0008_wire_reference",
    vec![table(
        "wire_reference",
        &["entry"],
        vec![number("entry"), text("bureau"), number("operation"), text("reference"), id("order_id"), number("round"),],
        &[("order_id", "order")],
    )],
    [
        unique("wire_reference", &["order_id", "round", "operation", "reference"]),
        on("wire_reference", &["bureau", "operation", "reference", "entry"]),
    ]
);
