//! The whole list of models: offered ones with their stored changes, then custom ones.

use std::collections::HashMap;

use airis_domain::{AccessGrant, Arena, Json as Value, ModelRow, described};
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;

use super::views::listed;
use crate::app::App;
use crate::error::Result;
use crate::told;

/// Tells that an instance asked providers for their models anew.
const TOPIC: &str = "models";

/// A model to pick, with what decides who may.
#[derive(Clone, Debug)]
pub struct Listed {
    pub id: String,
    /// The list entry of the contract.
    pub entry: Value,
    /// The stored row behind it, if any.
    pub row: Option<ModelRow>,
    pub grants: Vec<AccessGrant>,
}

/// Asks providers anew when another instance did, as long as it runs.
pub async fn follow(app: App) {
    let Some(mut questions) = app.bus.serve(TOPIC) else { return };
    let mut news = app.bus.subscribe(TOPIC);
    loop {
        tokio::select! {
            news = news.recv() => match news {
                Ok(news) if news["instance"] == app.instance.as_str() => {}
                Err(RecvError::Closed) => return,
                Ok(_) | Err(RecvError::Lagged(_)) => app.providers.forget_models(),
            },
            Some(question) = questions.recv() => {
                app.providers.forget_models();
                question.answer(json!(true));
            }
        }
    }
}

/// Every active model, in the administrator's order where there is one.
pub async fn all(app: &App, refresh: bool) -> Result<Vec<Listed>> {
    let offered = app.providers.models(refresh).await;
    if refresh {
        told::everyone(app, TOPIC, json!({"instance": app.instance})).await;
    }
    let rows = app.store.models().await?;
    let mut grants: HashMap<String, Vec<AccessGrant>> = HashMap::new();
    for grant in app.store.grants_of_type("model").await? {
        grants.entry(grant.resource_id.clone()).or_default().push(grant);
    }
    let mut take_grants = |id: &str| grants.remove(id).unwrap_or_default();
    let defaults = defaults(app);
    let mut list = Vec::new();
    for model in offered.iter() {
        let row = rows.iter().find(|row| row.id == model.id && row.base_model_id.is_none());
        if row.is_some_and(|row| !row.is_active) {
            continue;
        }
        let grants = take_grants(&model.id);
        let mut entry = marked(&model.entry);
        if let Some(row) = row {
            entry["name"] = json!(row.name);
            entry["info"] = info(row, &grants, &defaults);
            entry["tags"] = tags(&entry["info"]);
        } else if defaults.as_object().is_some_and(|defaults| !defaults.is_empty()) {
            entry["info"] = json!({"meta": defaults});
            if entry["tags"] == json!([]) {
                entry["tags"] = tags(&entry["info"]);
            }
        }
        list.push(Listed { id: model.id.clone(), entry, row: row.cloned(), grants });
    }
    for row in rows.into_iter().filter(|row| row.base_model_id.is_some() && row.is_active) {
        let grants = take_grants(&row.id);
        let base = offered.iter().find(|model| Some(&model.id) == row.base_model_id.as_ref());
        let of_base =
            |key: &str, otherwise: &str| base.and_then(|base| base.entry.get(key)).cloned().unwrap_or(json!(otherwise));
        let info = info(&row, &grants, &defaults);
        let entry = json!({
            "id": row.id,
            "name": row.name,
            "object": "model",
            "created": row.created_at,
            "owned_by": of_base("owned_by", "openai"),
            "connection_type": of_base("connection_type", "external"),
            "preset": true,
            "actions": [],
            "filters": [],
            "tags": tags(&info),
            "info": info,
        });
        list.push(Listed { id: row.id.clone(), entry, row: Some(row), grants });
    }
    for arena in arenas(app) {
        // What an administrator describes stands before what a server happens to call the same.
        list.retain(|model| model.id != arena.id);
        list.push(faceless(&arena));
    }
    let order = app.config.texts("ui.model_order_list");
    if !order.is_empty() {
        list.sort_by_key(|model| order.iter().position(|id| *id == model.id).unwrap_or(usize::MAX));
    }
    Ok(list)
}

/// The arena of this id.
pub fn arena(app: &App, id: &str) -> Option<Arena> {
    arenas(app).into_iter().find(|arena| arena.id == id)
}

fn arenas(app: &App) -> Vec<Arena> {
    if app.config.flag("evaluation.arena.enable") {
        Arena::list(&app.config.get("evaluation.arena.models"))
    } else {
        Vec::new()
    }
}

/// An arena as a model to pick; lists leave pictures out, which may be large.
fn faceless(arena: &Arena) -> Listed {
    let mut meta = arena.meta.clone();
    if let Some(fields) = meta.as_object_mut() {
        fields.shift_remove("profile_image_url");
    }
    let entry = json!({
        "id": arena.id,
        "name": arena.name,
        "info": {"meta": meta},
        "object": "model",
        "created": 0,
        "owned_by": "arena",
        "arena": true,
        "actions": [],
        "filters": [],
        "tags": [],
    });
    Listed { id: arena.id.clone(), entry, row: None, grants: arena.grants() }
}

/// An offered model with the marks that only the full list has.
fn marked(entry: &Value) -> Value {
    let mut entry = entry.clone();
    if let Some(fields) = entry.as_object_mut() {
        for key in ["actions", "filters", "tags"] {
            fields.entry(key).or_insert_with(|| json!([]));
        }
    }
    entry
}

/// An offered model as the provider's room describes it.
pub fn without_marks(entry: &Value) -> Value {
    let mut entry = entry.clone();
    if let Some(fields) = entry.as_object_mut() {
        fields.shift_remove("actions");
        fields.shift_remove("filters");
    }
    entry
}

/// What administrators say of every model, without a picture, which may be large.
fn defaults(app: &App) -> Value {
    let mut defaults = app.config.get("models.default_metadata");
    if let Some(fields) = defaults.as_object_mut() {
        fields.shift_remove("profile_image_url");
    }
    defaults
}

/// The stored row as lists show it: no picture, which may be large, and no parameters, which may be secret.
fn info(row: &ModelRow, grants: &[AccessGrant], defaults: &Value) -> Value {
    let mut view = listed(row, grants);
    view.params.0.clear();
    let mut info = serde_json::to_value(view).unwrap_or_default();
    info["meta"] = described(&info["meta"], defaults);
    info
}

fn tags(info: &Value) -> Value {
    info["meta"].get("tags").filter(|tags| tags.is_array()).cloned().unwrap_or_else(|| json!([]))
}
