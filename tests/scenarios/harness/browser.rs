//! One Chromium with a profile of its own, driven through a chromedriver of its own.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::{env, fs};

use rustix::process::{Pid, Signal, kill_process_group};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::prelude::*;
use thirtyfour::{BrowserCapabilitiesHelper, ChromiumLikeCapabilities};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::journal::Journal;

/// What chromedriver prints when it listens, before the port.
const LISTENING: &str = "started successfully on port ";
/// How often a driver is started until one listens.
const ATTEMPTS: usize = 5;

const ARGUMENTS: [&str; 10] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--accept-lang=id",
];

/// Without a screen Chromium believes that it has no mouse either; this is one that points and hovers.
const MOUSE: &str = "primaryPointerType=4,availablePointerTypes=4,primaryHoverType=2,availableHoverTypes=2";

/// The loader's shadow root is closed; tests need what people have: a hand on the launcher, an eye on the
/// frame. So the root is noted before the page's scripts run, and stays closed to them.
const NOTE_SHADOW_ROOT: &str = "
    const attach = Element.prototype.attachShadow;
    Element.prototype.attachShadow = function (init) {
        const root = attach.call(this, init);
        Object.defineProperty(window, 'notedRoot', { value: root, configurable: true });
        return root;
    };";

/// Answers every key and value, bytes as they are and anything else as UTF-8.
const READ_STORES: &str = "
    const done = arguments[arguments.length - 1];
    const kept = [];
    const keep = (bytes) => kept.push([...bytes]);
    const read = (value) => {
        if (value instanceof ArrayBuffer) keep(new Uint8Array(value));
        else if (ArrayBuffer.isView(value)) keep(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
        else if (Object(value) === value) Object.entries(value).flat().forEach(read);
        else keep(new TextEncoder().encode(value));
    };
    const settled = (request) => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
    const readDatabase = async ({ name }) => {
        read(name);
        const database = await settled(indexedDB.open(name));
        for (const store of database.objectStoreNames) {
            const objects = database.transaction(store).objectStore(store);
            read(await Promise.all([settled(objects.getAllKeys()), settled(objects.getAll())]));
        }
        database.close();
    };
    read([localStorage, sessionStorage]);
    indexedDB.databases().then((databases) => Promise.all(databases.map(readDatabase)))
        .then(() => done(kept), (error) => done(String(error)));";

/// What a browser runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Device {
    /// A window of 1280 by 800.
    Desktop,
    /// The same where the person prefers dark colours.
    Dark,
    /// A touch screen of this width and height.
    Phone(u32, u32),
}

/// A running browser; killed when it is dropped.
pub(crate) struct Browser {
    process: DriverProcess,
    driver: WebDriver,
    journal: Journal,
    profile: Arc<TempDir>,
}

impl Browser {
    /// Starts a browser with an empty profile and more command-line arguments.
    pub(crate) async fn start(device: Device, more: &[&str]) -> Self {
        Self::start_in(Arc::new(tempfile::tempdir().unwrap()), device, more).await
    }

    /// Starts a browser with an empty profile that keeps what a frame keeps as if the frame were a page of its own, and lets it:
    /// what the driver does to an origin's storage reaches no other.
    pub(crate) async fn start_unpartitioned() -> Self {
        let profile = tempfile::tempdir().unwrap();
        fs::create_dir(profile.path().join("Default")).unwrap();
        let allowed = json!({ "profile": { "block_third_party_cookies": false, "cookie_controls_mode": 0 } });
        fs::write(profile.path().join("Default/Preferences"), allowed.to_string()).unwrap();
        Self::start_in(
            Arc::new(profile),
            Device::Desktop,
            &["--disable-features=ThirdPartyStoragePartitioning"],
        )
        .await
    }

    /// Ends it in the midst of whatever it does, as a crash does, and starts another with what it kept.
    pub(crate) async fn crash(&self) -> Self {
        // No answer comes from a browser that is gone.
        let _ = self.driver.cdp().send_raw("Browser.crash", json!({})).await;
        Self::start_in(Arc::clone(&self.profile), Device::Desktop, &[]).await
    }

