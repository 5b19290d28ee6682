//! Notes: kept, found by those who may see them, changed by one after the other.

use airis_domain::{AccessGrant, Note, UserId};
use airis_store::{NoteOrder, NotePatch, NoteQuery, NoteSide, NoteUpdate, Store, StoreError};
use serde_json::{Value, json};

use crate::fixture::{chat, on_both, person};

on_both! {
    a_note_is_kept_as_it_was_written
    own_and_shared_notes_are_found_by_all_their_words_and_no_others
    lists_come_in_order_and_in_pages
    a_change_replaces_the_parts_that_it_names_and_makes_the_note_newer
    of_changes_made_of_one_revision_one_is_saved
    a_pin_is_its_owners_and_shows_only_what_may_still_be_read
    a_deleted_note_leaves_nothing_behind
    a_deleted_owner_leaves_no_grants
}

async fn somebody(store: &Store, name: &str) -> UserId {
    store.insert_user(&person(name)).await.unwrap().id
}

fn note(id: &str, owner: &UserId, title: &str, text: &str, at: i64) -> Note {
    Note {
        id: id.to_owned(),
        user_id: owner.clone(),
        title: title.to_owned(),
        data: Some(json!({"content": {"md": text}})),
        meta: None,
        pinned: false,
        created_at: at,
        updated_at: at,
    }
}

fn grant(note: &str, kind: &str, to: &str, permission: &str) -> AccessGrant {
    AccessGrant {
        id: format!("{note} {kind} {to} {permission}"),
        resource_type: "note".to_owned(),
        resource_id: note.to_owned(),
        principal_type: kind.to_owned(),
        principal_id: to.to_owned(),
        permission: permission.to_owned(),
        created_at: 1,
    }
}

fn ids(notes: &[Note]) -> Vec<&str> {
    notes.iter().map(|note| note.id.as_str()).collect()
}

fn data(value: Value) -> NotePatch {
    NotePatch { data: Some(value), ..NotePatch::default() }
}

async fn saved(store: &Store, owner: &UserId, id: &str, patch: &NotePatch) -> Note {
    match store.update_note(owner, id, patch, None).await.unwrap() {
        NoteUpdate::Saved(note) => note,
        NoteUpdate::Stale(note) => panic!("nobody asked for a revision: {note:?}"),
    }
}

async fn a_note_is_kept_as_it_was_written(store: Store) {
    let ann = somebody(&store, "ann").await;
    let mut made = note("a", &ann, "Title\0", "", 1_700_000_000_000_000_000);
    made.data = Some(json!({"z": 1, "content": {"md": "Text \u{0} ü", "html": null}, "a": [1.5]}));
    made.meta = Some(json!(null));
    store.insert_note(&made, &[grant("a", "user", "*", "read")]).await.unwrap();
    let kept = store.note(&ann, "a").await.unwrap().unwrap();
    assert_eq!(kept, Note { title: "Title".to_owned(), ..made });
    assert_eq!(store.grants("note", "a").await.unwrap().len(), 1);
    assert_eq!(store.note(&ann, "a\0b").await.unwrap(), None);
    let nobody = note("b", &UserId::from("nobody"), "", "", 1);
    assert!(matches!(store.insert_note(&nobody, &[]).await, Err(StoreError::NotFound)));
}

