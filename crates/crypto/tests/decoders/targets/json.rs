//! JSON: frames of the stream and bodies of the HTTP interface.

use core::fmt::Debug;

use segel_wire::api::{
    BundlesAnswer, BundlesRequest, ChallengeAnswer, ConversationsAnswer, Discovery, EventsAnswer,
    LoginAnswer, LoginRequest, OpenConversation, PrekeysAnswer, StoredAnswer, UploadAnswer,
};
use segel_wire::{ClientFrame, Delivered, Envelope, Problem, ServerFrame, limits};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What a relay reads.
pub(super) fn client(bytes: &[u8]) {
    read::<ClientFrame>(bytes);
    read::<LoginRequest>(bytes);
    read::<BundlesRequest>(bytes);
    read::<OpenConversation>(bytes);
    if let Some(envelope) = read::<Envelope>(bytes)
        && envelope.check().is_ok()
    {
        assert!((1..=limits::WRAPS).contains(&envelope.wraps.len()));
        assert!(envelope.content.0.len() <= limits::CONTENT_BYTES);
        assert!(envelope.wraps.windows(2).all(|pair| pair[0].device < pair[1].device));
    }
}

/// What a client reads.
pub(super) fn server(bytes: &[u8]) {
    read::<ServerFrame>(bytes);
    read::<Delivered>(bytes);
    read::<EventsAnswer>(bytes);
    read::<ConversationsAnswer>(bytes);
    read::<BundlesAnswer>(bytes);
    read::<ChallengeAnswer>(bytes);
    read::<LoginAnswer>(bytes);
    read::<PrekeysAnswer>(bytes);
    read::<StoredAnswer>(bytes);
    read::<UploadAnswer>(bytes);
    read::<Discovery>(bytes);
    read::<Problem>(bytes);
}

/// What is read is the same after it was written and read again.
fn read<T: Serialize + DeserializeOwned + PartialEq + Debug>(bytes: &[u8]) -> Option<T> {
    let value: T = serde_json::from_slice(bytes).ok()?;
    let _ = format!("{value:?}");
    let again = serde_json::to_vec(&value).unwrap();
    assert_eq!(serde_json::from_slice::<T>(&again).unwrap(), value);
    Some(value)
}
