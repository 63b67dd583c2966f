//! Which files may be sent and shown: by name, type, size and first bytes. PROTOCOL.md, section 5.11.

use segel_crypto::attachment::Attachment;
use segel_mask::MaskedText;
use segel_wire::{limits, text};

use crate::show::{File, Refusal};

/// How many bytes at a file's beginning say what it is.
const HEAD_BYTES: usize = 4_096;

/// The type of a file of which nothing better is known.
pub const ANY_TYPE: &str = "application/octet-stream";

/// What first bytes tell apart.
const KINDS: [&str; 5] = ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"];

/// A file that may be sealed. Its name is masked; so is its content, if the masker can take it: there is no other way
/// to hand text to an engine, and one that is handed text as something else refuses it.
#[derive(Debug)]
pub struct OutgoingFile {
    pub(crate) description: File,
    pub(crate) source: Source,
}

/// Where a file's bytes come from.
#[derive(Debug)]
pub(crate) enum Source {
    /// Masked text, at hand.
    Text(MaskedText),
    /// Read by the driver, which knows the source by this number.
    Outside(u64),
}

/// How a file may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It is text: its masked copy is sent.
    Masked,
    /// The masker cannot read it: as it is.
    AsItIs,
}

impl OutgoingFile {
    /// A file of text.
    pub fn text(name: MaskedText, media_type: String, content: MaskedText) -> Self {
        let (name, size) = (name.into_string(), content.as_str().len() as u64);
        Self { description: File { name, media_type, size }, source: Source::Text(content) }
    }

    /// A file of `size` bytes that the masker cannot read; the engine asks for its bytes by the number of its source.
    pub fn opaque(name: MaskedText, media_type: String, size: u64, source: u64) -> Self {
        let name = name.into_string();
        Self { description: File { name, media_type, size }, source: Source::Outside(source) }
    }
}

impl File {
    /// Whether name, type and size are such as may be sent and shown.
    pub fn check(&self) -> Result<(), Refusal> {
        let Self { name, media_type, size } = self;
        let is_named = (1..=limits::FILE_NAME_BYTES).contains(&name.len())
            && name != "."
            && name != ".."
            && !name.chars().any(is_misleading);
        let tokens = media_type.as_bytes().split(|byte| *byte == b'/');
        let is_typed = media_type.len() <= limits::MEDIA_TYPE_BYTES
            && tokens.filter(|token| is_token(token)).count() == 2
            && media_type.bytes().filter(|byte| *byte == b'/').count() == 1;
        match *size {
            0 => Err(Refusal::FileEmpty),
            limits::ATTACHMENT_BYTES.. if *size != limits::ATTACHMENT_BYTES => Err(Refusal::FileTooLarge),
            _ if !is_named || !is_typed => Err(Refusal::FileNameRefused),
            _ => Ok(()),
        }
    }

    /// Whether it is a picture of a kind that browsers show without running anything.
    pub fn is_picture(&self) -> bool {
        KINDS[..4].contains(&self.media_type.as_str())
    }

    /// How a file that begins like this may be sent; whether it is what it says comes first.
    pub fn way(&self, head: &[u8]) -> Result<Way, Refusal> {
        self.check()?;
        self.check_head(head)?;
        let head = head.get(..HEAD_BYTES).unwrap_or(head);
        let ends = |ending: &&str| {
            let at = self.name.len().checked_sub(ending.len());
            at.and_then(|at| self.name.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(ending))
        };
        let says_so = self.media_type.starts_with("text/") || [".csv", ".tsv", ".txt"].iter().any(ends);
        let is_text = says_so || (kind_of(head).is_none() && is_utf8(head));
        if !is_text {
            return Ok(Way::AsItIs);
        }
        let fits = self.size <= segel_mask::MAX_BYTES as u64 && is_utf8(head);
        if fits { Ok(Way::Masked) } else { Err(Refusal::FileUnmasked) }
    }

    /// Refuses a file that is not what its type says.
    pub(crate) fn check_head(&self, head: &[u8]) -> Result<(), Refusal> {
        let claims = KINDS.iter().find(|kind| **kind == self.media_type);
        if claims == kind_of(head) { Ok(()) } else { Err(Refusal::FileTypeRefused) }
    }

    /// What a message says of an attachment, if it may be shown.
    pub(crate) fn described(attachment: &Attachment) -> Result<Self, Refusal> {
        let Attachment { name, media_type, size, .. } = attachment;
        let file = Self { name: name.clone(), media_type: media_type.clone(), size: *size };
        file.check().map(|()| file)
    }
}

/// The type that a file's first bytes give away, for one whose type is not known.
pub fn type_of(head: &[u8]) -> &'static str {
    kind_of(head).map_or(ANY_TYPE, |kind| kind)
}

fn kind_of(head: &[u8]) -> Option<&'static &'static str> {
    let place = match head {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => 0,
        [0xff, 0xd8, 0xff, ..] => 1,
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => 2,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => 3,
        [b'%', b'P', b'D', b'F', b'-', ..] => 4,
        _ => return None,
    };
    KINDS.get(place)
}

/// Whether it may be UTF-8 whose end was cut off.
fn is_utf8(head: &[u8]) -> bool {
    let is_utf8 = str::from_utf8(head).map_or_else(|error| error.error_len().is_none(), |_| true);
    is_utf8 && !head.contains(&0)
}

/// Parts paths, hides, or turns the direction of writing.
fn is_misleading(c: char) -> bool {
    matches!(c, '/' | '\\') || text::is_misleading(c)
}

