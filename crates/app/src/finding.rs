//! Findings of this crate's own: about files, passwords and what only the platform knows. The rules of filing are in
//! `filing::check`.

use filing::check::{Finding, Severity};

use crate::say::{self, Values};

/// A finding that blocks, with the text of `finding.ftl`; the code is its rule.
#[must_use]
pub fn block(field: &str, code: &str, values: Values<'_>) -> Finding {
    make(field, code, Severity::Block, values)
}

/// A finding that warns.
#[must_use]
pub fn warn(field: &str, code: &str, values: Values<'_>) -> Finding {
    make(field, code, Severity::Warn, values)
}

fn make(field: &str, code: &str, severity: Severity, values: Values<'_>) -> Finding {
    Finding {
        rule: code.to_owned(),
        severity,
        field: field.to_owned(),
        message: say::both(code, values).unwrap_or_else(|| filing::text::Text::new(code, code)),
        fix: say::both(&format!("{code}.fix"), values).unwrap_or_default(),
        value: None,
        values: Vec::new(),
        source: say::text(crate::language::Language::Chinese, &format!("{code}.source"), &[]).unwrap_or_default(),
        effective_from: None,
        effective_until: None,
        cured_from: None,
    }
}
