//! What the widget and the console share on screen: every sentence, the timeline, the composer with its
//! masking notice, and the banner.
//!
//! A view is built once, put on the page by its `root`, and then only told what changed. What a person does
//! comes back as an [`Action`] through the one [`Act`] that every view is given.

pub mod action;
pub mod answers;
pub mod banner;
pub mod chosen;
pub mod composer;
mod emoji;
pub mod guard;
pub mod icons;
pub mod intake;
pub mod items;
pub mod lock;
pub mod notice;
pub mod opening;
mod pieces;
mod qr;
mod quote;
pub mod rating;
pub mod running;
pub mod said;
pub mod sentence;
pub mod served;
pub mod situation;
pub mod size;
pub mod text;
pub mod time;
pub mod timeline;
pub mod transcript;
pub mod trouble;
pub mod typing;
pub mod verify;

mod tray;

pub use action::{Act, Action, ReportStep};
pub use chosen::Chosen;
pub use items::Items;
pub use situation::Situation;
pub use text::Language;
pub use trouble::Trouble;
