//! Knowledge bases, what is in them, and who sees them.

use airis_domain::{AccessGrant, File, FileId, FileStatus, JsonMap, Knowledge, KnowledgeDirectory, UserId};
use airis_store::{KnowledgeFileQuery, KnowledgeOrder, KnowledgeQuery, KnowledgeView, Store, StoreError};

use crate::fixture::{on_both, person};

on_both! {
    a_page_holds_what_was_shared_and_nothing_else
    files_are_in_knowledge_bases_and_directories
    what_is_deleted_takes_its_links_with_it
    names_of_directories_are_unique_where_they_are
}

fn knowledge(owner: &UserId, name: &str, updated_at: i64) -> Knowledge {
    Knowledge {
        id: format!("kb-{name}"),
        user_id: owner.clone(),
        name: name.to_owned(),
        description: format!("about {name}"),
        meta: None,
        created_at: 1,
        updated_at,
    }
}

fn grant(id: &str, kind: &str, principal: &str, permission: &str) -> AccessGrant {
    AccessGrant {
        id: uuid(),
        resource_type: "knowledge".to_owned(),
        resource_id: id.to_owned(),
        principal_type: kind.to_owned(),
        principal_id: principal.to_owned(),
        permission: permission.to_owned(),
        created_at: 1,
    }
}

fn uuid() -> String {
    FileId::random().0
}

async fn file(store: &Store, owner: &UserId, name: &str, text: Option<&str>) -> FileId {
    let file = File {
        id: FileId::random(),
        user_id: owner.clone(),
        filename: name.to_owned(),
        path: None,
        hash: None,
        status: Some(FileStatus::Completed),
        error: None,
        meta: JsonMap::new(),
        content: text.map(str::to_owned),
        created_at: 1,
        updated_at: 1,
    };
    store.insert_file(&file).await.unwrap();
    file.id
}

fn directory(knowledge: &str, id: &str, parent: Option<&str>, name: &str) -> KnowledgeDirectory {
    KnowledgeDirectory {
        id: id.to_owned(),
        knowledge_id: knowledge.to_owned(),
        parent_id: parent.map(str::to_owned),
        name: name.to_owned(),
        user_id: "u".into(),
        created_at: 1,
        updated_at: 1,
    }
}

async fn a_page_holds_what_was_shared_and_nothing_else(store: Store) {
    let ada = store.insert_user(&person("ada")).await.unwrap().id;
    let bob = store.insert_user(&person("bob")).await.unwrap().id;
    let shared = knowledge(&ada, "100% Shared", 3);
    let only_write = grant(&knowledge(&ada, "written", 2).id, "user", bob.as_str(), "write");
    store.insert_knowledge(&shared, &[grant(&shared.id, "user", bob.as_str(), "read")]).await.unwrap();
    store.insert_knowledge(&knowledge(&ada, "hidden", 4), &[]).await.unwrap();
    store.insert_knowledge(&knowledge(&ada, "written", 2), &[only_write]).await.unwrap();
    let open = knowledge(&ada, "open", 1);
    store.insert_knowledge(&open, &[grant(&open.id, "user", "*", "read")]).await.unwrap();
    store.insert_knowledge(&knowledge(&bob, "own", 0), &[]).await.unwrap();
    let page = async |sees_all: bool, query: KnowledgeQuery| {
        let query = KnowledgeQuery { limit: 10, ..query };
        let (found, total) = store.knowledge_page(&bob, sees_all, &query).await.unwrap();
        assert_eq!(usize::try_from(total).unwrap(), found.len());
        found.into_iter().map(|(knowledge, _)| knowledge.name).collect::<Vec<_>>()
    };
    assert_eq!(page(false, KnowledgeQuery::default()).await, ["100% Shared", "open", "own"]);
    assert_eq!(page(true, KnowledgeQuery::default()).await, ["hidden", "100% Shared", "written", "open", "own"]);
    let own = KnowledgeQuery { view: KnowledgeView::Own, ..KnowledgeQuery::default() };
    assert_eq!(page(false, own).await, ["own"]);
    let others = KnowledgeQuery {
        view: KnowledgeView::Others,
        order: KnowledgeOrder::Name,
        ascending: true,
        ..KnowledgeQuery::default()
    };
    assert_eq!(page(false, others).await, ["100% Shared", "open"]);
    for (words, count) in [("SHARED", 1), ("0%", 1), ("about", 3), ("_", 0), ("hidden", 0)] {
        let query = KnowledgeQuery { words: Some(words.to_owned()), ..KnowledgeQuery::default() };
        assert_eq!(page(false, query).await.len(), count, "{words}");
    }
    let asked = [shared.id.clone(), "kb-hidden".to_owned(), "nothing".to_owned()];
    assert_eq!(store.readable_knowledge(&bob, false, &asked).await.unwrap().len(), 1);
    store.set_grants("knowledge", &shared.id, &[]).await.unwrap();
    assert_eq!(page(false, KnowledgeQuery::default()).await, ["open", "own"]);
}

