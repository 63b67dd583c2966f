//! Finds and masks sensitive data in text.
