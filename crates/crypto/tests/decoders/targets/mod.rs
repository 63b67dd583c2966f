//! Every decoder that reads what others hand over, as a function of bytes. The property tests beside this
//! folder and the fuzz targets at the repository's root run the same functions.
//!
//! A function panics where an invariant does not hold; whatever the bytes are, it must not.

mod corpus;
mod device;
mod fixture;
mod hostile;
mod json;
mod machine;
mod relay;
mod rooms;
mod sealed;
mod signed;
mod stored;
mod view;

pub(crate) use corpus::make_corpus;

use segel_wire::cbor::{self, Cbor};

/// What a fuzz target runs.
pub(crate) type Target = fn(&[u8]);

/// Each decoder under the name of its fuzz target.
pub(crate) const TARGETS: [(&str, Target); 24] = [
    ("certificate", signed::certificate),
    ("roster", signed::roster),
    ("prekeys_upload", signed::prekeys_upload),
    ("bundle", signed::bundle),
    ("invitation", signed::invitation),
    ("enrolment", signed::enrolment),
    ("enrolment_code", signed::enrolment_code),
    ("token", signed::token),
    ("init", sealed::init),
    ("wrap", sealed::wrap),
    ("header", hostile::header),
    ("hostile_peer", hostile::peer),
    ("content", sealed::content),
    ("message", sealed::message),
    ("grant", sealed::grant),
    ("act", rooms::act),
    ("attachment", rooms::attachment),
    ("signal", rooms::signal),
    ("session_state", stored::session),
    ("prekeys_state", stored::prekeys),
    ("record", stored::record),
    ("client_frame", json::client),
    ("server_frame", json::server),
    ("session_machine", machine::run),
];

/// Decodes; what decodes is what would be encoded, since everything has one encoding.
fn decode<T: Cbor>(bytes: &[u8]) -> Option<T> {
    let value = cbor::decode(bytes).ok()?;
    assert_eq!(cbor::encode(&value), bytes, "a second encoding was accepted");
    Some(value)
}
