//! Budgets at their end: long replies, small jobs beside them, and what a dead process left.

use std::time::Duration;

use serde_json::{Value, json};

use crate::abandoned::cut_turn;
use crate::budgets::{PIECES, TOKENS, WORDS, change, limit, own, piece, refused, reply_of, server, spent, turn_with};

#[tokio::test]
async fn of_many_long_replies_without_a_limit_one_at_most_spends_too_much() {
    const LONGEST: i64 = 6_010;
    for streams in [true, false] {
        let server = server().await;
        let admin = server.admin().await;
        limit(&admin, json!({"measure": "tokens", "amount": 10_000})).await;
        let body = json!({"model": "long", "stream": streams, "messages": [{"role": "user", "content": "hi"}]});
        let asked = (0..200).map(|_| admin.post("/api/chat/completions", body.clone()));
        let replies = futures::future::join_all(asked).await;
        server.app.budgets.drain().await;
        let mut whole = 0;
        for reply in &replies {
            let pieces = reply.text.matches(&piece()).count();
            match reply.status.as_u16() {
                200 if pieces == PIECES => whole += 1,
                200 => assert!(streams && pieces > 40 && reply.text.contains("The reply ends here"), "{pieces}"),
                _ => assert!(refused(reply).contains("\"Lunch\"")),
            }
        }
        let spent = spent(&admin).await.as_i64().unwrap();
        assert!(whole > 0 && spent < 10_000 + LONGEST, "{spent} by {whole} whole replies, streams: {streams}");
        assert!(spent >= 10_000 || !streams, "{spent}");
    }
}

#[tokio::test]
async fn a_long_reply_that_is_alone_is_finished_whatever_that_costs() {
    let server = server().await;
    let admin = server.admin().await;
    limit(&admin, json!({"measure": "tokens", "amount": 100})).await;
    let body = json!({"model": "long", "stream": true, "messages": [{"role": "user", "content": "hi"}]});
    let reply = admin.post("/api/chat/completions", body.clone()).await;
    assert_eq!(reply.text.matches(&piece()).count(), PIECES);
    assert!(reply.text.contains("[DONE]") && !reply.text.contains("error"));
    server.app.budgets.drain().await;
    assert!(spent(&admin).await.as_i64().unwrap() > 6_000);
    refused(&admin.post("/api/chat/completions", body).await);
}

#[tokio::test]
async fn finding_out_what_memories_mean_is_counted_and_left_out_where_nothing_is_left() {
    let server = server().await;
    let admin = server.admin().await;
    let id = limit(&admin, json!({"measure": "tokens", "amount": 100_000})).await;
    let new = json!({"content": "Ada keeps two cats", "type": "user"});
    admin.post("/api/v1/memories/add", new).await.ok();
    let ask = json!({"content": "cats", "k": 3});
    let before = spent(&admin).await.as_i64().unwrap();
    assert!(before >= 6, "{before}");
    admin.post("/api/v1/memories/query", ask.clone()).await.ok();
    assert_eq!(spent(&admin).await, json!(before + 3));
    admin.call("POST", "/api/v1/memories/reindex", None).await.ok();
    assert_eq!(spent(&admin).await, json!(before + 6));
    change(&admin, &id, json!({"amount": before + 6})).await;
    let found = admin.post("/api/v1/memories/query", ask).await.ok();
    assert_eq!(found["documents"], json!([["Ada keeps two cats"]]), "by its words");
    refused(&admin.call("POST", "/api/v1/memories/reset", None).await);
    assert_eq!(spent(&admin).await, json!(before + 6));
}

#[tokio::test]
async fn titles_and_suggestions_are_counted_and_left_out_where_they_find_no_room() {
    let server = server().await;
    let admin = server.admin().await;
    let custom = json!({"id": "tutor", "name": "Tutor", "base_model_id": "m", "meta": {}, "params": {}});
    admin.post("/api/v1/models/create", custom).await.ok();
    let all = limit(&admin, json!({"measure": "tokens", "amount": 100_000})).await;
    limit(&admin, json!({"measure": "tokens", "amount": 100_000, "model_id": "tutor"})).await;
    let everything = json!({"title_generation": true, "tags_generation": true, "follow_up_generation": true});
    let chat = turn_with(&admin, "tutor", everything.clone()).await.ok()["chat_id"].as_str().unwrap().to_owned();
    reply_of(&admin, &chat).await;
    // The reply, its title, what might be asked next, tags.
    let counted = async |of: usize| own(&admin).await["budgets"][of]["spent"].as_i64().unwrap();
    for _ in 0..1_200 {
        if counted(0).await == 4 * TOKENS {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!((counted(0).await, counted(1).await), (4 * TOKENS, 4 * TOKENS));
    change(&admin, &all, json!({"amount": 5 * TOKENS + 5})).await;
    let chat = turn_with(&admin, "tutor", everything).await.ok()["chat_id"].as_str().unwrap().to_owned();
    let reply = reply_of(&admin, &chat).await;
    assert_eq!((&reply["content"], &reply["error"]), (&json!(WORDS), &Value::Null));
    server.app.turns.drain(Duration::from_secs(20)).await;
    assert_eq!(counted(0).await, 5 * TOKENS, "the reply alone");
    let title = admin.get(&format!("/api/v1/chats/{chat}")).await.ok()["title"].clone();
    assert_eq!(title, "hi", "its first line in place of a title");
}

#[tokio::test]
async fn what_a_dead_process_held_for_a_key_is_settled_and_the_rest_is_free_again() {
    let server = server().await;
    let admin = server.admin().await;
    let messages = limit(&admin, json!({"subject": "key", "amount": 3})).await;
    let tokens = limit(&admin, json!({"subject": "key", "measure": "tokens", "amount": 1000})).await;
    let chat = cut_turn(&server, &admin, 1).await;
    let store = &server.app.store;
    let period_start = airis_budgets::begin(airis_domain::Period::Day, airis_domain::now());
    let counter =
        |budget: &str| airis_store::Counter { budget: budget.to_owned(), holder: admin.id.clone(), period_start };
    let hold =
        async |id: &str, turn: Option<&str>| {
            let mut claims = [(&messages, 1, 3), (&tokens, 100, 1000)]
                .map(|(budget, amount, limit)| airis_store::Claim { counter: counter(budget), amount, limit });
            claims.sort_by(|one, other| one.counter.cmp(&other.counter));
            let lapses_at = airis_domain::now() + 600;
            let hold = airis_store::Hold { id, name: Some(id), owner: "dead", turn, asked: 7, lapses_at };
            assert_eq!(store.hold_spending(&hold, &claims).await.unwrap(), None);
        };
    hold("of the turn", Some("cut")).await;
    hold("of a program", None).await;
    server.app.turns.recover().await.unwrap();
    assert_eq!(reply_of(&admin, &chat).await["content"], WORDS);
    server.app.budgets.free_dead().await.unwrap();
    server.app.budgets.drain().await;
    let spent = async |budget: &str| store.spent(&counter(budget)).await.unwrap();
    // One message, however often it was begun; two questions and one answer.
    assert_eq!(spent(&messages).await, airis_store::Spent { spent: 1, held: 0 });
    assert_eq!(spent(&tokens).await, airis_store::Spent { spent: 7 + TOKENS, held: 0 });
}
