//! Files as objects in a bucket that many instances share: S3 and what speaks like it, Azure Blob Storage.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::TryStreamExt;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::MicrosoftAzureBuilder;
use object_store::buffered::BufWriter;
use object_store::client::{HttpClient, HttpConnector, HttpError, HttpRequest, HttpResponse, HttpService};
use object_store::path::Path;
use object_store::{ClientOptions, GetOptions, GetRange, ObjectStore, ObjectStoreExt, RetryConfig, TagSet};
use reqwest::StatusCode;
use reqwest::header::CONTENT_RANGE;
use tokio::io::AsyncWriteExt;
use tokio_util::io::StreamReader;

use crate::{FilesError, Reader, Received, Result, Storage, Tags};

/// Time to reach the store, and between two pieces of what it says.
const CONNECT: Duration = Duration::from_secs(10);
pub(crate) const SILENCE: Duration = Duration::from_secs(30);
/// Time for what is sent with a request to go, and to be answered: lines that take a megabit a second are fast enough.
const SENDING: Duration = Duration::from_secs(300);
/// Bytes of a request from which on that counts.
const HEAVY: usize = 64 * 1024;
/// A store that is away for a moment is asked again.
const TRIES: usize = 4;
const TRY_FOR: Duration = Duration::from_secs(60);
/// Bytes of one part of an upload, and how many are under way at a time; the product is what an upload takes in memory.
/// A store takes ten thousand parts: 80 GB.
const PART: usize = 8 * 1024 * 1024;
const PARTS_AT_ONCE: usize = 3;

/// A bucket of S3, or of a server that speaks like it. What is empty is found as the tools of Amazon find it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Bucket {
    pub name: String,
    pub region: Option<String>,
    /// Of a server that speaks like S3; Amazon's own when empty.
    pub endpoint: Option<String>,
    /// Name and secret of a key.
    pub key: Option<(String, String)>,
    /// What every object's name begins with, before a slash.
    pub prefix: String,
    /// Whether the bucket is named by the host of its address instead of its path; as the endpoint wants when empty.
    pub virtual_host: Option<bool>,
    /// Over the points of Amazon that are nearer.
    pub accelerate: bool,
    /// Whether objects get tags; not every server that speaks like S3 knows them.
    pub tagging: bool,
    /// As the bucket says when empty.
    pub encryption: Option<Encryption>,
}

/// How S3 is told to encrypt an object.
#[derive(Clone, PartialEq, Eq)]
pub enum Encryption {
    /// With a key of its own.
    Own,
    /// With a key of KMS, that for S3 when empty; with a key of the bucket in between, KMS is asked less often.
    Kms { key: Option<String>, bucket_key: bool },
}

/// A container of Azure Blob Storage.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Container {
    pub name: String,
    /// `https://ACCOUNT.blob.core.windows.net`, or `http://HOST:PORT/ACCOUNT` of an emulator.
    pub endpoint: String,
    /// The account's key; the machine's own identity when empty.
    pub key: Option<String>,
}

/// Keeps every file as an object. Its place is the object's whole address, but only the last part of it counts: objects
/// may be copied into another bucket, and files of a folder may have moved here.
pub(crate) struct Objects {
    store: Arc<dyn ObjectStore>,
    /// What a place begins with, up to the name of the object.
    home: String,
    prefix: String,
    tagging: bool,
}

