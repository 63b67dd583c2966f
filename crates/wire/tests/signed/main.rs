//! Signed structures as section 3 of docs/PROTOCOL.md states them. The signatures are made here from
//! the document's words, not by the house's own code, so that both must agree with the document.
#![cfg(test)]

mod bundle;
mod encoding;
mod enrolment;
mod login;
mod prekeys;
mod roster;
mod roster_shape;
mod rubbish;
mod support;
mod token;
