//! Whatever arrives or is found in the store, nothing panics, nothing opens by accident and nothing changes by
//! halves. The fuzz targets at the repository's root run the same functions.
#![cfg(test)]

mod leaps;
mod limits;
mod targets;

use std::collections::BTreeSet;
use std::path::Path;
use std::{env, fs};

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestRunner;

use crate::targets::{TARGETS, Target, make_corpus};

/// Any bytes at all.
fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..600)
}

/// Genuine bytes with some overwritten, removed from the end, or put in.
fn damaged(corpus: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let edits = prop::collection::vec((any::<Index>(), any::<u8>()), 0..4);
    let cut = prop::option::weighted(0.2, any::<Index>());
    let inserted = prop::option::weighted(0.2, (any::<Index>(), any::<u8>()));
    (prop::sample::select(corpus), edits, cut, inserted).prop_map(|(mut bytes, edits, cut, inserted)| {
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Some((at, byte)) = inserted {
            bytes.insert(at.index(bytes.len() + 1), byte);
        }
        bytes
    })
}

/// Random bytes, genuine ones and damaged ones.
fn run(name: &str, cases: u32) {
    let (_, target) = TARGETS.iter().find(|(target, _)| *target == name).unwrap();
    let corpus = make_corpus(name);
    assert!(!corpus.is_empty(), "{name} has no genuine inputs");
    for bytes in &corpus {
        target(bytes);
    }
    let inputs = prop_oneof![any_bytes(), damaged(corpus.clone()), damaged(corpus)];
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new(config)
        .run(&inputs, |bytes| {
            target(&bytes);
            Ok(())
        })
        .unwrap();
}

macro_rules! decoders {
    ($($name:ident: $cases:literal;)*) => {
        $(#[test] fn $name() { run(stringify!($name), $cases); })*

        #[test]
        fn every_decoder_is_tested_here_and_fuzzed() {
            let tested = BTreeSet::from([$(stringify!($name).to_owned()),*]);
            let named: BTreeSet<_> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
            assert_eq!(tested, named);
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/fuzz_targets");
            let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
            let fuzzed: BTreeSet<_> =
                files.map(|file| file.file_stem().unwrap().to_string_lossy().into_owned()).collect();
            assert_eq!(fuzzed, named);
            let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../CONTRIBUTING.md");
            let guide = fs::read_to_string(guide).unwrap();
            let untold: Vec<_> = named.iter().filter(|name| !guide.contains(&format!("`{name}`"))).collect();
            assert_eq!(untold, [""; 0], "the guide tells what each is given");
        }
    };
}

decoders! {
    certificate: 300;
    roster: 300;
    prekeys_upload: 200;
    bundle: 60;
    invitation: 300;
    enrolment: 300;
    enrolment_code: 300;
    token: 300;
    init: 100;
    wrap: 200;
    header: 200;
    hostile_peer: 60;
    content: 300;
    message: 300;
    grant: 300;
    act: 100;
    attachment: 60;
    signal: 300;
    session_state: 200;
    prekeys_state: 60;
    record: 300;
    client_frame: 300;
    server_frame: 300;
    session_machine: 24;
}

/// With `SEGEL_WRITE_CORPUS` it writes what fuzzing starts from into that folder.
#[test]
fn every_decoder_takes_what_is_genuine() {
    let folder = env::var_os("SEGEL_WRITE_CORPUS");
    for (name, target) in TARGETS {
        let target: Target = target;
        for (number, bytes) in make_corpus(name).iter().enumerate() {
            target(bytes);
            if let Some(folder) = &folder {
                let folder = Path::new(folder).join(name);
                fs::create_dir_all(&folder).unwrap();
                fs::write(folder.join(format!("genuine-{number}")), bytes).unwrap();
            }
        }
    }
}

#[test]
fn deep_nesting_and_absurd_lengths_end_in_an_error() {
    let nested = vec![0x81; 64 * 1_024];
    let endless = [&[0xbf, 0x20][..], &[0x9f; 4_096]].concat();
    let absurd = [0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    let brackets = vec![b'['; 64 * 1_024];
    for (_, target) in TARGETS {
        for bytes in [&nested[..], &endless, &absurd, &brackets] {
            target(bytes);
        }
    }
}
