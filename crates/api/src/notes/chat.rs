//! Chats about a note: everybody has their own.

use airis_domain::{Chat, ChatId, JsonMap, Note, User, now};
use axum::extract::State;
use serde_json::json;

use super::found::{readable, refused};
use crate::app::App;
use crate::caller::Verified;
use crate::chats::view::ChatResponse;
use crate::error::Result;
use crate::extract::{Json, Path};

/// What models are told in such a chat; the note itself is added to every question.
const SYSTEM: &str = "You help somebody to work on one of their notes, which you are given with each question. Answer from \
    the note where it has the answer, and say so where it has not. When you are asked to change it, answer with the changed \
    text as Markdown.";

/// The chat of the caller about a note: the last one, or a new one.
#[utoipa::path(get, path = "/api/v1/notes/{id}/chat", tag = "notes", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200, body = ChatResponse)))]
pub async fn last(State(app): State<App>, person: Verified, Path(id): Path<String>) -> Result<Json<ChatResponse>> {
    let note = readable(&app, &person, &id).await?.note;
    match app.store.note_chats(&person.id, &note.id).await?.into_iter().next() {
        Some(chat) => Ok(Json(ChatResponse::load(&app, chat).await?)),
        None => begun(&app, &person, &note).await,
    }
}

/// Begins another chat about a note.
#[utoipa::path(post, path = "/api/v1/notes/{id}/chat", tag = "notes", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200, body = ChatResponse)))]
pub async fn begin(State(app): State<App>, person: Verified, Path(id): Path<String>) -> Result<Json<ChatResponse>> {
    let note = readable(&app, &person, &id).await?.note;
    begun(&app, &person, &note).await
}

/// Chats of the caller about a note, the last used first.
#[utoipa::path(get, path = "/api/v1/notes/{id}/chats", tag = "notes", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Vec<ChatResponse>)))]
pub async fn all(State(app): State<App>, person: Verified, Path(id): Path<String>) -> Result<Json<Vec<ChatResponse>>> {
    let note = readable(&app, &person, &id).await?.note;
    let mut chats = Vec::new();
    for chat in app.store.note_chats(&person.id, &note.id).await? {
        chats.push(ChatResponse::load(&app, chat).await?);
    }
    Ok(Json(chats))
}

async fn begun(app: &App, person: &User, note: &Note) -> Result<Json<ChatResponse>> {
    let chat = chat(person, note);
    app.store.insert_note_chat(&note.id, &chat).await.map_err(refused)?;
    Ok(Json(ChatResponse::of(chat, Vec::new(), &[])))
}

/// A chat without a message, which no list shows.
fn chat(person: &User, note: &Note) -> Chat {
    let (id, at) = (ChatId::random(), now());
    let object = |value: serde_json::Value| value.as_object().cloned().unwrap_or_else(JsonMap::new);
    let blob = json!({"id": id, "models": [""], "params": {"system": SYSTEM}, "messages": [], "tags": []});
    Chat {
        user_id: person.id.clone(),
        title: "Chat".to_owned(),
        blob: object(blob),
        current_message_id: None,
        meta: object(json!({"internal": true, "type": "note", "note_id": note.id})),
        folder_id: None,
        share_id: None,
        archived: false,
        pinned: false,
        tasks: None,
        summary: None,
        variables: None,
        last_read_at: None,
        created_at: at,
        updated_at: at,
        id,
    }
}
