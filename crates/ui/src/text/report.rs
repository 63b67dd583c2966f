//! The sentences with which a visitor reports messages: a file of their own, which is fetched once a first message has gone.

use super::Sentences;

/// Nothing comes before the only section.
mod start {
    pub(super) const END: usize = 0;
}

by_name! {
    /// What is said about reports. `#` stands for what [`fill`](super::fill) puts there.
    report: ReportText after start {
        /// Button: report messages.
        offer,
        /// Heading.
        title,
        /// What the file holds.
        holds,
        /// Who can read it and what it shows; `#` is the business's name.
        shows,
        /// Label of the list of agents' messages, newest first.
        choose,
        /// There is no message of an agent.
        none,
        /// Button: back to the conversation.
        back,
        /// Button: save the file.
        save,
        /// No message was chosen.
        unchosen,
        /// The relay is asked for what is in the file.
        waiting,
        /// The relay was not reached.
        unreached,
        /// The relay does not have one of the messages any more.
        missing,
        /// The file is saved; `#` is the business's name.
        saved,
        /// How the name of the file begins.
        file,
    }
}

impl ReportText {
    /// Reads what is served, a sentence a line, and keeps it as long as the program runs; `None` if it has not as many as there
    /// should be.
    pub fn read(texts: String) -> Option<Self> {
        Sentences::read(texts, report::END).map(Self)
    }
}
