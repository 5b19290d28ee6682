//! Limits on messages, tokens and money, at every door to a model.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures::StreamExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::app::{Person, Reply, TestApp};

/// What a provider counts for each reply: 5 tokens read, 10 written.
pub const TOKENS: i64 = 15;
/// The words of each reply: 10 tokens, roughly.
pub const WORDS: &str = "forty characters are about ten tokens...";

/// Pieces of a long reply, and what one holds: 6,000 tokens in all, roughly, of which nobody is told.
pub const PIECES: usize = 60;
const PIECE: &str = "a hundred tokens in four hundred characters ";

pub fn piece() -> String {
    PIECE.repeat(10).chars().take(400).collect()
}

/// An OpenAI-compatible server. `silent` does not say what it counted, `broken` fails, `slow` takes its time, `long` writes
/// a lot.
async fn completions(Json(body): Json<Value>) -> Response {
    let model = body["model"].as_str().unwrap_or_default();
    if model == "broken" {
        return (axum::http::StatusCode::INTERNAL_SERVER_ERROR, Json(json!({"error": {"message": "no"}})))
            .into_response();
    }
    tokio::time::sleep(Duration::from_millis(if model == "slow" { 8000 } else { 10 })).await;
    let usage = json!({"prompt_tokens": 5, "completion_tokens": 10, "total_tokens": TOKENS});
    let counted = !matches!(model, "silent" | "long");
    if model == "long" && body["stream"] == true {
        return long();
    }
    if body["stream"] != true {
        let words = if model == "long" { piece().repeat(PIECES) } else { WORDS.to_owned() };
        let mut answer = json!({"choices": [{"index": 0, "message": {"role": "assistant", "content": words}, "finish_reason": "stop"}]});
        if counted {
            answer["usage"] = usage;
        }
        return Json(answer).into_response();
    }
    let mut text = format!(
        "data: {}\n\ndata: {}\n\n",
        json!({"choices": [{"index": 0, "delta": {"content": WORDS}}]}),
        json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    );
    if counted {
        text.push_str(&format!("data: {}\n\n", json!({"choices": [], "usage": usage})));
    }
    text.push_str("data: [DONE]\n\n");
    let pieces: Vec<_> = text.as_bytes().chunks(37).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect();
    let body = Body::from_stream(futures::stream::iter(pieces).chain(futures::stream::once(async {
        tokio::time::sleep(Duration::from_millis(5)).await;
        Ok(Vec::new())
    })));
    ([("content-type", "text/event-stream")], body).into_response()
}

/// A long reply, piece by piece.
fn long() -> Response {
    let pieces = (0..=PIECES).map(|number| {
        let event = json!({"choices": [{"index": 0, "delta": {"content": piece()}}]});
        if number < PIECES { format!("data: {event}\n\n") } else { "data: [DONE]\n\n".to_owned() }
    });
    let pieces = futures::stream::iter(pieces).then(async |piece| {
        tokio::time::sleep(Duration::from_millis(2)).await;
        Ok::<_, std::io::Error>(piece)
    });
    ([("content-type", "text/event-stream")], Body::from_stream(pieces)).into_response()
}

/// A vector for each text.
async fn embeddings(Json(body): Json<Value>) -> Json<Value> {
    let texts = body["input"].as_array().map_or(1, Vec::len);
    let vectors: Vec<Value> = (0..texts).map(|index| json!({"index": index, "embedding": [1.0, 0.5]})).collect();
    Json(json!({"data": vectors, "usage": {"prompt_tokens": 3, "total_tokens": 3}}))
}

/// A server with Ollama's own shapes.
async fn chat(Json(body): Json<Value>) -> Response {
    let end = json!({"done": true, "message": {"content": ""}, "prompt_eval_count": 5, "eval_count": 10});
    if body["stream"] == false {
        let whole = json!({"done": true, "message": {"role": "assistant", "content": WORDS}, "prompt_eval_count": 5, "eval_count": 10});
        return Json(whole).into_response();
    }
    let text = format!("{}\n{end}\n", json!({"message": {"content": WORDS}, "done": false}));
    ([("content-type", "application/x-ndjson")], text).into_response()
}

