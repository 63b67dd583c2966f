//! Logging in: a challenge, a proof of possession, a token of which only the hash is kept.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use data_encoding::BASE64URL_NOPAD;
use segel_wire::api::{ChallengeAnswer, LoginAnswer, LoginRequest};
use segel_wire::ids::Challenge;
use segel_wire::signed::LoginStatement;
use segel_wire::{Code, limits};
use sha2::{Digest, Sha256};

use crate::clock::now_seconds;
use crate::refusal::Refusal;
use crate::service::Service;
use crate::store::{Session, TokenHash};

/// Challenges remembered at most; some ten megabytes.
const REMEMBERED: usize = 100_000;

/// Challenges that wait for their answer. They live in memory: a restart only costs a client one more question.
#[derive(Default)]
pub(crate) struct Challenges(Mutex<Issued>);

#[derive(Default)]
struct Issued {
    /// When each challenge lapses that no login has named yet.
    open: HashMap<Challenge, u64>,
    /// The newest challenges, oldest first, whether or not a login has named them.
    order: VecDeque<Challenge>,
}

impl Challenges {
    /// Makes a challenge that lapses a minute after `now`, Unix seconds. The oldest gives way to it, so that
    /// whoever asks for a great many keeps nobody else from logging in.
    pub(crate) fn issue(&self, now: u64) -> Result<ChallengeAnswer, Refusal> {
        let challenge = Challenge(make_random()?);
        let expires = now + limits::CHALLENGE_SECONDS;
        let mut issued = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if issued.order.len() == REMEMBERED
            && let Some(oldest) = issued.order.pop_front()
        {
            issued.open.remove(&oldest);
        }
        issued.order.push_back(challenge);
        issued.open.insert(challenge, expires);
        Ok(ChallengeAnswer { challenge, expires })
    }

    /// Uses a challenge up, whatever comes of its proof.
    fn take(&self, challenge: &Challenge, expires: u64, now: u64) -> bool {
        let mut issued = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        issued.open.remove(challenge) == Some(expires) && now < expires
    }
}

/// Opens a session for whoever proves possession of a login key. A device that the roster does not
/// list is a visitor; what it may reach is asked at each request.
pub(crate) async fn log_in(service: &Service, request: &LoginRequest) -> Result<LoginAnswer, Refusal> {
    let LoginRequest { site, keys, challenge, expires, signature } = request;
    let now = now_seconds();
    let statement = LoginStatement { relay: &service.public_origin, site, challenge, expires: *expires };
    if !service.challenges.take(challenge, *expires, now) || !statement.is_signed_by(&keys.login, signature) {
        return Err(Code::ProofRefused.into());
    }
    let token = BASE64URL_NOPAD.encode(&make_random::<32>()?);
    let expires = now + limits::TOKEN_SECONDS;
    let session = Session { site: *site, device: keys.derive_id(site), keys: *keys, expires };
    service.store.keep_session(TokenHash::of(&token), session, now).await?;
    tracing::debug!(device = %session.device, "session opened");
    Ok(LoginAnswer { token, expires })
}

/// The session of a token that has not lapsed.
pub(crate) async fn resume(service: &Service, token: &str) -> Result<Session, Refusal> {
    let session = service.store.session(TokenHash::of(token), now_seconds()).await?;
    session.ok_or(Code::Unauthenticated.into())
}

impl TokenHash {
    fn of(token: &str) -> Self {
        Self(Sha256::digest(token).into())
    }
}

fn make_random<const N: usize>() -> Result<[u8; N], Refusal> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| Code::Internal)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_answered_once_in_time_and_with_its_own_expiry() {
        let challenges = Challenges::default();
        let issued = challenges.issue(100).unwrap();
        assert!(challenges.take(&issued.challenge, issued.expires, 159));
        assert!(!challenges.take(&issued.challenge, issued.expires, 159));
        let late = challenges.issue(100).unwrap();
        assert!(!challenges.take(&late.challenge, late.expires, 160));
        let stretched = challenges.issue(100).unwrap();
        assert!(!challenges.take(&stretched.challenge, stretched.expires + 1, 100));
    }

    #[test]
    fn however_many_are_asked_for_only_the_oldest_give_way() {
        let challenges = Challenges::default();
        let [oldest, next] = [(); 2].map(|()| challenges.issue(100).unwrap());
        for _ in 2..REMEMBERED {
            challenges.issue(100).unwrap();
        }
        let newest = challenges.issue(100).unwrap();
        for (challenge, stands) in [(oldest, false), (next, true), (newest, true)] {
            assert_eq!(challenges.take(&challenge.challenge, challenge.expires, 100), stands);
        }
    }
}
