//! Marks what masking finds: JSON Lines in, JSON Lines out, as the open corpus's scorer reads them.
//!
//! `cargo run --release -p segel-mask --example predict < cases.jsonl > found.jsonl`
//!
//! A line has `id`, `text` and, where one writer sends it in several messages, `messages`: their `[start, end]` in the
//! text. What comes out has `id` and `spans` with `start`, `end` and `kind`. Places are counted in Unicode scalar values
//! of the whole text. Parts of a number that were sent before the message that completes it are among the spans: the
//! widget offers to withdraw those.
#![expect(clippy::print_stdout, reason = "what is found is what this program is for")]

#[path = "../tests/corpus/predict.rs"]
mod predict;

use std::io::{self, BufRead};

use serde::Deserialize;
use serde_json::json;

/// A line of the input.
#[derive(Deserialize)]
struct Case {
    id: serde_json::Value,
    text: String,
    #[serde(default)]
    messages: Option<Vec<[usize; 2]>>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for line in io::stdin().lock().lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let case: Case = serde_json::from_str(&line)?;
        let found = predict::predict(&case.text, case.messages.as_deref().unwrap_or_default())?;
        let spans: Vec<_> = found
            .iter()
            .map(|span| json!({ "start": span.start, "end": span.end, "kind": span.kind.name() }))
            .collect();
        println!("{}", json!({ "id": case.id, "spans": spans }));
    }
    Ok(())
}
