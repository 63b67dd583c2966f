//! `/v1/sites/{site}/invitations` and `/v1/sites/{site}/enrolments/{invitation}`.
//!
//! Signatures entitle here, not sessions: a device that enrols is nobody yet.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use segel_wire::signed::{Enrolment, EnrolmentError, Invitation};
use segel_wire::{Code, InvitationId, SiteId};

use super::extract::{Named, OctetsAnswer, OctetsBody, site};
use super::origin::PageOrigin;
use crate::clock::now_seconds;
use crate::refusal::Refusal;
use crate::service::Service;
use crate::store::Kept;

pub(super) async fn invite(
    State(service): State<Arc<Service>>,
    Named(id): Named<SiteId>,
    origin: PageOrigin,
    OctetsBody(bytes): OctetsBody,
) -> Result<StatusCode, Refusal> {
    let site = site(&service, id, &origin)?;
    let invitation = Invitation::verify(&bytes, &site.id, &site.root).map_err(code_of)?;
    accepted(service.store.keep_invitation(site.id, invitation.id, bytes.to_vec()).await?)
}

pub(super) async fn answer(
    State(service): State<Arc<Service>>,
    Named((id, invitation)): Named<(SiteId, InvitationId)>,
    origin: PageOrigin,
    OctetsBody(bytes): OctetsBody,
) -> Result<StatusCode, Refusal> {
    let site = site(&service, id, &origin)?;
    Enrolment::verify(&bytes, &site.id, &invitation).map_err(code_of)?;
    let kept = service.store.invitation(site.id, invitation).await?.ok_or(Code::NotFound)?;
    let kept = Invitation::verify(&kept, &site.id, &site.root).map_err(code_of)?;
    if kept.not_after <= now_seconds() {
        return Err(Code::NotFound.into());
    }
    accepted(service.store.keep_enrolment(site.id, invitation, bytes.to_vec()).await?)
}

pub(super) async fn show(
    State(service): State<Arc<Service>>,
    Named((id, invitation)): Named<(SiteId, InvitationId)>,
    origin: PageOrigin,
) -> Result<OctetsAnswer, Refusal> {
    let site = site(&service, id, &origin)?;
    Ok(OctetsAnswer(service.store.enrolment(site.id, invitation).await?))
}

fn accepted(kept: Kept) -> Result<StatusCode, Refusal> {
    match kept {
        Kept::New | Kept::Same => Ok(StatusCode::OK),
        Kept::Other => Err(Code::Conflict.into()),
    }
}

fn code_of(error: EnrolmentError) -> Code {
    match error {
        EnrolmentError::Malformed(_) | EnrolmentError::WrongInvitation => Code::Malformed,
        EnrolmentError::Certificate(_) | EnrolmentError::WrongSite | EnrolmentError::BadSignature => {
            Code::SignatureRefused
        }
    }
}
