//! What has exactly the size of its limit is read, and what has one byte more is not.

use segel_crypto::content::{ContentError, Header};
use segel_crypto::session::{Wrap, WrapError};
use segel_wire::limits;

/// Version, suite, flags, alias and salt; then the length of the sealed header and the sealed key.
const AROUND_HEADER: usize = 3 + 8 + 24 + 2 + 48;

fn wrap_of(size: usize) -> Vec<u8> {
    let header = size - AROUND_HEADER;
    let mut wrap = vec![0; size];
    wrap[..2].copy_from_slice(&[1, 2]);
    wrap[35..37].copy_from_slice(&u16::try_from(header).unwrap().to_be_bytes());
    wrap
}

fn content_of(size: usize) -> Vec<u8> {
    let mut content = vec![0; size];
    content[..2].copy_from_slice(&[1, 2]);
    content
}

#[test]
fn a_wrap_of_exactly_its_limit_is_taken_apart() {
    assert!(Wrap::parse(&wrap_of(limits::WRAP_BYTES)).is_ok());
    assert_eq!(Wrap::parse(&wrap_of(limits::WRAP_BYTES + 1)).map(drop), Err(WrapError::Malformed));
    assert!(Wrap::parse(&wrap_of(AROUND_HEADER)).is_ok());
    assert_eq!(
        Wrap::parse(&wrap_of(AROUND_HEADER)[..AROUND_HEADER - 1]).map(drop),
        Err(WrapError::Malformed)
    );
}

#[test]
fn a_content_of_exactly_its_limit_is_looked_at() {
    // Header, commitment and tag around nothing.
    const LEAST: usize = 67 + 32 + 16;
    for (size, reads) in
        [(limits::CONTENT_BYTES, true), (limits::CONTENT_BYTES + 1, false), (LEAST, true), (LEAST - 1, false)]
    {
        let read = Header::parse(&content_of(size));
        assert_eq!(read.is_ok(), reads, "{size} bytes");
        assert!(reads || read == Err(ContentError::Malformed));
    }
}
