//! How much models are used.

use serde_json::{Value, json};

use crate::app::{Person, TestApp};

const BASE: &str = "/api/v1/analytics";
/// 2026-01-31 23:30 UTC.
const AT: i64 = 1_769_902_200;

/// A chat with one question and a reply of each model, at these seconds.
async fn ask(person: &Person<'_>, question: &str, replies: &[(&str, i64, Value)]) -> String {
    let mut messages = json!({"q": {"id": "q", "parentId": null, "childrenIds": [], "role": "user", "content": question, "timestamp": AT}});
    for (index, (model, at, usage)) in replies.iter().enumerate() {
        let id = format!("r{index}");
        messages[&id] = json!({"id": id, "parentId": "q", "childrenIds": [], "role": "assistant", "content": "reply",
            "model": model, "timestamp": at, "usage": usage, "done": true});
    }
    let chat = json!({"title": "t", "history": {"messages": messages, "currentId": "q"}});
    person.post("/api/v1/chats/new", json!({"chat": chat})).await.ok()["id"].as_str().unwrap().to_owned()
}

/// What two people asked two models on two days.
async fn history<'a>(server: &'a TestApp, admin: &Person<'a>) -> (Person<'a>, String) {
    let ada = server.somebody("ada", "user").await;
    let tokens = |input: i64, output: i64| json!({"input_tokens": input, "output_tokens": output});
    let chat = ask(&ada, "what?", &[("a/b", AT, tokens(10, 5)), ("c", AT + 3600, tokens(1, 1))]).await;
    ask(admin, "why?", &[("a/b", AT, json!({"prompt_tokens": 100, "completion_tokens": "many"}))]).await;
    (ada, chat)
}

#[tokio::test]
async fn replies_people_and_tokens_are_counted_in_a_span() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let (ada, _) = history(&server, &admin).await;
    let get = async |path: &str| admin.get(&format!("{BASE}/{path}")).await.ok();
    let span = format!("start_date={AT}&end_date={AT}");
    let totals = |messages: i64, chats: i64, models: i64, users: i64| json!({"total_messages": messages, "total_chats": chats, "total_models": models, "total_users": users});
    assert_eq!(get("summary").await, totals(3, 2, 2, 2));
    assert_eq!(get(&format!("summary?{span}")).await, totals(2, 2, 1, 2));
    let models = json!({"models": [
        {"model_id": "a/b", "count": 2, "unique_users": 2, "unique_chats": 2},
        {"model_id": "c", "count": 1, "unique_users": 1, "unique_chats": 1},
    ]});
    assert_eq!(get("models").await, models);
    let tokens = get("tokens").await;
    assert_eq!(
        (&tokens["total_input_tokens"], &tokens["total_output_tokens"], &tokens["total_tokens"]),
        (&json!(111), &json!(6), &json!(117))
    );
    assert_eq!(
        tokens["models"][0],
        json!({"model_id": "a/b", "input_tokens": 110, "output_tokens": 5, "total_tokens": 115, "message_count": 2})
    );
    let people = get("users").await;
    let first = json!({"user_id": ada.id, "name": "ada", "email": "ada@example.com", "count": 2, "input_tokens": 11, "output_tokens": 6, "total_tokens": 17});
    assert_eq!(people["users"][0], first);
    assert_eq!(get("users?metric=tokens&limit=1").await["users"][0]["user_id"], json!(admin.id));
    assert_eq!(get("users?limit=-1").await, json!({"users": []}));
    assert_eq!(get("summary?group_id=none").await, totals(0, 0, 0, 0));
}

