//! Prompts, their history and who is let at them.

use airis_domain::{AccessGrant, Prompt, PromptVersion, UserId};
use airis_store::{NewVersion, PromptPatch, Store, StoreError, VersionRemoval};
use serde_json::json;

use crate::fixture::on_both;

on_both! {
    a_prompt_is_kept_as_it_was_made_with_its_grants_and_first_version
    a_command_belongs_to_one_prompt
    a_change_enters_the_history_and_a_draft_waits_there
    an_old_version_comes_back_but_for_its_command_and_grants
    a_version_leaves_its_children_to_its_parent_and_the_live_one_stays
    changes_made_at_once_get_a_version_each
    a_deleted_prompt_leaves_nothing_behind
}

fn prompt(command: &str) -> Prompt {
    Prompt {
        id: format!("id of {command}"),
        command: command.to_owned(),
        user_id: UserId::from("ada"),
        name: "Say".to_owned(),
        content: "Say it\0.".to_owned(),
        data: json!({"z": 1, "a": "\u{0}"}),
        meta: json!({}),
        tags: vec!["t".to_owned()],
        is_active: true,
        version_id: None,
        created_at: 1,
        updated_at: 1,
    }
}

fn grant(prompt: &Prompt) -> AccessGrant {
    AccessGrant {
        id: format!("grant on {}", prompt.id),
        resource_type: "prompt".to_owned(),
        resource_id: prompt.id.clone(),
        principal_type: "user".to_owned(),
        principal_id: "bob".to_owned(),
        permission: "read".to_owned(),
        created_at: 1,
    }
}

fn version(id: &str, live: bool) -> NewVersion {
    NewVersion {
        id: id.to_owned(),
        author: UserId::from("ada"),
        parent_id: None,
        message: Some("m\0".to_owned()),
        live,
    }
}

fn content(text: &str) -> PromptPatch {
    PromptPatch { content: Some(text.to_owned()), ..PromptPatch::default() }
}

async fn stored(store: &Store, command: &str) -> Prompt {
    let prompt = prompt(command);
    store.insert_prompt(&prompt, &[grant(&prompt)], &version(&format!("{command} 1"), true)).await.unwrap()
}

async fn history(store: &Store, prompt: &Prompt) -> Vec<PromptVersion> {
    store.prompt_versions(&prompt.id, 0, 100).await.unwrap()
}

async fn a_prompt_is_kept_as_it_was_made_with_its_grants_and_first_version(store: Store) {
    let made = stored(&store, "say").await;
    assert_eq!(made.content, "Say it.", "no database takes the character");
    assert_eq!(store.prompt(&made.id).await.unwrap().as_ref(), Some(&made));
    assert_eq!(store.prompt("say\0").await.unwrap(), None);
    assert_eq!(store.grants("prompt", &made.id).await.unwrap(), [grant(&made)]);
    let list = history(&store, &made).await;
    assert_eq!((list.len(), Some(&list[0].id), list[0].message.as_deref()), (1, made.version_id.as_ref(), Some("m")));
    assert_eq!(list[0].snapshot, made.snapshot(&[grant(&made)]));
    let later = Prompt { updated_at: 2, ..prompt("later") };
    let later = store.insert_prompt(&later, &[], &version("later 1", true)).await.unwrap();
    assert_eq!(store.prompts().await.unwrap(), [later, made]);
}

async fn a_command_belongs_to_one_prompt(store: Store) {
    let first = stored(&store, "say").await;
    let twin = Prompt { id: "other".to_owned(), ..prompt("say") };
    let refused = store.insert_prompt(&twin, &[grant(&twin)], &version("twin 1", true)).await;
    assert!(matches!(refused, Err(StoreError::Conflict("command"))), "{refused:?}");
    assert!(store.prompt("other").await.unwrap().is_none());
    assert!(store.grants("prompt", "other").await.unwrap().is_empty(), "nothing of it is left");
    let second = stored(&store, "tell").await;
    let taken = PromptPatch { command: Some("say".to_owned()), ..content("new") };
    let refused = store.update_prompt(&second.id, &taken, Some(&version("v", true))).await;
    assert!(matches!(refused, Err(StoreError::Conflict("command"))), "{refused:?}");
    assert_eq!((history(&store, &second).await.len(), history(&store, &first).await.len()), (1, 1));
}

