//! Putting the rooms together, in the order that each needs the ones before it.

use std::path::Path;
use std::sync::Arc;

use airis_api::App;
use airis_budgets::Budgets;
use airis_bus::{Bus, Member, RedisOptions};
use airis_config::{Config, Redis, Settings, Trusted};
use airis_identity::Sessions;
use airis_outbound::{Outbound, Trust};
use airis_providers::Providers;
use airis_realtime::Realtime;
use airis_retrieval::Retrieval;
use airis_store::{ServeLock, Store, StoreOptions};
use airis_tools::Everything;
use airis_tools::servers::ToolServers;
use airis_turns::Turns;
use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::{databases, storage};

/// A server that is ready to listen.
pub struct Booted {
    pub app: App,
    /// Held as long as the server runs: no second one on the same file.
    pub lock: ServeLock,
}

/// Says whom encrypted connections trust, before there is one.
pub fn trust(settings: &Settings) -> Result<()> {
    airis_outbound::trust(match &settings.trusted {
        Trusted::Machine => Trust::Machine,
        Trusted::Anybody => Trust::Anybody,
        Trusted::File(path) => {
            let problem =
                || format!("AIOHTTP_CLIENT_SESSION_SSL: the certificates in {} cannot be read", path.display());
            Trust::file(path).with_context(problem)?
        }
    });
    Ok(())
}

/// Opens everything. Fails with one sentence that says what to change.
pub async fn boot(config: Arc<Config>) -> Result<Booted> {
    let settings = config.settings().clone();
    data_folder(&settings.data_dir)?;
    let store = open_store(&settings).await?;
    if airis_transfer::half_moved(databases::configured(&settings)).await? {
        bail!(
            "a move into this database was begun and not ended; run the same `airis migrate` again, then start the server"
        );
    }
    let lock = store.lock_for_serving()?;
    airis_api::settings::load(&store, &config).await.context("the stored settings cannot be read")?;
    let secret = secret(&settings)?;
    let sessions = Sessions::new(store.clone(), config.clone(), &secret);
    if sessions.ensure_admin().await.context("WEBUI_ADMIN_EMAIL, WEBUI_ADMIN_PASSWORD")? {
        tracing::info!(email = settings.admin_email, "made the administrator's account");
    }
    let bus = bus(&store, &settings, &secret).await?;
    let files = storage::files(&settings)?;
    let providers = Providers::new(config.clone()).with_budgets(Budgets::new(store.clone()));
    let instance = instance_name(bus.tag());
    let servers = ToolServers::new(config.clone(), store.clone(), sessions.clone());
    let retrieval = Retrieval::new(
        store.clone(),
        files.clone(),
        providers.clone(),
        Outbound::new(),
        config.clone(),
        instance.clone(),
    );
    let turns = Turns::new(
        store.clone(),
        bus.clone(),
        providers.clone(),
        config.clone(),
        files.clone(),
        retrieval.clone(),
        Arc::new(Everything { servers: servers.clone() }),
        instance.clone(),
    );
    let realtime = Realtime::new(store.clone(), bus.clone(), config.clone(), Arc::new(sessions.clone()), turns.clone());
    let app = App::new(store, bus, config, files, providers, retrieval, turns, servers, sessions, realtime, instance);
    Ok(Booted { app, lock })
}

/// What this instance shares with others: nothing on an SQLite file, which has one server.
async fn bus(store: &Store, settings: &Settings, secret: &str) -> Result<Bus> {
    let note = json!({"version": env!("CARGO_PKG_VERSION"), "host": host(), "secret": fingerprint(secret)});
    let bus = match &settings.redis {
        _ if store.kind() == "sqlite" => {
            if settings.redis.is_some() {
                tracing::info!("an SQLite file has one server: Redis is not needed");
            }
            let folder = settings.data_dir.join("turns");
            return Bus::in_process(&folder).with_context(|| format!("DATA_DIR: {} cannot be used", folder.display()));
        }
        Some(redis) => Bus::on_redis(options(redis), &note).await.context("REDIS_URL: the server cannot be used")?,
        None => match Bus::on_postgres(store, &note).await.context("DATABASE_URL: instances cannot talk over it")? {
            Some(bus) => bus,
            None => bail!("DATABASE_URL: instances cannot talk over this database"),
        },
    };
    let differs = |member: &&Member| member.tag != bus.tag() && member.note["secret"] != note["secret"];
    if let Some(other) = bus.members().iter().find(differs) {
        let host = other.note["host"].as_str().unwrap_or("another machine");
        bail!(
            "WEBUI_SECRET_KEY: the instance on {host} has another one; give all the same, so that sessions hold on each"
        );
    }
    Ok(bus)
}

fn options(redis: &Redis) -> RedisOptions {
    RedisOptions {
        url: redis.url.clone(),
        sentinels: redis.sentinels.clone(),
        cluster: redis.cluster,
        prefix: redis.prefix.clone(),
        connect_within: redis.connect_within,
        answer_within: redis.answer_within,
        keepalive: redis.keepalive,
        rest: redis.rest,
        sentinel_retries: redis.sentinel_retries,
        sentinel_pause: redis.sentinel_pause,
        log_ttl: redis.log_ttl,
    }
}

/// Enough of a secret to tell it from another, and too little to guess it.
pub fn fingerprint(secret: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, format!("airis fleet {secret}").as_bytes());
    digest.as_ref()[..4].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Opens the database with the settings of the environment.
pub async fn open_store(settings: &Settings) -> Result<Store> {
    let options = StoreOptions {
        url: settings.database_url.clone(),
        pool_size: settings.database_pool_size,
        pool_max_overflow: settings.database_pool_max_overflow,
        pool_timeout: settings.database_pool_timeout,
        pool_recycle: settings.database_pool_recycle,
        schema: settings.database_schema.clone(),
        migrate: settings.enable_db_migrations,
    };
    Ok(Store::open(&options).await?)
}

/// Makes the data folder if it is missing and proves that it can be written.
pub fn data_folder(folder: &Path) -> Result<()> {
    let advice = || format!("DATA_DIR: {} cannot be written; choose a folder that this user owns", folder.display());
    if folder.exists() && !folder.is_dir() {
        bail!("DATA_DIR: {} is a file; choose a folder", folder.display());
    }
    std::fs::create_dir_all(folder).with_context(advice)?;
    let probe = folder.join(format!(".probe-{}", std::process::id()));
    std::fs::write(&probe, b"airis").and_then(|()| std::fs::remove_file(&probe)).with_context(advice)
}

/// The secret that signs sessions: given, or made once and kept in the data folder.
pub fn secret(settings: &Settings) -> Result<String> {
    match &settings.secret_key {
        Some(secret) => Ok(secret.clone()),
        None => airis_identity::load_or_create_secret(&settings.data_dir).with_context(|| {
            format!("WEBUI_SECRET_KEY: none is given and none can be kept in {}", settings.data_dir.display())
        }),
    }
}

/// The secret that a start would use, where there is one already.
pub fn secret_if_any(settings: &Settings) -> Option<String> {
    settings.secret_key.clone().or_else(|| airis_identity::kept_secret(&settings.data_dir).ok().flatten())
}

/// Milliseconds since 1970 by the clock of this machine.
pub fn now_ms() -> i64 {
    let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}

/// A name that no other process has had: a restarted server must not mistake its predecessor's work for its own.
/// It ends with the mark by which others find it.
fn instance_name(mark: &str) -> String {
    let run = airis_domain::TurnId::random().0;
    format!("{}-{}", host(), if mark.is_empty() { &run[..8] } else { mark })
}

fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}
