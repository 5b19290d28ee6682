//! The list of models that all connections offer, asked for concurrently and kept for a while.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use airis_config::Config;
use arc_swap::ArcSwapOption;
use futures::future::join_all;
use tokio::sync::Mutex;

use crate::connection::{Connection, Kind};
use crate::http::Http;
use crate::local::Local;
use crate::{ProviderModel, ollama, openai};

/// Where a model's requests go.
#[derive(Clone, Debug)]
pub enum Route {
    OpenAi(Connection),
    /// Every host that has the model; requests take turns.
    Ollama(Vec<Connection>),
    Local,
}

/// One answer of all connections.
pub struct Catalog {
    pub models: Arc<Vec<ProviderModel>>,
    routes: HashMap<String, Route>,
    settings: String,
    asked: Instant,
    /// When the last connection had answered or run out of time; the age counts from here.
    whole: Instant,
}

impl Catalog {
    pub fn route(&self, id: &str) -> Option<&Route> {
        self.routes.get(id)
    }
}

/// The newest catalog, and the right to ask for the next.
#[derive(Default)]
pub struct Catalogs {
    newest: ArcSwapOption<Catalog>,
    asking: Mutex<()>,
}

impl Catalogs {
    /// The catalog, not older than `max_age` and true to the settings as they are now.
    pub async fn get(&self, config: &Config, http: &Http, local: &Local, max_age: Duration) -> Arc<Catalog> {
        let settings = fingerprint(config);
        let fresh = |catalog: &Arc<Catalog>| catalog.settings == settings && catalog.whole.elapsed() <= max_age;
        if let Some(catalog) = self.newest.load_full().filter(fresh) {
            return catalog;
        }
        let waiting = Instant::now();
        let _turn = self.asking.lock().await;
        // Somebody else may have asked while this call waited for its turn; whoever wants no news takes what came of it.
        let since = |catalog: &Arc<Catalog>| {
            let news = if max_age.is_zero() { catalog.asked } else { catalog.whole };
            catalog.settings == settings && news >= waiting
        };
        if let Some(catalog) = self.newest.load_full().filter(since) {
            return catalog;
        }
        let catalog = Arc::new(ask(config, http, local, settings).await);
        self.newest.store(Some(catalog.clone()));
        catalog
    }

    /// The next one who wants the catalog asks for it.
    pub fn forget(&self) {
        self.newest.store(None);
    }

    /// The catalog as last seen, however old, if it is true to the settings.
    pub fn known(&self, config: &Config) -> Option<Arc<Catalog>> {
        let settings = fingerprint(config);
        self.newest.load_full().filter(|catalog| catalog.settings == settings)
    }
}

/// What the list depends on.
fn fingerprint(config: &Config) -> String {
    const KEYS: [&str; 7] = [
        "openai.enable",
        "openai.api_base_urls",
        "openai.api_keys",
        "openai.api_configs",
        "ollama.enable",
        "ollama.base_urls",
        "ollama.api_configs",
    ];
    KEYS.iter().map(|key| config.get(key).to_string()).collect::<Vec<_>>().join("\n")
}

async fn ask(config: &Config, http: &Http, local: &Local, settings: String) -> Catalog {
    let asked = Instant::now();
    let enabled = |kind| Connection::all(config, kind).into_iter().filter(Connection::enabled).collect::<Vec<_>>();
    let (openai_connections, hosts) = (enabled(Kind::OpenAi), enabled(Kind::Ollama));
    let (remote, of_hosts) = futures::join!(
        join_all(openai_connections.iter().map(|connection| openai::models(http, connection))),
        ollama::models(http, &hosts)
    );
    let mut catalog = Builder::default();
    for (connection, models) in openai_connections.iter().zip(remote) {
        match models {
            Ok(models) => models.into_iter().for_each(|model| catalog.add(model, Route::OpenAi(connection.clone()))),
            Err(error) => tracing::warn!(url = %connection.place(), %error, "a connection gave no models"),
        }
    }
    for (model, indices) in of_hosts {
        let hosts = hosts.iter().filter(|host| indices.contains(&host.index)).cloned().collect();
        catalog.add(model, Route::Ollama(hosts));
    }
    for model in local.chat_models() {
        catalog.add(model, Route::Local);
    }
    Catalog { models: Arc::new(catalog.models), routes: catalog.routes, settings, asked, whole: Instant::now() }
}

#[derive(Default)]
struct Builder {
    models: Vec<ProviderModel>,
    routes: HashMap<String, Route>,
}

impl Builder {
    /// The first connection that offers an id has it.
    fn add(&mut self, model: ProviderModel, route: Route) {
        if !self.routes.contains_key(&model.id) {
            self.routes.insert(model.id.clone(), route);
            self.models.push(model);
        }
    }
}