    async fn start_in(profile: Arc<TempDir>, device: Device, more: &[&str]) -> Self {
        let process = DriverProcess::start().await;
        let mut wishes = DesiredCapabilities::chrome();
        wishes.set_binary(&env::var("SEGEL_CHROMIUM").expect("SEGEL_CHROMIUM names Chromium")).unwrap();
        for argument in ARGUMENTS.iter().chain(more) {
            wishes.add_arg(argument).unwrap();
        }
        wishes.add_arg(&format!("--user-data-dir={}", profile.path().display())).unwrap();
        match device {
            Device::Desktop => wishes.add_arg(&format!("--blink-settings={MOUSE}")).unwrap(),
            Device::Dark => {
                wishes.add_arg(&format!("--blink-settings={MOUSE},preferredColorScheme=0")).unwrap();
            }
            Device::Phone(width, height) => {
                let metrics = json!({ "width": width, "height": height, "pixelRatio": 2, "touch": true });
                let emulation = json!({ "deviceMetrics": metrics });
                wishes.set_browser_option("mobileEmulation", emulation).unwrap();
            }
        }
        let driver = WebDriver::new(&process.url, wishes).await.expect("a session begins");
        let debugger = &driver.handle().capabilities().get("goog:chromeOptions").unwrap()["debuggerAddress"];
        let journal = Journal::begin(debugger.as_str().expect("Chromium can be debugged")).await;
        let browser = Self { process, driver, journal, profile };
        browser.note_shadow_roots().await;
        if !matches!(device, Device::Phone(..)) {
            browser.fit_window(1280, 800).await;
        }
        browser
    }

    /// From now on this tab notes the shadow root of each page.
    pub(crate) async fn note_shadow_roots(&self) {
        self.run_before_pages(NOTE_SHADOW_ROOT).await;
    }

    /// Makes pages so many pixels wide and high.
    async fn fit_window(&self, width: u32, height: u32) {
        let frame = "return [outerWidth - innerWidth, outerHeight - innerHeight]";
        let (beside, above): (u32, u32) = self.script(frame, Vec::new()).await;
        self.driver.set_window_rect(0, 0, width + beside, height + above).await.unwrap();
    }

    /// Opens an address in this tab.
    pub(crate) async fn go(&self, url: &str) {
        self.driver.goto(url).await.unwrap();
    }

    /// From now on this tab runs a script before those of each page.
    pub(crate) async fn run_before_pages(&self, script: &str) {
        let wish = json!({ "source": script });
        self.driver.cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", wish).await.unwrap();
    }

    /// The folder of all that it keeps.
    pub(crate) fn profile(&self) -> &Path {
        self.profile.path()
    }

