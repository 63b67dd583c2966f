use segel_wire::cbor_array;
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    act: u64,
}
cbor_array!(Grant { act });