impl Objects {
    pub(crate) fn s3(bucket: &Bucket) -> Result<Self> {
        let mut builder = AmazonS3Builder::from_env()
            .with_bucket_name(&bucket.name)
            .with_http_connector(Connector)
            .with_client_options(client(bucket.endpoint.as_deref()))
            .with_retry(retry());
        if let Some(region) = &bucket.region {
            builder = builder.with_region(region);
        }
        if let Some((id, secret)) = &bucket.key {
            builder = builder.with_access_key_id(id).with_secret_access_key(secret);
        }
        builder = encrypted(builder, bucket.encryption.as_ref())?;
        let by_host = bucket.virtual_host.unwrap_or(bucket.endpoint.is_none());
        let endpoint = match &bucket.endpoint {
            _ if bucket.accelerate => Some(format!("https://{}.s3-accelerate.amazonaws.com", bucket.name)),
            Some(endpoint) if by_host => Some(endpoint.replacen("://", &format!("://{}.", bucket.name), 1)),
            endpoint => endpoint.clone(),
        };
        if let Some(endpoint) = endpoint {
            builder = builder.with_endpoint(endpoint.trim_end_matches('/'));
        }
        builder = builder.with_virtual_hosted_style_request(by_host || bucket.accelerate);
        let prefix = bucket.prefix.trim_matches('/').to_owned();
        let home = format!("s3://{}/{prefix}{}", bucket.name, if prefix.is_empty() { "" } else { "/" });
        Ok(Self { store: Arc::new(builder.build()?), home, prefix, tagging: bucket.tagging })
    }

    pub(crate) fn azure(container: &Container) -> Result<Self> {
        let endpoint = container.endpoint.trim_end_matches('/');
        let mut builder = MicrosoftAzureBuilder::from_env()
            .with_account(account(endpoint))
            .with_container_name(&container.name)
            .with_endpoint(endpoint.to_owned())
            .with_http_connector(Connector)
            .with_client_options(client(Some(endpoint)))
            .with_retry(retry());
        if let Some(key) = &container.key {
            builder = builder.with_access_key(key);
        }
        let home = format!("{endpoint}/{}/", container.name);
        Ok(Self { store: Arc::new(builder.build()?), home, prefix: String::new(), tagging: false })
    }

    fn at(&self, place: &str) -> Result<Path> {
        let name = object_name(place)?;
        let whole = if self.prefix.is_empty() { name.to_owned() } else { format!("{}/{name}", self.prefix) };
        Path::parse(whole).map_err(|_| FilesError::Gone)
    }
}

fn encrypted(builder: AmazonS3Builder, encryption: Option<&Encryption>) -> Result<AmazonS3Builder> {
    let with = |builder: AmazonS3Builder, name: &str, value: &str| -> Result<AmazonS3Builder> {
        Ok(builder.with_config(name.parse::<AmazonS3ConfigKey>()?, value))
    };
    match encryption {
        None => Ok(builder),
        Some(Encryption::Own) => with(builder, "aws_server_side_encryption", "AES256"),
        Some(Encryption::Kms { key, bucket_key }) => {
            let mut builder = with(builder, "aws_server_side_encryption", "aws:kms")?;
            if let Some(key) = key {
                builder = with(builder, "aws_sse_kms_key_id", key)?;
            }
            // Unsaid it is as the bucket has it.
            Ok(if *bucket_key { builder.with_bucket_key(true) } else { builder })
        }
    }
}

/// What of a place names the object.
pub(crate) fn object_name(place: &str) -> Result<&str> {
    let name = place.rsplit(['/', '\\']).next().unwrap_or_default();
    if ["", ".", ".."].contains(&name) || name.contains(char::is_control) { Err(FilesError::Gone) } else { Ok(name) }
}

/// Host names begin with the account, except those of machines that emulate Azure, whose paths do.
fn account(endpoint: &str) -> &str {
    let rest = endpoint.split_once("://").map_or(endpoint, |(_, rest)| rest);
    match rest.split_once('/') {
        Some((_, path)) => path.split('/').next().unwrap_or_default(),
        None => rest.split('.').next().unwrap_or_default(),
    }
}

fn client(endpoint: Option<&str>) -> ClientOptions {
    ClientOptions::new().with_allow_http(endpoint.is_some_and(|endpoint| endpoint.starts_with("http://")))
}

fn retry() -> RetryConfig {
    RetryConfig { max_retries: TRIES, retry_timeout: TRY_FOR, ..RetryConfig::default() }
}

/// What a library of stores connects by.
#[derive(Debug)]
struct Connector;

