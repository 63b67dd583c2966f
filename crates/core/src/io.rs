//! What goes into an engine and what comes out.

use segel_wire::api::{
    BundlesAnswer, BundlesRequest, ChallengeAnswer, Erasure, EventsAnswer, LoginAnswer, LoginRequest,
    OpenConversation, PrekeysAnswer, UploadAnswer,
};
use segel_wire::ids::{AgentId, AttachmentId, ConversationId, EventId, InvitationId, SiteId};
use segel_wire::{ClientFrame, Problem, ServerFrame};

use crate::canned::Canned;
use crate::file::OutgoingFile;
use crate::outgoing::{Outgoing, OutgoingDetails, OutgoingRating, OutgoingToken};
use crate::reporting::Wanted;
use crate::show::{Deed, Show};

/// Something happened.
#[derive(Debug)]
pub enum Input {
    /// The person sends a text; a visitor's first one starts the conversation.
    Submit {
        /// Which conversation; `None` for a visitor's open one. Where that has ended or there is none, a new one begins.
        conversation: Option<ConversationId>,
        /// The id that the message gets; `None` for one that the engine makes. What was taken under an id before
        /// is not taken again.
        event: Option<EventId>,
        /// What to send.
        text: Outgoing,
        /// The message of the conversation that it answers.
        quotes: Option<EventId>,
    },
    /// What is said of the visitor beside a message: before it, if that comes next and a conversation begins with it, and kept
    /// with it and not before; after it, if it was said already and nothing is said of the visitor in its conversation.
    Details {
        /// The message's id.
        message: EventId,
        /// What is said.
        details: OutgoingDetails,
    },
    /// The person sends a failed message anew.
    Retry {
        /// The conversation.
        conversation: ConversationId,
        /// The message.
        event: EventId,
    },
    /// The person sends a file; a visitor's first one starts the conversation.
    Attach {
        /// As with a text.
        conversation: Option<ConversationId>,
        /// As with a text; but one whose source was lost goes on from this one.
        event: Option<EventId>,
        /// What to send.
        file: OutgoingFile,
    },
    /// Bytes of a source that were asked for.
    Read {
        /// As in [`Output::Read`].
        source: u64,
        /// Where they begin.
        from: u64,
        /// None if they cannot be read.
        bytes: Option<Vec<u8>>,
    },
    /// The person wants the file of a message.
    Fetch {
        /// The conversation.
        conversation: ConversationId,
        /// The message.
        event: EventId,
    },
    /// The person gives up a file that is fetched, or one that was not sent: that one's message is taken out.
    Cancel {
        /// The conversation.
        conversation: ConversationId,
        /// The message.
        event: EventId,
    },
    /// The person takes back a message of this device: one that has not left is taken out, what the relay may have
    /// is withdrawn.
    Withdraw {
        /// The conversation.
        conversation: ConversationId,
        /// The message.
        event: EventId,
    },
    /// The visitor ends a conversation; an agent does by an act.
    End(ConversationId),
    /// The visitor has everything of theirs erased, here and at the relay.
    Erase,
    /// The visitor says what they think of a conversation that has ended, or that they will not.
    Rate {
        /// The conversation.
        conversation: ConversationId,
        /// None to be asked no more.
        rating: Option<OutgoingRating>,
    },
    /// A key was pressed in the draft of a conversation, or the draft is empty: sent or taken back.
    Typing {
        /// The conversation.
        conversation: ConversationId,
        /// Whether something stands in the draft.
        typing: bool,
    },
    /// The person has this conversation before their eyes, or none; to be said again every 10 seconds as long as they have.
    Look(Option<ConversationId>),
    /// The agent changes who holds a conversation. An agent's text in one that nobody holds claims it first.
    Act {
        /// The conversation.
        conversation: ConversationId,
        /// How.
        deed: Deed<AgentId>,
    },
    /// The visitor's page can say who the visitor is, or may say otherwise than before: without a token it is asked,
    /// by [`Show::Introduce`], as soon as the token could leave.
    Introduce(Option<OutgoingToken>),
    /// The agent keeps these texts to send again, instead of those kept before: such as [`Canned::check`] lets be kept.
    Keep(Vec<Canned>),
    /// The person wants to show the site's owner what others said with these messages: [`Show::Report`] follows.
    Report {
        /// The conversation.
        conversation: ConversationId,
        /// The messages.
        events: Vec<EventId>,
    },
    /// The agent wants nothing more shown of this conversation on this device, or wants it again.
    Block {
        /// The conversation.
        conversation: ConversationId,
        /// Whether nothing of it is to be shown.
        on: bool,
    },
    /// The person opens this conversation: what was left in the store of it is wanted.
    Open(ConversationId),
    /// The messages of a conversation were read from the store.
    Loaded {
        /// As in [`Output::Load`].
        conversation: ConversationId,
        /// Names and sealed bytes; none if they cannot be read.
        records: Option<Vec<(String, Vec<u8>)>>,
    },
    /// The person has the end of this conversation before their eyes.
    Seen(ConversationId),
    /// The browser says whether there is a network.
    Network(bool),
    /// A request was answered.
    Answered {
        /// As in [`Output::Request`].
        id: u64,
        /// What came.
        answer: Answer,
    },
    /// The socket is open.
    SocketOpened,
    /// The socket is closed, or could not be opened.
    SocketClosed,
    /// A frame came.
    Frame(ServerFrame),
    /// Everything up to this generation is durably kept.
    Stored(u64),
    /// The generation could not be kept. Later ones are not to be before it is handed out again.
    StoreFailed(u64),
    /// Time passed.
    Woke,
}

