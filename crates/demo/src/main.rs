//! `segel-demo`: the demo on this machine, until Ctrl-C.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use segel_demo::demo::{Demo, DemoError, Options, Ports, forget};
use segel_demo::seed::{AGENT, SUPERVISOR};
use segel_owner::Origin;
use tokio::signal::unix::{SignalKind, signal};

/// Serves the demo shop, the widget's files, the relay and the console, each on its own origin.
#[derive(Parser)]
struct Args {
    /// What the build made: widget/, console/, shop/ and integrity.json
    #[arg(long, value_name = "DIR")]
    dist: PathBuf,
    /// The segel-relay program
    #[arg(long, value_name = "PATH")]
    relay_bin: PathBuf,
    /// Where the relay's database and the owner's keys are kept
    #[arg(long, value_name = "DIR")]
    state: PathBuf,
    /// The shop's port; widget files, relay and console take the next three
    #[arg(long, default_value_t = 4700, value_parser = clap::value_parser!(u16).range(1..=65532))]
    port: u16,
    /// Forget conversations, keys and devices of earlier starts
    #[arg(long)]
    reset: bool,
    /// Another origin, like <http://localhost:8080>, whose pages may show the widget; repeatable
    #[arg(long = "origin", value_name = "URL")]
    origins: Vec<Origin>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "segel-demo: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<(), DemoError> {
    if args.reset {
        forget(&args.state)?;
    }
    let mut demo = Demo::start(&Options {
        dist: args.dist,
        relay_program: args.relay_bin,
        state: args.state,
        ports: Ports::in_a_row(args.port),
        origins: args.origins.clone(),
        public_relay: None,
        relay_trace: None,
    })
    .await?;
    let consoles = [demo.invite().await?, demo.invite_for(SUPERVISOR).await?];
    let greeting = greeting(&demo, &consoles, &args.origins);
    say(&greeting);
    let ended = tokio::select! {
        // Ctrl-C ends the relay too, so that it is looked for first.
        biased;
        () = asked_to_stop() => Ok(()),
        error = tell_enrolments(&mut demo) => Err(error),
    };
    demo.stop().await.and(ended)
}

fn greeting(demo: &Demo, [console, supervisors]: &[String; 2], origins: &[Origin]) -> String {
    let (shop, relay, tag) = (demo.shop(), demo.relay(), demo.tag().html());
    let own = match origins {
        [] => "To try it in your own page, start with --origin and that page's origin, and paste:".to_owned(),
        origins => {
            let origins: Vec<_> = origins.iter().map(Origin::as_str).collect();
            format!("For your own pages on {}, paste:", origins.join(", "))
        }
    };
    format!(
        "
  Shop     {shop}
  Console  {console}
  Relay    http://{relay}

Open the console first: it makes {AGENT}'s keys in that browser. Then write from the shop.
To hand chats over, open this in another browser or a private window; it is {SUPERVISOR}'s:
  {supervisors}
{own}

{tag}

Ctrl-C stops everything.
"
    )
}

/// Tells who was enrolled, until the relay ends.
async fn tell_enrolments(demo: &mut Demo) -> DemoError {
    loop {
        match demo.next_round().await {
            Ok(round) => {
                for enrolled in round.accepted {
                    say(&format!("The device {} is on the roster.", enrolled.device));
                }
                for (_, refusal) in round.refused {
                    say(&format!("A device was not enrolled: {refusal}."));
                }
                if let Ok(console) = demo.invite().await {
                    say(&format!("To enrol another of {AGENT}'s: {console}"));
                }
            }
            Err(error @ DemoError::Relay(_)) => return error,
            Err(error) => say(&format!("No more devices are enrolled: {error}.")),
        }
    }
}

async fn asked_to_stop() {
    let Ok(mut terminated) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated.recv() => {}
    }
}

/// Whoever started the demo may have stopped reading: that is no reason to end it.
fn say(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}
