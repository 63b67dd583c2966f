//! A lock before what is kept on a device that a passkey opens.

use segel_ui::text::fill;
use serde_json::json;

use crate::harness::{Person, Stage};
use crate::locking::{is_locked, opens_sheet, refuses, says_nothing, state_key, text};

const QUESTION: &str = "Apakah teko hijau masih ada?";

/// Whoever is asked for a passkey closes the browser's dialogue.
const CANCELLED: &str = "
    navigator.credentials.get = async () => { throw new DOMException('', 'NotAllowedError'); };";

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_opens_what_it_has_locked_and_is_offered_only_where_it_makes_keys() {
    Stage::play(async |stage| {
        let visitor = stage.native_visitor();
        let agent = stage.agent().await;
        visitor.say(QUESTION);
        agent.chooses(QUESTION).await;
        adds_authenticator(&agent).await;
        opens_sheet(&agent).await;
        agent.clicks(".ways label:nth-of-type(2)").await;
        assert_eq!(agent.seen("#segel-lock-new").await, None, "there is nothing to be typed");
        agent.clicks(".sheet .primary").await;
        agent.is_told(".sheet [role=status]", &fill(text().is_set(), "5")).await;
        agent.clicks(".sheet > .primary").await;
        is_locked(&agent).await;
        says_nothing(&agent).await;

        agent.clicks_button(text().unlock_passkey()).await;
        agent.chooses(QUESTION).await;
        agent.reloads().await;
        is_locked(&agent).await;
        agent.clicks_button(text().unlock_passkey()).await;
        agent.chooses(QUESTION).await;
        opens_sheet(&agent).await;
        agent.clicks_button(text().off()).await;
        agent.sees("#segel-lock-new").await;

        let cannot = "PublicKeyCredential.getClientCapabilities = async () => ({ 'extension:prf': false });";
        agent.browser().run_before_pages(cannot).await;
        agent.reloads().await;
        agent.chooses(QUESTION).await;
        opens_sheet(&agent).await;
        assert_eq!(agent.seen(".ways").await, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_that_is_not_given_changes_nothing_and_can_be_asked_for_again_or_left() {
    Stage::play(async |stage| {
        let visitor = stage.native_visitor();
        let agent = stage.agent().await;
        visitor.say(QUESTION);
        agent.chooses(QUESTION).await;
        let stranger = adds_authenticator(&agent).await;
        does_not_recognize(&agent, &stranger).await;
        let open = state_key(&agent).await;
        opens_sheet(&agent).await;
        agent.clicks(".ways label:nth-of-type(2)").await;
        agent.clicks(".sheet .primary").await;
        agent.is_told(".sheet .fault", text().no_passkey()).await;
        agent.is_told(".sheet .fault", "lock-passkey").await;
        assert_eq!(state_key(&agent).await, open);
        // What else is offered, and back.
        agent.clicks(".ways label:nth-of-type(1)").await;
        refuses(&agent, "pendek", "pendek", text().short()).await;
        agent.clicks(".ways label:nth-of-type(2)").await;
        // After a few faces that it does not know an authenticator takes none: this is another one.
        let wish = json!({ "authenticatorId": stranger });
        agent.browser().asks("WebAuthn.removeVirtualAuthenticator", wish).await;
        let authenticator = adds_authenticator(&agent).await;
        agent.clicks(".sheet .primary").await;
        agent.is_told(".sheet [role=status]", &fill(text().is_set(), "5")).await;
        let locked = state_key(&agent).await;
        agent.clicks(".sheet > .primary").await;
        is_locked(&agent).await;

        agent.browser().run(CANCELLED).await;
        for _ in 0..2 {
            agent.clicks_button(text().unlock_passkey()).await;
            agent.is_told(".curtain .fault", text().no_passkey()).await;
            says_nothing(&agent).await;
        }
        assert_eq!(state_key(&agent).await, locked);
        agent.browser().run("delete navigator.credentials.get").await;
        agent.clicks_button(text().unlock_passkey()).await;
        agent.chooses(QUESTION).await;

        does_not_recognize(&agent, &authenticator).await;
        opens_sheet(&agent).await;
        agent.clicks_button(text().off()).await;
        agent.is_told(".sheet .fault", text().no_passkey()).await;
        agent.clicks(".sheet > .primary").await;
        is_locked(&agent).await;
        agent.clicks_button(text().unlock_passkey()).await;
        agent.is_told(".curtain .fault", text().no_passkey()).await;
        says_nothing(&agent).await;
        assert_eq!(state_key(&agent).await, locked);
        agent.clicks_button(text().forgot()).await;
        agent.is_told(".curtain .question", text().forgot_agent()).await;
    })
    .await;
}

/// The browser has an authenticator that sees its person, and makes keys. Answers its id.
pub(crate) async fn adds_authenticator(person: &Person) -> String {
    person.browser().asks("WebAuthn.enable", json!({})).await;
    let options = json!({
        "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasResidentKey": true,
        "hasUserVerification": true, "hasPrf": true, "isUserVerified": true, "automaticPresenceSimulation": true,
    });
    let added =
        person.browser().asks("WebAuthn.addVirtualAuthenticator", json!({ "options": options })).await;
    added["authenticatorId"].as_str().unwrap().to_owned()
}

/// From now on the authenticator sees somebody else.
async fn does_not_recognize(person: &Person, authenticator: &str) {
    let wish = json!({ "authenticatorId": authenticator, "isUserVerified": false });
    person.browser().asks("WebAuthn.setUserVerified", wish).await;
}
