//! The tools that somebody may pick for a message.

use airis_domain::{Json as Value, Role, now};
use airis_tools::servers::{Connection, SignIn};
use axum::extract::State;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::{Json, Query};
use crate::models::views::{AccessGrantModel, UserResponse};
use crate::system::first_page::{SearchQuery, named, owner, whole};

/// A tool, or a server of tools.
#[derive(Serialize, ToSchema)]
pub struct ToolUserResponse {
    pub version_id: Option<String>,
    pub id: String,
    pub user_id: Option<String>,
    pub name: String,
    #[schema(value_type = Object)]
    pub meta: Value,
    pub access_grants: Vec<AccessGrantModel>,
    pub updated_at: i64,
    pub created_at: i64,
    pub user: Option<UserResponse>,
}

/// Tools that the caller may use, and tool servers as they were set up: none is asked whether it is there.
#[utoipa::path(get, path = "/api/v1/tools/", tag = "tools", security(("verified" = [])), params(SearchQuery),
    responses((status = 200, body = Vec<ToolUserResponse>)))]
pub async fn list(
    person: Verified,
    State(app): State<App>,
    Query(query): Query<SearchQuery>,
) -> Result<Json<Vec<Value>>> {
    let rows = app.store.tools(owner(&person)).await?;
    let mut rows = whole(rows, &json!({"version_id": null, "access_grants": [], "user": null}));
    for server in app.tools.of(&person).await? {
        let mut row = shown(&server, person.role == Role::Admin);
        if server.sign_in == SignIn::OAuth {
            row["authenticated"] = json!(app.tools.is_signed_in(&server, &person).await?);
        }
        rows.push(row);
    }
    Ok(Json(named(rows, query.query)))
}

/// A server as a tool. Whom else it is open to is for administrators to know.
fn shown(server: &Connection, for_admin: bool) -> Value {
    let id = format!("server:{}", server.id);
    let grants: Vec<AccessGrantModel> =
        if for_admin { server.grants.iter().map(Into::into).collect() } else { Vec::new() };
    json!({
        "version_id": null,
        "id": id,
        "user_id": id,
        "name": server.name,
        "meta": {"i18n": null, "description": server.description, "manifest": {}, "has_user_valves": false},
        "access_grants": grants,
        "updated_at": now(),
        "created_at": now(),
        "user": null,
    })
}
