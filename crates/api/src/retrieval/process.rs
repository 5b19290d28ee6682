//! Making files and texts searchable.

use airis_access::Reachable;
use airis_domain::{File, FileId, FileStatus, Json as Value, JsonMap};
use airis_retrieval::{Section, Target, collection_of, digest};
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::Json;

/// A file, and what is to become of it.
#[derive(Deserialize, ToSchema)]
pub struct ProcessFileForm {
    pub file_id: String,
    /// A text in place of the file's.
    #[serde(default)]
    pub content: Option<String>,
    /// A collection that its passages go to as well.
    #[serde(default)]
    pub collection_name: Option<String>,
}

/// A text, and where it goes.
#[derive(Deserialize, ToSchema)]
pub struct ProcessTextForm {
    pub name: String,
    pub content: String,
    /// Named by the text unless given.
    #[serde(default)]
    pub collection_name: Option<String>,
}

/// Takes the text of a file and makes it searchable; waits for it.
#[utoipa::path(post, path = "/api/v1/retrieval/process/file", tag = "retrieval", security(("verified" = [])),
    request_body = ProcessFileForm, responses((status = 200, body = Value)))]
pub async fn file(State(app): State<App>, user: Verified, Json(form): Json<ProcessFileForm>) -> Result<Json<Value>> {
    let file = Reachable::file(&app.store, &app.config, &user, &FileId(form.file_id)).await;
    let file = file.map_err(crate::files::hide)?.into_inner();
    let own = collection_of(file.id.as_str());
    let target = form.collection_name.filter(|name| !name.is_empty() && *name != own);
    if let Some(target) = &target {
        app.retrieval.may_write(&user, target).await?;
    }
    let file = match (&form.content, file.status) {
        (Some(text), _) => {
            app.retrieval.rewrite(&file, text).await?;
            file
        }
        (None, Some(FileStatus::Completed)) if target.is_some() => file,
        _ => app.retrieval.read_again(&file).await?,
    };
    if let Some(target) = &target {
        app.retrieval.add_to(target, &with_text(&app, &file.id).await?).await?;
    }
    let collection = target.unwrap_or(own);
    let meta = JsonMap::from_iter([("collection_name".to_owned(), json!(collection))]);
    app.store.set_file_meta(&file.id, &meta).await?;
    let text = with_text(&app, &file.id).await?.content.unwrap_or_default();
    Ok(Json(json!({"status": true, "collection_name": collection, "filename": file.filename, "content": text})))
}

async fn with_text(app: &App, id: &FileId) -> Result<File> {
    app.store.file_with_text(id).await?.ok_or_else(ApiError::not_found)
}

/// Makes a text searchable that is no file.
#[utoipa::path(post, path = "/api/v1/retrieval/process/text", tag = "retrieval", security(("verified" = [])),
    request_body = ProcessTextForm, responses((status = 200, body = Value)))]
pub async fn text(State(app): State<App>, user: Verified, Json(form): Json<ProcessTextForm>) -> Result<Json<Value>> {
    let given = form.collection_name.filter(|name| !name.is_empty());
    if let Some(name) = &given {
        app.retrieval.may_write(&user, name).await?;
    }
    // A name that only the text gives belongs to whoever has the text.
    let collection = match given {
        Some(name) => name,
        None => {
            let name = digest(&form.content)[..63].to_owned();
            app.retrieval.vectors().drop_collection(&name).await?;
            name
        }
    };
    let metadata =
        JsonMap::from_iter([("name".to_owned(), json!(form.name)), ("created_by".to_owned(), json!(user.id))]);
    let target = Target { collection: collection.clone(), file_id: None, hash: None, payer: user.id.clone(), metadata };
    let text = form.content.replace('\0', "");
    app.retrieval.index(target, vec![Section::plain(text)]).await?;
    Ok(Json(json!({"status": true, "collection_name": collection, "content": form.content})))
}
