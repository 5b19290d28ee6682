//! Where uploads are kept, as the settings say.

use airis_config::{Config, FileStorage, GoogleStorage, S3Encryption, Settings};
use airis_files::{Bucket, Container, Encryption, Files, GoogleBucket, GoogleCredentials, Taken};
use anyhow::{Context, Result, bail};
use futures::{StreamExt, stream};
use serde_json::json;

use crate::environment::Environment;
use crate::import::Bar;
use crate::{boot, out};

/// Files that are on their way at a time.
const AT_ONCE: usize = 4;
/// Failures that are told one by one.
const TOLD: u64 = 20;

/// What became of the files that were to be copied.
#[derive(Default)]
struct Copied {
    copied: u64,
    bytes: u64,
    there: u64,
    failed: u64,
}

/// `airis storage copy`: every file that the rows name, from one storage to the other.
pub async fn copy(environment: &Environment, from: &str, to: &str, json: bool) -> Result<()> {
    if from == to {
        bail!("--from and --to both say {from}");
    }
    let config = |provider: &str| {
        let provider = provider.to_owned();
        Config::from_env(&|name| {
            if name == "STORAGE_PROVIDER" { Some(provider.clone()) } else { environment.get(name) }
        })
    };
    let (config, other) = (config(from).context("--from")?, config(to).context("--to")?);
    let (source, target) = (files(config.settings())?, files(other.settings())?);
    let store = boot::open_store(config.settings()).await?;
    let places = store.file_paths(None).await?;
    store.close().await;
    let (total, mut done) = (places.len() as u64, 0);
    let (mut sum, mut bar) = (Copied::default(), Bar::default());
    let (source, target) = (&source, &target);
    let mut takes = stream::iter(places)
        .map(|place| async move { (target.take(source, &place).await, place) })
        .buffer_unordered(AT_ONCE);
    while let Some((taken, place)) = takes.next().await {
        match taken {
            Ok(Taken::Copied(bytes)) => (sum.copied, sum.bytes) = (sum.copied + 1, sum.bytes + bytes),
            Ok(Taken::There) => sum.there += 1,
            Err(error) => {
                sum.failed += 1;
                if sum.failed <= TOLD {
                    bar.clear();
                    out::say(&format!("{place}: {error}"));
                }
            }
        }
        done += 1;
        bar.tell("files", done, total);
    }
    bar.clear();
    out::line(&if json {
        let Copied { copied, bytes, there, failed } = sum;
        format!("{:#}", json!({"copied": copied, "bytes": bytes, "there": there, "failed": failed}))
    } else {
        format!("copied {} files, {}; {} were there already", sum.copied, out::size(sum.bytes), sum.there)
    })?;
    match sum.failed {
        0 => Ok(()),
        1 => bail!("1 file could not be copied"),
        many => bail!("{many} files could not be copied"),
    }
}

/// The storage; uploads that are still arriving grow in the data folder, whatever it is.
pub fn files(settings: &Settings) -> Result<Files> {
    let uploads = settings.data_dir.join("uploads");
    let files = match &settings.file_storage {
        FileStorage::Local => return Ok(Files::local(&uploads)),
        FileStorage::Mounted(volume) => {
            // What is written where a volume should be is gone when it is there.
            if !volume.is_dir() {
                bail!("EFS_MOUNT_PATH: there is no folder {}; is the volume mounted?", volume.display());
            }
            return Ok(Files::local(&volume.join("uploads")));
        }
        FileStorage::S3(s3) => {
            let bucket = Bucket {
                name: s3.bucket.clone(),
                region: s3.region.clone(),
                endpoint: s3.endpoint.clone(),
                key: s3.key.clone(),
                prefix: s3.prefix.clone(),
                virtual_host: s3.virtual_host,
                accelerate: s3.accelerate,
                tagging: s3.tagging,
                encryption: s3.encryption.clone().map(|encryption| match encryption {
                    S3Encryption::Own => Encryption::Own,
                    S3Encryption::Kms { key, bucket_key } => Encryption::Kms { key, bucket_key },
                }),
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
