//! Indexing anew, after another embedding model or another way of cutting was chosen.

use airis_domain::{Json as Value, JsonMap, Role};
use airis_retrieval::{Section, Target};
use axum::extract::State;
use serde_json::json;

use crate::app::App;
use crate::caller::{Admin, Verified};
use crate::error::{ApiError, Result};
use crate::extract::Json;

/// The collection that describes knowledge bases.
const ALL: &str = "knowledge-bases";

/// All knowledge bases, for administrators; true when every file of them was indexed.
#[utoipa::path(post, path = "/api/v1/knowledge/reindex", tag = "knowledge", security(("verified" = [])),
    responses((status = 200, body = bool, content_type = "application/json")))]
pub async fn files(State(app): State<App>, person: Verified) -> Result<Json<bool>> {
    if person.role != Role::Admin {
        return Err(ApiError::unauthorized());
    }
    let mut vain = 0;
    for knowledge in app.store.all_knowledge().await?.iter().filter(|knowledge| !knowledge.is_external()) {
        vain += app.retrieval.rebuild(&knowledge.id).await?.1;
    }
    Ok(Json(vain == 0))
}

/// What knowledge bases are called and about, so that the right one can be found.
#[utoipa::path(post, path = "/api/v1/knowledge/metadata/reindex", tag = "knowledge", security(("admin" = [])),
    responses((status = 200, body = Value)))]
pub async fn metadata(State(app): State<App>, admin: Admin) -> Result<Json<Value>> {
    app.retrieval.vectors().drop_collection(ALL).await?;
    let all = app.store.all_knowledge().await?;
    let mut success = 0;
    for knowledge in &all {
        let metadata = JsonMap::from_iter([
            ("knowledge_id".to_owned(), json!(knowledge.id)),
            ("name".to_owned(), json!(knowledge.name)),
        ]);
        let target = Target {
            collection: ALL.to_owned(),
            file_id: Some(knowledge.id.clone()),
            hash: None,
            payer: admin.id.clone(),
            metadata,
        };
        let text = format!("{}\n\n{}", knowledge.name, knowledge.description);
        match app.retrieval.index(target, vec![Section::plain(text)]).await {
            Ok(_) => success += 1,
            Err(error) => tracing::warn!(%error, knowledge = %knowledge.id, "a knowledge base is not described"),
        }
    }
    Ok(Json(json!({"total": all.len(), "success": success})))
}
