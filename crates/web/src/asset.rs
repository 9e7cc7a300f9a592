//! Files that travel inside the binary and are served under an address that changes with their content.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};

/// One embedded file.
struct Asset {
    name: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
}

macro_rules! assets {
    ($($name:literal => $media_type:literal),+ $(,)?) => {
        const ASSETS: &[Asset] = &[$(Asset {
            name: $name,
            media_type: $media_type,
            bytes: include_bytes!(concat!("../static/", $name)),
        }),+];
    };
}

assets! {
    "beian.css" => "text/css; charset=utf-8",
    "beian.js" => "text/javascript; charset=utf-8",
    "camera.js" => "text/javascript; charset=utf-8",
    "mark.svg" => "image/svg+xml",
    "paper.css" => "text/css; charset=utf-8",
    "vendor/tabler.css" => "text/css; charset=utf-8",
    "vendor/htmx.js" => "text/javascript; charset=utf-8",
}

/// The first characters of each file's hash, in the order of `ASSETS`.
static HASHES: LazyLock<Vec<String>> = LazyLock::new(|| {
    ASSETS
        .iter()
        .map(|asset| Sha256::digest(asset.bytes).iter().take(6).map(|byte| format!("{byte:02x}")).collect())
        .collect()
});

/// The address of an embedded file, or of nothing when there is no such file.
#[must_use]
pub fn url(name: &str) -> String {
    ASSETS
        .iter()
        .position(|asset| asset.name == name)
        .map_or_else(|| format!("/static/missing/{name}"), |at| format!("/static/{}/{name}", HASHES[at]))
}

/// Serves an embedded file; the hash in its address lets browsers keep it for ever.
pub async fn serve(Path((hash, name)): Path<(String, String)>) -> Response {
    let Some(at) = ASSETS.iter().position(|asset| asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // An old hash still gets today's file, but nobody may keep it under that name.
    let keep = if HASHES[at] == hash { "public, max-age=31536000, immutable" } else { "no-cache" };
    (
        [
            (header::CONTENT_TYPE, HeaderValue::from_static(ASSETS[at].media_type)),
            (header::CACHE_CONTROL, HeaderValue::from_static(keep)),
        ],
        ASSETS[at].bytes,
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_the_templates_ask_for_is_embedded() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
        let mut asked = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            for piece in text.split("shell.asset(\"").skip(1) {
                let name = piece.split('"').next().unwrap();
                assert!(ASSETS.iter().any(|asset| asset.name == name), "{name} is not embedded");
                asked += 1;
            }
        }
        assert!(asked > 0);
    }

    #[test]
    fn the_address_changes_with_the_content() {
        assert!(url("beian.css").starts_with("/static/"));
        assert_ne!(HASHES[0], HASHES[1]);
    }
}