/// Something to do; in order.
pub enum Output {
    /// Keep these changes in one transaction, then say [`Input::Stored`].
    Store {
        /// One more than the one before.
        generation: u64,
        /// Sealed records.
        changes: Vec<Change>,
    },
    /// Read every record whose name begins with this, then say [`Input::Loaded`].
    Load {
        /// Comes back with the records.
        conversation: ConversationId,
        /// How the names begin.
        names: String,
    },
    /// Ask the relay over HTTP.
    Request {
        /// Comes back with the answer.
        id: u64,
        /// What to ask.
        request: Request,
        /// The session token, for requests that need one; goes into a header, never into an address.
        token: Option<String>,
    },
    /// Open the socket, closing the one before.
    Connect,
    /// Close the socket.
    Disconnect,
    /// Send a frame.
    Send(ClientFrame),
    /// Change what the person sees.
    Show(Show),
    /// Read bytes of a source, then say [`Input::Read`].
    Read {
        /// By the number that the file came with.
        source: u64,
        /// The first byte.
        from: u64,
        /// After the last byte; at most a chunk further.
        to: u64,
    },
    /// This source is read no more.
    Release(u64),
    /// The next bytes of a message's file. They are no file before [`Output::Whole`]: hand nothing on until then.
    Piece {
        /// The message.
        event: EventId,
        /// In order.
        bytes: Vec<u8>,
    },
    /// All pieces together are the file that the message names.
    Whole(EventId),
    /// The pieces so far are to be thrown away.
    Broken(EventId),
    /// Say [`Input::Woke`] at this time, Unix milliseconds; replaces the one before.
    WakeAt(u64),
}

/// Only what kind of thing it is: outputs hold tokens, names and texts.
impl core::fmt::Debug for Output {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Store { .. } => "Store",
            Self::Load { .. } => "Load",
            Self::Request { .. } => "Request",
            Self::Connect => "Connect",
            Self::Disconnect => "Disconnect",
            Self::Send(_) => "Send",
            Self::Show(_) => "Show",
            Self::Read { .. } => "Read",
            Self::Release(_) => "Release",
            Self::Piece { .. } => "Piece",
            Self::Whole(_) => "Whole",
            Self::Broken(_) => "Broken",
            Self::WakeAt(_) => "WakeAt",
        })
    }
}

/// A change to the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The record's name.
    pub name: String,
    /// Its sealed bytes; none to take it out.
    pub sealed: Option<Vec<u8>>,
}

