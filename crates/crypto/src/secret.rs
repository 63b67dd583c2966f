//! A newtype per secret: wiped when dropped, silent in `Debug`, stored only through `storage`.

use rand_core::CryptoRng;

/// What every secret can do, for the rooms of this crate alone.
pub(crate) trait Secret: Sized {
    /// An array of its size.
    type Bytes;

    /// From bytes that were derived or kept.
    fn from_bytes(bytes: Self::Bytes) -> Self;

    /// The bytes, for a primitive.
    fn expose(&self) -> &Self::Bytes;

    /// A new one.
    fn make(random: &mut impl CryptoRng) -> Self;
}

/// Defines secrets, each its own type, of 32 bytes unless another size is given.
macro_rules! secrets {
    ($($(#[$doc:meta])* $visible:vis $name:ident $(: $size:literal)?;)*) => {$(
        $crate::secret::secrets!(@one $(#[$doc])* $visible $name [$($size)? 32]);
    )*};
    (@one $(#[$doc:meta])* $visible:vis $name:ident [$size:literal $($default:literal)?]) => {
        $(#[$doc])*
        #[derive(Clone, zeroize::Zeroize, zeroize::ZeroizeOnDrop)]
        $visible struct $name([u8; $size]);

        impl $crate::secret::Secret for $name {
            type Bytes = [u8; $size];

            fn from_bytes(bytes: [u8; $size]) -> Self {
                Self(bytes)
            }

            fn expose(&self) -> &[u8; $size] {
                &self.0
            }

            fn make(random: &mut impl rand_core::CryptoRng) -> Self {
                let mut secret = Self([0; $size]);
                random.fill_bytes(&mut secret.0);
                secret
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(concat!(stringify!($name), "(secret)"))
            }
        }

        segel_wire::cbor_transparent!($name);
    };
}

pub(crate) use secrets;