async fn own_and_shared_notes_are_found_by_all_their_words_and_no_others(store: Store) {
    let (ann, bob, cem) = (somebody(&store, "ann").await, somebody(&store, "bob").await, somebody(&store, "cem").await);
    let keep = async |note: Note, grants: &[AccessGrant]| store.insert_note(&note, grants).await.unwrap();
    keep(note("own", &ann, "Ärger mit Quokka_1", "100% GRÖSSE", 1), &[]).await;
    keep(note("key", &ann, "md content", "nothing", 2), &[]).await;
    keep(note("to ann", &bob, "Quokka", "by Bob", 3), &[grant("to ann", "user", ann.as_str(), "read")]).await;
    keep(note("to write", &bob, "Quokka", "by Bob", 4), &[grant("to write", "user", ann.as_str(), "write")]).await;
    keep(note("to all", &bob, "Quokka", "for all", 5), &[grant("to all", "user", "*", "read")]).await;
    keep(note("private", &bob, "Quokka", "mine", 6), &[grant("private", "user", cem.as_str(), "read")]).await;
    let found = async |user: &UserId, query: NoteQuery| {
        let notes = store.notes(user, &query).await.unwrap();
        assert_eq!(store.count_notes(user, &query).await.unwrap(), i64::try_from(notes.len()).unwrap());
        ids(&notes).join(",")
    };
    let search = |text: &str| NoteQuery { search: text.to_owned(), ..NoteQuery::default() };
    for (text, expected) in [
        ("", "to all,to ann,key,own"),
        ("QUOKKA_1", "own"),
        ("grösse ärger", "own"),
        ("0%", "own"),
        ("quokka bob", "to ann"),
        ("quokka nothing", ""),
        ("content", "key"),
        ("html", ""),
        ("\0", "to all,to ann,key,own"),
        ("' OR 1=1 --", ""),
        ("1 2 3 4 5 6 7 8", ""),
    ] {
        assert_eq!(found(&ann, search(text)).await, expected, "{text:?}");
    }
    assert_eq!(found(&ann, search(&"x".repeat(100_000))).await, "");
    let of = |side: NoteSide| NoteQuery { side, ..NoteQuery::default() };
    assert_eq!(found(&ann, of(NoteSide::Own)).await, "key,own");
    assert_eq!(found(&ann, of(NoteSide::Shared)).await, "to all,to ann");
    assert_eq!(found(&ann, NoteQuery { writable: true, ..of(NoteSide::All) }).await, "to write,key,own");
    assert_eq!(found(&cem, of(NoteSide::All)).await, "private,to all");
}

async fn lists_come_in_order_and_in_pages(store: Store) {
    let ann = somebody(&store, "ann").await;
    for (id, title, created, updated) in [("1", "b", 1, 9), ("2", "C", 2, 8), ("3", "a", 3, 7), ("4", "d", 4, 7)] {
        let note = Note { created_at: created, ..note(id, &ann, title, "text", updated) };
        store.insert_note(&note, &[]).await.unwrap();
    }
    for (order, ascending, expected) in [
        (NoteOrder::Updated, false, "1234"),
        (NoteOrder::Updated, true, "3421"),
        (NoteOrder::Created, false, "4321"),
        (NoteOrder::Created, true, "1234"),
        (NoteOrder::Title, true, "3124"),
        (NoteOrder::Title, false, "4213"),
    ] {
        let query = NoteQuery { order, ascending, ..NoteQuery::default() };
        assert_eq!(ids(&store.notes(&ann, &query).await.unwrap()).concat(), expected, "{order:?} {ascending}");
    }
    let page = NoteQuery { offset: 1, limit: Some(2), ..NoteQuery::default() };
    assert_eq!(ids(&store.notes(&ann, &page).await.unwrap()), ["2", "3"]);
    assert_eq!(store.count_notes(&ann, &page).await.unwrap(), 4);
}

async fn a_change_replaces_the_parts_that_it_names_and_makes_the_note_newer(store: Store) {
    let ann = somebody(&store, "ann").await;
    let far = i64::MAX / 2 / 1_000 * 1_000;
    let mut made = note("a", &ann, "Old", "old words", far);
    made.data = Some(json!({"content": {"md": "old words", "html": "x"}, "files": [1]}));
    store.insert_note(&made, &[]).await.unwrap();
    let changed = saved(&store, &ann, "a", &data(json!({"content": {"md": "new\0"}}))).await;
    assert_eq!(changed.data, Some(json!({"content": {"md": "new\0"}, "files": [1]})));
    assert_eq!((changed.title.as_str(), changed.revision()), ("Old", made.revision() + 1));
    let titled = NotePatch { title: Some("New\0".to_owned()), meta: Some(json!({"m": 1})), ..NotePatch::default() };
    let titled = saved(&store, &ann, "a", &titled).await;
    assert_eq!((titled.title.as_str(), &titled.data, &titled.meta), ("New", &changed.data, &Some(json!({"m": 1}))));
    assert_eq!(store.note(&ann, "a").await.unwrap(), Some(titled));
    for (text, found) in [("old", 0), ("new", 1)] {
        let query = NoteQuery { search: text.to_owned(), ..NoteQuery::default() };
        assert_eq!(store.count_notes(&ann, &query).await.unwrap(), found, "{text}");
    }
    let gone = store.update_note(&ann, "gone", &NotePatch::default(), None).await;
    assert!(matches!(gone, Err(StoreError::NotFound)));
}

