//! What a visitor downloads until the first message is sent is what `cargo xtask size` says; the rest of the program comes
//! afterwards.

use std::env;

use crate::harness::Stage;

/// Bytes of the bodies, as they were transferred, of all that this document loaded from an origin, itself
/// included.
const TRANSFERRED: &str = "
    return [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
        .filter((entry) => entry.name.startsWith(arguments[0] + '/') && entry.initiatorType !== 'iframe')
        .map((entry) => [entry.name, entry.encodedBodySize, performance.timeOrigin + entry.startTime]);";

/// By which entries the rest was called before it had come.
pub(crate) const ENTERED: &str = "
    return performance.getEntriesByType('mark').map((mark) => mark.name).filter((name) => name.startsWith('segel-rest-'));";

/// What comes afterwards, by the ends of its addresses.
const REST: [&str; 2] = ["/widget_rest.wasm", "/rest.css"];

#[tokio::test(flavor = "multi_thread")]
async fn the_first_message_costs_the_bytes_that_size_says() {
    Stage::play(async |stage| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.types("pesan pertama, kartu 4111 1111 1111 1111").await;
        let sent: f64 =
            visitor.browser().script("return performance.timeOrigin + performance.now()", vec![]).await;
        visitor.sends().await;
        visitor.has_sent("pesan pertama, kartu •••• •••• •••• 1111").await;
        agent.reads("pesan pertama, kartu •••• •••• •••• 1111").await;
        agent.say("terbaca");
        visitor.reads("terbaca").await;

        let widget = vec![stage.demo().tag().widget.as_str().into()];
        let mut files: Vec<(String, u64, f64)> = visitor.browser().script(TRANSFERRED, widget.clone()).await;
        let early: Vec<String> = visitor.browser().script(ENTERED, vec![]).await;
        assert_eq!(
            early,
            Vec::<String>::new(),
            "these entries called the rest before it came: target/xtask/widget/entries.txt"
        );
        visitor.turns_to_page().await;
        files.extend(visitor.browser().script::<Vec<_>>(TRANSFERRED, widget).await);
        let (rest, files): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|(name, ..)| REST.iter().any(|end| name.ends_with(end)));
        assert!(
            matches!(rest[..], [(_, _, one), (_, _, other)] if one.min(other) > sent),
            "once, after {sent}: {rest:?}"
        );
        let transferred: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
        let said = env::var("SEGEL_SIZE").expect("SEGEL_SIZE is the total of `cargo xtask size`");
        let said: u64 = said.parse().unwrap();
        assert!(transferred.abs_diff(said) * 100 <= said, "{transferred} instead of {said}: {files:#?}");
    })
    .await;
}
