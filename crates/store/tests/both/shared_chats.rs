//! Links to chats.

use airis_domain::{AccessGrant, Chat, ChatId, FileId, SharedChatSummary};
use airis_store::{ChatListQuery, ChatOrder, ChatPatch, Store, StoreError};
use serde_json::json;

use crate::fixture::{chat, message, on_both, person};

on_both! {
    a_chat_has_one_link_that_stays_while_its_copy_is_renewed
    lists_show_what_the_links_show
    what_was_granted_goes_with_the_link_and_with_the_chat
    two_people_who_share_at_once_get_the_same_link
    links_are_found_by_the_files_that_they_show
}

async fn owned(store: &Store, name: &str, titles: &[&str]) -> Vec<Chat> {
    let owner = store.insert_user(&person(name)).await.unwrap();
    let chats: Vec<Chat> = titles.iter().map(|title| chat(&owner.id, title)).collect();
    for chat in &chats {
        store.insert_chat(chat, &[]).await.unwrap();
    }
    chats
}

async fn grant(store: &Store, chat: &ChatId) {
    let grant = AccessGrant {
        id: ChatId::random().to_string(),
        resource_type: "shared_chat".to_owned(),
        resource_id: chat.to_string(),
        principal_type: "user".to_owned(),
        principal_id: "*".to_owned(),
        permission: "read".to_owned(),
        created_at: 1,
    };
    store.set_grants("shared_chat", chat.as_str(), &[grant]).await.unwrap();
}

async fn granted(store: &Store, chat: &ChatId) -> usize {
    store.grants("shared_chat", chat.as_str()).await.unwrap().len()
}

async fn a_chat_has_one_link_that_stays_while_its_copy_is_renewed(store: Store) {
    let chat = owned(&store, "ada", &["t"]).await.remove(0);
    let id = store.share_chat(&chat.id, Some(&json!({"title": "t", "n": 1}))).await.unwrap();
    let again = store.share_chat(&chat.id, Some(&json!({"title": "t\u{0}", "n": 2}))).await.unwrap();
    assert_eq!(id, again);
    let link = store.shared_chat(&id).await.unwrap().unwrap();
    assert_eq!((link.chat_id.clone(), link.user_id.clone()), (chat.id.clone(), chat.user_id.clone()));
    assert_eq!(link.snapshot.as_ref().unwrap()["n"], 2);
    assert_eq!(store.chat(&chat.id).await.unwrap().unwrap().share_id, Some(id.clone()));
    assert_eq!(store.link_to_chat(&chat.id).await.unwrap(), Some(link));
    store.share_chat(&chat.id, None).await.unwrap();
    assert!(store.shared_chat(&id).await.unwrap().unwrap().is_live());
    store.unshare_chat(&chat.id).await.unwrap();
    assert_eq!(store.shared_chat(&id).await.unwrap(), None);
    assert_eq!(store.chat(&chat.id).await.unwrap().unwrap().share_id, None);
    let gone = store.share_chat(&ChatId::from("gone"), None).await;
    assert!(matches!(gone, Err(StoreError::NotFound)));
}

async fn lists_show_what_the_links_show(store: Store) {
    let chats = owned(&store, "ada", &["Copied", "Live", "Kept"]).await;
    let other = owned(&store, "bob", &["Other"]).await.remove(0);
    store.share_chat(&chats[0].id, Some(&json!({"title": "Copied"}))).await.unwrap();
    store.share_chat(&chats[1].id, None).await.unwrap();
    store.share_chat(&other.id, None).await.unwrap();
    for chat in &chats[..2] {
        let patch = ChatPatch { title: Some(format!("{} 2", chat.title)), ..ChatPatch::default() };
        store.update_chat(&chat.id, &patch).await.unwrap();
    }
    let titles = async |query: ChatListQuery| {
        let links = store.shared_chats(&chats[0].user_id, &query).await.unwrap();
        links.into_iter().map(|link: SharedChatSummary| link.title).collect::<Vec<_>>()
    };
    let by = |order| ChatListQuery { order, ..ChatListQuery::default() };
    assert_eq!(titles(by(ChatOrder::TitleUp)).await, ["Copied", "Live 2"]);
    assert_eq!(titles(by(ChatOrder::TitleDown)).await, ["Live 2", "Copied"]);
    assert_eq!(titles(by(ChatOrder::LastUpdated)).await, ["Copied", "Live 2"], "the live one changed in 1970");
    assert_eq!(titles(ChatListQuery { offset: 1, ..by(ChatOrder::TitleUp) }).await, ["Live 2"]);
    assert_eq!(titles(ChatListQuery { search: Some("LIVE".into()), ..by(ChatOrder::TitleUp) }).await, ["Live 2"]);
    assert_eq!(titles(ChatListQuery { search: Some("%".into()), ..by(ChatOrder::TitleUp) }).await, [""; 0]);
}

