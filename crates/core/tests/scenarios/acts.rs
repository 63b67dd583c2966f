//! Who holds a conversation: claimed, handed over with its history, taken over, joined, left and let go.

use segel_core::Input;
use segel_core::show::{Author, Body, Deed, Delivery, Refusal, Standing};
use segel_testkit::client::Client;
use segel_testkit::proxy::Towards;
use segel_testkit::site::{AGENT, TestSite};
use segel_wire::ClientFrame;
use segel_wire::ids::EventId;

const COLLEAGUE: &str = "Rekan Demo";

/// A visitor and two agents of one desk who have read the first message.
pub(crate) struct Desk {
    pub(crate) site: TestSite,
    pub(crate) agent: Client,
    pub(crate) colleague: Client,
    pub(crate) visitor: Client,
}

impl Desk {
    pub(crate) async fn open() -> Self {
        let mut site = TestSite::start().await;
        let agent = site.agent().await;
        let colleague = site.agent_named(COLLEAGUE).await;
        let visitor = site.visitor();
        visitor.say("halo semua");
        agent.reads("halo semua").await;
        colleague.reads("halo semua").await;
        visitor.has_sent("halo semua").await;
        Self { site, agent, colleague, visitor }
    }

    /// The agent has answered, and so holds the conversation; both sides have said one thing more.
    pub(crate) async fn held() -> Self {
        let desk = Self::open().await;
        let id = desk.visitor.conversation();
        desk.agent.say("halo juga");
        desk.visitor.reads("halo juga").await;
        desk.colleague.stands(id, Standing::Others).await;
        desk.visitor.say("untuk pemegang saja");
        desk.agent.reads("untuk pemegang saja").await;
        desk.visitor.has_sent("untuk pemegang saja").await;
        desk.agent.has_sent("halo juga").await;
        desk
    }

    /// The agent hands the conversation to the colleague, who takes it up.
    pub(crate) async fn hand_over(&self) {
        let id = self.visitor.conversation();
        self.agent.does(id, Deed::Transfer(self.site.agent_id(COLLEAGUE)));
        self.colleague.stands(id, Standing::Mine).await;
        self.agent.stands(id, Standing::Others).await;
    }

    /// The colleague becomes a supervisor of the desk.
    pub(crate) async fn promote(&mut self) {
        let id = self.visitor.conversation();
        self.site.owner().add_supervisor(COLLEAGUE, None).unwrap();
        self.site.attend().await;
        let may = |screen: &segel_testkit::client::Screen| {
            screen.conversations.get(&id).is_some_and(|listed| listed.hold.may.contains(&Deed::Join))
        };
        self.colleague.until("to be a supervisor", may).await;
    }

    /// The visitor says it, the reader reads it, and the other device was given no way to.
    pub(crate) async fn assert_for(&self, reader: &Client, closed_to: &Client, text: &str) {
        let id = self.visitor.conversation();
        let acts = reader.screen().acts(id).len();
        self.visitor.until("to know every act", |screen| screen.acts(id).len() >= acts).await;
        self.visitor.say(text);
        reader.reads(text).await;
        self.visitor.has_sent(text).await;
        // What comes after it in the log came by the other device too.
        reader.say_in(id, &format!("baik: {text}"));
        self.visitor.reads(&format!("baik: {text}")).await;
        assert_eq!(closed_to.screen().item(text), None);
        assert_eq!(closed_to.screen().closed().count(), 0, "what is not theirs is no error");
    }
}

#[tokio::test]
async fn who_answers_claims_first_and_the_desk_is_closed_out() {
    let desk = Desk::held().await;
    let id = desk.visitor.conversation();
    let by_agent = (&Author::Agent(AGENT.to_owned()), &Deed::Claim);
    assert_eq!(desk.visitor.screen().acts(id), [by_agent]);
    assert_eq!(desk.colleague.screen().acts(id), [by_agent]);
    assert_eq!(desk.agent.screen().acts(id), [(&Author::Own, &Deed::Claim)]);
    assert_eq!(desk.agent.screen().standing(id), Standing::Mine);
    let hold = &desk.colleague.screen().conversations[&id].hold;
    assert_eq!((hold.holder.as_deref(), &hold.may[..]), (Some(AGENT), &[][..]));

    assert_eq!(wraps(&desk.site, desk.visitor.event("halo semua")), 2);
    assert_eq!(wraps(&desk.site, desk.visitor.event("untuk pemegang saja")), 1);
    desk.assert_for(&desk.agent, &desk.colleague, "yang ini juga").await;
    assert_eq!(desk.colleague.screen().timeline(id).len(), 2, "the first message and the claim");
    for device in [&desk.visitor, &desk.agent, &desk.colleague] {
        assert_eq!(device.screen().refusals, []);
    }
}