async fn files_are_in_knowledge_bases_and_directories(store: Store) {
    let ada = store.insert_user(&person("ada")).await.unwrap().id;
    let bob = store.insert_user(&person("bob")).await.unwrap().id;
    let kb = knowledge(&ada, "kb", 1);
    store.insert_knowledge(&kb, &[grant(&kb.id, "user", bob.as_str(), "read")]).await.unwrap();
    store.insert_knowledge_directory(&directory(&kb.id, "d1", None, "fruit")).await.unwrap();
    let apple = file(&store, &ada, "Apple.txt", Some("red")).await;
    let pear = file(&store, &ada, "Pear.txt", Some("GREEN")).await;
    assert!(!store.reads_file_by_knowledge(&bob, apple.as_str()).await.unwrap());
    store.link_file(&kb.id, &apple, &ada, None).await.unwrap();
    store.link_file(&kb.id, &apple, &ada, None).await.unwrap();
    store.link_file(&kb.id, &pear, &bob, Some("d1")).await.unwrap();
    assert!(store.reads_file_by_knowledge(&bob, apple.as_str()).await.unwrap());
    let names = async |query: KnowledgeFileQuery| {
        let query = KnowledgeFileQuery { limit: 10, ..query };
        let (found, total) = store.knowledge_file_page(&bob, false, &query).await.unwrap();
        assert_eq!(usize::try_from(total).unwrap(), found.len());
        let mut names: Vec<String> = found.into_iter().map(|linked| linked.file.filename).collect();
        names.sort();
        names
    };
    let of_kb = || KnowledgeFileQuery { knowledge: Some(kb.id.clone()), ..KnowledgeFileQuery::default() };
    assert_eq!(names(of_kb()).await, ["Apple.txt", "Pear.txt"]);
    assert_eq!(names(KnowledgeFileQuery { directory: Some(None), ..of_kb() }).await, ["Apple.txt"]);
    assert_eq!(names(KnowledgeFileQuery { directory: Some(Some("d1".to_owned())), ..of_kb() }).await, ["Pear.txt"]);
    assert_eq!(names(KnowledgeFileQuery { words: Some("aPPLE".to_owned()), ..of_kb() }).await, ["Apple.txt"]);
    assert_eq!(names(KnowledgeFileQuery { words: Some("green".to_owned()), ..of_kb() }).await, Vec::<String>::new());
    assert_eq!(
        names(KnowledgeFileQuery { words: Some("green".to_owned()), in_text: true, ..of_kb() }).await,
        ["Pear.txt"]
    );
    assert_eq!(names(KnowledgeFileQuery { put_by: Some((bob.clone(), true)), ..of_kb() }).await, ["Pear.txt"]);
    assert_eq!(names(KnowledgeFileQuery { put_by: Some((bob.clone(), false)), ..of_kb() }).await, ["Apple.txt"]);
    store.move_knowledge_file(&kb.id, &pear, None).await.unwrap();
    let nobody = FileId::from("nobody");
    assert!(matches!(store.move_knowledge_file(&kb.id, &nobody, None).await, Err(StoreError::NotFound)));
    assert!(matches!(store.link_file(&kb.id, &nobody, &ada, None).await, Err(StoreError::NotFound)));
    assert_eq!(store.knowledge_with_file(&apple).await.unwrap(), std::slice::from_ref(&kb.id));
    assert!(store.unlink_file(&kb.id, &apple).await.unwrap());
    assert!(!store.unlink_file(&kb.id, &apple).await.unwrap());
    assert_eq!(store.file_ids_of_knowledge(&kb.id).await.unwrap(), std::slice::from_ref(&pear.0));
    assert_eq!(store.files_of_knowledge(&kb.id).await.unwrap()[0].directory_id, None);
    store.clear_knowledge(&kb.id, true).await.unwrap();
    assert!(store.file_ids_of_knowledge(&kb.id).await.unwrap().is_empty());
    assert!(store.knowledge_directories(&kb.id).await.unwrap().is_empty());
}

