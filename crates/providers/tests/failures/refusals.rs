//! Servers that cannot be asked, refuse, or answer something else than a reply.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use airis_domain::JsonMap;
use airis_providers::{Kind, ProviderError, RawBody};
use futures::StreamExt;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::servers::{KEY, answer, ask, begin, ollama, openai, openai_with, raw_server, request, server, url, within};

#[tokio::test]
async fn a_port_where_nothing_listens_is_said_to_be_one() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let told = ask(&openai(&format!("http://name:pass-0123456789@{address}/v1?x={KEY}"))).await.told();
    assert!(told.contains(&format!("http://{address}/v1 cannot be reached: nothing listens there")), "{told}");
    assert!(!told.contains("0123456789"), "{told}");
    let error = ollama(address).verify(Kind::Ollama, &format!("http://{address}"), "", json!({})).await.unwrap_err();
    assert!(error.to_string().starts_with("Ollama at http://127.0.0.1"), "{error}");
}

#[tokio::test]
async fn a_name_that_nobody_knows_is_said_to_be_one() {
    // Too long for any name server to be asked.
    let name = "x".repeat(70);
    let told = ask(&openai(&format!("http://{name}.example/v1"))).await.told();
    assert!(told.contains("nobody knows that name"), "{told}");
}

#[tokio::test]
async fn https_and_http_mixed_up_are_told_apart() {
    let plain = raw_server(|mut stream| async move {
        let _ = stream.read(&mut [0; 1024]).await;
        let _ = stream.write_all(answer(400, "text/plain", "what?").as_bytes()).await;
    })
    .await;
    let told = ask(&openai(&format!("https://{plain}/v1"))).await.told();
    assert!(told.contains("should the address begin with http:// instead of https://?"), "{told}");
    let safe = raw_server(|mut stream| async move {
        let _ = stream.read(&mut [0; 1024]).await;
        // The alert "protocol version".
        let _ = stream.write_all(&[0x15, 3, 1, 0, 2, 2, 70]).await;
    })
    .await;
    let told = ask(&openai(&url(safe))).await.told();
    assert!(told.contains("does it want https://?"), "{told}");
}

#[tokio::test]
async fn every_refusal_tells_what_it_means_and_what_the_provider_said() {
    let long = "so many words ".repeat(30_000);
    let bodies = [
        (
            "application/json",
            json!({"error": {"message": format!("bad key {KEY}"), "code": 1}}).to_string(),
            "bad key ***",
        ),
        (
            "application/json",
            json!({"error": format!("model 'm' is not there, {KEY}")}).to_string(),
            "model 'm' is not there, ***",
        ),
        ("application/json", json!({"detail": [{"msg": long}]}).to_string(), "so many words so many words"),
        ("text/html", format!("<html><head><title>No entry</title></head><body>{KEY}</body></html>"), "No entry"),
        ("text/plain", format!("proxy says no to {KEY}\n"), "proxy says no to ***"),
        ("text/plain", String::new(), ""),
        ("application/json", String::new(), ""),
        ("application/json", "{\"error\": {\"mess".to_owned(), "{\"error\""),
    ];
    let meanings = [
        (400, "the provider refuses the request"),
        (401, "the provider does not accept the key of the connection"),
        (403, "the provider does not allow this with the key of the connection"),
        (404, "the provider knows no such model or address"),
        (429, "the provider takes no more requests for now; try again later"),
        (500, "the provider failed; try again, or look at its log"),
        (503, "the provider is overloaded; try again later"),
    ];
    for (status, meaning) in meanings {
        for (kind, body, words) in &bodies {
            let reply = answer(status, kind, body);
            let address = server(move |mut visit| {
                let reply = reply.clone();
                async move { visit.say(reply).await }
            })
            .await;
            let openai = openai(&url(address));
            let mut errors = Vec::new();
            for providers in [&openai, &ollama(address)] {
                errors.push(ask(providers).await.error.unwrap());
                errors.push(providers.complete(request(false)).await.unwrap_err());
            }
            for error in errors {
                let told = error.to_string();
                let colon = if words.is_empty() { String::new() } else { format!(": {words}") };
                assert!(told.starts_with(&format!("{meaning} ({status}){colon}")), "{told}");
                assert!(told.len() < 500 && !told.contains(KEY), "{told}");
                assert!(matches!(error, ProviderError::Answer { status: kept, .. } if kept == status));
            }
            let passed = openai.pass(request(true)).await.unwrap();
            let shown = match passed.body {
                RawBody::Json(json) => json.to_string(),
                RawBody::Stream(mut stream) => {
                    String::from_utf8(stream.next().await.unwrap().unwrap().to_vec()).unwrap()
                }
            };
            assert_eq!(passed.status, status);
            assert!(!shown.contains(KEY), "{shown}");
        }
    }
}

#[tokio::test]
async fn an_error_whose_words_do_not_come_is_told_by_its_status() {
    let address = server(|mut visit| async move {
        visit.say("HTTP/1.1 500 X\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\nthe disk").await;
        visit.hang().await;
    })
    .await;
    let told = within(60, ask(&openai(&url(address)))).await.told();
    assert_eq!(told, "the provider failed; try again, or look at its log (500): the disk");
}

#[tokio::test]
async fn a_server_that_takes_the_question_and_never_answers_is_given_up() {
    let address = server(|visit| visit.hang()).await;
    let error = ask(&openai(&url(address))).await.error.unwrap();
    assert!(matches!(error, ProviderError::Stalled(2)), "{error}");
    let error = ask(&ollama(address)).await.error.unwrap();
    assert!(error.to_string().contains("silent for 2 s"), "{error}");
    assert!(within(60, openai(&url(address)).complete(request(false))).await.is_err());
}

