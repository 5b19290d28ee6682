//! Addresses that hear of what happens.

use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::elsewhere::{Asked, Elsewhere, Question};

const HOOKS: &str = "/api/events/webhooks";

async fn listen(State(asked): State<Asked>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> StatusCode {
    asked.note(&method, &uri, &headers, &body);
    StatusCode::NO_CONTENT
}

async fn elsewhere() -> Elsewhere {
    Elsewhere::start(|asked| Router::new().fallback(listen).with_state(asked)).await
}

/// Waits until an address heard `count` things.
async fn heard(elsewhere: &Elsewhere, count: usize) -> Vec<Question> {
    let mut all = Vec::new();
    for _ in 0..1_200 {
        all.extend(elsewhere.asked.take());
        if all.len() >= count {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    all
}

fn told(questions: &[Question]) -> Vec<String> {
    let name = |question: &Question| format!("{} {}", question.path, question.json()["event"].as_str().unwrap());
    let mut names: Vec<String> = questions.iter().map(name).collect();
    names.sort();
    names
}

async fn local() -> TestApp {
    let server = TestApp::with(&[("ENABLE_RAG_LOCAL_WEB_FETCH", "true")]).await;
    tokio::spawn(airis_api::tell_what_happens(server.app.clone()));
    server
}

#[tokio::test]
async fn an_address_hears_what_it_asked_for_and_who_did_it() {
    let server = local().await;
    let admin = server.admin().await;
    let other = elsewhere().await;
    let hook = json!({"url": format!("{}/a", other.url), "events": ["user.*", "auth.login"]});
    let hook = admin.post(HOOKS, hook).await.ok();
    let user = server.added(&admin, "ünï", "user").await;
    admin.post("/api/v1/configs/banners", json!({"banners": []})).await.ok();
    let questions = heard(&other, 2).await;
    assert_eq!(told(&questions), ["/a auth.login", "/a user.created"]);
    let created = questions.iter().map(Question::json).find(|told| told["event"] == "user.created").unwrap();
    assert_eq!((&created["resource"], &created["operation"]), (&json!("user"), &json!("created")));
    assert_eq!(
        (&created["subject"], &created["data"]),
        (&json!({"type": "user", "id": user.id}), &json!({"role": "user"}))
    );
    assert_eq!((&created["actor"]["id"], &created["actor"]["type"]), (&json!(admin.id), &json!("user")));
    assert!(!created.to_string().contains("assword"));

    // What one address hears tells when the other one could have heard it.
    let witness = json!({"url": format!("{}/b", other.url), "events": ["user.deleted", "group.created"]});
    admin.post(HOOKS, witness).await.ok();
    let path = format!("{HOOKS}/{}", hook["id"].as_str().unwrap());
    admin.call("PUT", &path, Some(json!({"enabled": false}))).await.ok();
    admin.call("DELETE", &format!("/api/v1/users/{}", user.id), None).await.ok();
    assert_eq!(told(&heard(&other, 1).await), ["/b user.deleted"]);
    admin.call("PUT", &path, Some(json!({"enabled": true}))).await.ok();
    let group = admin.post("/api/v1/groups/create", json!({"name": "g", "description": ""})).await.ok();
    assert_eq!(told(&heard(&other, 1).await), ["/b group.created"]);
    let changed = admin.call("PUT", &path, Some(json!({"events": []}))).await.ok();
    assert_eq!(changed["events"], json!(["*"]));
    assert_eq!(told(&heard(&other, 1).await), ["/a config.webhook.updated"]);
    let gone = format!("/api/v1/groups/id/{}/delete", group["id"].as_str().unwrap());
    admin.call("DELETE", &gone, None).await.ok();
    assert_eq!(told(&heard(&other, 1).await), ["/a group.deleted"]);
    assert_eq!(admin.call("DELETE", &path, None).await.ok(), json!({"status": true}));
    assert_eq!(admin.call("DELETE", &path, None).await.refused(), 404);
    assert_eq!(admin.get(HOOKS).await.ok().as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_address_for_some_people_hears_of_them_alone() {
    let server = local().await;
    let admin = server.admin().await;
    let other = elsewhere().await;
    let one = server.somebody("one", "user").await;
    let two = server.somebody("two", "user").await;
    let group = admin.post("/api/v1/groups/create", json!({"name": "g", "description": ""})).await.ok();
    let group = group["id"].as_str().unwrap();
    admin.post(&format!("/api/v1/groups/id/{group}/users/add"), json!({"user_ids": [two.id]})).await.ok();
    let hook = |path: &str, targets: Value| json!({"url": format!("{}{path}", other.url), "events": ["auth.password_changed"], "targets": targets});
    admin.post(HOOKS, hook("/one", json!([{"type": "user", "id": one.id}]))).await.ok();
    admin.post(HOOKS, hook("/group", json!([{"type": "group", "id": group}]))).await.ok();
    admin.post(HOOKS, hook("/all", json!([]))).await.ok();
    let change = json!({"password": crate::app::PASSWORD, "new_password": "Other-pass-123"});
    for person in [&one, &two] {
        person.post("/api/v1/auths/update/password", change.clone()).await.ok();
    }
    let wanted = ["/all", "/all", "/group", "/one"].map(|path| format!("{path} auth.password_changed"));
    assert_eq!(told(&heard(&other, 4).await), wanted);
}

#[tokio::test]
async fn addresses_inside_the_network_are_refused_unless_the_operator_allows_them() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    for url in [
        "nothing",
        "ftp://a.example",
        "http://127.0.0.1:1/x",
        "http://10.0.0.1",
        "http://[::1]/",
        "http://169.254.169.254/",
        "",
    ] {
        assert_eq!(admin.post(HOOKS, json!({"url": url})).await.refused(), 400, "{url}");
    }
    let hook = admin.post(HOOKS, json!({"url": " https://a.example/x "})).await.ok();
    assert_eq!((&hook["name"], &hook["url"]), (&json!("Webhook"), &json!("https://a.example/x")));
    assert_eq!((&hook["events"], &hook["targets"], &hook["enabled"]), (&json!(["*"]), &Value::Null, &json!(true)));
    let path = format!("{HOOKS}/{}", hook["id"].as_str().unwrap());
    assert_eq!(admin.call("PUT", &path, Some(json!({"url": "http://127.0.0.1"}))).await.refused(), 400);
    for (more, status) in [
        (json!({"events": ["odd"]}), 400),
        (json!({"events": ["user"]}), 400),
        (json!({"targets": [{"type": "odd", "id": "x"}]}), 400),
        (json!({"targets": [{"type": "user"}]}), 400),
        (json!({"targets": [{"type": 1}]}), 422),
        (json!({"events": "user.created"}), 422),
        (json!({"enabled": "x"}), 422),
    ] {
        let mut form = json!({"url": "https://a.example"});
        form.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(admin.post(HOOKS, form).await.refused(), status, "{more}");
        assert_eq!(admin.call("PUT", &path, Some(more.clone())).await.refused(), status, "{more}");
    }
    assert_eq!(admin.get(HOOKS).await.ok(), json!([hook]));
    assert_eq!(admin.call("PUT", &format!("{HOOKS}/none"), Some(json!({}))).await.refused(), 404);
    let events = admin.get("/api/events").await.ok();
    assert!(events["events"].as_array().unwrap().iter().any(|event| event["event"] == "auth.login"));
}
