//! Having texts read aloud.

use airis_media::audio::{SPEAKS, SpeechWish};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{permitted, refusal};
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::Json;
use crate::happenings::{Happening, tell};

/// The text, and how it is to sound. What is not said, the settings say; the model is theirs wherever they name one.
#[derive(Deserialize, ToSchema)]
pub struct SpeechForm {
    pub input: String,
    #[serde(default)]
    pub model: Option<String>,
    #[serde(default)]
    pub voice: Option<String>,
    /// Such as `mp3` or `wav`.
    #[serde(default)]
    pub response_format: Option<String>,
    /// 1 is as fast as the voice speaks by itself.
    #[serde(default)]
    pub speed: Option<f64>,
    /// How to speak, in words.
    #[serde(default)]
    pub instructions: Option<String>,
}

/// Reads a text aloud: the sound itself.
#[utoipa::path(post, path = "/api/v1/audio/speech", tag = "audio", security(("verified" = [])),
    request_body = SpeechForm, responses((status = 200, content_type = "audio/mpeg", body = Vec<u8>)))]
pub async fn speak(State(app): State<App>, user: Verified, Json(form): Json<SpeechForm>) -> Result<Response> {
    permitted(&app, &user, SPEAKS, "You may not have texts read aloud").await?;
    let characters = form.input.chars().count();
    let wish = SpeechWish {
        text: form.input,
        model: form.model,
        voice: form.voice,
        format: form.response_format,
        speed: form.speed,
        manner: form.instructions,
    };
    let clip = app.audio.speak(wish).await.map_err(|error| refusal(&user, error))?;
    let happening = Happening::new("audio.speech_requested", ("user", user.id.as_str())).by(&user);
    tell(&app, happening.with(json!({"characters": characters})));
    let headers = [
        (header::CONTENT_TYPE, clip.kind),
        (header::CACHE_CONTROL, "private, no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, clip.bytes).into_response())
}
