//! What is typed stays the browser's own: pasted, undone, done again or put together by an input method, it is underlined as it
//! stands and sent masked.

use serde_json::json;
use thirtyfour::Key;

use crate::harness::{Person, Stage};

const CARD: &str = "4111 1111 1111 1111";

/// What is typed, where the caret is in it, and what is underlined of it.
const COMPOSED: &str = "
    const area = document.querySelector('textarea');
    return [area.value, area.selectionStart, [...document.querySelectorAll('.backdrop .found')].map((found) => found.textContent)];";

async fn composes(visitor: &Person, text: &str, caret: usize, underlined: &[&str]) {
    visitor
        .until(&format!("{text:?} with {underlined:?} underlined"), async || {
            let composed: (String, usize, Vec<String>) = visitor.browser().script(COMPOSED, vec![]).await;
            (composed.0 == text && composed.1 == caret && composed.2 == underlined).then_some(())
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pasted_number_is_undone_and_done_again_with_its_line() {
    Stage::play(async |stage| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.types("kartu saya ").await;
        visitor.pastes(CARD).await;
        let whole = format!("kartu saya {CARD}");
        composes(&visitor, &whole, whole.len(), &[CARD]).await;
        visitor.types(Key::Control + "z").await;
        visitor
            .until("the number undone", async || (!visitor.draft().await.contains('4')).then_some(()))
            .await;
        let left = visitor.draft().await;
        composes(&visitor, &left, left.len(), &[]).await;
        visitor.types(Key::Control + Key::Shift + "z").await;
        composes(&visitor, &whole, whole.len(), &[CARD]).await;

        // A letter in the midst of what is there goes where the caret is, and is all that is undone.
        visitor.browser().run("document.querySelector('textarea').setSelectionRange(5, 5)").await;
        visitor.pastes("nya").await;
        let longer = format!("kartunya saya {CARD}");
        composes(&visitor, &longer, 8, &[CARD]).await;
        visitor.types(Key::Control + "z").await;
        composes(&visitor, &whole, 5, &[CARD]).await;
        visitor.sends().await;
        visitor.has_sent("kartu saya •••• •••• •••• 1111").await;
        agent.reads("kartu saya •••• •••• •••• 1111").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_input_method_puts_together_is_left_to_it_and_underlined() {
    Stage::play(async |stage| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.types("kartu ").await;
        let mut put_together = String::new();
        for part in ["4111", " 1111", " 1111", " 1111"] {
            put_together += part;
            let end = put_together.len();
            let wish = json!({ "text": put_together, "selectionStart": end, "selectionEnd": end });
            visitor.browser().asks("Input.imeSetComposition", wish).await;
            let whole = format!("kartu {put_together}");
            let underlined: &[&str] = if put_together == CARD { &[CARD] } else { &[] };
            composes(&visitor, &whole, whole.len(), underlined).await;
        }
        visitor.browser().asks("Input.insertText", json!({ "text": CARD })).await;
        let whole = format!("kartu {CARD}");
        composes(&visitor, &whole, whole.len(), &[CARD]).await;
        visitor.sends().await;
        agent.reads("kartu •••• •••• •••• 1111").await;
    })
    .await;
}
