//! The workloads on this machine, where nothing stands between them and the processor: the limit for those
//! that run in browsers. Each line of input, `NAME COUNT`, is answered by the nanoseconds that it took.
//!
//! `echo "x25519 1000" | cargo run --release -p segel-crypto --example workloads`
#![cfg(not(target_family = "wasm"))]
#![expect(clippy::print_stdout, reason = "the answers are what this program is for")]

mod work;

use std::hint::black_box;
use std::io;
use std::time::Instant;

use segel_hazmat::{aead, curve, kem};
use work::{Flight, Pair};

const MEBIBYTE: usize = 1 << 20;
const CHUNK: usize = 1 << 16;

struct Bench {
    pair: Pair,
    flights: [(&'static str, Flight); 3],
    bytes: Vec<u8>,
}

fn main() -> Result<(), &'static str> {
    let mut bench = Bench::make().ok_or("a workload cannot be prepared")?;
    for line in io::stdin().lines().map_while(Result::ok) {
        let (name, count) = line.split_once(' ').ok_or("a line is `NAME COUNT`")?;
        let count = count.parse::<u32>().map_err(|_| "a count is a number")?;
        let started = Instant::now();
        for turn in 0..count {
            black_box(bench.once(name, turn % 2 == 0)).ok_or("no such workload, or it failed")?;
        }
        println!("{}", started.elapsed().as_nanos());
    }
    Ok(())
}

impl Bench {
    fn make() -> Option<Self> {
        let flights =
            [("flight1", Flight::make(1)?), ("flight4", Flight::make(4)?), ("flight16", Flight::make(16)?)];
        Some(Self { pair: Pair::make()?, flights, bytes: vec![0x5e; MEBIBYTE] })
    }

    fn once(&mut self, name: &str, is_even: bool) -> Option<usize> {
        let text = "x".repeat(256);
        match name {
            "x25519" => curve::agree(&[7; 32], &[9; 32]).ok().map(|shared| shared.len()),
            "aead256" => seal_and_open(&self.bytes[..256]),
            "aead1m" => self.bytes.chunks(CHUNK).map(seal_and_open).sum(),
            "file1m" => work::seal_and_open_file(&self.bytes).map(|file| file.len()),
            "kem" => {
                let public = kem::derive_public(&[7; 64]);
                let (ciphertext, _) = kem::encapsulate(&public, &[8; 32]).ok()?;
                kem::decapsulate(&[7; 64], &ciphertext).ok().map(|secret| secret.len())
            }
            "oneway" => self.say(true, &text),
            "oneway_key" => self.wrap(true),
            "pingpong" => self.say(is_even, &text),
            "pingpong_key" => self.wrap(is_even),
            _ => self.flights.iter_mut().find(|(flight, _)| *flight == name)?.1.send(&text),
        }
    }

    fn say(&mut self, visitor_speaks: bool, text: &str) -> Option<usize> {
        self.pair.renew();
        let sealed = self.pair.seal(visitor_speaks, text)?;
        self.pair.open(visitor_speaks, &sealed).map(|text| text.len())
    }

    fn wrap(&mut self, visitor_speaks: bool) -> Option<usize> {
        self.pair.renew();
        let wrap = self.pair.wrap(visitor_speaks)?;
        self.pair.unwrap(visitor_speaks, &wrap).map(|_| wrap.len())
    }
}

fn seal_and_open(message: &[u8]) -> Option<usize> {
    let sealed = aead::seal(&[1; 32], &[2; 12], &[3; 32], message);
    aead::open(&[1; 32], &[2; 12], &[3; 32], &sealed).ok().map(|opened| opened.len())
}
