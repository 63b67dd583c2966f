//! The wall clock.

/// Milliseconds since 1970-01-01T00:00:00Z by the clock of this device, which may be wrong or set back.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float-to-integer cast saturates, and Date.now() is a whole number far below 2^53"
)]
pub fn now_ms() -> u64 {
    js_sys::Date::now() as u64
}
