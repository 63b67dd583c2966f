//! What happened, line by line, for whoever reads a failure.

/// Lines of a run; kept only where someone will read them.
#[derive(Default)]
pub(crate) struct Trace {
    pub(crate) wanted: bool,
    pub(crate) lines: Vec<String>,
}

impl Trace {
    /// A line: seconds since the start, who, and what.
    pub(crate) fn note(&mut self, since_start: u64, who: &str, what: impl FnOnce() -> String) {
        if self.wanted {
            let (seconds, millis) = (since_start / 1_000, since_start % 1_000);
            self.lines.push(format!("{seconds:>7}.{millis:03} {who:<10} {}", what()));
        }
    }
}
