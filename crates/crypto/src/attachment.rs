use segel_wire::cbor_array;
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    act: u64,
}
cbor_array!(Attachment { act });
