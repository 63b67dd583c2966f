//! Publishing a roster: it must be signed for the site and follow the one that is kept.

use segel_wire::Code;
use segel_wire::signed::{RosterError, VerifiedRoster};

use crate::refusal::Refusal;
use crate::service::Service;
use crate::sites::Site;
use crate::store::Kept;

/// Keeps a roster and makes it the site's newest. The same bytes again are accepted.
pub(crate) async fn publish(service: &Service, site: &Site, bytes: &[u8]) -> Result<(), Refusal> {
    let new = VerifiedRoster::open(bytes, &site.id, &site.root).map_err(code_of)?;
    let order = new.roster().order;
    let _turn = site.publishing.lock().await;
    if let Some(newest) = site.newest() {
        follows(&new, newest.verified())?;
    }
    match service.store.keep_roster(site.id, order, bytes.to_vec()).await? {
        Kept::New => {
            site.take_up(new);
            tracing::info!(site = %site.id, generation = order.generation, version = order.version, "roster published");
            Ok(())
        }
        Kept::Same => Ok(()),
        Kept::Other => Err(Code::Conflict.into()),
    }
}

/// Whether `new` is the newest again or the next link of its chain.
fn follows(new: &VerifiedRoster, newest: &VerifiedRoster) -> Result<(), Code> {
    if new.bytes() == newest.bytes() {
        return Ok(());
    }
    let (order, newest_order) = (new.roster().order, newest.roster().order);
    if order == newest_order {
        return Err(Code::Conflict);
    }
    if order < newest_order {
        return Err(Code::RosterOlder);
    }
    let linked = order.version == newest_order.version + 1 && new.roster().previous == newest.hash();
    if linked { Ok(()) } else { Err(Code::RosterUnlinked) }
}

fn code_of(error: RosterError) -> Code {
    match error {
        RosterError::Malformed(_) | RosterError::Inconsistent => Code::Malformed,
        RosterError::Certificate(_) | RosterError::BeyondCertificate | RosterError::Expired => {
            Code::SignatureRefused
        }
    }
}
