//! The demo for one scenario, the people in it, and the end of it: a clean console everywhere.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use segel_demo::demo::{Demo, Options, Ports};
use segel_demo::seed::{AGENT, SUPERVISOR};
use segel_demo::server::{Port, Server};
use segel_demo::shop::Tag;
use segel_demo::{files, shop};
use segel_testkit::forge::Forge;
use segel_testkit::proxy::Proxy;
use tempfile::TempDir;

use super::browser::{Browser, Device};
use super::person::Person;

/// Shop, widget files, relay and console, each on its own origin, and the proxy before the relay.
pub(crate) struct Stage {
    demo: Demo,
    proxy: Proxy,
    folder: TempDir,
    browsers: Vec<Arc<Browser>>,
    others: Vec<Server>,
    expected: Vec<&'static str>,
    arguments: Vec<String>,
    language: Option<&'static str>,
}

/// A page is in another language than its server says.
const SPEAK: &str = "
    new MutationObserver((_, observer) => {
        document.documentElement.lang = 'LANGUAGE';
        observer.disconnect();
    }).observe(document, { childList: true });";

impl Stage {
    /// Plays a scenario: sets the stage, and afterwards looks into every browser's console.
    pub(crate) async fn play(scenario: impl AsyncFnOnce(&mut Self)) {
        let mut stage = Self::set().await;
        scenario(&mut stage).await;
        stage.strike().await;
    }

    /// The running demo.
    pub(crate) fn demo(&mut self) -> &mut Demo {
        &mut self.demo
    }

    /// What stands between browsers and the relay.
    pub(crate) fn proxy(&self) -> &Proxy {
        &self.proxy
    }

    /// The relay's log at trace level.
    pub(crate) fn trace(&self) -> PathBuf {
        self.folder.path().join("relay.log")
    }

    /// Signs what the owner never would.
    pub(crate) fn forge(&self) -> Forge {
        Forge::open(&self.owner_keys())
    }

    /// The folder of the site's owner.
    pub(crate) fn owner_keys(&self) -> PathBuf {
        self.folder.path().join("state/owner")
    }

    /// Errors and warnings that contain this belong to the scenario.
    pub(crate) fn expect_in_console(&mut self, words: &'static str) {
        self.expected.push(words);
    }

    /// Browsers and pages speak this language from now on, and browsers have frames in their page's process, where what is asked
    /// of the page reaches them.
    pub(crate) fn every_browser_is_one_process(&mut self, language: &'static str) {
        self.language = Some(language);
        let isolation = "--disable-features=IsolateOrigins,site-per-process".to_owned();
        let trials = "--disable-site-isolation-trials".to_owned();
        self.arguments.extend([format!("--accept-lang={language}"), isolation, trials]);
    }

    /// A browser with nothing open.
    pub(crate) async fn browser(&mut self, device: Device, arguments: &[&str]) -> Arc<Browser> {
        let more: Vec<_> =
            self.arguments.iter().map(String::as_str).chain(arguments.iter().copied()).collect();
        let browser = Arc::new(Browser::start(device, &more).await);
        if let Some(language) = self.language {
            browser.run_before_pages(&SPEAK.replace("LANGUAGE", language)).await;
        }
        self.browsers.push(Arc::clone(&browser));
        browser
    }

    /// A browser with nothing open, whose frames' storage can be limited and taken away.
    pub(crate) async fn browser_unpartitioned(&mut self) -> Arc<Browser> {
        let browser = Arc::new(Browser::start_unpartitioned().await);
        self.browsers.push(Arc::clone(&browser));
        browser
    }

    /// A new visitor who has opened the chat on the shop's first page.
    pub(crate) async fn visitor(&mut self) -> Person {
        self.visitor_on(Device::Desktop).await
    }

    /// A new visitor at a device of this kind.
    pub(crate) async fn visitor_on(&mut self, device: Device) -> Person {
        let shop = self.demo.shop().to_owned();
        self.visitor_of(&shop, device).await
    }

    /// A new visitor on the shop's first page who has not opened the chat.
    pub(crate) async fn visitor_outside(&mut self) -> Person {
        let visitor = Person::visitor(self.browser(Device::Desktop, &[]).await);
        visitor.goes_to(self.demo.shop()).await;
        visitor
    }

    /// A new visitor who has opened the chat on this page.
    pub(crate) async fn visitor_at(&mut self, page: &str) -> Person {
        self.visitor_of(page, Device::Desktop).await
    }

    /// Serves the shop with another tag, from an origin that the roster does not list; answers the origin.
    pub(crate) async fn another_shop(&mut self, tag: &Tag) -> String {
        let port = Port::take("localhost", 0).await.unwrap();
        let server = port.serve(shop::shop(&path("SEGEL_DIST").join("shop"), tag).unwrap());
        self.serves(server)
    }

