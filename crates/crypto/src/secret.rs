//! A newtype per secret: wiped when dropped, silent in `Debug`, stored only through `storage`.

use rand_core::CryptoRng;

/// What every secret of 32 bytes can do, for the rooms of this crate alone.
pub(crate) trait Secret: Sized {
    /// From bytes that were derived or kept.
    fn from_bytes(bytes: [u8; 32]) -> Self;

    /// The bytes, for a primitive.
    fn expose(&self) -> &[u8; 32];

    /// A new one.
    fn make(random: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 32];
        random.fill_bytes(&mut bytes);
        Self::from_bytes(bytes)
    }
}

/// Defines secrets of 32 bytes, each its own type.
macro_rules! secrets {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, zeroize::Zeroize, zeroize::ZeroizeOnDrop)]
        pub struct $name([u8; 32]);

        impl $crate::secret::Secret for $name {
            fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            fn expose(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(concat!(stringify!($name), "(secret)"))
            }
        }

        segel_wire::cbor_transparent!($name);
    )*};
}

pub(crate) use secrets;
