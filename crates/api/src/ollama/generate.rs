//! Replies and embeddings in Ollama's own shapes.

use airis_domain::{JsonMap, User};
use axum::extract::State;
use axum::response::Response;

use super::forms::{GenerateCompletionForm, GenerateEmbedForm, GenerateEmbeddingsForm, HostQuery, ModelNameForm};
use super::send::{on_host, with_model};
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::{Checked, FreeForm, Path, Query};

on_host! {
    /// A chat reply, piece by piece unless `stream` is false.
    chat chat_at: post "/ollama/api/chat" "/ollama/api/chat/{url_idx}", "verified" Verified, FreeForm, send_chat
}
on_host! {
    /// Text that goes on from a prompt, piece by piece unless `stream` is false.
    generate generate_at: post "/ollama/api/generate" "/ollama/api/generate/{url_idx}",
    "verified" Verified, GenerateCompletionForm, send_generate
}
on_host! {
    /// Embeddings of texts.
    embed embed_at: post "/ollama/api/embed" "/ollama/api/embed/{url_idx}", "verified" Verified, GenerateEmbedForm, send_embed
}
on_host! {
    /// The embedding of one text.
    embeddings embeddings_at: post "/ollama/api/embeddings" "/ollama/api/embeddings/{url_idx}",
    "verified" Verified, GenerateEmbeddingsForm, send_embeddings
}

/// Details of a model.
#[utoipa::path(post, path = "/ollama/api/show", tag = "ollama", security(("verified" = [])), request_body = ModelNameForm,
    responses((status = 200, body = Object)))]
pub async fn show(person: Verified, State(app): State<App>, form: Checked<ModelNameForm>) -> Result<Response> {
    with_model(&app, &person, None, "/api/show", form.body).await
}

async fn send_chat(app: &App, user: &User, index: Option<usize>, body: JsonMap) -> Result<Response> {
    with_model(app, user, index, "/api/chat", body).await
}

async fn send_generate(app: &App, user: &User, index: Option<usize>, body: JsonMap) -> Result<Response> {
    with_model(app, user, index, "/api/generate", body).await
}

async fn send_embed(app: &App, user: &User, index: Option<usize>, body: JsonMap) -> Result<Response> {
    with_model(app, user, index, "/api/embed", body).await
}

async fn send_embeddings(app: &App, user: &User, index: Option<usize>, body: JsonMap) -> Result<Response> {
    with_model(app, user, index, "/api/embeddings", body).await
}
