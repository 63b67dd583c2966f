//! The tables that every language's file fills, in the order in which its sentences are served.
//!
//! `cargo xtask build` reads sections and names from here: a line `NAME: ... {` begins a section, and within it every
//! line that is no comment begins with a name.

use segel_core::show::Refusal;
use segel_mask::Kind;

use super::Sentences;

/// Nothing comes before the first section.
mod start {
    pub(super) const END: usize = 0;
}

numbered! {
    frame: after start {
        // Of the page, `ltr` or `rtl`.
        direction,
        // The program does not run in this browser.
        failed,
        // The frame is not within a page.
        alone,
    }
}

by_name! {
    /// What widget and console share. `#` stands for what [`fill`](super::fill) puts there.
    text: Text after frame {
        /// Stands between whole numbers and tenths.
        point,
        /// Mark beside the business's name.
        sealed,
        /// Label of the button that closes the panel.
        close,
        /// Heading of an empty conversation.
        greeting,
        /// Who can read what is written here; `#` is the business's name.
        greeting_sealed,
        /// What is masked before sending.
        greeting_masked,
        /// Nobody is there to answer a first message.
        greeting_away,
        /// Within how many minutes an answer usually comes.
        replies_in_minutes,
        /// Within how many hours an answer usually comes.
        replies_in_hours,
        /// It is closed and opens on a day of the week at a time.
        back,
        /// It is closed and opens later today.
        back_today,
        /// It is closed, and nobody says until when.
        away,
        /// The roster is being verified.
        preparing,
        /// No agent's device is enrolled.
        nobody_enrolled,
        /// This device waits for the next roster.
        awaiting_roster,
        /// This device is no longer in the roster.
        removed,
        /// Label of the timeline.
        timeline,
        /// The person at this device.
        own,
        /// The visitor.
        visitor,
        /// A device that no roster vouches for.
        unknown,
        /// A message is kept here and not yet stored by the relay.
        sending,
        /// The relay has stored a message.
        sent,
        /// A device of the other side has a message.
        delivered,
        /// The other side has read a message.
        read,
        /// A message was refused; what follows says why.
        failed,
        /// Button: send a failed message once more.
        retry,
        /// A message that cannot be opened; what follows says why.
        closed,
        /// A message that was sealed before this device was enrolled.
        before_enrolment,
        /// A message that its author has taken back.
        withdrawn,
        /// Button: answer a message.
        reply,
        /// What is answered; `#` is who said it.
        replying,
        /// Button: send the message as no answer.
        reply_drop,
        /// A message that is answered is not here.
        reply_to_nothing,
        /// Button: take back an own message.
        withdraw,
        /// What that does and what it cannot do.
        withdraw_why,
        /// Somebody took the conversation; `#` is who.
        claimed,
        /// Somebody handed it on; the first `#` is who, the second is to whom.
        transferred,
        /// Somebody let go of it; `#` is who.
        released,
        /// A supervisor took it; `#` is who.
        taken_over,
        /// A supervisor began to read along; `#` is who.
        has_joined,
        /// A supervisor ended that; `#` is who.
        has_left,
        /// The business's word on who the visitor is; `#` is its name for the person.
        introduced,
        /// The business's word that nobody is signed in.
        signed_out,
        /// A message that is here by another's word; `#` is whose.
        vouched,
        /// Button: scroll to messages that came in below.
        newer,
        /// Day line.
        today,
        /// Day line.
        yesterday,
        /// Day line before its date; `#` is the day of the week.
        day,
        /// Somebody else is typing; `#` is who.
        typing,
        /// Somebody of the other side has the conversation before their eyes; `#` is who.
        here,
        /// Label of the text area.
        write,
        /// Label of the button that sends.
        send,
        /// Label of the button that chooses files.
        attach,
        /// Button: choose an emoji.
        emoji,
        /// Button: what can be turned on and off.
        settings,
        /// A sound for new messages.
        sound,
        /// The number of new messages in the title of the page around the chat.
        title_hint,
        /// Label of a file in the timeline.
        file,
        /// Button: show a picture.
        show,
        /// Button: fetch a file and save it.
        download,
        /// Button: save a file that is here.
        save,
        /// Button: give up a file that is under way.
        cancel,
        /// Button: take a file out that was not sent.
        take_out,
        /// A file of text in which nothing is masked.
        file_clean,
        /// A file of text whose masked copy is sent; `#` is how many places are masked.
        file_masked,
        /// A file that the masker cannot read.
        file_unread,
        /// How many characters are left; `#` is their number.
        left,
        /// How many characters are too many; `#` is their number.
        excess,
        /// What the masked form of a message is introduced with.
        will_send,
        /// Why the message is masked.
        why_masked,
        /// After sending: what was masked; `#` is a kind.
        was_masked,
        /// While typing: what stays as it is, because the site only warns of it; `#` is a kind.
        warned,
        /// While typing: what the site lets nobody send; `#` is a kind.
        blocked,
        /// Parts of a number left in earlier messages, which can be taken back; `#` is a kind.
        sent_before,
        /// Under an incoming message that asks for a code or a password.
        caution,
        /// Masking failed, so nothing can be sent.
        mask_failed,
        /// The relay is out of reach.
        offline,
        /// The relay is being reached.
        connecting,
        /// Another tab leads.
        other_tab,
        /// The page is not a secure context.
        insecure,
        /// The browser lets nothing be kept, so there is nothing to be done here.
        store_blocked,
        /// What is kept cannot be opened now.
        store_busy,
        /// Button: delete what cannot be read, and begin as somebody new.
        begin_anew,
        /// The browser lets nothing be kept, so the conversation ends with the tab.
        not_kept,
        /// Heading over a refusal that leaves nothing else to be seen.
        stopped,
        /// Introduces a refusal's stable code; `#` is the code.
        code,
        /// Button: hide the banner.
        dismiss,
        /// The safety number: button, heading and label.
        verify,
        /// What a visitor does with it; `#` is the business's name.
        verify_visitor,
        /// There is no number before the first message.
        verify_later,
        /// What to do if the numbers differ.
        verify_differs,
        /// Button: back to the conversation.
        verify_back,
        /// Somebody ended the conversation; `#` is who.
        ended,
        /// Stands where messages were written, once the conversation has ended.
        over,
        /// The same in a word.
        over_short,
        /// Button: end the conversation.
        end,
        /// Button: begin another conversation.
        begin,
        /// Button: what else can be done about the conversation.
        more,
        /// Button and heading: the visitor's conversations.
        conversations,
        /// Messages of a conversation not yet seen; `#` is their number.
        unread,
        /// Asks what the visitor thinks of the conversation.
        rate,
        /// How good it was; `#` is the number of stars.
        stars,
        /// Label of the words that go with the stars.
        comment,
        /// Button: send stars and comment.
        rate_send,
        /// Button: send neither.
        rate_skip,
        /// Button: save what was said as a file.
        transcript,
        /// First line of a transcript; `#` is the business.
        transcript_of,
        /// Second line of a transcript; `#` is when it was made.
        transcript_made,
        /// How the name of its file begins.
        transcript_file,
    }
}

