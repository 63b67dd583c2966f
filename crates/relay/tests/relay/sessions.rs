//! Logging in by proof of possession.

use data_encoding::BASE64URL_NOPAD;
use reqwest::Method;
use segel_relay::EventRate;
use segel_wire::Code;
use segel_wire::api::{Discovery, LoginRequest};

use crate::support::{Client, Owner, Scene, TestDevice, code_of, log_in_request, start};

async fn refusal(client: &Client, request: &LoginRequest) -> Code {
    code_of(client.request(Method::POST, "/v1/sessions").json(request).send().await.unwrap()).await
}

#[tokio::test]
async fn discovery_names_the_origin_that_proofs_must_name_and_the_documents_limits() {
    let scene = Scene::new().await;
    let discovery: Discovery = scene.nobody().get("/.well-known/segel").await.json().await.unwrap();
    assert_eq!(discovery.origin, scene.origin());
    assert_eq!(discovery.versions, ["segel/1"]);
    assert_eq!((discovery.content_bytes, discovery.request_bytes), (32_768, 114_688));
}

#[tokio::test]
async fn a_proof_opens_one_session_and_is_refused_again() {
    let scene = Scene::new().await;
    let nobody = scene.nobody();
    let proof = log_in_request(&scene.agent, &scene.origin(), &nobody.challenge().await);
    let first = nobody.request(Method::POST, "/v1/sessions").json(&proof).send().await.unwrap();
    assert_eq!(first.status(), 200);
    assert_eq!(refusal(&nobody, &proof).await, Code::ProofRefused);
}

#[tokio::test]
async fn a_proof_for_another_relay_device_site_or_challenge_is_refused() {
    let scene = Scene::new().await;
    let nobody = scene.nobody();
    let elsewhere = log_in_request(&scene.agent, "https://relay.example", &nobody.challenge().await);
    assert_eq!(refusal(&nobody, &elsewhere).await, Code::ProofRefused);

    let mut stolen = log_in_request(&scene.visitor_device(7), &scene.origin(), &nobody.challenge().await);
    stolen.keys = scene.agent.keys;
    assert_eq!(refusal(&nobody, &stolen).await, Code::ProofRefused);

    let mut made_up = nobody.challenge().await;
    made_up.challenge.0[0] ^= 1;
    let made_up = log_in_request(&scene.agent, &scene.origin(), &made_up);
    assert_eq!(refusal(&nobody, &made_up).await, Code::ProofRefused);

    let foreign = TestDevice::new(&Owner::new(2), 7);
    let foreign = log_in_request(&foreign, &scene.origin(), &nobody.challenge().await);
    assert_eq!(refusal(&nobody, &foreign).await, Code::NotFound);
}

#[tokio::test]
async fn a_missing_or_unknown_token_is_refused() {
    let scene = Scene::new().await;
    let nobody = scene.nobody();
    assert_eq!(code_of(nobody.get("/v1/conversations").await).await, Code::Unauthenticated);
    let guess = Client { token: Some("guess".into()), ..nobody };
    assert_eq!(code_of(guess.get("/v1/conversations").await).await, Code::Unauthenticated);
}

#[tokio::test]
async fn the_token_is_nowhere_in_the_database_and_outlives_a_restart() {
    let scene = Scene::new().await;
    let agent = scene.agent().await;
    let token = agent.token.clone().unwrap();
    let database = scene.database();
    let files = [database.clone(), database.with_extension("sqlite-wal")];
    let kept: Vec<u8> = files.iter().flat_map(|file| std::fs::read(file).unwrap()).collect();
    let holds = |needle: &[u8]| kept.windows(needle.len()).any(|window| window == needle);
    assert!(holds(&scene.agent.keys.login.0), "the session itself is kept");
    assert!(!holds(token.as_bytes()));
    assert!(!holds(&BASE64URL_NOPAD.decode(token.as_bytes()).unwrap()));

    let Scene { running, owner, folder, .. } = scene;
    running.stop().await;
    let again = start(&[&owner], &database, EventRate::default()).await;
    let agent = Client { relay: format!("http://{}", again.address()), ..agent };
    assert_eq!(agent.get("/v1/conversations").await.status(), 200);
    again.stop().await;
    drop(folder);
}
