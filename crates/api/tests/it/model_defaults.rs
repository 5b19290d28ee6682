//! What administrators say of every model, below what a model says of itself.

use serde_json::{Value, json};

use crate::app::Person;
use crate::attached::{ask_with, provider, server};

async fn set(admin: &Person<'_>, meta: Value, params: Value) {
    let form = json!({"DEFAULT_MODELS": null, "DEFAULT_PINNED_MODELS": null, "MODEL_ORDER_LIST": [],
        "DEFAULT_MODEL_METADATA": meta, "DEFAULT_MODEL_PARAMS": params});
    admin.post("/api/v1/configs/models", form).await.ok();
}

async fn listed(admin: &Person<'_>, id: &str) -> Value {
    let models = admin.get("/api/models").await.ok()["data"].clone();
    models.as_array().unwrap().iter().find(|model| model["id"] == id).unwrap().clone()
}

#[tokio::test]
async fn what_is_said_of_every_model_shows_where_a_model_says_nothing_else() {
    let (url, _heard) = provider().await;
    let server = server(&url, &[]).await;
    let admin = server.admin().await;
    let own = json!({"description": "mine", "capabilities": {"vision": true}, "tags": [{"name": "mine"}]});
    let form =
        json!({"id": "tutor", "name": "Tutor", "base_model_id": "m", "meta": own, "params": {"temperature": 0.1}});
    admin.post("/api/v1/models/create", form).await.ok();
    assert_eq!(listed(&admin, "m").await["info"], Value::Null);
    let all = json!({"description": "all", "capabilities": {"vision": false, "usage": true}, "tags": [{"name": "all"}],
        "profile_image_url": "/large.png"});
    set(&admin, all, json!({"temperature": 0.7})).await;
    let base = listed(&admin, "m").await;
    let meta =
        json!({"description": "all", "capabilities": {"vision": false, "usage": true}, "tags": [{"name": "all"}]});
    assert_eq!((&base["info"], &base["tags"]), (&json!({ "meta": meta }), &json!([{"name": "all"}])));
    let tutor = listed(&admin, "tutor").await;
    assert_eq!(tutor["info"]["meta"]["description"], "mine");
    assert_eq!(tutor["info"]["meta"]["capabilities"], json!({"vision": true, "usage": true}));
    assert_eq!((&tutor["tags"], &tutor["info"]["params"]), (&json!([{"name": "mine"}]), &json!({})));
    // What is stored stays what its owner said.
    let stored = admin.get("/api/v1/models/model?id=tutor").await.ok();
    assert_eq!(
        (&stored["meta"]["capabilities"], &stored["params"]),
        (&own["capabilities"], &json!({"temperature": 0.1}))
    );
    set(&admin, json!({}), json!({})).await;
    assert_eq!(listed(&admin, "m").await["info"], Value::Null);
}

#[tokio::test]
async fn what_is_said_of_every_model_holds_for_its_replies() {
    let (url, mut heard) = provider().await;
    let server = server(&url, &[("BYPASS_MODEL_ACCESS_CONTROL", "true")]).await;
    let admin = server.admin().await;
    let (before, _) = ask_with(&admin, &mut heard, "hi", json!({})).await;
    assert!(before["tools"].is_array() && before.get("temperature").is_none(), "{before}");
    let params = json!({"temperature": 0.7, "top_p": 0.5, "system": "Be brief."});
    set(&admin, json!({"builtinTools": {"time": false}}), params).await;
    let (heard, _) = ask_with(&admin, &mut heard, "hi", json!({"params": {"top_p": 0.9}})).await;
    assert_eq!((&heard["temperature"], &heard["top_p"]), (&json!(0.7), &json!(0.9)));
    assert_eq!(heard["messages"][0], json!({"role": "system", "content": "Be brief."}));
    assert!(heard.get("tools").is_none(), "{heard}");
}
