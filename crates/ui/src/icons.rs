//! Outlines of the icons, each on a 24 by 24 grid, filled by the nonzero rule.

/// Close, dismiss.
pub const CROSS: &str =
    "M6.4 5 12 10.6 17.6 5 19 6.4 13.4 12 19 17.6 17.6 19 12 13.4 6.4 19 5 17.6 10.6 12 5 6.4z";
/// A closed padlock: sealed.
pub const LOCK: &str = "M7 10V8a5 5 0 0 1 10 0v2h.5A1.5 1.5 0 0 1 19 11.5v8a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 5 19.5v-8A1.5 1.5 0 0 1 6.5 10zm2 0h6V8a3 3 0 0 0-6 0z";
/// An arrow upwards: send.
pub const SEND: &str = "M12 4l7 7-1.4 1.4L13 7.8V20h-2V7.8l-4.6 4.6L5 11z";
/// A paperclip: attach.
pub const CLIP: &str = "M7.5 18A5.5 5.5 0 0 1 7.5 7H18a4 4 0 0 1 0 8H9.5a2.5 2.5 0 0 1 0-5H17v1.5H9.5a1 1 0 0 0 0 2H18a2.5 2.5 0 0 0 0-5H7.5a4 4 0 0 0 0 8H17V18z";
/// A smiling face: choose an emoji.
pub const SMILE: &str = "M12 3a9 9 0 1 1 0 18a9 9 0 1 1 0-18zm0 2a7 7 0 1 0 0 14a7 7 0 1 0 0-14zM8 9h2v2.4H8zm6 0h2v2.4h-2zm-6 4.6h8a4 4 0 0 1-8 0z";
/// A cogwheel: what can be turned on and off.
pub const COG: &str = "M10.6 3h2.8l.4 2.3 1.6.7 1.9-1.4 2 2-1.4 1.9.7 1.6 2.3.4v2.9l-2.3.4-.7 1.6 1.4 1.9-2 2-1.9-1.4-1.6.7-.4 2.3h-2.8l-.4-2.3-1.6-.7-1.9 1.4-2-2 1.4-1.9-.7-1.6-2.3-.4v-2.9l2.3-.4.7-1.6-1.4-1.9 2-2L8.6 6l1.6-.7zM12 9a3 3 0 1 0 0 6a3 3 0 1 0 0-6z";
/// A sheet of paper: a file.
pub const FILE: &str = "M7 2h7l5 5v13a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2zm6 1.5V8h4.5z";
/// A landscape: a picture.
pub const PICTURE: &str =
    "M5 3h14a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zm0 14h14l-4.5-6-3.5 4.5-2.5-3z";
/// An arrow against the direction of reading: back.
pub const BACK: &str = "M10.8 5.6 12.2 7 8.2 11H20v2H8.2l4 4-1.4 1.4L4.4 12z";
/// An arrow that turns back: take back.
pub const UNDO: &str = "M12 5a7 7 0 1 1-7 7h2a5 5 0 1 0 5-5h-2v3L5 6l5-4v3z";
/// An arrow back to where something came from: answer.
pub const REPLY: &str = "M10 5v4c6.5.3 10 3.6 11 10-2.6-3.4-6-5-11-5v4l-7-6.5z";
/// A round seal with a tick: the business vouches for this name.
pub const SEAL: &str =
    "M12 2a10 10 0 0 1 0 20a10 10 0 0 1 0-20zm-1.2 14.2 6.5-6.5-1.6-1.6-4.9 4.9-2.5-2.5-1.6 1.6z";
/// A clock: somebody waits.
pub const CLOCK: &str =
    "M12 3a9 9 0 1 1 0 18a9 9 0 1 1 0-18zm0 2a7 7 0 1 0 0 14a7 7 0 1 0 0-14zm-1 2h2v4.6l3 3-1.4 1.4-3.6-3.6z";
/// A bell: notices beside the page.
pub const BELL: &str = "M12 2a1.5 1.5 0 0 1 1.5 1.5v.7A6 6 0 0 1 18 10v4l2 3v1H4v-1l2-3v-4a6 6 0 0 1 4.5-5.8v-.7A1.5 1.5 0 0 1 12 2zm-2 17.5h4a2 2 0 0 1-4 0z";
/// An arrow into a tray: save.
pub const SAVE: &str = "M11 4h2v8.2l3.1-3.1 1.4 1.4L12 16l-5.5-5.5 1.4-1.4 3.1 3.1zM5 18h14v2H5z";
/// A ring with a bar across it: nothing more of this.
pub const BAR: &str = "M12 3a9 9 0 1 1 0 18a9 9 0 1 1 0-18zM15.8 17.8 6.2 8.2A7 7 0 0 0 15.8 17.8zM8.2 6.2 17.8 15.8A7 7 0 0 0 8.2 6.2z";
/// Three dots below each other: more.
pub const MORE: &str = "M10 4h4v4h-4zm0 6h4v4h-4zm0 6h4v4h-4z";
/// Lines below each other: a list.
pub const LIST: &str = "M4 6h16v2H4zm0 5h16v2H4zm0 5h16v2H4z";
/// A shield with a tick: compare who is at the other end.
pub const CHECK: &str = "M12 2 4 5v6c0 5 3.4 9.3 8 11 4.6-1.7 8-6 8-11V5zm0 2.1 6 2.3V11c0 3.9-2.5 7.3-6 8.8-3.5-1.5-6-4.9-6-8.8V6.4zm-1.2 11.2 5.7-5.7-1.4-1.4-4.3 4.3-2-2-1.4 1.4z";
