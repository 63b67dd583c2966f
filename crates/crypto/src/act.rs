use segel_wire::cbor_array;
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActHash(pub [u8; 32]);
segel_wire::cbor_transparent!(ActHash);
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedAct {
    act: u64,
}
cbor_array!(SignedAct { act });
