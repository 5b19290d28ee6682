//! Where uploads are kept, as the settings say.

use airis_config::{FileStorage, GoogleStorage, Settings};
use airis_files::{Bucket, Container, Files, GoogleBucket, GoogleCredentials};
use anyhow::{Context, Result};

/// The storage; uploads that are still arriving grow in the data folder, whatever it is.
pub fn files(settings: &Settings) -> Result<Files> {
    let uploads = settings.data_dir.join("uploads");
    let files = match &settings.file_storage {
        FileStorage::Local => return Ok(Files::local(&uploads)),
        FileStorage::S3(s3) => {
            let bucket = Bucket {
                name: s3.bucket.clone(),
                region: s3.region.clone(),
                endpoint: s3.endpoint.clone(),
                key: s3.key.clone(),
                prefix: s3.prefix.clone(),
                virtual_host: s3.virtual_host,
                accelerate: s3.accelerate,
            };
            Files::s3(&bucket, &uploads)
        }
        FileStorage::Google(google) => {
            let (name, emulator) = (google.bucket.clone(), google.emulator.clone());
            Files::google(&GoogleBucket { name, credentials: credentials(google)?, emulator }, &uploads)
        }
        FileStorage::Azure(azure) => {
            let (name, endpoint, key) = (azure.container.clone(), azure.endpoint.clone(), azure.key.clone());
            Files::azure(&Container { name, endpoint, key }, &uploads)
        }
    };
    files.context("STORAGE_PROVIDER: the storage cannot be used")
}

fn credentials(google: &GoogleStorage) -> Result<GoogleCredentials> {
    Ok(match (&google.account, &google.account_file) {
        (Some(account), _) => GoogleCredentials::Account(account.clone()),
        (None, Some(path)) => {
            let text = std::fs::read_to_string(path);
            let problem = || format!("GOOGLE_APPLICATION_CREDENTIALS: {} cannot be read", path.display());
            GoogleCredentials::Account(text.with_context(problem)?)
        }
        (None, None) => GoogleCredentials::Machine,
    })
}
