//! The models that a server keeps: some servers list, load and fetch them on request.

use airis_domain::{Json, JsonMap};
use futures::{StreamExt, future};
use reqwest::Method;
use serde_json::json;

use crate::connection::{Connection, Kind};
use crate::{ProviderError, Providers, RawBody, RawReply};

/// What an administrator wants of a server's models. Bodies name a `model`, other fields go on as they are.
#[derive(Clone, Debug)]
pub enum Wish {
    /// Everything the server keeps, with what is loaded.
    Catalog,
    Load(JsonMap),
    Unload(JsonMap),
    /// Fetches a model from where it is published.
    Download(JsonMap),
    /// How far a download is, by its number.
    DownloadStatus(String),
    Delete(String),
    /// What happens to the models, as server-sent events.
    Events,
}

impl Wish {
    fn name(&self) -> &'static str {
        match self {
            Self::Catalog => "a catalog",
            Self::Load(_) => "loading",
            Self::Unload(_) => "unloading",
            Self::Download(_) => "downloads",
            Self::DownloadStatus(_) => "asking for a download",
            Self::Delete(_) => "deleting",
            Self::Events => "events",
        }
    }
}

/// One request to the server: method, path behind its root, body.
type Call = (Method, String, Option<Json>);

impl Providers {
    /// Does it on the OpenAI-compatible connection with this number; the server's own answer.
    pub async fn manage(&self, index: usize, wish: Wish) -> Result<RawReply, ProviderError> {
        let missing = || refused(404, "There is no such connection".to_owned());
        let connection =
            Connection::all(&self.inner.config, Kind::OpenAi).into_iter().nth(index).ok_or_else(missing)?;
        self.manage_on(&connection, wish).await
    }

    /// Frees the memory that a model takes on its server, if that server can.
    pub async fn unload(&self, model: &str) -> Result<RawReply, ProviderError> {
        match self.inner.route(model).await? {
            crate::catalog::Route::OpenAi(connection) => {
                let body = JsonMap::from_iter([("model".to_owned(), json!(model))]);
                self.manage_on(&connection, Wish::Unload(body)).await
            }
            _ => Err(ProviderError::UnknownModel(model.to_owned())),
        }
    }

    async fn manage_on(&self, connection: &Connection, wish: Wish) -> Result<RawReply, ProviderError> {
        let (endless, name) = (matches!(wish, Wish::Events), wish.name());
        let provider = connection.text("provider");
        let call = match provider {
            "llama.cpp" => llama(connection, wish),
            "lmstudio" => lm_studio(connection, wish),
            _ => {
                let text = "The server of this connection keeps no models that could be managed: its provider is \
                    neither llama.cpp nor lmstudio";
                return Err(refused(400, text.to_owned()));
            }
        };
        let (method, path, body) = call.ok_or_else(|| refused(400, format!("{provider} offers no {name}")))?;
        let http = &self.inner.http;
        let mut request = http.request(connection, method, &format!("{}{path}", root(connection)), None);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let mut reply = http.raw(connection, request).await?;
        if endless && let RawBody::Stream(events) = reply.body {
            // Where nothing happens for long, the stream just ends; whoever listens comes back.
            let quiet = |piece: &Result<_, _>| future::ready(!matches!(piece, Err(ProviderError::Stalled(_))));
            reply.body = RawBody::Stream(Box::pin(events.take_while(quiet)));
        }
        Ok(reply)
    }
}

/// llama.cpp's server in router mode (tools/server/README.md, "Using multiple models").
fn llama(connection: &Connection, wish: Wish) -> Option<Call> {
    Some(match wish {
        Wish::Catalog => (Method::GET, "/models".to_owned(), None),
        Wish::Load(body) => (Method::POST, "/models/load".to_owned(), Some(own(connection, body))),
        Wish::Unload(body) => (Method::POST, "/models/unload".to_owned(), Some(own(connection, body))),
        Wish::Download(body) => (Method::POST, "/models".to_owned(), Some(own(connection, body))),
        Wish::Delete(model) => (Method::DELETE, format!("/models?model={}", encoded(connection.own_id(&model))), None),
        Wish::Events => (Method::GET, "/models/sse".to_owned(), None),
        Wish::DownloadStatus(_) => return None,
    })
}

/// LM Studio's REST API, version 1.
fn lm_studio(connection: &Connection, wish: Wish) -> Option<Call> {
    Some(match wish {
        Wish::Catalog => (Method::GET, "/api/v1/models".to_owned(), None),
        Wish::Load(body) => (Method::POST, "/api/v1/models/load".to_owned(), Some(own(connection, body))),
        Wish::Unload(body) => {
            let mut body = own(connection, body);
            // It unloads instances; the first of a model has the model's name.
            let model = body.as_object_mut().and_then(|body| body.shift_remove("model"));
            if body.get("instance_id").is_none() {
                body["instance_id"] = model.unwrap_or_default();
            }
            (Method::POST, "/api/v1/models/unload".to_owned(), Some(body))
        }
        Wish::Download(body) => (Method::POST, "/api/v1/models/download".to_owned(), Some(own(connection, body))),
        Wish::DownloadStatus(job) => (Method::GET, format!("/api/v1/models/download/status/{}", encoded(&job)), None),
        Wish::Delete(_) | Wish::Events => return None,
    })
}

/// The body with the model's name as the server knows it.
fn own(connection: &Connection, mut body: JsonMap) -> Json {
    if let Some(model) = body.get_mut("model")
        && let Some(name) = model.as_str().map(|id| connection.own_id(id).to_owned())
    {
        *model = Json::String(name);
    }
    Json::Object(body)
}

/// Models are managed beside the OpenAI-compatible part, not under it.
fn root(connection: &Connection) -> &str {
    connection.url.strip_suffix("/v1").unwrap_or(&connection.url)
}

/// A text as one part of an address.
fn encoded(text: &str) -> String {
    let keep = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(byte);
    text.bytes().map(|byte| if keep(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn refused(status: u16, detail: String) -> ProviderError {
    ProviderError::Answer { status, body: json!({"detail": detail}) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    #[test]
    fn names_lose_the_prefix_and_cannot_leave_their_place() {
        let connection = Connection::draft(Kind::OpenAi, "http://host/v1/", "", json!({"prefix_id": "p"}));
        assert_eq!(root(&connection), "http://host");
        let (_, path, _) = llama(&connection, Wish::Delete("p.a/b:Q4 &x=1#é".to_owned())).unwrap();
        assert_eq!(path, "/models?model=a%2Fb%3AQ4%20%26x%3D1%23%C3%A9");
        let body = json!({"model": "p.m", "ctx": 5}).as_object().unwrap().clone();
        assert_eq!(llama(&connection, Wish::Load(body.clone())).unwrap().2, Some(json!({"model": "m", "ctx": 5})));
        let (_, path, sent) = lm_studio(&connection, Wish::Unload(body)).unwrap();
        assert_eq!((path.as_str(), sent), ("/api/v1/models/unload", Some(json!({"ctx": 5, "instance_id": "m"}))));
        let (_, path, _) = lm_studio(&connection, Wish::DownloadStatus("../x".to_owned())).unwrap();
        assert_eq!(path, "/api/v1/models/download/status/..%2Fx");
        assert!(llama(&connection, Wish::DownloadStatus("j".to_owned())).is_none());
    }
}
