//! What a person did, in words that the engines understand.

use std::rc::Rc;

use segel_core::show::{Deed, Stars};
use segel_mask::MaskedText;
use segel_wire::ids::{AgentId, ConversationId, EventId};

use crate::chosen::Chosen;

/// A step of reporting messages to the site's owner.
#[derive(Debug)]
pub enum ReportStep {
    /// Show what can be reported in the place of the conversation, or the conversation again.
    Show(bool),
    /// Make a report of these.
    Make(Vec<EventId>),
}

/// One thing that a person did on the screen.
#[derive(Debug)]
pub enum Action {
    /// Send this message, as an answer to that one if one is named; the composer has emptied itself.
    Send(MaskedText, Option<EventId>),
    /// Begin the chat with these answers, by the labels that were asked; what was to be agreed to was.
    Answer(Vec<(String, MaskedText)>),
    /// Send this file; the composer has let it go.
    Attach(Chosen),
    /// Fetch the file of a message.
    Fetch(EventId),
    /// Give up a file that is under way, or take out the message of one that was not sent.
    Cancel(EventId),
    /// Send a message that failed once more.
    Retry(EventId),
    /// Answer this message: the next text names it.
    Quote(EventId),
    /// Take back an own message.
    Withdraw(EventId),
    /// Change who holds the open conversation.
    Do(Deed<AgentId>),
    /// The draft in the composer changed to this, raw as typed.
    Draft(String),
    /// The sentence in the banner was read.
    Dismiss,
    /// Delete what is kept here and cannot be read, and begin as somebody new.
    BeginAnew,
    /// Try once more to open what is kept here.
    TryAgain,
    /// Show the safety number in the place of the conversation, or the conversation again.
    Verify(bool),
    /// Close the panel.
    Close,
    /// End the open conversation.
    End,
    /// Have everything of the visitor erased, here and at the relay.
    Erase,
    /// Say what the visitor thinks of the open conversation, or that they will not.
    Rate(Option<(Stars, MaskedText)>),
    /// Report messages of the open conversation.
    Report(ReportStep),
    /// Begin another conversation with what is written next.
    Begin,
    /// Show the list of conversations in the place of the open one, or that again.
    List(bool),
    /// Save what was said in the open conversation as a file.
    Transcript,
    /// Open this conversation.
    Open(ConversationId),
    /// The timeline was scrolled to where other messages are to be put on the page.
    Scrolled,
    /// Back to the list of conversations.
    Back,
    /// Show the sheet on which the lock is set and taken off.
    LockSheet,
    /// Lock what is kept now.
    LockNow,
}

/// Where views report to. It is called from inside a view's own listener, so it must not render at once:
/// the view that is being listened to would be borrowed twice.
pub type Act = Rc<dyn Fn(Action)>;
