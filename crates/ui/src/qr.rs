//! A text as a QR code (ISO/IEC 18004), for another device's camera.

use qrcodegen_no_heap::{QrCode, QrCodeEcc, Version};
use segel_web::dom::{self, El};

/// The widest code that is drawn: up to 122 letters and digits of the sort that such codes have.
const WIDEST: Version = Version::new(5);
/// Modules that stay light around a code, by the standard.
const MARGIN: i32 = 4;

/// Draws a text; none if it is too long. Who cannot see it misses nothing that is not said beside it.
pub(crate) fn draw(text: &str) -> Option<El> {
    let (outline, side) = outline(text)?;
    Some(dom::icon(&outline).class("code").attr("viewBox", &format!("0 0 {side} {side}")))
}

/// The dark modules as an outline, and how many modules wide and high it is, with its margin.
fn outline(text: &str) -> Option<(String, i32)> {
    let mut space = vec![0; WIDEST.buffer_len()];
    let mut code = vec![0; WIDEST.buffer_len()];
    let quality = QrCodeEcc::Medium;
    let code =
        QrCode::encode_text(text, &mut space, &mut code, quality, Version::MIN, WIDEST, None, true).ok()?;
    let side = code.size();
    let modules = (0..side).flat_map(|y| (0..side).map(move |x| (x, y)));
    let dark = modules.filter(|(x, y)| code.get_module(*x, *y));
    let outline: Vec<_> = dark.map(|(x, y)| format!("M{} {}h1v1h-1z", x + MARGIN, y + MARGIN)).collect();
    Some((outline.concat(), side + 2 * MARGIN))
}

#[cfg(test)]
#[cfg(not(target_family = "wasm"))]
mod tests {
    use super::*;

    /// The outline as a camera sees it, each module so many pixels wide, read by a program of others.
    fn read(outline: &str, side: i32) -> String {
        const PIXELS: usize = 4;
        let dark: Vec<_> = outline
            .split_terminator("h1v1h-1z")
            .map(|module| {
                let (x, y) = module.trim_start_matches('M').split_once(' ').unwrap();
                (x.parse::<usize>().unwrap(), y.parse::<usize>().unwrap())
            })
            .collect();
        let width = usize::try_from(side).unwrap() * PIXELS;
        let seen = |x, y| if dark.contains(&(x / PIXELS, y / PIXELS)) { 0 } else { 255 };
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, width, seen);
        let grids = image.detect_grids();
        assert_eq!(grids.len(), 1);
        grids[0].decode().unwrap().1
    }

    #[test]
    fn another_program_reads_what_was_drawn() {
        for text in [format!("SEGEL1:{}", "0123456789".repeat(6)), "A".repeat(122), "huruf kecil".to_owned()]
        {
            let (outline, side) = outline(&text).unwrap();
            assert_eq!(read(&outline, side), text);
        }
    }

    #[test]
    fn a_text_that_is_too_long_is_not_drawn() {
        assert_eq!(outline(&"A".repeat(123)), None);
    }
}
