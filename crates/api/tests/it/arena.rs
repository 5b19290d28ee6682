//! Arenas: replies of models whose names are told afterwards.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::app::{Person, TestApp};
use crate::upstream::{Upstream, two_models};

const CONFIG: &str = "/api/v1/evaluations/config";

async fn server() -> (Upstream, TestApp) {
    let upstream = Upstream::start(two_models).await;
    let url = format!("{}/v1", upstream.url);
    let server = TestApp::with(&[("ENABLE_OPENAI_API", "true"), ("OPENAI_API_BASE_URLS", &url)]).await;
    (upstream, server)
}

fn arena(id: &str, meta: Value) -> Value {
    json!({"id": id, "name": id.to_uppercase(), "meta": meta})
}

async fn set(admin: &Person<'_>, arenas: Value) {
    let form = json!({"ENABLE_EVALUATION_ARENA_MODELS": true, "EVALUATION_ARENA_MODELS": arenas});
    admin.post(CONFIG, form).await.ok();
}

async fn ids(person: &Person<'_>) -> Vec<String> {
    let list = person.get("/api/models").await.ok();
    list["data"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap().to_owned()).collect()
}

fn ask(model: &str, stream: bool) -> Value {
    json!({"model": model, "messages": [{"role": "user", "content": "who are you"}], "stream": stream})
}

#[tokio::test]
async fn an_arena_is_listed_where_arenas_are_on_and_answers_with_one_of_its_models() {
    let (_upstream, server) = server().await;
    let admin = server.admin().await;
    assert_eq!(ids(&admin).await, ["alpha", "beta"]);
    set(&admin, json!([])).await;
    assert_eq!(ids(&admin).await, ["alpha", "beta", "arena-model"], "without any, there is one over all");
    let only = arena("only", json!({"model_ids": ["beta"], "profile_image_url": "/p.png", "description": "d"}));
    let others = arena("others", json!({"model_ids": ["beta"], "filter_mode": "exclude"}));
    set(&admin, json!([only, others])).await;
    let list = admin.get("/api/models").await.ok();
    let shown = json!({"id": "only", "name": "ONLY", "info": {"meta": {"model_ids": ["beta"], "description": "d"}}, "object": "model",
        "created": 0, "owned_by": "arena", "arena": true, "actions": [], "filters": [], "tags": []});
    assert_eq!(list["data"][2], shown);
    assert_eq!(admin.get("/api/models/base").await.ok()["data"].as_array().unwrap().len(), 2);
    for (id, expected) in [("only", "beta"), ("others", "alpha")] {
        let reply = admin.post("/api/chat/completions", ask(id, false)).await.ok();
        assert_eq!(reply["selected_model_id"], expected);
        assert_eq!(reply["choices"][0]["message"]["content"], format!("I am {expected}"));
        let stream = admin.post("/api/v1/chat/completions", ask(id, true)).await.text;
        let first = format!("data: {{\"selected_model_id\":\"{expected}\"}}\n\n");
        assert!(stream.starts_with(&first) && stream.contains(&format!("I am {expected}")), "{stream}");
    }
    let message = json!({"model": "only", "max_tokens": 9, "messages": [{"role": "user", "content": "x"}]});
    assert_eq!(admin.post("/api/v1/messages", message).await.ok()["content"][0]["text"], "I am beta");
    let gone = arena("gone", json!({"model_ids": ["no-such-model"]}));
    set(&admin, json!([gone, arena("some", json!({"model_ids": ["no-such-model", "alpha"]}))])).await;
    assert_eq!(admin.post("/api/chat/completions", ask("gone", false)).await.refused(), 400);
    for _ in 0..4 {
        let reply = admin.post("/api/chat/completions", ask("some", false)).await.ok();
        assert_eq!(reply["selected_model_id"], "alpha", "a model that is gone answers nobody");
    }
    let off = json!({"ENABLE_EVALUATION_ARENA_MODELS": false});
    admin.post(CONFIG, off).await.ok();
    assert_eq!(admin.post("/api/chat/completions", ask("some", false)).await.refused(), 400);
}

#[tokio::test]
async fn an_arena_opens_no_model_that_is_closed_to_the_person() {
    let (_upstream, server) = server().await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    let everybody = json!([{"principal_type": "user", "principal_id": "*", "permission": "read"}]);
    let open = arena("open", json!({"model_ids": ["alpha", "beta"], "access_grants": everybody}));
    let any = arena("any", json!({"model_ids": null, "access_grants": everybody}));
    let closed = arena("closed", json!({"model_ids": ["alpha"]}));
    set(&admin, json!([open, any, closed])).await;
    assert_eq!(ids(&ann).await, ["open", "any"]);
    for id in ["open", "any", "closed"] {
        assert_eq!(ann.post("/api/chat/completions", ask(id, false)).await.refused(), 400, "{id}");
    }
    let grant = json!([{"principal_type": "user", "principal_id": ann.id, "permission": "read"}]);
    let share = json!({"id": "alpha", "access_grants": grant});
    admin.post("/api/v1/models/model/access/update", share).await.ok();
    for _ in 0..6 {
        for id in ["open", "any"] {
            let reply = ann.post("/api/chat/completions", ask(id, false)).await.ok();
            assert_eq!(reply["selected_model_id"], "alpha");
        }
    }
    assert_eq!(ann.post("/api/chat/completions", ask("closed", false)).await.refused(), 400);
}

/// Starts replies of these models to one question; the reply messages once they are done.
async fn converse(person: &Person<'_>, models: &[&str]) -> Vec<Value> {
    let replies: Vec<Value> = (0..)
        .zip(models)
        .map(|(at, model)| json!({"model_id": model, "message_id": format!("reply-{at}"), "modelIdx": at}))
        .collect();
    let question =
        json!({"id": "q", "parentId": null, "childrenIds": [], "role": "user", "content": "hi", "models": models});
    let body = json!({"model": models[0], "stream": true, "session_id": "s", "chat_id": null, "parent_id": null,
        "user_message": question, "message_ids": replies, "messages": []});
    let chat = person.post("/api/chat/completions", body).await.ok()["chat_id"].as_str().unwrap().to_owned();
    for _ in 0..1_200 {
        let stored = person.get(&format!("/api/v1/chats/{chat}")).await.ok();
        let messages = &stored["chat"]["history"]["messages"];
        let found: Vec<Value> = (0..models.len()).map(|at| messages[format!("reply-{at}")].clone()).collect();
        if found.iter().all(|message| message["done"] == true) {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("the replies never ended");
}

#[tokio::test]
async fn a_stored_reply_names_its_model_and_two_of_one_arena_have_different_ones() {
    let (_upstream, server) = server().await;
    let admin = server.admin().await;
    set(&admin, json!([arena("blind", json!({"model_ids": ["alpha", "beta"]}))])).await;
    let replies = converse(&admin, &["blind", "blind", "alpha"]).await;
    let picked: BTreeSet<&str> = replies[..2].iter().filter_map(|reply| reply["selectedModelId"].as_str()).collect();
    assert_eq!(picked, BTreeSet::from(["alpha", "beta"]));
    for reply in &replies[..2] {
        assert_eq!(reply["model"], "blind");
        assert_eq!(reply["content"], format!("I am {}", reply["selectedModelId"].as_str().unwrap()));
    }
    assert_eq!((&replies[2]["model"], replies[2].get("selectedModelId")), (&json!("alpha"), None));
}
