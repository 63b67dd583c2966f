#![no_main]

#[path = "../../crates/mask/tests/properties/invariants.rs"]
mod invariants;

// A byte is a digit or a telling word, so that most inputs try to be something; the first says where to cut.
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((cut, pieces)) = bytes.split_first() else { return };
    let text = invariants::compose(pieces);
    invariants::check(&text);
    invariants::check_cut(&text, usize::from(*cut));
});
