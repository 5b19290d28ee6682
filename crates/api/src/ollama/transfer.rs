//! Model files into an Ollama server: fetched from where they are published, or uploaded. Progress comes as
//! server-sent events; whoever stops listening ends the work.

use std::time::{Duration, Instant};

use airis_domain::Json as Value;
use airis_files::{Incoming, Received};
use airis_providers::{Import, Kind, ModelFile, ProviderError, Published};
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt};
use serde::Deserialize;
use serde_json::json;
use tokio_util::io::ReaderStream;
use utoipa::ToSchema;

use super::forms::HostQuery;
use crate::app::App;
use crate::caller::Admin;
use crate::error::{ApiError, Result};
use crate::extract::{Json, Path, Query};
use crate::files::body;
use crate::provided::{refusal, require_on};

/// Pause between two tellings of progress.
const EVERY: Duration = Duration::from_millis(200);

/// Where a model file is published.
#[derive(Deserialize, ToSchema)]
pub struct UrlForm {
    pub url: String,
}

/// The form of an upload.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form; the body is read as it comes")]
pub struct ModelUploadForm {
    #[schema(value_type = String, format = Binary)]
    file: String,
}

/// Fetches a model file from Hugging Face or GitHub and makes a model of it on a server, the first unless named.
#[utoipa::path(post, path = "/ollama/models/download", tag = "ollama", security(("admin" = [])), params(HostQuery),
    request_body = UrlForm, responses((status = 200, body = Value)))]
pub async fn download(
    _admin: Admin,
    State(app): State<App>,
    Query(host): Query<HostQuery>,
    Json(form): Json<UrlForm>,
) -> Result<Response> {
    fetch(app, host.url_idx.unwrap_or(0), &form.url).await
}

/// The same for the server with this number.
#[utoipa::path(post, path = "/ollama/models/download/{url_idx}", tag = "ollama", security(("admin" = [])),
    params(("url_idx" = usize, Path)), request_body = UrlForm, responses((status = 200, body = Value)))]
pub async fn download_at(
    _admin: Admin,
    State(app): State<App>,
    Path(index): Path<usize>,
    Json(form): Json<UrlForm>,
) -> Result<Response> {
    fetch(app, index, &form.url).await
}

/// Takes a model file and makes a model of it on a server, the first unless named.
#[utoipa::path(post, path = "/ollama/models/upload", tag = "ollama", security(("admin" = [])), params(HostQuery),
    request_body(content = ModelUploadForm, content_type = "multipart/form-data"),
    responses((status = 200, body = Value)))]
pub async fn upload(
    _admin: Admin,
    State(app): State<App>,
    Query(host): Query<HostQuery>,
    request: Request,
) -> Result<Response> {
    take(app, host.url_idx.unwrap_or(0), request).await
}

/// The same for the server with this number.
#[utoipa::path(post, path = "/ollama/models/upload/{url_idx}", tag = "ollama", security(("admin" = [])),
    params(("url_idx" = usize, Path)),
    request_body(content = ModelUploadForm, content_type = "multipart/form-data"),
    responses((status = 200, body = Value)))]
pub async fn upload_at(
    _admin: Admin,
    State(app): State<App>,
    Path(index): Path<usize>,
    request: Request,
) -> Result<Response> {
    take(app, index, request).await
}

async fn fetch(app: App, index: usize, url: &str) -> Result<Response> {
    known(&app, index)?;
    let published = match app.providers.fetch_published(url).await {
        Ok(published) => published,
        // Whatever keeps a file from being fetched is said, and is no fault of this server.
        Err(ProviderError::Answer { status: 400, body }) => {
            return Ok(refusal(ProviderError::Answer { status: 400, body }));
        }
        Err(error) => return Err(ApiError::bad_request(format!("The file cannot be fetched: {error}"))),
    };
    let incoming = app.files.receive().await?;
    Ok(events(async_stream::stream! {
        let name = published.name.clone();
        let mut received = None;
        let mut fetching = std::pin::pin!(receive(incoming, published));
        while let Some(step) = fetching.next().await {
            match step {
                Ok(Step::Told(event)) => yield event,
                Ok(Step::Whole(whole)) => received = Some(whole),
                Err(error) => yield failure(&error),
            }
        }
        if let Some(received) = received {
            let mut importing = std::pin::pin!(import(app, index, name, received, false));
            while let Some(event) = importing.next().await {
                yield event;
            }
        }
    }))
}

