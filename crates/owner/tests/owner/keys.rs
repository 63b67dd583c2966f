//! The folder of keys.

use std::fs;

use segel_owner::{FileError, Owner, OwnerError};

use super::{Fixture, NOW, description};

#[test]
fn an_existing_site_is_not_overwritten_even_if_its_root_key_is_kept_elsewhere() {
    let mut fixture = Fixture::new();
    let root = fixture.path().join("root.key");
    let kit = fs::read(&root).unwrap();
    let path = fixture.path().to_owned();
    let site = fixture.owner.site();
    drop(fixture.owner);
    for _ in 0..2 {
        let refused = Owner::create(&path, description("http://127.0.0.1:1"), NOW, &mut fixture.rng);
        assert!(matches!(refused, Err(OwnerError::File(FileError::Exists { .. }))));
        fs::remove_file(&root).ok();
    }
    fs::write(&root, kit).unwrap();
    assert_eq!(Owner::open(&path).unwrap().site(), site);
}

#[test]
fn without_its_description_a_folder_with_a_root_key_is_still_not_overwritten() {
    let mut fixture = Fixture::new();
    let path = fixture.path().to_owned();
    fs::remove_file(path.join("site.json")).unwrap();
    drop(fixture.owner);
    let refused = Owner::create(&path, description("http://127.0.0.1:1"), NOW, &mut fixture.rng);
    assert!(
        matches!(refused, Err(OwnerError::File(FileError::Exists { path })) if path.ends_with("root.key"))
    );
}

#[test]
fn everything_but_certifying_works_with_the_root_key_offline() {
    let fixture = Fixture::new();
    let root = fixture.path().join("root.key");
    let kit = fs::read(&root).unwrap();
    fs::remove_file(&root).unwrap();
    let mut fixture = fixture.reopened();
    fixture.next(NOW);
    let refused = fixture.owner.certify(false, NOW, &mut fixture.rng);
    assert!(matches!(refused, Err(OwnerError::File(FileError::Missing { path })) if path == root));
    fs::write(&root, kit).unwrap();
    fixture.owner.certify(false, NOW, &mut fixture.rng).unwrap();
}

#[test]
fn the_root_key_of_another_site_certifies_nothing() {
    let (mut fixture, elsewhere) = (Fixture::new(), tempfile::tempdir().unwrap());
    Owner::create(elsewhere.path(), description("http://127.0.0.1:1"), NOW, &mut fixture.rng).unwrap();
    fs::copy(elsewhere.path().join("root.key"), fixture.path().join("root.key")).unwrap();
    let refused = fixture.owner.certify(false, NOW, &mut fixture.rng);
    assert!(matches!(refused, Err(OwnerError::WrongRoot)));
}

#[test]
fn a_damaged_file_is_named() {
    let mut fixture = Fixture::new();
    fixture.next(NOW);
    fixture.answer(NOW);
    let path = fixture.path().to_owned();
    drop(fixture.owner);
    for name in ["site.json", "invitations.json", "roster.bin"] {
        let good = fs::read(path.join(name)).unwrap();
        let mut altered = good.clone();
        *altered.last_mut().unwrap() ^= 1;
        for bad in [&[][..], &good[..good.len() / 2], &altered, &[0xff; 40]] {
            fs::write(path.join(name), bad).unwrap();
            let refused = Owner::open(&path);
            assert!(matches!(refused, Err(FileError::Malformed { path }) if path.ends_with(name)), "{name}");
        }
        fs::write(path.join(name), good).unwrap();
    }
    Owner::open(&path).unwrap();
}

#[test]
fn a_damaged_admin_key_signs_nothing_and_is_repaired_by_certifying() {
    let mut fixture = Fixture::new();
    fixture.owner.certify(true, NOW, &mut fixture.rng).unwrap();
    fixture.next(NOW);
    let admin = fixture.path().join("admin.key");
    let good = fs::read_to_string(&admin).unwrap();
    let other = Fixture::new();
    let another_key = other.path().join("root.key");
    let another_key = fs::read_to_string(another_key).unwrap();
    let another_key = another_key.lines().last().unwrap().replace("root-key", "admin-key");
    let swapped: Vec<_> =
        good.lines().map(|line| if line.starts_with("admin-key") { &another_key } else { line }).collect();
    for bad in ["", &good[..good.len() - 20], &swapped.join("\n"), &good.replace("admin-key ", "admin-key *")]
    {
        fs::write(&admin, bad).unwrap();
        let refused = fixture.owner.next_roster(NOW);
        let named =
            matches!(&refused, Err(OwnerError::File(FileError::Malformed { path })) if *path == admin);
        assert!(named, "{refused:?}");
    }
    assert_eq!(fixture.owner.certify(false, NOW, &mut fixture.rng).unwrap(), 2);
    assert_eq!(fixture.next(NOW).roster().order.version, 2);
}

#[test]
fn a_damaged_root_key_is_named() {
    let mut fixture = Fixture::new();
    let root = fixture.path().join("root.key");
    let good = fs::read_to_string(&root).unwrap();
    assert!(good.contains("keep it offline"), "{good}");
    for bad in ["", good.trim_end().strip_suffix(|_: char| true).unwrap(), &good.replace("root-key", "key")] {
        fs::write(&root, bad).unwrap();
        let refused = fixture.owner.certify(false, NOW, &mut fixture.rng);
        assert!(matches!(refused, Err(OwnerError::File(FileError::Malformed { path })) if path == root));
    }
}

#[test]
fn debug_shows_no_secret() {
    let mut fixture = Fixture::new();
    let code = fixture.owner.invite(super::AGENT, NOW, &mut fixture.rng).unwrap().code.to_text();
    let shown = format!("{:?}", fixture.owner);
    assert!(shown.contains("EnrolmentCode(secret)"), "{shown}");
    let secrets = ["root.key", "admin.key"].map(|name| secret_of(&fixture, name));
    for secret in secrets.iter().chain([&code]) {
        assert!(!shown.contains(secret.as_str()));
    }
}

/// The base64url of the secret in a key file.
fn secret_of(fixture: &Fixture, name: &str) -> String {
    let file = fs::read_to_string(fixture.path().join(name)).unwrap();
    let line = file.lines().find(|line| line.starts_with("root-key ") || line.starts_with("admin-key "));
    line.unwrap().split(' ').nth(1).unwrap().to_owned()
}
