//! A file that the person chose: looked at, and its name and text masked as the composer masks.

use segel_core::OutgoingFile;
use segel_core::file::{Way, type_of};
use segel_core::show::{self, Refusal};
use segel_core::tabs::WishedFile;
use segel_mask::{MAX_BYTES, MaskedText, Outcome};
use segel_web::files;
use web_sys::File;

use crate::guard::Guard;

/// A file that is sent.
#[derive(Debug)]
pub struct Chosen {
    file: File,
    copy: Copied,
}

/// A file that may be sent if masking lets it, raw: what masks it may change until it is sent.
pub(crate) struct Looked {
    description: show::File,
    /// All of it, if it is text.
    text: Option<String>,
}

/// What is sent of a file, masked.
#[derive(Debug)]
pub(crate) struct Copied {
    name: MaskedText,
    description: show::File,
    /// Its text, if it is text, and how many places were masked in it.
    text: Option<(MaskedText, usize)>,
}

impl Looked {
    /// Looks at a file; reads no more of it than the masker takes.
    pub(crate) async fn at(file: &File) -> Result<Self, Refusal> {
        let size = files::size(file);
        let begins = files::read(file, 0, size.min(MAX_BYTES as u64)).await.ok_or(Refusal::SourceGone)?;
        Self::new(show::File { name: file.name(), media_type: file.type_(), size }, begins)
    }

    fn new(mut description: show::File, begins: Vec<u8>) -> Result<Self, Refusal> {
        if description.media_type.is_empty() {
            type_of(&begins).clone_into(&mut description.media_type);
        }
        let text = match description.way(&begins)? {
            Way::AsItIs => None,
            // Of text that fits this is all.
            Way::Masked => Some(String::from_utf8(begins).map_err(|_| Refusal::FileUnmasked)?),
        };
        Ok(Self { description, text })
    }

    /// What may be sent of it as the guard stands.
    pub(crate) fn mask(&self, guard: &Guard) -> Result<Copied, Refusal> {
        let show::File { name, media_type, size } = &self.description;
        let name = guard.mask(name).map_err(|_| Refusal::FileNameRefused)?.text;
        let description =
            show::File { name: name.as_str().to_owned(), media_type: media_type.clone(), size: *size };
        // A mask can be longer than what it hides.
        description.check()?;
        let text = match &self.text {
            None => None,
            Some(text) => {
                let masked = guard.mask(text).map_err(|_| Refusal::FileUnmasked)?;
                let is_masked = |outcome: &Outcome| matches!(outcome, Outcome::Masked(_));
                let places = masked.spans.iter().filter(|span| is_masked(&span.outcome)).count();
                Some((masked.text, places))
            }
        };
        Ok(Copied { name, description, text })
    }

    /// Its name, raw.
    pub(crate) fn name(&self) -> &str {
        &self.description.name
    }
}

impl Copied {
    /// What is said of it.
    pub(crate) fn description(&self) -> &show::File {
        &self.description
    }

    /// How many places are masked in it; none if the masker cannot read the file.
    pub(crate) fn masked_places(&self) -> Option<usize> {
        self.text.as_ref().map(|(_, places)| *places)
    }
}

impl Chosen {
    /// A file, and what is sent of it.
    pub(crate) fn new(file: File, copy: Copied) -> Self {
        Self { file, copy }
    }

    /// What another tab's engine needs of it, and the file.
    pub(crate) fn to_wished(&self) -> (WishedFile, File) {
        let Copied { name, description: show::File { media_type, size, .. }, text } = &self.copy;
        let wished = WishedFile {
            name: name.as_str().to_owned(),
            media_type: media_type.clone(),
            size: *size,
            text: text.as_ref().map(|(text, _)| text.as_str().to_owned()),
        };
        (wished, self.file.clone())
    }

    /// The file as the engine takes it; `put` hands its source to the driver.
    pub fn into_outgoing(self, put: impl FnOnce(File) -> u64) -> OutgoingFile {
        let Self { file, copy } = self;
        let Copied { name, description: show::File { media_type, size, .. }, text } = copy;
        match text {
            Some((text, _)) => OutgoingFile::text(name, media_type, text),
            None => OutgoingFile::opaque(name, media_type, size, put(file)),
        }
    }
}

#[cfg(test)]
mod tests {
    use segel_mask::Writer;
    use segel_wire::signed::{Masking, MaskingAction, MaskingRule};

    use super::*;

    fn look(name: &str, content: &[u8]) -> Result<Looked, Refusal> {
        let description =
            show::File { name: name.to_owned(), media_type: String::new(), size: content.len() as u64 };
        Looked::new(description, content.to_owned())
    }

    /// The name and the text that are sent, and how many places are masked.
    fn sent(looked: &Looked, guard: &Guard) -> Result<(String, String, usize), Refusal> {
        let Copied { name, text, .. } = looked.mask(guard)?;
        let (text, places) = text.unwrap();
        Ok((name.into_string(), text.into_string(), places))
    }

    /// The site lets agents write what it keeps visitors from writing.
    fn guard(writer: Writer, visitor: MaskingAction) -> Guard {
        let rule = MaskingRule { kind: "phone".to_owned(), visitor, agent: MaskingAction::Warn };
        let mut guard = Guard::default();
        guard.update(Some(&Masking { rules: Some(vec![rule]), allowed: None, patterns: None }), writer, &[]);
        guard
    }

    #[test]
    fn a_file_is_masked_by_the_policy_and_the_writer_of_the_moment() {
        let looked = look("hp.txt", b"hp 081234567890").unwrap();
        let raw = || Ok(("hp.txt".to_owned(), "hp 081234567890".to_owned(), 0));
        let all = MaskingAction::Mask(0);
        assert_eq!(sent(&looked, &guard(Writer::Agent, all)), raw());
        let masked = ("hp.txt".to_owned(), "hp ••••••••••••".to_owned(), 1);
        assert_eq!(sent(&looked, &guard(Writer::Visitor, all)), Ok(masked));
        assert_eq!(sent(&looked, &guard(Writer::Visitor, MaskingAction::Block)), Err(Refusal::FileUnmasked));
        assert_eq!(sent(&looked, &guard(Writer::Visitor, MaskingAction::Warn)), raw());
    }

    #[test]
    fn what_the_site_blocks_refuses_a_name_too() {
        let looked = look("hp 081234567890.txt", b"halo").unwrap();
        let refused = sent(&looked, &guard(Writer::Visitor, MaskingAction::Block));
        assert_eq!(refused, Err(Refusal::FileNameRefused));
        let (name, ..) = sent(&looked, &guard(Writer::Visitor, MaskingAction::Mask(0))).unwrap();
        assert_eq!(name, "hp ••••••••••••.txt");
    }

    #[test]
    fn whether_a_file_is_text_its_own_name_says() {
        assert_eq!(look("budi@contoh.csv", b"\xff\xfe").err(), Some(Refusal::FileUnmasked));
        assert!(look("budi@contoh.bin", b"\xff\xfe").unwrap().text.is_none());
    }
}
