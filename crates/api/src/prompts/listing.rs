//! Lists of prompts.

use airis_domain::Prompt;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::views::{PromptAccessListResponse, PromptAccessResponse, PromptModel, view};
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::{Json, Query};
use crate::rights::Rights;

const PAGE: usize = 30;

/// Which prompts, in which order.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Part of a name, a command or a text.
    #[serde(default)]
    pub query: Option<String>,
    /// `created`: own ones; `shared`: those of others.
    #[serde(default)]
    pub view_option: Option<String>,
    #[serde(default)]
    pub tag: Option<String>,
    /// `name`, `created_at` or `updated_at`.
    #[serde(default)]
    pub order_by: Option<String>,
    #[serde(default)]
    pub direction: Option<String>,
    #[serde(default)]
    pub page: Option<usize>,
}

impl ListQuery {
    fn wants(&self, prompt: &Prompt, person: &Verified) -> bool {
        let searched = self.query.as_deref().unwrap_or_default().to_lowercase();
        [&prompt.name, &prompt.command, &prompt.content].iter().any(|text| text.to_lowercase().contains(&searched))
            && self.tag.as_ref().is_none_or(|tag| prompt.tags.contains(tag))
            && match self.view_option.as_deref() {
                Some("created") => prompt.user_id == person.id,
                Some("shared") => prompt.user_id != person.id,
                _ => true,
            }
    }

    fn sort(&self, prompts: &mut [Prompt]) {
        match self.order_by.as_deref() {
            Some("name") => prompts.sort_by_cached_key(|prompt| prompt.name.to_lowercase()),
            Some("created_at") => prompts.sort_by_key(|prompt| prompt.created_at),
            _ => prompts.sort_by_key(|prompt| prompt.updated_at),
        }
        let usual = if self.order_by.is_some() { "asc" } else { "desc" };
        if self.direction.as_deref().unwrap_or(usual) != "asc" {
            prompts.reverse();
        }
    }
}

/// Prompts that the caller may use: those that are switched on, the last changed first.
#[utoipa::path(get, path = "/api/v1/prompts/", tag = "prompts", security(("verified" = [])),
    responses((status = 200, body = Vec<PromptModel>)))]
pub async fn all(person: Verified, State(app): State<App>) -> Result<Json<Vec<PromptModel>>> {
    let rights = Rights::of(&app, &person).await?;
    let grants = app.store.grants_of_type("prompt").await?;
    let prompts = app.store.prompts().await?;
    let offered = prompts.iter().filter(|prompt| prompt.is_active && rights.reads(*prompt, &grants));
    Ok(Json(offered.map(|prompt| view(prompt, &grants)).collect()))
}

/// Tags of the prompts that the caller may read.
#[utoipa::path(get, path = "/api/v1/prompts/tags", tag = "prompts", security(("verified" = [])),
    responses((status = 200, body = Vec<String>)))]
pub async fn tags(person: Verified, State(app): State<App>) -> Result<Json<Vec<String>>> {
    let rights = Rights::of(&app, &person).await?;
    let grants = app.store.grants_of_type("prompt").await?;
    let mut prompts = app.store.prompts().await?;
    prompts.retain(|prompt| rights.reads(prompt, &grants));
    let mut tags: Vec<String> = prompts.into_iter().flat_map(|prompt| prompt.tags).collect();
    tags.sort();
    tags.dedup();
    Ok(Json(tags))
}

/// A page of prompts that the caller may read.
#[utoipa::path(get, path = "/api/v1/prompts/list", tag = "prompts", security(("verified" = [])), params(ListQuery),
    responses((status = 200, body = PromptAccessListResponse)))]
pub async fn list(
    person: Verified,
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Json<PromptAccessListResponse>> {
    let rights = Rights::of(&app, &person).await?;
    let grants = app.store.grants_of_type("prompt").await?;
    let mut prompts = app.store.prompts().await?;
    prompts.retain(|prompt| query.wants(prompt, &person) && rights.reads(prompt, &grants));
    query.sort(&mut prompts);
    let total = i64::try_from(prompts.len()).unwrap_or(i64::MAX);
    let skip = (query.page.unwrap_or(1).max(1) - 1).saturating_mul(PAGE);
    let shown: Vec<Prompt> = prompts.into_iter().skip(skip).take(PAGE).collect();
    let mut ids: Vec<_> = shown.iter().map(|prompt| prompt.user_id.clone()).collect();
    ids.sort();
    ids.dedup();
    let owners = app.store.users_by_ids(&ids).await?;
    let item = |prompt: &Prompt| PromptAccessResponse {
        prompt: view(prompt, &grants),
        user: owners.iter().find(|owner| owner.id == prompt.user_id).map(Into::into),
        write_access: Some(rights.writes(prompt, &grants)),
    };
    Ok(Json(PromptAccessListResponse { items: shown.iter().map(item).collect(), total }))
}
