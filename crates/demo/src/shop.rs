//! The demo shop's pages, with the one script tag put in.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use data_encoding::BASE64URL_NOPAD;
use segel_wire::SiteId;
use segel_wire::ids::RootKey;

use crate::files;

/// Where a page wants the tag.
const MARKER: &str = "<!-- segel:tag -->";

/// Paths of the pages that are sent as any shop would send them, and their files.
const PAGES: [(&str, &str); 4] = [
    ("/", "index.html"),
    ("/index.html", "index.html"),
    ("/produk.html", "produk.html"),
    ("/arab.html", "arab.html"),
];

/// The page that is sent with a strict policy and a nonce.
const STRICT_PAGE: &str = "csp.html";

/// The shop's files could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ShopError {
    /// A page or its folder is missing.
    #[error("cannot read the shop's pages: {0}")]
    Page(#[from] io::Error),
    /// `integrity.json` does not name the loader.
    #[error("cannot read the loader's integrity: {0}")]
    Integrity(String),
}

/// What a page needs to embed the chat of one site.
#[derive(Debug, Clone)]
pub struct Tag {
    /// Origin of the widget's files.
    pub widget: String,
    /// The loader's `sha384-...`.
    pub integrity: String,
    /// The site.
    pub site: SiteId,
    /// Origin of the relay.
    pub relay: String,
    /// The site's root key.
    pub root: RootKey,
}

impl Tag {
    /// The script tag, ready to be pasted.
    pub fn html(&self) -> String {
        self.with_attributes("")
    }

    fn with_attributes(&self, more: &str) -> String {
        let Self { widget, integrity, site, relay, root } = self;
        format!(
            r#"<script async{more} src="{widget}/segel.js" integrity="{integrity}" crossorigin="anonymous" data-site="{site}" data-relay="{relay}" data-key="ed25519:{root}"></script>"#
        )
    }
}

/// The loader's integrity as the build noted it in `integrity.json`, a map from file names.
pub fn integrity(file: &Path) -> Result<String, ShopError> {
    let wrong = |reason: String| ShopError::Integrity(format!("{}: {reason}", file.display()));
    let text = fs::read(file).map_err(|error| wrong(error.to_string()))?;
    let map: serde_json::Value = serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
    let integrity = map["segel.js"].as_str().ok_or_else(|| wrong("no entry for segel.js".into()))?;
    Ok(integrity.to_owned())
}

/// The shop below `dir`, each page with `tag` where it wants it.
pub fn shop(dir: &Path, tag: &Tag) -> Result<Router, ShopError> {
    let mut router = files::folder(dir);
    for (path, file) in PAGES {
        let page: Arc<str> = fs::read_to_string(dir.join(file))?.replace(MARKER, &tag.html()).into();
        router = router.route(path, get(async move || Html(page.to_string())));
    }
    let (page, tag): (Arc<str>, _) = (fs::read_to_string(dir.join(STRICT_PAGE))?.into(), tag.clone());
    let strict = get(async move || strict_page(&page, &tag));
    Ok(files::with_common_headers(router.route(&format!("/{STRICT_PAGE}"), strict)))
}

/// A page under the strictest policy that a shop may have: what it allows, the chat needs.
fn strict_page(page: &str, tag: &Tag) -> Response {
    let mut random = [0; 16];
    if getrandom::fill(&mut random).is_err() {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let nonce = BASE64URL_NOPAD.encode(&random);
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self'; frame-src {}; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
        tag.widget
    );
    let page = page.replace(MARKER, &tag.with_attributes(&format!(r#" nonce="{nonce}""#)));
    ([(CONTENT_SECURITY_POLICY, policy)], Html(page)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::Port;

    fn tag() -> Tag {
        Tag {
            widget: "http://127.0.0.1:1".into(),
            integrity: "sha384-AAAA".into(),
            site: SiteId([1; 16]),
            relay: "http://127.0.0.1:2".into(),
            root: RootKey([2; 32]),
        }
    }

    async fn page(dir: &Path, path: &str) -> (String, String) {
        let server = Port::take("localhost", 0).await.unwrap().serve(shop(dir, &tag()).unwrap());
        let answer = reqwest::get(format!("{}{path}", server.url())).await.unwrap();
        let policy = answer.headers().get(CONTENT_SECURITY_POLICY);
        let policy = policy.map_or(String::new(), |policy| policy.to_str().unwrap().to_owned());
        let text = answer.text().await.unwrap();
        server.stop().await;
        (text, policy)
    }

    #[tokio::test]
    async fn each_page_of_the_shop_carries_the_tag_where_it_wants_it() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../www/shop");
        for path in ["/", "/index.html", "/produk.html", "/arab.html"] {
            let (text, _) = page(&dir, path).await;
            assert_eq!(text.matches(&tag().html()).count(), 1, "{path}");
        }
        let (text, _) = page(&dir, "/toko.css").await;
        assert!(text.contains(":root"), "{text}");
    }

    #[tokio::test]
    async fn the_strict_page_allows_its_tag_by_a_nonce_that_is_used_once() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../www/shop");
        let (first, policy) = page(&dir, "/csp.html").await;
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
        assert!(first.contains(&format!(r#"<script async nonce="{nonce}" src="#)), "{first}");
        assert!(!first.contains("toko.js"), "its other scripts have no nonce");
        let (second, _) = page(&dir, "/csp.html").await;
        assert!(!second.contains(nonce));
    }

    #[test]
    fn integrity_is_read_from_the_builds_note_and_its_absence_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("integrity.json");
        assert!(matches!(integrity(&file), Err(ShopError::Integrity(_))));
        fs::write(&file, r#"{"segel.js":"sha384-AAAA"}"#).unwrap();
        assert_eq!(integrity(&file).unwrap(), "sha384-AAAA");
        fs::write(&file, "{}").unwrap();
        assert!(integrity(&file).unwrap_err().to_string().ends_with("no entry for segel.js"));
    }
}
