//! Ollama servers through their native protocol.

mod convert;
mod import;

pub use import::{Import, ModelFile};

use std::collections::HashMap;

use airis_domain::{Json, User};
use futures::StreamExt;
use futures::future::join_all;
use reqwest::Method;
use serde_json::json;

use crate::assemble::{ChunkWriter, as_events};
use crate::connection::Connection;
use crate::events::{Event, Framing};
use crate::http::Http;
use crate::objects::{objects, unfinished};
use crate::{ChatRequest, ChatStream, ProviderError, ProviderModel, RawReply, redact, words};

/// `GET` of one host as it answers.
pub async fn get(http: &Http, connection: &Connection, path: &str) -> Result<Json, ProviderError> {
    let url = format!("{}{path}", connection.url);
    http.list_json(connection, http.request(connection, Method::GET, &url, None)).await
}

/// Models of all hosts, each once with the list of hosts that have it; a dead host costs its own models only.
pub async fn models(http: &Http, connections: &[Connection]) -> Vec<(ProviderModel, Vec<usize>)> {
    let lists = join_all(connections.iter().map(|connection| async move {
        let (tags, loaded) = futures::join!(get(http, connection, "/api/tags"), get(http, connection, "/api/ps"));
        (connection, tags, loaded)
    }))
    .await;
    let mut merged: Vec<(ProviderModel, Vec<usize>)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (connection, tags, loaded) in lists {
        let tags = match tags.and_then(listed) {
            Ok(tags) => tags,
            Err(error) => {
                tracing::warn!(url = %connection.place(), %error, "a connection gave no models");
                continue;
            }
        };
        let loaded = loaded.unwrap_or_default();
        let chosen = connection.model_ids();
        for model in tags["models"].as_array().into_iter().flatten() {
            let Some(own) = model["model"].as_str().or_else(|| model["name"].as_str()) else { continue };
            if !chosen.is_empty() && !chosen.iter().any(|id| id == own) {
                continue;
            }
            let id = connection.public_id(own);
            match places.get(&id) {
                Some(&place) => merged[place].1.push(connection.index),
                None => {
                    let running = loaded["models"].as_array().into_iter().flatten().any(|entry| entry["model"] == own);
                    places.insert(id.clone(), merged.len());
                    merged.push((entry(connection, &id, model, running), vec![connection.index]));
                }
            }
        }
    }
    for (model, hosts) in &mut merged {
        model.entry["ollama"]["urls"] = json!(hosts);
    }
    merged
}

/// The answer, if it holds a list of models.
pub fn listed(tags: Json) -> Result<Json, ProviderError> {
    if tags["models"].is_array() || tags["models"].is_null() && tags.get("models").is_some() {
        return Ok(tags);
    }
    let said = words::said(&tags).unwrap_or_default();
    Err(ProviderError::Broken(format!("no list of models, but \"{said}\"; is the address right?")))
}

fn entry(connection: &Connection, id: &str, model: &Json, loaded: bool) -> ProviderModel {
    let kind = Some(connection.text("connection_type")).filter(|kind| !kind.is_empty()).unwrap_or("local");
    let name = model["name"].as_str().map_or_else(|| id.to_owned(), |name| connection.public_id(name));
    let mut details = model.clone();
    details["connection_type"] = json!(kind);
    details["name"] = json!(name);
    details["model"] = json!(id);
    let entry = json!({
        "id": id, "name": name, "object": "model", "created": 0, "owned_by": "ollama", "ollama": details,
        "loaded": loaded, "connection_type": kind, "tags": connection.tags(),
    });
    ProviderModel { id: id.to_owned(), name, entry }
}

fn post(http: &Http, connection: &Connection, request: &ChatRequest, stream: bool) -> reqwest::RequestBuilder {
    let body = convert::request(connection.own_id(&request.model), request, stream);
    http.request(connection, Method::POST, &format!("{}/api/chat", connection.url), request.user.as_ref()).json(&body)
}

pub async fn stream(http: &Http, connection: &Connection, request: &ChatRequest) -> Result<ChatStream, ProviderError> {
    let response = http.send(connection, post(http, connection, request, true)).await?;
    let response = http.ok(connection, response).await?;
    let mut objects = objects(http, connection, response, Framing::Lines);
    let mut reader = convert::Reader::new(ChunkWriter::new(&request.model));
    let connection = connection.clone();
    Ok(Box::pin(async_stream::stream! {
        while let Some(event) = objects.next().await {
            match event {
                Ok(Event::Object(object)) => {
                    let last = object["done"] == true || object.get("error").is_some();
                    yield Ok(reader.chunk(&object));
                    if last {
                        return;
                    }
                }
                Ok(Event::Done) => break,
                Err(error) => {
                    yield Err(error);
                    return;
                }
            }
        }
        yield Err(unfinished(&connection));
    }))
}

pub async fn complete(http: &Http, connection: &Connection, request: &ChatRequest) -> Result<Json, ProviderError> {
    let mut answer = http.json(connection, post(http, connection, request, false)).await?;
    if answer.get("message").is_none() {
        redact::json(connection, &mut answer);
        return Err(ProviderError::Answer { status: 502, body: answer });
    }
    Ok(convert::whole(&ChunkWriter::new(&request.model), &answer))
}

pub async fn pass(http: &Http, connection: &Connection, request: &ChatRequest) -> Result<RawReply, ProviderError> {
    if request.body.get("stream").and_then(Json::as_bool).unwrap_or(false) {
        return Ok(as_events(stream(http, connection, request).await?));
    }
    Ok(RawReply::json(complete(http, connection, request).await?))
}

/// Any path of one host, body and answer unchanged; streams pass unbuffered.
pub async fn forward(
    http: &Http,
    connection: &Connection,
    method: Method,
    path: &str,
    body: Option<&Json>,
    user: Option<&User>,
) -> Result<RawReply, ProviderError> {
    let mut request = http.request(connection, method, &format!("{}{path}", connection.url), user);
    if let Some(body) = body {
        request = request.json(body);
    }
    http.raw(connection, request).await
}