by_variant! {
    /// The place of a kind of number that is masked.
    kinds: Kind after text {
        card: Kind::Card,
        cvv: Kind::Cvv,
        expiry: Kind::Expiry,
        track: Kind::Track,
        pin: Kind::Pin,
        otp: Kind::Otp,
        nik: Kind::Nik,
        kk: Kind::Kk,
        npwp: Kind::Npwp,
        bpjs: Kind::Bpjs,
        passport: Kind::Passport,
        medical_record: Kind::MedicalRecord,
        bank_account: Kind::BankAccount,
        iban: Kind::Iban,
        phone: Kind::Phone,
        email: Kind::Email,
        ssn: Kind::Ssn,
        custom: _,
    }
}

by_variant! {
    /// The place of why something was refused.
    refusals: Refusal after kinds {
        wrong_root: Refusal::WrongRoot,
        roster_altered: Refusal::RosterAltered,
        roster_expired: Refusal::RosterExpired,
        roster_older: Refusal::RosterOlder,
        roster_forked: Refusal::RosterForked,
        roster_missing: Refusal::RosterMissing,
        bundle_refused: Refusal::BundleRefused,
        weak_key: Refusal::WeakKey,
        message_altered: Refusal::MessageAltered,
        message_replayed: Refusal::MessageReplayed,
        unknown_sender: Refusal::UnknownSender,
        too_large: Refusal::TooLarge,
        origin_refused: Refusal::OriginRefused,
        page_refused: Refusal::PageRefused,
        not_a_member: Refusal::NotAMember,
        enrolment_refused: Refusal::EnrolmentRefused,
        relay_refused: Refusal::RelayRefused,
        store_broken: Refusal::StoreBroken,
        store_failed: Refusal::StoreFailed,
        message_stale: Refusal::MessageStale,
        events_missing: Refusal::EventsMissing,
        log_forked: Refusal::LogForked,
        roster_outdated: Refusal::RosterOutdated,
        not_understood: Refusal::NotUnderstood,
        act_refused: Refusal::ActRefused,
        held_by_another: Refusal::HeldByAnother,
        attachment_altered: Refusal::AttachmentAltered,
        attachment_missing: Refusal::AttachmentMissing,
        file_empty: Refusal::FileEmpty,
        file_too_large: Refusal::FileTooLarge,
        file_name_refused: Refusal::FileNameRefused,
        file_type_refused: Refusal::FileTypeRefused,
        file_unmasked: Refusal::FileUnmasked,
        source_changed: Refusal::SourceChanged,
        source_gone: Refusal::SourceGone,
        quota_exceeded: Refusal::QuotaExceeded,
        policy_refused: Refusal::PolicyRefused,
        token_refused: Refusal::TokenRefused,
        message_missing: Refusal::MessageMissing,
        withdrawal_refused: Refusal::WithdrawalRefused,
        conversation_ended: Refusal::ConversationEnded,
        end_refused: Refusal::EndRefused,
    }
}

