use segel_wire::cbor_array;
use segel_wire::ids::ConversationId;
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogHash(pub [u8; 32]);
cbor_array!(LogHash { 0 });
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    pub position: u64,
    pub hash: LogHash,
}
cbor_array!(Seen { position, hash });
impl Seen {
    pub fn start(c: &ConversationId) -> Self {
        let _ = c;
        Self { position: 0, hash: LogHash([0; 32]) }
    }
}
impl LogHash {
    pub fn start(_: &ConversationId) -> Self {
        Self([0; 32])
    }
    pub fn follow(
        &self,
        _p: u64,
        _: &segel_wire::ids::EventId,
        _: &segel_wire::ids::DeviceId,
        c: &crate::content::ContentHash,
    ) -> Self {
        Self(c.0)
    }
}
