//! What a callback hears, as something a test can wait for.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use js_sys::futures::spawn_local;

/// Keeps what it is given until a test asks for it.
pub(crate) struct Mailbox<T>(Rc<RefCell<Inner<T>>>);

struct Inner<T> {
    heard: VecDeque<T>,
    waiting: Option<Waker>,
}

impl<T: 'static> Mailbox<T> {
    pub(crate) fn new() -> Self {
        Self(Rc::new(RefCell::new(Inner { heard: VecDeque::new(), waiting: None })))
    }

    /// A callback that puts what it hears in here.
    pub(crate) fn listener(&self) -> impl Fn(T) + 'static {
        let inner = Rc::clone(&self.0);
        move |value| {
            let mut inner = inner.borrow_mut();
            inner.heard.push_back(value);
            if let Some(waker) = inner.waiting.take() {
                waker.wake();
            }
        }
    }

    /// Waits for the next value.
    pub(crate) async fn next(&self) -> T {
        poll_fn(|context| {
            let mut inner = self.0.borrow_mut();
            inner.heard.pop_front().map_or_else(
                || {
                    inner.waiting = Some(context.waker().clone());
                    Poll::Pending
                },
                Poll::Ready,
            )
        })
        .await
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.borrow().heard.is_empty()
    }
}

/// Runs two futures side by side.
pub(crate) async fn both<T: 'static>(
    first: impl Future<Output = T> + 'static,
    second: impl Future<Output = T> + 'static,
) -> [T; 2] {
    let (one, two) = (Mailbox::new(), Mailbox::new());
    let (tell_one, tell_two) = (one.listener(), two.listener());
    spawn_local(async move { tell_one(first.await) });
    spawn_local(async move { tell_two(second.await) });
    [one.next().await, two.next().await]
}
