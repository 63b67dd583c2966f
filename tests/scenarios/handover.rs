//! A conversation passes from one agent to another with its history, and the first is closed out.

use segel_demo::seed::{AGENT, SUPERVISOR};
use segel_ui::Language;
use segel_ui::text::{fill, fill_two};
use thirtyfour::Key;

use crate::harness::{Device, Stage};
use crate::looks::assert_fits;

const QUESTION: &str = "Halo, pesanan saya belum sampai.";
const ANSWER: &str = "Sebentar, kami periksa dulu.";
const NUMBER: &str = "Nomor pesanannya TC-2041.";
const AFTER: &str = "Baik, saya tunggu kabarnya.";
const NEWS: &str = "Paketnya sudah di kurir, Kak.";

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_is_handed_over_with_its_history_and_the_first_agent_is_closed_out() {
    Stage::play(async |stage| {
        let (text, desk) = (Language::indonesian().text(), Language::indonesian().desk());
        let agent = stage.agent().await;
        let supervisor = stage.supervisor_on(Device::Dark).await;
        let visitor = stage.visitor().await;
        visitor.says(QUESTION).await;
        agent.chooses(QUESTION).await;
        supervisor.chooses(QUESTION).await;
        agent.says(ANSWER).await;
        visitor.reads(ANSWER).await;
        visitor.is_noticed(&fill(text.claimed(), AGENT)).await;
        agent.is_told(".holder", desk.mine()).await;
        supervisor.is_told(".holder", &fill(desk.held(), AGENT)).await;
        supervisor.is_told(".hindrance", desk.others()).await;
        visitor.says(NUMBER).await;
        agent.reads(NUMBER).await;
        supervisor.browser().shoot("console-held-by-another").await;
        assert_eq!(supervisor.texts().await, [QUESTION], "what came after the claim is not the supervisor's");

        agent.clicks_button(desk.transfer()).await;
        agent.sees(".heirs").await;
        agent.browser().shoot("console-handing-over").await;
        agent.clicks_button(SUPERVISOR).await;
        supervisor.is_told(".holder", desk.mine()).await;
        supervisor.reads(ANSWER).await;
        supervisor.reads(NUMBER).await;
        visitor.is_noticed(&fill_two(text.transferred(), AGENT, SUPERVISOR)).await;
        agent.is_told(".holder", &fill(desk.held(), SUPERVISOR)).await;
        let passed_on = fill(text.vouched(), AGENT);
        supervisor.sees_row("the giver's word", |row| row.text == NUMBER && row.status == passed_on).await;
        supervisor.browser().shoot("console-handed-over").await;

        visitor.says(AFTER).await;
        supervisor.reads(AFTER).await;
        supervisor.says(NEWS).await;
        visitor.reads(NEWS).await;
        supervisor.sees_row("the visitor's word", |row| row.text == NUMBER && row.status.is_empty()).await;
        assert_eq!(supervisor.texts().await, visitor.texts().await);
        assert_eq!(agent.texts().await, [QUESTION, ANSWER, NUMBER]);
        visitor.browser().shoot("shop-handed-over").await;
        assert_fits(&visitor).await;
        for console in [&agent, &supervisor] {
            assert_fits(console).await;
            console.reloads().await;
            console.chooses_newest().await;
        }
        supervisor.reads(AFTER).await;
        agent.is_told(".holder", &fill(desk.held(), SUPERVISOR)).await;
        agent.reads(NUMBER).await;
        assert_eq!(agent.texts().await, [QUESTION, ANSWER, NUMBER]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_takes_over_by_keyboard_on_a_small_phone() {
    Stage::play(async |stage| {
        let (text, desk) = (Language::indonesian().text(), Language::indonesian().desk());
        let agent = stage.agent_on(Device::Phone(320, 568)).await;
        let supervisor = stage.supervisor_on(Device::Phone(320, 568)).await;
        let visitor = stage.visitor_on(Device::Phone(320, 568)).await;
        visitor.says(QUESTION).await;
        agent.chooses(QUESTION).await;
        agent.browser().shoot("console-free-small").await;
        assert_fits(&agent).await;
        agent.clicks_button(desk.claim()).await;
        agent.is_told(".holder", desk.mine()).await;
        agent.clicks_button(desk.transfer()).await;
        assert_fits(&agent).await;
        agent.browser().shoot("console-mine-small").await;
        supervisor.is_told(".inbox .preview", &fill(desk.held(), AGENT)).await;
        supervisor.browser().shoot("console-list-small").await;
        supervisor.clicks(".inbox li button").await;
        supervisor.clicks_button(desk.join()).await;
        supervisor.is_told(".holder", &fill(desk.joined(), AGENT)).await;
        assert_fits(&supervisor).await;
        supervisor.browser().shoot("console-joined-small").await;

        supervisor.tabs_to(desk.takeover()).await;
        supervisor.presses(Key::Enter).await;
        supervisor.is_told(".holder", desk.mine()).await;
        visitor.is_noticed(&fill(text.taken_over(), SUPERVISOR)).await;
        assert_fits(&visitor).await;
        visitor.browser().shoot("shop-acts-small").await;
        visitor.says(NUMBER).await;
        supervisor.reads(NUMBER).await;
        supervisor.clicks_button(desk.release()).await;
        agent.is_told(".holder", desk.free()).await;
        agent.reads(NUMBER).await;
    })
    .await;
}
