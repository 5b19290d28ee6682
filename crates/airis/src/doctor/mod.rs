//! `airis doctor`: what is configured, what can be reached, and what to do about what cannot.

mod checks;
mod fleet;
mod report;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use airis_config::{Config, Settings};
use airis_providers::Providers;
use airis_store::{Store, StoreOptions};
use anyhow::Result;

use crate::boot;
use crate::environment::Environment;
use report::{Check, Report};

/// How long the database may take to answer.
const DATABASE_DEADLINE: Duration = Duration::from_secs(10);

/// Looks at everything, prints the report; fails when a check does.
pub async fn run(environment: &Environment, json: bool) -> Result<ExitCode> {
    let mut report = Report::new(environment);
    match Config::from_env(&|name| environment.get(name)) {
        Err(problem) => report.add(Check::failed("configuration", problem.to_string())),
        Ok(config) => {
            report.add(checks::dotenv(environment));
            if let Err(problem) = boot::trust(config.settings()) {
                report.add(Check::failed("certificates", format!("{problem:#}")));
            }
            examine(Arc::new(config), &mut report).await;
        }
    }
    report.print(json)?;
    Ok(if report.is_well() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn examine(config: Arc<Config>, report: &mut Report<'_>) {
    let settings = config.settings().clone();
    report.add(checks::log_level(&settings));
    report.add(checks::secret(&settings));
    report.add(checks::folder(&settings));
    report.add(checks::space(&settings));
    report.add(checks::clock(&settings));
    report.add(checks::port(&settings).await);
    report.add(checks::uploads(&settings).await);
    report.add(checks::vectors(&settings).await);
    report.extend(database(&settings, &config).await);
    let providers = Providers::new(config);
    report.extend(providers.probe().await.into_iter().map(checks::connection));
    report.extend(checks::local_models(&providers.examine_local_models(), &settings));
    report.extend(providers.reranking_problem().map(checks::reranking));
}

/// Opens the database without changing it, looks at the instances on it, and loads the settings that administrators have stored.
async fn database(settings: &Settings, config: &Config) -> Vec<Check> {
    const NAME: &str = "database";
    let file = settings.database_url.strip_prefix("sqlite:///");
    if let Some(file) = file.filter(|file| !std::path::Path::new(file).exists()) {
        return vec![Check::well(NAME, format!("{file} will be made at the first start"))];
    }
    let options = StoreOptions {
        url: settings.database_url.clone(),
        pool_size: Some(1),
        pool_max_overflow: 0,
        pool_timeout: DATABASE_DEADLINE.as_secs(),
        pool_recycle: settings.database_pool_recycle,
        schema: settings.database_schema.clone(),
        migrate: false,
    };
    let look = async {
        let store = Store::open(&options).await?;
        store.ping().await?;
        let users = store.count_users().await?;
        config.apply(store.config().await?);
        let mut found = vec![Check::well(NAME, format!("{} answers; {users} accounts", store.kind()))];
        if let Some(tables) = store.fleet() {
            let (now_ms, instances) = tables.look().await?;
            found.extend(fleet::checks(settings, now_ms, &instances));
            tables.close().await;
        }
        store.close().await;
        Ok::<_, airis_store::StoreError>(found)
    };
    match tokio::time::timeout(DATABASE_DEADLINE, look).await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => vec![Check::failed(NAME, error.to_string())],
        Err(_) => vec![Check::failed(
            NAME,
            format!(
                "no usable database after {} seconds; start the server once so that it brings the schema up to date",
                DATABASE_DEADLINE.as_secs()
            ),
        )],
    }
}
