//! Runs other programs: one progress line for each step, the output kept back and shown only on failure.
#![expect(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "this room is the one that talks to the terminal"
)]

use std::fmt::Display;
use std::io::{self, BufRead, BufReader, IsTerminal, PipeReader, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Error, Result, bail};

/// How a step ended.
pub(crate) struct Run {
    pub(crate) success: bool,
    /// Standard output and standard error, in the order in which they came.
    pub(crate) output: String,
    pub(crate) elapsed: Duration,
}

/// Runs `command` as a step that must succeed and returns its output.
pub(crate) fn step(label: &str, command: &mut Command) -> Result<String> {
    let run = watch(label, command, Duration::MAX)?;
    if run.success {
        return Ok(run.output);
    }
    show(&run.output);
    bail!("{label}: `{}` failed, its output is above", line(command))
}

/// Runs `command` with a progress line, and stops it after `limit`. A failure is for the caller to judge.
pub(crate) fn watch(label: &str, command: &mut Command, limit: Duration) -> Result<Run> {
    let mut progress = Progress::new(label);
    let run = follow(command, limit, |last| progress.tick(last))?;
    progress.end(run.success);
    Ok(run)
}

/// Runs `work` of this program itself as a step.
pub(crate) fn work<T>(label: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let mut progress = Progress::new(label);
    progress.tick("");
    let result = work();
    progress.end(result.is_ok());
    result
}

/// Runs a short `command` in silence and returns its output; a failure carries the output in its message.
pub(crate) fn quiet(command: &mut Command) -> Result<String> {
    let run = follow(command, Duration::MAX, |_| ())?;
    if !run.success {
        bail!("`{}` failed: {}", line(command), run.output.trim());
    }
    Ok(run.output)
}

/// Standard output of a short `command`, trimmed; nothing when it cannot run or fails.
pub(crate) fn ask(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Prints a result, which is all that goes to standard output.
pub(crate) fn say(text: impl Display) {
    println!("{text}");
}

/// Prints why the command ends here.
pub(crate) fn complain(error: &Error) {
    eprintln!("error: {error:#}");
}

/// Prints what a failed step wrote, but for cargo's lines about what went well.
pub(crate) fn show(output: &str) {
    let progress = ["Compiling ", "Checking ", "Documenting ", "Downloading ", "Downloaded "];
    for line in output.lines().filter(|line| !progress.iter().any(|word| line.trim_start().starts_with(word)))
    {
        eprintln!("{line}");
    }
}

/// A command as one would type it.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// Runs `command` to its end, calling `heard` with its latest line at least once a second.
fn follow(command: &mut Command, limit: Duration, mut heard: impl FnMut(&str)) -> Result<Run> {
    let started = Instant::now();
    let (mut child, lines) = spawn(command)?;
    let mut output = String::new();
    let mut latest = String::new();
    let status = loop {
        match lines.recv_timeout(Duration::from_secs(1)) {
            Ok(text) => {
                output.push_str(&text);
                output.push('\n');
                latest = text;
            }
            // A program that it left behind may hold the pipe open: its own end is what counts.
            Err(RecvTimeoutError::Timeout) => {
                if let Some(status) = child.try_wait()? {
                    break status;
                }
                if started.elapsed() > limit {
                    break stop(&mut child)?;
                }
            }
            Err(RecvTimeoutError::Disconnected) => break child.wait()?,
        }
        heard(&latest);
    };
    Ok(Run { success: status.success(), output, elapsed: started.elapsed() })
}

fn spawn(command: &mut Command) -> Result<(Child, Receiver<String>)> {
    let (reader, writer) = io::pipe()?;
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    let child = command.spawn();
    // The command holds the pipe's other end until it is given something else.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let child = child.with_context(|| format!("cannot run `{}`", command.get_program().to_string_lossy()))?;
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || read_lines(reader, &sender));
    Ok((child, lines))
}

fn read_lines(reader: PipeReader, sender: &mpsc::Sender<String>) {
    for bytes in BufReader::new(reader).split(b'\n').map_while(Result::ok) {
        if sender.send(String::from_utf8_lossy(&bytes).into_owned()).is_err() {
            return;
        }
    }
}

fn stop(child: &mut Child) -> io::Result<ExitStatus> {
    child.kill()?;
    child.wait()
}

/// The line that says what goes on and for how long: redrawn on a terminal, a line now and then elsewhere.
struct Progress<'a> {
    label: &'a str,
    started: Instant,
    told: Instant,
    pause: Duration,
    terminal: bool,
}

impl<'a> Progress<'a> {
    fn new(label: &'a str) -> Self {
        let terminal = io::stderr().is_terminal();
        let pause = Duration::from_millis(if terminal { 100 } else { 20_000 });
        Self { label, started: Instant::now(), told: Instant::now(), pause, terminal }
    }

    fn tick(&mut self, latest: &str) {
        if self.told.elapsed() < self.pause {
            return;
        }
        self.told = Instant::now();
        let latest = latest.trim().chars().take(60).collect::<String>();
        let text = format!("  {:<28} {:>6.0} s  {latest}", self.label, self.started.elapsed().as_secs_f32());
        if self.terminal {
            eprint!("\r\x1b[2K{text}");
            let _ = io::stderr().flush();
        } else {
            eprintln!("{text}");
        }
    }

    fn end(self, success: bool) {
        let mark = if success { '✓' } else { '✗' };
        let redraw = if self.terminal { "\r\x1b[2K" } else { "" };
        eprintln!("{redraw}{mark} {:<28} {:>6.1} s", self.label, self.started.elapsed().as_secs_f32());
    }
}