async fn a_change_enters_the_history_and_a_draft_waits_there(store: Store) {
    let made = stored(&store, "say").await;
    let same = store.update_prompt(&made.id, &content("Say it."), Some(&version("same", true))).await.unwrap();
    assert_eq!((same, history(&store, &made).await.len()), (made.clone(), 1), "nothing changed, nothing is recorded");
    let draft = store.update_prompt(&made.id, &content("draft"), Some(&version("draft", false))).await.unwrap();
    assert_eq!(draft, made);
    let from_draft = NewVersion { parent_id: Some("draft".to_owned()), ..version("live", true) };
    let live = store.update_prompt(&made.id, &content("live\0"), Some(&from_draft)).await.unwrap();
    assert_eq!((live.content.as_str(), live.version_id.as_deref()), ("live", Some("live")));
    assert!(live.updated_at > made.updated_at);
    let stranger = NewVersion { parent_id: Some("not here".to_owned()), ..version("last", true) };
    store.update_prompt(&made.id, &content("last"), Some(&stranger)).await.unwrap();
    let list = history(&store, &made).await;
    let found: Vec<_> = list.iter().map(|version| (version.id.as_str(), version.parent_id.as_deref())).collect();
    assert_eq!(found, [("last", Some("live")), ("live", Some("draft")), ("draft", Some("say 1")), ("say 1", None)]);
    assert_eq!(store.prompt_versions(&made.id, 1, 2).await.unwrap(), list[1..3]);
    let called = PromptPatch { name: Some("Tell".to_owned()), tags: Some(Vec::new()), ..PromptPatch::default() };
    let called = store.update_prompt(&made.id, &called, None).await.unwrap();
    assert_eq!((called.name.as_str(), called.tags.len(), called.content.as_str()), ("Tell", 0, "last"));
    assert_eq!(history(&store, &made).await.len(), 4);
    let nobody = store.update_prompt("nobody", &content("x"), None).await;
    assert!(matches!(nobody, Err(StoreError::NotFound)));
}

async fn an_old_version_comes_back_but_for_its_command_and_grants(store: Store) {
    let made = stored(&store, "say").await;
    let patch = PromptPatch {
        command: Some("tell".to_owned()),
        name: Some("Tell".to_owned()),
        content: Some("new".to_owned()),
        data: Some(json!({})),
        meta: Some(json!({"m": 1})),
        tags: Some(vec!["u".to_owned()]),
    };
    store.update_prompt(&made.id, &patch, Some(&version("2", true))).await.unwrap();
    store.set_grants("prompt", &made.id, &[]).await.unwrap();
    let back = store.restore_prompt(&made.id, "say 1").await.unwrap();
    let expected = Prompt { command: "tell".to_owned(), updated_at: back.updated_at, ..made.clone() };
    assert_eq!(back, expected);
    assert_eq!(store.prompt(&made.id).await.unwrap(), Some(expected));
    assert!(store.grants("prompt", &made.id).await.unwrap().is_empty());
    let other = stored(&store, "other").await;
    for (id, version) in [(&made.id, "none"), (&other.id, "say 1"), (&"nobody".to_owned(), "say 1")] {
        let refused = store.restore_prompt(id, version).await;
        assert!(matches!(refused, Err(StoreError::NotFound)), "{id} {version}");
    }
    let off = store.toggle_prompt(&made.id).await.unwrap();
    assert!(!off.is_active && store.toggle_prompt(&made.id).await.unwrap().is_active);
    assert!(matches!(store.toggle_prompt("nobody").await, Err(StoreError::NotFound)));
}

async fn a_version_leaves_its_children_to_its_parent_and_the_live_one_stays(store: Store) {
    let made = stored(&store, "say").await;
    for number in 2..=3 {
        let version = version(&number.to_string(), true);
        store.update_prompt(&made.id, &content(&version.id), Some(&version)).await.unwrap();
    }
    let other = stored(&store, "other").await;
    let remove = async |prompt: &Prompt, id: &str| store.delete_prompt_version(&prompt.id, id).await.unwrap();
    assert_eq!(remove(&made, "3").await, VersionRemoval::Live);
    assert_eq!(remove(&other, "2").await, VersionRemoval::Missing);
    assert_eq!(remove(&made, "2").await, VersionRemoval::Removed);
    assert_eq!(remove(&made, "2").await, VersionRemoval::Missing);
    let list = history(&store, &made).await;
    assert_eq!((list.len(), list[0].parent_id.as_deref()), (2, Some("say 1")));
    assert_eq!(store.prompt_version(&made.id, "2").await.unwrap(), None);
    let nobody = store.delete_prompt_version("nobody", "2").await;
    assert!(matches!(nobody, Err(StoreError::NotFound)));
}

async fn changes_made_at_once_get_a_version_each(store: Store) {
    let made = stored(&store, "say").await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..16 {
        let (store, id) = (store.clone(), made.id.clone());
        tasks.spawn(async move {
            let patch = content(&format!("text {number}"));
            store.update_prompt(&id, &patch, Some(&version(&format!("v{number}"), true))).await
        });
    }
    for outcome in tasks.join_all().await {
        outcome.unwrap();
    }
    let list = history(&store, &made).await;
    assert_eq!(list.len(), 17);
    for pair in list.windows(2) {
        assert_eq!(pair[0].parent_id.as_ref(), Some(&pair[1].id), "each change was made of the one before");
    }
    let live = store.prompt(&made.id).await.unwrap().unwrap();
    assert_eq!(
        (live.version_id.as_ref(), live.snapshot(&[grant(&made)])),
        (Some(&list[0].id), list[0].snapshot.clone())
    );
}

async fn a_deleted_prompt_leaves_nothing_behind(store: Store) {
    let made = stored(&store, "say").await;
    assert!(store.delete_prompt(&made.id).await.unwrap());
    assert!(!store.delete_prompt(&made.id).await.unwrap());
    assert!(history(&store, &made).await.is_empty());
    assert!(store.grants("prompt", &made.id).await.unwrap().is_empty());
    stored(&store, "say").await;
}
