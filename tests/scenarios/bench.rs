//! How heavy the chat is on a slow device, beside another live chat on the same page: `cargo xtask bench widget`.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, fs};

use segel_testkit::client::Client;
use serde::Deserialize;
use serde_json::{Value, json};
use thirtyfour::{By, Key, TypingData};

use crate::harness::{Device, Person, Stage};

/// How often each is measured; the median is told.
const ROUNDS: usize = 5;
/// How many times slower than this machine the device is.
const SLOWDOWN: u32 = 4;
/// Keys that are pressed in a long text.
const KEYS: usize = 20;
/// Characters that stand in the composer then.
const LONG: usize = 4_000;
/// Messages that are on the screen when memory is measured.
const MESSAGES: usize = 500;

/// Notes in each frame, in milliseconds since 1970, when it was clicked, when a composer could be seen and when Enter was
/// pressed; and in milliseconds how long the page took over each key, and how long it was until the next picture.
const NOTE: &str = "
    const now = () => performance.timeOrigin + performance.now();
    const noted = window.noted = { clicked: 0, ready: 0, sent: 0, handled: [], painted: [] };
    let begun = 0;
    addEventListener('pointerdown', () => { noted.clicked ||= now(); }, true);
    addEventListener('keydown', (event) => {
        if (event.key === 'Enter') noted.sent = now();
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => noted.painted.push(performance.now() - event.timeStamp);
        requestAnimationFrame(() => port2.postMessage(null));
    }, true);
    addEventListener('input', () => { begun = performance.now(); }, true);
    addEventListener('input', () => noted.handled.push(performance.now() - begun));
    if (self !== top) new MutationObserver((_, observer) => {
        const composer = document.querySelector('textarea, [contenteditable=true]');
        if (!composer?.checkVisibility() || composer.disabled) return;
        observer.disconnect();
        requestAnimationFrame(() => { noted.ready = now(); });
    }).observe(document, { attributes: true, childList: true, subtree: true });";

/// Waits until a page has loaded nothing and done nothing long for a while.
const QUIET: &str = "
    const [pause, done] = arguments;
    let last = performance.now();
    new PerformanceObserver(() => { last = performance.now(); }).observe({ entryTypes: ['resource', 'longtask'] });
    const look = () => performance.now() - last > pause ? done(true) : setTimeout(look, pause / 8);
    look();";

#[derive(Debug, Deserialize)]
struct Noted {
    clicked: f64,
    ready: f64,
    sent: f64,
    handled: Vec<f64>,
    painted: Vec<f64>,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Figure {
    Before,
    Ready,
    Handled,
    Painted,
    Delivered,
    Memory,
}

impl Figure {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Before, "main thread before a click, ms"),
        (Self::Ready, "click to ready, ms"),
        (Self::Handled, "a key in 4,000 characters, at full speed, ms"),
        (Self::Painted, "such a key until the next picture, ms"),
        (Self::Delivered, "send until it is at the other side, ms"),
        (Self::Memory, "memory after 500 messages, MB"),
    ];
}

type Figures = BTreeMap<Figure, Vec<f64>>;

