//! API keys that work at some addresses only.

use airis_api::docs::{operations, who};
use serde_json::json;

use crate::app::TestApp;

#[tokio::test]
async fn a_restricted_key_works_below_the_listed_addresses_and_nowhere_else() {
    let server = TestApp::with(&[
        ("ENABLE_API_KEYS", "true"),
        ("ENABLE_API_KEYS_ENDPOINT_RESTRICTIONS", "true"),
        ("API_KEYS_ALLOWED_ENDPOINTS", " /api/v1/chats , /api/models/,,/ollama"),
    ])
    .await;
    server.admin().await;
    let person = server.somebody("keeper", "admin").await.id;
    let store = &server.app.store;
    let allowed = |path: &str| {
        ["/api/v1/chats", "/api/models", "/ollama"]
            .iter()
            .any(|area| path == *area || path.starts_with(&format!("{area}/")))
    };
    let document = airis_api::openapi();
    let (mut wrong, mut inside) = (Vec::new(), 0);
    for (path, item) in &document.paths.paths {
        for (method, operation) in operations(item) {
            // Public ones ask nobody for a key; interactive ones refuse every key.
            if matches!(who(operation).as_str(), "public" | "human") || method == "HEAD" {
                continue;
            }
            // A call may delete the key or its owner's sessions.
            let key = airis_identity::new_api_key();
            store.set_api_key(&person.as_str().into(), &key).await.unwrap();
            let address = path.replace("{url_idx}", "0").replace(['{', '}'], "");
            let reply = server.call_as(Some(&key), method, &address, None).await;
            let refused = reply.status == 403 && reply.text.contains("may not be used at this address");
            if refused == allowed(path) {
                wrong.push(format!("{method} {path}: {} {}", reply.status, reply.text));
            }
            inside += usize::from(allowed(path));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(inside > 40, "{inside}");
}

#[tokio::test]
async fn neither_a_name_that_begins_alike_nor_another_spelling_opens_an_address() {
    let env = [
        ("ENABLE_API_KEYS", "true"),
        ("ENABLE_API_KEYS_ENDPOINT_RESTRICTIONS", "true"),
        ("API_KEYS_ALLOWED_ENDPOINTS", "/api/v1/chat"),
    ];
    let server = TestApp::with(&env).await;
    let admin = server.admin().await;
    let key = airis_identity::new_api_key();
    server.app.store.set_api_key(&admin.id.as_str().into(), &key).await.unwrap();
    let at = async |path: &str| server.call_as(Some(&key), "GET", path, None).await.status.as_u16();
    assert_eq!(at("/api/v1/chats/").await, 403);
    for path in
        ["/api/v1/chat/../users/all", "/api/v1/chat/%2e%2e/users/all", "//api/v1/users/all", "/api/v1/chat//users/all"]
    {
        let reply = server.call_as(Some(&key), "GET", path, None).await;
        assert!(!reply.text.contains("root@example.com"), "{path}: {}", reply.text);
    }
    assert_eq!(at("/api/v1/users/all").await, 403);
    // An unknown key is unknown, wherever it is shown.
    let reply = server.call_as(Some("sk-00000000000000000000000000000000"), "GET", "/api/v1/users/all", None).await;
    assert_eq!(reply.refused(), 401);
    // A session is not restricted, and the list can be changed while the server runs.
    assert_eq!(admin.get("/api/v1/users/all").await.status, 200);
    let mut form = admin.get("/api/v1/auths/admin/config").await.ok();
    form["API_KEYS_ALLOWED_ENDPOINTS"] = json!("/api/v1/users/all");
    admin.post("/api/v1/auths/admin/config", form.clone()).await.ok();
    assert_eq!(at("/api/v1/users/all").await, 200);
    form["API_KEYS_ALLOWED_ENDPOINTS"] = json!("");
    admin.post("/api/v1/auths/admin/config", form.clone()).await.ok();
    assert_eq!(at("/api/v1/users/all").await, 403);
    form["ENABLE_API_KEYS_ENDPOINT_RESTRICTIONS"] = json!(false);
    admin.post("/api/v1/auths/admin/config", form).await.ok();
    assert_eq!(at("/api/v1/users/all").await, 200);
}
