//! The relay as a process of its own, as anyone would run it.

use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use segel_wire::SiteId;
use segel_wire::ids::RootKey;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// What the relay prints when it accepts connections, before its address.
const READY: &str = "segel-relay listening on ";

/// How long a relay may take to accept connections, or to drain.
const PATIENCE: Duration = Duration::from_secs(10);

/// The relay did not run as it should.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// Its program could not be started.
    #[error("cannot run the relay {}: {source}", .program.display())]
    Spawn {
        /// The program.
        program: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It ended, or said nothing for ten seconds.
    #[error("the relay did not become ready; what it wrote says why")]
    NotReady,
    /// It ended though nobody had asked it to.
    #[error("the relay has ended by itself ({0}); what it wrote says why")]
    Ended(ExitStatus),
    /// It could not be waited for, or did not end within ten seconds of being asked to.
    #[error("the relay did not stop")]
    NotStopped,
}

/// How a relay is run.
#[derive(Debug, Clone)]
pub struct RelayOptions {
    /// The `segel-relay` program.
    pub program: PathBuf,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Its SQLite file.
    pub database: PathBuf,
    /// The site it serves.
    pub site: SiteId,
    /// The site's root key.
    pub root: RootKey,
    /// The origin that clients connect to, where that is not the relay's own.
    pub public_origin: Option<String>,
    /// A file that gets its log at trace level, after what is there; without one, warnings join this process's errors.
    pub trace: Option<PathBuf>,
}

/// A running relay; killed when it is dropped.
#[derive(Debug)]
pub struct RelayProcess {
    child: Child,
    url: String,
    // Held open, so that the relay can write to it as long as it lives.
    _stdout: Lines<BufReader<ChildStdout>>,
}

impl RelayProcess {
    /// Starts a relay and waits until it accepts connections.
    pub async fn start(options: &RelayOptions) -> Result<Self, RelayError> {
        let spawn = |source| RelayError::Spawn { program: options.program.clone(), source };
        let mut command = Command::new(&options.program);
        command.arg("--listen").arg(options.listen.to_string());
        command.arg("--database").arg(&options.database);
        command.arg("--site").arg(format!("{}=ed25519:{}", options.site, options.root));
        if let Some(origin) = &options.public_origin {
            command.arg("--public-origin").arg(origin);
        }
        if let Some(file) = &options.trace {
            let file = File::options().create(true).append(true).open(file).map_err(spawn)?;
            command.args(["--log", "trace"]).stderr(file);
        } else {
            command.args(["--log", "warn"]);
        }
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true).spawn().map_err(spawn)?;
        let stdout = child.stdout.take().ok_or(RelayError::NotReady)?;
        let mut lines = BufReader::new(stdout).lines();
        let url = timeout(PATIENCE, ready(&mut lines)).await.ok().flatten().ok_or(RelayError::NotReady)?;
        Ok(Self { child, url, _stdout: lines })
    }

    /// Where it accepts connections, such as `http://127.0.0.1:4702`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Waits until it has ended though nobody has asked it to.
    pub async fn ended(&mut self) -> RelayError {
        self.child.wait().await.map_or(RelayError::NotStopped, RelayError::Ended)
    }

    /// Asks it to drain and waits until it has ended.
    pub async fn stop(mut self) -> Result<(), RelayError> {
        if let Some(pid) = self.pid() {
            // It may have ended by the same Ctrl-C: then there is nobody to ask, and the wait is short.
            let _ = kill_process(pid, Signal::TERM);
        }
        let ended = timeout(PATIENCE, self.child.wait()).await;
        ended.ok().and_then(Result::ok).map(drop).ok_or(RelayError::NotStopped)
    }

    /// Ends it at once, as a power cut would.
    pub async fn kill(mut self) -> Result<(), RelayError> {
        self.child.kill().await.map_err(|_| RelayError::NotStopped)
    }

    fn pid(&self) -> Option<Pid> {
        self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw)
    }
}

async fn ready(lines: &mut Lines<BufReader<ChildStdout>>) -> Option<String> {
    while let Ok(Some(line)) = lines.next_line().await {
        if let Some(url) = line.strip_prefix(READY) {
            return Some(url.to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[tokio::test]
    async fn a_relay_that_ends_by_itself_is_noticed_with_its_status() {
        let dir = tempfile::tempdir().unwrap();
        let program = dir.path().join("relay");
        fs::write(&program, format!("#!/bin/sh\necho '{READY}http://127.0.0.1:1'\nexit 3\n")).unwrap();
        fs::set_permissions(&program, Permissions::from_mode(0o700)).unwrap();
        let options = RelayOptions {
            program,
            listen: ([127, 0, 0, 1], 0).into(),
            database: dir.path().join("relay.sqlite"),
            site: SiteId([1; 16]),
            root: RootKey([2; 32]),
            public_origin: None,
            trace: None,
        };
        let mut relay = RelayProcess::start(&options).await.unwrap();
        let error = relay.ended().await;
        assert!(matches!(error, RelayError::Ended(status) if status.code() == Some(3)), "{error}");
        relay.stop().await.expect("what has ended need not be stopped");
    }
}
