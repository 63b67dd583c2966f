//! Every state of widget and console in every look: a picture of each, nothing cut off in any, and nothing that axe
//! finds wrong. `cargo xtask shots` takes all of them, `cargo xtask test` the looks in which most goes wrong.

mod console;
mod locking;
mod look;
mod visitor;
mod words;

use std::env;

use look::{Gallery, Look};
use words::Words;

use crate::harness::Stage;

/// Languages that tests look at, unless `SEGEL_GALLERY` wishes for everything.
const TESTED: [&str; 1] = ["id"];
const ALL: [&str; 3] = ["id", "en", "ar"];

/// Plays the states of one part in each language, and fails at the end with all that was found.
async fn walk(states: impl AsyncFn(&mut Stage, &Gallery, &Words)) {
    let is_whole = env::var("SEGEL_GALLERY").is_ok_and(|wish| wish == "whole");
    let languages = if is_whole { &ALL[..] } else { &TESTED[..] };
    let mut found = Vec::new();
    for language in languages {
        let gallery = Gallery::open(language, if is_whole { &Look::ALL } else { &Look::TESTED });
        Stage::play(async |stage| {
            stage.every_browser_is_one_process(language);
            states(stage, &gallery, Words::of(language)).await;
        })
        .await;
        found.extend(gallery.close());
    }
    assert_eq!(found, Vec::<String>::new(), "what is cut off, and what axe finds");
}