async fn what_is_deleted_takes_its_links_with_it(store: Store) {
    let ada = store.insert_user(&person("ada")).await.unwrap().id;
    let kb = knowledge(&ada, "kb", 1);
    store.insert_knowledge(&kb, &[grant(&kb.id, "user", "*", "read")]).await.unwrap();
    let (one, two) = (file(&store, &ada, "one", None).await, file(&store, &ada, "two", None).await);
    store.link_file(&kb.id, &one, &ada, None).await.unwrap();
    store.link_file(&kb.id, &two, &ada, None).await.unwrap();
    store.delete_file(&one).await.unwrap();
    assert_eq!(store.file_ids_of_knowledge(&kb.id).await.unwrap(), std::slice::from_ref(&two.0));
    assert!(store.delete_knowledge(&kb.id).await.unwrap());
    assert!(!store.delete_knowledge(&kb.id).await.unwrap());
    assert!(store.grants("knowledge", &kb.id).await.unwrap().is_empty());
    assert!(store.knowledge_with_file(&two).await.unwrap().is_empty());
    assert!(store.file(&two).await.unwrap().is_some(), "files stay");
    store.insert_knowledge(&kb, &[]).await.unwrap();
    assert_eq!(store.knowledge_ids(&ada).await.unwrap(), std::slice::from_ref(&kb.id));
    store.delete_user(&ada).await.unwrap();
    assert!(store.knowledge(&kb.id).await.unwrap().is_none());
}

async fn names_of_directories_are_unique_where_they_are(store: Store) {
    let ada = store.insert_user(&person("ada")).await.unwrap().id;
    let kb = knowledge(&ada, "kb", 1);
    store.insert_knowledge(&kb, &[]).await.unwrap();
    store.insert_knowledge_directory(&directory(&kb.id, "a", None, "x")).await.unwrap();
    store.insert_knowledge_directory(&directory(&kb.id, "b", Some("a"), "x")).await.unwrap();
    let again = store.insert_knowledge_directory(&directory(&kb.id, "c", None, "x")).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
    let up = store.update_knowledge_directory(&kb.id, "b", "x", None).await;
    assert!(matches!(up, Err(StoreError::Conflict(_))), "{up:?}");
    store.update_knowledge_directory(&kb.id, "b", "y", None).await.unwrap();
    let elsewhere = store.update_knowledge_directory("other", "b", "z", None).await;
    assert!(matches!(elsewhere, Err(StoreError::NotFound)), "{elsewhere:?}");
    assert_eq!(store.delete_knowledge_directories(&kb.id, &["a".to_owned(), "nothing".to_owned()]).await.unwrap(), 1);
    let left = store.knowledge_directories(&kb.id).await.unwrap();
    assert_eq!(left.iter().map(|directory| directory.name.as_str()).collect::<Vec<_>>(), ["y"]);
}