async fn providers() -> String {
    let models = json!({"object": "list", "data": [{"id": "m"}, {"id": "other"}, {"id": "silent"}, {"id": "broken"}, {"id": "slow"}, {"id": "long"}]});
    let responses =
        json!({"output": [{"content": [{"text": WORDS}]}], "usage": {"input_tokens": 5, "output_tokens": 10}});
    let router = Router::new()
        .route("/v1/models", get(async move || Json(models)))
        .route("/v1/chat/completions", post(completions))
        .route("/v1/responses", post(async move || Json(responses)))
        .route("/v1/embeddings", post(embeddings))
        .route("/api/tags", get(async || Json(json!({"models": [{"name": "l", "model": "l", "digest": "d"}]}))))
        .route("/api/ps", get(async || Json(json!({"models": []}))))
        .route("/api/version", get(async || Json(json!({"version": "1"}))))
        .route("/api/chat", post(chat))
        .route("/api/show", post(async || Json(json!({}))));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

pub async fn server() -> TestApp {
    server_with(&[]).await
}

pub async fn server_with(more: &[(&str, &str)]) -> TestApp {
    let url = providers().await;
    let openai = format!("{url}/v1");
    let env = [
        ("ENABLE_OPENAI_API", "true"),
        ("OPENAI_API_BASE_URLS", &openai),
        ("OPENAI_API_KEYS", "k"),
        ("ENABLE_OPENAI_API_PASSTHROUGH", "true"),
        ("ENABLE_OLLAMA_API", "true"),
        ("OLLAMA_BASE_URLS", &url),
        ("ENABLE_API_KEYS", "true"),
        ("BYPASS_MODEL_ACCESS_CONTROL", "true"),
        ("RAG_EMBEDDING_ENGINE", "openai"),
        ("RAG_EMBEDDING_MODEL", "e"),
        ("RAG_OPENAI_API_BASE_URL", &openai),
        ("RAG_OPENAI_API_KEY", "k"),
    ];
    TestApp::with(&[&env[..], more].concat()).await
}

fn question(model: &str) -> Value {
    json!({"model": model, "stream": false, "max_tokens": 10, "messages": [{"role": "user", "content": "hi"}]})
}

async fn ask(person: &Person<'_>, model: &str) -> Reply {
    person.post("/api/chat/completions", question(model)).await
}

/// A budget for everyone, with these fields over it.
pub async fn limit(admin: &Person<'_>, fields: Value) -> String {
    let mut form = json!({"name": "Lunch", "subject": "everyone", "measure": "messages", "period": "day", "amount": 2});
    for (name, value) in fields.as_object().unwrap() {
        form[name] = value.clone();
    }
    admin.post("/api/v1/budgets", form).await.ok()["id"].as_str().unwrap().to_owned()
}

pub async fn change(admin: &Person<'_>, id: &str, fields: Value) {
    admin.call("POST", &format!("/api/v1/budgets/{id}"), Some(fields)).await.ok();
}

pub async fn own(person: &Person<'_>) -> Value {
    person.get("/api/v1/budgets/me").await.ok()
}

pub async fn spent(person: &Person<'_>) -> Value {
    own(person).await["budgets"][0]["spent"].clone()
}

/// The text of a refusal, after checking that it says when to come again.
pub fn refused(reply: &Reply) -> String {
    assert_eq!(reply.refused(), 429, "{}", reply.text);
    let seconds: i64 = reply.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=31 * 86_400).contains(&seconds), "{seconds}");
    reply.json()["detail"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn messages_are_counted_for_each_person_and_failures_are_not() {
    let server = server().await;
    let admin = server.admin().await;
    let user = server.somebody("user", "user").await;
    limit(&admin, json!({})).await;
    assert_eq!(ask(&user, "broken").await.status, 500);
    for _ in 0..2 {
        ask(&user, "m").await.ok();
    }
    let text = refused(&ask(&user, "m").await);
    assert!(text.contains("\"Lunch\"") && text.contains("2 of 2 messages") && text.contains("next day"), "{text}");
    ask(&admin, "m").await.ok();
    // Naming a chat is no message.
    user.post("/api/v1/tasks/title/completions", question("m")).await.ok();
    refused(&user.post("/api/v1/tasks/moa/completions", question("m")).await);
    let own = own(&user).await;
    assert_eq!(
        (&own["warn"], &own["budgets"][0]["used_up"], &own["budgets"][0]["left"]),
        (&json!(true), &json!(true), &json!(0))
    );
}

#[tokio::test]
async fn tokens_are_counted_at_every_door_and_every_door_closes() {
    let server = server().await;
    let admin = server.admin().await;
    let id = limit(&admin, json!({"measure": "tokens", "amount": 100_000})).await;
    let streamed = |mut body: Value| {
        body["stream"] = json!(true);
        body
    };
    let input = json!({"model": "m", "input": "hi"});
    let doors = [
        ("/api/chat/completions", question("m"), TOKENS),
        ("/api/chat/completions", streamed(question("m")), TOKENS),
        ("/api/v1/chat/completions", question("m"), TOKENS),
        // What is not reported is estimated: 5 tokens of the question, 10 of the reply.
        ("/api/chat/completions", question("silent"), 15),
        ("/api/chat/completions", streamed(question("silent")), 15),
        ("/api/chat/completions", question("l"), TOKENS),
        ("/api/chat/completions", streamed(question("l")), TOKENS),
        ("/api/v1/messages", question("m"), TOKENS),
        ("/api/v1/messages", streamed(question("m")), TOKENS),
        ("/openai/chat/completions", streamed(question("m")), TOKENS),
        ("/openai/responses", input.clone(), TOKENS),
        ("/openai/v1/chat/completions", question("m"), 0),
        ("/openai/embeddings", input.clone(), 3),
        ("/api/embeddings", input.clone(), 3),
        ("/ollama/api/chat", question("l"), TOKENS),
        ("/ollama/api/chat", streamed(question("l")), TOKENS),
        ("/ollama/api/chat/0", streamed(question("l")), TOKENS),
        ("/ollama/v1/chat/completions", question("l"), TOKENS),
        ("/api/v1/tasks/title/completions", question("m"), TOKENS),
    ];
    let mut total = 0;
    for (path, body, tokens) in &doors {
        let reply = admin.post(path, body.clone()).await;
        assert!(reply.status.is_success() || *tokens == 0, "{path}: {} {}", reply.status, reply.text);
        total += tokens;
        assert_eq!(spent(&admin).await, json!(total), "{path} {body}");
    }
    change(&admin, &id, json!({"amount": total})).await;
    for (path, body, _) in &doors {
        let text = refused(&admin.post(path, body.clone()).await);
        assert!(text.contains("tokens"), "{path}: {text}");
    }
    // What asks no model goes on.
    admin.post("/ollama/api/show", json!({"model": "l"})).await.ok();
    admin.post("/api/v1/tasks/title/completions", json!({"model": "none-such"})).await.refused();
    assert_eq!(spent(&admin).await, json!(total));
}

#[tokio::test]
async fn money_is_counted_by_the_price_of_the_model() {
    let server = server().await;
    let admin = server.admin().await;
    let prices = json!({"currency": "EUR", "prices": [{"model_id": "m", "input": 2.0, "output": 10, "shown": true}]});
    let kept = admin.call("POST", "/api/v1/budgets/prices", Some(prices.clone())).await.ok();
    assert_eq!((&kept["currency"], &kept["prices"][0]["output"]), (&json!("EUR"), &json!(10.0)));
    assert_eq!(admin.get("/api/v1/budgets/prices").await.ok(), kept);
    // A reply costs 5 x 2 + 10 x 10 millionths.
    limit(&admin, json!({"measure": "money", "period": "month", "amount": 0.00022})).await;
    ask(&admin, "m").await.ok();
    assert_eq!(spent(&admin).await, json!(0.00011));
    ask(&admin, "m").await.ok();
    let text = refused(&ask(&admin, "m").await);
    assert!(text.contains("0.00022 of 0.00022 EUR") && text.contains("next month"), "{text}");
    ask(&admin, "other").await.ok();
    let list = admin.get("/api/v1/budgets").await.ok();
    assert_eq!((&list[0]["used"]["total"], &list[0]["amount"]), (&json!(0.00022), &json!(0.00022)));
}

#[tokio::test]
async fn a_group_spends_together_or_each_for_themselves() {
    let server = server().await;
    let admin = server.admin().await;
    let (ada, bob) = (server.somebody("ada", "user").await, server.somebody("bob", "user").await);
    let group = json!({"name": "class", "description": ""});
    let group = admin.post("/api/v1/groups/create", group).await.ok()["id"].as_str().unwrap().to_owned();
    let members = json!({"user_ids": [ada.id, bob.id]});
    admin.post(&format!("/api/v1/groups/id/{group}/users/add"), members).await.ok();
    let together = limit(&admin, json!({"subject": "group", "subject_id": group, "shared": true, "amount": 1})).await;
    ask(&ada, "m").await.ok();
    refused(&ask(&bob, "m").await);
    ask(&admin, "m").await.ok();
    assert_eq!(own(&admin).await["budgets"], json!([]));
    admin.call("DELETE", &format!("/api/v1/budgets/{together}"), None).await.ok();
    limit(&admin, json!({"subject": "group", "subject_id": group, "amount": 1})).await;
    for person in [&ada, &bob] {
        ask(person, "m").await.ok();
        refused(&ask(person, "m").await);
    }
}

#[tokio::test]
async fn a_model_has_a_budget_of_its_own_under_all_its_names() {
    let server = server().await;
    let admin = server.admin().await;
    let custom = json!({"id": "tutor", "name": "Tutor", "base_model_id": "m", "meta": {}, "params": {}});
    admin.post("/api/v1/models/create", custom).await.ok();
    limit(&admin, json!({"name": "Base", "model_id": "m", "amount": 3})).await;
    limit(&admin, json!({"name": "Custom", "model_id": "tutor", "amount": 1})).await;
    ask(&admin, "tutor").await.ok();
    assert!(refused(&ask(&admin, "tutor").await).contains("\"Custom\""));
    ask(&admin, "m").await.ok();
    ask(&admin, "m").await.ok();
    assert!(refused(&ask(&admin, "m").await).contains("\"Base\""));
    ask(&admin, "other").await.ok();
}

#[tokio::test]
async fn a_key_has_a_budget_of_its_own() {
    let server = server().await;
    let admin = server.admin().await;
    let user = server.somebody("user", "user").await;
    for person in [&admin, &user] {
        server.app.store.set_api_key(&person.id.as_str().into(), &format!("sk-{}", person.id)).await.unwrap();
    }
    let by_key = async |person: &Person<'_>| {
        let key = format!("sk-{}", person.id);
        server.call_as(Some(&key), "POST", "/api/chat/completions", Some(question("m"))).await
    };
    limit(&admin, json!({"subject": "key", "subject_id": admin.id, "amount": 1})).await;
    by_key(&admin).await.ok();
    refused(&by_key(&admin).await);
    ask(&admin, "m").await.ok();
    assert_eq!(own(&admin).await["budgets"][0]["by_key"], true);
    assert_eq!(own(&user).await["budgets"], json!([]));
}

