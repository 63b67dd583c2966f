//! The list of conversations, the newest first.

use std::collections::BTreeMap;
use std::rc::Rc;

use segel_core::show::{Identity, Standing, Summary};
use segel_ui::text::fill;
use segel_ui::time::Moment;
use segel_ui::{Act, Action, Language, icons};
use segel_web::dom::{self, El, el, icon};
use segel_wire::ids::ConversationId;
use web_sys::Element;

use super::{hold, identity};
use crate::model::Model;

/// The list, or a sentence while there is nothing to list.
pub(crate) struct Inbox {
    language: Language,
    act: Act,
    root: El,
    empty: El,
    list: El,
    entries: BTreeMap<ConversationId, Entry>,
    open: Option<ConversationId>,
}

impl Inbox {
    /// An empty list.
    pub(crate) fn new(language: Language, act: &Act) -> Self {
        let text = language.desk();
        let empty = el("div")
            .class("nothing")
            .child(el("p").class("heading").text(text.inbox_empty))
            .child(el("p").text(text.inbox_empty_why));
        let list = el("ul");
        let root = el("nav")
            .class("inbox")
            .attr("aria-label", text.inbox)
            .child(el("h2").text(text.inbox))
            .place(&empty)
            .place(&list);
        Self { language, act: Rc::clone(act), root, empty, list, entries: BTreeMap::new(), open: None }
    }

    /// The element to put on the page.
    pub(crate) fn root(&self) -> &Element {
        &self.root
    }

    /// Shows the conversations; one that stays keeps its element, and with it the focus. Who comes back from a
    /// conversation finds the focus on it.
    pub(crate) fn render(&mut self, model: &Model) {
        dom::set_hidden(&self.empty, !model.inbox().is_empty());
        let open = model.opened().map(|opened| opened.conversation);
        let today = Moment::now();
        let mut next = self.list.first_child();
        for summary in model.inbox() {
            let conversation = summary.conversation;
            let entry = self
                .entries
                .entry(conversation)
                .or_insert_with(|| Entry::new(conversation, self.language, &self.act));
            entry.render(summary, open == Some(conversation), today, self.language);
            next = dom::keep_in_order(&self.list, &entry.root, next);
        }
        let left = std::mem::replace(&mut self.open, open).filter(|_| open.is_none());
        if let Some(entry) = left.and_then(|conversation| self.entries.get(&conversation)) {
            dom::focus(&entry.button);
        }
    }
}

/// One conversation in the list.
struct Entry {
    root: El,
    button: El,
    seal: El,
    name: El,
    time: El,
    preview: El,
    unread: El,
    count: El,
    heard: El,
    mine: El,
}

impl Entry {
    fn new(conversation: ConversationId, language: Language, act: &Act) -> Self {
        let (seal, name) = (
            el("span").class("vouched").child(icon(icons::SEAL)),
            el("span").class("called").attr("dir", "auto"),
        );
        let mine = el("span").class("mine").text(language.desk().mine_short).hidden();
        let title = el("span").class("name").place(&seal).place(&name).place(&mine);
        let time = el("time");
        let preview = el("span").class("preview").attr("dir", "auto");
        let count = el("span").attr("aria-hidden", "true");
        let heard = el("span").class("heard");
        let unread = el("span").class("unread").place(&count).place(&heard);
        let act = Rc::clone(act);
        let button = el("button")
            .attr("type", "button")
            .child(el("span").class("pair").child(title).place(&time))
            .child(el("span").class("pair").place(&preview).place(&unread))
            .on("click", move |_| act(Action::Open(conversation)));
        let root = el("li").place(&button);
        Self { root, button, seal, name, time, preview, unread, count, heard, mine }
    }

    fn render(&self, summary: &Summary, is_open: bool, today: Moment, language: Language) {
        let text = language.desk();
        dom::set_attr(&self.button, "aria-current", if is_open { "true" } else { "false" });
        dom::set_text(&self.name, &identity::name(summary.conversation, &summary.identity, text));
        dom::set_hidden(&self.seal, !matches!(summary.identity, Identity::Confirmed { .. }));
        dom::set_text(&self.time, &when(summary.time, today, language));
        let is_others = matches!(summary.hold.standing, Standing::Joined | Standing::Others);
        let held = is_others.then(|| hold::holder(&summary.hold, text));
        let preview = if summary.preview.is_empty() { text.no_preview } else { &summary.preview };
        dom::set_text(&self.preview, held.as_deref().unwrap_or(preview));
        dom::set_class(&self.root, "held", is_others);
        dom::set_hidden(&self.mine, summary.hold.standing != Standing::Mine);
        let unread = summary.unread.to_string();
        dom::set_text(&self.count, &unread);
        dom::set_text(&self.heard, &fill(text.unread, &unread));
        // What came before another took it is the other's to answer.
        let is_news = summary.unread > 0 && summary.hold.standing != Standing::Others;
        dom::set_hidden(&self.unread, !is_news);
        dom::set_class(&self.root, "news", is_news);
    }
}

/// The time of day for today, the date before that, nothing for a conversation without a message.
fn when(unix_ms: u64, today: Moment, language: Language) -> String {
    let moment = Moment::local(unix_ms);
    match unix_ms {
        0 => String::new(),
        _ if moment.day == today.day => moment.clock(),
        _ => moment.short_date(language, today),
    }
}
