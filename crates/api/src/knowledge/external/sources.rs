//! Knowledge bases that are searched on a server of somebody else.

use airis_domain::{Json as Value, Knowledge, KnowledgeConnection, Shelved, now};
use axum::extract::State;

use super::connections::known;
use super::forms::{ExternalKnowledgeCreateForm, ExternalKnowledgeSourceCreateForm, ExternalKnowledgeSourceUpdateForm};
use super::trials::asked;
use crate::app::App;
use crate::caller::Admin;
use crate::error::{ApiError, Result};
use crate::extract::{FreeForm, Json, Path};
use crate::knowledge::forms::name;
use crate::knowledge::read::{missing, refused, writable};
use crate::knowledge::views::{KnowledgeResponse, model};
use crate::rights::Rights;

/// Makes a knowledge base of a collection or table that a known server has.
#[utoipa::path(post, path = "/api/v1/knowledge/external/knowledge/create", tag = "knowledge",
    security(("admin" = [])), request_body = ExternalKnowledgeCreateForm,
    responses((status = 200, body = Option<KnowledgeResponse>)))]
pub async fn knowledge(
    admin: Admin,
    State(app): State<App>,
    Json(form): Json<ExternalKnowledgeCreateForm>,
) -> Result<Json<KnowledgeResponse>> {
    let connection = known(&app, &form.connection_id).await?;
    let place = form.source.place()?;
    let there = app.retrieval.shelves(&connection).await?;
    if !there.iter().any(|name| place["name"] == name.as_str()) {
        let text = format!("\"{}\" has no collection or table \"{}\"", connection.name, form.source.name);
        return Err(ApiError::bad_request(text));
    }
    let about = (form.name.as_str(), form.description.as_str());
    stored(&app, &admin, about, &connection, place, form.access_grants.as_deref()).await
}

/// Makes a knowledge base with its server, when a question could be asked there.
#[utoipa::path(post, path = "/api/v1/knowledge/external/source/create", tag = "knowledge", security(("admin" = [])),
    request_body = ExternalKnowledgeSourceCreateForm, responses((status = 200, body = Option<KnowledgeResponse>)))]
pub async fn create(
    admin: Admin,
    State(app): State<App>,
    Json(form): Json<ExternalKnowledgeSourceCreateForm>,
) -> Result<Json<KnowledgeResponse>> {
    let connection = form.connection.connection(&admin.id, None)?;
    let place = form.source.place()?;
    name(&form.name)?;
    asked(&app, &admin, &connection, &place, &form.test_query, form.test_count).await?;
    app.store.put_knowledge_connection(&connection).await?;
    let about = (form.name.as_str(), form.description.as_str());
    let made = stored(&app, &admin, about, &connection, place, form.access_grants.as_deref()).await;
    if made.is_err() {
        app.store.delete_knowledge_connection(&connection.id).await?;
    }
    made
}

/// Changes a knowledge base with its server, when a question could be asked there.
#[utoipa::path(patch, path = "/api/v1/knowledge/external/source/{id}", tag = "knowledge", security(("admin" = [])),
    params(("id" = String, Path)), request_body = ExternalKnowledgeSourceUpdateForm,
    responses((status = 200, body = Option<KnowledgeResponse>)))]
pub async fn update(
    admin: Admin,
    State(app): State<App>,
    Path(id): Path<String>,
    Json(form): Json<ExternalKnowledgeSourceUpdateForm>,
) -> Result<Json<KnowledgeResponse>> {
    let found = writable(&app, &admin, &id).await?;
    if !found.knowledge.is_external() {
        return Err(ApiError::bad_request("This knowledge base has files of its own"));
    }
    // One that came from elsewhere may name a server that is not known here; it gets one.
    let before = match Shelved::of(&found.knowledge) {
        Some(shelved) => app.store.knowledge_connection(&shelved.connection_id).await?,
        None => None,
    };
    let connection = form.connection.connection(&admin.id, before.as_ref())?;
    let (called, place) = (name(&form.name)?, form.source.place()?);
    let grants = match &form.access_grants {
        Some(sent) => found.rights.grants::<Knowledge>(&id, sent)?,
        None => found.grants,
    };
    asked(&app, &admin, &connection, &place, &form.test_query, form.test_count).await?;
    app.store.put_knowledge_connection(&connection).await?;
    let meta = Shelved { connection_id: connection.id, place }.meta();
    app.store.set_knowledge_meta(&id, &meta).await.map_err(refused)?;
    app.store.update_knowledge(&id, &called, &form.description).await.map_err(refused)?;
    app.store.set_grants(airis_access::KNOWLEDGE, &id, &grants).await?;
    let knowledge = app.store.knowledge(&id).await?.ok_or_else(missing)?;
    Ok(Json(KnowledgeResponse { knowledge: model(&knowledge, &grants), files: None }))
}

async fn stored(
    app: &App,
    admin: &Admin,
    (called, description): (&str, &str),
    connection: &KnowledgeConnection,
    place: Value,
    grants: Option<&[FreeForm]>,
) -> Result<Json<KnowledgeResponse>> {
    let id = uuid::Uuid::new_v4().to_string();
    let grants = Rights::of(app, admin).await?.grants::<Knowledge>(&id, grants.unwrap_or_default())?;
    let at = now();
    let knowledge = Knowledge {
        id,
        user_id: admin.id.clone(),
        name: name(called)?,
        description: description.replace('\0', ""),
        meta: Some(Shelved { connection_id: connection.id.clone(), place }.meta()),
        created_at: at,
        updated_at: at,
    };
    app.store.insert_knowledge(&knowledge, &grants).await?;
    Ok(Json(KnowledgeResponse { knowledge: model(&knowledge, &grants), files: None }))
}
