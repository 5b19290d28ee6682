//! Searching collections by name.

use airis_domain::Json as Value;
use airis_retrieval::Wish;
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::Json;

/// Collections that are searched at once.
const MOST: usize = 100;

/// A question to one collection.
#[derive(Deserialize, ToSchema)]
pub struct QueryDocForm {
    pub collection_name: String,
    pub query: String,
    /// How many passages.
    #[serde(default)]
    pub k: Option<i64>,
    /// How many after reranking.
    #[serde(default)]
    pub k_reranker: Option<i64>,
    /// Least score after that.
    #[serde(default)]
    pub r: Option<f64>,
    /// Whether words count, too, where the server is set up so.
    #[serde(default)]
    pub hybrid: Option<bool>,
    #[serde(default)]
    pub hybrid_bm25_weight: Option<f64>,
}

/// The same to several.
#[derive(Deserialize, ToSchema)]
pub struct QueryCollectionsForm {
    pub collection_names: Vec<String>,
    pub query: String,
    #[serde(default)]
    pub k: Option<i64>,
    #[serde(default)]
    pub k_reranker: Option<i64>,
    #[serde(default)]
    pub r: Option<f64>,
    #[serde(default)]
    pub hybrid: Option<bool>,
    #[serde(default)]
    pub hybrid_bm25_weight: Option<f64>,
    #[serde(default)]
    pub enable_enriched_texts: Option<bool>,
}

/// The passages of one collection that are nearest to a question; null when there is no such collection.
#[utoipa::path(post, path = "/api/v1/retrieval/query/doc", tag = "retrieval", security(("verified" = [])),
    request_body = QueryDocForm, responses((status = 200, body = Value)))]
pub async fn doc(State(app): State<App>, user: Verified, Json(form): Json<QueryDocForm>) -> Result<Json<Value>> {
    let wish = wish(&app, form.hybrid).with(form.k, form.k_reranker, form.r, form.hybrid_bm25_weight);
    // Access first: whether a collection exists is nobody's business who may not read it.
    let place = app.retrieval.place(&user, &form.collection_name).await?;
    if !app.retrieval.has(&place).await? {
        return Ok(Json(Value::Null));
    }
    let found = app.retrieval.search(&user, &[form.collection_name], &form.query, &wish).await?;
    let mut answer = view(&found);
    answer["ids"] = json!([found.iter().map(|found| &found.id).collect::<Vec<_>>()]);
    Ok(Json(answer))
}

/// The passages of several collections that are nearest to a question.
#[utoipa::path(post, path = "/api/v1/retrieval/query/collection", tag = "retrieval", security(("verified" = [])),
    request_body = QueryCollectionsForm, responses((status = 200, body = Value)))]
pub async fn collections(
    State(app): State<App>,
    user: Verified,
    Json(form): Json<QueryCollectionsForm>,
) -> Result<Json<Value>> {
    if form.collection_names.len() > MOST {
        return Err(ApiError::bad_request(format!("{MOST} collections are the most in one request")));
    }
    let mut wish = wish(&app, form.hybrid).with(form.k, form.k_reranker, form.r, form.hybrid_bm25_weight);
    wish.about = form.enable_enriched_texts.unwrap_or(wish.about);
    Ok(Json(view(&app.retrieval.search(&user, &form.collection_names, &form.query, &wish).await?)))
}

/// Words count where the server is set up so, unless the request says no.
fn wish(app: &App, hybrid: Option<bool>) -> Wish {
    let mut wish = Wish::read(&app.config);
    wish.hybrid &= hybrid.unwrap_or(true);
    wish
}

fn view(found: &[airis_vector::Found]) -> Value {
    json!({
        "distances": [found.iter().map(|found| found.score).collect::<Vec<_>>()],
        "documents": [found.iter().map(|found| &found.text).collect::<Vec<_>>()],
        "metadatas": [found.iter().map(|found| &found.metadata).collect::<Vec<_>>()],
    })
}
