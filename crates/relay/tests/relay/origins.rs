//! Which pages may speak to the relay.

use reqwest::{Method, Response};
use segel_relay::{Config, EventRate, Relay};
use segel_wire::Code;

use crate::support::{
    Client, Following, Owner, SHOP, Scene, Socket, WIDGET, code_of, config, database, start,
};

const FOREIGN: &str = "https://jahat.example";
const OTHER_APP: &str = "https://lain.example";

fn readable_by(response: &Response) -> Option<&str> {
    response.headers().get("access-control-allow-origin").map(|origin| origin.to_str().unwrap())
}

#[tokio::test]
async fn a_listed_page_is_answered_and_told_that_it_may_read() {
    let scene = Scene::new().await;
    for origin in [WIDGET, SHOP] {
        let request = scene.nobody().request(Method::GET, &scene.roster_path()).header("origin", origin);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(readable_by(&answer), Some(origin));
        assert_eq!(answer.headers()["vary"], "Origin");
        assert!(!answer.headers().contains_key("access-control-allow-credentials"));
    }
}

#[tokio::test]
async fn a_preflight_is_answered_for_listed_pages_only() {
    let scene = Scene::new().await;
    let preflight = async |origin: &str| {
        let request = scene.nobody().request(Method::OPTIONS, "/v1/conversations").header("origin", origin);
        request.header("access-control-request-method", "PUT").send().await.unwrap()
    };
    let allowed = preflight(WIDGET).await;
    assert_eq!(allowed.status(), 204);
    assert_eq!(readable_by(&allowed), Some(WIDGET));
    assert_eq!(
        allowed.headers()["access-control-allow-headers"],
        "accept, authorization, content-type, range"
    );
    assert_eq!(allowed.headers()["access-control-allow-methods"], "GET, PUT, POST, DELETE");
    let refused = preflight(FOREIGN).await;
    assert!(!refused.headers().contains_key("access-control-allow-methods"));
    assert_eq!(code_of(refused).await, Code::OriginRefused);
}

#[tokio::test]
async fn a_foreign_page_is_refused_over_http_and_at_the_upgrade() {
    let scene = Scene::new().await;
    let agent = scene.agent().await;
    for path in ["/.well-known/segel", "/v1/conversations", &scene.roster_path()] {
        for origin in [FOREIGN, "null", "https://widget.example.jahat.example", "http://widget.example"] {
            let answer = agent.request(Method::GET, path).header("origin", origin).send().await.unwrap();
            assert_eq!(code_of(answer).await, Code::OriginRefused);
        }
    }
    assert_eq!(Socket::connect(&scene.origin(), Some(FOREIGN)).await.err(), Some(403));
    assert!(Socket::connect(&scene.origin(), Some(WIDGET)).await.is_ok());
}

#[tokio::test]
async fn a_page_of_one_site_is_refused_at_another() {
    let scene = Scene::new().await;
    let (here, there) = (&scene.owner, Owner::new(2));
    let folder = tempfile::tempdir().unwrap();
    let running = start(&[here, &there], &database(folder.path()), EventRate::default()).await;
    let relay = format!("http://{}", running.address());
    let nobody = Client::new(&relay);
    let mut roster = there.roster(1, None, &[]);
    roster.profile.apps = vec![OTHER_APP.into()];
    roster.profile.pages = vec![];
    let other_path = format!("/v1/sites/{}/roster", there.site);
    assert_eq!(nobody.put_octets(&other_path, &there.sign_roster(&roster)).await.status(), 200);

    let unpublished =
        nobody.request(Method::GET, &scene.roster_path()).header("origin", WIDGET).send().await.unwrap();
    assert_eq!(code_of(unpublished).await, Code::OriginRefused, "no roster, no page");
    let first = here.first_roster(&[&scene.agent]);
    assert_eq!(nobody.put_octets(&scene.roster_path(), &first).await.status(), 200);
    let crossed = nobody.request(Method::GET, &other_path).header("origin", WIDGET).send().await.unwrap();
    assert_eq!(code_of(crossed).await, Code::OriginRefused);

    let agent = nobody.log_in(&scene.agent).await;
    let crossed =
        agent.request(Method::GET, "/v1/conversations").header("origin", OTHER_APP).send().await.unwrap();
    assert_eq!(code_of(crossed).await, Code::OriginRefused);
    let mut socket = Socket::connect(&relay, Some(OTHER_APP)).await.unwrap();
    socket.hello(agent.token.as_deref().unwrap(), None).await;
    assert_eq!(socket.sent_away().await, Code::OriginRefused);
}

#[tokio::test]
async fn no_script_is_served_unless_told_and_then_listed_pages_may_load_it() {
    let scene = Scene::new().await;
    assert_eq!(code_of(scene.nobody().get("/widget/loader.js").await).await, Code::NotFound);

    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("loader.js"), "export {};").unwrap();
    let served = Config {
        serve_widget: Some(folder.path().to_owned()),
        ..config(&[&scene.owner], &folder.path().join("relay.sqlite"))
    };
    let running = Relay::start(served).await.unwrap();
    let nobody = Client::new(&format!("http://{}", running.address()));
    let first = scene.owner.first_roster(&[&scene.agent]);
    assert_eq!(nobody.put_octets(&scene.roster_path(), &first).await.status(), 200);
    let script =
        nobody.request(Method::GET, "/widget/loader.js").header("origin", SHOP).send().await.unwrap();
    assert_eq!((script.status().as_u16(), readable_by(&script)), (200, Some(SHOP)));
    assert_eq!(script.headers()["content-type"], "text/javascript");
    let foreign =
        nobody.request(Method::GET, "/widget/loader.js").header("origin", FOREIGN).send().await.unwrap();
    assert_eq!(code_of(foreign).await, Code::OriginRefused);
}
