//! Scripts of exchanges for this implementation's vectors.

use serde_json::{Value, json};

use crate::inputs::{NOW, message};
use crate::json::hex;
use crate::mail::{Chance, Mail};

/// Who speaks, is lost, is late, and how much time passes is chance; the clock goes on by at most `gap` seconds a step.
pub(crate) fn talk(seed: u64, seals: u8, gap: usize) -> Value {
    let mut chance = Chance::of(seed);
    let mut mail: [Mail<u8>; 2] = [Mail::new(), Mail::new()];
    let mut can_seal = [true, false];
    let (mut steps, mut sealed, mut now) = (Vec::new(), 0, NOW);
    while sealed < seals || mail.iter().any(|mail| !mail.is_empty()) {
        now += chance.below(gap) as u64;
        let own = chance.below(2);
        let by = ["initiator", "responder"][own];
        if sealed < seals && can_seal[own] && chance.once_in(2) {
            let said =
                message(u64::from(sealed) + 1, &json!({ "kind": 0, "value": format!("{by} says {sealed}") }));
            let event = hex([sealed + 1; 16]);
            steps.push(json!({ "do": "seal", "by": by, "at": now, "event": event, "message": said }));
            if sealed < 3 || !chance.once_in(12) {
                mail[1 - own].post(sealed);
            }
            sealed += 1;
        } else if let Some(wrap) = mail[own].take(&mut chance) {
            can_seal[own] = true;
            steps.push(json!({ "do": "open", "by": by, "at": now, "wrap": wrap }));
        }
    }
    steps.into()
}
