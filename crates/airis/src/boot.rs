//! Putting the rooms together, in the order that each needs the ones before it.

use std::path::Path;
use std::sync::Arc;

use airis_api::App;
use airis_budgets::Budgets;
use airis_bus::Bus;
use airis_config::{Config, Settings};
use airis_files::Files;
use airis_identity::Sessions;
use airis_providers::Providers;
use airis_realtime::Realtime;
use airis_store::{ServeLock, Store, StoreOptions};
use airis_tools::Everything;
use airis_tools::servers::ToolServers;
use airis_turns::Turns;
use anyhow::{Context, Result, bail};

/// A server that is ready to listen.
pub struct Booted {
    pub app: App,
    /// Held as long as the server runs: no second one on the same file.
    pub lock: ServeLock,
}

/// Opens everything. Fails with one sentence that says what to change.
pub async fn boot(config: Arc<Config>) -> Result<Booted> {
    let settings = config.settings().clone();
    data_folder(&settings.data_dir)?;
    let store = open_store(&settings).await?;
    let lock = store.lock_for_serving()?;
    airis_api::settings::load(&store, &config).await.context("the stored settings cannot be read")?;
    let sessions = Sessions::new(store.clone(), config.clone(), &secret(&settings)?);
    if sessions.ensure_admin().await.context("WEBUI_ADMIN_EMAIL, WEBUI_ADMIN_PASSWORD")? {
        tracing::info!(email = settings.admin_email, "made the administrator's account");
    }
    let folder = settings.data_dir.join("turns");
    let bus = Bus::in_process(&folder).with_context(|| format!("DATA_DIR: {} cannot be used", folder.display()))?;
    let files = Files::local(&settings.data_dir.join("uploads"));
    let providers = Providers::new(config.clone()).with_budgets(Budgets::new(store.clone()));
    let instance = instance_name();
    let servers = ToolServers::new(config.clone(), store.clone(), sessions.clone());
    let turns = Turns::new(
        store.clone(),
        bus.clone(),
        providers.clone(),
        config.clone(),
        files.clone(),
        Arc::new(Everything { servers: servers.clone() }),
        instance.clone(),
    );
    let realtime = Realtime::new(store.clone(), bus.clone(), config.clone(), Arc::new(sessions.clone()), turns.clone());
    let app = App::new(store, bus, config, files, providers, turns, servers, sessions, realtime, instance);
    Ok(Booted { app, lock })
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

/// A name that no other process has had: a restarted server must not mistake its predecessor's work for its own.
fn instance_name() -> String {
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let run = airis_domain::TurnId::random().0;
    format!("{host}-{}", &run[..8])
}
