//! The table of what only agents see: after all of `table.rs`, read likewise.

use super::Sentences;
use super::table::months;

by_name! {
    /// What only agents see. `#` stands for what [`fill`](super::fill) puts there.
    desk: DeskText after months {
        /// Name of the page.
        console,
        /// This device waits for the next roster.
        awaiting_roster,
        /// This device is no longer in the roster.
        removed,
        /// The browser lets nothing be kept, so there is nothing to be done here.
        store_blocked,
        /// The relay is reached.
        online,
        /// The relay is being reached, in a word or two.
        connecting,
        /// The relay is out of reach, in a word or two.
        offline,
        /// The visitor has erased the conversation; nothing else stands in it.
        erased,
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
        /// Heading: what is known of the visitor.
        facts,
        /// Under it: whose words these are.
        facts_why,
        /// On which page the visitor was.
        facts_page,
        /// In which language the visitor reads the widget.
        facts_language,
        /// A question was left open.
        facts_unsaid,
        /// What the visitor agreed to is what the site asks now; `#` is when.
        facts_agreed,
        /// What the visitor agreed to is another text; `#` is when.
        facts_agreed_before,
        /// Who the visitor is by the business's word.
        facts_identity,
        /// The business has not said who the visitor is.
        facts_unknown,
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
        /// Above a note: whom it is for.
        note_only,
        /// Names the choice of whom what is written is for.
        write_to,
        /// Button: write to the visitor.
        write_reply,
        /// Button: write a note to colleagues.
        write_note,
        /// Where a note is written.
        note_label,
        /// Button: keep the note.
        note_send,
        /// Key: write a note.
        key_note,
        /// Names the labels of a conversation.
        labels,
        /// Where a label is added.
        label_add,
        /// Button: take this label off; `#` is the label.
        label_remove,
        /// Names the choice of the label that is listed.
        label_filter,
        /// In that choice: whatever the labels.
        label_all,
        /// Why a label was not added.
        label_refused,
        /// Where a note for whoever gets the conversation is written.
        transfer_note,
        /// Why a note cannot go with a transfer, so that nothing was handed over.
        transfer_note_refused,
        /// Button and heading: texts that are kept to send again.
        replies,
        /// Where a kept text is searched for.
        reply_find,
        /// No kept text is found.
        reply_none,
        /// Button: change what is kept.
        replies_manage,
        /// What is said of kept texts.
        replies_why,
        /// The name of a kept text.
        reply_name,
        /// What a kept text says.
        reply_text,
        /// Button: another text.
        reply_new,
        /// Button: keep the text.
        reply_save,
        /// Button: delete the text.
        reply_delete,
        /// Button: take texts from a file.
        replies_import,
        /// Button: write the texts to a file.
        replies_export,
        /// What such a file is called.
        replies_file,
        /// The texts are kept now.
        replies_kept,
        /// What is still to be filled in by hand; `#` is what.
        reply_unfilled,
        /// Why a text was not kept: no name.
        reply_no_name,
        /// The same: its name is too long.
        reply_name_long,
        /// The same: another has its name.
        reply_name_twice,
        /// The same: it says nothing.
        reply_no_text,
        /// The same: it is too long.
        reply_text_long,
        /// The same: they are too many.
        replies_many,
        /// Before one of these, of a file; `#` is the number of the text.
        import_at,
        /// Why a file was not taken: it is no JSON.
        import_no_json,
        /// The same: it has other things in it.
        import_no_replies,
        /// Button and heading: offer answers to a visitor.
        offer,
        /// What is said of offered answers.
        offer_why,
        /// Where the text is written that answers are offered to.
        offer_text,
        /// Where the answers are written.
        offer_answers,
        /// Where a title is written.
        offer_title,
        /// Where an address is written.
        offer_link,
        /// Button: put the text into the composer.
        offer_put,
        /// Why it cannot be put there: nothing is said.
        offer_no_text,
        /// The same: the text has lines that would be read as something else.
        offer_misread,
        /// The same: the title cannot be one.
        offer_title_refused,
        /// The same: the address cannot be one.
        offer_link_refused,
        /// The same: nothing is offered.
        offer_nothing,
        /// The same: too many answers.
        offer_many,
        /// The same: the answer with the number `#` cannot be one.
        offer_answer_refused,
        /// The same: the answer with the number `#` stands there twice.
        offer_twice,
        /// Button: block the open conversation.
        block,
        /// Heading: what is blocked.
        blocked,
        /// Button: show what is blocked; `#` is how many.
        blocked_count,
        /// What is said of what is blocked.
        blocked_why,
        /// Nothing is blocked.
        blocked_none,
        /// Button: show it again.
        unblock,
    }
}
