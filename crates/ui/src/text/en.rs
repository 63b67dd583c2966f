//! English.

use segel_core::show::Refusal;
use segel_mask::Kind;

use super::{DeskText, Text};

pub(super) static TEXT: Text = Text {
    sealed: "Sealed end to end",
    close: "Close chat",
    greeting: "How can we help?",
    greeting_sealed: "Your messages are sealed in this browser. Only agents of # can read them; the server that passes them on cannot.",
    greeting_masked: "Card numbers, secret codes and identity numbers are masked before sending.",
    preparing: "Checking identity and preparing the seal…",
    nobody_enrolled: "No agent can receive messages yet. What you write stays here.",
    awaiting_roster: "This device waits for the site owner's approval.",
    removed: "This device was taken off the list of agents. Contact the site's owner.",
    timeline: "Conversation",
    own: "You",
    visitor: "Visitor",
    unknown: "Unknown sender",
    sending: "Sending…",
    sent: "Sent",
    delivered: "Delivered",
    read: "Read",
    failed: "Not sent.",
    retry: "Try again",
    closed: "This message cannot be opened.",
    before_enrolment: "This message was not sealed for this device, so it cannot be opened here.",
    withdrawn: "This message was withdrawn.",
    withdraw: "Withdraw",
    withdraw_why: "Withdraw this message? It is deleted here, on the server and at the other side. Whoever has read or copied it still has it.",
    claimed: "# joined the chat",
    transferred: "# handed the chat to #",
    released: "# left the chat",
    taken_over: "# took over the chat",
    has_joined: "# began to read along",
    has_left: "# stopped reading along",
    introduced: "The site says: this is #",
    signed_out: "The site says: nobody is signed in",
    vouched: "Passed on by #",
    newer: "New messages",
    today: "Today",
    yesterday: "Yesterday",
    day: "#, ",
    typing: "# is typing…",
    here: "# is here",
    write: "Write a message",
    send: "Send",
    attach: "Attach files",
    file: "File",
    show: "Show",
    download: "Download",
    save: "Save",
    cancel: "Cancel",
    take_out: "Remove",
    file_clean: "No card numbers were found in this file.",
    file_masked: "Card numbers masked in the copy that is sent: #.",
    file_unread: "Nothing in this file can be masked. Make sure that it shows no card number.",
    left: "# characters left",
    excess: "# characters too many",
    will_send: "Will be sent:",
    why_masked: "Sensitive data is masked in this browser before the message is sealed.",
    was_masked: "Masked before sending: #.",
    warned: "Will be sent as it is: #. Make sure that it has to be.",
    blocked: "This site takes no # by chat. Remove it, then the message can be sent.",
    sent_before: "A part of the # left in an earlier message. You can withdraw it; whoever has read it still knows it.",
    caution: "Never give an OTP, PIN, CVV or password to anyone, not to an agent either.",
    mask_failed: "This message could not be checked for sensitive data, so it cannot be sent.",
    offline: "No connection. Your messages are kept and sent as soon as there is one.",
    connecting: "Connecting…",
    other_tab: "Open in another tab. Continue there, or close that tab to use it here.",
    insecure: "Messages can only be sealed on a secure page. Open this page with an https address.",
    store_blocked: "This browser does not allow storage, so the device keys cannot be kept here. Allow storage, then reload.",
    store_busy: "What is kept here cannot be opened now. Close other tabs of this site, then reload.",
    begin_anew: "Delete what is kept here and begin anew",
    not_kept: "This browser does not allow storage: this conversation is gone once the page is closed.",
    stopped: "Cannot be opened here",
    code: "Code: #",
    dismiss: "Hide",
    verify: "Safety number",
    verify_visitor: "Ask # for this number in another way, for example on the phone or at the counter. If all twelve groups agree, nobody stands between you.",
    verify_later: "This number exists once you have sent your first message.",
    verify_differs: "If a group differs, write nothing confidential here and tell the business.",
    verify_back: "Back to the conversation",
};

pub(super) static DESK: DeskText = DeskText {
    console: "Agent console",
    online: "Connected",
    connecting: "Connecting…",
    offline: "No connection",
    inbox: "Conversations",
    inbox_empty: "No conversations yet",
    inbox_empty_why: "Visitors' messages appear here as soon as they write.",
    filter: "What is listed",
    filter_mine: "Mine",
    filter_unassigned: "Unassigned",
    filter_all: "All",
    filter_empty: "Nothing here right now.",
    search: "Search what was opened",
    search_empty: "Nothing found",
    search_where: "The search looks into names, last messages, and conversations that were opened in this tab. Nothing of it leaves this browser.",
    waits: "waiting since",
    draft: "Draft",
    notices: "Desktop notifications",
    notices_barred: "Desktop notifications are blocked in this browser",
    notice: "A visitor has written.",
    keys: "Keyboard shortcuts",
    key_next: "Next conversation",
    key_previous: "Previous conversation",
    key_claim: "Take the conversation",
    key_write: "Write a message",
    key_find: "Search",
    key_filter: "Mine, unassigned, all",
    key_read: "From the text to the messages",
    key_help: "This sheet",
    keys_why: "While you type, keys only type.",
    keys_on: "Use keyboard shortcuts",
    keys_close: "Close",
    title: "Visitor #",
    confirmed: "Visitor #, confirmed by the site #",
    lapsed: "Last confirmed as #, #",
    unconfirmed: "Not confirmed: the proof of identity that came does not count",
    here: "here",
    unread: "# unread",
    no_preview: "Sealed message",
    back: "Back to the list",
    choose: "Choose a conversation to read it.",
    not_answerable: "This device was enrolled recently. You can answer once the visitor writes again.",
    verify_agent: "Read this number to the visitor in another way, for example on the phone or at the counter. If all twelve groups agree, nobody stands between you.",
    verify_unknown: "This device does not know this visitor's key yet. The number appears once the visitor writes again.",
    free: "Nobody holds it yet",
    mine: "You hold it",
    mine_short: "Yours",
    held: "Held by #",
    joined: "Held by #, you read along",
    others: "Another agent holds this conversation. Its new messages are not sealed for you.",
    claim: "Take",
    transfer: "Hand over",
    transfer_to: "Hand over to",
    release: "Let go",
    takeover: "Take over",
    join: "Read along",
    leave: "Stop reading",
    enrol: "Enrol this device",
    enrol_no_code: "Open the address with the enrolment code that the site's owner gave you.",
    enrol_making_keys: "Making keys in this browser…",
    enrol_waiting: "The keys are made. Waiting for the site's owner to sign the new list of devices.",
    enrol_why: "The secret keys are made in this browser and never leave it.",
    step_code: "Enrolment code",
    step_keys: "Device keys",
    step_roster: "Owner's signature",
};

