//! A newtype per secret: wiped when dropped, silent in `Debug`, stored only through `storage`.

/// Defines secrets of 32 bytes, each its own type.
macro_rules! secrets {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, zeroize::Zeroize, zeroize::ZeroizeOnDrop)]
        pub struct $name([u8; 32]);

        impl $name {
            #[allow(dead_code, reason = "not every role is both made and derived")]
            pub(crate) fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            #[allow(dead_code, reason = "not every role is made at random")]
            pub(crate) fn make(random: &mut impl rand_core::CryptoRng) -> Self {
                let mut bytes = [0; 32];
                random.fill_bytes(&mut bytes);
                Self(bytes)
            }

            pub(crate) fn expose(&self) -> &[u8; 32] {
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
