//! Conversations and events, for HTTP and streams alike: who may reach them, and how they are stored.

use std::sync::Arc;
use std::time::Instant;

use segel_wire::api::{RecordOf, RecordsAnswer, RecordsRequest, StoredAnswer};
use segel_wire::events::EnvelopeError;
use segel_wire::{
    Code, ConversationId, Delivered, DeskId, DeviceId, Envelope, EventId, SiteId, Withdraws, limits,
};
use sha2::{Digest, Sha256};

use crate::clock::{now_millis, now_seconds};
use crate::refusal::Refusal;
use crate::service::Service;
use crate::sites::Site;
use crate::store::{Appended, Conversation, Mark, NewEvent, Reach, Session};

/// Who asks: a session and its site.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) session: Session,
    pub(crate) site: Arc<Site>,
}

impl Caller {
    /// What the device may reach at this moment.
    pub(crate) fn reach(&self) -> Reach {
        self.site.reach(self.session.device, now_seconds())
    }
}

/// Opens a conversation with the caller as its visitor; again is the same.
pub(crate) async fn open(
    service: &Service,
    caller: &Caller,
    id: ConversationId,
    desk: DeskId,
) -> Result<(), Refusal> {
    admit(service, caller)?;
    let Session { site, device: visitor, .. } = caller.session;
    let new = Conversation { id, site, visitor, desk, is_erased: false };
    let kept = service.store.open_conversation(new).await?;
    check_erased(&kept, site)?;
    if (kept.site, kept.visitor) != (site, visitor) {
        return Err(Code::NotAMember.into());
    }
    if kept.desk != desk {
        return Err(Code::Conflict.into());
    }
    tracing::debug!(conversation = %id, "conversation opened");
    Ok(())
}

/// A conversation that the caller may reach.
pub(crate) async fn reachable(
    service: &Service,
    caller: &Caller,
    id: ConversationId,
) -> Result<Conversation, Refusal> {
    let conversation = service.store.conversation(id).await?.ok_or(Code::NotFound)?;
    check_erased(&conversation, caller.session.site)?;
    let reached = caller.reach().contains(conversation.site, conversation.visitor);
    if reached { Ok(conversation) } else { Err(Code::NotAMember.into()) }
}

/// Stores an event of the caller, drops the one that it takes back, and wakes those who may see it.
pub(crate) async fn store(
    service: &Service,
    caller: &Caller,
    id: ConversationId,
    event: EventId,
    envelope: Envelope,
    withdraws: Option<Withdraws>,
) -> Result<StoredAnswer, Refusal> {
    envelope.check().map_err(|error| match error {
        EnvelopeError::TooLarge => Code::TooLarge,
        EnvelopeError::Unsorted => Code::Malformed,
    })?;
    admit(service, caller)?;
    let conversation = reachable(service, caller, id).await?;
    let sender = caller.session.device;
    let (time, mark) = (now_millis(), Mark::make()?);
    let new = NewEvent { conversation: id, event, sender, envelope, withdraws, time, mark };
    match service.store.append(new).await? {
        Appended::Stored(answer) => {
            service.listeners.wake(&caller.site, conversation.visitor);
            tracing::debug!(conversation = %id, %event, position = answer.position, "event stored");
            Ok(answer)
        }
        Appended::Conflict => Err(Code::Conflict.into()),
        Appended::Erased => Err(Code::Erased.into()),
        Appended::NoConversation | Appended::NothingToWithdraw => Err(Code::NotFound.into()),
    }
}

/// When a site's events were stored, to whoever knows everything of them: without a content's hash nothing is learned, not
/// even that there is such an event or conversation.
pub(crate) async fn records(
    service: &Service,
    site: SiteId,
    asked: &RecordsRequest,
) -> Result<RecordsAnswer, Refusal> {
    service.records.admit(site, Instant::now()).map_err(Refusal::too_many)?;
    if asked.events.len() > limits::RECORDS {
        return Err(Code::TooLarge.into());
    }
    let conversation = service.store.conversation(asked.conversation).await?;
    let conversation = conversation.filter(|kept| kept.site == site && !kept.is_erased);
    let mut times = Vec::new();
    for of in &asked.events {
        times.push(match &conversation {
            Some(kept) => stored_at(service, kept.id, of).await?,
            None => None,
        });
    }
    Ok(RecordsAnswer { times })
}

async fn stored_at(service: &Service, id: ConversationId, of: &RecordOf) -> Result<Option<u64>, Refusal> {
    /// Has no wrap.
    const NOBODY: DeviceId = DeviceId([0; DeviceId::SIZE]);
    // The store counts in signed numbers.
    let after = of.position.checked_sub(1).filter(|after| i64::try_from(*after).is_ok());
    let Some(after) = after else { return Ok(None) };
    let there = service.store.page(id, NOBODY, after, 1).await?;
    let is_it = |kept: &Delivered| {
        let hash = kept.hash.map_or_else(|| Sha256::digest(&kept.content.0).into(), |hash| hash.0);
        (kept.event, kept.position, kept.sender, hash) == (of.event, of.position, of.sender, of.content.0)
    };
    Ok(there.into_iter().find(is_it).map(|kept| kept.time))
}

/// Erases everything of the caller, a visitor's device, but for its events that are named.
pub(crate) async fn erase(service: &Service, caller: &Caller, keeps: Vec<EventId>) -> Result<(), Refusal> {
    admit(service, caller)?;
    let (Session { site, device, .. }, now) = (caller.session, now_seconds());
    if caller.site.lists_device(device, now) {
        return Err(Code::NotAMember.into());
    }
    service.store.erase(site, device, keeps, now).await?;
    tracing::debug!("everything of a visitor's device erased");
    Ok(())
}

/// Takes one token of the device's rate.
pub(crate) fn admit(service: &Service, caller: &Caller) -> Result<(), Refusal> {
    service.limiter.admit(caller.session.device, Instant::now()).map_err(Refusal::too_many)
}

/// Nobody does anything in a conversation that was erased; other sites are not told that it was.
fn check_erased(conversation: &Conversation, site: SiteId) -> Result<(), Refusal> {
    if conversation.is_erased && conversation.site == site { Err(Code::Erased.into()) } else { Ok(()) }
}
