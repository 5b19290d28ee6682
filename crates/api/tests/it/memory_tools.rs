//! What models remember by themselves: by calling tools, and by looking back.

use std::time::Duration;

use airis_api::settings;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::app::{Person, TestApp};

/// A provider that calls the tool which a question names (`call NAME {...}`), and that answers jobs with `JOB`.
async fn provider() -> (String, UnboundedReceiver<Value>) {
    async fn answer(State(heard): State<UnboundedSender<Value>>, Json(body): Json<Value>) -> Response {
        heard.send(body.clone()).unwrap();
        let messages = body["messages"].as_array().unwrap();
        let asked = messages.iter().rfind(|message| message["role"] == "user").unwrap()["content"].as_str().unwrap();
        if body["stream"] != true {
            let operations = json!({"operations": [
                {"action": "add", "type": "user", "content": "Rows on Sundays"},
                {"action": "add", "content": "Likes tea"}, {"action": "remove", "id": "somebody's"}]});
            let message = json!({"role": "assistant", "content": format!("Here: {operations}")});
            return Json(json!({"choices": [{"index": 0, "message": message}]})).into_response();
        }
        let calls = messages.last().unwrap()["role"] == "user" && asked.starts_with("call ");
        let delta = if calls {
            let (name, arguments) = asked["call ".len()..].split_once(' ').unwrap();
            json!({"tool_calls": [{"index": 0, "id": "c", "type": "function",
                "function": {"name": name, "arguments": arguments}}]})
        } else {
            json!({"content": "done"})
        };
        let chunk = json!({"choices": [{"index": 0, "delta": delta}]});
        ([("content-type", "text/event-stream")], format!("data: {chunk}\n\ndata: [DONE]\n\n")).into_response()
    }
    let (sender, heard) = unbounded_channel();
    let models = json!({"object": "list", "data": [{"id": "m", "object": "model"}]});
    let router = Router::new()
        .route("/v1/models", get(async move || Json(models)))
        .route("/v1/chat/completions", post(answer))
        .with_state(sender);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, heard)
}

async fn server(url: &str, more: &[(&str, &str)]) -> TestApp {
    let env = [
        ("ENABLE_OPENAI_API", "true"),
        ("OPENAI_API_BASE_URLS", url),
        ("OPENAI_API_KEYS", "k"),
        ("BYPASS_MODEL_ACCESS_CONTROL", "true"),
    ];
    TestApp::with(&[&env[..], more].concat()).await
}

