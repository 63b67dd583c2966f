//! The reference relay: numbers, keeps and delivers sealed events.
