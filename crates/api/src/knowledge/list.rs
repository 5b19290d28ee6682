//! Lists of knowledge bases, and of the files in all of them.

use airis_domain::{AccessGrant, Knowledge, UserId};
use airis_store::{KnowledgeFileQuery, KnowledgeOrder, KnowledgeQuery, KnowledgeView};
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::tree::Tree;
use super::views::{KnowledgeAccessListResponse, KnowledgeAccessResponse, KnowledgeFileListResponse, listed, model};
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::{Json, Query};
use crate::rights::Rights;

/// Things on one page.
pub const PAGE: i64 = 30;

/// Which page.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// From 1.
    #[serde(default)]
    pub page: Option<i64>,
}

/// Which knowledge bases, in which order.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// Part of a name or description.
    #[serde(default)]
    pub query: Option<String>,
    /// `created`: own ones; `shared`: those of others.
    #[serde(default)]
    pub view_option: Option<String>,
    /// `local` or `external`: with files, or with passages that others keep.
    #[serde(default)]
    pub source: Option<String>,
    #[serde(default)]
    pub page: Option<i64>,
    /// `name`, `created_at` or `updated_at`.
    #[serde(default)]
    pub order_by: Option<String>,
    /// `asc` or `desc`.
    #[serde(default)]
    pub direction: Option<String>,
}

/// Which files.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FileSearchQuery {
    /// Part of a name.
    #[serde(default)]
    pub query: Option<String>,
    /// Whether texts are searched and answered, too.
    #[serde(default)]
    pub include_content: Option<bool>,
    #[serde(default)]
    pub page: Option<i64>,
}

/// A page of the knowledge bases that the caller may read, the last changed first.
#[utoipa::path(get, path = "/api/v1/knowledge/", tag = "knowledge", security(("verified" = [])), params(PageQuery),
    responses((status = 200, body = KnowledgeAccessListResponse)))]
pub async fn list(
    State(app): State<App>,
    person: Verified,
    Query(query): Query<PageQuery>,
) -> Result<Json<KnowledgeAccessListResponse>> {
    page(&app, &person, KnowledgeQuery { offset: offset(query.page), limit: PAGE, ..KnowledgeQuery::default() }).await
}

/// The same with words, in another order.
#[utoipa::path(get, path = "/api/v1/knowledge/search", tag = "knowledge", security(("verified" = [])),
    params(SearchQuery), responses((status = 200, body = KnowledgeAccessListResponse)))]
pub async fn search(
    State(app): State<App>,
    person: Verified,
    Query(query): Query<SearchQuery>,
) -> Result<Json<KnowledgeAccessListResponse>> {
    let external = match query.source.as_deref() {
        Some("external") => Some(true),
        Some("local") => Some(false),
        _ => None,
    };
    let view = match query.view_option.as_deref() {
        Some("created") => KnowledgeView::Own,
        Some("shared") => KnowledgeView::Others,
        _ => KnowledgeView::All,
    };
    let order = match query.order_by.as_deref() {
        Some("name") => KnowledgeOrder::Name,
        Some("created_at") => KnowledgeOrder::Created,
        _ => KnowledgeOrder::Updated,
    };
    let ascending = query.direction.as_deref() == Some("asc")
        || (query.direction.is_none() && query.order_by.is_some() && order == KnowledgeOrder::Name);
    let offset = offset(query.page);
    page(&app, &person, KnowledgeQuery { view, words: query.query, external, order, ascending, offset, limit: PAGE })
        .await
}

async fn page(app: &App, person: &Verified, query: KnowledgeQuery) -> Result<Json<KnowledgeAccessListResponse>> {
    let rights = Rights::of(app, person).await?;
    let (found, total) = app.store.knowledge_page(&person.id, rights.sees_all(), &query).await?;
    let owners = owners(app, found.iter().map(|(knowledge, _)| knowledge.user_id.clone())).await?;
    let mut items = Vec::with_capacity(found.len());
    for (knowledge, files) in found {
        let grants = grants(app, &knowledge).await?;
        items.push(KnowledgeAccessResponse {
            user: owners.iter().find(|owner| owner.id == knowledge.user_id).map(Into::into),
            file_count: Some(files),
            write_access: Some(rights.writes(&knowledge, &grants)),
            knowledge: model(&knowledge, &grants),
        });
    }
    Ok(Json(KnowledgeAccessListResponse { items, total }))
}

/// Files of all knowledge bases that the caller may read, by their names.
#[utoipa::path(get, path = "/api/v1/knowledge/search/files", tag = "knowledge", security(("verified" = [])),
    params(FileSearchQuery), responses((status = 200, body = KnowledgeFileListResponse)))]
pub async fn search_files(
    State(app): State<App>,
    person: Verified,
    Query(query): Query<FileSearchQuery>,
) -> Result<Json<KnowledgeFileListResponse>> {
    let rights = Rights::of(&app, &person).await?;
    let content = query.include_content.unwrap_or(false);
    let wanted = KnowledgeFileQuery {
        words: query.query,
        in_text: content,
        offset: offset(query.page),
        limit: PAGE,
        ..KnowledgeFileQuery::default()
    };
    let (found, total) = app.store.knowledge_file_page(&person.id, rights.sees_all(), &wanted).await?;
    let owners = owners(&app, found.iter().map(|linked| linked.file.user_id.clone())).await?;
    let mut items = Vec::with_capacity(found.len());
    for linked in found {
        let Some(knowledge) = app.store.knowledge(&linked.knowledge_id).await? else { continue };
        let tree = Tree::of(&app, &knowledge.id).await?;
        let path = tree.path(linked.directory_id.as_deref());
        let text = if content { text(&app, &linked).await? } else { None };
        let mut item = listed(linked, text, path, &owners);
        item.collection = Some(model(&knowledge, &grants(&app, &knowledge).await?));
        items.push(item);
    }
    Ok(Json(KnowledgeFileListResponse { items, directories: Vec::new(), breadcrumbs: Vec::new(), total }))
}

async fn grants(app: &App, knowledge: &Knowledge) -> Result<Vec<AccessGrant>> {
    Ok(app.store.grants(airis_access::KNOWLEDGE, &knowledge.id).await?)
}

/// The people of these ids.
pub async fn owners(app: &App, ids: impl Iterator<Item = UserId>) -> Result<Vec<airis_domain::User>> {
    let mut ids: Vec<UserId> = ids.collect();
    ids.sort();
    ids.dedup();
    Ok(app.store.users_by_ids(&ids).await?)
}

/// The text of a file in a list.
pub async fn text(app: &App, linked: &airis_store::KnowledgeFile) -> Result<Option<String>> {
    Ok(app.store.file_with_text(&linked.file.id).await?.and_then(|file| file.content))
}

/// Where a page begins.
pub fn offset(page: Option<i64>) -> i64 {
    (page.unwrap_or(1).max(1) - 1).saturating_mul(PAGE)
}
