//! The document's CDDL, and what it says of a value.

use cddl_cat::context::BasicContext;
use cddl_cat::flatten::flatten_from_str;
use cddl_cat::ivt::{Literal, Node};
use cddl_cat::validate_cbor;
use ciborium::Value;

pub(crate) const DOCUMENT: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/PROTOCOL.md"));

/// All blocks of the document that are marked as CDDL, joined.
pub(crate) fn text() -> String {
    let blocks = DOCUMENT.split("\n```cddl\n").skip(1);
    blocks.map(|after| after.split_once("\n```").unwrap().0.to_owned() + "\n").collect()
}

pub(crate) struct Grammar(BasicContext);

impl Grammar {
    pub(crate) fn of_document() -> Self {
        Self(BasicContext::new(flatten_from_str(&text()).unwrap()))
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.rules.keys().map(String::as_str)
    }

    /// Why a value is not of this rule, if it is not.
    pub(crate) fn refusal(&self, rule: &str, value: &Value) -> Option<String> {
        validate_cbor(&self.0.rules[rule], value, &self.0).err().map(|error| error.to_string())
    }

    /// Makes this a rule that no value of the protocol is of.
    pub(crate) fn void(&mut self, name: &str) {
        self.0.rules.get_mut(name).unwrap().node = Node::Literal(Literal::Text("nothing".to_owned()));
    }
}