async fn of_changes_made_of_one_revision_one_is_saved(store: Store) {
    let ann = somebody(&store, "ann").await;
    store.insert_note(&note("a", &ann, "T", "text", 5_000), &[]).await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..16 {
        let (store, ann) = (store.clone(), ann.clone());
        tasks.spawn(async move { store.update_note(&ann, "a", &data(json!({"by": number})), Some(5)).await.unwrap() });
    }
    let outcomes = tasks.join_all().await;
    let won: Vec<&Note> = outcomes
        .iter()
        .filter_map(|outcome| match outcome {
            NoteUpdate::Saved(note) => Some(note),
            NoteUpdate::Stale(_) => None,
        })
        .collect();
    assert_eq!(won.len(), 1);
    assert_eq!(store.note(&ann, "a").await.unwrap().as_ref(), Some(won[0]));
}

async fn a_pin_is_its_owners_and_shows_only_what_may_still_be_read(store: Store) {
    let (ann, bob) = (somebody(&store, "ann").await, somebody(&store, "bob").await);
    store.insert_note(&note("1", &ann, "One", "", 1), &[]).await.unwrap();
    let let_in = [grant("2", "user", ann.as_str(), "read")];
    store.insert_note(&note("2", &bob, "Two", "", 2), &let_in).await.unwrap();
    assert!(store.toggle_note_pin(&ann, "2").await.unwrap());
    assert!(store.toggle_note_pin(&ann, "1").await.unwrap());
    let pinned = store.pinned_notes(&ann).await.unwrap();
    assert_eq!((ids(&pinned), pinned.iter().all(|note| note.pinned)), (vec!["2", "1"], true));
    assert!(!store.note(&bob, "2").await.unwrap().unwrap().pinned);
    assert!(store.pinned_notes(&bob).await.unwrap().is_empty());
    store.set_grants("note", "2", &[]).await.unwrap();
    assert_eq!(ids(&store.pinned_notes(&ann).await.unwrap()), ["1"]);
    assert!(!store.toggle_note_pin(&ann, "1").await.unwrap());
    assert!(store.pinned_notes(&ann).await.unwrap().is_empty());
    assert!(matches!(store.toggle_note_pin(&ann, "gone").await, Err(StoreError::NotFound)));
}

async fn a_deleted_note_leaves_nothing_behind(store: Store) {
    let (ann, bob) = (somebody(&store, "ann").await, somebody(&store, "bob").await);
    store.insert_note(&note("1", &ann, "One", "", 1), &[grant("1", "user", "*", "read")]).await.unwrap();
    let (first, second, other) = (chat(&ann, "first"), chat(&bob, "second"), chat(&ann, "other"));
    store.insert_note_chat("1", &first).await.unwrap();
    store.insert_note_chat("1", &second).await.unwrap();
    store.insert_chat(&other, &[]).await.unwrap();
    assert!(matches!(store.insert_note_chat("gone", &chat(&ann, "x")).await, Err(StoreError::NotFound)));
    assert_eq!(store.note_chats(&ann, "1").await.unwrap(), std::slice::from_ref(&first));
    assert_eq!(store.chats_about_note("1").await.unwrap().len(), 2);
    assert!(store.delete_note("1").await.unwrap());
    assert!(!store.delete_note("1").await.unwrap());
    assert_eq!(store.note(&ann, "1").await.unwrap(), None);
    assert!(store.grants("note", "1").await.unwrap().is_empty());
    for gone in [&first, &second] {
        assert_eq!(store.chat(&gone.id).await.unwrap(), None);
    }
    assert!(store.chat(&other.id).await.unwrap().is_some());
}

async fn a_deleted_owner_leaves_no_grants(store: Store) {
    let (ann, bob) = (somebody(&store, "ann").await, somebody(&store, "bob").await);
    store.insert_note(&note("1", &ann, "One", "", 1), &[grant("1", "user", bob.as_str(), "read")]).await.unwrap();
    store.insert_note(&note("2", &bob, "Two", "", 1), &[grant("2", "user", "*", "read")]).await.unwrap();
    assert!(store.delete_user(&ann).await.unwrap());
    assert_eq!(store.grants_of_type("note").await.unwrap().len(), 1);
    assert_eq!(store.grants_on("note", &["1".to_owned(), "2".to_owned()]).await.unwrap().len(), 1);
    assert_eq!(ids(&store.notes(&bob, &NoteQuery::default()).await.unwrap()), ["2"]);
}