async fn take(app: App, index: usize, request: Request) -> Result<Response> {
    known(&app, index)?;
    let sent = body::read(request, &app.files, None, |_| Ok(())).await?;
    Ok(events(import(app, index, sent.name, sent.received, true)))
}

fn known(app: &App, index: usize) -> Result<()> {
    require_on(app, Kind::Ollama)?;
    if app.providers.has_ollama(index) {
        return Ok(());
    }
    Err(ApiError::new(StatusCode::NOT_FOUND, "There is no such connection"))
}

/// A step of fetching.
enum Step {
    Told(Value),
    Whole(Received),
}

/// Writes a published file to the disk.
fn receive(mut incoming: Incoming, mut published: Published) -> impl Stream<Item = std::result::Result<Step, String>> {
    async_stream::try_stream! {
        let mut told = Instant::now();
        let mut completed = 0;
        while let Some(piece) = published.bytes.next().await {
            let piece = piece.map_err(|error| error.to_string())?;
            completed = incoming.write(&piece).await.map_err(|error| error.to_string())?;
            if told.elapsed() >= EVERY {
                told = Instant::now();
                yield Step::Told(progress(completed, published.size));
            }
        }
        if published.size.is_some_and(|size| size != completed) {
            Err("the publisher broke the file off".to_owned())?;
        }
        yield Step::Told(progress(completed, Some(completed)));
        yield Step::Whole(incoming.finish().await.map_err(|error| error.to_string())?);
    }
}

/// Hands the file to the server; `tell` says how far that is.
fn import(app: App, index: usize, name: String, received: Received, tell: bool) -> impl Stream<Item = Value> + Send {
    async_stream::stream! {
        let bytes = match received.open().await {
            Ok(reader) => ReaderStream::with_capacity(reader, 256 * 1024),
            Err(error) => {
                yield failure(&error.to_string());
                return;
            }
        };
        let size = received.size;
        let file = ModelFile { name: name.clone(), size, sha256: received.sha256.clone(), bytes };
        let mut steps = std::pin::pin!(app.providers.import(index, file));
        let (mut told, mut whole) = (Instant::now(), false);
        while let Some(step) = steps.next().await {
            match step {
                Ok(Import::Sent(sent)) if tell && !whole && (sent == size || told.elapsed() >= EVERY) => {
                    (told, whole) = (Instant::now(), sent == size);
                    yield progress(sent, Some(size));
                }
                Ok(Import::Sent(_)) => {}
                Ok(Import::Made { model, blob }) => {
                    app.providers.models(true).await;
                    yield json!({"done": true, "blob": blob, "name": name, "model_created": model});
                }
                Err(error) => yield failure(&error.to_string()),
            }
        }
        // The file is removed with `received`, when the server has it.
        drop(received);
    }
}

/// How far it is; without a total nobody knows how much is left.
fn progress(completed: u64, total: Option<u64>) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "a percentage with two digits behind the point")]
    let percent = total.map(|total| (completed as f64 / total.max(1) as f64 * 10_000.0).round() / 100.0);
    json!({"progress": percent, "total": total, "completed": completed})
}

fn failure(error: &str) -> Value {
    json!({"error": error})
}

fn events(values: impl Stream<Item = Value> + Send + 'static) -> Response {
    let lines = values.map(|value| Ok::<_, std::convert::Infallible>(Bytes::from(format!("data: {value}\n\n"))));
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-cache")];
    (headers, Body::from_stream(lines)).into_response()
}
