//! What links to chats show, and taking a chat over from one.

use airis_access::{JoinedChat, Readable};
use airis_domain::{ChatId, Json as Value, JsonMap, SharedChat, SharedChatSummary, User};
use airis_store::ChatListQuery;
use axum::extract::State;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::blob;
use super::list::{SearchableQuery, filled, ordered, page};
use super::view::ChatResponse;
use crate::app::App;
use crate::caller::{Maybe, Verified};
use crate::error::{ApiError, Result};
use crate::extract::{Json, Path, Query};

/// One of the caller's links.
#[derive(Debug, Serialize, ToSchema)]
pub struct SharedChatResponse {
    #[schema(value_type = String)]
    pub id: ChatId,
    #[schema(value_type = String)]
    pub chat_id: ChatId,
    pub title: String,
    pub share_id: Option<String>,
    /// Seconds.
    pub updated_at: i64,
    /// Seconds.
    pub created_at: i64,
}

impl From<SharedChatSummary> for SharedChatResponse {
    fn from(line: SharedChatSummary) -> Self {
        Self {
            id: line.chat_id.clone(),
            chat_id: line.chat_id,
            title: line.title,
            share_id: Some(line.id),
            updated_at: line.updated_at,
            created_at: line.created_at,
        }
    }
}

/// The caller's links.
#[utoipa::path(get, path = "/api/v1/chats/shared", tag = "chats", security(("verified" = [])),
    params(SearchableQuery), responses((status = 200, body = Vec<SharedChatResponse>)))]
pub async fn list(
    State(app): State<App>,
    user: Verified,
    Query(query): Query<SearchableQuery>,
) -> Result<Json<Vec<SharedChatResponse>>> {
    let wanted = ChatListQuery { search: filled(query.query), ..page(query.page) };
    let wanted = ordered(wanted, query.order_by.as_deref(), query.direction.as_deref());
    let lines = app.store.shared_chats(&user.id, &wanted).await?;
    Ok(Json(lines.into_iter().map(SharedChatResponse::from).collect()))
}

/// What a link shows to whoever may follow it, with or without a session.
#[utoipa::path(get, path = "/api/v1/chats/share/{share_id}", tag = "chats", security(()),
    params(("share_id" = String, Path)), responses((status = 200, body = Option<ChatResponse>)))]
pub async fn read(State(app): State<App>, Maybe(caller): Maybe, Path(id): Path<String>) -> Result<Json<ChatResponse>> {
    let caller = caller.map(|caller| caller.user);
    let link = Readable::link(&app.store, &app.config, caller.as_ref(), &id).await?;
    Ok(Json(shown(&app, caller.as_ref(), &link).await?))
}

/// A copy of what a link shows, as a chat of the caller.
#[utoipa::path(post, path = "/api/v1/chats/{id}/clone/shared", tag = "chats", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Option<ChatResponse>)))]
pub async fn clone(State(app): State<App>, user: Verified, Path(id): Path<String>) -> Result<Json<ChatResponse>> {
    let link = Readable::link(&app.store, &app.config, Some(&*user), &id).await?;
    let shown = shown(&app, Some(&*user), &link).await?;
    let leaf = shown.chat.pointer("/history/currentId").cloned();
    let Value::Object(mut object) = shown.chat else { return Err(ApiError::unauthorized()) };
    for message in messages(&mut object) {
        // The copy says that its messages are the caller's, and is not being written.
        message.retain(|key, _| !matches!(key.as_str(), "user_id" | "user" | "meta"));
        message.entry("done").and_modify(|done| *done = json!(true));
    }
    object.insert("title".to_owned(), json!(format!("Clone of {}", shown.title)));
    object.insert("share_mode".to_owned(), Value::Null);
    object.shift_remove("write_access");
    object.insert("originalChatId".to_owned(), json!(link.id));
    if let Some(leaf) = leaf.filter(|leaf| !leaf.is_null()) {
        object.insert("branchPointMessageId".to_owned(), leaf);
    }
    let (chat, messages) = blob::read_new(&user, &object, None, None);
    app.store.insert_chat(&chat, &messages).await?;
    Ok(Json(ChatResponse::of(chat, messages, &[])))
}

/// The chat that a link shows. A live one carries the id of the chat itself, so that clients can open its room.
async fn shown(app: &App, caller: Option<&User>, link: &SharedChat) -> Result<ChatResponse> {
    let mut answer = match &link.snapshot {
        Some(object) => copy(link, object.clone()),
        None => {
            let chat = app.store.chat(&link.chat_id).await?.ok_or_else(ApiError::unauthorized)?;
            ChatResponse::load(app, chat).await?
        }
    };
    let guest = caller.is_some_and(|caller| caller.id != link.user_id);
    let joined = match caller {
        Some(user) if guest && link.is_live() => JoinedChat::of(&app.store, user, &link.chat_id).await.is_ok(),
        _ => false,
    };
    let Some(object) = answer.chat.as_object_mut() else { return Err(ApiError::internal("a link to no chat object")) };
    if joined {
        object.insert("write_access".to_owned(), json!(true));
    }
    object.insert("share_mode".to_owned(), if link.is_live() { json!("continue") } else { Value::Null });
    if caller.is_some_and(|caller| caller.id == link.user_id) {
        return Ok(answer);
    }
    for_others(answer)
}

/// What others than its owner see of a chat: how it was set up, and where, is not part of what was said.
pub(super) fn for_others(mut answer: ChatResponse) -> Result<ChatResponse> {
    let Some(object) = answer.chat.as_object_mut() else { return Err(ApiError::internal("a chat without its object")) };
    object.retain(|key, _| !matches!(key.as_str(), "params" | "system"));
    for message in messages(object) {
        message.shift_remove("meta");
    }
    let (meta, variables) = (JsonMap::new(), json!({}));
    Ok(ChatResponse { meta, variables, folder_id: None, tasks: None, summary: None, ..answer })
}

fn copy(link: &SharedChat, object: Value) -> ChatResponse {
    ChatResponse {
        id: link.id.as_str().into(),
        user_id: link.user_id.clone(),
        title: object["title"].as_str().unwrap_or_default().to_owned(),
        chat: object,
        updated_at: link.updated_at,
        created_at: link.created_at,
        share_id: Some(link.id.clone()),
        archived: false,
        pinned: Some(false),
        meta: JsonMap::new(),
        variables: json!({}),
        folder_id: None,
        tasks: None,
        summary: None,
        current_message_id: None,
        context_usage: None,
    }
}

/// The messages of a chat object: those of the tree, and those of the flat list that some clients keep.
fn messages(object: &mut JsonMap) -> impl Iterator<Item = &mut JsonMap> {
    let mut found = Vec::new();
    for (key, value) in object.iter_mut() {
        match (key.as_str(), value) {
            ("history", history) => {
                let tree = history.get_mut("messages").and_then(Value::as_object_mut);
                found.extend(tree.into_iter().flat_map(JsonMap::values_mut).filter_map(Value::as_object_mut));
            }
            ("messages", Value::Array(list)) => found.extend(list.iter_mut().filter_map(Value::as_object_mut)),
            _ => {}
        }
    }
    found.into_iter()
}
