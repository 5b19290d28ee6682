//! Persisted keys with what the environment or the table says for a fresh install.

use airis_domain::{Json, JsonMap};
use serde_json::json;

use crate::table::permissions::SWITCHES;
use crate::values::{Values, wrong};
use crate::{ConfigError, table};

const OPENAI: &str = "https://api.openai.com/v1";
const OLLAMA: &str = "http://localhost:11434";
/// From a text to a picture, with nodes that every ComfyUI has.
const WORKFLOW: &str = include_str!("workflow.json");

/// Settings of areas that are not built: nothing reads them, but they move in and out with all others.
const KEPT: [(&str, &str); 6] = [
    ("automations.auth_token_expires_in", "1h"),
    ("webhook_url", ""),
    ("oauth.feishu.client_id", ""),
    ("oauth.feishu.client_secret", ""),
    ("oauth.feishu.scope", "contact:user.base:readonly"),
    ("oauth.feishu.redirect_uri", ""),
];

/// Dotted keys and their defaults.
pub(crate) fn defaults(values: &Values, env: &dyn Fn(&str) -> Option<String>) -> Result<JsonMap, ConfigError> {
    let mut keys = JsonMap::new();
    for variable in table::all() {
        if let Some(key) = variable.key {
            keys.insert(key.to_owned(), values.json(variable.name));
        }
    }
    connections(&mut keys, values);
    roles(&mut keys, values, env);
    if values.filled("COMFYUI_WORKFLOW").is_none() {
        keys.insert("image_generation.comfyui.workflow".to_owned(), json!(WORKFLOW.trim_end()));
    }
    for (key, value) in KEPT {
        keys.entry(key).or_insert_with(|| json!(value));
    }
    keys.insert("oauth.group_default_share".to_owned(), switch_or_rule(&values.text("OAUTH_GROUP_DEFAULT_SHARE")));
    keys.insert("user.permissions".to_owned(), permissions(env));
    check(&keys)?;
    Ok(keys)
}

/// Where roles have commas in them, their lists are written with another sign between.
fn roles(keys: &mut JsonMap, values: &Values, env: &dyn Fn(&str) -> Option<String>) {
    let separator = values.text("OAUTH_ROLES_SEPARATOR");
    if separator.is_empty() || separator == "," {
        return;
    }
    for (variable, key) in [("OAUTH_ADMIN_ROLES", "oauth.admin_roles"), ("OAUTH_ALLOWED_ROLES", "oauth.allowed_roles")]
    {
        if let Some(text) = env(variable) {
            let items = text.split(separator.as_str()).map(str::trim).filter(|item| !item.is_empty());
            keys.insert(key.to_owned(), json!(items.collect::<Vec<_>>()));
        }
    }
}

/// `true` and `false` as switches, anything else as the name of a rule.
fn switch_or_rule(text: &str) -> Json {
    match text.trim().to_lowercase().as_str() {
        "true" | "" => json!(true),
        "false" => json!(false),
        rule => json!(rule),
    }
}

/// Lists of addresses fall back to the single-valued variables; keys are padded to the number of addresses.
fn connections(keys: &mut JsonMap, values: &Values) {
    let mut urls = given_list(values, "OPENAI_API_BASE_URLS", "OPENAI_API_BASE_URL", OPENAI);
    for url in &mut urls {
        *url = url.trim_end_matches('/').to_owned();
    }
    let mut secrets = given_list(values, "OPENAI_API_KEYS", "OPENAI_API_KEY", "");
    secrets.resize(secrets.len().max(urls.len()), String::new());
    keys.insert("openai.api_base_urls".to_owned(), json!(urls));
    keys.insert("openai.api_keys".to_owned(), json!(secrets));

    let old = values.text("OLLAMA_API_BASE_URL");
    let old = old.trim_end_matches('/').trim_end_matches("/api");
    let fallback = if old.is_empty() { OLLAMA } else { old };
    let hosts = given_list(values, "OLLAMA_BASE_URLS", "OLLAMA_BASE_URL", fallback);
    let hosts: Vec<&str> = hosts.iter().map(|host| host.trim_end_matches('/')).collect();
    keys.insert("ollama.base_urls".to_owned(), json!(hosts));
}

fn given_list(values: &Values, list: &str, single: &str, default: &str) -> Vec<String> {
    let given = values.list(list);
    if given.is_empty() { vec![values.filled(single).unwrap_or_else(|| default.to_owned())] } else { given }
}

/// The tree of permission switches.
fn permissions(env: &dyn Fn(&str) -> Option<String>) -> Json {
    let mut tree = JsonMap::new();
    for (name, path, default) in SWITCHES {
        let on = env(name).map_or(*default, |text| text.trim().eq_ignore_ascii_case("true"));
        let Some((area, switch)) = path.split_once('.') else { continue };
        let area = tree.entry(area).or_insert_with(|| json!({}));
        if let Some(area) = area.as_object_mut() {
            area.insert(switch.to_owned(), json!(on));
        }
    }
    Json::Object(tree)
}

/// Values that would only fail much later.
fn check(keys: &JsonMap) -> Result<(), ConfigError> {
    let text = |key: &str| keys.get(key).and_then(Json::as_str).unwrap_or_default();
    if !["pending", "user", "admin"].contains(&text("ui.default_user_role")) {
        let problem = format!("\"{}\" is not one of pending, user, admin", text("ui.default_user_role"));
        return Err(wrong("DEFAULT_USER_ROLE", problem));
    }
    for (variable, key) in [("OPENAI_API_BASE_URLS", "openai.api_base_urls"), ("OLLAMA_BASE_URLS", "ollama.base_urls")]
    {
        for url in keys.get(key).and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str) {
            if !url.is_empty() && !url.starts_with("http://") && !url.starts_with("https://") {
                return Err(wrong(variable, format!("\"{url}\" must begin with http:// or https://")));
            }
        }
    }
    let lifetime = text("auth.jwt_expiry");
    let sound = matches!(lifetime, "-1" | "0")
        || (lifetime.starts_with(|c: char| c.is_ascii_digit()) && lifetime.ends_with(['s', 'm', 'h', 'd', 'w']));
    if !sound {
        let problem = format!("\"{lifetime}\" is no duration: write 4w, 12h or 1h30m, or -1 for no end");
        return Err(wrong("JWT_EXPIRES_IN", problem));
    }
    Ok(())
}
