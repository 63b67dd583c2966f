//! Inviting a device and answering for it.

use segel_wire::{Code, InvitationId};

use crate::support::{LATER, Owner, Scene, code_of};

const INVITATION: InvitationId = InvitationId([3; 16]);

fn paths(scene: &Scene) -> (String, String) {
    let site = scene.owner.site;
    (format!("/v1/sites/{site}/invitations"), format!("/v1/sites/{site}/enrolments/{INVITATION}"))
}

#[tokio::test]
async fn the_first_enrolment_of_an_invitation_wins() {
    let scene = Scene::new().await;
    let (invitations, enrolments) = paths(&scene);
    let nobody = scene.nobody();
    let enrolment = scene.visitor_device(7).enrolment(INVITATION, [1; 32]);
    assert_eq!(code_of(nobody.get(&enrolments).await).await, Code::NotFound);
    assert_eq!(
        code_of(nobody.put_octets(&enrolments, &enrolment).await).await,
        Code::NotFound,
        "not invited yet"
    );

    for _ in 0..2 {
        let invited = nobody.put_octets(&invitations, &scene.owner.invitation(INVITATION, LATER)).await;
        assert_eq!(invited.status(), 200);
    }
    for _ in 0..2 {
        assert_eq!(nobody.put_octets(&enrolments, &enrolment).await.status(), 200);
    }
    let late = scene.visitor_device(8).enrolment(INVITATION, [1; 32]);
    assert_eq!(code_of(nobody.put_octets(&enrolments, &late).await).await, Code::Conflict);
    assert_eq!(nobody.get(&enrolments).await.bytes().await.unwrap(), enrolment);
}

#[tokio::test]
async fn a_strangers_invitation_and_a_forged_or_late_enrolment_are_refused() {
    let scene = Scene::new().await;
    let (invitations, enrolments) = paths(&scene);
    let nobody = scene.nobody();
    let mut stranger = Owner::new(9);
    stranger.site = scene.owner.site;
    let forged = nobody.put_octets(&invitations, &stranger.invitation(INVITATION, LATER)).await;
    assert_eq!(code_of(forged).await, Code::SignatureRefused);

    let past = scene.owner.invitation(INVITATION, 1_000);
    assert_eq!(nobody.put_octets(&invitations, &past).await.status(), 200);
    let enrolment = scene.visitor_device(7).enrolment(INVITATION, [1; 32]);
    assert_eq!(code_of(nobody.put_octets(&enrolments, &enrolment).await).await, Code::NotFound);
    let elsewhere = scene.visitor_device(7).enrolment(InvitationId([4; 16]), [1; 32]);
    assert_eq!(code_of(nobody.put_octets(&enrolments, &elsewhere).await).await, Code::Malformed);
    let foreign = segel_wire::cbor::encode(&{
        let mut enrolment: segel_wire::signed::Enrolment = segel_wire::cbor::decode(&enrolment).unwrap();
        enrolment.keys.login = scene.agent.keys.login;
        enrolment
    });
    assert_eq!(code_of(nobody.put_octets(&enrolments, &foreign).await).await, Code::SignatureRefused);
}
