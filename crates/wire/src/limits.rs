//! Every limit of the protocol, in one place. PROTOCOL.md, section 9.

/// A message, in Unicode scalar values, before sealing.
pub const MESSAGE_CHARS: usize = 4_000;
/// A sealed content, in bytes.
pub const CONTENT_BYTES: usize = 32 * 1024;
/// A wrap, in bytes.
pub const WRAP_BYTES: usize = 2_560;
/// Wraps in one event: a desk's inbox devices and the visitor's device.
pub const WRAPS: usize = DESK_DEVICES + 1;
/// One JSON request or WebSocket message, in bytes.
pub const REQUEST_BYTES: usize = 112 * 1024;
/// Inbox devices of one desk.
pub const DESK_DEVICES: usize = 16;
/// Desks, agents and origins in a roster, each.
pub const ROSTER_ENTRIES: usize = 256;
/// A signed roster, in bytes.
pub const ROSTER_BYTES: usize = 64 * 1024;
/// Links fetched to close a gap between two roster versions.
pub const ROSTER_LINKS: u64 = 1_024;
/// Kinds that a roster's masking names.
pub const MASKING_RULES: usize = 32;
/// Numbers that a roster's masking lets through.
pub const MASKING_ALLOWED: usize = 64;
/// Patterns of a roster's masking.
pub const MASKING_PATTERNS: usize = 16;
/// A name of a site, desk or agent, in bytes.
pub const NAME_BYTES: usize = 128;
/// A prekey bundle, in bytes.
pub const BUNDLE_BYTES: usize = 8 * 1024;
/// An upload of prekeys, in bytes.
pub const PREKEYS_BYTES: usize = 32 * 1024;
/// One-time prekeys that a relay keeps for a device.
pub const ONE_TIME_KEPT: usize = 20;
/// Private halves of one-time prekeys that a device keeps.
pub const ONE_TIME_HELD: usize = 200;
/// Handshakes through a signed prekey alone after which it is replaced early.
pub const SIGNED_REPLACED: usize = 1_024;
/// Handshakes through a signed prekey alone after which it accepts no more.
pub const SIGNED_SERVES: usize = 2_048;
/// An identity token, in bytes.
pub const TOKEN_BYTES: usize = 512;
/// A subject that an identity token names, in bytes.
pub const SUBJECT_BYTES: usize = 128;
/// An invitation or an enrolment, in bytes.
pub const ENROLMENT_BYTES: usize = 2 * 1024;
/// Events in one page of a pull.
pub const PAGE_EVENTS: usize = 100;
/// Message keys that a receiver may skip in one chain.
pub const SKIP: u32 = 1_000;
/// Skipped message keys kept in one session.
pub const SKIPPED_KEYS: usize = 2_000;
/// Skipped message keys kept by a client over all sessions.
pub const SKIPPED_KEYS_OF_CLIENT: usize = 20_000;
/// How long a skipped message key is kept, in seconds.
pub const SKIPPED_SECONDS: u64 = 7 * 24 * 60 * 60;
/// Past receiving chains that skipped keys are kept for; with the current and the next one, trials of a header.
pub const SKIPPED_CHAINS: usize = 5;
/// Sessions kept with one device in one scope.
pub const SESSIONS: usize = 4;
/// Wraps without a KEM secret after which one is offered.
pub const KEM_OFFER_WRAPS: u32 = 50;
/// Seconds without a KEM secret after which one is offered.
pub const KEM_OFFER_SECONDS: u64 = 24 * 60 * 60;
/// Wraps without a KEM secret after which a session is worn; at twice as many it seals no more.
pub const WORN_WRAPS: u32 = 500;
/// Seconds without a KEM secret after which a session is worn; at twice as many it seals no more.
pub const WORN_SECONDS: u64 = 7 * 24 * 60 * 60;
/// Seconds between two resyncs with one device in one scope.
pub const RESYNC_SECONDS: u64 = 60 * 60;
/// Events named in one request for grants.
pub const REQUESTED_EVENTS: usize = 64;
/// Events of which one request asks whether the relay stored them.
pub const RECORDS: usize = 64;
/// An answer to a client in bytes: more than a page of events can come to.
pub const ANSWER_BYTES: usize = 8 * 1024 * 1024;
/// How often the relay is asked in vain for a content whose key was handed on.
pub const PULLS: u32 = 8;
/// Milliseconds until it is asked again; doubles each time.
pub const PULL_AGAIN_MS: u64 = 1_000;
/// How long what cannot be sealed or stored keeps an erasure from being asked for, seconds.
pub const ERASURE_WAIT_SECONDS: u64 = 20;