#[tokio::test]
async fn an_agent_cannot_write_into_what_another_holds_and_the_text_stays() {
    let desk = Desk::held().await;
    let id = desk.visitor.conversation();
    desk.colleague.say_in(id, "saya juga mau");
    let refused = Some(Delivery::Failed(Refusal::HeldByAnother));
    desk.colleague.until("the refusal", |screen| screen.delivery("saya juga mau") == refused).await;
    desk.colleague.does(id, Deed::Claim);
    desk.colleague.refuses(Refusal::ActRefused).await;

    desk.agent.does(id, Deed::Release);
    desk.colleague.stands(id, Standing::Free).await;
    desk.colleague.input(Input::Retry { conversation: id, event: desk.colleague.event("saya juga mau") });
    desk.visitor.reads("saya juga mau").await;
    desk.colleague.stands(id, Standing::Mine).await;
}

#[tokio::test]
async fn a_transfer_brings_the_history_and_closes_the_first_agent_out() {
    let desk = Desk::held().await;
    let id = desk.visitor.conversation();
    desk.hand_over().await;
    let to_colleague = Deed::Transfer(COLLEAGUE.to_owned());
    assert_eq!(desk.visitor.screen().acts(id)[1], (&Author::Agent(AGENT.to_owned()), &to_colleague));

    let screen = desk.colleague.reads("untuk pemegang saja").await;
    desk.colleague.reads("halo juga").await;
    let vouched = |text: &str| desk.colleague.screen().item(text).unwrap().vouched.clone();
    assert_eq!(screen.item("untuk pemegang saja").unwrap().author, Author::Visitor);
    assert_eq!(vouched("untuk pemegang saja").as_deref(), Some(AGENT), "by the giver's word");
    assert_eq!(vouched("halo juga"), None, "the giver wrote it");
    assert_eq!(vouched("halo semua"), None, "that was sealed to the colleague too");

    desk.assert_for(&desk.colleague, &desk.agent, "sesudah diserahkan").await;
    assert_eq!(vouched("untuk pemegang saja"), None, "the visitor saw the same log");
    assert_eq!(desk.colleague.screen().texts(id), desk.visitor.screen().texts(id));
    for device in [&desk.visitor, &desk.agent, &desk.colleague] {
        assert_eq!(device.screen().refusals, []);
    }
}

#[tokio::test]
async fn who_was_enrolled_later_gets_history_and_acts_with_a_transfer_and_can_answer() {
    let mut desk = Desk::held().await;
    let id = desk.visitor.conversation();
    let late = desk.site.agent_named("Agen Baru").await;
    desk.agent.does(id, Deed::Transfer(desk.site.agent_id("Agen Baru")));
    late.stands(id, Standing::Mine).await;
    for text in ["halo semua", "halo juga", "untuk pemegang saja"] {
        late.reads(text).await;
    }
    late.say_in(id, "saya teruskan");
    desk.visitor.reads("saya teruskan").await;
    desk.assert_for(&late, &desk.agent, "sesudah diserahkan").await;
    assert_eq!(late.screen().texts(id), desk.visitor.screen().texts(id));
    assert_eq!(late.screen().acts(id).len(), 2);
    assert_eq!(late.screen().closed().count(), 0);
}

#[tokio::test]
async fn what_is_released_is_the_desks_again_with_its_history() {
    let desk = Desk::held().await;
    let id = desk.visitor.conversation();
    desk.agent.does(id, Deed::Release);
    desk.colleague.stands(id, Standing::Free).await;
    desk.colleague.reads("untuk pemegang saja").await;
    desk.visitor.say("siapa saja");
    desk.agent.reads("siapa saja").await;
    desk.colleague.reads("siapa saja").await;
    desk.colleague.does(id, Deed::Claim);
    desk.colleague.stands(id, Standing::Mine).await;
    desk.visitor.stands(id, Standing::Others).await;
    desk.assert_for(&desk.colleague, &desk.agent, "kini rekan").await;
    desk.agent.stands(id, Standing::Others).await;
}

