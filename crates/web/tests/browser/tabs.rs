//! What tabs say reaches the others of the same name, whole, and not the one that said it.

use js_sys::{Array, Uint8Array};
use segel_web::tabs::{Said, Tabs};
use segel_wire::ids::EventId;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{BroadcastChannel, File};

use crate::mailbox::Mailbox;

fn make_file(text: &str) -> File {
    let parts = Array::of1(&text.into());
    File::new_with_str_sequence(&parts, "a.txt").unwrap()
}

#[wasm_bindgen_test]
async fn everything_that_is_said_is_heard_by_the_others_as_it_was() {
    let (own, other) = (Mailbox::new(), Mailbox::new());
    let speaks = Tabs::join("said", own.listener()).unwrap();
    let _hears = Tabs::join("said", other.listener()).unwrap();
    speaks.say(&Said::Hello(u32::MAX, vec![9]));
    speaks.say(&Said::Everything(7, vec![1, 2, 3]));
    speaks.say(&Said::Wish(8, vec![4], Some(make_file("isi"))));
    speaks.say(&Said::Wish(9, vec![5], None));
    speaks.say(&Said::Ping(10));
    speaks.say(&Said::Patience(11));
    speaks.say(&Said::Here);

    assert!(matches!(other.next().await, Said::Hello(u32::MAX, stand) if stand == [9]));
    assert!(matches!(other.next().await, Said::Everything(7, bytes) if bytes == [1, 2, 3]));
    let wish = match other.next().await {
        Said::Wish(8, bytes, Some(file)) => Some((bytes, segel_web::files::read(&file, 0, 3).await)),
        _ => None,
    };
    assert_eq!(wish, Some((vec![4], Some(b"isi".to_vec()))));
    assert!(matches!(other.next().await, Said::Wish(9, bytes, None) if bytes == [5]));
    assert!(matches!(other.next().await, Said::Ping(10)));
    assert!(matches!(other.next().await, Said::Patience(11)));
    assert!(matches!(other.next().await, Said::Here));
    assert!(own.is_empty());
}

#[wasm_bindgen_test]
async fn what_no_tab_of_ours_said_is_passed_over() {
    let heard = Mailbox::new();
    let _hears = Tabs::join("strange", heard.listener()).unwrap();
    let stranger = BroadcastChannel::new("strange").unwrap();
    let none = Uint8Array::new_with_length(0);
    let short_id = Array::of4(&9.into(), &0.into(), &none, &Array::new());
    let unknown = Array::of4(&99.into(), &0.into(), &none, &1.into());
    for strange in [&"halo".into(), &Array::new().into(), unknown.unchecked_ref(), short_id.unchecked_ref()] {
        stranger.post_message(strange).unwrap();
    }
    let voice = Tabs::join("strange", |_| ()).unwrap();
    voice.say(&Said::File(EventId([3; 16]), fetched("isi")));
    // Nothing else is heard before.
    assert!(matches!(heard.next().await, Said::File(EventId([3, ..]), _)));
    stranger.close();
}

/// A file as the leading tab has it when it came whole.
fn fetched(text: &str) -> segel_web::files::Fetched {
    let mut pieces = segel_web::files::Pieces::default();
    pieces.take(EventId([3; 16]), text.as_bytes());
    pieces.finish(EventId([3; 16])).unwrap()
}
