//! What an agent does at the desk beside reading and writing, by hand or by a key.

use std::rc::Rc;

use segel_core::Canned;
use segel_mask::MaskedText;
use segel_wire::ids::{AgentId, ConversationId};

use crate::inbox::Filter;

/// One thing that an agent did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Deed {
    /// List others.
    Filter(Filter),
    /// List where these words stand.
    Search(String),
    /// Open the conversation after the open one in the list,
    Next,
    /// or the one before it.
    Previous,
    /// Take the open conversation.
    Claim,
    /// Go to where messages are written,
    Write,
    /// or to where notes for colleagues are,
    Note,
    /// to the messages,
    Read,
    /// or to where words are searched for.
    Find,
    /// Show the keys that can be pressed, or hide them.
    Help(bool),
    /// Hear keys, or hear none.
    Keys(bool),
    /// Want notices beside the page, or want none.
    Notices,
    /// The list was scrolled to where more of it is to be put on the page.
    Scrolled,
    /// Send this note to colleagues; the composer has emptied itself.
    SendNote(MaskedText),
    /// The note in the composer changed to this, raw as typed.
    DraftNote(String),
    /// Give the open conversation these labels, raw as typed.
    Label(Vec<String>),
    /// List what has this label, or whatever the labels.
    OfLabel(Option<String>),
    /// Hand the open conversation to a colleague, with a note raw as typed, which may be none.
    HandOver(AgentId, String),
    /// Offer texts that are kept to be put into the composer, or offer them no more.
    Pick(bool),
    /// Offer those with these words.
    FindReply(String),
    /// Go so many places on in what is offered.
    StepReply(isize),
    /// Put one of those that are offered into the composer: this one, or the one gone to.
    TakeReply(Option<usize>),
    /// Show the sheet on which kept texts are changed, or close it.
    Manage(bool),
    /// Block the open conversation.
    Block,
    /// Want this one again.
    Unblock(ConversationId),
    /// Show the sheet of what is blocked, or close it.
    Blocked(bool),
    /// Show the sheet on which answers are offered, or close it.
    Offer(bool),
    /// Put this into the composer, in the place of what is written there.
    Put(String),
    /// Keep these texts instead of those before.
    Keep(Vec<Canned>),
    /// Save the kept texts as a file.
    Export,
}

/// A sheet that has the page for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sheet {
    /// On which answers are offered.
    Offers,
    /// That lists what is blocked.
    Blocked,
}

/// Where views report to; as with [`segel_ui::Act`], nothing may be rendered at once.
pub(crate) type Does = Rc<dyn Fn(Deed)>;

/// Keys as the help sheet lists them, and what each does.
pub(crate) const KEYS: [(&str, Deed); 9] = [
    ("J", Deed::Next),
    ("K", Deed::Previous),
    ("C", Deed::Claim),
    ("W", Deed::Write),
    ("N", Deed::Note),
    ("/", Deed::Find),
    ("1 2 3", Deed::Filter(Filter::All)),
    ("Esc", Deed::Read),
    ("?", Deed::Help(true)),
];

/// A key that was pressed somewhere on the page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pressed<'a> {
    /// As the browser names it.
    pub(crate) key: &'a str,
    /// Whether it goes into a text.
    pub(crate) types: bool,
    /// Whether it is held together with one that makes a command of the browser's or the system's of it.
    pub(crate) commands: bool,
}

/// What a key does. While the agent types a text it does nothing, except that Escape leads out of the text.
pub(crate) fn deed_of(pressed: Pressed<'_>, hears_keys: bool) -> Option<Deed> {
    let Pressed { key, types, commands } = pressed;
    if commands {
        return None;
    }
    if types {
        return (key == "Escape").then_some(Deed::Read);
    }
    Some(match key {
        _ if !hears_keys => return None,
        "j" | "J" => Deed::Next,
        "k" | "K" => Deed::Previous,
        "c" | "C" => Deed::Claim,
        "w" | "W" => Deed::Write,
        "n" | "N" => Deed::Note,
        "/" => Deed::Find,
        "1" => Deed::Filter(Filter::Mine),
        "2" => Deed::Filter(Filter::Unassigned),
        "3" => Deed::Filter(Filter::All),
        "?" => Deed::Help(true),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(key: &str) -> Pressed<'_> {
        Pressed { key, types: false, commands: false }
    }

    #[test]
    fn no_key_does_anything_while_a_text_is_typed_but_the_one_that_leads_out() {
        for key in ["j", "k", "c", "w", "n", "/", "1", "2", "3", "?", "Enter"] {
            assert_eq!(deed_of(Pressed { types: true, ..pressed(key) }, true), None, "{key}");
        }
        assert_eq!(deed_of(Pressed { types: true, ..pressed("Escape") }, true), Some(Deed::Read));
    }

    #[test]
    fn what_the_browser_does_by_a_key_stays_the_browsers() {
        assert_eq!(deed_of(Pressed { commands: true, ..pressed("c") }, true), None);
    }

    #[test]
    fn every_key_that_is_listed_does_what_is_said_of_it() {
        for (keys, deed) in KEYS {
            let last = keys.rsplit(' ').next().unwrap();
            let (key, types) = if last == "Esc" { ("Escape", true) } else { (last, false) };
            assert_eq!(deed_of(Pressed { types, ..pressed(key) }, true), Some(deed), "{keys}");
        }
    }

    #[test]
    fn keys_can_be_turned_off() {
        assert_eq!(deed_of(pressed("j"), false), None);
    }
}
