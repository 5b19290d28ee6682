//! Having speech written down.

use airis_domain::Json as Value;
use airis_files::{Received, base_name, extension};
use airis_media::audio::{HEARS, LARGEST};
use axum::extract::multipart::Multipart;
use axum::extract::{FromRequest, Request, State};
use serde_json::json;
use utoipa::ToSchema;

use super::{permitted, refusal};
use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::Json;
use crate::files::body::{broken, no_file, receive, small};
use crate::happenings::{Happening, tell};

/// The form of a recording.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form; the body is read as it comes")]
pub struct TranscriptionForm {
    #[schema(value_type = String, format = Binary)]
    file: String,
    /// What is spoken, such as `en`; the service finds out where nobody says.
    language: Option<String>,
}

/// A recording that has arrived.
struct Sent {
    received: Received,
    name: String,
    kind: Option<String>,
    language: Option<String>,
}

/// Writes down what is said in a recording. Nothing of the recording is kept.
#[utoipa::path(post, path = "/api/v1/audio/transcriptions", tag = "audio", security(("verified" = [])),
    request_body(content = TranscriptionForm, content_type = "multipart/form-data"),
    responses((status = 200, body = Value)))]
pub async fn transcribe(State(app): State<App>, user: Verified, request: Request) -> Result<Json<Value>> {
    permitted(&app, &user, HEARS, "You may not have speech written down").await?;
    let sent = read(&app, &user, request).await?;
    let ending = extension(&sent.name);
    let text = app.audio.hear(sent.received, &sent.name, sent.kind.as_deref(), sent.language.as_deref()).await;
    let text = text.map_err(|error| refusal(&user, error))?;
    tell(&app, Happening::new("audio.transcription_requested", ("user", user.id.as_str())).by(&user));
    // The contract names a file; nobody finds one under the name.
    Ok(Json(json!({"text": text, "filename": format!("{}.{ending}", uuid::Uuid::new_v4())})))
}

async fn read(app: &App, user: &Verified, request: Request) -> Result<Sent> {
    let mut parts = Multipart::from_request(request, &()).await.map_err(|_| no_file())?;
    let (mut file, mut language) = (None, None);
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        match part.name() {
            Some("file") if file.is_none() => {
                let name = part.file_name().map(base_name).filter(|name| !name.is_empty()).ok_or_else(no_file)?;
                let kind = part.content_type().map(str::to_owned);
                app.audio.check(&name, kind.as_deref()).map_err(|error| refusal(user, error))?;
                file = Some((receive(part, &app.files, Some(LARGEST)).await?, name, kind));
            }
            Some("language") => {
                let text = String::from_utf8(small(part).await?);
                language = Some(text.map_err(|_| ApiError::bad_request("The language is no text"))?);
            }
            _ => {}
        }
    }
    let (received, name, kind) = file.ok_or_else(no_file)?;
    Ok(Sent { received, name, kind, language })
}