/// What a store kept, as an engine starts from it.
#[derive(Debug, Default)]
pub struct Kept {
    /// The last generation; 0 for an empty store.
    pub generation: u64,
    /// Names and sealed bytes.
    pub records: Vec<(String, Vec<u8>)>,
    /// Whether records whose names begin with [`Kept::LATER`] stayed in the store: an agent's engine asks for them
    /// by [`Output::Load`], a conversation at a time.
    pub left_out: bool,
}

impl Kept {
    /// How the names of records begin that an agent's engine can start without.
    pub const LATER: &str = "message/";
}

/// A question to the relay (PROTOCOL.md, section 7.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// The newest roster.
    Roster,
    /// The roster of this version.
    RosterVersion(u64),
    /// A login challenge.
    Challenge,
    /// A login.
    Login(LoginRequest),
    /// Prekey bundles, and the scope of the session that each is wanted for.
    Bundles(BundlesRequest, Vec<Option<ConversationId>>),
    /// Upload of the own prekeys.
    PutPrekeys(Vec<u8>),
    /// Opening of a conversation.
    OpenConversation(ConversationId, OpenConversation),
    /// The conversation's events after this position, a page of them; and the report that one of them is wanted for.
    Events(ConversationId, u64, Option<Box<Wanted>>),
    /// Enrolment of this device.
    Enrol(InvitationId, Vec<u8>),
    /// Beginning of an attachment's upload of so many sealed bytes, or how far it has come.
    BeginUpload(ConversationId, AttachmentId, u64),
    /// The sealed chunk of an attachment that begins at an offset.
    AddChunk(ConversationId, AttachmentId, u64, Vec<u8>),
    /// That an unfinished upload is given up.
    ForgetUpload(ConversationId, AttachmentId),
    /// Bytes of an attachment, the first and the last.
    FetchChunk(ConversationId, AttachmentId, u64, u64),
    /// Erasure of everything of this device.
    Erase(Erasure),
}

/// HTTP methods in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET.
    Get,
    /// POST.
    Post,
    /// PUT.
    Put,
    /// DELETE.
    Delete,
}

