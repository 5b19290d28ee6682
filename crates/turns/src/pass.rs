//! API mode: no session, no chat; the provider's answer goes straight through.

use airis_domain::{Json, JsonMap, User};
use airis_providers::{ChatRequest, RawBody, RawReply};
use futures::StreamExt;
use serde_json::json;

use crate::{
    Inner, TurnError, attached, documents, folders, models, offered, pictures, prompt, questions, remembered, web,
};

/// Keys of the web client that mean nothing to a provider.
const OURS: [&str; 22] = [
    "chat_id",
    "id",
    "session_id",
    "parent_id",
    "message_ids",
    "user_message",
    "parent_message",
    "background_tasks",
    "features",
    "variables",
    "files",
    "tool_ids",
    "tool_servers",
    "filter_ids",
    "skill_ids",
    "terminal_id",
    "model_item",
    "folder_id",
    "chat_variables",
    "assistant_message_id",
    "new_chat",
    "params",
];

pub async fn pass(inner: &Inner, user: &User, mut body: JsonMap) -> Result<RawReply, TurnError> {
    let model = body.get("model").and_then(Json::as_str).ok_or_else(not_found)?.to_owned();
    let resolved = models::resolve(inner, user, &model).await.map_err(|error| match error {
        TurnError::ModelNotFound => not_found(),
        other => other,
    })?;
    let remembered = remembered::of_request(inner, user, &body).await;
    let variables = body.get("variables").cloned();
    let asked = body.get("params").and_then(Json::as_object).cloned().unwrap_or_default();
    let wants = match resolved.meta["capabilities"]["file_context"] == false {
        true => Vec::new(),
        false => {
            let mut brought = folders::files(inner, user, attached::folders(&body, &[])).await?;
            brought.extend(attached::of_model(&resolved.meta));
            attached::wanted(&brought, &body, &[])
        }
    };
    let texts = if inner.retrieval.searches(&wants) {
        questions::think(inner, user, &resolved, questions::Asked::of(&[], &body), "retrieval").await.texts
    } else {
        Vec::new()
    };
    let web = web::of_request(inner, user, &resolved, &body).await;
    let documents = documents::gather(inner, user, &wants, texts, web).await?;
    let tools = offered::of_request(inner, user, &body, &resolved).await;
    for name in OURS {
        body.remove(name);
    }
    if !tools.is_empty() {
        body.insert("tools".to_owned(), Json::Array(tools));
    }
    // What the caller says outright wins over what the model is set up with.
    let system = resolved.params.get("system").and_then(Json::as_str).map(str::to_owned);
    let mut params = models::for_provider(resolved.params);
    params.extend(models::for_provider(asked));
    for (name, value) in params {
        body.entry(name).or_insert(value);
    }
    if let Some(remembered) = remembered {
        add_system(&mut body, &remembered);
    }
    if let Some(system) = system {
        add_system(&mut body, &prompt::fill(&system, variables.as_ref(), user));
    }
    if let Some(messages) = body.get_mut("messages").and_then(Json::as_array_mut) {
        documents.inject(inner, messages);
        pictures::send(inner, user, pictures::sees(&resolved.meta), messages).await?;
    }
    let request = ChatRequest { model: resolved.base, body, user: Some(user.clone()), chat_id: None, prefix: None };
    let mut more = JsonMap::new();
    if let Some(selected) = resolved.selected {
        more.insert("selected_model_id".to_owned(), json!(selected));
    }
    if !documents.sources.is_empty() {
        more.insert("sources".to_owned(), json!(documents.sources));
    }
    Ok(with(inner.providers.replying(&resolved.id, false).pass(request).await?, more))
}

/// The answer with which model gave it and what it rests on: keys more, or events before all others.
fn with(mut reply: RawReply, more: JsonMap) -> RawReply {
    if more.is_empty() || reply.status != 200 {
        return reply;
    }
    let streams = reply.content_type.starts_with("text/event-stream");
    reply.body = match reply.body {
        RawBody::Json(Json::Object(answer)) => {
            let mut all = more;
            all.extend(answer);
            RawBody::Json(Json::Object(all))
        }
        RawBody::Stream(pieces) if streams => {
            let events: String =
                more.into_iter().map(|(key, value)| format!("data: {}\n\n", json!({key: value}))).collect();
            RawBody::Stream(Box::pin(futures::stream::once(async move { Ok(events.into()) }).chain(pieces)))
        }
        body => body,
    };
    reply
}

fn add_system(body: &mut JsonMap, system: &str) {
    let Some(messages) = body.get_mut("messages").and_then(Json::as_array_mut) else { return };
    match messages.first_mut().filter(|first| first["role"] == "system") {
        Some(first) => {
            let own = first["content"].as_str().unwrap_or_default().to_owned();
            first["content"] = json!(format!("{system}\n{own}"));
        }
        None => messages.insert(0, json!({"role": "system", "content": system})),
    }
}

/// The contract answers an unknown model with 400.
fn not_found() -> TurnError {
    TurnError::Invalid("Model not found".to_owned())
}
