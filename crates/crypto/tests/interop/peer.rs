//! The other implementation, driven line by line: tests/interop/peer.js.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::json::{hex, octets, text};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/interop");

/// Ends with the test.
pub(crate) struct Peer {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Peer {
    pub(crate) fn start() -> Self {
        let mut node = Command::new("node");
        node.current_dir(FOLDER).arg("peer.js").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = node.spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, input, output: BufReader::new(output) }
    }

    /// The answer, or the code of the refusal.
    pub(crate) fn try_ask(&mut self, command: &str, mut request: Value) -> Result<Value, String> {
        request["command"] = command.into();
        writeln!(self.input, "{request}").unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line).unwrap();
        let Some(code) = answer["error"].as_str() else { return Ok(answer) };
        assert_ne!(code, "internal", "{answer}");
        Err(code.to_owned())
    }

    pub(crate) fn ask(&mut self, command: &str, request: Value) -> Value {
        self.try_ask(command, request).unwrap()
    }

    /// One command's answer of bytes.
    pub(crate) fn ask_bytes(&mut self, command: &str, request: Value, name: &str) -> Vec<u8> {
        octets(&self.ask(command, request)[name])
    }

    /// Writes its state down and begins anew with it.
    pub(crate) fn restart(self) -> Self {
        let mut before = self;
        let state = before.ask("export", json!({}));
        let mut after = Self::start();
        let source = json!({ "seed": hex(text(&state["state"]).len().to_be_bytes()) });
        after.ask("random", json!({ "source": source }));
        after.ask("import", state);
        after
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