/// A request's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestBody<'a> {
    /// None.
    Empty,
    /// Raw bytes.
    Octets(&'a [u8]),
    /// JSON of this value.
    Json(Json<'a>),
}

/// The JSON bodies; the driver serialises them with what its platform has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Json<'a> {
    /// A login.
    Login(&'a LoginRequest),
    /// Prekey bundles.
    Bundles(&'a BundlesRequest),
    /// Opening of a conversation.
    OpenConversation(&'a OpenConversation),
    /// Erasure.
    Erasure(&'a Erasure),
}

/// What a good answer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expects {
    /// Nothing of interest: [`Answer::Done`].
    Nothing,
    /// [`Answer::Octets`].
    Octets,
    /// [`Answer::Challenge`].
    Challenge,
    /// [`Answer::Login`].
    Login,
    /// [`Answer::Bundles`].
    Bundles,
    /// [`Answer::Prekeys`].
    Prekeys,
    /// [`Answer::Events`].
    Events,
    /// [`Answer::Upload`].
    Upload,
}

/// An answer from the relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Accepted.
    Done,
    /// Raw bytes.
    Octets(Vec<u8>),
    /// A challenge.
    Challenge(ChallengeAnswer),
    /// A session.
    Login(LoginAnswer),
    /// Bundles.
    Bundles(BundlesAnswer),
    /// What the relay keeps of the own prekeys.
    Prekeys(PrekeysAnswer),
    /// Events of a conversation.
    Events(EventsAnswer),
    /// How far an upload has come.
    Upload(UploadAnswer),
    /// Refused.
    Problem(Problem),
    /// No answer, or none that could be read.
    Unreachable,
}

impl Request {
    /// The method.
    pub fn method(&self) -> Method {
        match self {
            Self::Roster | Self::RosterVersion(_) | Self::Events(..) | Self::FetchChunk(..) => Method::Get,
            Self::Challenge | Self::Login(_) | Self::Bundles(..) | Self::Erase(_) => Method::Post,
            Self::PutPrekeys(_)
            | Self::OpenConversation(..)
            | Self::Enrol(..)
            | Self::BeginUpload(..)
            | Self::AddChunk(..) => Method::Put,
            Self::ForgetUpload(..) => Method::Delete,
        }
    }

    /// The path, from the relay's origin.
    pub fn path(&self, site: &SiteId) -> String {
        let of_site = |rest: &str| ["/v1/sites/", &site.to_string(), rest].concat();
        let attachment = |conversation: &ConversationId, id: &AttachmentId, rest: &str| {
            let (conversation, id) = (conversation.to_string(), id.to_string());
            ["/v1/conversations/", &conversation, "/attachments/", &id, rest].concat()
        };
        match self {
            Self::Roster => of_site("/roster"),
            Self::RosterVersion(version) => of_site("/rosters/") + &version.to_string(),
            Self::Challenge => "/v1/challenges".to_owned(),
            Self::Login(_) => "/v1/sessions".to_owned(),
            Self::Bundles(..) => of_site("/bundles"),
            Self::PutPrekeys(_) => of_site("/prekeys"),
            Self::OpenConversation(id, _) => ["/v1/conversations/", &id.to_string()].concat(),
            Self::Events(id, after, _) => {
                ["/v1/conversations/", &id.to_string(), "/events?after=", &after.to_string()].concat()
            }
            Self::Enrol(invitation, _) => of_site("/enrolments/") + &invitation.to_string(),
            Self::BeginUpload(conversation, id, sealed) => {
                attachment(conversation, id, "?size=") + &sealed.to_string()
            }
            Self::ForgetUpload(conversation, id) => attachment(conversation, id, ""),
            Self::AddChunk(conversation, id, offset, _) => {
                attachment(conversation, id, "/octets?offset=") + &offset.to_string()
            }
            Self::FetchChunk(conversation, id, ..) => attachment(conversation, id, "/octets"),
            Self::Erase(_) => "/v1/erasure".to_owned(),
        }
    }

    /// The first and the last byte that are asked for, where it is not everything.
    pub fn range(&self) -> Option<(u64, u64)> {
        match self {
            Self::FetchChunk(.., first, last) => Some((*first, *last)),
            _ => None,
        }
    }

    /// The body.
    pub fn body(&self) -> RequestBody<'_> {
        match self {
            Self::Roster
            | Self::RosterVersion(_)
            | Self::Challenge
            | Self::Events(..)
            | Self::BeginUpload(..)
            | Self::ForgetUpload(..)
            | Self::FetchChunk(..) => RequestBody::Empty,
            Self::PutPrekeys(bytes) | Self::Enrol(_, bytes) | Self::AddChunk(.., bytes) => {
                RequestBody::Octets(bytes)
            }
            Self::Login(body) => RequestBody::Json(Json::Login(body)),
            Self::Bundles(body, _) => RequestBody::Json(Json::Bundles(body)),
            Self::OpenConversation(_, body) => RequestBody::Json(Json::OpenConversation(body)),
            Self::Erase(body) => RequestBody::Json(Json::Erasure(body)),
        }
    }

    /// What a good answer holds.
    pub fn expects(&self) -> Expects {
        match self {
            Self::Roster | Self::RosterVersion(_) | Self::FetchChunk(..) => Expects::Octets,
            Self::Challenge => Expects::Challenge,
            Self::Login(_) => Expects::Login,
            Self::Bundles(..) => Expects::Bundles,
            Self::PutPrekeys(_) => Expects::Prekeys,
            Self::OpenConversation(..) | Self::Enrol(..) | Self::ForgetUpload(..) | Self::Erase(_) => {
                Expects::Nothing
            }
            Self::BeginUpload(..) | Self::AddChunk(..) => Expects::Upload,
            Self::Events(..) => Expects::Events,
        }
    }

    /// Whether it needs a session.
    pub(crate) fn needs_session(&self) -> bool {
        !matches!(
            self,
            Self::Roster | Self::RosterVersion(_) | Self::Challenge | Self::Login(_) | Self::Enrol(..)
        )
    }
}
