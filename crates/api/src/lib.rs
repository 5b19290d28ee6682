//! The HTTP face: one file per family of endpoints, one list of routes, one error.

mod analytics;
mod app;
mod audio;
mod audit;
mod auths;
mod budgets;
pub mod caller;
mod chats;
mod client;
mod completions;
mod configs;
pub mod docs;
mod elsewhere;
pub mod error;
mod evaluations;
pub mod extract;
mod file_routes;
mod files;
mod folders;
mod groups;
mod happenings;
mod images;
mod knowledge;
mod layers;
mod memories;
mod models;
mod notes;
mod oauth;
mod ollama;
mod openai;
mod origin;
pub mod owned;
mod pictures;
mod prompts;
mod provided;
mod retrieval;
mod rights;
mod routes;
mod search;
pub mod settings;
mod settings_form;
mod system;
mod tasks;
mod terminals;
mod told;
mod tool_servers;
mod users;

pub use app::{App, Inner};
pub use error::{ApiError, Result};
pub use system::metrics::numbers;

use axum::Router;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

/// The whole HTTP application; the binary nests the socket layer around it.
pub fn build_router(app: App) -> Router {
    let (mut router, document) = OpenApiRouter::with_openapi(docs::base()).merge(routes::all()).split_for_parts();
    let settings = app.config.settings().clone();
    if settings.dev {
        router = router.merge(docs::routes(&document));
    }
    let router = router.method_not_allowed_fallback(elsewhere::method).fallback(elsewhere::address);
    let auditor = audit::Auditor::of(&app);
    layers::wrap(router.with_state(app), &settings, auditor)
}

/// Goes on with files that a dead process left half read, and clears away uploads that broke off.
pub async fn recover_files(app: &App) {
    match app.files.sweep().await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "cleared away uploads that broke off"),
        Err(error) => tracing::warn!(%error, "the folder of uploads cannot be looked through"),
    }
    app.retrieval.recover().await;
}

/// Takes over what other instances change: settings, budgets, and lists of models that were asked for anew. Ends at once where
/// there are no others.
pub async fn follow_others(app: App) {
    if app.bus.is_shared() {
        tokio::join!(settings::follow(app.clone()), budgets::follow(app.clone()), models::catalogue::follow(app));
    }
}

/// Clears away uploads in pieces that nobody goes on with, as long as it runs.
pub async fn clear_abandoned_uploads(app: App) {
    files::join::sweep(app).await;
}

/// Tells the addresses that administrators gave what happens, as long as it runs.
pub async fn tell_what_happens(app: App) {
    happenings::deliver(app).await;
}

/// Ends the sockets of terminals, with a word to both sides.
pub async fn end_terminals(app: &App) {
    app.relays.close().await;
}

/// The OpenAPI document of every route, without starting anything.
pub fn openapi() -> OpenApi {
    OpenApiRouter::<App>::with_openapi(docs::base()).merge(routes::all()).into_openapi()
}
