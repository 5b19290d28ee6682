//! Chats by their words.

use airis_domain::{ChatId, MessageId, TurnState, User, UserId};
use airis_store::{ChatListQuery, ChatOrder, ChatPatch, MessagePatch, Store};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;
use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::fixture::{chat, message, on_both, options, person, postgres_url};
use crate::turns::begun;

on_both! {
    words_of_titles_and_messages_find_chats
    what_is_written_anew_is_found_anew_and_what_goes_is_not_found
    a_reply_is_found_when_it_is_whole
    searches_are_filtered_ordered_and_paged
    any_text_may_be_looked_for
    what_is_found_is_what_has_all_the_words
}

fn looking_for(text: &str) -> ChatListQuery {
    ChatListQuery { search: Some(text.to_owned()), limit: Some(60), ..ChatListQuery::default() }
}

async fn put(store: &Store, owner: &UserId, title: &str, texts: &[&str]) -> ChatId {
    let chat = chat(owner, title);
    let ids: Vec<String> = (0..texts.len()).map(|number| format!("m{number}")).collect();
    let list: Vec<_> = texts.iter().zip(&ids).map(|(text, id)| message(&chat.id, id, None, text)).collect();
    store.insert_chat(&chat, &list).await.unwrap();
    chat.id
}

/// Titles of what is found, by name.
async fn titles(store: &Store, owner: &UserId, text: &str) -> Vec<String> {
    let found = store.chats(owner, &looking_for(text)).await.unwrap();
    let mut titles: Vec<_> = found.into_iter().map(|chat| chat.title).collect();
    titles.sort_unstable();
    titles
}

async fn ada(store: &Store) -> User {
    store.insert_user(&person("ada")).await.unwrap()
}

async fn words_of_titles_and_messages_find_chats(store: Store) {
    let (ada, bob) = (ada(&store).await.id, store.insert_user(&person("bob")).await.unwrap().id);
    put(&store, &ada, "Garden", &["Tomatoes need sun", "Straßenbahn und Ökologie"]).await;
    put(&store, &ada, "旅行", &["我想去北京看长城", "カナダに行きたい 🦆"]).await;
    put(&store, &ada, "Sunday in New York", &["york is new", "well-known don't https://a.example/x_y"]).await;
    put(&store, &bob, "Garden of Bob", &["Tomatoes 北京"]).await;
    for (text, found) in [
        ("tomat", &["Garden"][..]),
        ("TOMATOES sun", &["Garden"]),
        ("tomatoes york", &[]),
        ("matoes", &[]),
        ("straßen ökolog", &["Garden"]),
        ("sun", &["Garden", "Sunday in New York"]),
        ("new york", &["Sunday in New York"]),
        ("\"york new\"", &[]),
        ("\"york is\"", &["Sunday in New York"]),
        ("北京", &["旅行"]),
        ("京北", &[]),
        ("旅", &["旅行"]),
        ("カナダ", &["旅行"]),
        ("🦆", &["旅行"]),
        ("well-known", &["Sunday in New York"]),
        ("known-well", &[]),
        ("don't", &["Sunday in New York"]),
        ("https://a.example/x_y", &["Sunday in New York"]),
        ("a.exam", &["Sunday in New York"]),
        ("garden tomatoes", &[]),
    ] {
        assert_eq!(titles(&store, &ada, text).await, found, "{text}");
    }
    let found = store.find_chats(&ada, &looking_for("straßenbahn")).await.unwrap();
    assert_eq!(found[0].message, Some(MessageId::from("m1")));
    assert_eq!(store.find_chats(&ada, &looking_for("garden")).await.unwrap()[0].message, None);
    let content = store.message_content(&found[0].chat.id, &MessageId::from("m1")).await.unwrap();
    assert_eq!(content, Some(json!("Straßenbahn und Ökologie")));
}

