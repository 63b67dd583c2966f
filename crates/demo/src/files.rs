//! The static files of the widget and of the console, each with the headers its origin needs.
//!
//! A brotli copy beside a file (`NAME.br`) is sent to whoever accepts it.

use std::path::Path;

use axum::Router;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue,
    InvalidHeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

/// Lets the page that loads the widget see in its own measurements what that costs.
const TIMING_ALLOW_ORIGIN: HeaderName = HeaderName::from_static("timing-allow-origin");

/// The widget's files for a frame that connects to `relay`, an http or https origin.
pub fn widget(dir: &Path, relay: &str) -> Result<Router, InvalidHeaderValue> {
    // Any page may load the loader with an integrity check, which needs CORS; who may frame the chat is
    // decided by the frame itself, from the signed roster.
    Ok(with_common_headers(folder(dir))
        .layer(header(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")))
        .layer(header(TIMING_ALLOW_ORIGIN, HeaderValue::from_static("*")))
        .layer(header(CONTENT_SECURITY_POLICY, policy(relay).try_into()?)))
}

/// The console's files, for an agent who connects to `relay`, an http or https origin.
pub fn console(dir: &Path, relay: &str) -> Result<Router, InvalidHeaderValue> {
    let policy = format!("{}; frame-ancestors 'none'", policy(relay));
    Ok(with_common_headers(folder(dir)).layer(header(CONTENT_SECURITY_POLICY, policy.try_into()?)))
}

/// The files below `dir`.
pub(crate) fn folder(dir: &Path) -> Router {
    Router::new().fallback_service(ServeDir::new(dir).precompressed_br())
}

/// What is served changes with each build, so it is always asked for anew.
pub(crate) fn with_common_headers(router: Router) -> Router {
    router
        .layer(header(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")))
        .layer(header(REFERRER_POLICY, HeaderValue::from_static("no-referrer")))
        .layer(header(CACHE_CONTROL, HeaderValue::from_static("no-cache")))
}

fn header(name: HeaderName, value: HeaderValue) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, value)
}

fn policy(relay: &str) -> String {
    let socket = relay.replacen("http", "ws", 1);
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; \
         connect-src 'self' {relay} {socket}; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'; trusted-types segel-lock"
    )
}

#[cfg(test)]
mod tests {
    use std::fs;

    use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE};

    use super::*;
    use crate::server::Port;

    #[test]
    fn the_readme_tells_whoever_serves_the_files_the_same_policy() {
        let readme = include_str!("../../../README.md");
        let words: Vec<_> = readme.split_whitespace().collect();
        assert!(words.join(" ").contains(&policy("https://relay.example")));
    }

    async fn answer(router: Router, path: &str) -> reqwest::Response {
        let server = Port::take("127.0.0.1", 0).await.unwrap().serve(router);
        let request = reqwest::Client::new().get(format!("{}{path}", server.url()));
        let answer = request.header(ACCEPT_ENCODING, "br").send().await.unwrap();
        server.stop().await;
        answer
    }

    #[tokio::test]
    async fn wasm_is_sent_as_wasm_and_its_brotli_copy_to_whoever_accepts_it() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("widget_bg.wasm"), "plain").unwrap();
        fs::write(dir.path().join("widget_bg.wasm.br"), "brotli").unwrap();
        let answer = answer(widget(dir.path(), "http://127.0.0.1:1").unwrap(), "/widget_bg.wasm").await;
        assert_eq!(answer.headers()[CONTENT_TYPE], "application/wasm");
        assert_eq!(answer.headers()[CONTENT_ENCODING], "br");
        assert_eq!(answer.headers()[ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        assert_eq!(answer.headers()[X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(answer.text().await.unwrap(), "brotli");
    }

    #[tokio::test]
    async fn a_frame_may_connect_to_its_relay_and_the_console_may_not_be_framed() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("index.html"), "<!doctype html>").unwrap();
        let frame = answer(widget(dir.path(), "http://127.0.0.1:1").unwrap(), "/index.html").await;
        let policy = frame.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("connect-src 'self' http://127.0.0.1:1 ws://127.0.0.1:1;"), "{policy}");
        assert!(!policy.contains("frame-ancestors"), "{policy}");
        let console = answer(console(dir.path(), "https://relay.example").unwrap(), "/").await;
        let policy = console.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains(" wss://relay.example;"), "{policy}");
        assert!(policy.ends_with("frame-ancestors 'none'"), "{policy}");
    }
}