/// Asks the `number`th question of a chat, or the first one of a new chat; the chat when the reply is there.
async fn ask(person: &Person<'_>, model: &str, chat: &str, number: usize, question: &str, features: Value) -> Value {
    let (asked, reply) = (format!("q{number}"), format!("r{number}"));
    let parent = if chat.is_empty() { Value::Null } else { json!(format!("r{}", number - 1)) };
    let mut body = json!({
        "model": model, "stream": true, "session_id": "s", "parent_id": parent, "id": reply, "messages": [],
        "features": features,
        "user_message": {"id": asked, "parentId": parent, "childrenIds": [reply], "role": "user", "content": question,
            "models": [model]},
    });
    if !chat.is_empty() {
        body["chat_id"] = json!(chat);
    }
    let started = person.post("/api/chat/completions", body).await.ok();
    let chat = started["chat_id"].as_str().unwrap().to_owned();
    for _ in 0..400 {
        let stored = person.get(&format!("/api/v1/chats/{chat}")).await.ok();
        if stored["chat"]["history"]["messages"][&reply]["done"] == true {
            return stored;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("the reply did not end");
}

/// The result of the tool that a question calls.
async fn called(person: &Person<'_>, name: &str, arguments: Value) -> Value {
    let stored = ask(person, "m", "", 1, &format!("call {name} {arguments}"), json!({"memory": true})).await;
    let items = stored["chat"]["history"]["messages"]["r1"]["output"].as_array().unwrap().clone();
    let output = items.iter().find(|item| item["type"] == "function_call_output").unwrap();
    let text = output["output"][0]["text"].as_str().unwrap();
    serde_json::from_str(text).unwrap_or_else(|_| json!(text))
}

/// Names of the tools that the next request offers.
async fn offered(heard: &mut UnboundedReceiver<Value>) -> Vec<String> {
    let request = tokio::time::timeout(Duration::from_secs(10), heard.recv()).await.unwrap().unwrap();
    let tools = request["tools"].as_array().cloned().unwrap_or_default();
    tools.iter().map(|tool| tool["function"]["name"].as_str().unwrap().to_owned()).collect()
}

async fn memories(person: &Person<'_>) -> Vec<Value> {
    person.get("/api/v1/memories/").await.ok().as_array().unwrap().clone()
}

#[tokio::test]
async fn a_model_remembers_finds_corrects_and_forgets() {
    let (url, _heard) = provider().await;
    let server = server(&url, &[]).await;
    let ada = server.admin().await;
    let added = called(&ada, "add_memory", json!({"content": "Has two cats"})).await;
    let id = added["memory"]["id"].as_str().unwrap().to_owned();
    let kept = memories(&ada).await;
    assert_eq!((kept.len(), &kept[0]["meta"]["created_by"], &kept[0]["type"]), (1, &json!("tool"), &json!("user")));
    let found = called(&ada, "search_memories", json!({"query": "cats", "type": "all"})).await;
    assert_eq!((&found[0]["id"], &found[0]["content"]), (&json!(id), &json!("Has two cats")));
    assert_eq!(called(&ada, "search_memories", json!({"query": "cats", "count": 0})).await, json!([]));
    let change = json!({"memory_id": id, "content": "Has three cats", "path": "home/pets"});
    assert_eq!(called(&ada, "replace_memory_content", change).await["status"], "success");
    assert_eq!(called(&ada, "list_memory_paths", json!({})).await, json!([{"path": "home/pets", "count": 1}]));
    assert_eq!(called(&ada, "read_memory_path", json!({"path": "home"})).await[0]["content"], "Has three cats");
    let operations = json!([{"action": "add", "content": "Likes tea", "type": "context"},
        {"action": "remove", "id": "nobody's"}, {"action": "explode"}, 5]);
    let results = called(&ada, "update_memory", json!({"operations": operations})).await;
    let went: Vec<&Value> = results.as_array().unwrap().iter().map(|result| &result["success"]).collect();
    assert_eq!(went, [&json!(true), &json!(false), &json!(false), &json!(false)]);
    assert_eq!(called(&ada, "list_memories", json!({})).await.as_array().unwrap().len(), 2);
    assert_eq!(called(&ada, "delete_memory", json!({"memory_id": id})).await["status"], "success");
    assert_eq!(memories(&ada).await.len(), 1);
    for (name, arguments) in [
        ("delete_memory", json!({"memory_id": id})),
        ("delete_memory", json!({})),
        ("add_memory", json!({"content": " "})),
        ("add_memory", json!({"content": 5})),
        ("add_memory", json!({"content": "x", "type": "diary"})),
        ("search_memories", json!({"type": {}})),
        ("update_memory", json!({"operations": "all"})),
    ] {
        assert!(called(&ada, name, arguments.clone()).await.is_string(), "{name} {arguments}");
    }
}

#[tokio::test]
async fn tools_for_memories_are_there_where_person_and_model_allow_them() {
    let (url, mut heard) = provider().await;
    let server = server(&url, &[("USER_PERMISSIONS_FEATURES_MEMORIES", "false")]).await;
    let ada = server.admin().await;
    let bob = server.somebody("bob", "user").await;
    for (id, meta) in [
        ("without", json!({"builtinTools": {"memory": false}})),
        ("bare", json!({"capabilities": {"builtin_tools": false}})),
        ("forgetful", json!({"capabilities": {"memory": false}})),
    ] {
        let form = json!({"id": id, "name": id, "base_model_id": "m", "meta": meta, "params": {}});
        ada.post("/api/v1/models/create", form).await.ok();
    }
    let wants = json!({"memory": true});
    let has = |names: Vec<String>| names.iter().filter(|name| name.contains("memor")).count();
    ask(&ada, "m", "", 1, "hi", wants.clone()).await;
    assert_eq!(has(offered(&mut heard).await), 8);
    for (person, model, features) in [
        (&ada, "m", json!({})),
        (&ada, "m", json!({"memory": false})),
        (&ada, "without", wants.clone()),
        (&ada, "bare", wants.clone()),
        (&ada, "forgetful", wants.clone()),
        (&bob, "m", wants.clone()),
    ] {
        ask(person, model, "", 1, "hi", features.clone()).await;
        assert_eq!(has(offered(&mut heard).await), 0, "{model} {features}");
    }
    // A model that calls what it was not offered is told that there is nothing of the kind.
    assert_eq!(called(&bob, "add_memory", json!({"content": "x"})).await, "there is no tool named add_memory");
    settings::write_one(&server.app, "memories.enable", false).await.unwrap();
    assert_eq!(called(&ada, "add_memory", json!({"content": "x"})).await, "there is no tool named add_memory");
}

#[tokio::test]
async fn every_few_questions_a_conversation_is_looked_back_on() {
    let (url, mut heard) = provider().await;
    let server = server(&url, &[("MEMORIES_REVIEW_INTERVAL_TURNS", "2")]).await;
    let ada = server.admin().await;
    ada.post("/api/v1/memories/add", json!({"content": "Likes tea"})).await.ok();
    let wants = json!({"memory": true});
    let chat = async |wants: &Value| {
        let first = ask(&ada, "m", "", 1, "I row", wants.clone()).await["id"].as_str().unwrap().to_owned();
        ask(&ada, "m", &first, 2, "on Sundays", wants.clone()).await;
    };
    let is_review = |request: &Value| request["stream"] == false && request.to_string().contains("I row");
    chat(&wants).await;
    settings::write_one(&server.app, "memories.background_review.enable", true).await.unwrap();
    chat(&json!({})).await;
    // Until now nobody wanted it: the administrator first, the person then.
    tokio::time::sleep(Duration::from_millis(300)).await;
    while let Ok(request) = heard.try_recv() {
        assert!(!is_review(&request), "{request}");
    }
    chat(&wants).await;
    for _ in 0..400 {
        if memories(&ada).await.len() > 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    let kept = memories(&ada).await;
    let named = |content: &str| kept.iter().find(|memory| memory["content"] == content).unwrap();
    assert_eq!(kept.len(), 2, "{kept:?}");
    assert_ne!(named("Likes tea")["meta"]["created_by"], "background_review");
    assert_eq!(named("Rows on Sundays")["meta"]["created_by"], "background_review");
    let mut reviews = Vec::new();
    while let Ok(request) = heard.try_recv() {
        reviews.extend(Some(request).filter(is_review));
    }
    assert_eq!(reviews.len(), 1, "after the second question");
    let asked = reviews[0]["messages"][0]["content"].as_str().unwrap();
    assert!(asked.contains("USER: on Sundays") && asked.contains("ASSISTANT: done") && asked.contains("Likes tea"));
}

#[tokio::test]
async fn the_settings_of_looking_back_are_kept_and_carried_over() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let export = admin.get("/api/v1/configs/export").await.ok();
    assert_eq!(export["memories.background_review.enable"], false);
    assert_eq!(export["memories.review_interval_turns"], 10);
    let config = json!({"memories.background_review.enable": true, "memories.review_interval_turns": 3});
    let all = admin.post("/api/v1/configs/import", json!({ "config": config })).await.ok();
    assert_eq!(all["memories.background_review.enable"], true);
    assert_eq!(all["memories.review_interval_turns"], 3);
}
