//! Single things to look at.

use std::time::{Duration, SystemTime};

use airis_config::{Settings, VectorStore};
use airis_files::FilesError;
use airis_providers::{LocalModel, Probe};

use super::report::Check;
use crate::environment::Environment;
use crate::{boot, health, listen, out, storage};

/// Free space below which the disk will soon be full, and below which it is.
const SPACE_LOW: u64 = 2_000_000_000;
const SPACE_NONE: u64 = 100_000_000;
/// A clock further off than this from the disk's makes sessions end too early or too late.
const CLOCK_DRIFT: Duration = Duration::from_secs(5);
/// Shorter secrets can be guessed from one session token.
const SECRET_LENGTH: usize = 16;
/// How long a storage may take to say that a file is not there, and a server of vectors to say that it is.
const STORAGE_DEADLINE: Duration = Duration::from_secs(10);
/// 2025-01-01: this binary did not exist before.
const EARLIEST: Duration = Duration::from_secs(1_735_689_600);

pub fn dotenv(environment: &Environment) -> Check {
    let name = ".env";
    let Some(path) = environment.path() else { return Check::well(name, "none in the working folder") };
    match environment.unknown().as_slice() {
        [] => Check::well(name, format!("read from {}", path.display())),
        names => Check::odd(name, format!("{}: airis does not read {}", path.display(), names.join(", "))),
    }
}

pub fn log_level(settings: &Settings) -> Check {
    match airis_telemetry::parse_level(&settings.log_level) {
        Ok(level) => Check::well("logs", format!("{level}, {}", if settings.log_json { "JSON" } else { "text" })),
        Err(error) => Check::failed("logs", error.to_string()),
    }
}

pub fn secret(settings: &Settings) -> Check {
    let name = "secret";
    match &settings.secret_key {
        Some(secret) if secret.len() < SECRET_LENGTH => Check::odd(
            name,
            format!("WEBUI_SECRET_KEY is shorter than {SECRET_LENGTH} characters; use a long random one"),
        ),
        Some(_) => Check::well(name, "given by WEBUI_SECRET_KEY"),
        None => Check::well(name, format!("kept in {} (made at the first start)", settings.data_dir.display())),
    }
}

pub fn folder(settings: &Settings) -> Check {
    match boot::data_folder(&settings.data_dir) {
        Ok(()) => Check::well("data folder", format!("{} can be written", settings.data_dir.display())),
        Err(error) => Check::failed("data folder", format!("{error:#}")),
    }
}

/// Asks for a file that nobody stored: whether it is missing is known to those alone who may read.
pub async fn uploads(settings: &Settings) -> Check {
    let name = "uploaded files";
    let files = match storage::files(settings) {
        Ok(files) => files,
        Err(error) => return Check::failed(name, format!("{error:#}")),
    };
    match tokio::time::timeout(STORAGE_DEADLINE, files.size("doctor")).await {
        Err(_) => Check::failed(name, format!("no answer within {} s", STORAGE_DEADLINE.as_secs())),
        Ok(Ok(_) | Err(FilesError::Gone)) => Check::well(name, "can be reached"),
        Ok(Err(error)) => Check::failed(name, error.to_string()),
    }
}

/// Whether the server of vectors lets us in; without one they are in the database, or in a file of their own.
pub async fn vectors(settings: &Settings) -> Check {
    let name = "vectors";
    let server = match &settings.vector_store {
        VectorStore::Server(server) => server,
        VectorStore::Database if settings.database_url.starts_with("postgres") => {
            return Check::well(name, "kept in the database");
        }
        VectorStore::Database | VectorStore::File => {
            let file = settings.data_dir.join(airis_retrieval::FILE);
            return Check::well(
                name,
                match std::fs::metadata(&file) {
                    Ok(known) => format!("{} in {}", out::size(known.len()), file.display()),
                    Err(_) => format!("{} will be made for the first document", file.display()),
                },
            );
        }
    };
    match tokio::time::timeout(STORAGE_DEADLINE, airis_retrieval::check_vectors(server)).await {
        Err(_) => Check::failed(name, format!("no answer within {} s", STORAGE_DEADLINE.as_secs())),
        Ok(Ok(())) => Check::well(name, format!("{} answers", server.name())),
        Ok(Err(error)) => Check::failed(name, error.to_string()),
    }
}

