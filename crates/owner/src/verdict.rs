//! What a visitor's report shows, in words. docs/PROTOCOL.md, section 5.13.

use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;
use segel_owner::report::{self, By, ReportError, Said, Shown};
use segel_owner::{Owner, Publisher};

use crate::commands::CommandError;

/// Says of each message of a report whose device stored it, when, and what it says, or why that is not shown.
pub(crate) async fn verify_report(
    keys: &Path,
    file: &Path,
    out: &mut impl Write,
) -> Result<(), CommandError> {
    let json =
        std::fs::read(file).map_err(|error| CommandError::Unreadable(file.display().to_string(), error))?;
    let owner = Owner::open(keys)?;
    let report = report::read(&json, &owner.site())?;
    let records = report.messages.iter().map(report::record_of).collect();
    let publisher = Publisher::new(owner.description())?;
    let times = publisher.fetch_records(report.conversation, records).await?;
    let (mut refused, count) = (0, report.messages.len());
    for (message, time) in report.messages.iter().zip(times) {
        writeln!(out, "message   {} of conversation {}", message.position, report.conversation)?;
        match owner.judge(&report, message, time) {
            Ok(shown) => tell(&shown, out)?,
            Err(ReportError::File(error)) => return Err(error.into()),
            Err(error) => {
                refused += 1;
                writeln!(out, "REFUSED   {error}")?;
            }
        }
        writeln!(out)?;
    }
    if refused > 0 { Err(CommandError::NotShown(refused, count)) } else { Ok(()) }
}

/// What was said is quoted: it may hold whatever a terminal would act upon.
fn tell(Shown { by, time, said }: &Shown, out: &mut impl Write) -> io::Result<()> {
    match by {
        By::Agent { name, device } => writeln!(out, "by        {name:?}, device {device}")?,
        By::Former { name, device } => {
            writeln!(out, "by        device {device}, which was {name:?}'s before and not any more")?;
        }
        By::Unlisted(device) => writeln!(out, "by        a visitor, device {device}")?,
    }
    writeln!(out, "stored    {} by the relay's clock", utc(*time))?;
    match said {
        Said::Text(text) => writeln!(out, "text      {text:?}"),
        Said::File { name, size, caption } => {
            writeln!(out, "file      {name:?}, {size} bytes")?;
            caption.iter().try_for_each(|caption| writeln!(out, "caption   {caption:?}"))
        }
    }
}

/// `2026-11-30 08:05:09 UTC`, of Unix milliseconds.
fn utc(millis: u64) -> String {
    let time = i64::try_from(millis).ok().and_then(|millis| Timestamp::from_millisecond(millis).ok());
    time.map_or_else(
        || "at a time that no calendar has".to_owned(),
        |time| time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::utc;

    #[test]
    fn a_time_is_told_as_a_calendar_has_it() {
        for (seconds, told) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (951_782_399, "2000-02-28 23:59:59 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (1_796_025_909, "2026-11-30 08:05:09 UTC"),
            (1_830_297_599, "2027-12-31 23:59:59 UTC"),
            (4_107_542_400, "2100-03-01 00:00:00 UTC"),
        ] {
            assert_eq!(utc(seconds * 1_000 + 999), told);
        }
        assert_eq!(utc(u64::MAX), "at a time that no calendar has");
    }
}