/// A live chat on the shop's page.
enum Chat<'a> {
    Segel { shop: String, agent: &'a Client },
    Peer { origin: String },
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a benchmark: cargo xtask bench widget"]
async fn the_chat_beside_another_live_chat() {
    let origin = env::var("SEGEL_PEER").expect("SEGEL_PEER is where the other chat is");
    let mut figures = [Figures::new(), Figures::new()];
    Stage::play(async |stage| {
        stage.every_browser_is_one_process("id");
        for words in ["i18next", "no supported sources"] {
            stage.expect_in_console(words);
        }
        let agent = stage.native_agent().await;
        let shop = stage.demo().shop().to_owned();
        let chats = [Chat::Segel { shop, agent: &agent }, Chat::Peer { origin: origin.clone() }];
        for round in 0..ROUNDS {
            let bare = bare(stage, &origin).await;
            for (chat, figures) in chats.iter().zip(&mut figures) {
                for (figure, value) in chat.measure(stage, round).await {
                    figures.entry(figure).or_default().push(value - bare.get(&figure).unwrap_or(&0.0));
                }
            }
        }
    })
    .await;
    let measured = Figure::ALL.map(|(figure, name)| {
        let [segel, peer] = figures.each_ref().map(|figures| median(&figures[&figure]));
        row(name, segel, peer)
    });
    let size: f64 = env::var("SEGEL_SIZE").expect("what `cargo xtask size` says").parse().unwrap();
    let loaded = asks(&origin, "sent", &json!({})).await;
    let loaded = loaded.as_object().unwrap().values().filter_map(Value::as_f64).sum();
    let weight = row("loaded until the first message, brotli, bytes", size, loaded);
    let rows: Value = [weight].into_iter().chain(measured).collect();
    let file = env::var("SEGEL_BENCH").expect("SEGEL_BENCH names a file for the figures");
    fs::write(file, rows.to_string()).unwrap();
}

fn row(name: &str, segel: f64, peer: f64) -> Value {
    json!({ "name": name, "segel": segel, "peer": peer, "ratio": peer / segel })
}

/// What the page costs without any chat.
async fn bare(stage: &mut Stage, origin: &str) -> BTreeMap<Figure, f64> {
    let visitor = visits(stage, &format!("{origin}/bare.html")).await;
    let before = spent(&visitor).await;
    BTreeMap::from([(Figure::Before, before), (Figure::Memory, memory(&visitor).await)])
}

/// Someone at a slow device who has just opened this page, which has come to rest.
async fn visits(stage: &mut Stage, page: &str) -> Person {
    let visitor = Person::visitor(stage.browser(Device::Desktop, &[]).await);
    visitor.browser().run_before_pages(NOTE).await;
    visitor.browser().asks("Performance.enable", json!({})).await;
    slowed(&visitor, SLOWDOWN).await;
    visitor.goes_to(page).await;
    visitor.browser().answer::<bool>(QUIET, vec![json!(2_000)]).await;
    visitor
}

async fn slowed(visitor: &Person, rate: u32) {
    visitor.browser().asks("Emulation.setCPUThrottlingRate", json!({ "rate": rate })).await;
}

/// Milliseconds that the main thread has worked.
async fn spent(visitor: &Person) -> f64 {
    1_000.0 * metric(visitor, "TaskDuration").await
}

async fn metric(visitor: &Person, name: &str) -> f64 {
    let metrics = visitor.browser().asks("Performance.getMetrics", json!({})).await;
    let metric = metrics["metrics"].as_array().unwrap().iter().find(|metric| metric["name"] == name);
    metric.and_then(|metric| metric["value"].as_f64()).expect(name)
}

/// Megabytes that the page's process has for itself.
async fn memory(visitor: &Person) -> f64 {
    visitor.browser().asks("HeapProfiler.collectGarbage", json!({})).await;
    let bytes: u64 = visitor.browser().renderers().iter().map(|process| private_bytes(*process)).sum();
    f64::from(u32::try_from(bytes >> 10).unwrap()) / 1_024.0
}

fn private_bytes(process: u32) -> u64 {
    let told = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
    let private = told.lines().filter(|line| line.starts_with("Private_"));
    let kilobytes = private.filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kilobytes.sum::<u64>() << 10
}

async fn noted(visitor: &Person) -> Noted {
    visitor.browser().script("return window.noted", vec![]).await
}

impl Chat<'_> {
    async fn measure(&self, stage: &mut Stage, round: usize) -> BTreeMap<Figure, f64> {
        let visitor = visits(stage, self.page()).await;
        let mut figures = BTreeMap::from([(Figure::Before, spent(&visitor).await)]);

        let clicked = self.opens(&visitor).await;
        let is_ready = async || Some(noted(&visitor).await.ready).filter(|ready| *ready > 0.0);
        let ready = visitor.until("the composer", is_ready).await;
        figures.insert(Figure::Ready, ready - clicked);

        let text = format!("pesan {round}");
        self.types(&visitor, text.as_str()).await;
        self.types(&visitor, Key::Enter + "").await;
        let delivered = self.hears(&visitor, &text).await;
        figures.insert(Figure::Delivered, delivered - noted(&visitor).await.sent);
        self.answers(&text, &["terbaca".to_owned()]).await;
        self.shows(&visitor, "terbaca").await;

        let long = "Ada pesanan 12345 yang belum sampai. ".repeat(LONG / 37 + 1);
        self.types(&visitor, "").await;
        let long = json!({ "text": &long[..LONG] });
        visitor.browser().asks("Input.insertText", long).await;
        figures.insert(Figure::Painted, self.keys(&visitor).await.1);
        slowed(&visitor, 1).await;
        figures.insert(Figure::Handled, self.keys(&visitor).await.0);

        let answers: Vec<_> = (0..MESSAGES).map(|number| format!("jawaban {round} {number}")).collect();
        self.answers(&text, &answers).await;
        self.shows(&visitor, answers.last().unwrap()).await;
        figures.insert(Figure::Memory, memory(&visitor).await);
        figures
    }

    fn page(&self) -> &str {
        match self {
            Self::Segel { shop, .. } => shop,
            Self::Peer { origin } => origin,
        }
    }

    /// Opens the chat and turns to its frame; when it was clicked.
    async fn opens(&self, visitor: &Person) -> f64 {
        match self {
            Self::Segel { .. } => {
                visitor.clicks_launcher().await;
                let clicked = noted(visitor).await.clicked;
                visitor.turns_to_chat().await;
                clicked
            }
            Self::Peer { .. } => {
                let driver = visitor.browser().driver();
                driver.find(By::Css("iframe")).await.unwrap().enter_frame().await.unwrap();
                visitor.clicks("button[class*=screen__chat-button]").await;
                noted(visitor).await.clicked
            }
        }
    }

    /// Types into the composer.
    async fn types(&self, visitor: &Person, text: impl Into<TypingData>) {
        let composer = match self {
            Self::Segel { .. } => "textarea",
            Self::Peer { .. } => "[contenteditable=true]",
        };
        let composer = visitor.browser().driver().find(By::Css(composer)).await.unwrap();
        composer.send_keys(text).await.unwrap();
    }

    /// Presses keys, each after the last one's picture; the medians of what the page took and of the time until the picture.
    async fn keys(&self, visitor: &Person) -> (f64, f64) {
        let before = noted(visitor).await;
        for pressed in 1..=KEYS {
            self.types(visitor, "a").await;
            let painted =
                async || (noted(visitor).await.painted.len() >= before.painted.len() + pressed).then_some(());
            visitor.until("the next picture", painted).await;
        }
        let after = noted(visitor).await;
        (median(&after.handled[before.handled.len()..]), median(&after.painted[before.painted.len()..]))
    }

    /// Waits until the other side has a text; when it had it.
    async fn hears(&self, visitor: &Person, text: &str) -> f64 {
        match self {
            Self::Segel { agent, .. } => {
                agent.reads(text).await;
                SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64() * 1_000.0
            }
            Self::Peer { .. } => {
                let heard = async || asks(self.page(), "heard", &json!({})).await[text].as_f64();
                visitor.until(text, heard).await
            }
        }
    }

    /// The other side answers whoever said this.
    async fn answers(&self, said: &str, answers: &[String]) {
        match self {
            Self::Segel { agent, .. } => {
                let conversation = agent.screen().item(said).unwrap().conversation;
                for answer in answers {
                    agent.say_in(conversation, answer);
                }
            }
            Self::Peer { .. } => {
                asks(self.page(), "answer", &json!({ "texts": answers })).await;
            }
        }
    }

    /// Waits until an answer is on the screen.
    async fn shows(&self, visitor: &Person, answer: &str) {
        let messages = match self {
            Self::Segel { .. } => ".log .row .bubble",
            Self::Peer { .. } => "[class*=message-text]",
        };
        let last =
            "return [...document.querySelectorAll(arguments[0])].at(-1)?.textContent.trim() === arguments[1]";
        let shown = async || {
            let arguments = vec![json!(messages), json!(answer)];
            visitor.browser().script::<bool>(last, arguments).await.then_some(())
        };
        visitor.until(answer, shown).await;
    }
}

/// Asks the other chat's server.
async fn asks(origin: &str, what: &str, wish: &Value) -> Value {
    let address = format!("{origin}/bench/{what}");
    let answer = reqwest::Client::new().post(address).body(wish.to_string()).send().await.unwrap();
    serde_json::from_slice(&answer.error_for_status().unwrap().bytes().await.unwrap()).unwrap()
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
