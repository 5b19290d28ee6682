//! Files on their way into a knowledge base.

use std::convert::Infallible;
use std::time::Duration;

use airis_domain::{Json as Value, User};
use axum::extract::State;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream;
use serde::Deserialize;
use serde_json::json;
use tokio::time::{Instant, sleep};
use utoipa::IntoParams;

use super::read::readable;
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::{Json, Path, Query};

/// How often a stream looks again, and how long it lasts.
const EVERY: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(7200);

/// One answer, or answers until none waits.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PendingQuery {
    #[serde(default)]
    pub stream: Option<bool>,
}

/// The files that wait or are being read; with `stream` one event a second until there are none.
#[utoipa::path(get, path = "/api/v1/knowledge/{id}/files/pending", tag = "knowledge", security(("verified" = [])),
    params(("id" = String, Path), PendingQuery), responses((status = 200, body = Value)))]
pub async fn list(
    State(app): State<App>,
    person: Verified,
    Path(id): Path<String>,
    Query(query): Query<PendingQuery>,
) -> Result<Response> {
    readable(&app, &person, &id).await?;
    let first = waiting(&app, &id).await?;
    if query.stream != Some(true) {
        return Ok(Json(first).into_response());
    }
    let end = Instant::now() + LONGEST;
    let user = User::clone(&person);
    let events = stream::unfold(Some(first), move |now| {
        let (app, user, id) = (app.clone(), user.clone(), id.clone());
        async move {
            let now = now?;
            let event = Ok::<_, Infallible>(Event::default().data(json!(now).to_string()));
            if now.is_empty() || Instant::now() >= end {
                return Some((event, None));
            }
            sleep(EVERY).await;
            // Whoever may not read it any more hears no more.
            let next = match readable(&app, &user, &id).await {
                Ok(_) => waiting(&app, &id).await.ok(),
                Err(_) => None,
            };
            Some((event, next))
        }
    });
    Ok(Sse::new(events).into_response())
}

async fn waiting(app: &App, id: &str) -> Result<Vec<Value>> {
    let files = app.store.files_into(id).await?.into_iter().map(|file| {
        json!({
            "id": file.id,
            "user_id": file.user_id,
            "filename": file.filename,
            "data": file.data_json(),
            "meta": file.meta_json(),
            "created_at": file.created_at,
            "updated_at": file.updated_at,
        })
    });
    Ok(files.collect())
}
