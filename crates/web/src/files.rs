//! Files of the person, read a part at a time; and files that came, put together and handed out.

use js_sys::{Array, Uint8Array};
use segel_wire::ids::EventId;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, File, HtmlElement, Url};

use crate::dom::el;

/// Bytes of a file, from and to; none if they cannot be read: it is gone, or it changed.
pub async fn read(file: &Blob, from: u64, to: u64) -> Option<Vec<u8>> {
    // A file has at most 2^53 bytes.
    #[expect(clippy::cast_precision_loss, reason = "the file's own size bounds both")]
    let part = file.slice_with_f64_and_f64(from as f64, to as f64).ok()?;
    let buffer = part.array_buffer().await.ok()?;
    Some(Uint8Array::new(&buffer).to_vec())
}

/// The size of a file in bytes.
pub fn size(file: &Blob) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number below 2^53")]
    let size = file.size() as u64;
    size
}

/// Files that an engine may read, by the number that it knows each by.
#[derive(Default)]
pub struct Sources {
    files: Vec<(u64, File)>,
    next: u64,
}

impl Sources {
    /// Takes a file; answers its number.
    pub fn put(&mut self, file: File) -> u64 {
        self.next += 1;
        self.files.push((self.next, file));
        self.next
    }

    /// The file of a number.
    pub fn get(&self, number: u64) -> Option<&File> {
        self.files.iter().find(|(other, _)| *other == number).map(|(_, file)| file)
    }

    /// Lets a file go.
    pub fn release(&mut self, number: u64) {
        if let Some(at) = self.files.iter().position(|(other, _)| *other == number) {
            self.files.swap_remove(at);
        }
    }
}

/// Files on their way in, as the pieces that came; the browser may put them on its disk.
#[derive(Default)]
pub struct Pieces(Vec<(EventId, Option<Array>)>);

impl Pieces {
    /// Takes the next piece of a file.
    pub fn take(&mut self, event: EventId, bytes: &[u8]) {
        let parts = Array::of1(&Uint8Array::from(bytes));
        let piece = Blob::new_with_u8_array_sequence(&parts).ok();
        match self.0.iter_mut().find(|(other, _)| *other == event) {
            Some((_, pieces)) => match (&pieces, piece) {
                (Some(pieces), Some(piece)) => drop(pieces.push(&piece)),
                // A file of which a piece found no room is none.
                _ => *pieces = None,
            },
            None => self.0.push((event, piece.map(|piece| Array::of1(&piece)))),
        }
    }

    /// The pieces of a file, which leave here; none if one of them found no room.
    pub fn finish(&mut self, event: EventId) -> Option<Fetched> {
        let at = self.0.iter().position(|(other, _)| *other == event)?;
        self.0.swap_remove(at).1.map(Fetched)
    }
}

/// A file that came, whole.
pub struct Fetched(Array);

impl Fetched {
    /// A file of text that was made here.
    pub fn of_text(text: &str) -> Option<Self> {
        let parts = Array::of1(&JsValue::from_str(text));
        Blob::new_with_str_sequence(&parts).ok().map(|blob| Self(Array::of1(&blob)))
    }

    /// A file from its pieces, as another tab hands it on.
    pub(crate) fn from_pieces(pieces: Array) -> Self {
        Self(pieces)
    }

    /// Its pieces.
    pub(crate) fn pieces(&self) -> &JsValue {
        &self.0
    }

    /// An address of it in this page, as bytes of this media type.
    pub fn into_address(self, media_type: &str) -> Option<Address> {
        let options = BlobPropertyBag::new();
        options.set_type(media_type);
        let blob = Blob::new_with_blob_sequence_and_options(&self.0, &options).ok()?;
        Url::create_object_url_with_blob(&blob).ok().map(Address)
    }
}

/// An address in this page; what it stands for is let go of with it.
#[must_use = "dropping it takes the address back"]
pub struct Address(String);

impl Address {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Has the browser save what is there under a name.
    pub fn save(&self, name: &str) {
        let link = el("a").attr("href", &self.0).attr("download", name);
        link.unchecked_ref::<HtmlElement>().click();
    }
}

impl Drop for Address {
    fn drop(&mut self) {
        // An address that is not known is none that needs taking back.
        let _ = Url::revoke_object_url(&self.0);
    }
}
