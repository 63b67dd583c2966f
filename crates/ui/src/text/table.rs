//! The tables that every language's file fills, in the order in which its sentences are served.
//!
//! `cargo xtask build` reads sections and names from here, and from `desk.rs` after it: a line `NAME: ... {` begins a section, and within it every
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
        /// Beside a question that needs an answer.
        needed,
        /// Stands in a choice before something is chosen.
        choose,
        /// Link: the site's privacy notice.
        notice,
        /// Button: the questions are answered.
        start,
        /// A question needs an answer.
        unanswered,
        /// What was typed is no e-mail address.
        no_email,
        /// What was typed is no telephone number.
        no_phone,
        /// The site lets nobody send what was typed, or it could not be checked.
        unsendable,
        /// The visitor has not agreed.
        disagreed,
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
        /// What is kept cannot be opened now.
        store_busy,
        /// What is kept is there, and no room to open it.
        store_full,
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
        /// Button: have everything of the visitor erased.
        erase,
        /// Why nothing can be written: the relay has not confirmed that everything is erased.
        erasing,
        /// Everything is erased, at the relay too.
        erased,
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
        details_refused: Refusal::DetailsRefused,
        conversation_erased: Refusal::ConversationErased,
        nobody_reachable: Refusal::NobodyReachable,
        visitor_away: Refusal::VisitorAway,
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