    /// Serves the widget's files in this folder from an origin that the roster does not list; answers the
    /// origin.
    pub(crate) async fn another_widget(&mut self, folder: &Path) -> String {
        let port = Port::take("127.0.0.1", 0).await.unwrap();
        let widget = files::widget(folder, self.proxy.origin()).unwrap();
        self.serves(port.serve(widget))
    }

    /// The agent at a new device, enrolled.
    pub(crate) async fn agent(&mut self) -> Person {
        self.agent_on(Device::Desktop).await
    }

    /// The agent at a new device of this kind, enrolled.
    pub(crate) async fn agent_on(&mut self, device: Device) -> Person {
        self.agent_called(AGENT, device, &[]).await
    }

    /// The agent at a new device whose browser has these arguments, enrolled.
    pub(crate) async fn agent_with(&mut self, device: Device, arguments: &[&str]) -> Person {
        self.agent_called(AGENT, device, arguments).await
    }

    /// The supervisor at a new device of this kind, enrolled.
    pub(crate) async fn supervisor_on(&mut self, device: Device) -> Person {
        self.agent_called(SUPERVISOR, device, &[]).await
    }

    async fn agent_called(&mut self, name: &str, device: Device, arguments: &[&str]) -> Person {
        let invitation = self.demo.invite_for(name).await.unwrap();
        let agent = Person::agent(self.browser(device, arguments).await);
        agent.goes_to(&invitation).await;
        assert_eq!(self.demo.next_round().await.unwrap().accepted.len(), 1);
        agent.is_at_the_desk().await;
        agent
    }

    /// Someone who has just opened this address of the console.
    pub(crate) async fn enrolling(&mut self, address: &str) -> Person {
        let agent = Person::agent(self.browser(Device::Desktop, &[]).await);
        agent.goes_to(address).await;
        agent
    }

    /// Crashes a person's browser and starts it again.
    pub(crate) async fn crash_browser_of(&mut self, person: Person) -> Person {
        let place =
            self.browsers.iter_mut().find(|browser| std::ptr::eq(Arc::as_ptr(browser), person.browser()));
        let browser = place.expect("a browser on this stage");
        *browser = Arc::new(browser.crash().await);
        person.sits_at(Arc::clone(browser))
    }

    /// Closes every browser; answers the errors and warnings in their consoles.
    pub(crate) async fn written_meanwhile(&mut self) -> Vec<String> {
        let mut written = Vec::new();
        for browser in self.browsers.drain(..) {
            written.extend(browser.end().await);
        }
        written
    }

    async fn visitor_of(&mut self, page: &str, device: Device) -> Person {
        let visitor = Person::visitor(self.browser(device, &[]).await);
        visitor.goes_to(page).await;
        visitor.opens_chat().await;
        visitor
    }

    fn serves(&mut self, server: Server) -> String {
        let origin = server.url().to_owned();
        self.others.push(server);
        origin
    }

    async fn set() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let proxy = Proxy::start().await;
        let options = Options {
            dist: path("SEGEL_DIST"),
            relay_program: path("SEGEL_RELAY_BIN"),
            state: folder.path().join("state"),
            ports: Ports::default(),
            origins: Vec::new(),
            public_relay: Some(proxy.origin().parse().unwrap()),
            relay_trace: Some(folder.path().join("relay.log")),
        };
        let demo = Demo::start(&options).await.unwrap();
        proxy.forward_to(demo.relay());
        Self {
            demo,
            proxy,
            folder,
            browsers: Vec::new(),
            others: Vec::new(),
            expected: Vec::new(),
            arguments: Vec::new(),
            language: None,
        }
    }

    /// No browser has written an error or a warning that the scenario does not name.
    async fn strike(mut self) {
        let mut written = self.written_meanwhile().await;
        self.demo.stop().await.unwrap();
        written.retain(|entry| !self.expected.iter().any(|expected| entry.contains(expected)));
        assert_eq!(written, Vec::<String>::new(), "errors and warnings in the browsers' consoles");
    }
}

/// A program that was built beside the relay.
pub(crate) fn program(name: &str) -> PathBuf {
    path("SEGEL_RELAY_BIN").with_file_name(name)
}

/// The folder of the widget's files.
pub(crate) fn widget_files() -> PathBuf {
    path("SEGEL_DIST").join("widget")
}

/// What `cargo xtask test` built and says where.
fn path(variable: &str) -> PathBuf {
    env::var_os(variable).unwrap_or_else(|| panic!("{variable} is set by `cargo xtask test`")).into()
}
