//! `airis models`: what runs inside airis, and bringing more in.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use airis_config::Config;
use airis_providers::{LocalKind, LocalModel, Providers};
use anyhow::{Context, Result, bail};
use futures::StreamExt;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::cli::Models as Command;
use crate::out;

/// First bytes of every GGUF file.
const MAGIC: &[u8] = b"GGUF";
const BUFFER: usize = 1 << 20;
/// Silence after which a download is given up.
const SILENCE: Duration = Duration::from_secs(60);

pub async fn run(config: Config, command: Command) -> Result<()> {
    let settings = config.settings();
    let folder = settings.local_model_path.clone().unwrap_or_else(|| settings.data_dir.join("models"));
    match command {
        Command::List { json } => list(&Providers::new(Arc::new(config)).examine_local_models(), &folder, json),
        Command::Pull { source, name } => pull(&source, name, &folder).await,
    }
}

fn list(models: &[LocalModel], folder: &Path, as_json: bool) -> Result<()> {
    let kind = |model: &LocalModel| match model.kind {
        LocalKind::Chat => "chat",
        LocalKind::Embedding => "embedding",
        LocalKind::Reranking => "reranking",
    };
    if as_json {
        let view = |model: &LocalModel| json!({"id": model.id, "path": model.path, "size": model.size, "kind": kind(model), "problem": model.problem});
        return out::line(&serde_json::to_string_pretty(&models.iter().map(view).collect::<Vec<_>>())?);
    }
    if models.is_empty() {
        let hint = "bring one in with `airis models pull FILE.gguf`, or run scripts/fetch-models.sh";
        return out::line(&format!("no models in {}; {hint}", folder.display()));
    }
    let head = ["MODEL", "KIND", "SIZE", "STATE"].map(str::to_owned).to_vec();
    let row = |model: &LocalModel| {
        let state = model.problem.clone().unwrap_or_else(|| "ready".to_owned());
        vec![model.id.clone(), kind(model).to_owned(), out::size(model.size), state]
    };
    let rows: Vec<_> = std::iter::once(head).chain(models.iter().map(row)).collect();
    out::line(&out::table(&rows))
}

/// Copies a model beside its final place and moves it there when it is whole: a running server never sees half of one.
async fn pull(source: &str, name: Option<PathBuf>, folder: &Path) -> Result<()> {
    if folder.is_file() {
        bail!("LOCAL_MODEL_PATH names the one file {}; let it name a folder to hold several", folder.display());
    }
    let target = folder.join(file_name(source, name)?);
    if target.exists() {
        bail!("{} is there already; remove it first, or give another --name", target.display());
    }
    tokio::fs::create_dir_all(folder).await.with_context(|| format!("{} cannot be made", folder.display()))?;
    let part = target.with_extension("gguf.part");
    let copied = if source.starts_with("http://") || source.starts_with("https://") {
        download(source, &part).await
    } else {
        copy(Path::new(source), &part).await
    };
    let kept = match copied {
        Ok(()) => check(&part).await,
        Err(error) => Err(error),
    };
    if let Err(error) = kept {
        // What is left of it is of no use; when it cannot be removed either, the first error matters more.
        _ = tokio::fs::remove_file(&part).await;
        return Err(error.context(format!("{source} was not kept")));
    }
    tokio::fs::rename(&part, &target).await?;
    out::line(&format!("ready: {}", target.display()))
}

/// A plain file name that ends in `.gguf`.
fn file_name(source: &str, name: Option<PathBuf>) -> Result<PathBuf> {
    let path = source.split(['?', '#']).next().unwrap_or(source);
    let mut name = name.unwrap_or_else(|| PathBuf::from(Path::new(path).file_name().unwrap_or_default()));
    if name.extension().is_none_or(|extension| !extension.eq_ignore_ascii_case("gguf")) {
        name.as_mut_os_string().push(".gguf");
    }
    if name.file_name() != Some(name.as_os_str()) || name.file_stem().is_none_or(|stem| stem == OsStr::new(".gguf")) {
        bail!("\"{}\" is no file name; give one with --name", name.display());
    }
    Ok(name)
}

async fn copy(source: &Path, part: &Path) -> Result<()> {
    let mut from = File::open(source).await.with_context(|| format!("{} cannot be read", source.display()))?;
    let bar = progress(from.metadata().await.ok().map(|data| data.len()));
    let mut into = File::create(part).await?;
    let mut buffer = vec![0; BUFFER];
    loop {
        let count = from.read(&mut buffer).await?;
        if count == 0 {
            break;
        }
        into.write_all(&buffer[..count]).await.context("the disk took no more")?;
        bar.inc(count as u64);
    }
    into.sync_all().await?;
    bar.finish_and_clear();
    Ok(())
}

async fn download(url: &str, part: &Path) -> Result<()> {
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(airis_outbound::encryption())
        .connect_timeout(Duration::from_secs(20))
        .read_timeout(SILENCE)
        .build()?;
    let answer = client.get(url).send().await?.error_for_status()?;
    let bar = progress(answer.content_length());
    let mut into = File::create(part).await?;
    let mut body = answer.bytes_stream();
    while let Some(bytes) = body.next().await {
        let bytes = bytes.context("the download broke off")?;
        into.write_all(&bytes).await.context("the disk took no more")?;
        bar.inc(bytes.len() as u64);
    }
    into.sync_all().await?;
    bar.finish_and_clear();
    Ok(())
}

async fn check(part: &Path) -> Result<()> {
    let mut start = [0; MAGIC.len()];
    let read = File::open(part).await?.read_exact(&mut start).await;
    if read.is_err() || start != MAGIC {
        bail!("it is not a GGUF file");
    }
    Ok(())
}

/// Hidden by itself where there is no terminal.
fn progress(total: Option<u64>) -> ProgressBar {
    let bar = total.map_or_else(ProgressBar::no_length, ProgressBar::new);
    let style = "{bar:32} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";
    bar.with_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_the_source_and_stay_in_the_folder() -> Result<()> {
        assert_eq!(file_name("https://x.example/a/b.gguf?download=1", None)?, PathBuf::from("b.gguf"));
        assert_eq!(file_name("/tmp/b.gguf", Some("mine".into()))?, PathBuf::from("mine.gguf"));
        assert!(file_name("/tmp/b.gguf", Some("../mine".into())).is_err());
        assert!(file_name("/", None).is_err());
        Ok(())
    }

    #[tokio::test]
    async fn only_whole_models_are_kept() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let models = folder.path().join("models");
        let (good, bad) = (folder.path().join("good.gguf"), folder.path().join("bad.gguf"));
        std::fs::write(&good, b"GGUF and more")?;
        std::fs::write(&bad, b"a web page")?;
        pull(&good.display().to_string(), None, &models).await?;
        assert!(pull(&good.display().to_string(), None, &models).await.is_err(), "never overwritten");
        assert!(pull(&bad.display().to_string(), None, &models).await.is_err());
        let kept: Vec<_> = std::fs::read_dir(&models)?.map(|entry| Ok(entry?.file_name())).collect::<Result<_>>()?;
        assert_eq!(kept, ["good.gguf"]);
        Ok(())
    }
}
