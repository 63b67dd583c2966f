//! The table of what is fetched when it is wanted, the lock's sentences above all: a file of its own, read likewise.

use super::Sentences;

/// Nothing comes before them.
mod nothing {
    pub(super) const END: usize = 0;
}

by_name! {
    /// What is fetched when it is wanted. `#` stands for what [`fill`](super::fill) puts there.
    later: LaterText after nothing {
        /// Why everything is to be erased, and what that does not reach.
        erase_why,
        /// What to do with the safety number, for a visitor,
        verify_visitor,
        /// while there is none yet,
        verify_later,
        /// and if it differs.
        verify_differs,
        /// Entry of a menu: opens the sheet on which the lock is set.
        menu,
        /// Entry and button: lock now.
        now,
        /// Heading where everything is locked.
        locked,
        /// What opens it: a passphrase,
        locked_passphrase,
        /// or a passkey.
        locked_passkey,
        /// Label of where the passphrase is typed,
        passphrase,
        /// and of where it is typed again.
        again,
        /// Button: open it with what was typed,
        unlock,
        /// or with the passkey.
        unlock_passkey,
        /// While the passphrase is stretched, or the passkey asked for.
        working,
        /// It opened nothing.
        wrong,
        /// Passphrases cannot be stretched here.
        no_worker,
        /// No passkey was given, or one that makes no keys.
        no_passkey,
        /// There is nothing to be locked.
        nothing_kept,
        /// The store refused.
        not_stored,
        /// The fault's code.
        code,
        /// Button: who cannot open it goes this way.
        forgot,
        /// What that leads to, for a visitor,
        forgot_why,
        /// and for an agent.
        forgot_agent,
        /// Button: erase everything here.
        erase,
        /// Button: leave it as it is.
        cancel,
        /// Heading of the sheet.
        heading,
        /// What a lock does.
        why,
        /// What it means to forget.
        no_rescue,
        /// Label of the choice of what opens it.
        way,
        /// A passphrase does,
        way_passphrase,
        /// or a passkey.
        way_passkey,
        /// How a passphrase should be, and why.
        hint,
        /// It is too short.
        short,
        /// What was typed again is something else.
        differ,
        /// Label of the choice of minutes.
        idle,
        /// So many minutes.
        minutes,
        /// Button: set the lock.
        set,
        /// A lock is set, which locks by itself after so many minutes.
        is_set,
        /// Button: take the lock off.
        off,
        /// Label of the passphrase for that.
        off_passphrase,
        /// Button: close the sheet.
        done,
        /// What the passkey is called where the browser lists it.
        passkey_name,
    }
}

impl LaterText {
    /// Reads a file as it is served, a sentence a line, and keeps it as long as the program runs; `None` if it has not as many
    /// as there should be.
    pub fn read(texts: String) -> Option<Self> {
        Sentences::read(texts, later::END).map(Self)
    }
}