pub(super) const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) const fn refusal(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::WrongRoot => {
            "This business's identity does not match the key that the page pins. For your safety the chat stays closed."
        }
        Refusal::RosterAltered => {
            "The list of agents was altered by someone who may not. For your safety the chat stays closed."
        }
        Refusal::RosterExpired => "The list of agents has expired; the site's owner must sign it again.",
        Refusal::RosterOlder => {
            "The server gave a list of agents that is older than one already seen here, or than this page allows. For your safety the chat stays closed."
        }
        Refusal::RosterForked => {
            "The server gave lists of agents that contradict each other. For your safety the chat stays closed."
        }
        Refusal::RosterMissing => "The server has no list of agents for this site yet.",
        Refusal::BundleRefused => {
            "An agent's key was not signed by the agent's own device, so it is not used."
        }
        Refusal::WeakKey => "A key that was received would give the secret away, so it was refused.",
        Refusal::MessageAltered => "A message was changed on its way, or it belongs to another conversation.",
        Refusal::MessageReplayed => "The server delivered an old message again; it was ignored.",
        Refusal::UnknownSender => "The sender of a message is not in the signed list of agents.",
        Refusal::TooLarge => "This message is too long to be sent.",
        Refusal::OriginRefused => "The server refuses the address that this chat comes from.",
        Refusal::PageRefused => {
            "This page is not listed as a page of the business. For your safety the chat stays closed."
        }
        Refusal::NotAMember => "This device has no right to that conversation.",
        Refusal::EnrolmentRefused => {
            "The enrolment code was refused or was used before. Ask the site's owner for a new one."
        }
        Refusal::RelayRefused => {
            "The server answered something that this version does not understand. Reload the page, then try again."
        }
        Refusal::StoreBroken => "What is kept in this browser cannot be read.",
        Refusal::StoreFailed => "This browser could not keep the message, so nothing was sent.",
        Refusal::MessageStale => {
            "This message was sealed for an older state of this device. It has been asked for again."
        }
        Refusal::EventsMissing => {
            "Messages of this person are missing: the server did not deliver all of them."
        }
        Refusal::LogForked => {
            "The server shows this conversation differently than before, or than to the other side."
        }
        Refusal::RosterOutdated => {
            "This message was sealed under an old list of agents; someone who has left may be able to read it."
        }
        Refusal::ActRefused => {
            "That did not count: the conversation had changed hands, or whoever signed it may not do that."
        }
        Refusal::HeldByAnother => "Another agent holds this conversation.",
        Refusal::NotUnderstood => "This message is of a kind that this version cannot show yet.",
        Refusal::AttachmentAltered => "This file was changed on its way, so it is not handed out.",
        Refusal::AttachmentMissing => "The server does not have this file any more.",
        Refusal::FileEmpty => "This file is empty.",
        Refusal::FileTooLarge => "This file is larger than 100 MB.",
        Refusal::FileNameRefused => {
            "The name of this file holds characters that could mislead, or is too long."
        }
        Refusal::FileTypeRefused => "This file is not of the kind that it claims to be.",
        Refusal::FileUnmasked => {
            "This text file cannot be checked for sensitive data: it is larger than 1 MB or not UTF-8."
        }
        Refusal::SourceChanged => "The file has changed since it was chosen.",
        Refusal::SourceGone => "The file can no longer be read. Choose it again.",
        Refusal::PolicyRefused => {
            "This site lets nobody send the sensitive data in here. Write it again without that."
        }
        Refusal::QuotaExceeded => "The server has no room for more files.",
        Refusal::TokenRefused => "A proof of who the visitor is came and does not count.",
        Refusal::MessageMissing => {
            "The server no longer has it, and its sender has not said that they withdrew it."
        }
        Refusal::WithdrawalRefused => "Someone tried to withdraw what is not theirs to withdraw. It stays.",
    }
}

/// A kind of number, within a sentence.
pub(super) const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Card => "card number",
        Kind::Cvv => "card security code",
        Kind::Expiry => "card expiry",
        Kind::Track => "card stripe data",
        Kind::Pin => "PIN",
        Kind::Otp => "one-time code",
        Kind::Nik => "NIK",
        Kind::Kk => "family card number",
        Kind::Npwp => "tax number",
        Kind::Bpjs => "BPJS number",
        Kind::Passport => "passport number",
        Kind::MedicalRecord => "medical record number",
        Kind::BankAccount => "bank account number",
        Kind::Iban => "IBAN",
        Kind::Phone => "phone number",
        Kind::Email => "e-mail address",
        Kind::Ssn => "social security number",
        _ => "number that this site has masked",
    }
}