impl HttpConnector for Connector {
    fn connect(&self, _options: &ClientOptions) -> object_store::Result<HttpClient> {
        let clients = web_client(Some(SILENCE)).and_then(|client| Ok((client, web_client(Some(SENDING))?)));
        match clients {
            Ok((client, sender)) => Ok(HttpClient::new(Lenient { client, sender })),
            Err(error) => Err(object_store::Error::Generic { store: "HTTP", source: Box::new(error) }),
        }
    }
}

/// Some servers that speak like S3 send a part, and say which, with the status of a whole.
#[derive(Debug)]
struct Lenient {
    client: reqwest::Client,
    /// For requests that take their time to be sent.
    sender: reqwest::Client,
}

#[async_trait]
impl HttpService for Lenient {
    async fn call(&self, request: HttpRequest) -> std::result::Result<HttpResponse, HttpError> {
        let client = if request.body().content_length() > HEAVY { &self.sender } else { &self.client };
        let mut answer = client.call(request).await?;
        if answer.status() == StatusCode::OK && answer.headers().contains_key(CONTENT_RANGE) {
            *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
        }
        Ok(answer)
    }
}

/// Connects as everything else here does. `silence` is the time until an answer begins, from the first byte that is sent,
/// and between two pieces of it.
pub(crate) fn web_client(silence: Option<Duration>) -> io::Result<reqwest::Client> {
    let mut client = reqwest::Client::builder()
        .tls_backend_preconfigured(airis_outbound::encryption())
        .connect_timeout(CONNECT)
        .user_agent(concat!("airis/", env!("CARGO_PKG_VERSION")));
    if let Some(silence) = silence {
        client = client.read_timeout(silence);
    }
    client.build().map_err(io::Error::other)
}

#[async_trait]
impl Storage for Objects {
    async fn keep(&self, received: Received, name: &str, tags: &Tags) -> Result<String> {
        let mut file = received.open().await?;
        let mut writer =
            BufWriter::with_capacity(self.store.clone(), self.at(name)?, PART).with_max_concurrency(PARTS_AT_ONCE);
        if self.tagging {
            let mut set = TagSet::default();
            tags.iter().for_each(|(name, value)| set.push(name, value));
            writer = writer.with_tags(set);
        }
        if let Err(error) = tokio::io::copy(&mut file, &mut writer).await {
            // Parts that stay behind are not seen, but paid for.
            if let Err(error) = writer.abort().await {
                tracing::warn!(%error, "parts of an upload that failed may be left in the bucket");
            }
            return Err(FilesError::Io(error));
        }
        // The last step takes its parts back by itself.
        writer.shutdown().await.map_err(FilesError::Io)?;
        Ok(format!("{}{name}", self.home))
    }

    async fn size(&self, place: &str) -> Result<u64> {
        Ok(self.store.head(&self.at(place)?).await?.size)
    }

    async fn read(&self, place: &str, start: u64, length: u64) -> Result<Reader> {
        let path = self.at(place)?;
        if length == 0 {
            return Ok(Box::pin(tokio::io::empty()));
        }
        let range = GetRange::Bounded(start..start.saturating_add(length));
        let found = self.store.get_opts(&path, GetOptions::new().with_range(Some(range))).await?;
        Ok(Box::pin(StreamReader::new(found.into_stream().map_err(io::Error::other))))
    }

    async fn remove(&self, place: &str) -> Result<()> {
        match self.store.delete(&self.at(place)?).await.map_err(FilesError::from) {
            Err(FilesError::Gone) => Ok(()),
            outcome => outcome,
        }
    }
}

impl From<object_store::Error> for FilesError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::Gone,
            error => Self::Io(io::Error::other(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_stands_in_the_host_or_in_the_path() {
        assert_eq!(account("https://acme.blob.core.windows.net"), "acme");
        assert_eq!(account("http://127.0.0.1:10000/devstoreaccount1"), "devstoreaccount1");
    }
}
