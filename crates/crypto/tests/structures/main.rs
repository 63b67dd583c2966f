//! The CDDL of docs/PROTOCOL.md: that it is a whole specification, and that it says what the decoders do.
#![cfg(all(test, not(target_family = "wasm")))]
#![expect(clippy::unwrap_used, clippy::panic, reason = "what tests share fails as tests do")]

mod damage;
mod grammar;
mod labels;
mod names;
mod samples;

use std::collections::BTreeSet;

use segel_crypto::content::Message;
use segel_wire::cbor;

use crate::damage::{Damage, damages, decode, encode};
use crate::grammar::Grammar;
use crate::names::Faults;
use crate::samples::{Sample, samples};

#[test]
fn the_document_is_a_whole_specification() {
    assert_eq!(Faults::of(&grammar::text()), Faults::default());
    assert!(Grammar::of_document().names().count() > 30);
}

#[test]
fn every_label_of_the_code_stands_in_the_document() {
    let used = labels::of_sources();
    assert!(used.len() > 25, "the sources are read: {}", used.len());
    let missing: Vec<_> = used.into_iter().filter(|label| !labels::is_in(grammar::DOCUMENT, label)).collect();
    assert_eq!(missing, [""; 0]);
    assert!(!labels::is_in(grammar::DOCUMENT, "segel/1 unheard of"));
}

#[test]
fn a_name_that_is_missing_doubled_or_taken_is_noticed() {
    let planted = "a = { 0: b, ? 1: [* c], 2: uint .size d }\nd = 4\nd = 5\ntdate = tstr\ne = ([f] / ~g)\nh = (i, j: k)\n";
    let faults = Faults::of(planted);
    let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(faults.undefined, set(&["b", "c", "f", "g", "i", "k"]));
    assert_eq!(faults.doubled, set(&["d", "tdate"]));
}

#[test]
fn real_values_are_of_their_rules() {
    let grammar = Grammar::of_document();
    for Sample { rule, bytes, decodes } in samples() {
        assert!(decodes(&bytes), "{rule}: the decoder refuses it");
        assert_eq!(encode(&decode(&bytes)), bytes, "{rule}: the encoding is deterministic");
        assert_eq!(grammar.refusal(rule, &decode(&bytes)), None, "{rule}");
    }
}

#[test]
fn every_rule_is_tried_by_a_real_value() {
    let samples: Vec<_> = samples().into_iter().map(|sample| (sample.rule, decode(&sample.bytes))).collect();
    for name in Grammar::of_document().names() {
        // A rule that nothing is of: whoever needs it is refused.
        let mut without = Grammar::of_document();
        without.void(name);
        let needed = samples.iter().any(|(rule, value)| without.refusal(rule, value).is_some());
        assert!(needed, "{name}");
    }
    let body = |sample: &Sample| cbor::decode::<Message>(&sample.bytes).ok().map(|message| message.body);
    let bodies: Vec<_> = crate::samples::samples().iter().filter_map(body).collect();
    let kinds: BTreeSet<_> = bodies.iter().map(|body| cbor::encode(body)[1]).collect();
    assert_eq!(kinds, (0..=14).collect(), "every kind of body");
}

#[test]
fn a_missing_key_and_a_wrong_length_are_refused() {
    let grammar = Grammar::of_document();
    let samples = samples();
    let certificate = &samples.iter().find(|sample| sample.rule == "certificate").unwrap().bytes;
    let whole = decode(certificate);
    let mut short = whole.clone();
    let fields = short.as_map_mut().unwrap();
    fields[0].1.as_bytes_mut().unwrap().pop();
    assert!(grammar.refusal("certificate", &short).is_some());
    for at in 0..5 {
        let mut without = whole.clone();
        without.as_map_mut().unwrap().remove(at);
        assert!(grammar.refusal("certificate", &without).is_some(), "without {at}");
    }
    assert!(grammar.refusal("roster", &whole).is_some());
}

#[test]
fn what_is_damaged_is_judged_as_the_decoders_judge() {
    let grammar = Grammar::of_document();
    let (mut refused, mut accepted) = (0, 0);
    for Sample { rule, bytes, decodes } in samples() {
        for Damage { value, says, empties } in damages(&decode(&bytes)) {
            let ours = grammar.refusal(rule, &value).is_none();
            let theirs = decodes(&encode(&value));
            // A list that must not be empty is refused by what comes after its decoder.
            if ours || !empties {
                assert_eq!(ours, theirs, "{rule}, {says}: {value:?}");
            }
            *(if ours { &mut accepted } else { &mut refused }) += 1;
        }
    }
    assert!(refused > 5_000 && accepted > 400, "{refused} and {accepted}");
}
