//! The addresses that are told what happens.

use airis_domain::{EventHook, Json as Value, now};
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;

use super::form::{self, EventWebhookForm, EventWebhookUpdateForm};
use super::{Happening, tell};
use crate::app::App;
use crate::caller::Admin;
use crate::error::{ApiError, Result};
use crate::extract::{Checked, Json, Path};

/// Addresses of one server.
const MOST: usize = 100;

/// Every address.
#[utoipa::path(get, path = "/api/events/webhooks", tag = "main", security(("admin" = [])),
    responses((status = 200, body = Value)))]
pub async fn list(_admin: Admin, State(app): State<App>) -> Result<Json<Value>> {
    Ok(Json(app.store.event_hooks().await?.iter().map(view).collect()))
}

/// Adds an address; it hears of what happens from now on.
#[utoipa::path(post, path = "/api/events/webhooks", tag = "main", security(("admin" = [])),
    request_body = EventWebhookForm, responses((status = 200, body = Value)))]
pub async fn create(admin: Admin, State(app): State<App>, Json(sent): Json<EventWebhookForm>) -> Result<Json<Value>> {
    if app.store.event_hooks().await?.len() >= MOST {
        return Err(ApiError::bad_request(format!("There are {MOST} addresses already")));
    }
    let at = now();
    let hook = EventHook {
        id: uuid::Uuid::new_v4().to_string(),
        name: form::name(sent.name),
        url: form::url(&app, &sent.url)?,
        enabled: sent.enabled,
        events: form::events(sent.events)?,
        targets: form::targets(sent.targets)?,
        created_at: at,
        updated_at: at,
    };
    app.store.insert_event_hook(&hook).await?;
    tell_of(&app, &admin, &hook, "created");
    Ok(Json(view(&hook)))
}

/// Changes an address; what is not sent stays.
#[utoipa::path(put, path = "/api/events/webhooks/{webhook_id}", tag = "main", security(("admin" = [])),
    params(("webhook_id" = String, Path)), request_body = EventWebhookUpdateForm, responses((status = 200, body = Value)))]
pub async fn update(
    admin: Admin,
    State(app): State<App>,
    Path(id): Path<String>,
    Checked { body, .. }: Checked<EventWebhookUpdateForm>,
) -> Result<Json<Value>> {
    let mut hook = app.store.event_hook(&id).await?.ok_or_else(unknown)?;
    let named = |name: &str| body.contains_key(name);
    let (with_events, with_targets) = (named("events"), named("targets"));
    let sent: EventWebhookUpdateForm = serde_json::from_value(Value::Object(body)).map_err(ApiError::internal)?;
    if sent.name.is_some() {
        hook.name = form::name(sent.name);
    }
    if let Some(url) = sent.url {
        hook.url = form::url(&app, &url)?;
    }
    hook.enabled = sent.enabled.unwrap_or(hook.enabled);
    if with_events {
        hook.events = form::events(sent.events)?;
    }
    if with_targets {
        hook.targets = form::targets(sent.targets)?;
    }
    hook.updated_at = now();
    app.store.update_event_hook(&hook).await.map_err(|_| unknown())?;
    tell_of(&app, &admin, &hook, "updated");
    Ok(Json(view(&hook)))
}

/// Forgets an address.
#[utoipa::path(delete, path = "/api/events/webhooks/{webhook_id}", tag = "main", security(("admin" = [])),
    params(("webhook_id" = String, Path)), responses((status = 200, body = Value)))]
pub async fn delete(admin: Admin, State(app): State<App>, Path(id): Path<String>) -> Result<Json<Value>> {
    let hook = app.store.event_hook(&id).await?.ok_or_else(unknown)?;
    if !app.store.delete_event_hook(&id).await? {
        return Err(unknown());
    }
    tell_of(&app, &admin, &hook, "deleted");
    Ok(Json(json!({"status": true})))
}

fn tell_of(app: &App, admin: &Admin, hook: &EventHook, action: &str) {
    let data = json!({"action": action, "enabled": hook.enabled, "events": hook.events, "targets": hook.targets});
    tell(app, Happening::new("config.webhook.updated", ("config", &hook.id)).by(admin).with(data));
}

fn unknown() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "There is no such webhook")
}

fn view(hook: &EventHook) -> Value {
    json!({
        "id": hook.id,
        "name": hook.name,
        "url": hook.url,
        "enabled": hook.enabled,
        "events": hook.events,
        "targets": hook.targets,
        "created_at": hook.created_at,
        "updated_at": hook.updated_at,
    })
}
