//! Settings of the jobs around a chat.

use airis_domain::{Json as Value, JsonMap};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::{Admin, Verified};
use crate::error::{ApiError, Result};
use crate::extract::Json;
use crate::settings;

/// Every setting; an empty template is the built-in one.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub struct TaskConfigForm {
    #[schema(required = true)]
    task_model: Option<String>,
    #[schema(required = true)]
    task_model_external: Option<String>,
    #[schema(value_type = Option<Object>)]
    task_model_params: Option<JsonMap>,
    enable_title_generation: bool,
    title_generation_prompt_template: String,
    image_prompt_generation_prompt_template: String,
    enable_autocomplete_generation: bool,
    autocomplete_generation_input_max_length: Option<i64>,
    autocomplete_generation_prompt_template: String,
    tags_generation_prompt_template: String,
    follow_up_generation_prompt_template: String,
    enable_follow_up_generation: bool,
    enable_tags_generation: bool,
    enable_search_query_generation: bool,
    enable_retrieval_query_generation: bool,
    query_generation_prompt_template: String,
    tools_function_calling_prompt_template: String,
    enable_voice_mode_prompt: bool,
    #[schema(required = true)]
    voice_mode_prompt_template: Option<String>,
}

/// Name on the wire and persisted key of each setting.
const KEYS: [(&str, &str); 19] = [
    ("TASK_MODEL", "task.model.default"),
    ("TASK_MODEL_EXTERNAL", "task.model.external"),
    ("TASK_MODEL_PARAMS", "task.model.params"),
    ("TITLE_GENERATION_PROMPT_TEMPLATE", "task.title.prompt_template"),
    ("IMAGE_PROMPT_GENERATION_PROMPT_TEMPLATE", "task.image.prompt_template"),
    ("ENABLE_AUTOCOMPLETE_GENERATION", "task.autocomplete.enable"),
    ("AUTOCOMPLETE_GENERATION_INPUT_MAX_LENGTH", "task.autocomplete.input_max_length"),
    ("AUTOCOMPLETE_GENERATION_PROMPT_TEMPLATE", "task.autocomplete.prompt_template"),
    ("TAGS_GENERATION_PROMPT_TEMPLATE", "task.tags.prompt_template"),
    ("FOLLOW_UP_GENERATION_PROMPT_TEMPLATE", "task.follow_up.prompt_template"),
    ("ENABLE_FOLLOW_UP_GENERATION", "task.follow_up.enable"),
    ("ENABLE_TAGS_GENERATION", "task.tags.enable"),
    ("ENABLE_TITLE_GENERATION", "task.title.enable"),
    ("ENABLE_SEARCH_QUERY_GENERATION", "task.query.search.enable"),
    ("ENABLE_RETRIEVAL_QUERY_GENERATION", "task.query.retrieval.enable"),
    ("QUERY_GENERATION_PROMPT_TEMPLATE", "task.query.prompt_template"),
    ("TOOLS_FUNCTION_CALLING_PROMPT_TEMPLATE", "task.tools.prompt_template"),
    ("ENABLE_VOICE_MODE_PROMPT", "task.voice.prompt.enable"),
    ("VOICE_MODE_PROMPT_TEMPLATE", "task.voice.prompt_template"),
];

/// Reads the settings.
#[utoipa::path(get, path = "/api/v1/tasks/config", tag = "tasks", security(("verified" = [])),
    responses((status = 200, body = Value)))]
pub async fn read(State(app): State<App>, _user: Verified) -> Json<Value> {
    Json(current(&app))
}

/// Replaces the settings.
#[utoipa::path(post, path = "/api/v1/tasks/config/update", tag = "tasks", security(("admin" = [])),
    request_body = TaskConfigForm, responses((status = 200, body = Value)))]
pub async fn write(State(app): State<App>, _admin: Admin, Json(form): Json<TaskConfigForm>) -> Result<Json<Value>> {
    let form = serde_json::to_value(form).map_err(ApiError::internal)?;
    let values = KEYS.iter().filter_map(|(name, key)| {
        let value = form.get(name)?.clone();
        let unset = value.is_null() && *name == "TASK_MODEL_PARAMS";
        Some(((*key).to_owned(), if unset { json!({}) } else { value }))
    });
    settings::write(&app, values.collect()).await?;
    Ok(Json(current(&app)))
}

fn current(app: &App) -> Value {
    KEYS.iter().map(|(name, key)| ((*name).to_owned(), app.config.get(key))).collect::<JsonMap>().into()
}
