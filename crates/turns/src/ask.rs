//! The small jobs around a chat, when somebody asks for one outright.

use std::time::Duration;

use airis_domain::{Json, JsonMap, User};
use airis_providers::{ChatRequest, ProviderError, RawReply};
use serde_json::json;

use crate::task_prompt::{Matter, Task, compose};
use crate::{Inner, TurnError, models};

/// A job that takes longer is given up.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// Does one job with the matter in `body` and answers with the model's whole reply; merged answers are streamed where
/// the body says so.
pub async fn ask(inner: &Inner, user: &User, task: Task, body: &JsonMap) -> Result<RawReply, TurnError> {
    let matter = Matter::read(body);
    if let Some(switch) = task.switch(&matter.kind)
        && !inner.config.flag(switch)
    {
        return Err(TurnError::Invalid("An administrator has turned this off".to_owned()));
    }
    if task == Task::Autocomplete {
        let most = inner.config.get("task.autocomplete.input_max_length").as_i64().unwrap_or(-1);
        if usize::try_from(most).is_ok_and(|most| most > 0 && matter.prompt.chars().count() > most) {
            return Err(TurnError::Invalid(format!("The text is longer than {most} characters")));
        }
    }
    let picked = body.get("model").and_then(Json::as_str).unwrap_or_default();
    let resolved = models::resolve(inner, user, picked).await?;
    let mut request = if task == Task::Merge {
        // What people read is written by the model that they picked.
        let mut request = request(inner, task, resolved.base, &matter, user);
        let streams = body.get("stream").and_then(Json::as_bool).unwrap_or(false);
        request.body.extend(models::for_provider(resolved.params));
        request.body.insert("stream".to_owned(), json!(streams));
        request
    } else {
        request(inner, task, task_model(inner, &resolved.base).await, &matter, user)
    };
    request.chat_id = body.get("chat_id").and_then(Json::as_str).map(str::to_owned);
    let late = |_| TurnError::Provider(ProviderError::Stalled(DEADLINE.as_secs()));
    // One answer made of several is a reply like any other.
    let providers =
        if task == Task::Merge { inner.providers.replying(&resolved.id, false) } else { inner.providers.clone() };
    Ok(tokio::time::timeout(DEADLINE, providers.pass(request)).await.map_err(late)??)
}

/// One job as a request; the parameters that administrators set for jobs are laid over it.
pub fn request(inner: &Inner, task: Task, model: String, matter: &Matter, user: &User) -> ChatRequest {
    let mut body = JsonMap::new();
    let prompt = compose(&inner.config, task, matter, &user.name);
    body.insert("messages".to_owned(), json!([{"role": "user", "content": prompt}]));
    body.insert("stream".to_owned(), json!(false));
    if task == Task::Title {
        body.insert("max_tokens".to_owned(), json!(1000));
    }
    if task != Task::Merge {
        body.extend(inner.config.get("task.model.params").as_object().cloned().unwrap_or_default());
    }
    ChatRequest { model, body, user: Some(user.clone()), chat_id: None, prefix: None }
}

/// The model that administrators chose for jobs, if it is there; otherwise the one that replies.
pub async fn task_model(inner: &Inner, base: &str) -> String {
    let local = inner.providers.is_local(base).await;
    let key = if local { "task.model.default" } else { "task.model.external" };
    let chosen = inner.config.text(key);
    if !chosen.is_empty() && inner.providers.offers(&chosen).await { chosen } else { base.to_owned() }
}
