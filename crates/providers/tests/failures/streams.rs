//! Streams of server-sent events that break, lie or do not end.

use std::time::Duration;

use airis_providers::{Part, ProviderError};
use futures::StreamExt;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;

use crate::servers::{KEY, Reply, Visit, ask, begin, finish, openai, openai_with, request, server, text, url, within};

const EVENTS: &str = "text/event-stream";

/// The reply to a stream with these bytes, and then `end`.
async fn reply<F, Fut>(said: String, end: F) -> Reply
where
    F: Fn(Visit) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let address = server(move |mut visit| {
        let said = said.clone();
        async move {
            visit.say(begin(EVENTS) + &said).await;
            end(visit).await;
        }
    })
    .await;
    ask(&openai(&url(address))).await
}

async fn close(visit: Visit) {
    drop(visit);
}

/// Resets once what was said has surely arrived.
async fn crash(visit: Visit) {
    tokio::time::sleep(Duration::from_secs(1)).await;
    visit.reset();
}

#[tokio::test]
async fn a_stream_that_falls_silent_keeps_its_text_and_is_given_up() {
    let reply = reply(text("one ") + &text("two"), Visit::hang).await;
    assert_eq!(reply.text, "one two");
    assert!(matches!(reply.error, Some(ProviderError::Stalled(2))), "{reply:?}");
}

#[tokio::test]
async fn a_provider_that_dies_leaves_its_text_and_a_reason() {
    let said: String = ["a", "b", "c", "d"].map(text).concat();
    let crashed = reply(said.clone(), crash).await;
    assert_eq!(crashed.text, "abcd");
    assert!(crashed.told().ends_with("broke the connection off"), "{crashed:?}");
    let closed = reply(said.clone(), close).await;
    assert_eq!(closed.text, "abcd");
    assert!(closed.told().contains("closed the connection before the reply was complete"), "{closed:?}");
    // A chunked answer without its end.
    let address = server(move |mut visit| {
        let said = said.clone();
        async move {
            visit.say(format!("HTTP/1.1 200 OK\r\nContent-Type: {EVENTS}\r\nTransfer-Encoding: chunked\r\n\r\n")).await;
            visit.say(format!("{:x}\r\n{said}\r\nff\r\ndata: ", said.len())).await;
        }
    })
    .await;
    let cut = ask(&openai(&url(address))).await;
    assert_eq!((cut.text.as_str(), cut.told().ends_with("broke the connection off")), ("abcd", true), "{cut:?}");
}

#[tokio::test]
async fn a_finished_reply_is_whole_however_the_connection_ends() {
    let said = text("all") + &finish();
    for reply in [
        reply(said.clone(), close).await,
        reply(said.clone(), crash).await,
        reply(said.clone(), Visit::hang).await,
        reply(said.clone() + "data: [DONE]\n\n", Visit::hang).await,
        reply(text("all") + "data: [DONE]", close).await,
        reply(text("all") + finish().trim_end(), close).await,
    ] {
        assert_eq!(reply.text, "all");
        assert!(reply.error.is_none(), "{reply:?}");
    }
}

#[tokio::test]
async fn a_stream_that_says_nothing_is_no_empty_reply() {
    for said in ["", "data: [DONE]\n\n", ": ping\n\n", "data: nonsense\n\ndata: [DONE]\n\n"] {
        let reply = reply(said.to_owned(), close).await;
        assert!(reply.error.is_some(), "{said:?}");
    }
}

#[tokio::test]
async fn odd_events_are_read_whatever_the_packets() {
    let event = |text: &str| json!({"choices": [{"delta": {"content": text}}]});
    let pretty = serde_json::to_string_pretty(&event("pretty ")).unwrap();
    let said = [
        "\u{feff}: first a comment\r\n\r\n".to_owned(),
        format!("event: chunk\r\nid: 1\r\ndata: {}\r\n\r\n", event("Grüße 🦀 ")),
        ": keep-alive\n\n".repeat(50),
        "data: {\"choices\": [{\"delta\": {\"cont\n\n".to_owned(),
        "data: <b>oops</b>\n\ndata:\n\nretry: 5\n\ndata: 7\n\n".to_owned(),
        pretty.lines().map(|line| format!("data: {line}\n")).collect::<String>() + "\n",
        format!("data:{}\ndata: {}\n", event("no blank "), event("lines ")),
        format!("data: {}\n\n", json!({"choices": [], "usage": null, "error": null})),
        text("end"),
        finish(),
        "data: [DONE]\n\n".to_owned(),
    ]
    .concat();
    for step in [1, 2, 3, 7, 64, 100_000] {
        let said = said.clone();
        let address = server(move |mut visit| {
            let said = said.clone();
            async move {
                visit.say(begin(EVENTS)).await;
                visit.say_slowly(said, step).await;
            }
        })
        .await;
        let reply = ask(&openai(&url(address))).await;
        assert_eq!(reply.text, "Grüße 🦀 pretty no blank lines end", "packets of {step}");
        assert!(reply.error.is_none(), "{reply:?}");
    }
}

