//! Servers that speak OpenAI's protocol.

mod responses;

use airis_domain::{Json, User};
use futures::StreamExt;
use reqwest::Method;
use serde_json::json;

use crate::assemble::{as_events, whole};
use crate::connection::Connection;
use crate::http::{Http, content_type};
use crate::sse::SseParser;
use crate::{ChatRequest, ChatStream, Chunk, ProviderError, ProviderModel, RawReply};

/// Parts of names of OpenAI's own models that do not chat.
const NOT_CHAT: [&str; 6] = ["babbage", "dall-e", "davinci", "embedding", "tts", "whisper"];
const AZURE_VERSION: &str = "2024-10-21";

/// `GET /models` as the server answers it.
pub async fn list_raw(http: &Http, connection: &Connection) -> Result<Json, ProviderError> {
    let url = format!("{}/models", connection.url);
    let mut list = http.list_json(connection, http.request(connection, Method::GET, &url, None)).await?;
    if connection.url.contains("api.openai.com")
        && let Some(data) = list.get_mut("data").and_then(Json::as_array_mut)
    {
        data.retain(|model| !NOT_CHAT.iter().any(|part| model["id"].as_str().unwrap_or_default().contains(part)));
    }
    Ok(list)
}

/// The models that people may pick.
pub async fn models(http: &Http, connection: &Connection) -> Result<Vec<ProviderModel>, ProviderError> {
    let chosen = connection.model_ids();
    let list = if chosen.is_empty() {
        let list = list_raw(http, connection).await?;
        list.get("data").or(Some(&list)).and_then(Json::as_array).cloned().unwrap_or_default()
    } else {
        chosen.iter().map(|id| json!({"id": id, "name": id, "owned_by": "openai", "object": "model"})).collect()
    };
    Ok(list.into_iter().filter_map(|model| entry(connection, model)).collect())
}

fn entry(connection: &Connection, mut model: Json) -> Option<ProviderModel> {
    let own = model.get("id").or_else(|| model.get("name"))?.as_str()?.to_owned();
    let id = connection.public_id(&own);
    let name = model.get("name").and_then(Json::as_str).unwrap_or(&id).to_owned();
    let kind = Some(connection.text("connection_type")).filter(|kind| !kind.is_empty()).unwrap_or("external");
    let created = model.get("created").cloned();
    let object = model.as_object_mut()?;
    object.insert("connection_type".to_owned(), json!(kind));
    let mut entry = json!({
        "id": id, "object": "model", "owned_by": "openai", "connection_type": kind, "name": name,
        "openai": model, "provider": connection.text("provider"), "urlIdx": connection.index,
    });
    if let Some(created) = created {
        entry["created"] = created;
    }
    if !connection.tags().is_empty() {
        entry["tags"] = json!(connection.tags());
    }
    Some(ProviderModel { id, name, entry })
}

fn chat_url(connection: &Connection, model: &str) -> String {
    if connection.is_azure() {
        let version =
            Some(connection.text("api_version")).filter(|version| !version.is_empty()).unwrap_or(AZURE_VERSION);
        return format!("{}/openai/deployments/{model}/chat/completions?api-version={version}", connection.url);
    }
    format!("{}/chat/completions", connection.url)
}

fn post(http: &Http, connection: &Connection, request: &ChatRequest, stream: bool) -> reqwest::RequestBuilder {
    let own = connection.own_id(&request.model).to_owned();
    let mut body = request.body.clone();
    body.insert("model".to_owned(), json!(own));
    body.insert("stream".to_owned(), json!(stream));
    if !stream {
        body.remove("stream_options");
    }
    if let Some(prefix) = &request.prefix
        && let Some(messages) = body.get_mut("messages").and_then(Json::as_array_mut)
    {
        // llama.cpp's server goes on behind a trailing assistant message.
        messages.push(json!({"role": "assistant", "content": prefix}));
    }
    let mut builder =
        http.request(connection, Method::POST, &chat_url(connection, &own), request.user.as_ref()).json(&body);
    if let Some(chat) = &request.chat_id
        && request.user.is_some()
    {
        builder = http.with_chat(builder, chat);
    }
    builder
}

pub async fn stream(http: &Http, connection: &Connection, request: &ChatRequest) -> Result<ChatStream, ProviderError> {
    if connection.speaks_responses() {
        return responses::stream(http, connection, request).await;
    }
    let response = http.send(connection, post(http, connection, request, true)).await?;
    let status = response.status().as_u16();
    if status >= 400 || content_type(&response).starts_with("application/json") {
        let body = http.read_json(connection, response).await?;
        if status >= 400 {
            return Err(ProviderError::Answer { status, body });
        }
        return Ok(Box::pin(futures::stream::once(async move { Ok(Chunk::read(body)) })));
    }
    Ok(chunks(http.bytes(connection, response)))
}

/// Chunks of a byte stream of server-sent events. A line that is not JSON is passed over with a log line.
fn chunks(mut bytes: crate::http::Bodies) -> ChatStream {
    Box::pin(async_stream::stream! {
        let mut parser = SseParser::default();
        let mut finished = false;
        while let Some(piece) = bytes.next().await {
            let lines = match piece.and_then(|piece| parser.feed(&piece)) {
                Ok(lines) => lines,
                Err(error) => {
                    yield Err(error);
                    return;
                }
            };
            for line in lines {
                if line.trim() == "[DONE]" {
                    return;
                }
                if let Some(chunk) = read(&line) {
                    finished |= chunk.parts.iter().any(|part| matches!(part, crate::Part::Finish(_) | crate::Part::Error(_)));
                    yield Ok(chunk);
                }
            }
        }
        if let Some(chunk) = parser.finish().filter(|line| line.trim() != "[DONE]").and_then(|line| read(&line)) {
            finished |= !chunk.parts.is_empty();
            yield Ok(chunk);
        }
        if !finished {
            yield Err(ProviderError::Unreachable("the provider closed the connection before the reply was complete".to_owned()));
        }
    })
}

fn read(line: &str) -> Option<Chunk> {
    match serde_json::from_str::<Json>(line) {
        Ok(raw) if raw.is_object() => Some(Chunk::read(raw)),
        _ => {
            tracing::warn!(bytes = line.len(), "a malformed event of a provider was passed over");
            None
        }
    }
}

pub async fn complete(http: &Http, connection: &Connection, request: &ChatRequest) -> Result<Json, ProviderError> {
    if connection.speaks_responses() {
        return whole(responses::stream(http, connection, request).await?, &request.model).await;
    }
    http.json(connection, post(http, connection, request, false)).await
}

pub async fn pass(http: &Http, connection: &Connection, request: &ChatRequest) -> Result<RawReply, ProviderError> {
    let stream = request.body.get("stream").and_then(Json::as_bool).unwrap_or(false);
    if connection.speaks_responses() {
        let reply = responses::stream(http, connection, request).await?;
        return if stream { Ok(as_events(reply)) } else { Ok(RawReply::json(whole(reply, &request.model).await?)) };
    }
    http.raw(connection, post(http, connection, request, stream)).await
}

/// Any other path of the server, body and answer unchanged.
pub async fn forward(
    http: &Http,
    connection: &Connection,
    method: Method,
    path: &str,
    body: Option<&Json>,
    user: Option<&User>,
) -> Result<RawReply, ProviderError> {
    let url = format!("{}/{}", connection.url, path.trim_start_matches('/'));
    let mut request = http.request(connection, method, &url, user);
    if let Some(body) = body {
        request = request.json(body);
    }
    http.raw(connection, request).await
}