#[tokio::test]
async fn a_server_that_leaves_without_a_word_is_said_to_have_done_so() {
    let address = server(|visit| async move { drop(visit) }).await;
    let told = ask(&openai(&url(address))).await.told();
    assert!(told.ends_with("closed the connection without an answer; look at its log"), "{told}");
    let address = server(|visit| async move { visit.reset() }).await;
    let told = ask(&openai(&url(address))).await.told();
    assert!(told.ends_with("broke the connection off"), "{told}");
}

#[tokio::test]
async fn an_answer_that_drips_for_ever_ends_with_the_total_deadline() {
    let address = server(|mut visit| async move {
        visit.say(begin("text/event-stream")).await;
        while visit.stream.write_all(b": still here\n").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    let providers = openai_with(&url(address), r#"{"0": {"model_ids": ["m"]}}"#, &[("AIOHTTP_CLIENT_TIMEOUT", "1")]);
    let told = ask(&providers).await.told();
    assert!(told.contains("within 1 s; AIOHTTP_CLIENT_TIMEOUT sets this limit"), "{told}");
}

#[tokio::test]
async fn a_redirect_elsewhere_is_told_and_carries_no_key_there() {
    let heard = Arc::new(AtomicUsize::new(0));
    let count = heard.clone();
    let other = server(move |visit| {
        count.fetch_add(1, Ordering::Relaxed);
        visit.hang()
    })
    .await;
    let address = server(move |mut visit| async move {
        visit.say(format!("HTTP/1.1 307 X\r\nLocation: http://{other}/v2\r\nContent-Length: 0\r\n\r\n")).await;
    })
    .await;
    let told = ask(&openai(&url(address))).await.told();
    assert!(told.contains(&format!("sends requests on to http://{other}/v2; put the address")), "{told}");
    assert_eq!(heard.load(Ordering::Relaxed), 0);
    let round = server(|mut visit| async move {
        visit.say("HTTP/1.1 307 X\r\nLocation: /again\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await;
    })
    .await;
    let told = ask(&openai(&url(round))).await.told();
    assert!(told.contains("sends requests on to /again"), "{told}");
}

#[tokio::test]
async fn a_key_with_a_line_break_is_named_as_the_cause() {
    let address = server(|visit| visit.hang()).await;
    let providers = openai(&url(address));
    let key = format!("{KEY}\n");
    for (at, key) in [(url(address), key.as_str()), ("no address".to_owned(), KEY)] {
        let told = within(60, providers.verify(Kind::OpenAi, &at, key, json!({}))).await.unwrap_err().to_string();
        assert!(told.contains("its address, its key or a header holds something that cannot be sent"), "{told}");
        assert!(!told.contains(KEY));
    }
}

#[tokio::test]
async fn an_answer_that_is_no_reply_is_shown_for_what_it_is() {
    for (kind, body, words) in [
        ("text/html", "<title>Welcome to the router</title>", "Welcome to the router"),
        ("application/json", "<title>Sign in</title>", "Sign in"),
        ("application/json", "{\"status\": \"ok\", \"message\": \"no such path\"}", "no such path"),
        ("application/json", "", "it is empty"),
        ("application/json", "{\"choices\": [{\"mess", "no JSON"),
        ("text/plain", "hello", "hello"),
    ] {
        let reply = answer(200, kind, body);
        let address = server(move |mut visit| {
            let reply = reply.clone();
            async move { visit.say(reply).await }
        })
        .await;
        let openai = openai(&url(address));
        let told = ask(&openai).await.told();
        assert!(told.starts_with("the provider sent an unusable answer: ") && told.contains(words), "{told}");
        assert!(told.contains("is the address right?") || kind == "text/plain", "{told}");
        assert!(openai.complete(request(false)).await.unwrap_err().to_string().contains(words));
        let raw = [openai.pass(request(true)).await, openai.embeddings("m", JsonMap::new(), None).await];
        for reply in raw {
            let page = reply.is_err_and(|error| error.to_string().contains("it is a web page"));
            assert_eq!(page, kind == "text/html");
        }
        assert!(openai.verify(Kind::OpenAi, &url(address), KEY, json!({})).await.is_err() || body.starts_with("{\"s"));
        let told = ask(&ollama(address)).await.told();
        assert!(told.contains("no reply, but") || body.is_empty() || body.starts_with('{'), "{told}");
    }
}

#[tokio::test]
async fn an_error_with_a_status_of_success_is_an_error() {
    let body = json!({"error": {"message": format!("out of memory, {KEY}")}}).to_string();
    for kind in ["application/json", "text/event-stream", "text/plain"] {
        let reply = answer(200, kind, &body);
        let address = server(move |mut visit| {
            let reply = reply.clone();
            async move { visit.say(reply).await }
        })
        .await;
        for providers in [openai(&url(address)), ollama(address)] {
            let reply = ask(&providers).await;
            let error = reply.parts.iter().find_map(|part| match part {
                airis_providers::Part::Error(error) => Some(error["message"].clone()),
                _ => None,
            });
            assert_eq!(error, Some(json!("out of memory, ***")), "{reply:?}");
            let told = providers.complete(request(false)).await.unwrap_err().to_string();
            assert!(told.ends_with("out of memory, ***"), "{told}");
        }
    }
}

#[tokio::test]
async fn an_endless_answer_is_not_read_for_ever() {
    let address = server(|mut visit| async move {
        visit.say(begin("application/json")).await;
        visit.say("{\"choices\": \"").await;
        let piece = vec![b'x'; 1024 * 1024];
        while visit.stream.write_all(&piece).await.is_ok() {}
    })
    .await;
    let error = within(20, openai(&url(address)).complete(request(false))).await.unwrap_err();
    assert!(error.to_string().contains("larger than 64 MB"), "{error}");
}
