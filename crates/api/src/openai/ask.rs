//! Asking a model directly, past chats and turns.

use airis_domain::{Json as Value, JsonMap};
use airis_providers::{ChatRequest, Host, Kind};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::{Checked, FreeForm, Json};
use crate::provided::{answer, require_on, usable_model};

/// A chat completion as the provider answers it.
#[utoipa::path(post, path = "/openai/chat/completions", tag = "openai", security(("verified" = [])),
    request_body = Object, responses((status = 200, body = Value)))]
pub async fn chat(person: Verified, State(app): State<App>, Json(FreeForm(body)): Json<FreeForm>) -> Result<Response> {
    require_on(&app, Kind::OpenAi)?;
    let model = usable_model(&app, &person, &body).await?;
    let model = app.turns.answering_model(&person, &model).await?;
    let user = Some((*person).clone());
    let providers = app.providers.replying(&model, false);
    Ok(answer(providers.pass(ChatRequest { model, body, user, chat_id: None, prefix: None }).await))
}

/// A request in OpenAI's newer shape; other fields go on as they are.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "checked, then handed on as it was sent")]
pub struct OpenAIResponsesForm {
    pub model: String,
    #[serde(default)]
    #[schema(value_type = Option<Value>)]
    pub input: Option<Value>,
    #[serde(default)]
    pub instructions: Option<String>,
    #[serde(default)]
    pub stream: Option<bool>,
    #[serde(default)]
    pub temperature: Option<f64>,
    #[serde(default)]
    pub max_output_tokens: Option<i64>,
    #[serde(default)]
    pub top_p: Option<f64>,
    #[serde(default)]
    #[schema(value_type = Option<Vec<Object>>)]
    pub tools: Option<Vec<Value>>,
    #[serde(default)]
    #[schema(value_type = Option<Value>)]
    pub tool_choice: Option<Value>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub text: Option<JsonMap>,
    #[serde(default)]
    pub truncation: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub metadata: Option<JsonMap>,
    #[serde(default)]
    pub store: Option<bool>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub reasoning: Option<JsonMap>,
    #[serde(default)]
    pub previous_response_id: Option<String>,
}

/// A response in OpenAI's newer shape, as the provider answers it.
#[utoipa::path(post, path = "/openai/responses", tag = "openai", security(("verified" = [])),
    request_body = OpenAIResponsesForm, responses((status = 200, body = Value)))]
pub async fn responses(
    person: Verified,
    State(app): State<App>,
    form: Checked<OpenAIResponsesForm>,
) -> Result<Response> {
    require_on(&app, Kind::OpenAi)?;
    let model = usable_model(&app, &person, &form.body).await?;
    let body = Some(Value::Object(form.body));
    let reply =
        app.providers.forward(Kind::OpenAi, Host::Model(&model), "POST", "/responses", body, Some(&person)).await;
    Ok(answer(reply))
}
