//! The files of one knowledge base, directory by directory.

use airis_store::{KnowledgeFileOrder, KnowledgeFileQuery};
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::list::{PAGE, offset, owners, text};
use super::read::{missing, readable};
use super::tree::Tree;
use super::views::{KnowledgeFileListResponse, listed};
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::{Json, Path, Query};

/// Files on a page at most.
const MOST: i64 = 500;

/// Which files, in which order.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ContentsQuery {
    /// Part of a name.
    #[serde(default)]
    pub query: Option<String>,
    /// Whether texts are searched and answered, too.
    #[serde(default)]
    pub include_content: Option<bool>,
    /// `created`: files that the caller put there; `shared`: those of others.
    #[serde(default)]
    pub view_option: Option<String>,
    /// `name`, `created_at` or `updated_at`.
    #[serde(default)]
    pub order_by: Option<String>,
    /// `asc` or `desc`.
    #[serde(default)]
    pub direction: Option<String>,
    /// Empty for the top; all directories unless given.
    // As a list: an empty text would be taken for none.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    pub directory_id: Vec<String>,
    #[serde(default)]
    pub page: Option<i64>,
    /// Files on a page; 30 unless given.
    #[serde(default)]
    pub limit: Option<i64>,
}

/// A page of the files of a directory, or of all; and the directories in it, or at the top.
#[utoipa::path(get, path = "/api/v1/knowledge/{id}/files", tag = "knowledge", security(("verified" = [])),
    params(("id" = String, Path), ContentsQuery), responses((status = 200, body = KnowledgeFileListResponse)))]
pub async fn list(
    State(app): State<App>,
    person: Verified,
    Path(id): Path<String>,
    Query(query): Query<ContentsQuery>,
) -> Result<Json<KnowledgeFileListResponse>> {
    readable(&app, &person, &id).await?;
    let tree = Tree::of(&app, &id).await?;
    let directory = query.directory_id.last().map(String::as_str).filter(|id| !id.is_empty());
    if directory.is_some_and(|directory| tree.find(directory).is_none()) {
        return Err(missing());
    }
    let words = query.query.filter(|words| !words.trim().is_empty());
    let content = query.include_content.unwrap_or(false);
    let limit = query.limit.unwrap_or(PAGE).clamp(1, MOST);
    let everywhere = query.directory_id.is_empty();
    let wanted = KnowledgeFileQuery {
        knowledge: Some(id.clone()),
        words: words.clone(),
        in_text: content,
        put_by: match query.view_option.as_deref() {
            Some("created") => Some((person.id.clone(), true)),
            Some("shared") => Some((person.id.clone(), false)),
            _ => None,
        },
        directory: (!everywhere).then(|| directory.map(str::to_owned)),
        order: match query.order_by.as_deref() {
            Some("name") => KnowledgeFileOrder::Name,
            Some("created_at") => KnowledgeFileOrder::Created,
            _ => KnowledgeFileOrder::Updated,
        },
        ascending: query.direction.as_deref() == Some("asc"),
        offset: offset(query.page) / PAGE * limit,
        limit,
    };
    // Whoever may read the knowledge base may read what is in it: that was proved above.
    let (found, total) = app.store.knowledge_file_page(&person.id, true, &wanted).await?;
    let owners = owners(&app, found.iter().map(|linked| linked.file.user_id.clone())).await?;
    let mut items = Vec::with_capacity(found.len());
    for linked in found {
        let text = if content { text(&app, &linked).await? } else { None };
        let path = tree.path(linked.directory_id.as_deref());
        items.push(listed(linked, text, path, &owners));
    }
    Ok(Json(KnowledgeFileListResponse {
        items,
        directories: tree.inside(directory).into_iter().map(Into::into).collect(),
        breadcrumbs: tree.above(directory).into_iter().map(Into::into).collect(),
        total,
    }))
}
