//! One conversation in the list.

use std::rc::Rc;

use segel_core::show::{Identity, Life, Standing, Summary};
use segel_ui::said::offer::headline;
use segel_ui::text::fill;
use segel_ui::time::Moment;
use segel_ui::{Act, Action, Language, icons, said};
use segel_web::dom::{self, El, el, icon};
use segel_wire::ids::ConversationId;
use web_sys::Element;

use super::{hold, identity};
use crate::inbox::{self, waits};

/// A button with a name, a time, the last message and marks.
pub(super) struct Entry {
    root: El,
    button: El,
    seal: El,
    name: El,
    time: El,
    waits: El,
    preview: El,
    unread: El,
    count: El,
    heard: El,
    mine: El,
    draft: El,
    over: El,
    labels: El,
    shown: Option<Shown>,
}

/// What it shows: a list of hundreds is rendered again at each key.
#[derive(PartialEq, Eq)]
struct Shown {
    summary: Summary,
    found: Option<String>,
    is_open: bool,
    has_draft: bool,
    day: i64,
}

impl Entry {
    /// Without content.
    pub(super) fn new(conversation: ConversationId, language: Language, act: &Act) -> Self {
        let text = language.desk();
        let (seal, name) = (
            el("span").class("vouched").child(icon(icons::SEAL)),
            el("span").class("called").attr("dir", "auto"),
        );
        let mine = el("span").class("mine").text(text.mine_short()).hidden();
        let draft = el("span").class("draft").text(text.draft()).hidden();
        let over = el("span").class("draft done").text(language.text().over_short()).hidden();
        let title =
            el("span").class("name").place(&seal).place(&name).place(&mine).place(&over).place(&draft);
        let time = el("time");
        let waits = el("span")
            .class("waits")
            .child(icon(icons::CLOCK))
            .child(el("span").class("heard").text(text.waits()))
            .hidden();
        let when = el("span").class("when").place(&waits).place(&time);
        let preview = el("span").class("preview").attr("dir", "auto");
        let count = el("span").attr("aria-hidden", "true");
        let heard = el("span").class("heard");
        let unread = el("span").class("unread").place(&count).place(&heard);
        let labels = el("span").class("tags").hidden();
        let act = Rc::clone(act);
        let button = el("button")
            .attr("type", "button")
            .child(el("span").class("pair").child(title).child(when))
            .child(el("span").class("pair").place(&preview).place(&unread))
            .place(&labels)
            .on("click", move |_| act(Action::Open(conversation)));
        let root = el("li").place(&button);
        Self {
            root,
            button,
            seal,
            name,
            time,
            waits,
            preview,
            unread,
            count,
            heard,
            mine,
            draft,
            over,
            labels,
            shown: None,
        }
    }

    /// The element to put on the page.
    pub(super) fn root(&self) -> &Element {
        &self.root
    }

    /// Puts the focus on it.
    pub(super) fn focus(&self) {
        dom::focus(&self.button);
    }

    /// Shows a conversation as it stands.
    pub(super) fn render(
        &mut self,
        entry: &inbox::Entry<'_>,
        is_open: bool,
        has_draft: bool,
        today: Moment,
        language: Language,
    ) {
        let (summary, found) = (entry.summary.clone(), entry.found.clone());
        let shown = Shown { summary, found, is_open, has_draft, day: today.day };
        if self.shown.as_ref() != Some(&shown) {
            self.put(&shown, today, language);
            self.shown = Some(shown);
        }
    }

    fn put(&self, shown: &Shown, today: Moment, language: Language) {
        let (text, summary) = (language.desk(), &shown.summary);
        dom::set_attr(&self.button, "aria-current", if shown.is_open { "true" } else { "false" });
        dom::set_text(&self.name, &identity::name(summary.conversation, &summary.identity, text));
        dom::set_hidden(&self.seal, !matches!(summary.identity, Identity::Confirmed { .. }));
        let is_waiting = waits(summary);
        let time = if is_waiting { summary.waits_since } else { summary.time };
        dom::set_text(&self.time, &when(time, today, language));
        dom::set_hidden(&self.waits, !is_waiting);
        dom::set_class(&self.root, "waiting", is_waiting);
        let is_over = summary.life != Life::Open;
        dom::set_hidden(&self.over, !is_over);
        let is_others = !is_over && matches!(summary.hold.standing, Standing::Joined | Standing::Others);
        let held = is_others.then(|| hold::holder(&summary.hold, text));
        let preview = Some(headline(&summary.preview)).filter(|preview| !preview.is_empty());
        let words = shown.found.as_deref().filter(|found| !found.is_empty()).or(held.as_deref());
        said::show(&self.preview, words.or(preview).unwrap_or(text.no_preview()));
        dom::set_class(&self.root, "held", is_others);
        dom::set_hidden(&self.mine, is_over || summary.hold.standing != Standing::Mine);
        dom::set_hidden(&self.draft, !shown.has_draft);
        let unread = summary.unread.to_string();
        dom::set_text(&self.count, &unread);
        dom::set_text(&self.heard, &fill(text.unread(), &unread));
        // What came before another took it is the other's to answer.
        let is_news = summary.unread > 0 && summary.hold.standing != Standing::Others;
        dom::set_hidden(&self.unread, !is_news);
        dom::set_class(&self.root, "news", is_news);
        dom::set_hidden(&self.labels, summary.labels.is_empty());
        dom::set_text(&self.labels, "");
        for label in &summary.labels {
            dom::insert(&self.labels, &el("span").attr("dir", "auto").text(label), None);
        }
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
