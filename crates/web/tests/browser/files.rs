//! Files are read by parts, and pieces become a file that lives as long as its address.

use js_sys::{Array, Uint8Array};
use segel_web::files::{self, Pieces, Sources};
use segel_web::http::{Body, Http, HttpError, Method, Request, Response};
use segel_wire::ids::EventId;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::File;

const EVENT: EventId = EventId([1; 16]);
const OTHER: EventId = EventId([2; 16]);

fn file(bytes: &[u8]) -> File {
    File::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(bytes)), "struk.bin").unwrap()
}

async fn get(url: &str) -> Result<Response, HttpError> {
    let (method, url) = (Method::Get, url.to_owned());
    Http.send(Request { method, url, token: None, range: None, body: Body::Empty }).await
}

#[wasm_bindgen_test]
async fn a_part_of_a_file_is_read_and_no_more() {
    let file = file(&[1, 2, 3, 4, 5]);
    assert_eq!(files::size(&file), 5);
    assert_eq!(files::read(&file, 1, 3).await, Some(vec![2, 3]));
    assert_eq!(files::read(&file, 4, 9).await, Some(vec![5]));
    assert_eq!(files::read(&file, 9, 12).await, Some(vec![]));
}

#[wasm_bindgen_test]
fn a_source_is_known_by_its_number_until_it_is_let_go() {
    let mut sources = Sources::default();
    let (first, second) = (sources.put(file(&[1])), sources.put(file(&[1, 2])));
    assert_eq!(sources.get(second).map(|file| files::size(file)), Some(2));
    sources.release(second);
    assert!(sources.get(second).is_none());
    assert_eq!(sources.get(first).map(|file| files::size(file)), Some(1));
    assert_ne!(sources.put(file(&[3])), second, "no number is used again");
}

#[wasm_bindgen_test]
async fn pieces_are_put_together_in_order_and_the_file_goes_with_its_address() {
    let mut pieces = Pieces::default();
    for (event, bytes) in [(EVENT, &[1, 2][..]), (OTHER, &[9]), (EVENT, &[3])] {
        pieces.take(event, bytes);
    }
    let address = pieces.finish(EVENT).unwrap().into_address("image/png").unwrap();
    assert!(pieces.finish(EVENT).is_none(), "handed out once");
    assert!(address.as_str().starts_with("blob:"));
    assert_eq!(get(address.as_str()).await.unwrap().body.octets(), [1, 2, 3]);
    let known = address.as_str().to_owned();
    drop(address);
    assert_eq!(get(&known).await.err(), Some(HttpError::Unreachable));
}
