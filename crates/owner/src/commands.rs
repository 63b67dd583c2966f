//! What `segel-owner` does when it is asked.

use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use getrandom::SysRng;
use rand_core::UnwrapErr;
use segel_owner::report::ReportError;
use segel_owner::{
    Actions, FileError, IntakeEntry, IntakeError, Owner, OwnerError, PublishError, Publisher, Round,
    RoundError, SiteDescription,
};
use segel_wire::signed::Order;

use crate::args::{
    AgentCommand, Args, Command, DeviceCommand, HoursCommand, IntakeCommand, MaskingActions, MaskingCommand,
    RosterCommand, Supervision, SupervisorCommand, VoucherCommand,
};
use crate::verdict;

const WATCH_INTERVAL: Duration = Duration::from_secs(2);
const DAY_SECONDS: u64 = 24 * 60 * 60;

/// Why a command did not do all it should.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandError {
    #[error(transparent)]
    Owner(#[from] OwnerError),
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Round(#[from] RoundError),
    #[error(transparent)]
    Publish(#[from] PublishError),
    #[error("signed and kept, but not published: {0}; try again with `segel-owner roster publish`")]
    NotPublished(#[source] PublishError),
    #[error("cannot read {0}: {1}")]
    Unreadable(String, #[source] io::Error),
    #[error(transparent)]
    Intake(#[from] IntakeError),
    #[error(transparent)]
    Report(#[from] ReportError),
    #[error("{0} of {1} messages in this report are not shown to have been said")]
    NotShown(usize, usize),
    #[error("there is no roster yet; make one with `segel-owner roster renew`")]
    NoRoster,
    #[error("some answers do not count; invite those agents again")]
    SomeRefused,
    #[error("cannot write the answer: {0}")]
    Output(#[from] io::Error),
}

pub(crate) async fn run(args: Args, out: &mut impl Write) -> Result<(), CommandError> {
    let (keys, rng) = (args.keys, &mut UnwrapErr(SysRng));
    match args.command {
        Command::Init { name, relay, pages, apps, desks } => {
            let description = SiteDescription { name, relay, pages, apps, desks };
            let mut owner = Owner::create(&keys, description, now(), rng)?;
            owner.settle_roster(now())?;
            show(&owner, out)?;
            writeln!(out, "Move root.key out of {} and keep it offline.", keys.display())?;
        }
        Command::Show => show(&Owner::open(&keys)?, out)?,
        Command::Site { relay, pages, apps } => {
            let mut owner = Owner::open(&keys)?;
            if let Some(relay) = relay {
                owner.set_relay(relay)?;
            }
            let site = owner.description();
            let pages = if pages.is_empty() { site.pages.clone() } else { pages };
            let apps = if apps.is_empty() { site.apps.clone() } else { apps };
            owner.set_origins(pages, apps)?;
            settle_and_publish(owner, out).await?;
        }
        Command::Certify { new_generation } => {
            let mut owner = Owner::open(&keys)?;
            let generation = owner.certify(new_generation, now(), rng)?;
            writeln!(out, "Certified a new admin key of generation {generation}.")?;
            settle_and_publish(owner, out).await?;
        }
        Command::Agent(AgentCommand::Add { name, desk }) => {
            change(&keys, out, |owner| owner.add_agent(&name, desk.as_deref(), rng).map(drop)).await?;
        }
        Command::Agent(AgentCommand::Remove { name }) => {
            change(&keys, out, |owner| owner.remove_agent(&name)).await?;
        }
        Command::Supervisor(SupervisorCommand::Add(Supervision { agent, desk })) => {
            change(&keys, out, |owner| owner.add_supervisor(&agent, desk.as_deref())).await?;
        }
        Command::Supervisor(SupervisorCommand::Remove(Supervision { agent, desk })) => {
            change(&keys, out, |owner| owner.remove_supervisor(&agent, desk.as_deref())).await?;
        }
        Command::Voucher(VoucherCommand::Add { key }) => {
            change(&keys, out, |owner| owner.add_voucher(key)).await?;
        }
        Command::Voucher(VoucherCommand::Remove { key }) => {
            change(&keys, out, |owner| owner.remove_voucher(&key)).await?;
        }
        Command::Masking(MaskingCommand::Kind { name, actions }) => {
            change(&keys, out, |owner| owner.mask_kind(&name, actions.into())).await?;
        }
        Command::Masking(MaskingCommand::Pattern { pattern, actions }) => {
            change(&keys, out, |owner| owner.mask_pattern(&pattern, actions.into())).await?;
        }
        Command::Masking(MaskingCommand::Allow { number }) => {
            change(&keys, out, |owner| owner.allow_number(&number)).await?;
        }
        Command::Masking(MaskingCommand::Reset) => {
            change(&keys, out, Owner::mask_everything).await?;
        }
        Command::Hours(HoursCommand::Set { zone, open, reply }) => {
            change(&keys, out, |owner| owner.set_hours(&zone, &open, reply)).await?;
        }
        Command::Hours(HoursCommand::Reset) => change(&keys, out, Owner::forget_hours).await?,
        Command::Intake(IntakeCommand::Set { file }) => set_intake(&keys, &file, out).await?,
        Command::Intake(IntakeCommand::Reset) => change(&keys, out, Owner::forget_intake).await?,
        Command::Invite { agent } => {
            let mut owner = Owner::open(&keys)?;
            let invited = owner.invite(&agent, now(), rng)?;
            let mut publisher = Publisher::new(owner.description())?;
            owner.settle_roster(now())?;
            publisher.publish_rosters(&owner).await?;
            publisher.publish_invitation(invited.invitation.0).await?;
            writeln!(out, "{}", invited.code.to_text())?;
        }
        Command::Enrolments { watch } => enrolments(&keys, watch, out).await?,
        Command::VerifyReport { file } => verdict::verify_report(&keys, &file, out).await?,
        Command::Device(DeviceCommand::List) => {
            for (id, agent, device) in Owner::open(&keys)?.description().devices() {
                writeln!(out, "{id}  {}  {}", agent.name, left(device.not_after))?;
            }
        }
        Command::Device(DeviceCommand::Remove { id }) => {
            change(&keys, out, |owner| owner.remove_device(&id)).await?;
        }
        Command::Roster(RosterCommand::Show) => show_roster(&Owner::open(&keys)?, out)?,
        Command::Roster(RosterCommand::Publish) => settle_and_publish(Owner::open(&keys)?, out).await?,
        Command::Roster(RosterCommand::Renew) => {
            let mut owner = Owner::open(&keys)?;
            owner.next_roster(now())?;
            settle_and_publish(owner, out).await?;
        }
    }
    Ok(())
}

/// Changes the description, then signs and publishes what it says.
async fn change(
    keys: &Path,
    out: &mut impl Write,
    change: impl FnOnce(&mut Owner) -> Result<(), OwnerError>,
) -> Result<(), CommandError> {
    let mut owner = Owner::open(keys)?;
    change(&mut owner)?;
    settle_and_publish(owner, out).await
}

/// Asks visitors what a file says; says which answers will come masked.
async fn set_intake(keys: &Path, file: &Path, out: &mut impl Write) -> Result<(), CommandError> {
    let json = std::fs::read_to_string(file)
        .map_err(|error| CommandError::Unreadable(file.display().to_string(), error))?;
    let entry = IntakeEntry::read(&json)?;
    for label in entry.masked(&Owner::open(keys)?.description().masking) {
        writeln!(
            out,
            "Answers to {label:?} come masked; `segel-owner masking kind email leave`, or phone, lets them through."
        )?;
    }
    change(keys, out, |owner| owner.set_intake(entry)).await
}

/// Signs what the description says by now, if it is news, and publishes what the relay is missing.
async fn settle_and_publish(mut owner: Owner, out: &mut impl Write) -> Result<(), CommandError> {
    owner.settle_roster(now())?;
    let publish = async { Publisher::new(owner.description())?.publish_rosters(&owner).await };
    publish.await.map_err(CommandError::NotPublished)?;
    let version = owner.newest_roster().map_or(0, |newest| newest.roster().order.version);
    Ok(writeln!(out, "Roster {version} is published.")?)
}

async fn enrolments(keys: &Path, watch: bool, out: &mut impl Write) -> Result<(), CommandError> {
    let mut publisher = Publisher::new(Owner::open(keys)?.description())?;
    loop {
        // Opened anew for each round, so that other commands get their turn meanwhile.
        let round = Round::run(&mut Owner::open(keys)?, &mut publisher, now()).await;
        match round {
            Ok(round) => {
                report(&round, out)?;
                if !watch && !round.refused.is_empty() {
                    return Err(CommandError::SomeRefused);
                }
            }
            Err(error) if watch => writeln!(out, "{error}; trying again.")?,
            Err(error) => return Err(error.into()),
        }
        if !watch {
            return Ok(());
        }
        tokio::time::sleep(WATCH_INTERVAL).await;
    }
}

fn report(round: &Round, out: &mut impl Write) -> io::Result<()> {
    for accepted in &round.accepted {
        writeln!(out, "Device {} is listed.", accepted.device)?;
    }
    for (invitation, refusal) in &round.refused {
        writeln!(out, "Invitation {invitation} is withdrawn: {refusal}.")?;
    }
    out.flush()
}

fn show(owner: &Owner, out: &mut impl Write) -> io::Result<()> {
    let (site, root, relay) = (owner.site(), owner.root(), &owner.description().relay);
    writeln!(out, "site      {site}")?;
    writeln!(out, "root key  ed25519:{root}")?;
    writeln!(out, "relay     {relay}")?;
    write!(out, r#"tag       data-site="{site}" data-relay="{relay}" data-key="ed25519:{root}""#)?;
    if let Some(newest) = owner.newest_roster() {
        let Order { generation, version } = newest.roster().order;
        write!(out, r#" data-floor="{generation}.{version}""#)?;
    }
    writeln!(out)
}

fn show_roster(owner: &Owner, out: &mut impl Write) -> Result<(), CommandError> {
    let newest = owner.newest_roster().ok_or(CommandError::NoRoster)?;
    let roster = newest.roster();
    writeln!(out, "version   {} of generation {}", roster.order.version, roster.order.generation)?;
    writeln!(out, "counts    {}", left(roster.not_after))?;
    writeln!(out, "name      {}", roster.profile.name)?;
    for page in &roster.profile.pages {
        writeln!(out, "page      {page}")?;
    }
    for app in &roster.profile.apps {
        writeln!(out, "app       {app}")?;
    }
    for voucher in roster.profile.vouchers.iter().flatten() {
        writeln!(out, "voucher   ed25519:{voucher}")?;
    }
    if let Some(masking) = &roster.profile.masking {
        for rule in masking.rules.iter().chain(&masking.patterns).flatten() {
            writeln!(out, "masking   {}: visitor {:?}, agent {:?}", rule.kind, rule.visitor, rule.agent)?;
        }
        for number in masking.allowed.iter().flatten() {
            writeln!(out, "masking   {number} stays")?;
        }
    }
    if let Some(hours) = &roster.profile.hours {
        for span in &hours.open {
            writeln!(out, "open      minutes {} to {} of the week, {}", span.from, span.to, hours.zone)?;
        }
        if let Some(minutes) = hours.reply {
            writeln!(out, "replies   within {minutes} minutes")?;
        }
    }
    if let Some(intake) = &roster.profile.intake {
        for question in intake.questions.iter().flatten() {
            writeln!(out, "asks      {}: {:?}, {:?}", question.label, question.asks, question.need)?;
        }
        if let Some(consent) = &intake.consent {
            let notice = consent.notice.as_deref().unwrap_or("no notice");
            writeln!(out, "consent   {} ({notice})", consent.text)?;
        }
    }
    for desk in &roster.desks {
        writeln!(out, "desk      {} (devices: {})", desk.name, desk.inbox.len())?;
        for agent in desk.supervisors.iter().flatten().filter_map(|id| newest.agent(id)) {
            writeln!(out, "          supervised by {}", agent.name)?;
        }
    }
    for agent in &roster.agents {
        writeln!(out, "agent     {} (devices: {})", agent.name, agent.devices.len())?;
    }
    Ok(())
}

impl From<MaskingActions> for Actions {
    fn from(MaskingActions { visitor, agent }: MaskingActions) -> Self {
        Self { visitor, agent: agent.unwrap_or(visitor) }
    }
}

fn left(not_after: u64) -> String {
    match not_after.saturating_sub(now()) {
        0 => "no longer".to_owned(),
        seconds if seconds < 2 * DAY_SECONDS => format!("for {} hours", seconds / 3600),
        seconds => format!("for {} days", seconds / DAY_SECONDS),
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
