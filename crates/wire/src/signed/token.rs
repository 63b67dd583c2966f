//! Identity tokens: a business says who a visitor is. PROTOCOL.md, section 3.7.

use sha2::{Digest, Sha256};

use crate::cbor::{self, MalformedCbor};
use crate::ids::{ConversationId, IdentityKey, Octets, Signature, SiteId, VoucherKey};
use crate::signed::{Roster, statement, verify};
use crate::{cbor_array, cbor_map, limits, text};

/// What the business's server says.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// The site.
    pub site: SiteId,
    /// The business's own name for the person, at most 128 bytes of what can be seen; empty for nobody.
    pub subject: String,
    /// The conversation in which it counts.
    pub conversation: ConversationId,
    /// SHA-256 of the visitor's X25519 identity.
    pub visitor: [u8; 32],
    /// Until when it counts, Unix seconds.
    pub not_after: u64,
}

cbor_map!(Token { 0: site, 1: subject, 2: conversation, 3: visitor, 4: not_after });

/// Says nothing of the person.
impl core::fmt::Debug for Token {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { site, conversation, not_after, .. } = self;
        f.debug_struct("Token")
            .field("site", site)
            .field("conversation", conversation)
            .field("not_after", not_after)
            .finish_non_exhaustive()
    }
}

/// A token with the key that vouches for it and that key's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedToken {
    /// The encoded [`Token`].
    pub token: Octets,
    /// Whose word it is.
    pub voucher: VoucherKey,
    /// Over [`Token::statement`].
    pub signature: Signature,
}

cbor_array!(SignedToken { token, voucher, signature });

/// Where a token came.
#[derive(Debug, Clone, Copy)]
pub struct TokenContext<'a> {
    /// The newest roster.
    pub roster: &'a Roster,
    /// The conversation that it came in.
    pub conversation: &'a ConversationId,
    /// The identity of the device that sealed it.
    pub sender: &'a IdentityKey,
    /// When its message was written, Unix seconds by the sender's clock.
    pub written: u64,
    /// When the relay stored it, Unix seconds by the relay's clock.
    pub stored: u64,
}

/// Why a token does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not the documented shape, over its size, or with a name that misleads.
    #[error(transparent)]
    Malformed(#[from] MalformedCbor),
    /// The roster does not list its key.
    #[error("the identity token is by a key that the site does not list")]
    UnknownVoucher,
    /// The signature does not hold.
    #[error("the identity token was altered")]
    BadSignature,
    /// It speaks of another site, conversation or device.
    #[error("the identity token belongs elsewhere")]
    Elsewhere,
    /// It has expired, lives too long, or its message's time is not to be believed.
    #[error("the identity token is not of its time")]
    Expired,
}

impl Token {
    /// What the voucher signs.
    pub fn statement(token: &[u8]) -> Vec<u8> {
        statement("segel/1 token", &[token])
    }

    /// Whether its name for the person is in order: short enough, without characters that mislead, and empty or visible.
    pub fn names_well(&self) -> bool {
        let subject = &self.subject;
        subject.len() <= limits::SUBJECT_BYTES
            && !subject.chars().any(text::is_misleading)
            && (subject.is_empty() || !subject.chars().all(text::is_invisible))
    }

    /// The hash that names a visitor's identity.
    pub fn derive_visitor(identity: &IdentityKey) -> [u8; 32] {
        Sha256::digest(identity.0).into()
    }
}

impl SignedToken {
    /// Checks everything that the protocol asks for.
    pub fn verify(&self, context: &TokenContext<'_>) -> Result<Token, TokenError> {
        if self.token.0.len() > limits::TOKEN_BYTES {
            return Err(MalformedCbor.into());
        }
        let token: Token = cbor::decode(&self.token.0)?;
        if !token.names_well() {
            return Err(MalformedCbor.into());
        }
        if !context.roster.profile.vouchers.iter().flatten().any(|voucher| *voucher == self.voucher) {
            return Err(TokenError::UnknownVoucher);
        }
        if !verify(&self.voucher.0, &Token::statement(&self.token.0), &self.signature) {
            return Err(TokenError::BadSignature);
        }
        let is_here = token.site == context.roster.site
            && token.conversation == *context.conversation
            && token.visitor == Token::derive_visitor(context.sender);
        if !is_here {
            return Err(TokenError::Elsewhere);
        }
        let written = context.written;
        let is_timely = (written.saturating_add(1)..=written.saturating_add(limits::TOKEN_LIFE_SECONDS))
            .contains(&token.not_after)
            && written.abs_diff(context.stored) <= limits::TOKEN_SKEW_SECONDS;
        if is_timely { Ok(token) } else { Err(TokenError::Expired) }
    }
}
