//! How the directory is reached and whether people may sign in with its accounts.

use airis_domain::{Json as Value, JsonMap};
use airis_identity::is_directory_filter;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Admin;
use crate::error::{ApiError, Result};
use crate::extract::Json;
use crate::happenings::{Happening, tell};
use crate::settings;

/// The one switch.
#[derive(Deserialize, ToSchema)]
pub struct LdapConfigForm {
    #[serde(default)]
    pub enable_ldap: Option<bool>,
}

/// How the directory is reached, and how people are found in it.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct LdapServerConfig {
    pub label: String,
    pub host: String,
    #[serde(default)]
    pub port: Option<i64>,
    #[serde(default = "mail")]
    pub attribute_for_mail: String,
    #[serde(default)]
    pub default_email_domain: String,
    #[serde(default = "uid")]
    pub attribute_for_username: String,
    pub app_dn: String,
    #[schema(format = Password)]
    pub app_dn_password: String,
    pub search_base: String,
    #[serde(default)]
    pub search_filters: String,
    #[serde(default = "on")]
    pub use_tls: bool,
    #[serde(default)]
    pub certificate_path: Option<String>,
    #[serde(default = "on")]
    pub validate_cert: bool,
    #[serde(default = "all")]
    pub ciphers: Option<String>,
    #[serde(default)]
    pub enable_group_management: bool,
    #[serde(default)]
    pub enable_group_creation: bool,
    #[serde(default = "member_of")]
    pub attribute_for_groups: String,
}

/// Wire names and dotted keys.
const FIELDS: [(&str, &str); 17] = [
    ("label", "ldap.server.label"),
    ("host", "ldap.server.host"),
    ("port", "ldap.server.port"),
    ("attribute_for_mail", "ldap.server.attribute_for_mail"),
    ("default_email_domain", "ldap.server.default_email_domain"),
    ("attribute_for_username", "ldap.server.attribute_for_username"),
    ("app_dn", "ldap.server.app_dn"),
    ("app_dn_password", "ldap.server.app_password"),
    ("search_base", "ldap.server.users_dn"),
    ("search_filters", "ldap.server.search_filter"),
    ("use_tls", "ldap.server.use_tls"),
    ("certificate_path", "ldap.server.ca_cert_file"),
    ("validate_cert", "ldap.server.validate_cert"),
    ("ciphers", "ldap.server.ciphers"),
    ("enable_group_management", "ldap.group.enable_management"),
    ("enable_group_creation", "ldap.group.enable_creation"),
    ("attribute_for_groups", "ldap.server.attribute_for_groups"),
];

/// Whether people may sign in with accounts of the directory.
#[utoipa::path(get, path = "/api/v1/auths/admin/config/ldap", tag = "auths", security(("admin" = [])),
    responses((status = 200, body = Value)))]
pub async fn read(_admin: Admin, State(app): State<App>) -> Json<Value> {
    Json(json!({"ENABLE_LDAP": app.config.flag("ldap.enable")}))
}

/// Turns it on or off.
#[utoipa::path(post, path = "/api/v1/auths/admin/config/ldap", tag = "auths", security(("admin" = [])),
    request_body = LdapConfigForm, responses((status = 200, body = Value)))]
pub async fn update(admin: Admin, State(app): State<App>, Json(form): Json<LdapConfigForm>) -> Result<Json<Value>> {
    if let Some(on) = form.enable_ldap {
        settings::write_one(&app, "ldap.enable", on).await?;
    }
    tell(&app, Happening::new("config.updated", ("config", "ldap")).by(&admin));
    Ok(Json(json!({"ENABLE_LDAP": app.config.flag("ldap.enable")})))
}

/// Shows how the directory is reached.
#[utoipa::path(get, path = "/api/v1/auths/admin/config/ldap/server", tag = "auths", security(("admin" = [])),
    responses((status = 200, body = LdapServerConfig)))]
pub async fn read_server(_admin: Admin, State(app): State<App>) -> Json<JsonMap> {
    Json(view(&app))
}

/// Changes how the directory is reached.
#[utoipa::path(post, path = "/api/v1/auths/admin/config/ldap/server", tag = "auths", security(("admin" = [])),
    request_body = LdapServerConfig, responses((status = 200, body = Value)))]
pub async fn update_server(
    admin: Admin,
    State(app): State<App>,
    Json(form): Json<LdapServerConfig>,
) -> Result<Json<JsonMap>> {
    check(&form)?;
    let mut sent = serde_json::to_value(&form).map_err(ApiError::internal)?;
    let keys = FIELDS.iter().map(|(wire, key)| ((*key).to_owned(), sent[*wire].take()));
    settings::write(&app, keys.collect()).await?;
    tell(&app, Happening::new("config.updated", ("config", "ldap.server")).by(&admin));
    Ok(Json(view(&app)))
}

fn view(app: &App) -> JsonMap {
    FIELDS.iter().map(|(wire, key)| ((*wire).to_owned(), app.config.get(key))).collect()
}

/// What could never work is not saved.
fn check(form: &LdapServerConfig) -> Result<()> {
    let refuse = |what: &str| Err(ApiError::bad_request(what));
    for (name, text) in [
        ("label", &form.label),
        ("host", &form.host),
        ("attribute_for_username", &form.attribute_for_username),
        ("attribute_for_mail", &form.attribute_for_mail),
        ("search_base", &form.search_base),
    ] {
        if text.trim().is_empty() {
            return refuse(&format!("{name} must not be empty"));
        }
    }
    if form.port.is_some_and(|port| !(1..=65535).contains(&port)) {
        return refuse("port must be between 1 and 65535");
    }
    let attribute = |name: &str| name.chars().all(|sign| sign.is_ascii_alphanumeric() || "-.;".contains(sign));
    if ![&form.attribute_for_mail, &form.attribute_for_username, &form.attribute_for_groups]
        .into_iter()
        .all(|name| attribute(name.trim()))
    {
        return refuse("The name of an attribute has letters, digits and hyphens only");
    }
    if form.enable_group_management && form.attribute_for_groups.trim().is_empty() {
        return refuse("attribute_for_groups must not be empty");
    }
    if !is_directory_filter(form.search_filters.trim()) {
        return refuse("search_filters is no filter; write it in brackets, such as (objectClass=person)");
    }
    Ok(())
}

fn mail() -> String {
    "mail".to_owned()
}

fn uid() -> String {
    "uid".to_owned()
}

fn member_of() -> String {
    "memberOf".to_owned()
}

fn all() -> Option<String> {
    Some("ALL".to_owned())
}

fn on() -> bool {
    true
}
