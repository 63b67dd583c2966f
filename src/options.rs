//! What the page's tag says, parsed into types once.

use segel_core::VisitorConfig;
use segel_web::json;
use segel_wire::ids::{RootKey, SiteId};
use segel_wire::json_read;
use segel_wire::signed::Order;
use wasm_bindgen::JsValue;

/// The tag as it comes through the loader.
#[derive(Debug)]
struct Tag {
    site: String,
    relay: String,
    key: String,
    floor: Option<String>,
}

json_read!(Tag { site, relay, key, floor });

/// Why a tag is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OptionsError {
    /// Not an object with the three texts.
    #[error("options.malformed: the tag's settings are incomplete")]
    Malformed,
    /// `data-site` is no site id.
    #[error("options.site: data-site must be 22 characters of base64url")]
    Site,
    /// `data-relay` is no origin.
    #[error("options.relay: data-relay must be an http or https origin")]
    Relay,
    /// `data-key` is no root key.
    #[error("options.key: data-key must be \"ed25519:\" and 43 characters of base64url")]
    Key,
    /// `data-floor` is no roster's order.
    #[error("options.floor: data-floor must be a roster's generation and version, such as 1.12")]
    Floor,
    /// The texts are not those of this program.
    #[error("options.texts: the texts do not belong to this version")]
    Texts,
}

/// Parses the tag into what the engine needs; `page` is the origin of the page as the browser reported it.
pub(crate) fn parse(config: JsValue, page: String) -> Result<VisitorConfig, OptionsError> {
    let tag: Tag = json::from_value(config).map_err(|_| OptionsError::Malformed)?;
    tag.into_config(page)
}

impl Tag {
    fn into_config(self, page: String) -> Result<VisitorConfig, OptionsError> {
        let site: SiteId = self.site.parse().map_err(|_| OptionsError::Site)?;
        let key = self.key.strip_prefix("ed25519:").ok_or(OptionsError::Key)?;
        let root: RootKey = key.parse().map_err(|_| OptionsError::Key)?;
        let relay = self.relay.strip_suffix('/').unwrap_or(&self.relay);
        let host = relay.strip_prefix("https://").or_else(|| relay.strip_prefix("http://"));
        if host.is_none_or(|host| host.is_empty() || host.contains(['/', '?', '#', '@', ' '])) {
            return Err(OptionsError::Relay);
        }
        let floor = self.floor.as_deref().map_or(Some(Order::default()), order).ok_or(OptionsError::Floor)?;
        Ok(VisitorConfig { site, root, relay: relay.to_owned(), page, floor })
    }
}

/// `GENERATION.VERSION`, as `segel-owner` prints it.
fn order(text: &str) -> Option<Order> {
    let (generation, version) = text.split_once('.')?;
    Some(Order { generation: generation.parse().ok()?, version: version.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag() -> Tag {
        Tag {
            site: SiteId([1; 16]).to_string(),
            relay: "http://127.0.0.1:4702".to_owned(),
            key: format!("ed25519:{}", RootKey([2; 32])),
            floor: None,
        }
    }

    fn parse(tag: Tag) -> Result<VisitorConfig, OptionsError> {
        tag.into_config("http://localhost:4700".to_owned())
    }

    #[test]
    fn a_whole_tag_is_read_and_a_final_slash_is_forgiven() {
        let config = parse(Tag { relay: "http://127.0.0.1:4702/".to_owned(), ..tag() }).unwrap();
        assert_eq!((config.site, config.root), (SiteId([1; 16]), RootKey([2; 32])));
        assert_eq!(config.relay, "http://127.0.0.1:4702");
    }

    #[test]
    fn a_floor_is_a_generation_and_a_version_and_may_be_left_out() {
        let floor =
            |text: &str| parse(Tag { floor: Some(text.to_owned()), ..tag() }).map(|config| config.floor);
        assert_eq!(parse(tag()).unwrap().floor, Order::default());
        assert_eq!(floor("2.15"), Ok(Order { generation: 2, version: 15 }));
        for nonsense in ["", "15", "2.", ".15", "2.15.1", "2,15", "-1.2", "1.99999999999999999999"] {
            assert_eq!(floor(nonsense), Err(OptionsError::Floor), "{nonsense}");
        }
    }

    #[test]
    fn each_wrong_field_is_named() {
        assert_eq!(parse(Tag { site: "x".to_owned(), ..tag() }), Err(OptionsError::Site));
        assert_eq!(parse(Tag { key: RootKey([2; 32]).to_string(), ..tag() }), Err(OptionsError::Key));
        assert_eq!(parse(Tag { key: "ed25519:short".to_owned(), ..tag() }), Err(OptionsError::Key));
        for relay in
            ["ftp://relay.example", "https://", "https://relay.example/path", "https://a@b", "relay.example"]
        {
            assert_eq!(parse(Tag { relay: relay.to_owned(), ..tag() }), Err(OptionsError::Relay), "{relay}");
        }
    }
}
