//! Vectors both ways. `SEGEL_WRITE_VECTORS=1` writes this implementation's anew; the other one's `npm test` checks
//! them.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use crate::draws::CountingRng;
use crate::json::{hex, text};
use crate::{inputs, kinds};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/interop/vectors");
const RULE: &str = "the n-th draw of a case is the byte n (from 1, modulo 256), repeated";

fn run(kind: &str, input: &Value) -> (Value, Value) {
    let mut random = CountingRng::default();
    let output = kinds::run(kind, input, &mut random);
    (random.0.iter().map(hex).collect(), output)
}

fn read(name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(format!("{FOLDER}/{name}")).unwrap()).unwrap()
}

/// How many cases of each kind were run.
fn check(file: &Value) -> BTreeMap<&str, usize> {
    assert_eq!(
        (&file["protocol"], &file["suite"], &file["rule"]),
        (&json!("segel/1"), &json!(2), &json!(RULE))
    );
    let mut counts = BTreeMap::new();
    for case in file["cases"].as_array().unwrap() {
        let (kind, name) = (text(&case["kind"]), &case["name"]);
        let (draws, output) = run(kind, &case["input"]);
        assert!(case["draws"] == draws, "{kind} {name}: other draws");
        if let (Some(theirs), Some(ours)) = (case["output"]["steps"].as_array(), output["steps"].as_array()) {
            let differing = theirs.iter().zip(ours).position(|(theirs, ours)| theirs != ours);
            assert_eq!(differing, None, "{kind} {name}: the step that differs");
        }
        assert!(case["output"] == output, "{kind} {name}: {output} instead of {}", case["output"]);
        *counts.entry(kind).or_default() += 1;
    }
    counts
}

#[test]
fn what_the_other_implementation_computed_is_computed_here() {
    let file = read("from-javascript.json");
    let expected = [
        ("acts", 1),
        ("attachment", 2),
        ("content", 18),
        ("device", 4),
        ("enrolment", 1),
        ("exchange", 5),
        ("grant", 1),
        ("log", 1),
        ("login", 1),
        ("prekey", 2),
        ("record", 1),
        ("roster", 1),
        ("safety", 1),
        ("signal", 1),
        ("token", 1),
    ];
    assert_eq!(check(&file), BTreeMap::from(expected));
    assert_eq!(file["cases"].as_array().unwrap().len(), 41);
}

#[test]
fn what_is_written_for_the_other_implementation_is_computed_here() {
    let cases = inputs::all().into_iter().map(|(kind, name, input)| {
        let (draws, output) = run(kind, &input);
        json!({ "kind": kind, "name": name, "input": input, "draws": draws, "output": output })
    });
    let file = json!({ "protocol": "segel/1", "suite": 2, "rule": RULE, "cases": cases.collect::<Vec<_>>() });
    let written = serde_json::to_string_pretty(&file).unwrap() + "\n";
    if std::env::var_os("SEGEL_WRITE_VECTORS").is_some() {
        fs::write(format!("{FOLDER}/from-rust.json"), &written).unwrap();
    }
    let kept = fs::read_to_string(format!("{FOLDER}/from-rust.json")).unwrap();
    assert!(kept == written, "see the head of this file");
    assert_eq!(file["cases"].as_array().unwrap().len(), 62);
}
