//! A model file into an Ollama server: its bytes as a blob, then a model made of that.

use std::pin::pin;

use bytes::Bytes;
use futures::{Stream, StreamExt};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Body, Method};
use serde_json::json;
use tokio::sync::watch;

use crate::connection::{Connection, Kind};
use crate::http::Http;
use crate::{ProviderError, Providers, fault};

/// A model file that lies on this machine.
pub struct ModelFile<B> {
    /// As the model's maker calls it, such as `tiny.gguf`.
    pub name: String,
    pub size: u64,
    /// SHA-256 in hexadecimal digits.
    pub sha256: String,
    pub bytes: B,
}

/// How far an import is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Import {
    /// Bytes that the server has taken.
    Sent(u64),
    /// The server has made this model.
    Made { model: String, blob: String },
}

impl Providers {
    /// Whether there is an Ollama connection with this number.
    pub fn has_ollama(&self, index: usize) -> bool {
        Connection::all(&self.inner.config, Kind::Ollama).len() > index
    }

    /// Puts a file onto the Ollama server with this number and makes a model of it, named after the file.
    pub fn import<B>(
        &self,
        index: usize,
        file: ModelFile<B>,
    ) -> impl Stream<Item = Result<Import, ProviderError>> + Send
    where
        B: Stream<Item = std::io::Result<Bytes>> + Send + 'static,
    {
        let connection = Connection::all(&self.inner.config, Kind::Ollama).into_iter().nth(index);
        let http = self.inner.http.clone();
        async_stream::try_stream! {
            let nobody = || ProviderError::Unreachable("no such connection is set up".to_owned());
            let connection = connection.ok_or_else(nobody)?;
            let blob = format!("sha256:{}", file.sha256);
            let sending = send(&http, &connection, &blob, file.size, file.bytes);
            let mut sending = pin!(sending);
            while let Some(sent) = sending.next().await {
                yield Import::Sent(sent?);
            }
            let model = connection.public_id(&model_name(&file.name));
            let body = json!({"model": connection.own_id(&model), "files": {file.name: blob}, "stream": false});
            let url = format!("{}/api/create", connection.url);
            let answer = http.json(&connection, http.request(&connection, Method::POST, &url, None).json(&body)).await?;
            if let Some(error) = answer.get("error") {
                Err(ProviderError::Answer { status: 502, body: json!({"error": error}) })?;
            }
            yield Import::Made { model, blob };
        }
    }
}

/// Sends a blob; yields the bytes sent so far, and ends when the server has it. The file may take as long as it needs
/// while bytes flow.
fn send<B>(
    http: &Http,
    connection: &Connection,
    blob: &str,
    size: u64,
    bytes: B,
) -> impl Stream<Item = Result<u64, ProviderError>> + Send + use<B>
where
    B: Stream<Item = std::io::Result<Bytes>> + Send + 'static,
{
    let (tell, mut told) = watch::channel(0_u64);
    let counted = bytes.inspect(move |piece| {
        if let Ok(piece) = piece {
            tell.send_modify(|sent| *sent += piece.len() as u64);
        }
    });
    let url = format!("{}/api/blobs/{blob}", connection.url);
    let request = http
        .request(connection, Method::POST, &url, None)
        .header(CONTENT_TYPE, "application/octet-stream")
        .header(CONTENT_LENGTH, size)
        .body(Body::wrap_stream(counted));
    let (http, connection) = (http.clone(), connection.clone());
    async_stream::try_stream! {
        let mut answer = pin!(request.send());
        let mut flowing = true;
        let response = loop {
            let step = tokio::select! {
                biased;
                changed = told.changed(), if flowing => Step::Flowed(changed.is_ok()),
                answered = &mut answer => Step::Answered(answered),
                () = tokio::time::sleep(http.idle()) => Step::Stalled,
            };
            match step {
                Step::Answered(answered) => break answered.map_err(|error| fault::unreachable(&connection, &error))?,
                Step::Flowed(on) => {
                    flowing = on;
                    let sent = *told.borrow_and_update();
                    yield sent;
                }
                Step::Stalled => Err(ProviderError::Stalled(http.idle().as_secs()))?,
            }
        };
        http.ok(&connection, response).await?;
    }
}

/// What happens while a blob is sent.
enum Step {
    Answered(reqwest::Result<reqwest::Response>),
    /// Bytes went out; false when there are no more.
    Flowed(bool),
    Stalled,
}

/// `Tiny Model.Q4_0.gguf` becomes `Tiny-Model.Q4_0`: what Ollama takes as a name.
fn model_name(file: &str) -> String {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let kept = stem.chars().map(|char| if char.is_ascii_alphanumeric() || "._-".contains(char) { char } else { '-' });
    let name: String = kept.collect::<String>().trim_matches(['.', '-', '_']).chars().take(80).collect();
    if name.is_empty() { "model".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_becomes_a_name_that_ollama_takes() {
        assert_eq!(model_name("Tiny Model.Q4_0.gguf"), "Tiny-Model.Q4_0");
        assert_eq!(model_name("plain"), "plain");
        assert_eq!(model_name("é.gguf"), "model");
        assert_eq!(model_name(".gguf"), "model");
        assert_eq!(model_name(&format!("{}.gguf", "x".repeat(300))).len(), 80);
    }
}
