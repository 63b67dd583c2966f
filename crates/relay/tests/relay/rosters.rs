//! Publishing rosters.

use segel_wire::Code;

use crate::support::{Owner, Scene, code_of};

#[tokio::test]
async fn a_roster_is_kept_as_the_exact_bytes_and_so_is_each_version() {
    let scene = Scene::new().await;
    let nobody = scene.nobody();
    let first = scene.owner.first_roster(&[&scene.agent]);
    let second = scene.owner.next_roster(2, &first, &[]);
    assert_eq!(nobody.put_octets(&scene.roster_path(), &first).await.status(), 200, "the same bytes again");
    assert_eq!(nobody.put_octets(&scene.roster_path(), &second).await.status(), 200);

    let read = async |path: String| nobody.get(&path).await.bytes().await.unwrap().to_vec();
    assert_eq!(read(scene.roster_path()).await, second);
    assert_eq!(read(format!("/v1/sites/{}/rosters/1", scene.owner.site)).await, first);
    let third = nobody.get(&format!("/v1/sites/{}/rosters/3", scene.owner.site)).await;
    assert_eq!(code_of(third).await, Code::NotFound);
}

#[tokio::test]
async fn an_older_forked_or_unlinked_roster_is_refused() {
    let scene = Scene::new().await;
    let publish = async |bytes: &[u8]| scene.nobody().put_octets(&scene.roster_path(), bytes).await;
    let first = scene.owner.first_roster(&[&scene.agent]);
    let second = scene.owner.next_roster(2, &first, &[&scene.agent]);
    assert_eq!(publish(&second).await.status(), 200);

    assert_eq!(code_of(publish(&first).await).await, Code::RosterOlder);
    let fork = scene.owner.next_roster(2, &first, &[]);
    assert_eq!(code_of(publish(&fork).await).await, Code::Conflict);
    let of_the_fork = scene.owner.next_roster(3, &fork, &[]);
    assert_eq!(code_of(publish(&of_the_fork).await).await, Code::RosterUnlinked);
    let leap = scene.owner.next_roster(4, &second, &[]);
    assert_eq!(code_of(publish(&leap).await).await, Code::RosterUnlinked);
    let mut back = scene.owner.roster(3, Some(&second), &[]);
    back.order.generation = 0;
    assert_eq!(code_of(publish(&scene.owner.sign_roster(&back)).await).await, Code::RosterOlder);

    let kept = scene.nobody().get(&scene.roster_path()).await.bytes().await.unwrap();
    assert_eq!(kept, second);
}

#[tokio::test]
async fn a_roster_that_is_altered_or_a_strangers_is_refused() {
    let scene = Scene::new().await;
    let publish =
        async |bytes: &[u8]| code_of(scene.nobody().put_octets(&scene.roster_path(), bytes).await).await;
    let first = scene.owner.first_roster(&[&scene.agent]);
    let mut altered = scene.owner.next_roster(2, &first, &[]);
    let last = altered.len() - 1;
    altered[last] ^= 1;
    assert_eq!(publish(&altered).await, Code::SignatureRefused);
    let mut stranger = Owner::new(9);
    stranger.site = scene.owner.site;
    assert_eq!(publish(&stranger.next_roster(2, &first, &[])).await, Code::SignatureRefused);
    assert_eq!(publish(b"not a roster").await, Code::Malformed);

    let unknown = format!("/v1/sites/{}/roster", Owner::new(9).site);
    let elsewhere = scene.nobody().put_octets(&unknown, &Owner::new(9).first_roster(&[])).await;
    assert_eq!(code_of(elsewhere).await, Code::NotFound);
}
