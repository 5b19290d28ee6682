//! What programs send; other fields go on as they are.

#![expect(dead_code, reason = "checked, then handed on as they were sent")]

use airis_domain::{Json as Value, JsonMap};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// One server, or any that fits.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HostQuery {
    /// Position of the connection.
    #[serde(default)]
    pub url_idx: Option<usize>,
}

/// A model by its name.
#[derive(Deserialize, ToSchema)]
pub struct ModelNameForm {
    #[serde(default)]
    pub model: Option<String>,
}

/// A model to copy.
#[derive(Deserialize, ToSchema)]
pub struct CopyModelForm {
    pub source: String,
    pub destination: String,
}

/// A model to make.
#[derive(Deserialize, ToSchema)]
pub struct CreateModelForm {
    #[serde(default)]
    pub model: Option<String>,
    #[serde(default)]
    pub stream: Option<bool>,
    #[serde(default)]
    pub path: Option<String>,
}

/// A model to publish.
#[derive(Deserialize, ToSchema)]
pub struct PushModelForm {
    pub model: String,
    #[serde(default)]
    pub insecure: Option<bool>,
    #[serde(default)]
    pub stream: Option<bool>,
}

/// A prompt to go on from.
#[derive(Deserialize, ToSchema)]
pub struct GenerateCompletionForm {
    pub model: String,
    #[serde(default)]
    pub prompt: Option<String>,
    #[serde(default)]
    pub suffix: Option<String>,
    #[serde(default)]
    pub images: Option<Vec<String>>,
    #[serde(default)]
    #[schema(value_type = Option<Value>)]
    pub format: Option<Value>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub options: Option<JsonMap>,
    #[serde(default)]
    pub system: Option<String>,
    #[serde(default)]
    pub template: Option<String>,
    #[serde(default)]
    pub context: Option<Vec<i64>>,
    #[serde(default)]
    pub stream: Option<bool>,
    #[serde(default)]
    pub raw: Option<bool>,
    #[serde(default)]
    #[schema(value_type = Option<Value>)]
    pub keep_alive: Option<Value>,
}

/// Texts to embed.
#[derive(Deserialize, ToSchema)]
pub struct GenerateEmbedForm {
    pub model: String,
    /// A text or a list of texts.
    #[schema(value_type = Value)]
    pub input: Value,
    #[serde(default)]
    pub truncate: Option<bool>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub options: Option<JsonMap>,
    #[serde(default)]
    #[schema(value_type = Option<Value>)]
    pub keep_alive: Option<Value>,
}

/// One text to embed.
#[derive(Deserialize, ToSchema)]
pub struct GenerateEmbeddingsForm {
    pub model: String,
    pub prompt: String,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub options: Option<JsonMap>,
    #[serde(default)]
    #[schema(value_type = Option<Value>)]
    pub keep_alive: Option<Value>,
}

/// A request in OpenAI's newer shape.
#[derive(Deserialize, ToSchema)]
pub struct OllamaResponsesForm {
    pub model: String,
}
