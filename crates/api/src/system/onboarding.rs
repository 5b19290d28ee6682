//! What is ready for a first chat, and what could be.

use airis_domain::Json as Value;
use airis_providers::{Kind, LocalKind};
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Admin;
use crate::extract::Json;

/// Ways to get a reply.
#[derive(Serialize, ToSchema)]
pub struct Onboarding {
    /// Whether there is a model to pick now.
    pub ready: bool,
    /// The model to suggest for the first chat: a built-in one before others.
    pub suggested_model: Option<String>,
    pub built_in: BuiltIn,
    pub ollama: Servers,
    pub openai: Servers,
}

/// Models inside this server.
#[derive(Serialize, ToSchema)]
pub struct BuiltIn {
    pub ready: bool,
    pub models: Vec<BuiltInModel>,
}

/// A model file found on disk.
#[derive(Serialize, ToSchema)]
pub struct BuiltInModel {
    pub id: String,
    /// Bytes.
    pub size: u64,
    /// Why it cannot be used; null when it can.
    pub problem: Option<String>,
}

/// Servers of one kind.
#[derive(Serialize, ToSchema)]
pub struct Servers {
    /// Whether this kind is switched on.
    pub enabled: bool,
    /// Whether one of them offers a model now.
    pub ready: bool,
    pub connections: Vec<Server>,
}

/// One configured server.
#[derive(Serialize, ToSchema)]
pub struct Server {
    pub url: String,
    /// Whether a key is set; keys themselves are not shown here.
    pub key_set: bool,
    /// Whether it answered just now.
    pub reachable: bool,
    /// How many models it offers.
    pub models: usize,
}

/// Looks at every way to get a reply, asking the servers just now. For the first start of a client.
#[utoipa::path(get, path = "/api/v1/airis/onboarding", tag = "airis", security(("admin" = [])),
    responses((status = 200, body = Onboarding)))]
pub async fn read(_admin: Admin, State(app): State<App>) -> Json<Onboarding> {
    let models = app.providers.models(true).await;
    let entries: Vec<&Value> = models.iter().map(|model| &model.entry).collect();
    let local = app.providers.local_models().into_iter().filter(|model| model.kind == LocalKind::Chat);
    let found: Vec<BuiltInModel> =
        local.map(|model| BuiltInModel { id: model.id, size: model.size, problem: model.problem }).collect();
    let built_in = BuiltIn { ready: found.iter().any(|model| model.problem.is_none()), models: found };
    let first_built_in = built_in.models.iter().find(|model| model.problem.is_none()).map(|model| model.id.clone());
    let answering: Vec<usize> =
        app.providers.ask_all(Kind::Ollama, "/api/version").await.into_iter().map(|(index, _)| index).collect();
    let ollama_models = |index: usize| {
        let lists = entries.iter().filter_map(|entry| entry.pointer("/ollama/urls")?.as_array());
        lists.filter(|urls| urls.contains(&index.into())).count()
    };
    let openai_models =
        |index: usize| entries.iter().filter(|entry| entry.get("openai").is_some() && entry["urlIdx"] == index).count();
    let ollama =
        servers(&app, "ollama.enable", "ollama.base_urls", |index| (answering.contains(&index), ollama_models(index)));
    let openai = servers(&app, "openai.enable", "openai.api_base_urls", |index| {
        let models = openai_models(index);
        (models > 0, models)
    });
    Json(Onboarding {
        ready: !models.is_empty(),
        suggested_model: first_built_in.or_else(|| models.first().map(|model| model.id.clone())),
        built_in,
        ollama,
        openai,
    })
}

fn servers(app: &App, switch: &str, list: &str, state: impl Fn(usize) -> (bool, usize)) -> Servers {
    let enabled = app.config.flag(switch);
    let keys = app.config.texts("openai.api_keys");
    let connection = |(index, url): (usize, String)| {
        let (reachable, models) = if enabled { state(index) } else { (false, 0) };
        let key_set = switch == "openai.enable" && keys.get(index).is_some_and(|key| !key.is_empty());
        Server { url, key_set, reachable, models }
    };
    let connections: Vec<Server> = app.config.texts(list).into_iter().enumerate().map(connection).collect();
    Servers { enabled, ready: connections.iter().any(|server| server.models > 0), connections }
}
