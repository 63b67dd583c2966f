//! A file that the person chose: looked at and, if it is text, masked before anything else happens to it.

use segel_core::OutgoingFile;
use segel_core::file::{Way, type_of};
use segel_core::show::{self, Refusal};
use segel_mask::{MAX_BYTES, MaskedText, mask};
use segel_web::files;
use web_sys::File;

/// A file that may be sent.
#[derive(Debug)]
pub struct Chosen {
    file: File,
    name: MaskedText,
    description: show::File,
    /// Its masked copy, if it is text, and how many places were masked in it.
    masked: Option<(MaskedText, usize)>,
}

impl Chosen {
    /// Looks at a file; reads no more of it than the masker takes.
    pub async fn look(file: File) -> Result<Self, Refusal> {
        let name = mask(&file.name()).map_err(|_| Refusal::FileNameRefused)?.text;
        let size = files::size(&file);
        let begins = files::read(&file, 0, size.min(MAX_BYTES as u64)).await.ok_or(Refusal::SourceGone)?;
        let mut media_type = file.type_();
        if media_type.is_empty() {
            type_of(&begins).clone_into(&mut media_type);
        }
        let description = show::File { name: name.as_str().to_owned(), media_type, size };
        let masked = match description.way(&begins)? {
            Way::AsItIs => None,
            // Of text that fits this is all.
            Way::Masked => {
                let text = str::from_utf8(&begins).map_err(|_| Refusal::FileUnmasked)?;
                let masked = mask(text).map_err(|_| Refusal::FileUnmasked)?;
                Some((masked.text, masked.spans.len()))
            }
        };
        Ok(Self { file, name, description, masked })
    }

    /// What is said of it.
    pub fn description(&self) -> &show::File {
        &self.description
    }

    /// How many places are masked in the copy that will be sent; none if the masker cannot read the file.
    pub fn masked_places(&self) -> Option<usize> {
        self.masked.as_ref().map(|(_, places)| *places)
    }

    /// The file as the engine takes it; `put` hands its source to the driver.
    pub fn into_outgoing(self, put: impl FnOnce(File) -> u64) -> OutgoingFile {
        let Self { file, name, description: show::File { media_type, size, .. }, masked } = self;
        match masked {
            Some((text, _)) => OutgoingFile::text(name, media_type, text),
            None => OutgoingFile::opaque(name, media_type, size, put(file)),
        }
    }
}
