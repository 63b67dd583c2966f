//! The tool of a site's owner: root key, admins, devices, rosters.
//!
//! [`Site`] is the owner's working description and knows no files; [`Owner`] keeps it with the keys in
//! a folder and signs; [`Publisher`] speaks to the relay. Time is an argument in Unix seconds and
//! randomness is one too. The formats are sections 3.2, 3.3 and 3.6 of docs/PROTOCOL.md.

mod accept;
mod folder;
mod hours;
mod intake;
mod keyring;
mod masking;
mod origin;
mod owner;
mod pending;
mod publisher;
pub mod report;
mod round;
mod sign;
mod site;
mod trust;

pub use accept::{AcceptError, Accepted};
pub use folder::FileError;
pub use hours::{HoursEntry, Stretch};
pub use intake::{AsksEntry, ConsentEntry, IntakeEntry, IntakeError, QuestionEntry};
pub use masking::{Action, Actions, MaskingEntry};
pub use origin::{NotAnOrigin, Origin};
pub use owner::{Owner, OwnerError};
pub use pending::Pending;
pub use publisher::{PublishError, Publisher};
pub use round::{Round, RoundError};
pub use sign::SignError;
pub use site::{AgentEntry, DeskEntry, DeviceEntry, Site, SiteDescription, SiteError};