#[tokio::test]
async fn a_supervisor_takes_over_from_a_holder_who_is_away_and_the_visitor_gives_the_history() {
    let mut desk = Desk::held().await;
    desk.promote().await;
    let id = desk.visitor.conversation();
    desk.agent.input(Input::Network(false));
    desk.site.proxy().cut();
    desk.colleague.does(id, Deed::Takeover);
    desk.colleague.stands(id, Standing::Mine).await;
    let screen = desk.colleague.reads("untuk pemegang saja").await;
    assert_eq!(screen.item("untuk pemegang saja").unwrap().vouched, None, "the visitor wrote it");
    let screen = desk.colleague.reads("halo juga").await;
    let answer = screen.item("halo juga").unwrap();
    assert_eq!((&answer.author, &answer.vouched), (&Author::Agent(AGENT.to_owned()), &None));

    desk.agent.restart().await;
    desk.agent.stands(id, Standing::Others).await;
    desk.assert_for(&desk.colleague, &desk.agent, "sesudah diambil alih").await;
}

#[tokio::test]
async fn a_supervisor_reads_along_from_joining_to_leaving() {
    let mut desk = Desk::held().await;
    desk.promote().await;
    let id = desk.visitor.conversation();
    desk.colleague.does(id, Deed::Join);
    desk.colleague.stands(id, Standing::Joined).await;
    desk.colleague.reads("untuk pemegang saja").await;
    desk.visitor.say("untuk berdua");
    desk.agent.reads("untuk berdua").await;
    desk.colleague.reads("untuk berdua").await;
    desk.colleague.say_in(id, "saya ikut menjawab");
    desk.visitor.reads("saya ikut menjawab").await;
    desk.agent.reads("saya ikut menjawab").await;

    desk.colleague.does(id, Deed::Leave);
    desk.colleague.stands(id, Standing::Others).await;
    desk.assert_for(&desk.agent, &desk.colleague, "tanpa penyelia").await;
    let done: Vec<_> = desk.visitor.screen().acts(id).iter().map(|(_, deed)| (*deed).clone()).collect();
    assert_eq!(done, [Deed::Claim, Deed::Join, Deed::Leave]);
}

#[tokio::test]
async fn a_holder_who_is_removed_leaves_the_conversation_to_the_desk() {
    let mut desk = Desk::held().await;
    let id = desk.visitor.conversation();
    desk.site.owner().remove_agent(AGENT).unwrap();
    desk.site.attend().await;
    desk.colleague.stands(id, Standing::Free).await;
    desk.colleague.say_in(id, "saya lanjutkan");
    desk.visitor.reads("saya lanjutkan").await;
    desk.colleague.stands(id, Standing::Mine).await;
    desk.colleague.reads("untuk pemegang saja").await;
    desk.visitor.say("terima kasih");
    desk.colleague.reads("terima kasih").await;
    assert_eq!(desk.visitor.screen().acts(id).len(), 2);
}

#[tokio::test]
async fn what_was_done_is_there_after_every_restart() {
    let mut desk = Desk::open().await;
    let id = desk.visitor.conversation();
    desk.agent.say("halo juga");
    desk.agent.until("it to be kept", |screen| screen.delivery("halo juga").is_some()).await;
    desk.agent.restart().await;
    desk.agent.has_sent("halo juga").await;
    desk.visitor.restart().await;
    desk.visitor.reads("halo juga").await;
    desk.agent.does(id, Deed::Transfer(desk.site.agent_id(COLLEAGUE)));
    desk.agent.until("it to be kept", |screen| screen.conversations[&id].hold.acting).await;
    desk.agent.restart().await;
    desk.colleague.restart().await;
    desk.colleague.stands(id, Standing::Mine).await;
    desk.agent.stands(id, Standing::Others).await;
    desk.colleague.restart().await;
    desk.agent.restart().await;
    desk.colleague.reads("halo juga").await;
    for device in [&mut desk.visitor, &mut desk.agent, &mut desk.colleague] {
        device.restart().await;
        device.until("both acts", |screen| screen.acts(id).len() == 2).await;
    }
    desk.agent.stands(id, Standing::Others).await;
    desk.colleague.stands(id, Standing::Mine).await;
    desk.assert_for(&desk.colleague, &desk.agent, "sesudah semuanya").await;
    let shown = |screen: &segel_testkit::client::Screen| {
        screen.items.values().filter(|item| matches!(item.body, Body::Text(_))).count()
    };
    assert_eq!(shown(&desk.colleague.screen()), shown(&desk.visitor.screen()));
}

/// How many devices this event was wrapped for.
pub(crate) fn wraps(site: &TestSite, sought: EventId) -> usize {
    let frames = site.proxy().records().into_iter().filter(|record| record.towards == Towards::Relay);
    let mut sent = frames.filter_map(|record| match serde_json::from_slice(&record.body) {
        Ok(ClientFrame::Send { event, envelope, .. }) if event == sought => Some(envelope.wraps.len()),
        _ => None,
    });
    sent.next().expect("it was sent")
}