#[tokio::test]
async fn days_are_those_of_the_server_and_pieces_have_no_gaps() {
    let server = TestApp::with(&[("TZ", "UTC-1")]).await;
    let admin = server.admin().await;
    history(&server, &admin).await;
    let get = async |query: String| admin.get(&format!("{BASE}/daily?{query}")).await.ok()["data"].clone();
    let span = format!("start_date={}&end_date={}", AT - 86_400, AT + 3600);
    let days = get(span.clone()).await;
    let day = |date: &str, models: Value| json!({"date": date, "models": models, "start": null, "end": null, "previous": null});
    let busy = json!({"a/b": 2, "c": 1});
    assert_eq!(days, json!([day("2026-01-31", json!({})), day("2026-02-01", busy.clone())]));
    let tokens = get(format!("{span}&metric=tokens&granularity=hourly")).await;
    let last = tokens.as_array().unwrap().iter().rev().take(2).cloned().collect::<Vec<_>>();
    assert_eq!(last, [day("2026-02-01 01:00", json!({"c": 2})), day("2026-02-01 00:00", json!({"a/b": 115}))]);
    let compared = get(format!("start_date={}&end_date={}&compare=true", AT + 86_400, AT + 86_400)).await;
    let previous = json!({"models": busy, "start": "2026-02-01T00:00:00+01:00", "end": "2026-02-02T00:00:00+01:00"});
    let only = json!([{"date": "2026-02-02", "models": {}, "start": "2026-02-02T00:00:00+01:00", "end": "2026-02-03T00:00:00+01:00", "previous": previous}]);
    assert_eq!(compared, only);
    assert_eq!(get("start_date=1&end_date=2".to_owned()).await.as_array().unwrap().len(), 1);
    assert_eq!(get("start_date=0&granularity=10m".to_owned()).await.as_array().unwrap().len(), 2);
    for odd in [i64::MIN, -1, i64::MAX] {
        get(format!("start_date={odd}&compare=true")).await;
        get(format!("end_date={odd}&granularity=3h")).await;
    }
    for wrong in ["granularity=weekly", "metric=money", "compare=perhaps", "start_date=x"] {
        let reply = admin.get(&format!("{BASE}/daily?{wrong}")).await;
        assert_eq!(reply.refused(), 422, "{wrong}");
        let name = wrong.split('=').next().unwrap();
        assert_eq!(reply.json()["detail"][0]["loc"], json!(["query", name]), "{wrong}");
    }
}

#[tokio::test]
async fn messages_and_chats_of_a_model_are_listed() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let (ada, chat) = history(&server, &admin).await;
    let get = async |path: &str| admin.get(&format!("{BASE}/{path}")).await.ok();
    let messages = get(&format!("messages?chat_id={chat}&limit=2")).await;
    let newest = &messages[0];
    assert_eq!(messages.as_array().unwrap().len(), 2);
    assert_eq!(
        (&newest["id"], &newest["user_id"], &newest["model_id"]),
        (&json!(format!("{chat}-r1")), &json!(ada.id), &json!("c"))
    );
    assert_eq!(
        (&newest["created_at"], &newest["done"], &newest["usage"]["input_tokens"]),
        (&json!(AT + 3600), &json!(true), &json!(1))
    );
    assert_eq!(get("messages?model_id=a/b").await.as_array().unwrap().len(), 2);
    assert_eq!(get(&format!("messages?user_id={}&skip=1", ada.id)).await.as_array().unwrap().len(), 2);
    assert_eq!(admin.get(&format!("{BASE}/messages?limit=101")).await.refused(), 422);
    ada.post(&format!("/api/v1/chats/{chat}/tags"), json!({"name": "Big Topic"})).await.ok();
    let chats = get("models/a%2Fb/chats?order_by=user_name&direction=asc").await;
    assert_eq!(chats["total"], 2);
    let entry = &chats["chats"][0];
    assert_eq!(
        (&entry["chat_id"], &entry["user_name"], &entry["first_message"]),
        (&json!(chat), &json!("ada"), &json!("what?"))
    );
    assert_eq!(get("models/c/chats?limit=0").await, json!({"chats": [], "total": 1}));
    let overview = get("models/a%2Fb/overview?days=3650").await;
    assert_eq!(overview["tags"], json!([{"tag": "Big Topic", "count": 1}]));
    assert_eq!(overview["history"].as_array().unwrap().len(), 3650);
}

#[tokio::test]
async fn what_the_operator_switches_off_is_off() {
    let server = TestApp::with(&[("ENABLE_ADMIN_ANALYTICS", "false")]).await;
    let admin = server.admin().await;
    for path in ["models", "users", "messages", "summary", "daily", "tokens", "models/m/chats", "models/m/overview"] {
        assert_eq!(admin.get(&format!("{BASE}/{path}")).await.refused(), 404, "{path}");
    }
    let server = TestApp::with(&[("ENABLE_ADMIN_CHAT_ACCESS", "false")]).await;
    let admin = server.admin().await;
    history(&server, &admin).await;
    assert_eq!(admin.get(&format!("{BASE}/messages")).await.refused(), 403);
    assert_eq!(admin.get(&format!("{BASE}/models/c/chats")).await.ok()["chats"][0]["first_message"], json!(null));
    assert_eq!(admin.get(&format!("{BASE}/summary")).await.ok()["total_messages"], 3);
}
