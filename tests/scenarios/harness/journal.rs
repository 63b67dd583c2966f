//! Everything that a browser writes to its consoles: of pages, of frames in processes of their own, of workers.
//! (chromedriver's own log leaves out frames of another site, and the chat is one.)

use std::sync::{Arc, Mutex};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// What begins a new session's reports. Each reports what was written before, too.
const BEGIN: [&str; 2] = ["Runtime.enable", "Log.enable"];

/// Errors and warnings, as they come.
pub(super) struct Journal {
    entries: Arc<Mutex<Vec<String>>>,
    ended: Arc<Notify>,
}

impl Journal {
    /// Listens to the browser that can be debugged at `address`, a host and port, until it ends.
    pub(super) async fn begin(address: &str) -> Self {
        let version: Value =
            reqwest::get(format!("http://{address}/json/version")).await.unwrap().json().await.unwrap();
        let url = version["webSocketDebuggerUrl"].as_str().unwrap();
        let (mut socket, _) = connect_async(url).await.unwrap();
        say(&mut socket, None, "Target.setAutoAttach", auto_attach()).await;
        let (entries, ended) = (Arc::<Mutex<Vec<String>>>::default(), Arc::new(Notify::new()));
        tokio::spawn({
            let (entries, ended) = (Arc::clone(&entries), Arc::clone(&ended));
            async move {
                while let Some(Ok(message)) = socket.next().await {
                    let Ok(event) = serde_json::from_slice::<Value>(&message.into_data()) else { continue };
                    if event["method"] == "Target.attachedToTarget" {
                        attach(&mut socket, &event["params"]["sessionId"]).await;
                    }
                    entries.lock().unwrap().extend(entry(&event));
                }
                ended.notify_one();
            }
        });
        Self { entries, ended }
    }

    /// Waits until the browser has ended; answers what it wrote.
    pub(super) async fn end(&self) -> Vec<String> {
        self.ended.notified().await;
        self.entries.lock().unwrap().clone()
    }
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Listens to a page, frame or worker, and to the frames and workers in it.
async fn attach(socket: &mut Socket, session: &Value) {
    for method in BEGIN {
        say(socket, Some(session), method, json!({})).await;
    }
    say(socket, Some(session), "Target.setAutoAttach", auto_attach()).await;
    say(socket, Some(session), "Runtime.runIfWaitingForDebugger", json!({})).await;
}

async fn say(socket: &mut Socket, session: Option<&Value>, method: &str, params: Value) {
    let mut command = json!({ "id": 1, "method": method, "params": params });
    if let Some(session) = session {
        command["sessionId"] = session.clone();
    }
    // A browser that has ended is seen by the reader.
    let _ = socket.send(Message::text(command.to_string())).await;
}

fn auto_attach() -> Value {
    json!({ "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true })
}

/// The error or warning that an event tells of.
fn entry(event: &Value) -> Option<String> {
    let params = &event["params"];
    match event["method"].as_str()? {
        "Log.entryAdded" => {
            let entry = &params["entry"];
            let told = matches!(entry["level"].as_str(), Some("error" | "warning"));
            told.then(|| format!("{} ({})", entry["text"], entry["url"]))
        }
        "Runtime.consoleAPICalled" => {
            let told = matches!(params["type"].as_str(), Some("error" | "warning" | "assert"));
            told.then(|| format!("console: {}", params["args"]))
        }
        "Runtime.exceptionThrown" => Some(format!("uncaught: {}", params["exceptionDetails"])),
        _ => None,
    }
}
