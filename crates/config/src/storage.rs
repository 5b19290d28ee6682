//! Where uploaded files are kept, from the names that are about it.

use std::path::PathBuf;

use crate::ConfigError;
use crate::values::{Values, wrong};

/// What keeps uploaded files.
#[derive(Clone)]
pub enum FileStorage {
    /// The folder `uploads` in the data folder.
    Local,
    /// The same in a folder of a volume that is mounted.
    Mounted(PathBuf),
    S3(S3Storage),
    Google(GoogleStorage),
    Azure(AzureStorage),
}

/// A bucket of S3, or of a server that speaks like it.
#[derive(Clone)]
pub struct S3Storage {
    pub bucket: String,
    pub region: Option<String>,
    pub endpoint: Option<String>,
    /// Name and secret.
    pub key: Option<(String, String)>,
    pub prefix: String,
    /// Whether the host of an address names the bucket; as the endpoint wants when empty.
    pub virtual_host: Option<bool>,
    pub accelerate: bool,
    pub tagging: bool,
    pub encryption: Option<S3Encryption>,
}

/// How S3 is told to encrypt an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum S3Encryption {
    /// With a key of S3.
    Own,
    /// With this key of KMS, or with its own one for S3.
    Kms { key: Option<String>, bucket_key: bool },
}

/// A bucket of Google Cloud Storage.
#[derive(Clone)]
pub struct GoogleStorage {
    pub bucket: String,
    /// The account of a service, or the file that holds it; the machine's own identity when both are empty.
    pub account: Option<String>,
    pub account_file: Option<PathBuf>,
    pub emulator: Option<String>,
}

/// A container of Azure Blob Storage.
#[derive(Clone)]
pub struct AzureStorage {
    pub container: String,
    pub endpoint: String,
    pub key: Option<String>,
}

/// A storage that is not built, or not fully named, must not quietly become another one.
pub(crate) fn storage(values: &Values) -> Result<FileStorage, ConfigError> {
    match values.text("STORAGE_PROVIDER").to_lowercase().as_str() {
        "" | "local" => {
            Ok(values.filled("EFS_MOUNT_PATH").map_or(FileStorage::Local, |path| FileStorage::Mounted(path.into())))
        }
        "s3" => Ok(FileStorage::S3(s3(values)?)),
        "gcs" => Ok(FileStorage::Google(GoogleStorage {
            bucket: needed(values, "GCS_BUCKET_NAME", "gcs")?,
            account: Some(values.json("GOOGLE_APPLICATION_CREDENTIALS_JSON"))
                .filter(|account| !account.is_null())
                .map(|account| account.to_string()),
            account_file: values.filled("GOOGLE_APPLICATION_CREDENTIALS").map(PathBuf::from),
            emulator: values.filled("STORAGE_EMULATOR_HOST"),
        })),
        "azure" => Ok(FileStorage::Azure(AzureStorage {
            container: needed(values, "AZURE_STORAGE_CONTAINER_NAME", "azure")?,
            endpoint: address(needed(values, "AZURE_STORAGE_ENDPOINT", "azure")?, "AZURE_STORAGE_ENDPOINT")?,
            key: values.filled("AZURE_STORAGE_KEY"),
        })),
        name => Err(wrong("STORAGE_PROVIDER", format!("\"{name}\" is none of local, s3, gcs, azure"))),
    }
}

fn s3(values: &Values) -> Result<S3Storage, ConfigError> {
    let key = match (values.filled("S3_ACCESS_KEY_ID"), values.filled("S3_SECRET_ACCESS_KEY")) {
        (Some(id), Some(secret)) => Some((id, secret)),
        (None, None) => None,
        (Some(_), None) => return Err(wrong("S3_SECRET_ACCESS_KEY", "S3_ACCESS_KEY_ID is set, so this must be too")),
        (None, Some(_)) => return Err(wrong("S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY is set, so this must be too")),
    };
    let endpoint = values.filled("S3_ENDPOINT_URL").map(|endpoint| address(endpoint, "S3_ENDPOINT_URL")).transpose()?;
    Ok(S3Storage {
        bucket: needed(values, "S3_BUCKET_NAME", "s3")?,
        region: values.filled("S3_REGION_NAME"),
        endpoint,
        key,
        prefix: values.text("S3_KEY_PREFIX"),
        virtual_host: match values.one_of("S3_ADDRESSING_STYLE", &["", "auto", "path", "virtual"])?.as_str() {
            "path" => Some(false),
            "virtual" => Some(true),
            _ => None,
        },
        accelerate: values.flag("S3_USE_ACCELERATE_ENDPOINT"),
        tagging: values.flag("S3_ENABLE_TAGGING"),
        encryption: encryption(values)?,
    })
}

fn encryption(values: &Values) -> Result<Option<S3Encryption>, ConfigError> {
    const KIND: &str = "AWS_SERVER_SIDE_ENCRYPTION";
    let (key, bucket_key) = (values.filled("AWS_SSE_KMS_KEY_ID"), values.flag("AWS_SSE_BUCKET_KEY_ENABLED"));
    match values.one_of(KIND, &["", "aes256", "aws:kms"])?.as_str() {
        "aws:kms" => Ok(Some(S3Encryption::Kms { key, bucket_key })),
        _ if key.is_some() => Err(wrong(KIND, "AWS_SSE_KMS_KEY_ID is set, so this must be aws:kms")),
        "aes256" => Ok(Some(S3Encryption::Own)),
        _ => Ok(None),
    }
}

fn needed(values: &Values, name: &'static str, provider: &str) -> Result<String, ConfigError> {
    values.filled(name).ok_or_else(|| wrong(name, format!("STORAGE_PROVIDER={provider} needs it")))
}

fn address(text: String, name: &'static str) -> Result<String, ConfigError> {
    let plain = ["http://", "https://"].iter().any(|scheme| text.starts_with(scheme));
    if plain { Ok(text) } else { Err(wrong(name, "the address must begin with http:// or https://")) }
}
