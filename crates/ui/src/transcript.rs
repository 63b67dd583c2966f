//! A conversation as a file of text, made in this browser from what stands on the screen.

use segel_core::show::{Body, Delivery, Item};
use segel_web::files::{Address, Fetched};

use crate::text::{Language, fill};
use crate::time::Moment;
use crate::timeline::words;

/// What stands below a time goes on this far in.
const INDENT: &str = "\n       ";

/// Has the browser save the transcript as a file; nothing leaves this device. The browser reads it after this, so the
/// address is to be kept.
pub fn save(items: &[Item], business: &str, language: Language) -> Option<Address> {
    let now = Moment::now();
    let whole = Fetched::of_text(&write(items, business, language, now))?;
    let address = whole.into_address("text/plain;charset=utf-8")?;
    address.save(&file_name(language, now));
    Some(address)
}

/// The whole transcript, a line a message, with who said it and when, in the order of the timeline.
pub fn write(items: &[Item], business: &str, language: Language, now: Moment) -> String {
    let text = language.text();
    let moments: Vec<_> = items.iter().map(|item| Moment::local(item.time)).collect();
    let made = [&now.iso(), " ", &now.clock()].concat();
    let head = [fill(text.transcript_of(), business), fill(text.transcript_made(), &made)];
    let mut lines = head.join("\n");
    let mut day = None;
    for (item, moment) in items.iter().zip(moments) {
        if day.replace(moment.day) != Some(moment.day) {
            lines.push_str("\n\n");
            lines.push_str(&moment.iso());
        }
        lines.push('\n');
        lines.push_str(&moment.clock());
        lines.push_str("  ");
        lines.push_str(&line(item, language).replace('\n', INDENT));
    }
    lines.push('\n');
    lines
}

/// What the file is called.
pub fn file_name(language: Language, now: Moment) -> String {
    [language.text().transcript_file(), "-", &now.iso(), ".txt"].concat()
}

fn line(item: &Item, language: Language) -> String {
    let text = language.text();
    let said = match &item.body {
        Body::Text(said) => said.clone(),
        Body::File(file) => [text.file(), ": ", &file.name].concat(),
        Body::Rated(rating) => {
            let comment = rating.comment.as_deref().unwrap_or_default();
            [&words::stars(rating.stars, language), "\n", comment].concat().trim_end().to_owned()
        }
        _ => words::sentence(item, language).unwrap_or_default(),
    };
    if words::is_notice(&item.body) {
        // It names who did it.
        return ["— ", &said].concat();
    }
    let aside = match (&item.delivery, &item.vouched) {
        (Delivery::Failed(_), _) => [" (", text.failed(), ")"].concat(),
        (_, Some(giver)) => [" (", &fill(text.vouched(), giver), ")"].concat(),
        _ => String::new(),
    };
    [words::name(&item.author, language), ": ", &said, &aside].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_has_two_digits_each() {
        let moment = Moment { day: 0, minute: 0, date: 2, month: 10, year: 2026 };
        assert_eq!(moment.iso(), "2026-11-02");
        assert_eq!(Moment { date: 22, month: 0, ..moment }.iso(), "2026-01-22");
        assert_eq!(file_name(Language::indonesian(), moment), "transkrip-2026-11-02.txt");
    }
}