/// A token of a media type, in lower case.
fn is_token(text: &[u8]) -> bool {
    let is_of_token =
        |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"!#$&^_.+-".contains(byte);
    !text.is_empty() && text.iter().all(is_of_token)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

    fn file(name: &str, media_type: &str, size: u64) -> File {
        File { name: name.to_owned(), media_type: media_type.to_owned(), size }
    }

    #[test]
    fn a_name_that_misleads_is_refused() {
        let long = "a".repeat(limits::FILE_NAME_BYTES);
        for name in ["bukti bayar.pdf", "фото.png", "写真 (2).jpg", ".htaccess", "a..b", "فاتورة.pdf", &long]
        {
            assert_eq!(file(name, ANY_TYPE, 1).check(), Ok(()), "{name}");
        }
        let (longer, absurd) = (long.clone() + "a", "a".repeat(10_000));
        for name in [
            "",
            ".",
            "..",
            "../x",
            "a/b",
            "a\\b",
            "C:\\x",
            "a\0b",
            "a\nb",
            "a\u{85}b",
            "a\u{7f}",
            "gpj\u{202e}.exe",
            "a\u{2066}b",
            "a\u{200f}b",
            "a\u{61c}b",
            "a\u{2028}b",
            &longer,
            &absurd,
        ] {
            assert_eq!(file(name, ANY_TYPE, 1).check(), Err(Refusal::FileNameRefused), "{name:?}");
        }
    }

    #[test]
    fn a_type_that_is_none_is_refused() {
        for media_type in ["image/png", "application/vnd.ms-excel", "image/svg+xml"] {
            assert_eq!(file("a", media_type, 1).check(), Ok(()), "{media_type}");
        }
        let long = "a/".to_owned() + &"a".repeat(limits::MEDIA_TYPE_BYTES);
        for media_type in [
            "",
            "png",
            "/",
            "a/",
            "/a",
            "a/b/c",
            "Image/PNG",
            "text/html; charset=utf-8",
            "a/\u{202e}",
            &long,
        ] {
            assert_eq!(file("a", media_type, 1).check(), Err(Refusal::FileNameRefused), "{media_type}");
        }
    }

    #[test]
    fn a_file_has_at_least_one_byte_and_no_more_than_the_limit() {
        assert_eq!(file("a", ANY_TYPE, 0).check(), Err(Refusal::FileEmpty));
        assert_eq!(file("a", ANY_TYPE, limits::ATTACHMENT_BYTES).check(), Ok(()));
        for size in [limits::ATTACHMENT_BYTES + 1, u64::MAX] {
            assert_eq!(file("a", ANY_TYPE, size).check(), Err(Refusal::FileTooLarge));
        }
    }

    #[test]
    fn a_file_that_is_not_what_its_type_says_is_refused() {
        let heads: [(&str, &[u8]); 5] = [
            ("image/png", PNG),
            ("image/jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF"),
            ("image/gif", b"GIF89a\x01\0\x01\0"),
            ("image/webp", b"RIFF\x24\0\0\0WEBPVP8 "),
            ("application/pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3"),
        ];
        for (media_type, head) in heads {
            assert_eq!(file("a", media_type, 9).way(head), Ok(Way::AsItIs), "{media_type}");
            assert_eq!(type_of(head), media_type);
            for other in
                KINDS.iter().chain(&[ANY_TYPE, "image/svg+xml"]).filter(|other| **other != media_type)
            {
                let refused = file("a", other, 9).way(head);
                assert_eq!(refused, Err(Refusal::FileTypeRefused), "{media_type} as {other}");
            }
        }
        for head in [&b"<svg onload=alert(1)>"[..], b"MZ\x90\0", b"", b"\x89PN"] {
            assert_eq!(file("a.png", "image/png", 9).way(head), Err(Refusal::FileTypeRefused));
            assert_eq!(type_of(head), ANY_TYPE);
        }
    }

    #[test]
    fn what_is_text_goes_masked_or_not_at_all_whatever_it_is_called() {
        let card = "nama,kartu\nA,4111111111111111\n".as_bytes();
        let way = |name: &str, media_type: &str, head: &[u8]| file(name, media_type, 99).way(head);
        for (name, media_type) in [
            ("a.csv", "text/csv"),
            ("a.csv", "application/vnd.ms-excel"),
            ("a.bin", ANY_TYPE),
            ("a", "image/svg+xml"),
        ] {
            assert_eq!(way(name, media_type, card), Ok(Way::Masked), "{name} {media_type}");
        }
        let utf16: Vec<u8> = "4111".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let latin1 = b"caf\xe9,4111111111111111";
        for head in [&utf16[..], latin1] {
            for (name, media_type) in [("A.CSV", ANY_TYPE), ("b.txt", ANY_TYPE), ("b", "text/plain")] {
                assert_eq!(way(name, media_type, head), Err(Refusal::FileUnmasked), "{name} {media_type}");
            }
            assert_eq!(way("a.bin", ANY_TYPE, head), Ok(Way::AsItIs));
        }
        let too_long = file("a.csv", "text/csv", segel_mask::MAX_BYTES as u64 + 1);
        assert_eq!(too_long.way(card), Err(Refusal::FileUnmasked));
        assert_eq!(way("a", ANY_TYPE, "terpotong é".as_bytes().split_last().unwrap().1), Ok(Way::Masked));
        assert_eq!(way("a", ANY_TYPE, b"PK\x03\x04\x14\0\x06\0"), Ok(Way::AsItIs));
    }
}
