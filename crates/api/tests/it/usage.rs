//! What people used the server for.

use airis_domain::now;
use serde_json::json;

use crate::app::TestApp;

#[tokio::test]
async fn everybody_sees_what_their_own_messages_add_up_to() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    let ann = server.somebody("ann", "user").await;
    let at = now() - 60;
    let messages = json!({
        "q": {"id": "q", "parentId": null, "childrenIds": ["a"], "role": "user", "content": "?", "timestamp": at},
        "a": {"id": "a", "parentId": "q", "childrenIds": [], "role": "assistant", "content": "!", "timestamp": at + 30,
            "model": "m", "done": true, "usage": {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7},
            "output": [{"type": "function_call", "name": "time", "call_id": "c", "arguments": "{}"}]},
    });
    let chat = json!({"title": "t", "models": ["m"], "history": {"messages": messages, "currentId": "a"}});
    ann.post("/api/v1/chats/new", json!({"chat": chat})).await.ok();
    let used = ann.get("/api/v1/users/usage?days=2").await.ok();
    let totals = &used["totals"];
    assert_eq!(
        (&totals["lifetime_tokens"], &totals["messages"], &totals["total_chats"]),
        (&json!(7), &json!(2), &json!(1))
    );
    assert_eq!((&totals["longest_chat_seconds"], &totals["assistant_messages"]), (&json!(30), &json!(1)));
    assert_eq!(
        used["top_models"],
        json!([{"model_id": "m", "messages": 1, "input_tokens": 3, "output_tokens": 4, "total_tokens": 7}])
    );
    assert_eq!(used["top_tools"], json!([{"name": "time", "count": 1}]));
    assert_eq!((used["heatmap"].as_array().unwrap().len(), &used["period"]["days"]), (2, &json!(2)));
    assert_eq!(used["cumulative_heatmap"][1]["tokens"], json!(7));
    assert_eq!(used["insights"]["user_message_share"], json!(0.5));
    assert_eq!(admin.get("/api/v1/users/usage").await.ok()["totals"]["messages"], json!(0));
    assert_eq!(ann.get("/api/v1/users/usage?start_date=2&end_date=1").await.refused(), 400);
    assert_eq!(ann.get("/api/v1/users/usage?days=many").await.refused(), 422);
    let most = ann.get("/api/v1/users/usage?start_date=-9223372036854775808&end_date=9223372036854775807").await.ok();
    assert_eq!(most["period"]["days"], json!(3660));
}
