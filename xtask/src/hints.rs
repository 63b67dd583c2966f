//! How well aligned an address is, which each load and store says. It is a hint that changes no result, and engines of common
//! processors make nothing of it: saying the same everywhere makes a program smaller, compressed.

use anyhow::Result;
use wasmparser::{Parser, Payload};

/// The first and the last operator that reads or writes memory without being atomic or many at a time.
const LOADS_AND_STORES: [u8; 2] = [0x28, 0x3e];
/// Two to this power divides every address.
const ANY: u8 = 0;

/// Makes every load and store of `program` take any address. Everything stays where it was.
pub(crate) fn level(program: &[u8]) -> Result<Vec<u8>> {
    let [first, last] = LOADS_AND_STORES;
    let mut leveled = program.to_vec();
    for payload in Parser::new(0).parse_all(program) {
        let Payload::CodeSectionEntry(body) = payload? else { continue };
        for operator in body.get_operators_reader()?.into_iter_with_offsets() {
            let (_, at) = operator?;
            if let Some([operator, hint]) = leveled.get_mut(at..).and_then(|code| code.first_chunk_mut())
                && (first..=last).contains(operator)
            {
                *hint = ANY;
            }
        }
    }
    Ok(leveled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_and_a_store_take_any_address_and_a_constant_stays() {
        // (i32.store offset=5 align=4 (i32.const 40) (i32.load align=4 (i32.const 41)))
        let body = b"\0\x41\x28\x41\x29\x28\x02\x00\x36\x02\x05\x0b";
        let leveled = b"\0\x41\x28\x41\x29\x28\x00\x00\x36\x00\x05\x0b";
        let program = |body: &[u8]| {
            let head = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x05\x03\x01\0\x01\x0a";
            let size = u8::try_from(body.len()).unwrap();
            [head.as_slice(), &[size + 2, 1, size], body].concat()
        };
        assert_eq!(level(&program(body)).unwrap(), program(leveled));
    }
}
