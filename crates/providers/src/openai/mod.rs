//! Servers that speak OpenAI's protocol.

mod responses;

use std::time::Duration;

use airis_domain::{Json, User};
use futures::StreamExt;
use reqwest::Method;
use serde_json::json;

use crate::assemble::{as_events, whole};
use crate::connection::Connection;
use crate::events::{Event, Framing};
use crate::http::{Http, content_type};
use crate::objects::{Objects, objects, unfinished};
use crate::{ChatRequest, ChatStream, Chunk, Part, ProviderError, ProviderModel, RawReply, redact, words};

/// Parts of names of OpenAI's own models that do not chat.
const NOT_CHAT: [&str; 6] = ["babbage", "dall-e", "davinci", "embedding", "tts", "whisper"];
const AZURE_VERSION: &str = "2024-10-21";
/// How long a provider may take for token counts and `[DONE]` behind the reply itself.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// `GET /models` as the server answers it.
pub async fn list_raw(http: &Http, connection: &Connection) -> Result<Json, ProviderError> {
    let url = format!("{}/models", connection.url);
    let mut list = http.list_json(connection, http.request(connection, Method::GET, &url, None)).await?;
    if connection.is_openai()
        && let Some(data) = list.get_mut("data").and_then(Json::as_array_mut)
    {
        data.retain(|model| !NOT_CHAT.iter().any(|part| model["id"].as_str().unwrap_or_default().contains(part)));
    }
    Ok(list)
}

/// The models that people may pick.
pub async fn models(http: &Http, connection: &Connection) -> Result<Vec<ProviderModel>, ProviderError> {
    let chosen = connection.model_ids();
    if !chosen.is_empty() {
        return Ok(chosen.iter().map(|id| named(connection, id)).collect());
    }
    let list = list_raw(http, connection).await?;
    let models = list.get("data").unwrap_or(&list).as_array().cloned();
    let models = models.ok_or_else(|| {
        let said = words::said(&list).unwrap_or_default();
        ProviderError::Broken(format!("no list of models, but \"{said}\"; is the address right?"))
    })?;
    Ok(models.into_iter().filter_map(|model| entry(connection, model)).collect())
}

/// A model that the settings name; its server is not asked. The contract wraps its entry twice.
fn named(connection: &Connection, own: &str) -> ProviderModel {
    let id = connection.public_id(own);
    let wrap = |inner: Json| {
        let mut entry = json!({
            "id": id, "name": id, "owned_by": "openai", "openai": inner, "urlIdx": connection.index,
            "connection_type": connection_type(connection),
        });
        if !connection.tags().is_empty() {
            entry["tags"] = json!(connection.tags());
        }
        entry
    };
    let mut entry = wrap(wrap(json!({"id": own})));
    entry["provider"] = json!(connection.text("provider"));
    ProviderModel { name: id.clone(), id, entry }
}

fn connection_type(connection: &Connection) -> &str {
    Some(connection.text("connection_type")).filter(|kind| !kind.is_empty()).unwrap_or("external")
}

fn entry(connection: &Connection, mut model: Json) -> Option<ProviderModel> {
    let own = model.get("id").or_else(|| model.get("name"))?.as_str()?.to_owned();
    let id = connection.public_id(&own);
    let name = model.get("name").and_then(Json::as_str).map_or_else(|| id.clone(), |name| connection.public_id(name));
    let kind = connection_type(connection);
    let created = model.get("created").cloned();
    let object = model.as_object_mut()?;
    object.insert("connection_type".to_owned(), json!(kind));
    if !connection.prefix().is_empty() {
        object.insert("id".to_owned(), json!(id));
        object.entry("name").and_modify(|shown| *shown = json!(name));
    }
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
    let response = http.ok(connection, response).await?;
    if content_type(&response).starts_with("application/json") {
        let mut body = http.read_json(connection, response).await?;
        redact::json(connection, &mut body);
        return Ok(Box::pin(futures::stream::once(async move { spoken(body) })));
    }
    Ok(chunks(connection.clone(), objects(http, connection, response, Framing::Events)))
}

/// A whole answer in place of a stream; one that says nothing is no reply.
fn spoken(body: Json) -> Result<Chunk, ProviderError> {
    if body.get("choices").is_some() || body.get("error").is_some_and(|error| !error.is_null()) {
        return Ok(Chunk::read(body));
    }
    let said = words::said(&body).unwrap_or_default();
    Err(ProviderError::Broken(format!("no reply, but \"{said}\"; is the address right?")))
}

/// Chunks of server-sent events. A reply with a `finish_reason` is whole, whatever happens to the connection then.
fn chunks(connection: Connection, mut objects: Objects) -> ChatStream {
    Box::pin(async_stream::stream! {
        let (mut finished, mut begun) = (false, false);
        loop {
            let next = if finished {
                tokio::time::timeout(LAST_WORDS, objects.next()).await.unwrap_or_default()
            } else {
                objects.next().await
            };
            match next {
                Some(Ok(Event::Object(raw))) => {
                    let chunk = Chunk::read(raw);
                    begun = true;
                    finished |= chunk.parts.iter().any(|part| matches!(part, Part::Finish(_) | Part::Error(_)));
                    yield Ok(chunk);
                }
                Some(Ok(Event::Done)) if begun => return,
                Some(Ok(Event::Done)) => {
                    yield Err(ProviderError::Broken("it ends before it begins; look at the provider's log".to_owned()));
                    return;
                }
                Some(Err(_)) | None if finished => return,
                Some(Err(error)) => {
                    yield Err(error);
                    return;
                }
                None => {
                    yield Err(unfinished(&connection));
                    return;
                }
            }
        }
    })
}

pub async fn complete(http: &Http, connection: &Connection, request: &ChatRequest) -> Result<Json, ProviderError> {
    if connection.speaks_responses() {
        return whole(responses::stream(http, connection, request).await?, &request.model).await;
    }
    let answer = http.json(connection, post(http, connection, request, false)).await?;
    match spoken(answer)? {
        Chunk { raw, .. } if raw.get("choices").is_some() => Ok(raw),
        // An error with a status of success.
        Chunk { mut raw, .. } => {
            redact::json(connection, &mut raw);
            Err(ProviderError::Answer { status: 502, body: raw })
        }
    }
}

pub async fn pass(http: &Http, connection: &Connection, request: &ChatRequest) -> Result<RawReply, ProviderError> {
    let stream = request.body.get("stream").and_then(Json::as_bool).unwrap_or(false);
    if connection.speaks_responses() {
        let reply = responses::stream(http, connection, request).await?;
        return if stream { Ok(as_events(reply)) } else { Ok(RawReply::json(whole(reply, &request.model).await?)) };
    }
    http.raw(connection, post(http, connection, request, stream)).await.and_then(no_page)
}

/// The answer, unless it is a web page with a status of success: then the address leads somewhere else.
pub fn no_page(reply: RawReply) -> Result<RawReply, ProviderError> {
    let page = reply.status < 400 && reply.content_type.starts_with("text/html");
    if page { Err(ProviderError::Broken("it is a web page; is the address right?".to_owned())) } else { Ok(reply) }
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
