//! What an owner or a device could sign and never would: for tests of those who must refuse it.

use std::fs;
use std::path::Path;

use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{Signer, SigningKey};
use segel_crypto::authority::{Admin, AdminSecret};
use segel_wire::cbor;
use segel_wire::ids::{
    self, IdentityKey, KemKey, LoginKey, Octets, PrekeyKey, Signature, SiteId, VoucherKey,
};
use segel_wire::signed::{Bundle, DeviceKeys, Prekey, PrekeyRole, Roster, SignedToken, Token};

/// An admin's key in the wrong hands.
#[derive(Debug)]
pub struct Forge(Admin);

impl Forge {
    /// Takes the admin key out of an owner's folder.
    pub fn open(folder: &Path) -> Self {
        let file = fs::read_to_string(folder.join("admin.key")).unwrap();
        let field = |name: &str| {
            let text = file.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')).unwrap();
            BASE64URL_NOPAD.decode(text.as_bytes()).unwrap()
        };
        let secret = AdminSecret::restore(field("admin-key").try_into().unwrap());
        let signature = Signature(field("certificate-signature").try_into().unwrap());
        Self(Admin::new(secret, field("certificate"), signature))
    }

    /// Signs any roster; the answer is what a relay would serve.
    pub fn sign_roster(&self, roster: &Roster) -> Vec<u8> {
        self.0.sign_roster(roster)
    }
}

/// The server of a business that vouches for its customers.
#[derive(Debug)]
pub struct Backend(SigningKey);

impl Backend {
    /// A server whose key follows from `seed`.
    pub fn new(seed: u8) -> Self {
        Self(SigningKey::from_bytes(&[seed; 32]))
    }

    /// The key that the roster has to list.
    pub fn voucher(&self) -> VoucherKey {
        VoucherKey(self.0.verifying_key().to_bytes())
    }

    /// Signs a token; the answer is what a page hands to the widget.
    pub fn sign(&self, token: &Token) -> Vec<u8> {
        let token = Octets(cbor::encode(token));
        let signature = Signature(self.0.sign(&Token::statement(&token.0)).to_bytes());
        cbor::encode(&SignedToken { token, voucher: self.voucher(), signature })
    }
}

/// A device whose X25519 keys are any 32 bytes, whether someone holds their private halves or not.
#[derive(Debug, Clone)]
pub struct FalseDevice {
    site: SiteId,
    signing: SigningKey,
    /// Its public keys.
    pub keys: DeviceKeys,
}

impl FalseDevice {
    /// A device of a site with this identity; its signing and login keys follow from `seed`.
    pub fn new(site: SiteId, identity: [u8; 32], seed: u8) -> Self {
        let signing = SigningKey::from_bytes(&[seed; 32]);
        let login = SigningKey::from_bytes(&[!seed; 32]);
        let keys = DeviceKeys {
            identity: IdentityKey(identity),
            signing: ids::SigningKey(signing.verifying_key().to_bytes()),
            login: LoginKey(login.verifying_key().to_bytes()),
        };
        Self { site, signing, keys }
    }

    /// A bundle that offers `prekey` for the device of `keys`, signed by this device. Its KEM key is a valid one
    /// that nobody holds the private half of.
    pub fn sign_bundle(&self, keys: &DeviceKeys, prekey: [u8; 32], not_after: u64) -> Vec<u8> {
        let (id, curve, kem) = (1, PrekeyKey(prekey), KemKey::new(&[0; KemKey::SIZE]).unwrap());
        let statement =
            Prekey::statement(PrekeyRole::Signed, &self.site, keys, (id, not_after), (&curve, &kem));
        let signature = Signature(self.signing.sign(&statement).to_bytes());
        let signed = Prekey { id, not_after, curve, kem, signature };
        cbor::encode(&Bundle { keys: *keys, signed, one_time: None })
    }
}
