//! The lock before what is kept, state by state.

use thirtyfour::Key;

use super::look::Gallery;
use super::walk;
use super::words::Words;
use crate::harness::Person;
use crate::locking::{is_locked, types_into, types_lock};
use crate::passkeys::adds_authenticator;

const PASSPHRASE: &str = "kuda laut biru";

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_on_the_visitors_device() {
    walk(async |stage, gallery, words| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.says(words.question).await;
        agent.reads(words.question).await;
        agent.say(words.answer);
        visitor.reads(words.answer).await;
        visitor.clicks(".header [aria-controls=segel-menu]").await;
        visitor.clicks(".menu .offers button:nth-child(4)").await;
        walk_through(&visitor, gallery, words, "visitor").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_on_the_agents_device() {
    walk(async |stage, gallery, words| {
        let visitor = stage.native_visitor();
        let agent = stage.agent().await;
        adds_authenticator(&agent).await;
        visitor.say(words.question);
        agent.chooses(words.question).await;
        agent.clicks(".inbox .padlock").await;
        walk_through(&agent, gallery, words, "console").await;
    })
    .await;
}

/// From the sheet that has just been opened to the question of who cannot unlock it.
async fn walk_through(person: &Person, gallery: &Gallery, words: &Words, name: &str) {
    person.sees(".sheet form").await;
    gallery.hang(person, &format!("{name}-setting-a-lock")).await;
    types_lock(person, words.third, words.second).await;
    person.sees(".sheet .fault:not(:empty)").await;
    gallery.hang(person, &format!("{name}-passphrases-differ")).await;
    types_lock(person, PASSPHRASE, PASSPHRASE).await;
    person.sees(".sheet [role=status]").await;
    gallery.hang(person, &format!("{name}-lock-set")).await;
    person.clicks(".sheet > .primary").await;
    is_locked(person).await;
    gallery.hang(person, &format!("{name}-locked")).await;
    types_into(person, "#segel-lock-passphrase", words.second).await;
    person.presses(Key::Enter + "").await;
    person.sees(".curtain .fault:not(:empty)").await;
    gallery.hang(person, &format!("{name}-wrong-passphrase")).await;
    person.clicks(".curtain .forgot").await;
    gallery.hang(person, &format!("{name}-cannot-unlock")).await;
}
