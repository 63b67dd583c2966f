//! What shows the site's owner what was said. PROTOCOL.md, section 5.13.

use segel_wire::cbor;
use segel_wire::ids::{ContentDigest, ConversationId, Octets};
use segel_wire::report::{Report, Reported};

use super::Engine;
use crate::io::Output;
use crate::show::{Author, Body, Show};

impl Engine {
    /// Shows what opens the texts and files of a conversation that the relay has and that are open here: nothing is sent.
    // Within its caller it would be in the first part of a visitor's program.
    #[inline(never)]
    pub(super) fn report(&mut self, id: ConversationId) {
        let (Some(conversation), Some(account)) = (self.conversations.get(&id), &self.account) else {
            return;
        };
        let own = account.device();
        let messages = conversation.messages.iter().filter_map(|(event, message)| {
            let is_said = matches!(message.body, Body::Text(_) | Body::File(_));
            let sender = if message.author == Author::Own { own } else { message.sender? };
            // As it stands in a grant.
            let key: Octets = cbor::decode(&cbor::encode(message.key.as_ref().filter(|_| is_said)?)).ok()?;
            Some(Reported {
                event: *event,
                position: message.position?,
                sender,
                content: ContentDigest(message.content?.0),
                key,
            })
        });
        let mut messages: Vec<_> = messages.collect();
        messages.sort_by_key(|message| message.position);
        let report = Report { kind: Report::KIND.to_owned(), site: self.site, conversation: id, messages };
        self.outputs.push_back(Output::Show(Show::Report(report)));
    }
}