#[tokio::test]
async fn people_are_warned_before_nothing_is_left() {
    let server = server().await;
    let admin = server.admin().await;
    let id = limit(&admin, json!({"amount": 5})).await;
    for (number, warn) in [(1, false), (2, false), (3, false), (4, true), (5, true)] {
        ask(&admin, "m").await.ok();
        let own = own(&admin).await;
        assert_eq!((&own["warn"], &own["budgets"][0]["left"]), (&json!(warn), &json!(5 - number)), "{number}");
    }
    change(&admin, &id, json!({"amount": 6, "warn_percent": 100})).await;
    assert_eq!(own(&admin).await["warn"], false);
    change(&admin, &id, json!({"amount": 0})).await;
    refused(&ask(&admin, "m").await);
    change(&admin, &id, json!({"is_active": false})).await;
    ask(&admin, "m").await.ok();
    assert_eq!(own(&admin).await["budgets"], json!([]));
}

#[tokio::test]
async fn of_two_hundred_at_once_one_at_most_spends_too_much() {
    two_hundred_at_once(server().await).await;
}

#[tokio::test]
async fn of_two_hundred_at_once_one_at_most_spends_too_much_on_postgres() {
    // The server's own database, which no other test writes to.
    let url = std::env::var("AIRIS_TEST_POSTGRES").unwrap();
    two_hundred_at_once(server_with(&[("DATABASE_URL", &url)]).await).await;
}

