//! Errors on the wire: RFC 9457 problem details with stable codes. PROTOCOL.md, section 8.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::json::{FromJson, Parsed};
use crate::json_read;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:literal, $title:literal;)*) => {
        /// A stable code; clients decide by it, never by the text.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* $name,)*
            /// A code that this version does not know.
            Unknown,
        }

        impl Code {
            fn parse(text: &str) -> Self {
                match text { $($code => Self::$name,)* _ => Self::Unknown }
            }

            /// The code as it stands on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* Self::Unknown => "unknown" }
            }

            /// The HTTP status that goes with the code.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* Self::Unknown => 500 }
            }

            /// A sentence for the developer of a client.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* Self::Unknown => "Unknown problem." }
            }
        }
    };
}

codes! {
    /// The request is not of the documented shape.
    Malformed = "malformed", 400, "The request is not of the documented shape.";
    /// No token, or one that is unknown or expired.
    Unauthenticated = "unauthenticated", 401, "The session token is missing, unknown or expired; log in again.";
    /// The login proof does not hold.
    ProofRefused = "proof-refused", 401, "The proof of possession does not hold for this relay, site and challenge.";
    /// The device may not reach this conversation.
    NotAMember = "not-a-member", 403, "This device may not reach this conversation.";
    /// The Origin is not listed in the site's roster.
    OriginRefused = "origin-refused", 403, "This origin is not listed in the site's roster.";
    /// A signature does not hold, or its signer is not entitled.
    SignatureRefused = "signature-refused", 403, "A signature does not hold or its signer is not entitled.";
    /// Nothing is kept under that name.
    NotFound = "not-found", 404, "Nothing is kept under that name.";
    /// The client does not take what it is sent.
    SlowConsumer = "slow-consumer", 408, "The client does not take what it is sent; connect again and go on from the cursor.";
    /// The same id was used before with other bytes.
    Conflict = "conflict", 409, "This id was used before with other bytes.";
    /// A roster is older than the one that is kept.
    RosterOlder = "roster-older", 409, "A newer roster is already published.";
    /// A roster is newer than the one that is kept, but not the next link of its chain.
    RosterUnlinked = "roster-unlinked", 409, "The roster does not follow the one that is published.";
    /// A chunk of an attachment does not follow what is stored.
    OffsetRefused = "offset-refused", 409, "The chunk does not follow what is stored; ask how far the upload has come.";
    /// An event or request is over its size limit.
    TooLarge = "too-large", 413, "The event is over the size limit.";
    /// The conversation's visitor has erased it.
    Erased = "erased", 410, "The visitor has erased this conversation.";
    /// The cursor belongs to another epoch of this relay.
    CursorRefused = "cursor-refused", 410, "The cursor is not of this relay's epoch; start again without it.";
    /// No range of an attachment, or not one that can be had.
    RangeRefused = "range-refused", 416, "One range of at most a chunk within the attachment must be asked for.";
    /// Too many requests.
    TooMany = "too-many", 429, "Too many requests; wait and try again.";
    /// The relay failed.
    Internal = "internal", 500, "The relay failed; nothing was stored.";
    /// The relay is shutting down.
    Draining = "draining", 503, "The relay is restarting; connect again.";
    /// There is no room for more attachments.
    QuotaExceeded = "quota-exceeded", 507, "There is no room for more attachments.";
}

/// An RFC 9457 problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `urn:segel:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// A sentence; the same for every problem of a code.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The stable code.
    pub code: Code,
}

json_read!(Problem { kind = "type", title, status, code });

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self::parse(&text))
    }
}

impl FromJson for Code {
    fn from_json(value: &impl Parsed) -> Option<Self> {
        value.text().map(|text| Self::parse(&text))
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self {
            kind: format!("urn:segel:problem:{}", code.as_str()),
            title: code.title().to_owned(),
            status: code.status(),
            code,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_survives_json_and_a_future_code_reads_as_unknown() {
        let problem = Problem::from(Code::NotAMember);
        let text = serde_json::to_string(&problem).unwrap();
        assert_eq!(serde_json::from_str::<Problem>(&text).unwrap(), problem);
        let future = text.replace("\"not-a-member\"", "\"from-the-future\"");
        assert_eq!(serde_json::from_str::<Problem>(&future).unwrap().code, Code::Unknown);
    }
}
