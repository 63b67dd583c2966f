use segel_wire::cbor_array;
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedKey {
    act: u64,
}
cbor_array!(SharedKey { act });
