//! Prompts offered on an empty chat.

use airis_domain::{Json as Value, JsonMap};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Admin;
use crate::error::Result;
use crate::extract::Json;
use crate::happenings::{Happening, tell};
use crate::settings;

/// A prompt to offer.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct PromptSuggestion {
    /// Heading and the line below it.
    pub title: Vec<String>,
    pub content: String,
}

/// All prompts.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct SetDefaultSuggestionsForm {
    pub suggestions: Vec<PromptSuggestion>,
    /// Translations by locale.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub i18n: Option<Value>,
}

/// Replaces the prompts.
#[utoipa::path(post, path = "/api/v1/configs/suggestions", tag = "configs", security(("admin" = [])),
    request_body = SetDefaultSuggestionsForm, responses((status = 200, body = Object)))]
pub async fn update(
    admin: Admin,
    State(app): State<App>,
    Json(form): Json<SetDefaultSuggestionsForm>,
) -> Result<Json<Value>> {
    let i18n = form.i18n.unwrap_or_else(|| json!({}));
    let values = JsonMap::from_iter([
        ("ui.prompt_suggestions".to_owned(), json!(form.suggestions)),
        ("ui.prompt_suggestions_i18n".to_owned(), i18n.clone()),
    ]);
    settings::write(&app, values).await?;
    tell(&app, Happening::new("config.suggestions.updated", ("config", "ui.prompt_suggestions")).by(&admin));
    Ok(Json(json!({"suggestions": form.suggestions, "i18n": i18n})))
}
