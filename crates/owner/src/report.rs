//! Whether what a report shows was said, and by whose device. PROTOCOL.md, section 5.13.

use segel_crypto::attachment::Attachment;
use segel_crypto::content::{self, Body, ContentContext, ContentError, ContentHash, ContentKey, Header};
use segel_wire::api::RecordOf;
use segel_wire::cbor;
use segel_wire::ids::{ContentDigest, DeviceId, SiteId};
use segel_wire::report::{Report, Reported};
use segel_wire::signed::VerifiedRoster;

use crate::folder::FileError;
use crate::owner::Owner;

/// A message that this device stored at the relay, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Who stored it.
    pub by: By,
    /// When it was stored, Unix milliseconds by the relay's clock.
    pub time: u64,
    /// What it says.
    pub said: Said,
}

/// Whose device it is, by the rosters that were signed here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// An agent's when it stored the message.
    Agent {
        /// The name that visitors see.
        name: String,
        /// The device.
        device: DeviceId,
    },
    /// One that had been an agent's before: a later roster left it out by then, or its time was over.
    Former {
        /// The agent's name.
        name: String,
        /// The device.
        device: DeviceId,
    },
    /// One that no roster ever listed: a visitor's.
    Unlisted(DeviceId),
}

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A text.
    Text(String),
    /// A file.
    File {
        /// Its name.
        name: String,
        /// Its size in bytes.
        size: u64,
        /// What its sender wrote beside it.
        caption: Option<String>,
    },
}

/// Why a report, or a message in it, shows nothing.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// It is no JSON of a report's shape, or without a message.
    #[error("this is no report, or it was altered")]
    NoReport,
    /// It is about another site.
    #[error("this report is about another site, {0}")]
    Elsewhere(SiteId),
    /// The relay never stored this content from that device as this event, or it was erased.
    #[error(
        "the relay has no such message of this device: it was altered or made up, or the conversation was erased"
    )]
    NoRecord,
    /// The key does not open it, or conversation, sender or recipients are not those that it was sealed with.
    #[error("the key or the recipients were altered: what the device stored does not open ({0})")]
    Closed(#[from] ContentError),
    /// The plain text beside it says something else.
    #[error("the text in the report is not what the device stored")]
    AnotherText,
    /// It names a roster that was not signed in this folder.
    #[error("it names a roster that was not signed in this folder of keys")]
    ForeignRoster,
    /// It is neither a text nor a file.
    #[error("it is neither a text nor a file")]
    NotSaid,
    /// Rosters that were signed could not be read.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Reads a report about this site.
pub fn read(json: &[u8], site: &SiteId) -> Result<Report, ReportError> {
    let report: Report = serde_json::from_slice(json).map_err(|_| ReportError::NoReport)?;
    if report.kind != Report::KIND || report.messages.is_empty() {
        return Err(ReportError::NoReport);
    }
    if report.site != *site {
        return Err(ReportError::Elsewhere(report.site));
    }
    Ok(report)
}

/// What the relay is asked about a message.
pub fn record_of(message: &Reported) -> RecordOf {
    let Reported { event, position, sender, content, .. } = message;
    let content = ContentDigest(ContentHash::derive(&content.0).0);
    RecordOf { event: *event, position: *position, sender: *sender, content }
}

impl Owner {
    /// Judges a message of a report by what the relay says of [`record_of`] it: when it stored that, Unix milliseconds, or
    /// that it did not.
    pub fn judge(
        &self,
        report: &Report,
        message: &Reported,
        stored: Option<u64>,
    ) -> Result<Shown, ReportError> {
        let time = stored.ok_or(ReportError::NoRecord)?;
        let key: ContentKey = cbor::decode(&cbor::encode(&message.key)).map_err(|_| ReportError::NoReport)?;
        let Reported { event, sender, recipients, content, .. } = message;
        let bound_to = ContentContext { conversation: &report.conversation, event, sender, recipients };
        let opened = content::open(&content.0, &key, &bound_to)?;
        let (said, plain) = match opened.body {
            Body::Text(text) => (Said::Text(text.clone()), text),
            Body::Attachment(Attachment { name, size, caption, .. }) => {
                (Said::File { name: name.clone(), size, caption }, name)
            }
            _ => return Err(ReportError::NotSaid),
        };
        if plain != message.said {
            return Err(ReportError::AnotherText);
        }
        self.check_named(&Header::parse(&content.0)?)?;
        Ok(Shown { by: self.whose(*sender, time / 1_000)?, time, said })
    }

    /// Whoever got the content took it only if the roster that it names is this site's.
    fn check_named(&self, header: &Header) -> Result<(), ReportError> {
        let named = self.own_roster(header.order.version)?;
        let is_it =
            |roster: &VerifiedRoster| (roster.roster().order, roster.hash()) == (header.order, header.roster);
        if named.as_ref().is_some_and(is_it) { Ok(()) } else { Err(ReportError::ForeignRoster) }
    }

    /// Whose device it was at a time, Unix seconds. What the content names counts for nothing here: its sender chose that, and an
    /// agent could name a roster of before the device was listed, a former one a roster of then.
    fn whose(&self, device: DeviceId, time: u64) -> Result<By, ReportError> {
        let newest = self.newest_roster().map_or(0, |newest| newest.roster().order.version);
        let mut left_out = u64::MAX;
        for version in (1..=newest).rev() {
            let Some(roster) = self.own_roster(version)? else { continue };
            if let Some((agent, listed)) = roster.device(&device, 0) {
                let name = agent.name.clone();
                let is_past = time >= left_out.min(listed.not_after);
                return Ok(if is_past { By::Former { name, device } } else { By::Agent { name, device } });
            }
            left_out = roster.roster().issued_at;
        }
        Ok(By::Unlisted(device))
    }

    /// The roster of this version, if it was signed here.
    fn own_roster(&self, version: u64) -> Result<Option<VerifiedRoster>, FileError> {
        let signed = self.signed_roster(version)?;
        Ok(signed.and_then(|bytes| VerifiedRoster::open(&bytes, &self.site(), &self.root()).ok()))
    }
}
