//! When what was handed in is kept, and when it is not.

use js_sys::{Function, Promise};
use segel_core::show::{Refusal, Show};
use segel_core::{Engine, Input, Outgoing};
use segel_mask::Writer;
use segel_web::driver::{Driver, Fate};
use segel_web::kept;
use segel_web::random::Random;
use segel_web::rest;
use segel_web::store::Store;
use segel_wire::ids::ConversationId;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::kept::config;
use crate::mailbox::Mailbox;

/// Nothing can be put until what this answers is called.
const FILL: &str = "
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = () => { throw new DOMException('there is no room', 'QuotaExceededError'); };
    return () => { IDBObjectStore.prototype.put = put; };";

fn fill() -> Function {
    Function::new_no_args(FILL).call0(&JsValue::NULL).unwrap().unchecked_into()
}

/// A visitor's engine at work, over a new store.
struct Scene {
    driver: Driver,
    shown: Mailbox<Show>,
    fates: Mailbox<Fate>,
    kept: Mailbox<()>,
}

impl Scene {
    async fn new(name: &str) -> Self {
        Store::destroy(name).unwrap();
        let mut random = Random::new().unwrap();
        let state = kept::open(name, None, &mut random, async {}, &|| true, &mut None).await.unwrap();
        let engine = Engine::visitor(config(), state.key, &state.kept).unwrap();
        let (shown, fates) = (Mailbox::new(), Mailbox::new());
        let driver =
            Driver::start(engine, random, state.store, shown.listener(), |_, _| {}, fates.listener());
        Self { driver, shown, fates, kept: Mailbox::new() }
    }

    fn says(&self, text: &str) {
        let masked = segel_core::masker(None).unwrap().mask(text, Writer::Visitor).unwrap();
        let text = Outgoing::new(masked.text);
        self.driver.input(Input::Submit { conversation: None, event: None, text, quotes: None });
        let tell = self.kept.listener();
        self.driver.once_kept(Box::new(move || tell(())));
    }

    async fn shows(&self, show: Show) {
        while self.shown.next().await != show {}
    }
}

#[wasm_bindgen_test]
async fn who_waits_for_what_was_handed_in_goes_on_once_it_is_kept() {
    let name = "handed-in";
    let scene = Scene::new(name).await;
    let tell = scene.kept.listener();
    scene.driver.once_kept(Box::new(move || tell(())));
    assert!(!scene.kept.is_empty(), "there is nothing to be kept");
    scene.kept.next().await;
    scene.says("halo");
    assert!(scene.kept.is_empty());
    scene.kept.next().await;
    let kept = Store::open_kept(name).await.unwrap().unwrap().load().await.unwrap();
    assert!(kept.records.iter().any(|(name, _)| name.starts_with("message/")));
}

#[wasm_bindgen_test]
async fn nobody_goes_on_where_the_store_is_another_tabs() {
    let name = "handed-in-too-late";
    let scene = Scene::new(name).await;
    scene.says("halo");
    scene.kept.next().await;
    Store::open_kept(name).await.unwrap().unwrap().take_over().await.unwrap();
    scene.says("masih ada?");
    assert_eq!(scene.fates.next().await, Fate::Overtaken);
    assert!(scene.kept.is_empty());
}

#[wasm_bindgen_test]
async fn what_there_was_no_room_for_is_waited_for_until_it_is_kept_with_something_else() {
    let scene = Scene::new("handed-in-without-room").await;
    scene.says("halo");
    scene.kept.next().await;
    let make_room = fill();
    scene.says("masih ada?");
    scene.shows(Show::Refused(Refusal::StoreFailed)).await;
    assert!(scene.kept.is_empty());
    make_room.call0(&JsValue::NULL).unwrap();
    scene.says("ada?");
    scene.kept.next().await;
    scene.kept.next().await;
}

#[wasm_bindgen_test]
async fn an_engine_that_goes_on_before_it_hears_that_a_step_was_not_kept_is_not_taken_for_overtaken() {
    let name = "going-on-without-room";
    let scene = Scene::new(name).await;
    scene.says("halo");
    scene.kept.next().await;
    let make_room = fill();
    scene.says("masih ada?");
    let mut come = None;
    let whole = Promise::new(&mut |resolve, _| come = Some(resolve));
    rest::comes_by(Some(Function::new_no_args("return this").bind0(&whole)));
    // It waits for the rest of the program, and whatever comes meanwhile stays behind it.
    scene.driver.input(Input::Open(ConversationId([1; 16])));
    scene.says("lagi");
    // In turn, and so after what was not kept.
    Store::open_kept(name).await.unwrap().unwrap().load().await.unwrap();
    come.unwrap().call0(&JsValue::NULL).unwrap();
    scene.shows(Show::Refused(Refusal::StoreFailed)).await;
    make_room.call0(&JsValue::NULL).unwrap();
    scene.says("ada?");
    for _ in 0..3 {
        scene.kept.next().await;
    }
    assert!(scene.fates.is_empty());
}
