//! Keeping a knowledge base like a folder of somebody's computer.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use airis_domain::{FileId, Json as Value};
use airis_store::KnowledgeFile;
use axum::extract::State;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::files::take_out;
use super::forms::{FileManifestEntry, SyncCleanupForm, SyncDiffForm};
use super::read::fillable;
use super::tree::Tree;
use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::{Json, Path};

/// Files of a folder, bytes of a path, and directories inside of each other.
const MOST: usize = 20_000;
const LONGEST: usize = 4_096;
const DEEPEST: usize = 100;

/// What must be done so that a knowledge base is like a folder.
#[derive(Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct SyncDiffResponse {
    #[schema(value_type = Vec<Object>)]
    pub added: Vec<Value>,
    #[schema(value_type = Vec<Object>)]
    pub modified: Vec<Value>,
    #[schema(value_type = Vec<Object>)]
    pub deleted: Vec<Value>,
    /// Paths of directories to make, the outer ones first.
    pub mkdir: Vec<String>,
    /// Ids of directories to delete.
    pub rmdir: Vec<String>,
    pub unmodified_count: usize,
    /// Ids of the directories that are there, by path.
    pub directory_map: BTreeMap<String, String>,
}

/// Compares a knowledge base with a folder; changes nothing.
#[utoipa::path(post, path = "/api/v1/knowledge/{id}/sync/diff", tag = "knowledge", security(("verified" = [])),
    params(("id" = String, Path)), request_body = SyncDiffForm, responses((status = 200, body = SyncDiffResponse)))]
pub async fn diff(
    State(app): State<App>,
    person: Verified,
    Path(id): Path<String>,
    Json(form): Json<SyncDiffForm>,
) -> Result<Json<SyncDiffResponse>> {
    fillable(&app, &person, &id).await?;
    if form.manifest.len() > MOST {
        return Err(ApiError::bad_request(format!("{MOST} files are the most")));
    }
    if form.manifest.iter().any(|entry| entry.path.len() > LONGEST || parts(entry).len() > DEEPEST) {
        return Err(ApiError::bad_request(format!("A path has at most {LONGEST} bytes and {DEEPEST} directories")));
    }
    let files = app.store.files_of_knowledge(&id).await?;
    Ok(Json(compare(&Tree::of(&app, &id).await?, &files, &form.manifest)))
}

/// Takes out what is gone from the folder.
#[utoipa::path(post, path = "/api/v1/knowledge/{id}/sync/cleanup", tag = "knowledge", security(("verified" = [])),
    params(("id" = String, Path)), request_body = SyncCleanupForm, responses((status = 200, body = Value)))]
pub async fn cleanup(
    State(app): State<App>,
    person: Verified,
    Path(id): Path<String>,
    Json(form): Json<SyncCleanupForm>,
) -> Result<Json<Value>> {
    fillable(&app, &person, &id).await?;
    let there: BTreeSet<String> = app.store.file_ids_of_knowledge(&id).await?.into_iter().collect();
    for file in form.file_ids.iter().filter(|file| there.contains(*file)) {
        if let Some(file) = app.store.file(&FileId::from(file.as_str())).await? {
            take_out(&app, &person, &id, &file, true).await?;
        }
    }
    app.store.delete_knowledge_directories(&id, &form.dir_ids).await?;
    Ok(Json(json!({"status": true})))
}

fn compare(tree: &Tree, files: &[KnowledgeFile], manifest: &[FileManifestEntry]) -> SyncDiffResponse {
    let mut diff = SyncDiffResponse::default();
    let mut paths: HashMap<&str, String> = HashMap::new();
    for directory in tree.all() {
        let path = tree.path(Some(&directory.id));
        diff.directory_map.insert(path.clone(), directory.id.clone());
        paths.insert(&directory.id, path);
    }
    let path_of = |linked: &KnowledgeFile| {
        linked.directory_id.as_deref().and_then(|id| paths.get(id)).cloned().unwrap_or_default()
    };
    let known: HashMap<(String, &str), &KnowledgeFile> =
        files.iter().map(|linked| ((path_of(linked), linked.file.filename.as_str()), linked)).collect();
    let mut wanted: BTreeSet<(usize, String)> = BTreeSet::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for entry in manifest {
        let parts = parts(entry);
        wanted.extend((1..=parts.len()).map(|depth| (depth, parts[..depth].join("/"))));
        let mut named = json!({"filename": entry.filename, "path": entry.path});
        let Some(known) = known.get(&(parts.join("/"), entry.filename.as_str())) else {
            diff.added.push(named);
            continue;
        };
        seen.insert(known.file.id.as_str());
        if known.file.meta.get("file_hash").and_then(Value::as_str) == Some(entry.checksum.as_str()) {
            diff.unmodified_count += 1;
        } else {
            named["stale_file_id"] = json!(known.file.id);
            diff.modified.push(named);
        }
    }
    let gone = files.iter().filter(|linked| !seen.contains(linked.file.id.as_str()));
    diff.deleted = gone.map(|linked| json!({"file_id": linked.file.id, "filename": linked.file.filename})).collect();
    let names: BTreeSet<&str> = wanted.iter().map(|(_, path)| path.as_str()).collect();
    let stale = diff.directory_map.iter().filter(|(path, _)| !names.contains(path.as_str()));
    diff.rmdir = stale.map(|(_, id)| id.clone()).collect();
    let missing = wanted.iter().filter(|(_, path)| !diff.directory_map.contains_key(path));
    diff.mkdir = missing.map(|(_, path)| path.clone()).collect();
    diff
}

/// The names on the way to a file.
fn parts(entry: &FileManifestEntry) -> Vec<&str> {
    entry.path.split(['/', '\\']).filter(|part| !part.is_empty()).collect()
}
