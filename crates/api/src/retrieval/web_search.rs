//! Searching the web.

use airis_domain::Json as Value;
use airis_retrieval::Hit;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::permitted;
use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::Json;

/// What to search for.
#[derive(Deserialize, ToSchema)]
pub struct SearchForm {
    pub queries: Vec<String>,
}

/// Searches the web and makes what was found searchable for the caller, or hands it out where the server is set up so.
#[utoipa::path(post, path = "/api/v1/retrieval/process/web/search", tag = "retrieval", security(("verified" = [])),
    request_body = SearchForm, responses((status = 200, body = Value)))]
pub async fn search(State(app): State<App>, user: Verified, Json(form): Json<SearchForm>) -> Result<Json<Value>> {
    if !app.config.flag("web.search.enable") {
        return Err(ApiError::forbidden("An administrator has turned web search off"));
    }
    permitted(&app, &user, "features.web_search", "You may not search the web").await?;
    let found = app.retrieval.search_web(&form.queries).await?;
    if found.pages.is_empty() {
        return Err(ApiError::new(StatusCode::NOT_FOUND, "Nothing was found on the web"));
    }
    let mut answer = json!({
        "status": true,
        "items": found.hits.iter().map(Hit::view).collect::<Vec<_>>(),
        "filenames": found.pages.iter().map(|page| &page.url).collect::<Vec<_>>(),
        "loaded_count": found.loaded,
    });
    if app.config.flag("web.search.bypass_embedding_and_retrieval") {
        answer["collection_name"] = Value::Null;
        answer["docs"] = json!(found.documents(&user));
    } else {
        answer["collection_names"] = json!([app.retrieval.keep_search(&user, &found).await?]);
    }
    Ok(Json(answer))
}
