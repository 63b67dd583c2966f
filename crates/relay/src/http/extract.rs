//! What handlers take from a request; whatever is not of the documented shape becomes a problem here.

use std::sync::Arc;

use axum::RequestPartsExt;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{StatusCode, header::CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use segel_wire::{Code, SiteId};
use serde::de::DeserializeOwned;

use super::origin::PageOrigin;
use crate::events::Caller;
use crate::refusal::Refusal;
use crate::service::Service;
use crate::sessions;
use crate::sites::Site;

/// The names in a path.
pub(super) struct Named<T>(pub(super) T);

/// A JSON body.
pub(super) struct JsonBody<T>(pub(super) T);

/// A body of plain octets.
pub(super) struct OctetsBody(pub(super) Bytes);

/// The query of an address.
pub(super) struct Asked<T>(pub(super) T);

/// An answer of plain octets, or that there is none.
pub(super) struct OctetsAnswer(pub(super) Option<Vec<u8>>);

/// The site of a path, if it is served and lists the page that asks.
pub(super) fn site(service: &Service, id: SiteId, origin: &PageOrigin) -> Result<Arc<Site>, Refusal> {
    let site = service.sites.site(id).ok_or(Code::NotFound)?;
    origin.check(site)?;
    Ok(Arc::clone(site))
}

impl<S: Sync> FromRequestParts<S> for PageOrigin {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        // Without the guard's word there is no origin to trust.
        parts.extensions.get::<Self>().cloned().ok_or(Code::OriginRefused.into())
    }
}

impl FromRequestParts<Arc<Service>> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<Self, Refusal> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.strip_prefix("Bearer ")).ok_or(Code::Unauthenticated)?;
        let session = sessions::resume(service, token).await?;
        let site = service.sites.site(session.site).ok_or(Code::Unauthenticated)?;
        parts.extract_with_state::<PageOrigin, _>(service).await?.check(site)?;
        Ok(Self { session, site: Arc::clone(site) })
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send + 'static> FromRequestParts<S> for Named<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let Path(names) = parts.extract::<Path<T>>().await.map_err(|_| Code::Malformed)?;
        Ok(Self(names))
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send + 'static> FromRequestParts<S> for Asked<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let Query(asked) = parts.extract::<Query<T>>().await.map_err(|_| Code::Malformed)?;
        Ok(Self(asked))
    }
}

impl<S: Send + Sync> FromRequest<S> for OctetsBody {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        Bytes::from_request(request, state).await.map(Self).map_err(|rejection| body_refusal(&rejection))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let OctetsBody(bytes) = OctetsBody::from_request(request, state).await?;
        serde_json::from_slice(&bytes).map(Self).map_err(|_| Code::Malformed.into())
    }
}

impl IntoResponse for OctetsAnswer {
    fn into_response(self) -> Response {
        match self.0 {
            Some(bytes) => ([(CONTENT_TYPE, "application/octet-stream")], bytes).into_response(),
            None => Refusal::from(Code::NotFound).into_response(),
        }
    }
}

fn body_refusal(rejection: &BytesRejection) -> Refusal {
    let too_large = rejection.status() == StatusCode::PAYLOAD_TOO_LARGE;
    if too_large { Code::TooLarge.into() } else { Code::Malformed.into() }
}
