//! Ollama's OpenAI- and Anthropic-compatible addresses.

use airis_domain::{JsonMap, User};
use axum::extract::State;
use axum::response::Response;

use super::forms::{HostQuery, OllamaResponsesForm};
use super::send::{on_host, with_model};
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::{Checked, FreeForm, Path, Query};

on_host! {
    /// A chat completion.
    chat chat_at: post "/ollama/v1/chat/completions" "/ollama/v1/chat/completions/{url_idx}", "verified" Verified, FreeForm, send_chat
}
on_host! {
    /// A text completion.
    complete complete_at: post "/ollama/v1/completions" "/ollama/v1/completions/{url_idx}", "verified" Verified, FreeForm, send_complete
}
on_host! {
    /// Embeddings.
    embed embed_at: post "/ollama/v1/embeddings" "/ollama/v1/embeddings/{url_idx}", "verified" Verified, FreeForm, send_embed
}
on_host! {
    /// A message in Anthropic's shape.
    messages messages_at: post "/ollama/v1/messages" "/ollama/v1/messages/{url_idx}", "verified" Verified, FreeForm, send_messages
}
on_host! {
    /// A response in OpenAI's newer shape.
    respond respond_at: post "/ollama/v1/responses" "/ollama/v1/responses/{url_idx}", "verified" Verified, OllamaResponsesForm, send_respond
}

async fn send_chat(app: &App, user: &User, index: Option<usize>, body: JsonMap) -> Result<Response> {
    with_model(app, user, index, "/v1/chat/completions", body).await
}

async fn send_complete(app: &App, user: &User, index: Option<usize>, body: JsonMap) -> Result<Response> {
    with_model(app, user, index, "/v1/completions", body).await
}

async fn send_embed(app: &App, user: &User, index: Option<usize>, body: JsonMap) -> Result<Response> {
    with_model(app, user, index, "/v1/embeddings", body).await
}

async fn send_messages(app: &App, user: &User, index: Option<usize>, body: JsonMap) -> Result<Response> {
    with_model(app, user, index, "/v1/messages", body).await
}

async fn send_respond(app: &App, user: &User, index: Option<usize>, body: JsonMap) -> Result<Response> {
    with_model(app, user, index, "/v1/responses", body).await
}