async fn two_hundred_at_once(server: TestApp) {
    let admin = server.admin().await;
    limit(&admin, json!({"measure": "tokens", "amount": 1000})).await;
    let replies = futures::future::join_all((0..200).map(|_| ask(&admin, "m"))).await;
    let (answered, others): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 200);
    others.iter().for_each(|reply| assert!(refused(reply).contains("\"Lunch\"")));
    let spent = spent(&admin).await.as_i64().unwrap();
    assert_eq!(spent, TOKENS * answered.len() as i64);
    assert!((1000..1000 + TOKENS).contains(&spent), "{spent}");
}

#[tokio::test]
async fn whoever_goes_away_pays_for_what_was_said() {
    let server = server().await;
    let admin = server.admin().await;
    limit(&admin, json!({"measure": "tokens", "amount": 100})).await;
    let mut body = question("silent");
    body["stream"] = json!(true);
    let request = Request::post("/api/chat/completions")
        .header("authorization", format!("Bearer {}", admin.token))
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap();
    let response = server.router.clone().oneshot(request).await.unwrap();
    let mut pieces = response.into_body().into_data_stream();
    pieces.next().await.unwrap().unwrap();
    drop(pieces);
    server.app.budgets.drain().await;
    let spent = spent(&admin).await.as_i64().unwrap();
    assert!((5..=15).contains(&spent), "{spent}");
}

