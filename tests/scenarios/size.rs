//! What a visitor downloads until the first message is sent is what `cargo xtask size` says.

use std::env;

use crate::harness::Stage;

/// Bytes of the bodies, as they were transferred, of all that this document loaded from an origin, itself
/// included.
const TRANSFERRED: &str = "
    return [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
        .filter((entry) => entry.name.startsWith(arguments[0] + '/') && entry.initiatorType !== 'iframe')
        .map((entry) => [entry.name, entry.encodedBodySize]);";

#[tokio::test(flavor = "multi_thread")]
async fn the_first_message_costs_the_bytes_that_size_says() {
    Stage::play(async |stage| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.says("pesan pertama").await;
        visitor.has_sent("pesan pertama").await;
        agent.reads("pesan pertama").await;

        let widget = vec![stage.demo().tag().widget.as_str().into()];
        let mut files: Vec<(String, u64)> = visitor.browser().script(TRANSFERRED, widget.clone()).await;
        visitor.turns_to_page().await;
        files.extend(visitor.browser().script::<Vec<_>>(TRANSFERRED, widget).await);
        let transferred: u64 = files.iter().map(|(_, bytes)| bytes).sum();
        let said = env::var("SEGEL_SIZE").expect("SEGEL_SIZE is the total of `cargo xtask size`");
        let said: u64 = said.parse().unwrap();
        assert!(transferred.abs_diff(said) * 100 <= said, "{transferred} instead of {said}: {files:#?}");
    })
    .await;
}
