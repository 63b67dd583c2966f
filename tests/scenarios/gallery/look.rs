//! In which looks a state is shown, and what is asked of each.

use std::cell::RefCell;
use std::path::PathBuf;
use std::{env, fs};

use data_encoding::BASE64;
use serde_json::json;

use crate::harness::Person;
use crate::looks::{cut_off, cut_off_but_in};

/// What axe finds, one sentence an element.
const AXE: &str = "
    const done = arguments[arguments.length - 1];
    axe.run(document, { iframes: false, resultTypes: ['violations'] }).then(({ violations }) => done(
        violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 160)}`))));";

/// Controls that are smaller than 44 pixels either way, but for links within a text.
const SMALL_TARGETS: &str = "
    const controls = 'button, input, select, textarea, summary, a, [role=button], [role=option], [tabindex=\"0\"]';
    return [...document.querySelectorAll(controls)]
        .filter((control) => control.checkVisibility({ visibilityProperty: true }) && !control.matches('.log, .bubble a'))
        .map((control) => [control.closest('label') ?? control, control])
        .map(([target, control]) => [target.getBoundingClientRect(), control])
        .filter(([{ width, height }]) => width < 43.9 || height < 43.9)
        .map(([{ width, height }, { outerHTML }]) => `${width.toFixed()} by ${height.toFixed()}: ${outerHTML.slice(0, 120)}`);";

/// The widest spacing of text that a reader may ask for (WCAG 2.2, criterion 1.4.12), and text of twice the size (1.4.4).
const WIDE: &str = "
    const wide = new CSSStyleSheet();
    wide.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }`);
    document.adoptedStyleSheets = [wide];";
const LARGE: &str = "document.documentElement.style.fontSize = '200%';";
const AS_IT_WAS: &str =
    "document.adoptedStyleSheets = []; document.documentElement.style.removeProperty('font-size');";

/// Calls back once what was changed has been painted.
const PAINTED: &str = "
    const done = arguments[arguments.length - 1];
    requestAnimationFrame(() => requestAnimationFrame(() => done(true)));";

/// Colours that a person asks their system for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    Light,
    Dark,
    Forced,
}

/// A screen and its colours.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    name: &'static str,
    theme: Theme,
    width: u32,
    height: u32,
}

impl Look {
    const fn new(name: &'static str, theme: Theme, (width, height): (u32, u32)) -> Self {
        Self { name, theme, width, height }
    }

    /// Every look.
    pub(crate) const ALL: [Self; 6] = [
        Self::new("desktop", Theme::Light, DESKTOP),
        Self::new("desktop-dark", Theme::Dark, DESKTOP),
        Self::new("desktop-forced", Theme::Forced, DESKTOP),
        Self::new("phone", Theme::Light, (390, 844)),
        Self::new("small", Theme::Light, SMALL),
        Self::new("small-dark", Theme::Dark, SMALL),
    ];
    /// The two that are farthest from each other.
    pub(crate) const TESTED: [Self; 2] =
        [Self::new("desktop", Theme::Light, DESKTOP), Self::new("small-dark", Theme::Dark, SMALL)];
}

const DESKTOP: (u32, u32) = (1280, 800);
const SMALL: (u32, u32) = (320, 568);

/// The pictures of one language.
pub(crate) struct Gallery {
    language: &'static str,
    looks: &'static [Look],
    folder: PathBuf,
    axe: String,
    found: RefCell<Vec<String>>,
}

impl Gallery {
    pub(crate) fn open(language: &'static str, looks: &'static [Look]) -> Self {
        let shots = PathBuf::from(env::var_os("SEGEL_DIST").unwrap()).with_file_name("shots");
        let folder = shots.join("gallery").join(language);
        fs::create_dir_all(&folder).unwrap();
        let axe = env::var_os("SEGEL_AXE").expect("SEGEL_AXE names axe-core's script");
        Self { language, looks, folder, axe: fs::read_to_string(axe).unwrap(), found: RefCell::default() }
    }

    /// Takes a picture of what a person sees in each look, and looks for faults in it.
    pub(crate) async fn hang(&self, person: &Person, state: &str) {
        for look in self.looks {
            self.put_on(person, *look).await;
            let picture = self.folder.join(format!("{state}--{}.png", look.name));
            fs::write(picture, shoot(person).await).unwrap();
            let mut found = cut_off(person).await;
            // Forced colours are the system's: their contrast is not ours to mend.
            if look.theme != Theme::Forced {
                person.browser().run(&self.axe).await;
                found.extend(person.browser().answer::<Vec<String>>(AXE, Vec::new()).await);
            }
            found.extend(person.browser().script::<Vec<String>>(SMALL_TARGETS, Vec::new()).await);
            // A phone at 200 percent would show half of 320 pixels.
            let large = (look.width == DESKTOP.0).then_some(("twice the size", LARGE));
            for (change, script) in [("spaced", WIDE)].into_iter().chain(large) {
                person.browser().run(script).await;
                assert!(person.browser().answer::<bool>(PAINTED, Vec::new()).await);
                let cut = cut_off_but_in(person, ", .chat, .conversation").await;
                found.extend(cut.iter().map(|fault| format!("{change}: {fault}")));
                person.browser().run(AS_IT_WAS).await;
            }
            let place = format!("{}/{state}--{}", self.language, look.name);
            self.found.borrow_mut().extend(found.iter().map(|fault| format!("{place}: {fault}")));
        }
        self.put_on(person, Look::ALL[0]).await;
    }

    /// Everything that was found.
    pub(crate) fn close(self) -> Vec<String> {
        self.found.into_inner()
    }

    async fn put_on(&self, person: &Person, look: Look) {
        let devtools = person.browser().driver().cdp();
        // Phones lay scrollbars over what scrolls.
        let is_phone = look.width < 500;
        let metrics = json!({
            "width": look.width, "height": look.height, "deviceScaleFactor": 2, "mobile": is_phone,
        });
        devtools.send_raw("Emulation.setDeviceMetricsOverride", metrics).await.unwrap();
        devtools.send_raw("Emulation.setScrollbarsHidden", json!({ "hidden": is_phone })).await.unwrap();
        let scheme = if look.theme == Theme::Dark { "dark" } else { "light" };
        let forced = if look.theme == Theme::Forced { "active" } else { "none" };
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "forced-colors", "value": forced },
            // Pictures show where things come to rest.
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        devtools.send_raw("Emulation.setEmulatedMedia", json!({ "features": features })).await.unwrap();
        assert!(person.browser().answer::<bool>(PAINTED, Vec::new()).await);
    }
}

async fn shoot(person: &Person) -> Vec<u8> {
    let taken = person.browser().driver().cdp().send_raw("Page.captureScreenshot", json!({})).await.unwrap();
    BASE64.decode(taken["data"].as_str().unwrap().as_bytes()).unwrap()
}