/// Labels of one conversation.
pub const LABELS: usize = 8;
/// A label, in Unicode scalar values.
pub const LABEL_CHARS: usize = 32;
/// Grants in one content.
pub const GRANTS: usize = 256;
/// An attachment's plaintext, in bytes.
pub const ATTACHMENT_BYTES: u64 = 100 * 1024 * 1024;
/// One chunk of an attachment, in bytes of plaintext.
pub const CHUNK_BYTES: usize = 64 * 1024;
/// Bytes that sealing adds to each chunk.
pub const CHUNK_OVERHEAD: usize = 16;
/// An attachment's name, in bytes.
pub const FILE_NAME_BYTES: usize = 255;
/// An attachment's media type, in bytes.
pub const MEDIA_TYPE_BYTES: usize = 127;
/// Sealed attachments of one conversation, in bytes, unless a relay's operator says otherwise.
pub const CONVERSATION_ATTACHMENT_BYTES: u64 = 512 * 1024 * 1024;
/// Sealed attachments of one site, in bytes, unless a relay's operator says otherwise.
pub const SITE_ATTACHMENT_BYTES: u64 = 16 * 1024 * 1024 * 1024;
/// An unfinished upload rests this long before a relay forgets it, in seconds, unless its operator says otherwise.
pub const UNFINISHED_SECONDS: u64 = 24 * 60 * 60;
/// How long before its roster was signed an act may have been written, in seconds: clocks are wrong.
pub const ACT_LEEWAY_SECONDS: u64 = 24 * 60 * 60;
/// Events that a stream may have sent beyond those that its client has taken.
pub const WINDOW_EVENTS: usize = 256;
/// Bytes of such events, as frames.
pub const WINDOW_BYTES: usize = 1024 * 1024;
/// After so many events that it has taken, a client says so: fewer bytes than the window, however large they are.
pub const FLOW_EVENTS: u32 = 16;
/// Frames with an event that a client leaves unanswered: a window of them, however large they are.
pub const SENDS: usize = 8;
/// Most seconds that a long poll waits.
pub const POLL_SECONDS: u32 = 25;
/// A signal's life, in seconds.
pub const SIGNAL_SECONDS: u64 = 30;
/// Life of a key for signals, in seconds.
pub const SIGNAL_KEY_SECONDS: u64 = 24 * 60 * 60;
/// A signal, in bytes.
pub const SIGNAL_BYTES: usize = 128;
/// Seconds between two signals of a device in a conversation.
pub const SIGNAL_EVERY_SECONDS: u64 = 3;
/// Seconds without a key pressed after which a person is no longer typing.
pub const TYPING_PAUSE_SECONDS: u64 = 5;
/// Seconds for which typing is shown after it was last said.
pub const TYPING_SHOWN_SECONDS: u64 = 8;
/// How often whoever looks at a conversation says so.
pub const PRESENT_EVERY_SECONDS: u64 = 20;
/// How long somebody is shown as being there after it was last said.
pub const PRESENT_SHOWN_SECONDS: u64 = 50;
/// A key for signals is made only if a message of another member was written within these seconds.
pub const SIGNAL_KEY_WANTED_SECONDS: u64 = 15 * 60;
/// Seconds in which a device makes at most two keys for signals in a conversation.
pub const SIGNAL_KEY_EVERY_SECONDS: u64 = 60;
/// Seconds from a look at messages until it is said that they were read.
pub const READ_SAID_SECONDS: u64 = 5;
/// Most seconds of an identity token's life after the message that carries it.
pub const TOKEN_LIFE_SECONDS: u64 = 10 * 60;
/// Most seconds between a token's message and when the relay stored it.
pub const TOKEN_SKEW_SECONDS: u64 = 5 * 60;
/// How long a visitor stays confirmed by an identity token that counted, in seconds.
pub const IDENTITY_SECONDS: u64 = 24 * 60 * 60;
/// After how long the same identity is said anew, in seconds.
pub const IDENTITY_RENEWED_SECONDS: u64 = 12 * 60 * 60;
/// A roster may be superseded this long before its use is said in words, in seconds.
pub const OUTDATED_SECONDS: u64 = 7 * 24 * 60 * 60;
/// The smallest padded plaintext, in bytes.
pub const PADDING_FLOOR: usize = 256;
/// Lifetime of a session token, in seconds.
pub const TOKEN_SECONDS: u64 = 60 * 60;
/// Lifetime of a login challenge, in seconds.
pub const CHALLENGE_SECONDS: u64 = 60;
/// Stretches of a week in which a site is open.
pub const HOURS_SPANS: usize = 28;
/// Questions that a visitor is asked before a conversation, and answers in details.
pub const INTAKE_QUESTIONS: usize = 8;
/// Options of such a question.
pub const INTAKE_OPTIONS: usize = 12;
/// A text to agree to, in bytes of UTF-8.
pub const CONSENT_BYTES: usize = 2_000;
/// The address of a privacy notice, in bytes.
pub const NOTICE_BYTES: usize = 512;
/// An answer, in Unicode scalar values.
pub const ANSWER_CHARS: usize = 500;
/// The address of the page in details, in Unicode scalar values.
pub const PAGE_CHARS: usize = 1_000;
/// The tag of the language in details, in Unicode scalar values.
pub const LANGUAGE_CHARS: usize = 35;
/// Answers that a text offers.
pub const OFFERED_ANSWERS: usize = 6;
/// An answer that a text offers, in Unicode scalar values.
pub const OFFERED_ANSWER_CHARS: usize = 40;
/// The title of a card, in Unicode scalar values.
pub const OFFERED_TITLE_CHARS: usize = 80;
/// Default lifetime of a roster, in seconds.
pub const ROSTER_SECONDS: u64 = 30 * 24 * 60 * 60;
/// A signed prekey is replaced at this age, in seconds.
pub const PREKEY_ROTATE_SECONDS: u64 = 7 * 24 * 60 * 60;
/// A signed prekey is no longer used by initiators at this age, in seconds.
pub const PREKEY_EXPIRE_SECONDS: u64 = 14 * 24 * 60 * 60;
/// The private half of a signed prekey is deleted at this age, in seconds.
pub const PREKEY_DELETE_SECONDS: u64 = 21 * 24 * 60 * 60;
/// A clock must say for so long, in seconds, that the end of a private half is near before that is deleted; and a prekey
/// that was made so much later than it is now was made by a clock that was ahead.
pub const PREKEY_LEEWAY_SECONDS: u64 = 24 * 60 * 60;
