//! How far the server is with a file's text.

use std::time::Duration;

use airis_domain::{FileId, FileStatus, Json as Value};
use axum::extract::State;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream;
use serde::Deserialize;
use serde_json::json;
use tokio::time::{Instant, sleep};
use utoipa::IntoParams;

use super::readable;
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::{Json, Path, Query};

/// How often a stream looks again, and how long it lasts.
const EVERY: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(7200);
/// Most files are read in less than [`EVERY`]: the first looks come sooner.
const FIRST: Duration = Duration::from_millis(50);

/// One answer, or answers until the end.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StatusQuery {
    #[serde(default)]
    pub stream: Option<bool>,
}

/// `{status}`; with `stream` one event a second until the text is there or cannot be had.
#[utoipa::path(get, path = "/api/v1/files/{id}/process/status", tag = "files", security(("verified" = [])),
    params(("id" = String, Path), StatusQuery), responses((status = 200, body = Value)))]
pub async fn read(
    State(app): State<App>,
    user: Verified,
    Path(id): Path<String>,
    Query(query): Query<StatusQuery>,
) -> Result<Response> {
    let file = readable(&app, &user, id).await?;
    if query.stream != Some(true) {
        let status = file.status.unwrap_or(FileStatus::Pending);
        return Ok(Json(json!({"status": status.as_str()})).into_response());
    }
    let end = Instant::now() + LONGEST;
    let events = stream::unfold(Some((FIRST, false)), move |step| {
        let (app, id) = (app.clone(), file.id.clone());
        async move {
            let (pause, waited) = step?;
            if waited {
                sleep(pause).await;
            }
            let (event, more) = look(&app, &id).await;
            let pause = if waited { EVERY.min(pause * 2) } else { pause };
            let next = (more && Instant::now() < end).then_some((pause, true));
            Some((Ok::<_, std::convert::Infallible>(Event::default().data(event.to_string())), next))
        }
    });
    Ok(Sse::new(events).into_response())
}

/// What is to be told now, and whether there will be more.
async fn look(app: &App, id: &FileId) -> (Value, bool) {
    let file = match app.store.file(id).await {
        Ok(Some(file)) => file,
        Ok(None) => return (json!({"status": "not_found"}), false),
        Err(error) => {
            tracing::warn!(%error, file = %id, "the status of a file cannot be read");
            return (json!({"status": "pending"}), true);
        }
    };
    let status = file.status.unwrap_or(FileStatus::Pending);
    let mut told = json!({"status": status.as_str()});
    if let Some(error) = file.error {
        told["error"] = json!(error);
    }
    (told, !status.is_final())
}
