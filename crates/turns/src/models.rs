//! From the model a person picked to the one that answers, if the person may use it.

use airis_domain::{AccessGrant, Json, JsonMap, ModelRow, Role, User, described};

use crate::{Inner, TurnError, arena};

/// A model that may be used by the asker.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// As picked.
    pub id: String,
    /// The provider's model that answers.
    pub base: String,
    /// Parameters of the stored model, `system` among them.
    pub params: JsonMap,
    /// What the stored model says of itself, capabilities among it.
    pub meta: Json,
    /// The model that was picked for an arena, which `id` is then.
    pub selected: Option<String>,
}

/// Finds a model, or picks one where the id is an arena's. The answer for a model that is hidden from the asker is the
/// same as for one that does not exist.
pub async fn resolve(inner: &Inner, user: &User, id: &str) -> Result<Resolved, TurnError> {
    match arena::find(&inner.config, id) {
        Some(arena) => arena::pick(inner, user, &arena, &[]).await,
        None => model(inner, user, id).await,
    }
}

/// Finds a model that is no arena.
pub async fn model(inner: &Inner, user: &User, id: &str) -> Result<Resolved, TurnError> {
    let row = inner.store.model(id).await?;
    if row.as_ref().is_some_and(|row| !row.is_active) || !may_use(inner, user, id, row.as_ref()).await? {
        return Err(TurnError::ModelNotFound);
    }
    let base = row.as_ref().and_then(|row| row.base_model_id.clone()).unwrap_or_else(|| id.to_owned());
    // Or a custom model over any base would open that base to whoever made it.
    if base != id && !may_use(inner, user, &base, inner.store.model(&base).await?.as_ref()).await? {
        return Err(TurnError::ModelNotFound);
    }
    if !inner.providers.offers(&base).await {
        return Err(TurnError::ModelNotFound);
    }
    let mut params = inner.config.get("models.default_params").as_object().cloned().unwrap_or_default();
    if let Some(own) = row.as_ref().and_then(|row| row.params.as_object()) {
        params.extend(own.clone());
    }
    let own = row.map(|row| row.meta).unwrap_or_default();
    let meta = described(&own, &inner.config.get("models.default_metadata"));
    Ok(Resolved { id: id.to_owned(), base, params, meta, selected: None })
}

async fn may_use(inner: &Inner, user: &User, id: &str, row: Option<&ModelRow>) -> Result<bool, TurnError> {
    if unlimited(inner, user) || row.is_some_and(|row| row.user_id == user.id) {
        return Ok(true);
    }
    granted(inner, user, &inner.store.grants("model", id).await?).await
}

/// Whether these grants, or what the asker is, let a model be used.
pub async fn granted(inner: &Inner, user: &User, grants: &[AccessGrant]) -> Result<bool, TurnError> {
    if unlimited(inner, user) {
        return Ok(true);
    }
    if grants.is_empty() {
        return Ok(false);
    }
    let groups = inner.store.group_ids_of(&user.id).await?;
    Ok(airis_access::granted(grants, user, &groups, "read"))
}

fn unlimited(inner: &Inner, user: &User) -> bool {
    let settings = inner.config.settings();
    settings.bypass_model_access_control || (user.role == Role::Admin && settings.bypass_admin_access_control)
}

/// Parameters without those that are ours alone; `custom_params` are laid over them, texts that hold JSON as JSON.
pub fn for_provider(mut params: JsonMap) -> JsonMap {
    const OURS: [&str; 10] = [
        "stream_response",
        "stream_delta_chunk_size",
        "function_calling",
        "reasoning_tags",
        "compact_token_threshold",
        "system",
        "note_id",
        "tool_approval_mode",
        "model_controls",
        "custom_params",
    ];
    let custom = params.get("custom_params").and_then(Json::as_object).cloned().unwrap_or_default();
    for name in OURS {
        params.remove(name);
    }
    for (name, value) in custom {
        let parsed = value.as_str().and_then(|text| serde_json::from_str(text).ok());
        params.insert(name, parsed.unwrap_or(value));
    }
    params.retain(|_, value| !value.is_null());
    params
}
