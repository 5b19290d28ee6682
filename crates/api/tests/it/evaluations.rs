//! What people say of replies.

use serde_json::{Value, json};

use crate::app::{Person, TestApp};

const BASE: &str = "/api/v1/evaluations";

async fn judge(person: &Person<'_>, data: Value, tags: Value) -> String {
    let form = json!({"type": "rating", "data": data, "meta": {"tags": tags}, "snapshot": {"chat": {"title": "t"}}});
    let made = person.post(&format!("{BASE}/feedback"), form).await.ok();
    made["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_judgement_keeps_what_was_sent_and_names_what_was_not() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let id = judge(&admin, json!({"extra": {"z": 1, "a": 2}, "model_id": "m", "rating": 1}), json!(["x"])).await;
    let address = format!("{BASE}/feedback/{id}");
    let first = admin.get(&address).await.ok();
    let data =
        r#"{"rating":1,"model_id":"m","sibling_model_ids":null,"reason":null,"comment":null,"extra":{"z":1,"a":2}}"#;
    assert_eq!(first["data"].to_string(), data);
    assert_eq!((&first["version"], &first["snapshot"]), (&json!(0), &json!({"chat": {"title": "t"}})));
    let changed = admin.post(&address, json!({"type": "rating", "data": {"rating": "-1"}})).await.ok();
    assert_eq!((&changed["data"]["rating"], &changed["data"]["model_id"]), (&json!("-1"), &json!(null)));
    assert_eq!((&changed["meta"], &changed["snapshot"]), (&first["meta"], &first["snapshot"]));
    assert_eq!(admin.get(&address).await.ok(), changed);
    assert_eq!(admin.call("DELETE", &address, None).await.ok(), json!(true));
    assert_eq!(admin.call("DELETE", &address, None).await.refused(), 404);
    assert_eq!(admin.get(&address).await.refused(), 404);
}

#[tokio::test]
async fn judgements_that_make_no_sense_are_explained() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let ask = async |body: Value| {
        let reply = admin.post(&format!("{BASE}/feedback"), body).await;
        assert_eq!(reply.refused(), 422, "{}", reply.text);
        reply.json()["detail"][0]["loc"].clone()
    };
    assert_eq!(ask(json!({})).await, json!(["body", "type"]));
    assert_eq!(ask(json!({"type": 5})).await, json!(["body", "type"]));
    assert_eq!(ask(json!({"type": "rating", "data": []})).await, json!(["body", "data"]));
    assert_eq!(ask(json!({"type": "rating", "data": {"rating": 1.5}})).await, json!(["body", "data", "rating", "str"]));
    assert_eq!(ask(json!({"type": "rating", "meta": "x"})).await, json!(["body", "meta"]));
    assert_eq!(ask(json!({"type": "rating", "data": [1, "m", null, null, null]})).await, json!(["body", "data"]));
    assert_eq!(ask(json!(["rating", null, null, null])).await, json!(["body"]));
    let odd = json!({"type": "a\u{0}b", "data": {"rating": i64::MIN, "model_id": "m\u{0}", "comment": "ü\u{0}"}, "meta": {"\u{0}": "\u{0}"}});
    admin.post(&format!("{BASE}/feedback"), odd).await.ok();
    assert_eq!(admin.get(&format!("{BASE}/feedbacks/models")).await.ok(), json!(["m"]));
    assert_eq!(admin.get(&format!("{BASE}/feedbacks/list?page=x")).await.refused(), 422);
    for page in ["0", "-5", "9223372036854775807"] {
        admin.get(&format!("{BASE}/feedbacks/list?page={page}")).await.ok();
    }
}

#[tokio::test]
async fn judgements_are_their_authors_and_administrators_may_see_and_delete_them() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let ada = server.somebody("ada", "user").await;
    let bob = server.somebody("bob", "user").await;
    let id = judge(&ada, json!({"rating": 1, "model_id": "m"}), json!([])).await;
    let address = format!("{BASE}/feedback/{id}");
    let form = json!({"type": "rating", "data": {"rating": -1}});
    assert_eq!(bob.get(&address).await.refused(), 404);
    assert_eq!(bob.post(&address, form).await.refused(), 404);
    assert_eq!(bob.call("DELETE", &address, None).await.refused(), 404);
    assert_eq!(bob.get(&format!("{BASE}/feedbacks/user")).await.ok(), json!({"items": [], "total": 0}));
    assert_eq!(bob.call("DELETE", &format!("{BASE}/feedbacks"), None).await.ok(), json!(false));
    assert_eq!(ada.get(&address).await.ok()["data"]["rating"], 1);
    assert_eq!(admin.get(&address).await.ok()["user_id"], json!(ada.id));
    assert_eq!(admin.call("DELETE", &address, None).await.ok(), json!(true));
    judge(&ada, json!({"rating": 1}), json!([])).await;
    assert_eq!(ada.call("DELETE", &format!("{BASE}/feedbacks"), None).await.ok(), json!(true));
    judge(&ada, json!({"rating": 1}), json!([])).await;
    assert_eq!(admin.call("DELETE", &format!("{BASE}/feedbacks/all"), None).await.ok(), json!(true));
    assert_eq!(admin.call("DELETE", &format!("{BASE}/feedbacks/all"), None).await.ok(), json!(false));
}

