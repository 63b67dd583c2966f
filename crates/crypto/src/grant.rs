//! stub
use crate::content::*;
use segel_wire::cbor_array;
use segel_wire::ids::*;
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Grant {
    pub event: EventId,
    pub position: u64,
    pub sender: DeviceId,
    pub content: ContentHash,
    pub key: ContentKey,
}
cbor_array!(Grant { event, position, sender, content, key });
impl PartialEq for Grant {
    fn eq(&self, o: &Self) -> bool {
        self.event == o.event
    }
}
impl Eq for Grant {}
impl Grant {
    #[allow(missing_docs)]
    pub fn open(&self, c: &[u8], b: &ContentContext<'_>) -> Result<Message, ContentError> {
        content_open(c, &self.key, b)
    }
}
use crate::content::open as content_open;
