//! A network that lets requests through only as a test says: `fetch` as this page has it until the value is dropped.

use js_sys::{Function, Uint8Array};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ReadableStreamDefaultController, Request, Response, ResponseInit};

use crate::mailbox::Mailbox;

const TAKE_OVER: &str = "
    const real = window.fetch;
    window.fetch = (url, init) => new Promise((resolve, reject) => {
        init.signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
        asked(new Request(url, init), resolve, reject);
    });
    return () => { window.fetch = real; };";

const STREAM: &str = "
    let stream;
    resolve(new Response(new ReadableStream({ start: (controller) => { stream = controller; } })));
    return stream;";

type Heard = Closure<dyn Fn(Request, Function, Function)>;

pub(crate) struct Network {
    asked: Mailbox<Asked>,
    give_back: Function,
    _heard: Heard,
}

/// A request that waits for its answer.
pub(crate) struct Asked {
    pub(crate) request: Request,
    resolve: Function,
    reject: Function,
}

/// An answer that goes on.
pub(crate) struct Stream(ReadableStreamDefaultController);

impl Network {
    pub(crate) fn take_over() -> Self {
        let asked = Mailbox::new();
        let tell = asked.listener();
        let heard: Heard =
            Closure::new(move |request, resolve, reject| tell(Asked { request, resolve, reject }));
        let take_over = Function::new_with_args("asked", TAKE_OVER);
        let give_back = take_over.call1(&JsValue::NULL, heard.as_ref()).unwrap();
        Self { asked, give_back: give_back.unchecked_into(), _heard: heard }
    }

    /// The next request, which is `GET /v1/events` or the like.
    pub(crate) async fn asked(&self, what: &str) -> Asked {
        let asked = self.asked.next().await;
        let url = asked.request.url();
        let path = url.strip_prefix(&web_sys::window().unwrap().location().origin().unwrap()).unwrap();
        assert_eq!([&asked.request.method(), " ", path].concat(), what);
        asked
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.asked.is_empty()
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.give_back.call0(&JsValue::NULL).unwrap();
    }
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.request.headers().get(name).unwrap()
    }

    pub(crate) async fn body(&self) -> String {
        self.request.text().unwrap().await.unwrap().as_string().unwrap()
    }

    pub(crate) fn answer(self, status: u16, text: &str) {
        let init = ResponseInit::new();
        init.set_status(status);
        let answer = Response::new_with_opt_str_and_init(Some(text), &init).unwrap();
        self.resolve.call1(&JsValue::NULL, &answer).unwrap();
    }

    pub(crate) fn answer_with_stream(self) -> Stream {
        let stream = Function::new_with_args("resolve", STREAM);
        Stream(stream.call1(&JsValue::NULL, &self.resolve).unwrap().unchecked_into())
    }

    pub(crate) fn lose(self) {
        self.reject.call1(&JsValue::NULL, &js_sys::TypeError::new("lost")).unwrap();
    }
}

impl Stream {
    pub(crate) fn push(&self, text: &[u8]) {
        self.0.enqueue_with_chunk(&Uint8Array::from(text)).unwrap();
    }

    pub(crate) fn end(self) {
        self.0.close().unwrap();
    }
}
