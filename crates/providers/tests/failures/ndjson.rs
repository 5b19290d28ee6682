//! The same of Ollama: one JSON object a line.

use airis_providers::{Part, ProviderError, RawBody};
use futures::StreamExt;
use serde_json::json;

use crate::servers::{KEY, Reply, ask, begin, ollama, request, server};

fn line(text: &str) -> String {
    format!("{}\n", json!({"message": {"role": "assistant", "content": text}, "done": false}))
}

fn done() -> String {
    format!("{}\n", json!({"message": {"role": "assistant", "content": ""}, "done": true, "done_reason": "stop"}))
}

/// The reply to these bytes in packets of `step`; then the server hangs or leaves.
async fn reply(said: String, step: usize, hangs: bool) -> Reply {
    let address = server(move |mut visit| {
        let said = said.clone();
        async move {
            visit.say(begin("application/x-ndjson")).await;
            visit.say_slowly(said, step).await;
            if hangs {
                visit.hang().await;
            }
        }
    })
    .await;
    ask(&ollama(address)).await
}

#[tokio::test]
async fn a_line_cut_off_keeps_the_text_before_it() {
    let whole = line("one ") + &line("two");
    let cut = format!("{whole}{}", &line("three")[..30]);
    let reply = reply(cut, 10, false).await;
    assert_eq!(reply.text, "one two");
    assert!(reply.told().starts_with("Ollama at http://127.0.0.1"), "{reply:?}");
    assert!(reply.told().contains("closed the connection before the reply was complete"), "{reply:?}");
}

#[tokio::test]
async fn a_line_that_says_error_is_told_without_the_key() {
    let error = json!({"error": format!("llama runner has died ({KEY})")});
    let reply = reply(format!("{}{error}\n", line("so far")), 1000, true).await;
    let last = Part::Error(json!({"message": "llama runner has died (***)"}));
    assert_eq!((reply.text.as_str(), reply.parts.last()), ("so far", Some(&last)));
    assert!(reply.error.is_none(), "{reply:?}");
}

#[tokio::test]
async fn noise_between_lines_costs_only_itself() {
    let said = format!("\u{feff}{}\r\n\r\n<b>oops\n[1]\n7\n{}{}", line("Grüße ").trim_end(), line("🦀"), done());
    for step in [1, 3, 100_000] {
        let reply = reply(said.clone(), step, true).await;
        assert_eq!(reply.text, "Grüße 🦀");
        assert!(reply.error.is_none(), "{reply:?}");
    }
    let without_end = reply((line("x") + &done()).trim_end().to_owned(), 5, false).await;
    assert!(without_end.error.is_none(), "{without_end:?}");
}

#[tokio::test]
async fn silence_and_huge_lines_are_bounded() {
    let silent = reply(line("so far"), 100, true).await;
    assert_eq!(silent.text, "so far");
    assert!(matches!(silent.error, Some(ProviderError::Stalled(2))), "{silent:?}");
    let huge = reply(line("so far") + &line(&"x".repeat(10 * 1024 * 1024)), 4096, false).await;
    assert_eq!(huge.text, "so far");
    assert!(huge.told().contains("larger than 8 MB"), "{}", huge.told());
}

#[tokio::test]
async fn a_reply_handed_on_says_that_it_broke_off() {
    let address =
        server(|mut visit| async move { visit.say(begin("application/x-ndjson") + &line("so far")).await }).await;
    let reply = ollama(address).pass(request(true)).await.unwrap();
    let RawBody::Stream(bytes) = reply.body else { panic!("a stream was asked for") };
    let text: String = bytes.map(|bytes| String::from_utf8(bytes.unwrap().to_vec()).unwrap()).collect().await;
    assert!(text.contains("so far") && text.contains("closed the connection before the reply was complete"), "{text}");
    assert!(text.ends_with("data: [DONE]\n\n"), "{text}");
}
