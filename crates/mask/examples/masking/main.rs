//! Masks texts on this machine, for `cargo xtask bench mask`. Each line of input, `NAME COUNT`, is answered by the
//! nanoseconds that it took; a name is a text and how many bytes of it, such as `prose:2048`.
//!
//! `echo "mix:1000000 10" | cargo run --release -p segel-mask --example masking`
#![cfg(not(target_family = "wasm"))]
#![expect(clippy::print_stdout, reason = "the answers are what this program is for")]

use std::hint::black_box;
use std::io;
use std::time::Instant;

use segel_mask::mask;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for line in io::stdin().lines() {
        let line = line?;
        let (name, count) = line.split_once(' ').ok_or("a line is `NAME COUNT`")?;
        let text = text(name).ok_or("no such text")?;
        let count: u32 = count.parse()?;
        let started = Instant::now();
        for _ in 0..count {
            black_box(mask(black_box(&text))?);
        }
        println!("{}", started.elapsed().as_nanos());
    }
    Ok(())
}

/// As `xtask/bench/masking/main.js` makes it.
fn text(name: &str) -> Option<String> {
    let (text, size) = name.split_once(':')?;
    let size = size.parse().ok()?;
    let piece = match text {
        "prose" => include_str!("../../tests/data/bench/prose.txt"),
        "mix" => include_str!("../../tests/data/bench/mix.txt"),
        "dashes" => "1-",
        "spaces" => "4 1 1 1 ",
        "cards" => "4111111111111111 ",
        _ => return None,
    };
    let mut text = piece.repeat(size / piece.len() + 1);
    text.truncate(text.floor_char_boundary(size));
    Some(text)
}
