//! Labels of chats.

use airis_domain::{Chat, Json as Value};
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::TagModel;
use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::Json;
use crate::owned::{ChatAs, Owner};

/// A label by its name.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TagForm {
    name: String,
}

type Tags = Json<Vec<TagModel>>;

/// Every label the caller uses.
#[utoipa::path(get, path = "/api/v1/chats/all/tags", tag = "chats", security(("verified" = [])),
    responses((status = 200, body = Vec<TagModel>)))]
pub async fn all(State(app): State<App>, user: Verified) -> Result<Tags> {
    Ok(Json(app.store.tags_of(&user.id).await?.into_iter().map(TagModel::from).collect()))
}

/// Labels of one chat.
#[utoipa::path(get, path = "/api/v1/chats/{id}/tags", tag = "chats", security(("verified" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Vec<TagModel>)))]
pub async fn of_chat(State(app): State<App>, chat: ChatAs<Owner>) -> Result<Tags> {
    let tags = app.store.tags_by_ids(&chat.user_id, &ids(&chat)).await?;
    Ok(Json(tags.into_iter().map(TagModel::from).collect()))
}

/// Puts a label on a chat. `none` is no label.
#[utoipa::path(post, path = "/api/v1/chats/{id}/tags", tag = "chats", security(("verified" = [])),
    params(("id" = String, Path)), request_body = TagForm, responses((status = 200, body = Vec<TagModel>)))]
pub async fn add(State(app): State<App>, chat: ChatAs<Owner>, Json(form): Json<TagForm>) -> Result<Tags> {
    let wanted = id(&form.name);
    if wanted == "none" || wanted.is_empty() {
        return Err(ApiError::bad_request("This cannot be the name of a label"));
    }
    let mut names = names(&app, &chat).await?;
    if !names.iter().any(|name| id(name) == wanted) {
        names.push(form.name.trim().to_owned());
    }
    replace(&app, &chat, &names).await
}

/// Takes a label off a chat.
#[utoipa::path(delete, path = "/api/v1/chats/{id}/tags", tag = "chats", security(("verified" = [])),
    params(("id" = String, Path)), request_body = TagForm, responses((status = 200, body = Vec<TagModel>)))]
pub async fn remove(State(app): State<App>, chat: ChatAs<Owner>, Json(form): Json<TagForm>) -> Result<Tags> {
    let mut names = names(&app, &chat).await?;
    names.retain(|name| id(name) != id(&form.name));
    replace(&app, &chat, &names).await
}

/// The id of a label: its name in lower case, blanks as underscores.
pub fn id(name: &str) -> String {
    name.trim().to_lowercase().replace(' ', "_")
}

fn ids(chat: &Chat) -> Vec<String> {
    let tags = chat.meta.get("tags").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    tags.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The labels of a chat, as they are written.
pub(super) async fn names(app: &App, chat: &Chat) -> Result<Vec<String>> {
    Ok(app.store.tags_by_ids(&chat.user_id, &ids(chat)).await?.into_iter().map(|tag| tag.name).collect())
}

async fn replace(app: &App, chat: &Chat, names: &[String]) -> Result<Tags> {
    let tags = app.store.set_chat_tags(&chat.user_id, &chat.id, names).await?;
    Ok(Json(tags.into_iter().map(TagModel::from).collect()))
}
