//! What a test run found: one row for each step, and the totals.

use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::shell;

/// The steps of a test run so far.
#[derive(Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
}

struct Row {
    name: String,
    elapsed: Duration,
    passed: usize,
    failed: usize,
}

impl Report {
    /// Runs a command that either holds or not, and counts as one test.
    pub(crate) fn check(&mut self, name: &str, command: &mut Command) -> Result<()> {
        let run = shell::watch(name, command, Duration::MAX)?;
        self.judge(name, run.elapsed, if run.success { (1, 0) } else { (0, 1) }, &run.output)
    }

    /// Runs a command whose output tells how many tests passed and failed. To run none is to fail.
    pub(crate) fn tests(&mut self, name: &str, command: &mut Command) -> Result<()> {
        let run = shell::watch(name, command, Duration::MAX)?;
        let (passed, failed) = counts(&run.output);
        let broken = !run.success || passed == 0;
        self.judge(name, run.elapsed, (passed, failed.max(broken.into())), &run.output)
    }

    /// Runs tests as [`Report::tests`] does, and shows what they print: a table that people read.
    pub(crate) fn measured_tests(&mut self, name: &str, command: &mut Command) -> Result<()> {
        let run = shell::watch(name, command, Duration::MAX)?;
        let (passed, failed) = counts(&run.output);
        let broken = !run.success || passed == 0;
        if !broken {
            shell::show(&run.output);
        }
        self.judge(name, run.elapsed, (passed, failed.max(broken.into())), &run.output)
    }

    /// Runs a check of this program itself, which counts as one test.
    pub(crate) fn own(&mut self, name: &str, check: impl FnOnce() -> Result<()>) -> Result<()> {
        let started = Instant::now();
        let result = shell::work(name, check);
        self.push(name, started.elapsed(), if result.is_ok() { (1, 0) } else { (0, 1) });
        result.with_context(|| format!("{name} failed"))
    }

    /// Prints the table; its last line has the totals of all steps. What stopped a run early counts as failed.
    pub(crate) fn close(mut self, result: Result<()>) -> ExitCode {
        if let Err(error) = result {
            shell::complain(&error);
            if self.failed() == 0 {
                self.push("stopped", Duration::ZERO, (0, 1));
            }
        }
        shell::say(format!("\n{:<32} {:>8} {:>7} {:>7}", "step", "seconds", "passed", "failed"));
        for Row { name, elapsed, passed, failed } in &self.rows {
            shell::say(format!("{name:<32} {:>8.1} {passed:>7} {failed:>7}", elapsed.as_secs_f32()));
        }
        let passed = self.rows.iter().map(|row| row.passed).sum::<usize>();
        shell::say(format!("{passed} passed, {} failed", self.failed()));
        if self.failed() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn failed(&self) -> usize {
        self.rows.iter().map(|row| row.failed).sum()
    }

    fn push(&mut self, name: &str, elapsed: Duration, (passed, failed): (usize, usize)) {
        self.rows.push(Row { name: name.to_owned(), elapsed, passed, failed });
    }

    fn judge(&mut self, name: &str, elapsed: Duration, counts: (usize, usize), output: &str) -> Result<()> {
        self.push(name, elapsed, counts);
        match counts {
            (_, 0) => Ok(()),
            (0, _) if output.contains("test result: ok") => bail!("{name}: no test ran"),
            _ => {
                shell::show(output);
                bail!("{name} failed")
            }
        }
    }
}

/// Sums what each test binary says at its end: `test result: ok. 3 passed; 0 failed; ...`, and what Node.js says:
/// `# pass 3` and `# fail 0`.
fn counts(output: &str) -> (usize, usize) {
    output.lines().fold((0, 0), |(passed, failed), line| {
        let result = line.trim().strip_prefix("test result: ").unwrap_or_default();
        let of_node = |word| line.strip_prefix(word).and_then(|number| number.parse().ok()).unwrap_or(0);
        (
            passed + number_before(result, " passed") + of_node("# pass "),
            failed + number_before(result, " failed") + of_node("# fail "),
        )
    })
}

fn number_before(text: &str, word: &str) -> usize {
    let before = text.split_once(word).map_or("", |(before, _)| before);
    before.rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
        test result: FAILED. 12 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n";

    #[test]
    fn the_counts_of_all_test_binaries_are_summed() {
        assert_eq!(counts(OUTPUT), (15, 2));
    }

    #[test]
    fn what_node_counts_is_counted_too() {
        let output = "# Subtest: # pass 9 of them\nok 1 - a name\n1..13\n# tests 13\n# pass 12\n# fail 1\n# skipped 0\n";
        assert_eq!(counts(output), (12, 1));
    }

    #[test]
    fn a_step_in_which_no_test_ran_fails() {
        let mut report = Report::default();
        let mut nothing = Command::new("echo");
        nothing.arg("test result: ok. 0 passed; 0 failed; 0 ignored");
        assert!(report.tests("nothing", &mut nothing).is_err());
        assert_eq!(report.failed(), 1);
    }

    #[test]
    fn a_failing_command_fails_though_its_tests_passed() {
        let mut report = Report::default();
        let mut command = Command::new("sh");
        command.args(["-c", "echo 'test result: ok. 1 passed; 0 failed'; exit 3"]);
        assert!(report.tests("broken", &mut command).is_err());
        assert_eq!(report.failed(), 1);
    }
}
