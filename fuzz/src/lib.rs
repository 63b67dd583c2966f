//! The decoders' test functions, by the names of their fuzz targets.

#[path = "../../crates/crypto/tests/decoders/targets/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the corpus is written by the property tests")]
mod targets;

/// Runs the target of this name.
pub fn run(name: &str, bytes: &[u8]) {
    let (_, target) = targets::TARGETS.iter().find(|(target, _)| *target == name).expect("a target");
    target(bytes);
}