async fn what_was_granted_goes_with_the_link_and_with_the_chat(store: Store) {
    let chats = owned(&store, "ada", &["a", "b", "c", "d"]).await;
    let other = owned(&store, "bob", &["other"]).await.remove(0);
    for chat in chats.iter().chain([&other]) {
        store.share_chat(&chat.id, None).await.unwrap();
        grant(&store, &chat.id).await;
    }
    let links: Vec<String> = {
        let list = store.shared_chats(&chats[0].user_id, &ChatListQuery::default()).await.unwrap();
        list.into_iter().map(|link| link.id).collect()
    };
    assert_eq!(links.len(), 4);
    store.unshare_chat(&chats[0].id).await.unwrap();
    assert!(store.delete_chat(&chats[1].id).await.unwrap());
    let mut unshared = store.unshare_chats_of(&chats[0].user_id).await.unwrap();
    unshared.sort();
    let mut rest = vec![chats[2].id.clone(), chats[3].id.clone()];
    rest.sort();
    assert_eq!(unshared, rest);
    for chat in &chats {
        assert_eq!(granted(&store, &chat.id).await, 0);
    }
    for id in links {
        assert_eq!(store.shared_chat(&id).await.unwrap(), None);
    }
    assert_eq!(granted(&store, &other.id).await, 1);
    store.delete_chats_of(&other.user_id).await.unwrap();
    assert_eq!(granted(&store, &other.id).await, 0);
    assert_eq!(store.link_to_chat(&other.id).await.unwrap(), None);
}

async fn two_people_who_share_at_once_get_the_same_link(store: Store) {
    let chat = owned(&store, "ada", &["t"]).await.remove(0);
    let tries = (0..8).map(|number| {
        let (store, id) = (store.clone(), chat.id.clone());
        tokio::spawn(async move { store.share_chat(&id, Some(&json!({"title": "t", "n": number}))).await.unwrap() })
    });
    let mut links = Vec::new();
    for task in tries.collect::<Vec<_>>() {
        links.push(task.await.unwrap());
    }
    links.dedup();
    assert_eq!(links.len(), 1);
}

async fn links_are_found_by_the_files_that_they_show(store: Store) {
    let owner = store.insert_user(&person("ada")).await.unwrap().id;
    let (live, copied) = (chat(&owner, "live"), chat(&owner, "copied"));
    let mut question = message(&live.id, "q", None, "see /api/v1/files/in_text/content");
    question.files = Some(json!([{"type": "file", "id": "hung"}]));
    store.insert_chat(&live, &[question]).await.unwrap();
    store.insert_chat(&copied, &[]).await.unwrap();
    let shown = async |file: &str| store.links_that_show(&owner, &FileId::from(file)).await.unwrap();
    assert_eq!(shown("hung").await, Vec::<String>::new(), "nothing is shared yet");
    let live = store.share_chat(&live.id, None).await.unwrap();
    let copied = store.share_chat(&copied.id, Some(&json!({"files": [{"id": "hung"}, {"id": "copy"}]}))).await.unwrap();
    assert_eq!(shown("in_text").await, [live]);
    assert_eq!(shown("copy").await, [copied]);
    assert_eq!(shown("hung").await.len(), 2);
    for file in ["hun_", "%", "in-text", "other"] {
        assert_eq!(shown(file).await, Vec::<String>::new(), "{file}");
    }
    let other = store.insert_user(&person("bob")).await.unwrap().id;
    assert_eq!(store.links_that_show(&other, &FileId::from("hung")).await.unwrap(), Vec::<String>::new());
}
