//! Judgements, and how much models are used.

use airis_domain::{Chat, Feedback, Message, MessageRole, UserId};
use airis_store::{
    FeedbackOrder, FeedbackQuery, MessageFilter, ModelChatOrder, ModelChatQuery, Span, Store, StoreError, Totals,
};
use serde_json::{Value, json};

use crate::fixture::{chat, message, on_both, person};

on_both! {
    judgements_are_listed_counted_and_go_with_their_author
    votes_are_read_from_judgements
    replies_are_counted_by_model_time_and_person
    chats_and_tags_of_a_model_are_found
    overlong_names_of_models_are_kept_and_not_counted
}

fn judgement(author: &UserId, id: &str, data: Value, at: i64) -> Feedback {
    Feedback {
        id: id.to_owned(),
        user_id: author.clone(),
        version: 0,
        kind: "rating".to_owned(),
        data: Some(data),
        meta: Some(json!({"tags": ["t\u{0}"]})),
        snapshot: Some(json!({"chat": {"title": "\u{0}"}})),
        created_at: at,
        updated_at: at,
    }
}

async fn judgements_are_listed_counted_and_go_with_their_author(store: Store) {
    let ada = store.insert_user(&person("ada")).await.unwrap().id;
    let bob = store.insert_user(&person("bob")).await.unwrap().id;
    let first = judgement(&ada, "1", json!({"model_id": "b\u{0}", "rating": 1}), 1);
    store.put_feedback(&first).await.unwrap();
    store.put_feedback(&judgement(&bob, "2", json!({"model_id": "a", "rating": -1}), 2)).await.unwrap();
    store.put_feedback(&judgement(&bob, "3", json!({"comment": "none"}), 3)).await.unwrap();
    assert_eq!(store.feedback("1").await.unwrap(), Some(first.clone()));
    let ids = async |query: FeedbackQuery| {
        let found = store.feedbacks(&query).await.unwrap();
        assert!(found.iter().all(|feedback| feedback.snapshot.is_none()));
        found.into_iter().map(|feedback| feedback.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(FeedbackQuery::default()).await, ["3", "2", "1"]);
    let by = |order, ascending| FeedbackQuery { order, ascending, ..FeedbackQuery::default() };
    assert_eq!(ids(by(FeedbackOrder::UpdatedAt, true)).await, ["1", "2", "3"]);
    assert_eq!(ids(by(FeedbackOrder::Model, true)).await, ["3", "2", "1"]);
    assert_eq!(ids(by(FeedbackOrder::Rating, false)).await, ["1", "3", "2"]);
    assert_eq!(ids(by(FeedbackOrder::Person, true)).await, ["1", "3", "2"]);
    assert_eq!(ids(FeedbackQuery { offset: 1, limit: Some(1), ..FeedbackQuery::default() }).await, ["2"]);
    let of_bob = FeedbackQuery { user: Some(bob.clone()), ..FeedbackQuery::default() };
    assert_eq!(store.count_feedbacks(&of_bob).await.unwrap(), 2);
    let of_model = FeedbackQuery { model: Some("a".to_owned()), ..FeedbackQuery::default() };
    assert_eq!((store.count_feedbacks(&of_model).await.unwrap(), ids(of_model).await), (1, vec!["2".to_owned()]));
    assert_eq!(store.judged_models().await.unwrap(), ["a", "b"]);
    assert_eq!(store.whole_feedbacks(Some("b")).await.unwrap(), [first]);
    store.delete_user(&ada).await.unwrap();
    assert_eq!(store.feedback("1").await.unwrap(), None);
    assert!(matches!(store.delete_feedback("1").await, Err(StoreError::NotFound)));
    store.delete_feedback("2").await.unwrap();
    assert!(!store.delete_feedbacks(Some(&ada)).await.unwrap());
    assert!(store.delete_feedbacks(None).await.unwrap());
    assert!(!store.delete_feedbacks(None).await.unwrap());
}

async fn votes_are_read_from_judgements(store: Store) {
    let ada = store.insert_user(&person("ada")).await.unwrap().id;
    let data = |rating: i64| json!({"model_id": "a", "rating": rating, "sibling_model_ids": ["b"]});
    store.put_feedback(&judgement(&ada, "late", data(1), 20)).await.unwrap();
    store.put_feedback(&judgement(&ada, "early", data(1), 10)).await.unwrap();
    store.put_feedback(&judgement(&ada, "early", data(-1), 99)).await.unwrap();
    store.put_feedback(&judgement(&ada, "no side", data(0), 30)).await.unwrap();
    let votes = store.votes().await.unwrap();
    assert_eq!(votes.iter().map(|vote| vote.won).collect::<Vec<_>>(), [false, true]);
    assert_eq!(votes[0].siblings, ["b"]);
    assert_eq!(store.votes_on("a", 0).await.unwrap(), [(10, false), (20, true)]);
    assert_eq!(store.votes_on("a", 11).await.unwrap(), [(20, true)]);
    assert!(store.votes_on("b", 0).await.unwrap().is_empty());
}

fn reply(chat: &Chat, id: &str, model: &str, at: Option<i64>, usage: Value) -> Message {
    Message {
        role: MessageRole::Assistant,
        model: Some(model.to_owned()),
        timestamp: at,
        usage: Some(usage),
        ..message(&chat.id, id, Some("q"), "reply")
    }
}

/// Two people, two models; one reply has no time and counts at its chat's, which is 1.
async fn filled(store: &Store) -> (UserId, Chat) {
    let ada = store.insert_user(&person("ada")).await.unwrap().id;
    let bob = store.insert_user(&person("bob")).await.unwrap().id;
    let (mut one, two) = (chat(&ada, "one"), chat(&bob, "two"));
    one.updated_at = 9;
    let tokens = |input: i64| json!({"input_tokens": input, "output_tokens": 1, "odd": "\u{0}"});
    let question = |chat: &Chat, text: &str| message(&chat.id, "q", None, text);
    let of_one = [
        question(&one, "first?"),
        reply(&one, "a", "m", Some(100), tokens(5)),
        reply(&one, "b", "n", Some(700), json!("odd")),
    ];
    store.insert_chat(&one, &of_one).await.unwrap();
    store
        .insert_chat(
            &two,
            &[
                question(&two, "other?"),
                reply(&two, "a", "m", None, tokens(-7)),
                reply(&two, "b", "", Some(5), tokens(1)),
            ],
        )
        .await
        .unwrap();
    (ada, one)
}

async fn replies_are_counted_by_model_time_and_person(store: Store) {
    let (ada, one) = filled(&store).await;
    let all = Span::default();
    assert_eq!(store.reply_totals(&all).await.unwrap(), Totals { messages: 3, chats: 2, models: 2, users: 2 });
    let late = Span { from: Some(100), to: Some(700), group: None };
    assert_eq!(store.reply_totals(&late).await.unwrap(), Totals { messages: 2, chats: 1, models: 2, users: 1 });
    let nobody = Span { group: Some("none".to_owned()), ..Span::default() };
    assert_eq!(store.reply_totals(&nobody).await.unwrap(), Totals::default());
    let models = store.replies_by_model(&all).await.unwrap();
    let short: Vec<_> = models.iter().map(|one| (one.model.as_str(), one.messages, one.users, one.chats)).collect();
    assert_eq!(short, [("m", 2, 2, 2), ("n", 1, 1, 1)]);
    let pieces = store.replies_over_time(&all, 300).await.unwrap();
    assert_eq!(pieces, [("m".to_owned(), 0, 2), ("n".to_owned(), 600, 1)]);
    let mut seen = Vec::new();
    store
        .each_reply(&all, |reply| seen.push((reply.model.clone(), reply.user_id == ada.0, reply.at, reply.tokens())))
        .await
        .unwrap();
    seen.sort();
    assert_eq!(
        seen,
        [("m".to_owned(), false, 1, (0, 1)), ("m".to_owned(), true, 100, (5, 1)), ("n".to_owned(), true, 700, (0, 0))]
    );
    let filter = MessageFilter { chat: Some(one.id.0.clone()), limit: 2, ..MessageFilter::default() };
    let found = store.find_messages(&filter).await.unwrap();
    let short: Vec<_> = found.iter().map(|one| (one.message.id.as_str(), one.at, one.user_id == ada)).collect();
    assert_eq!(short, [("b", 700, true), ("a", 100, true)]);
    let none = MessageFilter { model: Some("m".to_owned()), from: Some(101), limit: 9, ..MessageFilter::default() };
    assert!(store.find_messages(&none).await.unwrap().is_empty());
}

async fn chats_and_tags_of_a_model_are_found(store: Store) {
    let (ada, one) = filled(&store).await;
    let wanted = |order, ascending| ModelChatQuery {
        model: "m".to_owned(),
        order,
        ascending,
        limit: 9,
        ..ModelChatQuery::default()
    };
    for order in [ModelChatOrder::UpdatedAt, ModelChatOrder::CreatedAt, ModelChatOrder::Person] {
        for ascending in [true, false] {
            let (chats, total) = store.chats_of_model(&wanted(order, ascending)).await.unwrap();
            assert_eq!((chats.len(), total), (2, 2));
        }
    }
    let (chats, _) = store.chats_of_model(&wanted(ModelChatOrder::UpdatedAt, false)).await.unwrap();
    assert_eq!(
        (&chats[0].id, chats[0].user_name.as_deref(), chats[0].question.as_ref()),
        (&one.id, Some("ada"), Some(&json!("first?")))
    );
    let page = ModelChatQuery { from: Some(2), offset: 1, ..wanted(ModelChatOrder::UpdatedAt, false) };
    let (chats, total) = store.chats_of_model(&page).await.unwrap();
    assert_eq!((chats.len(), total), (0, 1));
    store.set_chat_tags(&ada, &one.id, &["Topic".to_owned()]).await.unwrap();
    assert_eq!(store.tags_of_model("m", 0, 5).await.unwrap(), [("Topic".to_owned(), 1)]);
    assert!(store.tags_of_model("m", 101, 5).await.unwrap().is_empty());
}

async fn overlong_names_of_models_are_kept_and_not_counted(store: Store) {
    let ada = store.insert_user(&person("ada")).await.unwrap().id;
    // Nothing that a database could squeeze into an index.
    let long: String =
        (1..4000_u64).map(|number| format!("{:x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
    let fine = "ü".repeat(256);
    let chat = chat(&ada, "one");
    let replies = [reply(&chat, "a", &long, None, json!({})), reply(&chat, "b", &fine, None, json!({}))];
    store.insert_chat(&chat, &replies).await.unwrap();
    assert_eq!(store.messages(&chat.id).await.unwrap()[0].model.as_ref(), Some(&long));
    let counted = store.replies_by_model(&Span::default()).await.unwrap();
    assert_eq!(counted.iter().map(|one| one.model.as_str()).collect::<Vec<_>>(), [fine.as_str()]);
    let first = judgement(&ada, "1", json!({"model_id": long, "rating": 1}), 1);
    store.put_feedback(&first).await.unwrap();
    store
        .put_feedback(&judgement(&ada, "2", json!({"model_id": fine, "rating": 1, "sibling_model_ids": [long]}), 2))
        .await
        .unwrap();
    assert_eq!(store.feedback("1").await.unwrap(), Some(first));
    assert_eq!(store.judged_models().await.unwrap(), [fine]);
    let votes = store.votes().await.unwrap();
    assert_eq!(votes.iter().map(|vote| vote.siblings.len()).collect::<Vec<_>>(), [0]);
}
