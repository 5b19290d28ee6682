//! Files as objects of Google Cloud Storage, by its JSON interface.

use std::io::ErrorKind;
use std::time::Duration;

use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, RANGE};
use reqwest::{Body, Client, Method, RequestBuilder, Response, StatusCode, Url};
use tokio::io::AsyncReadExt;
use tokio::sync::watch;
use tokio_util::io::{ReaderStream, StreamReader};

use crate::google_identity::{GoogleCredentials, Identity};
use crate::objects::{SILENCE, object_name, web_client};
use crate::{FilesError, Reader, Received, Result, Storage, Tags};

const HOME: &str = "https://storage.googleapis.com";
/// How often something is asked again that a busy service did not do, and the first pause, which doubles.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_millis(250);
/// How long nothing of an upload may go, or be answered once all of it went. All of it may take as long as it takes.
const STALLED: Duration = Duration::from_secs(120);
/// Bytes of an upload that are read at a time.
const PIECE: usize = 256 * 1024;

/// A bucket of Google Cloud Storage.
#[derive(Clone)]
pub struct GoogleBucket {
    pub name: String,
    pub credentials: GoogleCredentials,
    /// Address of a server that emulates the service, which asks nobody who he is.
    pub emulator: Option<String>,
}

pub(crate) struct GoogleObjects {
    client: Client,
    /// For what is sent: waits until it is told to stop.
    sender: Client,
    base: Url,
    bucket: String,
    identity: Option<Identity>,
}

impl GoogleObjects {
    pub(crate) fn new(bucket: &GoogleBucket) -> Result<Self> {
        let (client, sender) = (web_client(Some(SILENCE))?, web_client(None)?);
        let base = bucket.emulator.as_deref().unwrap_or(HOME);
        let base = if base.contains("://") { base.to_owned() } else { format!("http://{base}") };
        let base = Url::parse(&base).map_err(std::io::Error::other)?;
        let identity = match bucket.emulator {
            Some(_) => None,
            None => Some(Identity::new(&bucket.credentials, client.clone())?),
        };
        Ok(Self { client, sender, base, bucket: bucket.name.clone(), identity })
    }

    /// The address of an object, or below `upload` that of the bucket.
    fn address(&self, before: &[&str], object: Option<&str>) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(before).extend(["storage", "v1", "b", &self.bucket, "o"]).extend(object);
        }
        url
    }

    async fn request(&self, method: Method, url: Url) -> Result<RequestBuilder> {
        self.signed(self.client.request(method, url)).await
    }

    async fn signed(&self, request: RequestBuilder) -> Result<RequestBuilder> {
        Ok(match &self.identity {
            Some(identity) => request.bearer_auth(identity.token().await?),
            None => request,
        })
    }

    /// Sends it, and again when the service is busy or did not hear it whole.
    async fn ask<F>(&self, make: impl Fn() -> F + Send) -> Result<Response>
    where
        F: Future<Output = Result<RequestBuilder>> + Send,
    {
        let mut pause = PAUSE;
        for left in (0..TRIES).rev() {
            let problem = match make().await?.send().await {
                Ok(answer) if answer.status().is_success() => return Ok(answer),
                Ok(answer) if answer.status() == StatusCode::NOT_FOUND => return Err(FilesError::Gone),
                Ok(answer) => {
                    let status = answer.status();
                    let problem = std::io::Error::other(format!("Google Cloud Storage answers {status}"));
                    if !status.is_server_error() && status != StatusCode::TOO_MANY_REQUESTS {
                        return Err(FilesError::Io(problem));
                    }
                    problem
                }
                Err(error) => std::io::Error::other(error.without_url()),
            };
            if left == 0 {
                return Err(FilesError::Io(problem));
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        Err(FilesError::Gone)
    }
}

/// Returns when nothing went for too long.
async fn stalled(mut going: watch::Receiver<()>) {
    while tokio::time::timeout(STALLED, going.changed()).await.is_ok() {}
}

#[async_trait]
impl Storage for GoogleObjects {
    async fn keep(&self, received: Received, name: &str, _tags: &Tags) -> Result<String> {
        let mut url = self.address(&["upload"], None);
        url.query_pairs_mut().append_pair("uploadType", "media").append_pair("name", name);
        let (goes, going) = watch::channel(());
        let sent = self.ask(|| async {
            let goes = goes.clone();
            let pieces = ReaderStream::with_capacity(received.open().await?, PIECE);
            let body = Body::wrap_stream(pieces.inspect(move |_| _ = goes.send_replace(())));
            let request = self.signed(self.sender.request(Method::POST, url.clone())).await?;
            let request = request.header(CONTENT_TYPE, "application/octet-stream");
            Ok(request.header(CONTENT_LENGTH, received.size).body(body))
        });
        let outcome = tokio::select! {
            outcome = sent => outcome,
            () = stalled(going) => {
                Err(FilesError::Io(std::io::Error::new(ErrorKind::TimedOut, "Google Cloud Storage takes no more of an upload")))
            }
        };
        match outcome {
            Err(FilesError::Gone) => {
                Err(FilesError::Io(std::io::Error::other(format!("there is no bucket {}", self.bucket))))
            }
            outcome => outcome.map(|_| format!("gs://{}/{name}", self.bucket)),
        }
    }

    async fn size(&self, place: &str) -> Result<u64> {
        let mut url = self.address(&[], Some(object_name(place)?));
        url.query_pairs_mut().append_pair("fields", "size");
        let answer = self.ask(|| self.request(Method::GET, url.clone())).await?;
        let about: serde_json::Value = answer.json().await.map_err(std::io::Error::other)?;
        let size = about["size"].as_str().and_then(|size| size.parse().ok());
        size.ok_or_else(|| FilesError::Io(std::io::Error::other("Google Cloud Storage names no size")))
    }

    async fn read(&self, place: &str, start: u64, length: u64) -> Result<Reader> {
        let mut url = self.address(&[], Some(object_name(place)?));
        url.query_pairs_mut().append_pair("alt", "media");
        if length == 0 {
            return Ok(Box::pin(tokio::io::empty()));
        }
        let last = start.saturating_add(length - 1);
        let range = format!("bytes={start}-{last}");
        let answer =
            self.ask(|| async { Ok(self.request(Method::GET, url.clone()).await?.header(RANGE, &range)) }).await?;
        if start > 0 && answer.status() != StatusCode::PARTIAL_CONTENT {
            return Err(FilesError::Io(std::io::Error::other("Google Cloud Storage sends the whole for a part")));
        }
        Ok(Box::pin(StreamReader::new(answer.bytes_stream().map_err(std::io::Error::other)).take(length)))
    }

    async fn remove(&self, place: &str) -> Result<()> {
        let url = self.address(&[], Some(object_name(place)?));
        match self.ask(|| self.request(Method::DELETE, url.clone())).await {
            Err(FilesError::Gone) => Ok(()),
            outcome => outcome.map(|_| ()),
        }
    }
}
