//! What `/openai/*` and `/ollama/*` hand on: one server, one path, the answer as it comes.

use airis_budgets::Kind as Purpose;
use airis_domain::{Json, JsonMap, User};
use reqwest::Method;
use serde_json::json;

use crate::catalog::Route;
use crate::connection::{Connection, Kind};
use crate::{ProviderError, Providers, RawReply, metered, ollama, openai};

/// Which server a request is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host<'a> {
    /// By its position in the settings.
    Index(usize),
    /// One that has this model.
    Model(&'a str),
    /// One that speaks with this model: it offers it, or is OpenAI's own server, which lists no voices.
    Voice(&'a str),
    /// The first enabled one.
    Any,
}

impl Providers {
    /// Asks a server that is not saved yet for its models (`/models`) or its version (`/api/version`).
    pub async fn verify(&self, kind: Kind, url: &str, key: &str, options: Json) -> Result<Json, ProviderError> {
        let connection = Connection::draft(kind, url, key, options);
        match kind {
            Kind::OpenAi => openai::list_raw(&self.inner.http, &connection).await,
            Kind::Ollama => ollama::get(&self.inner.http, &connection, "/api/version").await,
        }
    }

    /// The list of one OpenAI-compatible server as it answers it.
    pub async fn list_of(&self, index: usize) -> Result<Json, ProviderError> {
        openai::list_raw(&self.inner.http, &self.host(Kind::OpenAi, &Host::Index(index)).await?).await
    }

    /// One request to one server. `path` begins with `/`; a body's `model` loses the connection's prefix.
    pub async fn forward(
        &self,
        kind: Kind,
        host: Host<'_>,
        method: &str,
        path: &str,
        body: Option<Json>,
        user: Option<&User>,
    ) -> Result<RawReply, ProviderError> {
        let connection = self.host(kind, &host).await?;
        let method = Method::from_bytes(method.as_bytes()).unwrap_or(Method::GET);
        let mut body = body;
        for name in ["model", "name", "source"] {
            if let Some(id) = body.as_mut().and_then(|body| body.get_mut(name))
                && let Some(own) = id.as_str().map(|id| connection.own_id(id).to_owned())
            {
                *id = Json::String(own);
            }
        }
        let tab = match (body.as_ref().and_then(Json::as_object), purpose(method.as_str(), path)) {
            (Some(body), Some(purpose)) if !only_loads(kind, body) => {
                let own = body.get("model").or_else(|| body.get("name")).and_then(Json::as_str).unwrap_or_default();
                let model = connection.public_id(own);
                match purpose {
                    Purpose::Task => self.purse.open_embedding(Purpose::Task, user, &model, body).await?,
                    reply => self.purse.open_as(reply, user, &model, body, streams(kind, path, body)).await?,
                }
            }
            _ => None,
        };
        let http = &self.inner.http;
        let answer = async {
            match kind {
                Kind::OpenAi => openai::forward(http, &connection, method, path, body.as_ref(), user).await,
                Kind::Ollama => ollama::forward(http, &connection, method, path, body.as_ref(), user).await,
            }
        };
        metered::raw(tab, answer).await
    }

    /// The tokens of a request in the shape of Anthropic's messages API (`{"input_tokens": n}`), counted by the server
    /// that has the model. Built-in models count `messages`, the same request in OpenAI's shape.
    pub async fn count_tokens(
        &self,
        model: &str,
        mut body: JsonMap,
        messages: Vec<Json>,
        user: Option<&User>,
    ) -> Result<RawReply, ProviderError> {
        let (connection, path) = match self.inner.route(model).await? {
            Route::OpenAi(connection) => (connection, "/messages/count_tokens"),
            Route::Ollama(hosts) => (self.inner.next(&hosts).clone(), "/v1/messages/count_tokens"),
            Route::Local => {
                let count = self.inner.local.count(model, messages).await?;
                return Ok(RawReply::json(json!({"input_tokens": count})));
            }
        };
        body.insert("model".to_owned(), Json::String(connection.own_id(model).to_owned()));
        openai::forward(&self.inner.http, &connection, Method::POST, path, Some(&Json::Object(body)), user).await
    }

    /// Asks every enabled server of a kind for `path`; those that do not answer are left out. By position.
    pub async fn ask_all(&self, kind: Kind, path: &str) -> Vec<(usize, Json)> {
        let connections: Vec<_> =
            Connection::all(&self.inner.config, kind).into_iter().filter(Connection::enabled).collect();
        let answers = futures::future::join_all(
            connections.iter().map(|connection| ollama::get(&self.inner.http, connection, path)),
        )
        .await;
        connections
            .iter()
            .zip(answers)
            .filter_map(|(connection, answer)| Some((connection.index, answer.ok()?)))
            .collect()
    }

    /// The prefix of a connection, empty when it has none.
    pub fn prefix_of(&self, kind: Kind, index: usize) -> String {
        Connection::all(&self.inner.config, kind)
            .get(index)
            .map(|connection| connection.prefix().to_owned())
            .unwrap_or_default()
    }

    async fn host(&self, kind: Kind, host: &Host<'_>) -> Result<Connection, ProviderError> {
        let all = Connection::all(&self.inner.config, kind);
        let nobody = || ProviderError::Unreachable("no such connection is set up".to_owned());
        match host {
            Host::Index(index) => all.into_iter().nth(*index).ok_or_else(nobody),
            Host::Any => all.into_iter().find(Connection::enabled).ok_or_else(nobody),
            Host::Voice(model) => match self.inner.route(model).await {
                Ok(Route::OpenAi(connection)) => Ok(connection),
                _ => all
                    .into_iter()
                    .find(|connection| connection.enabled() && connection.is_openai())
                    .ok_or_else(|| ProviderError::UnknownModel((*model).to_owned())),
            },
            Host::Model(model) => match (kind, self.inner.route(model).await?) {
                (Kind::OpenAi, Route::OpenAi(connection)) => Ok(connection),
                (Kind::Ollama, Route::Ollama(hosts)) => Ok(self.inner.next(&hosts).clone()),
                _ => Err(ProviderError::UnknownModel((*model).to_owned())),
            },
        }
    }
}

/// What a request to this address asks for: a reply, embeddings (a task), or nothing that costs.
fn purpose(method: &str, path: &str) -> Option<Purpose> {
    /// Ends of addresses that keep models, files and such in order, or only look.
    const FREE: [&str; 12] = [
        "/show",
        "/pull",
        "/push",
        "/create",
        "/copy",
        "/delete",
        "/tags",
        "/ps",
        "/version",
        "/tokenize",
        "/count_tokens",
        "/files",
    ];
    let path = path.split('?').next().unwrap_or_default().trim_end_matches('/');
    if method != "POST" || FREE.iter().any(|end| path.ends_with(end)) {
        None
    } else if path.ends_with("/embed") || path.ends_with("/embeddings") {
        Some(Purpose::Task)
    } else {
        Some(Purpose::Reply)
    }
}

/// Whether the reply to a request comes as a stream: where the body says nothing, Ollama's own addresses do.
fn streams(kind: Kind, path: &str, body: &JsonMap) -> bool {
    let unsaid = kind == Kind::Ollama && path.starts_with("/api/");
    body.get("stream").and_then(Json::as_bool).unwrap_or(unsaid)
}

/// Whether a request only brings a model into memory, or takes it out.
fn only_loads(kind: Kind, body: &JsonMap) -> bool {
    let is_empty = |name: &str| match body.get(name) {
        None | Some(Json::Null) => true,
        Some(Json::String(text)) => text.is_empty(),
        Some(Json::Array(list)) => list.is_empty(),
        Some(_) => false,
    };
    kind == Kind::Ollama && ["prompt", "messages", "input"].into_iter().all(is_empty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_asks_a_model_is_told_from_what_keeps_house() {
        for path in ["/api/chat", "/v1/chat/completions", "/api/generate", "/images/generations", "/v1/messages?beta=1"]
        {
            assert_eq!(purpose("POST", path), Some(Purpose::Reply), "{path}");
        }
        assert_eq!(purpose("POST", "/api/embed"), Some(Purpose::Task));
        for path in ["/api/pull", "/api/show/", "/v1/messages/count_tokens?x"] {
            assert_eq!(purpose("POST", path), None, "{path}");
        }
        assert_eq!(purpose("GET", "/v1/chat/completions"), None);
    }
}
