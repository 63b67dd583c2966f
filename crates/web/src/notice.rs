//! Notices of the system beside the page, which a person allows or not.

use js_sys::futures::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Notification, NotificationOptions, NotificationPermission};

/// What the person has said about notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    /// They were not asked.
    Unasked,
    /// They want them.
    Yes,
    /// They do not want them, or the browser has none.
    No,
}

/// Notices of this page. Dropping it takes away the one that is shown.
#[derive(Default)]
pub struct Notices(Option<(Notification, Closure<dyn FnMut()>)>);

/// What the person has said.
pub fn allowed() -> Allowed {
    if !has_notices() {
        return Allowed::No;
    }
    match Notification::permission() {
        NotificationPermission::Granted => Allowed::Yes,
        NotificationPermission::Default => Allowed::Unasked,
        _ => Allowed::No,
    }
}

/// Asks the person; only from within a click. `on_answer` is called when they have answered.
pub fn ask(on_answer: impl Fn() + 'static) {
    let Ok(asked) = Notification::request_permission() else { return };
    spawn_local(async move {
        // Whatever the answer is, it is looked up.
        let _ = asked.await;
        on_answer();
    });
}

impl Notices {
    /// Shows a notice in the place of the one before, if the person wants notices. A click on it leads to the page.
    pub fn show(&mut self, title: &str, body: &str) {
        if allowed() != Allowed::Yes {
            return;
        }
        let options = NotificationOptions::new();
        options.set_body(body);
        // Several tabs say it once.
        options.set_tag("segel");
        let Ok(notice) = Notification::new_with_options(title, &options) else { return };
        let clicked = notice.clone();
        let on_click: Closure<dyn FnMut()> = Closure::new(move || {
            clicked.close();
            if let Some(window) = web_sys::window() {
                // A browser that lets no page come to the front leaves it where it is.
                let _ = window.focus();
            }
        });
        notice.set_onclick(Some(on_click.as_ref().unchecked_ref()));
        self.take_away();
        self.0 = Some((notice, on_click));
    }

    fn take_away(&mut self) {
        if let Some((notice, _)) = self.0.take() {
            notice.set_onclick(None);
        }
    }
}

impl Drop for Notices {
    fn drop(&mut self) {
        if let Some((notice, _)) = &self.0 {
            notice.close();
        }
        self.take_away();
    }
}

/// A few browsers, and pages that are not secure, have none.
fn has_notices() -> bool {
    web_sys::window()
        .is_some_and(|window| js_sys::Reflect::has(&window, &"Notification".into()).unwrap_or(false))
}
