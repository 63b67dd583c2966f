//! What can be asked of `segel-owner`.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use segel_owner::{Action, Origin, Stretch};
use segel_wire::DeviceId;
use segel_wire::ids::VoucherKey;

/// Keys and rosters of a Segel site: who answers for it, and from where its chat is shown.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Args {
    /// Folder of the site's keys; readable by you alone.
    #[arg(long, global = true, default_value = "keys")]
    pub(crate) keys: PathBuf,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a site: root key, first admin key, description, first roster.
    Init {
        /// The business's name, as visitors see it.
        #[arg(long)]
        name: String,
        /// The relay's origin.
        #[arg(long)]
        relay: Origin,
        /// An origin whose pages may show the widget; repeatable.
        #[arg(long = "page", required = true)]
        pages: Vec<Origin>,
        /// An origin that serves the widget's frame or the console; repeatable.
        #[arg(long = "app", required = true)]
        apps: Vec<Origin>,
        /// A desk's name; repeatable.
        #[arg(long = "desk", required = true)]
        desks: Vec<String>,
    },
    /// Show the site's id, its root key and what its script tag says.
    Show,
    /// Change the relay or the origins; what is not given stays.
    Site {
        /// The relay's origin.
        #[arg(long)]
        relay: Option<Origin>,
        /// An origin whose pages may show the widget, instead of those before; repeatable.
        #[arg(long = "page")]
        pages: Vec<Origin>,
        /// An origin that serves the widget's frame or the console, instead of those before; repeatable.
        #[arg(long = "app")]
        apps: Vec<Origin>,
    },
    /// Certify a new admin key with the root key, which must be in the folder.
    Certify {
        /// Void every older admin key, as after a theft.
        #[arg(long)]
        new_generation: bool,
    },
    /// Agents of the site.
    #[command(subcommand)]
    Agent(AgentCommand),
    /// Supervisors: agents who may take over and join conversations of a desk.
    #[command(subcommand)]
    Supervisor(SupervisorCommand),
    /// Vouchers: keys of the business with which its server says who a visitor is.
    #[command(subcommand)]
    Voucher(VoucherCommand),
    /// What visitors and agents write that is masked before sealing; docs/MASKING.md.
    #[command(subcommand)]
    Masking(MaskingCommand),
    /// When the site answers, for visitors to see.
    #[command(subcommand)]
    Hours(HoursCommand),
    /// What a visitor is asked before a conversation, and agrees to.
    #[command(subcommand)]
    Intake(IntakeCommand),
    /// Invite one device of an agent; prints the enrolment code, a secret between you and the agent.
    Invite {
        /// The agent's name.
        #[arg(long)]
        agent: String,
    },
    /// Take up the devices that answered their invitations.
    Enrolments {
        /// Go on until interrupted.
        #[arg(long)]
        watch: bool,
    },
    /// Say of each message in a visitor's report whose device said it, when, and what.
    VerifyReport {
        /// The file that the visitor saved.
        file: PathBuf,
    },
    /// Devices of the agents.
    #[command(subcommand)]
    Device(DeviceCommand),
    /// The signed roster.
    #[command(subcommand)]
    Roster(RosterCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum AgentCommand {
    /// Add an agent.
    Add {
        /// The name that visitors see.
        #[arg(long)]
        name: String,
        /// The desk; the first one if not given.
        #[arg(long)]
        desk: Option<String>,
    },
    /// Remove an agent: nothing is sealed to the agent's devices any more.
    Remove {
        /// The agent's name.
        #[arg(long)]
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum SupervisorCommand {
    /// Make an agent a supervisor of a desk.
    Add(Supervision),
    /// Make an agent no supervisor of a desk any more.
    Remove(Supervision),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Supervision {
    /// The agent's name.
    #[arg(long)]
    pub(crate) agent: String,
    /// The desk; the first one if not given.
    #[arg(long)]
    pub(crate) desk: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum VoucherCommand {
    /// Let identity tokens by this key count.
    Add {
        /// The Ed25519 public key, as `ed25519:` and its base64url.
        #[arg(value_parser = parse_voucher)]
        key: VoucherKey,
    },
    /// Let identity tokens by this key count no more.
    Remove {
        /// The key, as `roster show` shows it.
        #[arg(value_parser = parse_voucher)]
        key: VoucherKey,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum MaskingCommand {
    /// Say what is done with a kind of number, such as `phone`.
    Kind {
        /// The kind.
        name: String,
        #[command(flatten)]
        actions: MaskingActions,
    },
    /// Say what is done with what a pattern of your own finds, such as `MB-#{8}`.
    Pattern {
        /// The pattern.
        pattern: String,
        #[command(flatten)]
        actions: MaskingActions,
    },
    /// Let a number stay, such as your own telephone number.
    Allow {
        /// The number, grouped as you like.
        #[arg(allow_hyphen_values = true)]
        number: String,
    },
    /// Take all of it back: everything is masked.
    Reset,
}

#[derive(Debug, Subcommand)]
pub(crate) enum HoursCommand {
    /// Say when, instead of what was said before.
    Set {
        /// The time zone, such as Asia/Jakarta.
        #[arg(long)]
        zone: String,
        /// Days and times, such as `mon-fri 08:00-17:00`; repeatable.
        #[arg(long = "open")]
        open: Vec<Stretch>,
        /// Within how many minutes an answer usually comes.
        #[arg(long)]
        reply: Option<u64>,
    },
    /// Say nothing of it.
    Reset,
}

#[derive(Debug, Subcommand)]
pub(crate) enum IntakeCommand {
    /// Ask what a file says, instead of what was asked before.
    Set {
        /// JSON, such as `{"questions": [{"label": "Name", "asks": "line", "required": true}], "consent": {"text": "I
        /// agree", "notice": "https://shop.example/privacy"}}`; `asks` is line, email, phone or choice, which has `options`.
        file: PathBuf,
    },
    /// Ask nothing.
    Reset,
}

#[derive(Debug, clap::Args)]
pub(crate) struct MaskingActions {
    /// When a visitor writes it: mask, mask:0 to mask:4 (digits that stay), warn, block or leave.
    pub(crate) visitor: Action,
    /// When an agent writes it; the same if not given.
    #[arg(long)]
    pub(crate) agent: Option<Action>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DeviceCommand {
    /// List the enrolled devices.
    List,
    /// Remove a device: nothing is sealed to it any more.
    Remove {
        /// Its id, as `device list` shows it.
        #[arg(allow_hyphen_values = true)]
        id: DeviceId,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum RosterCommand {
    /// Show what the newest signed roster says.
    Show,
    /// Publish what the relay is missing.
    Publish,
    /// Sign the same for another month, and publish it.
    Renew,
}

fn parse_voucher(text: &str) -> Result<VoucherKey, &'static str> {
    let key = text.strip_prefix("ed25519:").and_then(|key| key.parse().ok());
    key.ok_or("expected ed25519:KEY, with 32 bytes in unpadded base64url")
}