#[tokio::test]
async fn broken_characters_cost_only_themselves() {
    let address = server(move |mut visit| async move {
        visit.say(begin(EVENTS) + "data: {\"choices\":[{\"delta\":{\"content\":\"a").await;
        visit.say(b"\xff\xc3").await;
        visit.say("b\"}}]}\n\n".to_owned() + &finish()).await;
    })
    .await;
    let reply = ask(&openai(&url(address))).await;
    assert!(reply.text.starts_with('a') && reply.text.ends_with('b') && reply.error.is_none(), "{reply:?}");
}

#[tokio::test]
async fn an_error_inside_the_stream_comes_behind_the_text_and_without_the_key() {
    let error = json!({"error": {"message": format!("context is full ({KEY})"), "code": 400}});
    for said in [format!("data: {error}\n\n"), format!("{error}\n")] {
        let reply = reply(text("so far") + &said, close).await;
        let last = Part::Error(json!({"message": "context is full (***)", "code": 400}));
        assert_eq!(reply.parts, [Part::Text("so far".to_owned()), last]);
        assert!(reply.error.is_none(), "one failure is told once: {reply:?}");
    }
}

#[tokio::test]
async fn an_endless_stream_ends_when_nobody_reads_it() {
    let (left, mut gone) = mpsc::channel(1);
    let address = server(move |mut visit| {
        let left = left.clone();
        async move {
            visit.say(begin(EVENTS)).await;
            while visit.stream.write_all(text("more ").as_bytes()).await.is_ok() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            let _ = left.send(()).await;
        }
    })
    .await;
    let mut stream = openai(&url(address)).stream(request(true)).await.unwrap();
    for _ in 0..3 {
        stream.next().await.unwrap().unwrap();
    }
    drop(stream);
    within(60, gone.recv()).await.unwrap();
}

#[tokio::test]
async fn an_endless_stream_is_not_read_for_ever() {
    let address = server(|mut visit| async move {
        visit.say(begin(EVENTS) + &text("begin")).await;
        let comment = format!(": {}\n", "x".repeat(1024 * 1024));
        while visit.stream.write_all(comment.as_bytes()).await.is_ok() {}
    })
    .await;
    let reply = ask(&openai(&url(address))).await;
    assert_eq!(reply.text, "begin");
    assert!(reply.told().contains("does not end"), "{reply:?}");
}

#[tokio::test]
async fn a_huge_event_is_delivered_or_refused_and_never_slow() {
    let large = "x".repeat(7 * 1024 * 1024);
    let delivered = reply(text(&large) + &finish(), close).await;
    assert_eq!((delivered.text.len(), delivered.error.is_none()), (large.len(), true));
    let refused = reply(text("before ") + &text(&"x".repeat(10 * 1024 * 1024)) + &finish(), close).await;
    assert_eq!(refused.text, "before ");
    assert!(refused.told().contains("one event is larger than 8 MB"), "{}", refused.told());
    // The same in lines that only the end of the event would join.
    let lines = format!("data: {}\n", "x".repeat(1000)).repeat(10_000);
    let refused = reply(text("before ") + &lines, close).await;
    assert!(refused.told().contains("one event is larger than 8 MB"), "{}", refused.told());
}

#[tokio::test]
async fn the_responses_api_fails_as_clearly() {
    let options = r#"{"0": {"model_ids": ["m"], "api_type": "responses"}}"#;
    let delta = format!("data: {}\n\n", json!({"type": "response.output_text.delta", "delta": "so far"}));
    let refusal = json!({"type": "error", "message": format!("no credit for {KEY}")});
    let failed = json!({"type": "response.failed", "response": {"error": {"message": format!("no credit for {KEY}")}}});
    for (end, told) in [
        (format!("data: {refusal}\n\n"), None),
        (format!("data: {failed}\n\n"), None),
        (format!("{}\n", json!({"error": {"message": format!("no credit for {KEY}")}})), None),
        ("data: {\"type\": \"response.outp".to_owned(), Some("before the reply was complete")),
    ] {
        let said = delta.clone() + &end;
        let address = server(move |mut visit| {
            let said = begin(EVENTS) + &said;
            async move { visit.say(said).await }
        })
        .await;
        let providers = openai_with(&url(address), options, &[]);
        let reply = ask(&providers).await;
        assert_eq!(reply.text, "so far");
        let complete = providers.complete(request(false)).await.unwrap_err().to_string();
        match told {
            Some(words) => assert!(reply.told().contains(words) && complete.contains(words), "{reply:?}"),
            None => {
                assert_eq!(reply.parts.last(), Some(&Part::Error(json!({"message": "no credit for ***"}))));
                assert!(reply.error.is_none() && complete.ends_with(": no credit for ***"), "{complete}");
            }
        }
    }
}