async fn what_is_written_anew_is_found_anew_and_what_goes_is_not_found(store: Store) {
    let ada = ada(&store).await.id;
    let id = put(&store, &ada, "Old title", &["first words", "second words"]).await;
    let finds = async |text: &str| titles(&store, &ada, text).await.len() == 1;
    let patch = ChatPatch { title: Some("Fresh title".to_owned()), ..ChatPatch::default() };
    store.update_chat(&id, &patch).await.unwrap();
    assert!(!finds("old").await && finds("fresh").await);
    let says = |text: &str| MessagePatch { content: Some(json!(text)), ..MessagePatch::default() };
    store.patch_message(&id, &MessageId::from("m0"), &says("other things")).await.unwrap();
    assert!(!finds("first").await && finds("other").await);
    let rest = MessagePatch { done: Some(true), ..MessagePatch::default() };
    store.patch_message(&id, &MessageId::from("m0"), &rest).await.unwrap();
    assert!(finds("other").await);
    let parts = json!([{"type": "text", "text": "a parted"}, {"type": "image_url"}, {"type": "text", "text": "text"}]);
    let patch = MessagePatch { content: Some(parts), ..MessagePatch::default() };
    store.patch_message(&id, &MessageId::from("m0"), &patch).await.unwrap();
    assert!(finds("parted text").await && !finds("image_url").await);
    store.patch_message(&id, &MessageId::from("m0"), &says("")).await.unwrap();
    assert!(!finds("parted").await);
    let late = message(&id, "m2", Some("m1"), "third words");
    store.update_chat_with_messages(&id, &ChatPatch::default(), &[late]).await.unwrap();
    assert!(finds("third").await && finds("second").await);
    store.delete_message(&id, &MessageId::from("m1")).await.unwrap();
    assert!(!finds("second").await && !finds("third").await && finds("fresh").await);
    store.delete_chat(&id).await.unwrap();
    assert!(!finds("fresh").await);
    put(&store, &ada, "Again", &["fresh"]).await;
    assert_eq!(titles(&store, &ada, "fresh").await, ["Again"], "a number that is given anew brings nothing old");
    store.delete_user(&ada).await.unwrap();
    assert!(!finds("again").await);
}

async fn a_reply_is_found_when_it_is_whole(store: Store) {
    let turn = begun(&store).await;
    let finds = async || titles(&store, &turn.user_id, "growing").await.len() == 1;
    let says = |text: &str| MessagePatch { content: Some(json!(text)), ..MessagePatch::default() };
    store.checkpoint_turn(&turn.id, 1, &json!({}), &says("growing")).await.unwrap();
    assert!(!finds().await);
    store.finish_turn(&turn.id, 1, TurnState::Done, &says("growing text")).await.unwrap();
    assert!(finds().await);
}

async fn searches_are_filtered_ordered_and_paged(store: Store) {
    let ada = ada(&store).await.id;
    for number in 0..6 {
        let mut chat = chat(&ada, &format!("{number} word"));
        chat.updated_at = number;
        chat.created_at = 10 - number;
        chat.archived = number == 1;
        chat.pinned = number == 2;
        chat.share_id = (number == 3).then(|| "s".to_owned());
        chat.folder_id = (number == 4).then(|| "f".to_owned());
        if number == 5 {
            chat.meta.insert("internal".to_owned(), json!(true));
        }
        store.insert_chat(&chat, &[message(&chat.id, "m", None, "word word")]).await.unwrap();
        if number == 0 {
            store.set_chat_tags(&ada, &chat.id, &["big".to_owned()]).await.unwrap();
        }
    }
    let word = || looking_for("word");
    for (query, expected) in [
        (word(), "43210"),
        (ChatListQuery { limit: None, ..word() }, "43210"),
        (ChatListQuery { archived: Some(false), ..word() }, "4320"),
        (ChatListQuery { pinned: Some(true), ..word() }, "2"),
        (ChatListQuery { shared: Some(true), ..word() }, "3"),
        (ChatListQuery { shared: Some(false), ..word() }, "4210"),
        (ChatListQuery { folder: Some(Some("f".to_owned())), ..word() }, "4"),
        (ChatListQuery { folder: Some(None), ..word() }, "3210"),
        (ChatListQuery { tag: Some("big".to_owned()), ..word() }, "0"),
        (ChatListQuery { tag: Some("none".to_owned()), ..word() }, "4321"),
        (ChatListQuery { order: ChatOrder::FirstCreated, ..word() }, "43210"),
        (ChatListQuery { order: ChatOrder::TitleUp, ..word() }, "01234"),
        (ChatListQuery { offset: 1, limit: Some(2), ..word() }, "32"),
        (ChatListQuery { offset: 4, limit: Some(2), ..word() }, "0"),
        (ChatListQuery { tag: Some("none".to_owned()), search: None, ..word() }, "4321"),
        (ChatListQuery { shared: Some(true), search: None, ..word() }, "3"),
    ] {
        let found = store.chats(&ada, &query).await.unwrap();
        let found: String = found.iter().map(|chat| chat.title.chars().next().unwrap()).collect();
        assert_eq!(found, expected, "{query:?}");
        if query.offset == 0 {
            assert_eq!(store.count_chats(&ada, &query).await.unwrap(), i64::try_from(expected.len()).unwrap());
        }
    }
}

