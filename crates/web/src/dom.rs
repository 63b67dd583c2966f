//! A small typed kit that builds and changes the page: elements, text nodes, and the listeners they own.
//!
//! Text enters as text nodes and nothing here parses markup. A listener belongs to the [`El`] it was put on;
//! an `El` put into another hands its listeners over, so dropping a view's root ends every listener below it.

use std::fmt;
use std::ops::Deref;

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, UnwrapThrowExt};
use web_sys::{Document, Element, Event, HtmlElement, Node, ResizeObserver, Window};

const SVG: &str = "http://www.w3.org/2000/svg";

/// How far from its end a region still counts as scrolled to the end, in CSS pixels.
const END_SLACK: i32 = 48;

/// An element and the listeners below it. Dropping it ends the listeners and leaves the element where it is.
#[must_use = "dropping an El ends its listeners"]
pub struct El {
    node: Element,
    listeners: Vec<EventListener>,
}

/// Makes an element of the page; `tag` is a valid tag name.
pub fn el(tag: &'static str) -> El {
    // A tag name is a literal of this project: only a misspelt one is refused.
    El { node: document().create_element(tag).unwrap_throw(), listeners: Vec::new() }
}

/// Makes a button of these words, which sends no form.
pub fn button(words: &str) -> El {
    el("button").attr("type", "button").text(words)
}

/// Makes a decorative icon from the outline of a 24 by 24 path; it takes the colour of the text around it.
pub fn icon(outline: &str) -> El {
    let svg =
        |tag| El { node: document().create_element_ns(Some(SVG), tag).unwrap_throw(), listeners: Vec::new() };
    svg("svg")
        .class("icon")
        .attr("viewBox", "0 0 24 24")
        .attr("aria-hidden", "true")
        .child(svg("path").attr("d", outline))
}

impl El {
    /// Sets the `class` attribute, names separated by spaces.
    pub fn class(self, names: &str) -> Self {
        self.attr("class", names)
    }

    /// Sets an attribute.
    pub fn attr(self, name: &str, value: &str) -> Self {
        set_attr(&self.node, name, value);
        self
    }

    /// Hides the element until [`set_hidden`] shows it.
    pub fn hidden(self) -> Self {
        self.attr("hidden", "")
    }

    /// Appends a text node.
    pub fn text(self, text: &str) -> Self {
        append(&self.node, &document().create_text_node(text));
        self
    }

    /// Appends an element and takes over its listeners.
    pub fn child(mut self, child: El) -> Self {
        append(&self.node, &child.node);
        self.listeners.extend(child.listeners);
        self
    }

    /// Appends an element that another value owns.
    pub fn place(self, child: &Element) -> Self {
        append(&self.node, child);
        self
    }

    /// Listens for `event` for as long as the owner of this element lives.
    pub fn on(self, event: &'static str, handler: impl FnMut(&Event) + 'static) -> Self {
        self.listen(event, Box::new(handler))
    }

    fn listen(mut self, event: &'static str, handler: Box<dyn FnMut(&Event)>) -> Self {
        let options = EventListenerOptions::enable_prevent_default();
        self.listeners.push(EventListener::new_with_options(&self.node, event, options, handler));
        self
    }
}

/// The element itself; a clone of it is another reference to the same element, without the listeners.
impl Deref for El {
    type Target = Element;

    fn deref(&self) -> &Element {
        &self.node
    }
}

impl fmt::Debug for El {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("El").field("listeners", &self.listeners.len()).finish_non_exhaustive()
    }
}

/// Watches an element's size for as long as it lives.
#[must_use = "dropping it ends the watch"]
pub struct SizeWatch {
    observer: ResizeObserver,
    _on_change: Closure<dyn FnMut()>,
}

impl SizeWatch {
    /// Calls `on_change` once at first and then whenever the size of `node` changed.
    pub fn new(node: &Element, on_change: impl FnMut() + 'static) -> Self {
        let on_change: Closure<dyn FnMut()> = Closure::new(on_change);
        let observer = ResizeObserver::new(on_change.as_ref().unchecked_ref()).unwrap_throw();
        observer.observe(node);
        Self { observer, _on_change: on_change }
    }
}