numbered! {
    weekdays: after refusals {
        sunday,
        monday,
        tuesday,
        wednesday,
        thursday,
        friday,
        saturday,
    }
}

numbered! {
    months: after weekdays {
        january,
        february,
        march,
        april,
        may,
        june,
        july,
        august,
        september,
        october,
        november,
        december,
    }
}

by_name! {
    /// What only agents see. `#` stands for what [`fill`](super::fill) puts there.
    desk: DeskText after months {
        /// Name of the page.
        console,
        /// The relay is reached.
        online,
        /// The relay is being reached, in a word or two.
        connecting,
        /// The relay is out of reach, in a word or two.
        offline,
        /// Heading of the list of conversations.
        inbox,
        /// Heading of an empty list.
        inbox_empty,
        /// What an empty list waits for.
        inbox_empty_why,
        /// Label of the choice of what is listed.
        filter,
        /// Lists what this agent holds.
        filter_mine,
        /// Lists what nobody holds.
        filter_unassigned,
        /// Lists everything.
        filter_all,
        /// Stands where a choice lists nothing.
        filter_empty,
        /// Label of the search, which looks into what was opened in this tab.
        search,
        /// Heading where nothing was found.
        search_empty,
        /// Where a search looks.
        search_where,
        /// Comes before the time since when a visitor waits.
        waits,
        /// Something was typed here and not sent.
        draft,
        /// Button: notices beside the page, turned on or off.
        notices,
        /// The same where the browser shows none.
        notices_barred,
        /// The list of devices, which ends on a day.
        roster_ends,
        /// What a notice says: never what came.
        notice,
        /// Button and heading: the keys that can be pressed.
        keys,
        /// Key: the next conversation.
        key_next,
        /// Key: the one before.
        key_previous,
        /// Key: take the conversation.
        key_claim,
        /// Key: write.
        key_write,
        /// Key: search.
        key_find,
        /// Keys: what is listed.
        key_filter,
        /// Key: out of the text, to the messages.
        key_read,
        /// Key: these keys.
        key_help,
        /// When keys are not heard.
        keys_why,
        /// Box: hear keys.
        keys_on,
        /// Button: close the sheet.
        keys_close,
        /// A conversation's title; `#` is its mark.
        title,
        /// Under the name of a visitor whom the business vouches for; the first `#` is the mark, the second is when.
        confirmed,
        /// Who a visitor was by the business's word of long ago; the first `#` is who, the second is when.
        lapsed,
        /// The proof of who a visitor is does not count.
        unconfirmed,
        /// The visitor has the conversation before their eyes.
        here,
        /// Number of messages not yet seen; `#` is their number.
        unread,
        /// Stands for the text of a last message that could not be opened.
        no_preview,
        /// Button: back to the list.
        back,
        /// Nothing is open beside the list.
        choose,
        /// This device cannot answer yet.
        not_answerable,
        /// What an agent does with the safety number.
        verify_agent,
        /// The visitor's key is not known on this device.
        verify_unknown,
        /// Nobody holds the conversation.
        free,
        /// This agent holds it.
        mine,
        /// The same in a word.
        mine_short,
        /// Another holds it; `#` is who.
        held,
        /// Another holds it and this agent reads along; `#` is who.
        joined,
        /// Why nothing can be written while another holds it.
        others,
        /// Button: take what nobody holds.
        claim,
        /// Button: hand it to a colleague.
        transfer,
        /// Introduces the colleagues that it can be handed to.
        transfer_to,
        /// Button: let go of it.
        release,
        /// Button: take it from its holder.
        takeover,
        /// Button: read along.
        join,
        /// Button: end that.
        leave,
        /// Heading of the enrolment screen.
        enrol,
        /// No enrolment code in the address.
        enrol_no_code,
        /// Keys are being made.
        enrol_making_keys,
        /// Enrolment waits for the owner.
        enrol_waiting,
        /// Why the keys stay here.
        enrol_why,
        /// First step.
        step_code,
        /// Second step.
        step_keys,
        /// Third step.
        step_roster,
    }
}
