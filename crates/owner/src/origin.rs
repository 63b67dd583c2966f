//! Web origins, as the roster lists them and as browsers report them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use url::Url;

/// A web origin in its one serialization, such as `https://shop.example` or `http://127.0.0.1:8080`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin(String);

/// A text is not a web origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a web origin: http or https, a host, perhaps a port, and no path")]
pub struct NotAnOrigin;

impl Origin {
    /// The text that browsers send in `Origin`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Origin {
    type Err = NotAnOrigin;

    fn from_str(text: &str) -> Result<Self, NotAnOrigin> {
        let url = Url::parse(text).map_err(|_| NotAnOrigin)?;
        let bare = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if bare && matches!(url.scheme(), "http" | "https") {
            Ok(Self(url.origin().ascii_serialization()))
        } else {
            Err(NotAnOrigin)
        }
    }
}

impl TryFrom<String> for Origin {
    type Error = NotAnOrigin;

    fn try_from(text: String) -> Result<Self, NotAnOrigin> {
        text.parse()
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_report_it() {
        for (text, origin) in [
            ("https://Shop.Example:443/", "https://shop.example"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("https://warung.例え", "https://warung.xn--r8jz45g"),
        ] {
            assert_eq!(text.parse::<Origin>().unwrap().as_str(), origin);
        }
    }

    #[test]
    fn a_text_with_more_or_less_than_an_origin_is_refused() {
        for text in [
            "",
            "shop.example",
            "ftp://shop.example",
            "data:text/plain,x",
            "https://shop.example/path",
            "https://shop.example/?a",
            "https://shop.example/#a",
            "https://name@shop.example",
            "https://:secret@shop.example",
        ] {
            assert_eq!(text.parse::<Origin>(), Err(NotAnOrigin), "{text}");
        }
    }
}
