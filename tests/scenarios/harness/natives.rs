//! Devices without a browser, for the far side of a refusal, and what an owner or a thief could do.

use segel_core::{AgentConfig, VisitorConfig};
use segel_crypto::enrol::EnrolmentCode;
use segel_testkit::client::{Client, MemoryStore, Part};
use segel_testkit::forge::FalseDevice;
use segel_wire::Octets;
use segel_wire::api::BundlesAnswer;
use segel_wire::ids::DeviceId;
use segel_wire::signed::{Device, DeviceKeys, Order, Roster, VerifiedRoster};

use super::Stage;

impl Stage {
    /// The agent at a device without a browser, enrolled.
    pub(crate) async fn native_agent(&mut self) -> Client {
        let invitation = self.demo().invite().await.unwrap();
        let code = invitation.rsplit(['#', '=']).next().unwrap();
        let part = Part::Agent(AgentConfig { code: Some(EnrolmentCode::parse(code).unwrap()) });
        let agent = Client::start(part, Some(self.demo().console()), 1, MemoryStore::default());
        assert_eq!(self.demo().next_round().await.unwrap().accepted.len(), 1);
        agent.meets(segel_core::show::Gate::Open).await;
        agent
    }

    /// A visitor without a browser.
    pub(crate) fn native_visitor(&mut self) -> Client {
        self.native_visitor_of(2)
    }

    /// A visitor without a browser whose keys follow from `seed`.
    pub(crate) fn native_visitor_of(&mut self, seed: u64) -> Client {
        let tag = self.demo().tag().clone();
        let page = self.demo().shop().to_owned();
        let part = Part::Visitor(VisitorConfig {
            site: tag.site,
            root: tag.root,
            relay: tag.relay,
            page,
            floor: Order::default(),
        });
        Client::start(part, Some(&tag.widget), seed, MemoryStore::default())
    }

    /// The newest roster as the relay serves it.
    pub(crate) async fn served_roster(&mut self) -> Vec<u8> {
        let (relay, site) = (self.demo().relay(), self.demo().tag().site);
        let answer = reqwest::get(format!("http://{relay}/v1/sites/{site}/roster")).await.unwrap();
        answer.error_for_status().unwrap().bytes().await.unwrap().into()
    }

    /// The newest roster, as a draft for others.
    pub(crate) async fn roster(&mut self) -> Roster {
        let (site, root) = (self.demo().tag().site, self.demo().tag().root);
        VerifiedRoster::open(&self.served_roster().await, &site, &root).unwrap().roster().clone()
    }

    /// The agent's first device.
    pub(crate) async fn first_device(&mut self) -> DeviceId {
        let roster = self.roster().await;
        roster.agents[0].devices[0].keys.derive_id(&roster.site)
    }

    /// Has the proxy serve this roster, signed as the owner signs.
    pub(crate) fn serve_roster(&self, roster: &Roster) {
        let signed = self.forge().sign_roster(roster);
        self.proxy().alter_answers("/roster", move |_| signed.clone());
    }

    /// Has the proxy serve the next roster, which is like the newest but ends within a day.
    pub(crate) async fn serve_roster_of_a_day(&mut self) {
        let (site, root) = (self.demo().tag().site, self.demo().tag().root);
        let newest = VerifiedRoster::open(&self.served_roster().await, &site, &root).unwrap();
        let mut next = newest.roster().clone();
        next.order.version += 1;
        next.previous = newest.hash();
        next.not_after = next.issued_at + 24 * 60 * 60;
        self.serve_roster(&next);
    }

    /// Has the proxy serve a roster, signed as the owner signs, whose only device has these keys.
    pub(crate) async fn list_alone(&mut self, keys: DeviceKeys) {
        let mut roster = self.roster().await;
        roster.agents[0].devices = vec![Device { keys, not_after: roster.not_after }];
        roster.desks[0].inbox = vec![keys.derive_id(&roster.site)];
        self.serve_roster(&roster);
    }

    /// Has the proxy serve a bundle for the device of `keys` that `signer` signed.
    pub(crate) async fn serve_bundle(&mut self, signer: &FalseDevice, keys: &DeviceKeys) {
        let bundle = signer.sign_bundle(keys, [8; 32], self.roster().await.not_after);
        let answer = serde_json::to_vec(&BundlesAnswer { bundles: vec![Octets(bundle)] }).unwrap();
        self.proxy().alter_answers("/bundles", move |_| answer.clone());
    }
}
