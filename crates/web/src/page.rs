//! The pages: each parses its form, calls one act, and shows the result.

use askama::Template;
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;

use crate::http::failure::Failure;

pub mod account;
pub mod advice;
pub mod answers;
pub mod cancel;
pub mod change;
pub mod closed;
pub mod demo;
pub mod desk;
pub mod enter;
pub mod fields;
pub mod filing_papers;
pub mod filings;
pub mod gateways;
pub mod guidance;
pub mod ip_edit;
pub mod ip_import;
pub mod ip_ranges;
pub mod mailbox;
pub mod materials;
pub mod new_order;
pub mod on_file;
pub mod order;
pub mod order_acts;
pub mod orders;
pub mod oversight;
pub mod papers;
pub mod phone;
pub mod preflight;
pub mod public;
pub mod registry;
pub mod reveal;
pub mod section;
pub mod status;
pub mod tasks;
pub mod told;
pub mod verification;
pub mod wire_preview;
pub mod words;

/// What every page gives.
pub type Shown = Result<Response, Failure>;

/// A page, as it is sent.
#[must_use]
pub fn show(page: &impl Template) -> Response {
    show_with(StatusCode::OK, page)
}

/// A page with another status than 200: a form that was not accepted keeps what was typed.
#[must_use]
pub fn show_with(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => Failure(app::Error::Internal(error.to_string())).into_response(),
    }
}

/// To another page, after something was done.
#[must_use]
pub fn go(to: &str) -> Response {
    Redirect::to(to).into_response()
}