pub fn space(settings: &Settings) -> Check {
    let name = "free space";
    match rustix::fs::statvfs(&settings.data_dir) {
        Err(error) => Check::failed(name, format!("{} cannot be measured: {error}", settings.data_dir.display())),
        Ok(disk) => {
            let free = disk.f_bavail * disk.f_frsize;
            let text = format!("{} in {}", out::size(free), settings.data_dir.display());
            match free {
                ..SPACE_NONE => Check::failed(name, format!("only {text}; make room, or move DATA_DIR")),
                SPACE_NONE..SPACE_LOW => Check::odd(name, format!("only {text}")),
                _ => Check::well(name, text),
            }
        }
    }
}

/// Compares this machine's clock with that of the disk, which may be another machine's.
pub fn clock(settings: &Settings) -> Check {
    let name = "clock";
    let now = SystemTime::now();
    if now < SystemTime::UNIX_EPOCH + EARLIEST {
        return Check::failed(name, "this machine's clock is years behind; set it, or no session will be valid");
    }
    let probe = settings.data_dir.join(format!(".clock-{}", std::process::id()));
    let written = std::fs::write(&probe, b"airis").and_then(|()| std::fs::metadata(&probe)?.modified());
    // The file has served; a left-over of five bytes does no harm.
    _ = std::fs::remove_file(&probe);
    let Ok(written) = written else { return Check::odd(name, "cannot be compared with the disk's") };
    let apart = written.duration_since(now).unwrap_or_else(|error| error.duration());
    if apart > CLOCK_DRIFT {
        return Check::odd(name, format!("{} seconds apart from the disk's clock; set both by NTP", apart.as_secs()));
    }
    Check::well(name, "agrees with the disk's")
}

/// Whether the port is free, or served by a server that is well.
pub async fn port(settings: &Settings) -> Check {
    let name = format!("port {}", settings.port);
    match listen::listen(&settings.host, settings.port).await {
        Ok(_) => Check::well(name, "free"),
        Err(problem) => match health::check(settings, None).await {
            Ok(()) => Check::well(name, "a server answers there"),
            Err(_) => Check::failed(name, format!("{problem:#}")),
        },
    }
}

pub fn connection(probe: Probe) -> Check {
    let without_key = probe.without_key;
    let name = format!("{} at {}", probe.name, probe.url);
    match probe.models {
        _ if !probe.enabled => Check::well(name, "turned off"),
        Ok(0) => Check::odd(name, "answers, but offers no models"),
        Ok(count) => Check::well(name, format!("{count} models in {} ms", probe.took.as_millis())),
        // As it is before anybody has configured anything: not a fault.
        Err(error) if without_key => Check::odd(name, format!("{error}; give it a key, or turn the connection off")),
        Err(error) => Check::failed(name, format!("{error}; correct or turn off the connection")),
    }
}

/// Of a built-in model that is to put passages in order and cannot.
pub fn reranking(problem: String) -> Check {
    Check::failed("reranking model", format!("{problem}; until then words do not count where passages are searched"))
}

pub fn local_models(models: &[LocalModel], settings: &Settings) -> Vec<Check> {
    if models.is_empty() {
        let place = settings.local_model_path.clone().unwrap_or_else(|| settings.data_dir.join("models"));
        return vec![Check::well("built-in models", format!("none in {}", place.display()))];
    }
    let check = |model: &LocalModel| {
        let name = format!("model {}", model.id);
        match &model.problem {
            None => Check::well(name, format!("ready, {}", out::size(model.size))),
            Some(problem) => Check::failed(name, format!("{problem}; replace or remove {}", model.path.display())),
        }
    };
    models.iter().map(check).collect()
}
