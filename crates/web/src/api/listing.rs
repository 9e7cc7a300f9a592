//! Lists in pages: the rows, the cursor of the next page, and the same cursor as a `Link` header (RFC 8288).

use app::act::Page;
use axum::Json;
use axum::http::header::LINK;
use axum::http::{HeaderValue, Uri};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::IntoParams;

/// The question every list takes, for the description of the interface.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Cursor {
    /// Where the page begins: the `next` of the page before.
    pub cursor: Option<String>,
}

/// One page of a list, and the address it was asked under.
#[derive(Debug)]
pub struct Listing<T>(pub Uri, pub Page<T>);

impl<T: Serialize> IntoResponse for Listing<T> {
    fn into_response(self) -> Response {
        let Self(uri, page) = self;
        let next = page.next.as_deref().map(|cursor| next_link(&uri, cursor));
        let mut response = Json(page).into_response();
        if let Some(link) = next.and_then(|link| HeaderValue::from_str(&link).ok()) {
            response.headers_mut().insert(LINK, link);
        }
        response
    }
}

/// The `Link` header that leads to the page after a cursor, with every other question kept.
fn next_link(uri: &Uri, cursor: &str) -> String {
    let kept = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        .filter(|(name, _)| name != "cursor")
        .collect::<Vec<_>>();
    let query =
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).append_pair("cursor", cursor).finish();
    format!("<{}?{query}>; rel=\"next\"", uri.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_keeps_the_question_and_replaces_the_cursor() {
        let uri: Uri = "/api/v1/review/orders?view=all&cursor=old".parse().unwrap();
        assert_eq!(next_link(&uri, "a/b"), "</api/v1/review/orders?view=all&cursor=a%2Fb>; rel=\"next\"");
    }
}
