//! Who holds the open conversation, and what this agent can do about it.

use std::cell::Cell;
use std::rc::Rc;

use segel_core::show::{Deed, Hold, Life, Standing};
use segel_ui::text::{DeskText, fill};
use segel_ui::{Act, Action, Language};
use segel_web::dom::{self, El, el};
use segel_wire::ids::AgentId;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};

use crate::desk::{self, Does};
use crate::model::Refused;

/// A line that says who holds it, buttons for what may be done, and the colleagues that it can be handed to.
pub(crate) struct Holding {
    language: Language,
    does: Does,
    holder: El,
    deeds: El,
    buttons: Vec<(Deed<AgentId>, El)>,
    transfer: El,
    heirs: El,
    names: Vec<El>,
    note: HtmlInputElement,
    refusal: El,
    shown: Hold,
    has_acted: Rc<Cell<bool>>,
    is_choosing: Rc<Cell<bool>>,
}

impl Holding {
    /// Nothing is open.
    pub(crate) fn new(language: Language, act: &Act, does: &Does) -> Self {
        let text = language.desk();
        let (has_acted, is_choosing) = (Rc::new(Cell::new(false)), Rc::new(Cell::new(false)));
        let buttons =
            [Deed::Claim, Deed::Release, Deed::Takeover, Deed::Join, Deed::Leave, Deed::End].map(|deed| {
                let (act, has_acted) = (Rc::clone(act), Rc::clone(&has_acted));
                let button = button(words(deed, language)).on("click", move |_| {
                    has_acted.set(true);
                    act(Action::Do(deed));
                });
                (deed, button.hidden())
            });
        let words = el("input")
            .attr("type", "text")
            .attr("dir", "auto")
            .attr("aria-label", text.transfer_note())
            .attr("placeholder", text.transfer_note())
            .attr("autocomplete", "off");
        let refusal = el("p").class("refusal").attr("role", "status").hidden();
        let heirs = el("div")
            .class("heirs")
            .attr("id", "segel-heirs")
            .attr("role", "group")
            .attr("aria-label", text.transfer_to())
            .place(&words)
            .place(&refusal)
            .child(el("p").text(text.transfer_to()))
            .hidden();
        let transfer = {
            let (heirs, is_choosing) = (heirs.clone(), Rc::clone(&is_choosing));
            let transfer =
                button(text.transfer()).attr("aria-controls", "segel-heirs").attr("aria-expanded", "false");
            let node = transfer.clone();
            transfer.on("click", move |_| choose(!is_choosing.get(), &is_choosing, &node, &heirs)).hidden()
        };
        let deeds = buttons
            .iter()
            .fold(el("div").class("deeds").place(&transfer), |deeds, (_, button)| deeds.place(button));
        Self {
            language,
            does: Rc::clone(does),
            holder: el("p").class("holder").attr("role", "status"),
            deeds,
            buttons: buttons.into(),
            transfer,
            heirs,
            names: Vec::new(),
            note: words.clone().unchecked_into(),
            refusal,
            shown: Hold::default(),
            has_acted,
            is_choosing,
        }
    }

    /// Who holds it.
    pub(crate) fn holder(&self) -> &Element {
        &self.holder
    }

    /// What can be done.
    pub(crate) fn deeds(&self) -> &Element {
        &self.deeds
    }

    /// To whom it can be handed.
    pub(crate) fn heirs(&self) -> &Element {
        &self.heirs
    }

    /// Shows how things stand. Whether something changed that this agent did: the button is gone then, and the focus
    /// with it.
    pub(crate) fn render(
        &mut self,
        hold: &Hold,
        life: Life,
        is_another: bool,
        refused: Option<Refused>,
    ) -> bool {
        let holder = holder(hold, self.language.desk());
        let is_over = life != Life::Open;
        dom::set_text(&self.holder, if is_over { self.language.text().over_short() } else { &holder });
        for (deed, button) in &self.buttons {
            dom::set_hidden(button, !hold.may.contains(deed));
            dom::set_attr(button, "aria-disabled", if hold.acting { "true" } else { "false" });
        }
        dom::set_hidden(&self.transfer, hold.colleagues.is_empty());
        dom::set_attr(&self.transfer, "aria-disabled", if hold.acting { "true" } else { "false" });
        let is_refused = refused == Some(Refused::TransferNote);
        dom::set_hidden(&self.refusal, !is_refused);
        dom::set_text(
            &self.refusal,
            if is_refused { self.language.desk().transfer_note_refused() } else { "" },
        );
        if is_another || hold.colleagues.is_empty() || hold.acting {
            self.note.set_value("");
            choose(false, &self.is_choosing, &self.transfer, &self.heirs);
        }
        if hold.colleagues != self.shown.colleagues {
            self.list(&hold.colleagues);
        }
        let changed = hold.standing != self.shown.standing;
        self.shown = hold.clone();
        changed && self.has_acted.replace(false)
    }

    fn list(&mut self, colleagues: &[(AgentId, String)]) {
        for name in self.names.drain(..) {
            name.remove();
        }
        for (agent, name) in colleagues {
            let (does, has_acted, note, agent) =
                (Rc::clone(&self.does), Rc::clone(&self.has_acted), self.note.clone(), *agent);
            let button = button(name).attr("dir", "auto").on("click", move |_| {
                has_acted.set(true);
                does(desk::Deed::HandOver(agent, note.value()));
            });
            dom::insert(&self.heirs, &button, None);
            self.names.push(button);
        }
    }
}

fn button(words: &str) -> El {
    el("button").class("deed").attr("type", "button").text(words)
}

fn choose(chooses: bool, is_choosing: &Cell<bool>, transfer: &Element, heirs: &Element) {
    is_choosing.set(chooses);
    dom::set_hidden(heirs, !chooses);
    dom::set_attr(transfer, "aria-expanded", if chooses { "true" } else { "false" });
}

fn words(deed: Deed<AgentId>, language: Language) -> &'static str {
    let text = language.desk();
    match deed {
        Deed::Claim => text.claim(),
        Deed::Transfer(_) => text.transfer(),
        Deed::Release => text.release(),
        Deed::Takeover => text.takeover(),
        Deed::Join => text.join(),
        Deed::Leave => text.leave(),
        Deed::End => language.text().end(),
    }
}

/// Who holds a conversation, in words.
pub(crate) fn holder(hold: &Hold, text: DeskText) -> String {
    let name = hold.holder.as_deref().unwrap_or_default();
    match hold.standing {
        Standing::Free => text.free().to_owned(),
        Standing::Mine => text.mine().to_owned(),
        Standing::Joined => fill(text.joined(), name),
        Standing::Others => fill(text.held(), name),
    }
}