impl Drop for SizeWatch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Puts `root` in the place of all that the element with the id `id` holds; `false` if the page has none.
pub fn mount(id: &str, root: &Element) -> bool {
    document().get_element_by_id(id).is_some_and(|home| {
        home.set_text_content(None);
        append(&home, root);
        true
    })
}

/// Adds `root` to what the element with the id `id` holds.
pub fn mount_beside(id: &str, root: &Element) {
    if let Some(home) = document().get_element_by_id(id) {
        append(&home, root);
    }
}

/// Replaces all that `node` holds by a text; leaves it alone if it says so already.
pub fn set_text(node: &Element, text: &str) {
    if node.text_content().as_deref() != Some(text) {
        node.set_text_content(Some(text));
    }
}

/// Sets an attribute; `name` is a valid attribute name.
pub fn set_attr(node: &Element, name: &str, value: &str) {
    node.set_attribute(name, value).unwrap_throw();
}

/// Shows or hides an element, for everyone: also for assistive technology.
pub fn set_hidden(node: &Element, hidden: bool) {
    node.toggle_attribute_with_force("hidden", hidden).unwrap_throw();
}

/// Adds or removes one class name.
pub fn set_class(node: &Element, name: &str, on: bool) {
    node.class_list().toggle_with_force(name, on).unwrap_throw();
}

/// Puts `child` into `parent`, before `next` or at the end; moves it if it is there already.
pub fn insert(parent: &Element, child: &Element, next: Option<&Node>) {
    parent.insert_before(child, next).unwrap_throw();
}

/// One step of putting `parent`'s children in order: puts `child` before `next` unless it is there already,
/// and answers what its successor is to be put before.
pub fn keep_in_order(parent: &Element, child: &Element, next: Option<Node>) -> Option<Node> {
    if next.as_ref().is_some_and(|next| next.is_same_node(Some(child))) {
        return child.next_sibling();
    }
    insert(parent, child, next.as_ref());
    next
}

/// Puts the focus on an element that can take it.
pub fn focus(node: &Element) {
    // An element that is no longer on the page takes no focus, and that is all there is to say.
    let _ = node.unchecked_ref::<HtmlElement>().focus();
}

/// Whether the focus is within an element.
pub fn has_focus(node: &Element) -> bool {
    document().active_element().is_some_and(|focused| node.contains(Some(&focused)))
}

/// Whether nothing on the page has the focus: what had it is hidden or gone.
pub fn is_focus_lost() -> bool {
    document().active_element().is_none_or(|focused| focused.tag_name() == "BODY")
}

/// Whether a media query holds now.
pub fn matches_media(query: &str) -> bool {
    let matches = |window: Window| window.match_media(query).ok()??.matches().into();
    web_sys::window().and_then(matches).unwrap_or_default()
}

/// Whether a scrolling region shows its end, give or take a line.
pub fn is_at_end(node: &Element) -> bool {
    node.scroll_height() - node.scroll_top() - node.client_height() <= END_SLACK
}

/// Whether what a scrolling region shows is less than its own height away from its start, and from its end.
pub fn is_near(node: &Element) -> (bool, bool) {
    let (height, top) = (node.client_height(), node.scroll_top());
    (top < height, node.scroll_height() - top - height < height)
}

/// Whether an element is written from right to left.
pub fn is_rtl(node: &Element) -> bool {
    node.matches(":dir(rtl)").unwrap_or_default()
}

/// Where an element stands in the region that it is positioned in, in CSS pixels.
pub fn top(node: &Element) -> i32 {
    node.unchecked_ref::<HtmlElement>().offset_top()
}

/// Scrolls a region on, or back, in CSS pixels.
pub fn scroll_by(node: &Element, by: i32) {
    node.set_scroll_top(node.scroll_top() + by);
}

/// Scrolls a region so that an element positioned in it stands in its middle.
pub fn scroll_to(node: &Element, child: &Element) {
    node.set_scroll_top(top(child) - (node.client_height() - child.client_height()) / 2);
}

/// Scrolls a region to its end.
pub fn scroll_to_end(node: &Element) {
    node.set_scroll_top(node.scroll_height());
}

fn append(parent: &Element, child: &Node) {
    parent.append_child(child).unwrap_throw();
}

fn document() -> Document {
    // A wasm module of this project runs in a page, never in a worker.
    web_sys::window().as_ref().and_then(Window::document).unwrap_throw()
}