    /// The processes that its pages run in.
    pub(crate) fn renderers(&self) -> Vec<u32> {
        let mut processes: Vec<_> = self.process.child.id().into_iter().collect();
        let mut renderers = Vec::new();
        while let Some(process) = processes.pop() {
            let told = |what: &str| fs::read_to_string(format!("/proc/{process}/{what}")).unwrap_or_default();
            if told("cmdline").contains("--type=renderer") {
                renderers.push(process);
            }
            let children = told(&format!("task/{process}/children"));
            processes.extend(children.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
        }
        renderers
    }

    /// Asks something of the tab, in the words of Chromium's debugging protocol.
    pub(crate) async fn asks(&self, method: &str, wish: Value) -> Value {
        self.driver.cdp().send_raw(method, wish).await.unwrap()
    }

    /// What a script in the current frame answers at last: it calls its last argument with that.
    pub(crate) async fn answer<T: DeserializeOwned>(&self, script: &str, arguments: Vec<Value>) -> T {
        let answered = self.driver.execute_async(script, arguments).await.unwrap();
        answered.convert().unwrap_or_else(|error| panic!("{error}: {:?} from {script}", answered.json()))
    }

    /// What a script in the current frame returns.
    pub(crate) async fn script<T: DeserializeOwned>(&self, script: &str, arguments: Vec<Value>) -> T {
        let returned = self.driver.execute(script, arguments).await.unwrap();
        returned.convert().unwrap_or_else(|error| panic!("{error}: {:?} from {script}", returned.json()))
    }

    /// Runs a script in the current frame.
    pub(crate) async fn run(&self, script: &str) {
        self.driver.execute(script, Vec::new()).await.unwrap();
    }

    /// Every key and value that the current frame's origin keeps in IndexedDB and Web Storage, one a line.
    pub(crate) async fn kept(&self) -> Vec<u8> {
        let kept = self.driver.execute_async(READ_STORES, Vec::new()).await.unwrap();
        let kept: Vec<Vec<u8>> = kept.convert().unwrap_or_else(|_| panic!("{}", kept.json()));
        kept.join(&b'\n')
    }

    /// The element that a script in the current frame returns, if it does.
    pub(crate) async fn element(&self, script: &str) -> Option<WebElement> {
        self.element_with(script, Vec::new()).await
    }

    /// The element that a script with arguments in the current frame returns, if it does.
    pub(crate) async fn element_with(&self, script: &str, arguments: Vec<Value>) -> Option<WebElement> {
        self.driver.execute(script, arguments).await.unwrap().element().ok()
    }

    /// From now on saves what is downloaded into this folder, without asking.
    pub(crate) async fn save_into(&self, folder: &Path) {
        let wish = json!({ "behavior": "allow", "downloadPath": folder });
        self.driver.cdp().send_raw("Browser.setDownloadBehavior", wish).await.unwrap();
    }

    /// Takes a picture of the whole window, for whoever wants to look at it.
    pub(crate) async fn shoot(&self, name: &str) -> PathBuf {
        let dist = PathBuf::from(env::var_os("SEGEL_DIST").unwrap());
        let folder = dist.with_file_name("shots");
        fs::create_dir_all(&folder).unwrap();
        let picture = folder.join(format!("{name}.png"));
        self.driver.screenshot(&picture).await.unwrap();
        picture
    }

    /// The driver itself.
    pub(crate) fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// Closes the browser; answers every error and warning that it wrote to its console meanwhile.
    pub(crate) async fn end(&self) -> Vec<String> {
        self.driver.clone().quit().await.unwrap();
        self.journal.end().await
    }
}

/// A chromedriver on a free port; it and its browser end when it is dropped.
struct DriverProcess {
    child: Child,
    url: String,
    // Held open, so that it can write as long as it lives.
    _stdout: Lines<BufReader<ChildStdout>>,
}

impl DriverProcess {
    /// Starts one. It takes a free IPv4 port and wants the same one of IPv6, which another program may have by then:
    /// an attempt that ends so is made again.
    async fn start() -> Self {
        let mut written = String::new();
        for _ in 0..ATTEMPTS {
            match Self::attempt().await {
                Ok(process) => return process,
                Err(words) => written.push_str(&words),
            }
        }
        panic!("chromedriver ended {ATTEMPTS} times before it listened:\n{written}");
    }

    /// Starts one once; what it wrote, if it ended before it listened.
    async fn attempt() -> Result<Self, String> {
        let program = env::var_os("SEGEL_CHROMEDRIVER").expect("SEGEL_CHROMEDRIVER names chromedriver");
        let mut command = Command::new(program);
        command.arg("--port=0").process_group(0).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("chromedriver starts");
        let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut written = String::new();
        while let Some(line) = stdout.next_line().await.unwrap() {
            if let Some((_, port)) = line.split_once(LISTENING) {
                let url = format!("http://127.0.0.1:{}", port.trim_end_matches('.'));
                return Ok(Self { child, url, _stdout: stdout });
            }
            written.push_str(&line);
            written.push('\n');
        }
        Err(written)
    }
}

impl Drop for DriverProcess {
    fn drop(&mut self) {
        let group = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(group) = group {
            // It may have ended; then there is nothing left to end.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}
