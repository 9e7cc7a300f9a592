//! The file of an upload form.

use axum::extract::{FromRequest, Multipart, Request};
use http::StatusCode;

use crate::http::failure::Failure;

/// A file as it was sent; what it really is, the act finds out.
#[derive(Debug, Clone)]
pub struct Upload {
    /// What its owner calls it.
    pub file_name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let unreadable = || Failure(app::Error::Conflict { code: "form-unreadable" });
        let refused = |error: axum::extract::multipart::MultipartError| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Failure(app::Error::Conflict { code: "too-large" }),
            _ => unreadable(),
        };
        let mut form = Multipart::from_request(request, state).await.map_err(|_| unreadable())?;
        while let Some(field) = form.next_field().await.map_err(refused)? {
            if field.name() != Some("file") {
                continue;
            }
            let file_name = field.file_name().unwrap_or_default().chars().take(120).collect();
            let bytes = field.bytes().await.map_err(refused)?.to_vec();
            if bytes.is_empty() {
                break;
            }
            return Ok(Self { file_name, bytes });
        }
        Err(Failure(app::Error::Conflict { code: "no-file" }))
    }
}