#[tokio::test]
async fn lists_are_paged_ordered_and_filtered_and_show_the_author() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let ada = server.somebody("ada", "user").await;
    for number in 0..31 {
        judge(&ada, json!({"rating": 1, "model_id": format!("m{}", number % 2)}), json!([])).await;
    }
    let last = judge(&admin, json!({"rating": -1, "model_id": "z"}), json!([])).await;
    let page = async |query: &str| admin.get(&format!("{BASE}/feedbacks/list?{query}")).await.ok();
    let first = page("").await;
    assert_eq!((first["items"].as_array().unwrap().len(), &first["total"]), (30, &json!(32)));
    assert_eq!(page("page=2").await["items"].as_array().unwrap().len(), 2);
    assert_eq!(page("model_id=m0").await["total"], 16);
    let worst = &page("order_by=rating&direction=asc").await["items"][0];
    assert_eq!((&worst["id"], &worst["user"]["email"]), (&json!(last), &json!("root@example.com")));
    assert!(worst.get("snapshot").is_none());
    assert_eq!(page("order_by=model_id&direction=desc").await["items"][0]["id"], json!(last));
    assert_eq!(page("order_by=username&direction=asc").await["items"][0]["user"]["name"], "ada");
    assert_eq!(ada.get(&format!("{BASE}/feedbacks/user?page=2")).await.ok()["items"].as_array().unwrap().len(), 1);
    let whole = admin.get(&format!("{BASE}/feedbacks/all/export?model_id=z")).await.ok();
    assert_eq!((whole.as_array().unwrap().len(), &whole[0]["snapshot"]["chat"]["title"]), (1, &json!("t")));
    assert_eq!(admin.get(&format!("{BASE}/feedbacks/all/ids")).await.ok().as_array().unwrap().len(), 32);
    admin.call("DELETE", &format!("/api/v1/users/{}", ada.id), None).await.ok();
    assert_eq!(page("").await["total"], 1);
}

#[tokio::test]
async fn the_board_ranks_compared_models_and_shows_their_days() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let versus = |rating: i64| json!({"rating": rating, "model_id": "a/b", "sibling_model_ids": ["c"]});
    judge(&admin, versus(1), json!(["science"])).await;
    judge(&admin, json!({"rating": 1, "model_id": "alone"}), json!([])).await;
    let board = admin.get(&format!("{BASE}/leaderboard")).await.ok();
    let top = json!({"model_id": "a/b", "rating": 1016, "won": 1, "lost": 0, "count": 1, "top_tags": [{"tag": "science", "count": 1}]});
    assert_eq!((board["entries"].as_array().unwrap().len(), &board["entries"][0]), (2, &top));
    assert_eq!(admin.get(&format!("{BASE}/leaderboard?query=poem")).await.ok(), json!({"entries": []}));
    judge(&admin, versus(-1), json!([])).await;
    for (days, count) in [("days=7", 7), ("", 30), ("days=0", 1)] {
        let found = admin.get(&format!("{BASE}/leaderboard/a%2Fb/history?{days}")).await.ok();
        let history = found["history"].as_array().unwrap();
        assert_eq!((&found["model_id"], history.len()), (&json!("a/b"), count), "{days}");
        let sum = |key: &str| history.iter().map(|day| day[key].as_i64().unwrap()).sum::<i64>();
        assert_eq!((sum("won"), sum("lost")), (1, 1), "{days}");
    }
}

#[tokio::test]
async fn arena_settings_stay_where_nothing_is_said() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let address = format!("{BASE}/config");
    let none = json!({"ENABLE_EVALUATION_ARENA_MODELS": false, "EVALUATION_ARENA_MODELS": []});
    assert_eq!(admin.get(&address).await.ok(), none);
    let model = json!({"id": "arena", "name": "Arena", "meta": {"model_ids": ["a", "b"]}});
    let form = json!({"ENABLE_EVALUATION_ARENA_MODELS": true, "EVALUATION_ARENA_MODELS": [model]});
    assert_eq!(admin.post(&address, form.clone()).await.ok(), form);
    let null = json!({"ENABLE_EVALUATION_ARENA_MODELS": null, "EVALUATION_ARENA_MODELS": null});
    assert_eq!(admin.post(&address, null).await.ok(), form);
    assert_eq!(admin.post(&address, json!({})).await.ok(), form);
    assert_eq!(admin.post(&address, json!({"EVALUATION_ARENA_MODELS": ["x"]})).await.refused(), 422);
    assert_eq!(admin.get(&address).await.ok(), form);
}
