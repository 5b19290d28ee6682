//! Groups, and the saved states of stored models.

use airis_domain::{AccessGrant, Group, ModelRow, UserId};
use airis_store::{ModelEdit, Store, StoreError};
use serde_json::json;

use crate::fixture::{on_both, person};

on_both! {
    people_of_a_group_count_for_the_groups_above_it
    a_deleted_group_leaves_nothing_behind_but_its_children
    of_many_who_join_at_once_nobody_is_lost
    a_loop_of_groups_is_walked_once
    every_saved_state_of_a_model_is_kept_and_can_come_back
}

fn group(id: &str, parent: Option<&str>) -> Group {
    Group {
        id: id.to_owned(),
        parent_group_id: parent.map(str::to_owned),
        user_id: UserId::from("root"),
        name: format!("{id}\0"),
        description: String::new(),
        data: Some(json!({"z": 1, "a": "\u{0}"})),
        meta: None,
        permissions: Some(json!({"chat": {"edit": true}})),
        created_at: 1,
        updated_at: 1,
    }
}

async fn ids_above(store: &Store, user: &UserId) -> Vec<String> {
    let mut ids = store.group_ids_of(user).await.unwrap();
    ids.sort();
    ids
}

async fn people_of_a_group_count_for_the_groups_above_it(store: Store) {
    for (id, parent) in [("top", None), ("middle", Some("top")), ("bottom", Some("middle")), ("other", None)] {
        store.insert_group(&group(id, parent)).await.unwrap();
    }
    assert!(matches!(store.insert_group(&group("x", Some("nowhere"))).await, Err(StoreError::NotFound)));
    let names: Vec<String> = store.groups().await.unwrap().into_iter().map(|group| group.name).collect();
    assert_eq!(names, ["top", "middle", "bottom", "other"], "in the order they were made");
    let (ada, bob) =
        (store.insert_user(&person("ada")).await.unwrap(), store.insert_user(&person("Bob")).await.unwrap());
    store.add_members("bottom", &[bob.id.clone(), ada.id.clone(), UserId::from("nobody")]).await.unwrap();
    store.add_members("top", &[ada.id.clone(), ada.id.clone()]).await.unwrap();
    assert!(matches!(store.add_members("nowhere", std::slice::from_ref(&ada.id)).await, Err(StoreError::NotFound)));
    assert_eq!(ids_above(&store, &bob.id).await, ["bottom", "middle", "top"]);
    assert_eq!(store.groups_of(&bob.id).await.unwrap().len(), 1);
    let people = store.people_below("top").await.unwrap();
    assert_eq!(people.iter().map(|person| person.name.as_str()).collect::<Vec<_>>(), ["ada", "Bob"]);
    assert_eq!(store.memberships_below("top").await.unwrap().len(), 3);
    assert_eq!(store.memberships_below("middle").await.unwrap().len(), 2);
    let counts = store.count_members().await.unwrap();
    assert_eq!((counts.get("bottom"), counts.get("top"), counts.get("middle")), (Some(&2), Some(&1), None));
    store.remove_members("bottom", std::slice::from_ref(&bob.id)).await.unwrap();
    assert!(matches!(store.remove_members("nowhere", &[]).await, Err(StoreError::NotFound)));
    assert_eq!(ids_above(&store, &bob.id).await, Vec::<String>::new());
    store.delete_user(&ada.id).await.unwrap();
    assert_eq!(store.memberships_below("top").await.unwrap(), []);
}

async fn a_deleted_group_leaves_nothing_behind_but_its_children(store: Store) {
    store.insert_group(&group("top", None)).await.unwrap();
    store.insert_group(&group("below", Some("top"))).await.unwrap();
    let ada = store.insert_user(&person("ada")).await.unwrap();
    store.add_members("top", std::slice::from_ref(&ada.id)).await.unwrap();
    let grant = AccessGrant {
        id: "g".to_owned(),
        resource_type: "model".to_owned(),
        resource_id: "m".to_owned(),
        principal_type: "group".to_owned(),
        principal_id: "top".to_owned(),
        permission: "read".to_owned(),
        created_at: 1,
    };
    store.set_grants("model", "m", &[grant]).await.unwrap();
    assert!(store.delete_group("top").await.unwrap());
    assert!(!store.delete_group("top").await.unwrap());
    assert_eq!(store.group("below").await.unwrap().unwrap().parent_group_id, None);
    assert_eq!(store.grants("model", "m").await.unwrap(), []);
    assert_eq!(store.groups_of(&ada.id).await.unwrap(), []);
}