async fn any_text_may_be_looked_for(store: Store) {
    let ada = ada(&store).await.id;
    put(&store, &ada, "one", &["some NEAR text"]).await;
    let long = "word ".repeat(20_000);
    put(&store, &ada, "two", &[&long, &"x".repeat(300_000), &"'\\ : & | <-> * ( ) \" - ^ \0".repeat(50)]).await;
    for text in [
        "",
        " ",
        "\"",
        "\"\"\"",
        "*",
        "a*",
        "AND",
        "NOT some",
        "some OR text",
        "NEAR(some text)",
        "words:some",
        "-some",
        "^some",
        "'",
        "''",
        "\\",
        ":*",
        "&",
        "|",
        "!",
        "<->",
        "(",
        ")",
        "some:*",
        "%",
        "_",
        "\0",
        "so\0me",
        "{some}",
        "\u{202e}",
        "😀",
        "é\u{301}",
        "\u{ffff}",
        &long,
    ] {
        store.chats(&ada, &looking_for(text)).await.unwrap();
    }
    assert_eq!(titles(&store, &ada, "near(some").await, Vec::<String>::new());
    assert_eq!(titles(&store, &ada, "near(text").await, ["one"]);
    assert_eq!(titles(&store, &ada, "some | text").await, ["one"]);
    assert_eq!(titles(&store, &ada, "% _ !").await, Vec::<String>::new());
    assert_eq!(titles(&store, &ada, &"x".repeat(500)).await, ["two"]);
}

async fn what_is_found_is_what_has_all_the_words(store: Store) {
    let ada = ada(&store).await.id;
    let mut runner = TestRunner::new(Config::default());
    let mut any = |pattern: &str| {
        let strategy = proptest::string::string_regex(pattern).unwrap();
        strategy.new_tree(&mut runner).unwrap().current()
    };
    let texts: Vec<String> = (0..60).map(|_| any("([abß]{1,3}[ ,.\n]){0,6}")).collect();
    for (number, text) in texts.iter().enumerate() {
        put(&store, &ada, &format!("{number:02}"), &[text]).await;
    }
    for _ in 0..60 {
        let asked = any("[abß]{1,3}( [abß]{1,2})?");
        let has = |text: &str, wanted: &str| {
            let mut words = text.split(|sign: char| !sign.is_alphabetic());
            words.any(|word| if wanted.chars().count() > 1 { word.starts_with(wanted) } else { word == wanted })
        };
        let expected: Vec<String> = (texts.iter().enumerate())
            .filter(|(_, text)| asked.split(' ').all(|wanted| has(text, wanted)))
            .map(|(number, _)| format!("{number:02}"))
            .collect();
        assert_eq!(titles(&store, &ada, &asked).await, expected, "{asked}");
    }
}

/// As an earlier version left it: nothing can be searched yet.
const FORGET: &str =
    "DELETE FROM chat_text; INSERT INTO chat_unsearched (chat_id, updated_at) SELECT id, updated_at FROM chat;";

async fn older_chats_become_searchable(store: &Store, forget: impl AsyncFnOnce()) {
    let ada = ada(store).await.id;
    let many: Vec<String> = (0..250).map(|number| format!("number{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let long = put(store, &ada, "Long", &many).await;
    for number in 0..5 {
        put(store, &ada, &format!("Short {number}"), &["hello"]).await;
    }
    put(store, &ada, "Empty", &[]).await;
    forget().await;
    assert!(titles(store, &ada, "short").await.is_empty());
    // What is written meanwhile is not overwritten by what was there.
    let says = MessagePatch { content: Some(json!("meanwhile")), ..MessagePatch::default() };
    store.patch_message(&long, &MessageId::from("m3"), &says).await.unwrap();
    let mut pieces = 0;
    while store.keep_older_texts().await.unwrap() {
        pieces += 1;
    }
    assert!((2..10).contains(&pieces), "{pieces}");
    assert_eq!(titles(store, &ada, "short").await.len(), 5);
    assert_eq!(titles(store, &ada, "hello").await.len(), 5);
    for text in ["number0", "number249", "meanwhile", "long"] {
        assert_eq!(titles(store, &ada, text).await, ["Long"], "{text}");
    }
    assert_eq!(titles(store, &ada, "empty").await, ["Empty"]);
    assert!(!store.keep_older_texts().await.unwrap());
}

#[tokio::test]
async fn older_chats_become_searchable_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("airis.db");
    let store = Store::open(&options(&format!("sqlite:///{}", path.display()))).await.unwrap();
    let mut raw = SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap();
    older_chats_become_searchable(&store, async || {
        sqlx::raw_sql(FORGET).execute(&mut raw).await.unwrap();
    })
    .await;
    let left: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM chat_words WHERE chat_words MATCH 'number0'")
        .fetch_one(&mut raw)
        .await
        .unwrap();
    assert_eq!(left, 1, "words go with their text");
}

#[tokio::test]
async fn older_chats_become_searchable_on_postgres() {
    let url = postgres_url().await;
    let store = Store::open(&options(&url)).await.unwrap();
    let mut raw = PgConnection::connect(&url).await.unwrap();
    older_chats_become_searchable(&store, async || {
        sqlx::raw_sql(FORGET).execute(&mut raw).await.unwrap();
    })
    .await;
}
