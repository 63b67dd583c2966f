//! A stream cipher whose keystream is mixed in by words.

use chacha20::cipher::consts::{U8, U32};
use chacha20::cipher::inout::InOutBuf;
use chacha20::cipher::{
    Iv, IvSizeUser, Key, KeyIvInit, KeySizeUser, OverflowError, SeekNum, StreamCipher, StreamCipherError,
    StreamCipherSeek,
};
use zeroize::Zeroize;

/// The same cipher. Its crate mixes keystream and data byte by byte, which takes a third as long as the rounds where a
/// compiler does not make vectors of it.
pub(crate) struct ByWords<C>(C);

/// Bytes of keystream at a time: as many blocks as vector instructions make at once.
const PIECE: usize = 256;

impl<C: KeySizeUser<KeySize = U32>> KeySizeUser for ByWords<C> {
    type KeySize = U32;
}

impl<C: IvSizeUser> IvSizeUser for ByWords<C> {
    type IvSize = C::IvSize;
}

impl<C: KeyIvInit<KeySize = U32>> KeyIvInit for ByWords<C> {
    fn new(key: &Key<Self>, nonce: &Iv<Self>) -> Self {
        Self(C::new(key, nonce))
    }
}

impl<C: StreamCipher> StreamCipher for ByWords<C> {
    fn check_remaining(&self, length: usize) -> Result<(), StreamCipherError> {
        self.0.check_remaining(length)
    }

    fn unchecked_apply_keystream_inout(&mut self, mut data: InOutBuf<'_, '_, u8>) {
        let mut stream = [0; PIECE];
        let (stream, _) = stream.split_at_mut(PIECE.min(data.len()));
        while !data.is_empty() {
            let length = stream.len().min(data.len());
            let (piece, rest) = data.split_at(length);
            let (stream, _) = stream.split_at_mut(length);
            self.0.unchecked_write_keystream(stream);
            mix(piece, stream);
            data = rest;
        }
        // Only what was used: most messages are short.
        stream.zeroize();
    }

    fn unchecked_write_keystream(&mut self, stream: &mut [u8]) {
        self.0.unchecked_write_keystream(stream);
    }
}

impl<C: StreamCipherSeek> StreamCipherSeek for ByWords<C> {
    fn try_current_pos<T: SeekNum>(&self) -> Result<T, OverflowError> {
        self.0.try_current_pos()
    }

    fn try_seek<T: SeekNum>(&mut self, position: T) -> Result<(), StreamCipherError> {
        self.0.try_seek(position)
    }
}

/// From where the data is to where it goes: copied there first, it would be gone through twice.
fn mix(data: InOutBuf<'_, '_, u8>, stream: &[u8]) {
    let (words, mut rest) = data.into_chunks::<U8>();
    let (stream_words, stream_rest) = stream.as_chunks();
    for (mut word, stream) in words.into_iter().zip(stream_words) {
        let mixed = u64::from_ne_bytes(word.clone_in().into()) ^ u64::from_ne_bytes(*stream);
        *word.get_out() = mixed.to_ne_bytes().into();
    }
    rest.xor_in2out(stream_rest);
}

#[cfg(test)]
mod tests {
    use chacha20::cipher::array::Array;
    use chacha20::{ChaCha20, XChaCha20};
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    /// Mixes a message in two parts, the second into another place, and reads where the cipher stands then.
    fn mix<C: KeyIvInit + StreamCipher + StreamCipherSeek>(message: &[u8], first: usize) -> (Vec<u8>, u64) {
        let mut cipher = C::new(&Array::from_fn(|_| 7), &Array::from_fn(|_| 1));
        cipher.seek(64_u32);
        let mut mixed = message.to_vec();
        let (before, after) = mixed.split_at_mut(first);
        cipher.apply_keystream(before);
        cipher.apply_keystream_b2b(&message[first..], after);
        (mixed, cipher.current_pos())
    }

    #[test]
    fn a_message_is_mixed_as_the_cipher_itself_mixes_it_whatever_its_length() {
        let message: Vec<_> = (0..=u8::MAX).cycle().take(3 * PIECE).collect();
        for length in (0..80).chain(PIECE - 9..PIECE + 9).chain([2 * PIECE, 3 * PIECE - 1, 3 * PIECE]) {
            for first in [0, 1, 8, 63, 64, PIECE + 1].map(|first| length.min(first)) {
                let message = &message[..length];
                assert_eq!(mix::<ByWords<ChaCha20>>(message, first), mix::<ChaCha20>(message, first));
                assert_eq!(mix::<ByWords<XChaCha20>>(message, first), mix::<XChaCha20>(message, first));
            }
        }
    }

    #[test]
    fn keystream_alone_is_the_ciphers() {
        let (mut ours, mut theirs) = ([0; 100], [0; 100]);
        let (key, nonce) = ([7; 32].into(), [1; 12].into());
        ByWords::<ChaCha20>::new(&key, &nonce).write_keystream(&mut ours);
        ChaCha20::new(&key, &nonce).write_keystream(&mut theirs);
        assert_eq!(ours, theirs);
    }
}
