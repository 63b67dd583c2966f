//! Pictures that browsers can show, made without a library: a PNG whose pixels are noise and not compressed.

/// A PNG of so many pixels each way; about three bytes a pixel.
pub(crate) fn make_picture(side: u32) -> Vec<u8> {
    let mut seed = 1_u32;
    let mut pixels = Vec::new();
    for _ in 0..side {
        pixels.push(0);
        pixels.extend((0..side * 3).map(|_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            seed.to_be_bytes()[0]
        }));
    }
    let header = [&side.to_be_bytes()[..], &side.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let chunks = [(b"IHDR", header), (b"IDAT", store(&pixels)), (b"IEND", Vec::new())];
    chunks.iter().fold(b"\x89PNG\r\n\x1a\n".to_vec(), |png, (name, body)| {
        let named = [&name[..], body].concat();
        let length = u32::try_from(body.len()).unwrap();
        [&png[..], &length.to_be_bytes(), &named, &crc(&named).to_be_bytes()].concat()
    })
}

/// Bytes as zlib has them that are not compressed.
fn store(bytes: &[u8]) -> Vec<u8> {
    let mut stored = vec![0x78, 0x01];
    let mut blocks = bytes.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap();
        stored.push(u8::from(blocks.peek().is_none()));
        stored.extend(length.to_le_bytes());
        stored.extend((!length).to_le_bytes());
        stored.extend(block);
    }
    let (low, high) = bytes.iter().fold((1_u32, 0_u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    stored.extend((high << 16 | low).to_be_bytes());
    stored
}

fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}
