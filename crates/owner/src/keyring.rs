//! Key files: a sentence that says what the file is, then `name base64url` lines.

use data_encoding::BASE64URL_NOPAD;
use segel_crypto::authority::{AdminSecret, RootSecret};
use segel_wire::cbor;
use segel_wire::ids::{Signature, SiteId};
use zeroize::Zeroizing;

use crate::folder::{FileError, Folder};
use crate::sign::AdminKey;

const ROOT: &str = "root.key";
const ADMIN: &str = "admin.key";

/// Writes the recovery kit; never over another.
pub(crate) fn write_root(folder: &Folder, site: &SiteId, root: &RootSecret) -> Result<(), FileError> {
    let kit = Zeroizing::new(format!(
        "Recovery kit of the Segel site {site}. Whoever holds this key decides who answers for the site:\n\
         keep it offline, and show it to nobody. Only `segel-owner certify` reads it; put it back for that.\n\n\
         root-key {}\n",
        *text(root.to_recovery())
    ));
    folder.write_new(ROOT, kit.as_bytes())
}

/// Reads the recovery kit.
pub(crate) fn read_root(folder: &Folder) -> Result<RootSecret, FileError> {
    let kit = Zeroizing::new(folder.read(ROOT)?);
    let key = field(&kit, "root-key").and_then(|key| key.as_slice().try_into().ok());
    key.map(RootSecret::restore).ok_or_else(|| folder.malformed(ROOT))
}

/// Writes the admin key and its certificate, over those before.
pub(crate) fn write_admin(folder: &Folder, key: &AdminKey) -> Result<(), FileError> {
    let file = Zeroizing::new(format!(
        "Admin key of the Segel site {site}. Whoever holds it signs the site's rosters: show it to nobody.\n\n\
         admin-key {}\ncertificate {}\ncertificate-signature {}\n",
        *text(key.secret.to_file()),
        *text(&key.body),
        key.signature,
        site = key.certificate.site,
    ));
    folder.replace(ADMIN, file.as_bytes())
}

/// Reads the admin key of this site.
pub(crate) fn read_admin(folder: &Folder, site: &SiteId) -> Result<AdminKey, FileError> {
    let file = Zeroizing::new(folder.read(ADMIN)?);
    parse_admin(&file).filter(|key| key.certificate.site == *site).ok_or_else(|| folder.malformed(ADMIN))
}

fn parse_admin(file: &[u8]) -> Option<AdminKey> {
    let secret = AdminSecret::restore(field(file, "admin-key")?.as_slice().try_into().ok()?);
    let body = field(file, "certificate")?.to_vec();
    let signature = Signature(field(file, "certificate-signature")?.as_slice().try_into().ok()?);
    let certificate = cbor::decode(&body).ok()?;
    let key = AdminKey { secret, certificate, body, signature };
    (key.secret.derive_public() == key.certificate.admin).then_some(key)
}

fn text(bytes: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(BASE64URL_NOPAD.encode(bytes))
}

/// The one line that begins with this name.
fn field(file: &[u8], name: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut lines = str::from_utf8(file).ok()?.lines();
    let line = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
    BASE64URL_NOPAD.decode(line.trim_end().as_bytes()).ok().map(Zeroizing::new)
}