async fn of_many_who_join_at_once_nobody_is_lost(store: Store) {
    store.insert_group(&group("all", None)).await.unwrap();
    let mut tasks = tokio::task::JoinSet::<Result<(), StoreError>>::new();
    for number in 0..24 {
        let store = store.clone();
        tasks.spawn(async move {
            let user = store.insert_user(&person(&format!("p{number}"))).await?;
            store.add_members("all", &[user.id]).await?;
            let add = |group: &mut Group| {
                let mut data = group.data.take().unwrap_or_default();
                data[format!("k{number}")] = json!(number);
                group.data = Some(data);
            };
            store.change_group("all", add).await.map(|_| ())
        });
    }
    for outcome in tasks.join_all().await {
        outcome.unwrap();
    }
    assert_eq!(store.count_members().await.unwrap()["all"], 24);
    assert_eq!(store.group("all").await.unwrap().unwrap().data.unwrap().as_object().unwrap().len(), 26);
    assert!(matches!(store.change_group("nowhere", |_| ()).await, Err(StoreError::NotFound)));
}

async fn a_loop_of_groups_is_walked_once(store: Store) {
    store.insert_group(&group("a", None)).await.unwrap();
    store.insert_group(&group("b", Some("a"))).await.unwrap();
    store.change_group("a", |group| group.parent_group_id = Some("b".to_owned())).await.unwrap();
    let ada = store.insert_user(&person("ada")).await.unwrap();
    store.add_members("a", std::slice::from_ref(&ada.id)).await.unwrap();
    assert_eq!(ids_above(&store, &ada.id).await, ["a", "b"]);
    assert_eq!(store.people_below("b").await.unwrap().len(), 1);
}

async fn every_saved_state_of_a_model_is_kept_and_can_come_back(store: Store) {
    let author = UserId::from("ada");
    let mut model = ModelRow {
        id: "m".to_owned(),
        user_id: author.clone(),
        base_model_id: Some("base".to_owned()),
        name: "One".to_owned(),
        params: json!({"system": "\u{0}first"}),
        meta: json!({"z": 1, "a": 2}),
        is_active: true,
        version_id: None,
        created_at: 1,
        updated_at: 1,
    };
    let edit = |version: &str, message: Option<&'static str>| ModelEdit {
        version: version.to_owned(),
        author: &author,
        message,
    };
    assert_eq!(store.save_model(&model, &edit("v1", None)).await.unwrap(), "v1");
    model.is_active = false;
    assert_eq!(store.save_model(&model, &edit("v1b", None)).await.unwrap(), "v1", "a switch is no new state");
    (model.name, model.base_model_id) = ("Two".to_owned(), None);
    assert_eq!(store.save_model(&model, &edit("v2", Some("because"))).await.unwrap(), "v2");
    model.params = json!({});
    assert_eq!(store.save_model(&model, &edit("v3", None)).await.unwrap(), "v3");
    let list = store.model_versions("m", 0, 10).await.unwrap();
    let line: Vec<_> = list.iter().map(|version| (version.id.as_str(), version.parent_id.as_deref())).collect();
    assert_eq!(line, [("v3", Some("v2")), ("v2", Some("v1")), ("v1", None)]);
    assert_eq!(list[1].commit_message.as_deref(), Some("because"));
    assert_eq!(store.model_versions("m", 1, 1).await.unwrap()[0].id, "v2");
    store.use_model_version("m", "v1", 9).await.unwrap();
    let back = store.model("m").await.unwrap().unwrap();
    assert_eq!((back.name.as_str(), back.base_model_id.as_deref()), ("One", Some("base")));
    assert_eq!(
        (back.version_id.as_deref(), back.params, back.is_active),
        (Some("v1"), json!({"system": "\u{0}first"}), false)
    );
    assert_eq!(back.meta.to_string(), r#"{"z":1,"a":2}"#);
    assert!(!store.delete_model_version("m", "v1").await.unwrap(), "it is in use");
    assert!(!store.delete_model_version("other", "v2").await.unwrap());
    assert!(store.delete_model_version("m", "v2").await.unwrap());
    assert_eq!(store.model_versions("m", 0, 1).await.unwrap()[0].parent_id.as_deref(), Some("v1"));
    assert!(matches!(store.use_model_version("m", "v2", 9).await, Err(StoreError::NotFound)));
    assert!(matches!(store.use_model_version("other", "v3", 9).await, Err(StoreError::NotFound)));
    assert!(store.delete_model("m").await.unwrap());
    assert!(store.model_version("m", "v3").await.unwrap().is_none());
}
