//! `segel-relay`: the reference relay as a program.

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use segel_relay::{AttachmentRoom, Config, EventRate, PATIENCE, Relay, SiteKey};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::layer::{Layer, SubscriberExt};

/// Numbers, keeps and delivers sealed events.
#[derive(Debug, Parser)]
#[command(name = "segel-relay", version)]
struct Arguments {
    /// Where to listen, such as 127.0.0.1:7300; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS")]
    listen: SocketAddr,
    /// The SQLite file; made if it is missing.
    #[arg(long, value_name = "FILE")]
    database: PathBuf,
    /// A site and the root key that entitles its rosters; may be given several times.
    #[arg(long = "site", value_name = "SITE=ed25519:KEY", required = true, allow_hyphen_values = true)]
    sites: Vec<SiteKey>,
    /// The origin under which clients reach this relay; login proofs must name it.
    #[arg(long, value_name = "ORIGIN")]
    public_origin: Option<String>,
    /// Serve this folder under /widget/. Whoever runs the relay then controls the code.
    #[arg(long, value_name = "DIR")]
    serve_widget: Option<PathBuf>,
    /// Events a second that one device may send in the long run.
    #[arg(long, value_name = "N", default_value_t = EventRate::default().per_second)]
    events_per_second: u32,
    /// Events that one device may send at once.
    #[arg(long, value_name = "N", default_value_t = EventRate::default().burst)]
    events_burst: u32,
    /// Sealed bytes of attachments that one conversation may hold.
    #[arg(long, value_name = "BYTES", default_value_t = AttachmentRoom::default().conversation_bytes)]
    conversation_attachments: u64,
    /// Sealed bytes of attachments that one site may hold.
    #[arg(long, value_name = "BYTES", default_value_t = AttachmentRoom::default().site_bytes)]
    site_attachments: u64,
    /// Seconds after which an upload that got no chunk is forgotten.
    #[arg(long, value_name = "SECONDS", default_value_t = AttachmentRoom::default().unfinished_seconds)]
    unfinished_attachments: u64,
    /// Seconds that a client which follows events may take none of them.
    #[arg(long, value_name = "SECONDS", default_value_t = PATIENCE.as_secs())]
    patience: u64,
    /// What to log: error, warn, info, debug or trace.
    #[arg(long, value_name = "FILTER", env = "SEGEL_LOG", default_value = "info")]
    log: EnvFilter,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "segel-relay: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    log_to_stderr(arguments.log)?;
    let config = Config {
        listen: arguments.listen,
        database: arguments.database,
        sites: arguments.sites,
        public_origin: arguments.public_origin,
        serve_widget: arguments.serve_widget,
        event_rate: EventRate { per_second: arguments.events_per_second, burst: arguments.events_burst },
        attachments: AttachmentRoom {
            conversation_bytes: arguments.conversation_attachments,
            site_bytes: arguments.site_attachments,
            unfinished_seconds: arguments.unfinished_attachments,
        },
        patience: Duration::from_secs(arguments.patience),
    };
    let running = Relay::start(config).await?;
    writeln!(std::io::stdout(), "segel-relay listening on http://{}", running.address())?;
    asked_to_stop().await?;
    running.stop().await;
    Ok(())
}

/// Only the relay's own words: libraries below it would write frames and headers at trace.
fn log_to_stderr(filter: EnvFilter) -> Result<(), tracing::subscriber::SetGlobalDefaultError> {
    let own = filter_fn(|metadata| metadata.target().starts_with("segel_relay"));
    let colours = std::io::stderr().is_terminal();
    let layer = tracing_subscriber::fmt::layer()
        .with_ansi(colours)
        .with_writer(std::io::stderr)
        .with_filter(filter.and(own));
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer))
}

#[cfg(unix)]
async fn asked_to_stop() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn asked_to_stop() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

#[cfg(test)]
mod tests {
    use segel_wire::SiteId;
    use segel_wire::ids::RootKey;

    use super::*;

    #[test]
    fn a_site_may_begin_with_a_hyphen_as_one_in_sixty_four_does() {
        let site = SiteId([0xf8; 16]);
        let named = format!("{site}=ed25519:{}", RootKey([1; 32]));
        assert!(named.starts_with('-'));
        let line = ["segel-relay", "--listen", "127.0.0.1:0", "--site", &named, "--database", "relay.sqlite"];
        let arguments = Arguments::try_parse_from(line).unwrap();
        assert_eq!(arguments.sites[0].site, site);
    }
}
