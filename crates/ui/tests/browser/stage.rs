//! Puts a view on the test page and plays the person in front of it.

use std::cell::RefCell;
use std::rc::Rc;

use segel_ui::{Act, Action};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, HtmlTextAreaElement, KeyboardEvent, KeyboardEventInit};

/// What a view reported, in words.
#[derive(Clone, Default)]
pub(crate) struct Heard {
    words: Rc<RefCell<Vec<String>>>,
}

impl Heard {
    /// What a view reports to.
    pub(crate) fn act(&self) -> Act {
        let words = Rc::clone(&self.words);
        Rc::new(move |action| {
            words.borrow_mut().push(match action {
                Action::Send(text, None) => format!("send {}", text.as_str()),
                Action::Send(text, Some(event)) => format!("answer {event:?} {}", text.as_str()),
                Action::Draft(draft) => format!("draft {draft}"),
                other => format!("{other:?}"),
            });
        })
    }

    /// What was reported since this was last asked.
    pub(crate) fn take(&self) -> Vec<String> {
        self.words.take()
    }
}

/// A view on the page; it leaves the page when dropped.
pub(crate) struct Stage {
    home: Element,
}

impl Stage {
    /// Puts `root` on the page.
    pub(crate) fn with(root: &Element) -> Self {
        let document = web_sys::window().unwrap().document().unwrap();
        let home = document.create_element("div").unwrap();
        home.append_child(root).unwrap();
        document.body().unwrap().append_child(&home).unwrap();
        Self { home }
    }

    /// The first element that `selector` finds.
    pub(crate) fn find(&self, selector: &str) -> Element {
        self.home.query_selector(selector).unwrap().unwrap()
    }

    /// All elements that `selector` finds.
    pub(crate) fn all(&self, selector: &str) -> Vec<Element> {
        let found = self.home.query_selector_all(selector).unwrap();
        (0..found.length()).filter_map(|at| found.get(at)).map(JsCast::unchecked_into).collect()
    }

    /// How many elements `selector` finds.
    pub(crate) fn count(&self, selector: &str) -> u32 {
        self.home.query_selector_all(selector).unwrap().length()
    }

    /// The text of the first element that `selector` finds.
    pub(crate) fn text(&self, selector: &str) -> String {
        self.find(selector).text_content().unwrap()
    }

    /// Types `text` in the place of what stands in the text area.
    pub(crate) fn fill(&self, text: &str) {
        self.area().set_value(text);
        self.area().dispatch_event(&Event::new("input").unwrap()).unwrap();
    }

    /// What stands in the text area.
    pub(crate) fn typed(&self) -> String {
        self.area().value()
    }

    /// Presses Enter in the text area; answers whether the browser is left to make a new line.
    pub(crate) fn press_enter(&self, shift: bool, composing: bool) -> bool {
        let init = KeyboardEventInit::new();
        init.set_key("Enter");
        init.set_shift_key(shift);
        init.set_is_composing(composing);
        init.set_cancelable(true);
        init.set_bubbles(true);
        let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap();
        self.area().dispatch_event(&event).unwrap()
    }

    /// Clicks the first element that `selector` finds.
    pub(crate) fn click(&self, selector: &str) {
        self.find(selector).unchecked_into::<HtmlElement>().click();
    }

    /// Fires an event that does not bubble at the first element that `selector` finds.
    pub(crate) fn fire(&self, selector: &str, event: &str) {
        let event = Event::new(event).unwrap();
        self.find(selector).dispatch_event(&event).unwrap();
    }

    fn area(&self) -> HtmlTextAreaElement {
        self.find("textarea").unchecked_into()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.home.remove();
    }
}