/// Starts a reply in a new chat; its chat, when it is admitted.
async fn turn(person: &Person<'_>, model: &str) -> Reply {
    turn_with(person, model, json!({})).await
}

pub async fn turn_with(person: &Person<'_>, model: &str, background: Value) -> Reply {
    let body = json!({
        "background_tasks": background,
        "model": model, "stream": true, "session_id": "s", "parent_id": null, "id": "reply", "messages": [],
        "params": {"max_tokens": 10},
        "user_message": {"id": "question", "parentId": null, "childrenIds": ["reply"], "role": "user", "content": "hi"},
    });
    person.post("/api/chat/completions", body).await
}

pub async fn reply_of(person: &Person<'_>, chat: &str) -> Value {
    for _ in 0..600 {
        let stored = person.get(&format!("/api/v1/chats/{chat}")).await.ok();
        let reply = &stored["chat"]["history"]["messages"]["reply"];
        if reply["done"] == true {
            return reply.clone();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the reply did not end");
}

#[tokio::test]
async fn a_reply_in_a_chat_is_counted_priced_and_refused() {
    let server = server().await;
    let admin = server.admin().await;
    let prices = json!({"currency": "EUR", "prices": [
        {"model_id": "m", "input": 2, "output": 10}, {"model_id": "silent", "input": 2, "output": 10}]});
    admin.call("POST", "/api/v1/budgets/prices", Some(prices)).await.ok();
    limit(&admin, json!({"amount": 2})).await;
    for model in ["m", "silent"] {
        let chat = turn(&admin, model).await.ok()["chat_id"].as_str().unwrap().to_owned();
        let costs = reply_of(&admin, &chat).await["usage"]["costs"].clone();
        assert_eq!(costs["currency"], "EUR", "{model}");
        assert!(costs["amount"].as_f64().unwrap() > 0.0001, "{model}: {costs}");
    }
    let before = admin.get("/api/v1/chats/").await.ok();
    assert!(refused(&turn(&admin, "m").await).contains("2 of 2 messages"));
    assert_eq!(admin.get("/api/v1/chats/").await.ok(), before, "nothing is stored of what is refused");
}

#[tokio::test]
async fn a_reply_that_finds_no_room_beside_another_says_so_in_the_chat() {
    let server = server().await;
    let admin = server.admin().await;
    let budget = limit(&admin, json!({"amount": 1})).await;
    let first = turn(&admin, "slow").await.ok()["chat_id"].as_str().unwrap().to_owned();
    let period_start = airis_budgets::begin(airis_domain::Period::Day, airis_domain::now());
    let counter = airis_store::Counter { budget, holder: admin.id.clone(), period_start };
    while server.app.store.spent(&counter).await.unwrap().held == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let second = turn(&admin, "m").await.ok()["chat_id"].as_str().unwrap().to_owned();
    let error = reply_of(&admin, &second).await["error"]["content"].clone();
    assert!(error.as_str().unwrap().contains("held by replies that are being written"), "{error}");
    assert_eq!(reply_of(&admin, &first).await["content"], WORDS);
    assert_eq!(spent(&admin).await, json!(1));
}

#[tokio::test]
async fn of_many_replies_in_chats_at_once_one_at_most_spends_too_much() {
    let server = server().await;
    let admin = server.admin().await;
    limit(&admin, json!({"measure": "tokens", "amount": 200})).await;
    let begun = futures::future::join_all((0..40).map(|_| turn(&admin, "m"))).await;
    let mut answered = 0;
    for started in begun.iter().filter(|started| started.status == 200) {
        let reply = reply_of(&admin, started.json()["chat_id"].as_str().unwrap()).await;
        match reply["error"]["content"].as_str() {
            Some(text) => assert!(text.contains("\"Lunch\""), "{text}"),
            None => answered += 1,
        }
    }
    assert!((1..40).contains(&answered), "{answered}");
    let spent = spent(&admin).await.as_i64().unwrap();
    assert_eq!(spent, TOKENS * answered);
    assert!(spent < 200 + TOKENS, "{spent}");
}

#[tokio::test]
async fn only_administrators_set_limits_and_only_sound_ones() {
    let server = server().await;
    let admin = server.admin().await;
    let user = server.somebody("user", "user").await;
    let id = limit(&admin, json!({"amount": 1_000_000})).await;
    let good = json!({"name": "b", "subject": "everyone", "measure": "tokens", "period": "day", "amount": 5});
    let prices = json!({"currency": "USD", "prices": []});
    for (method, path, body) in [
        ("GET", "/api/v1/budgets".to_owned(), None),
        ("POST", "/api/v1/budgets".to_owned(), Some(good.clone())),
        ("POST", format!("/api/v1/budgets/{id}"), Some(json!({"amount": 9}))),
        ("DELETE", format!("/api/v1/budgets/{id}"), None),
        ("GET", "/api/v1/budgets/prices".to_owned(), None),
        ("POST", "/api/v1/budgets/prices".to_owned(), Some(prices)),
    ] {
        assert_eq!(user.call(method, &path, body).await.refused(), 401, "{method} {path}");
    }
    let odd = [
        ("amount", json!("5"), 422),
        ("amount", json!(null), 422),
        ("amount", json!(-1), 400),
        ("amount", json!(1.5), 400),
        ("amount", json!(1e300), 400),
        ("measure", json!("smiles"), 422),
        ("period", json!("Day"), 422),
        ("subject", json!(7), 422),
        ("subject", json!("user"), 400),
        ("subject_id", json!("somebody"), 400),
        ("name", json!("  "), 400),
        ("name", json!("a\u{0}b"), 400),
        ("name", json!("ä".repeat(101)), 400),
        ("model_id", json!("m\u{0}"), 400),
        ("model_id", json!("m".repeat(300)), 400),
        ("warn_percent", json!(0), 400),
        ("warn_percent", json!(101), 400),
        ("shared", json!("yes"), 422),
    ];
    for (field, value, status) in odd {
        let mut form = good.clone();
        form[field] = value;
        assert_eq!(admin.post("/api/v1/budgets", form.clone()).await.refused(), status, "{form}");
    }
    for (subject, whom) in [("user", "nobody"), ("group", "none"), ("key", "nobody"), ("user", "\u{0}")] {
        let mut form = good.clone();
        (form["subject"], form["subject_id"]) = (json!(subject), json!(whom));
        assert_eq!(admin.post("/api/v1/budgets", form).await.refused(), 400, "{subject} {whom}");
    }
    assert_eq!(admin.post("/api/v1/budgets", json!([good])).await.refused(), 422);
    for gone in ["none-such", "%00", "%F0%9F%A6%80"] {
        let path = format!("/api/v1/budgets/{gone}");
        assert_eq!(admin.call("POST", &path, Some(json!({}))).await.refused(), 404, "{gone}");
        assert_eq!(admin.call("DELETE", &path, None).await.refused(), 404, "{gone}");
    }
    let price = |model: Value, input: Value| json!({"model_id": model, "input": input, "output": 1});
    for (currency, list, status) in [
        (json!("EUR"), json!([price(json!("m"), json!(-1))]), 400),
        (json!("EUR"), json!([price(json!("m"), json!(1e9))]), 400),
        (json!("EUR"), json!([price(json!(""), json!(1))]), 400),
        (json!("EUR"), json!([price(json!("m"), json!(1)), price(json!("m"), json!(2))]), 400),
        (json!("EUR"), json!([price(json!("m"), json!("1"))]), 422),
        (json!("EUR"), json!({}), 422),
        (json!("€"), json!([]), 400),
        (json!(""), json!([]), 400),
    ] {
        let form = json!({"currency": currency, "prices": list});
        assert_eq!(admin.call("POST", "/api/v1/budgets/prices", Some(form.clone())).await.refused(), status, "{form}");
    }
    // Requests that make no sense are the provider's business, and cost what they are estimated to.
    for body in [
        json!({"model": "m", "max_tokens": i64::MAX, "n": i64::MAX, "messages": [{"role": "user", "content": "hi"}]}),
        json!({"model": "m", "max_tokens": -5, "messages": "none"}),
        json!({"model": "m", "messages": [[[1]], null, {"content": {"a": ["b"]}}]}),
    ] {
        let reply = admin.post("/api/chat/completions", body.clone()).await;
        assert!(reply.status.as_u16() < 500, "{body}: {}", reply.text);
    }
}
