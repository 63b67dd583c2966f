//! Files of scripts that a page fetches when they are wanted, as its first script hands them over.

use js_sys::{Array, Function, Promise};
use wasm_bindgen::{JsCast, JsValue};

/// Runs what a file of the page's folder exports: its `this` is a list of the file's name, without `.js`, and of what that is
/// given.
#[derive(Clone)]
pub struct Helper(Function);

impl Helper {
    /// By the page's own function, which answers a promise.
    pub fn new(run: Function) -> Self {
        Self(run)
    }

    /// Runs a file with these arguments; answers what it answers, or what it throws.
    // Once for all who ask: each would have a copy of its own else.
    #[inline(never)]
    pub fn run(&self, file: &str, with: &[JsValue]) -> Result<Promise, JsValue> {
        let order = Array::of1(&file.into());
        for argument in with {
            order.push(argument);
        }
        self.0.call0(&order)?.dyn_into()
    }
}
