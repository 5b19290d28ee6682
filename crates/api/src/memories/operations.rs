//! Many changes at once; each says how it went.

use airis_domain::Json as Value;
use airis_memory::{Change, MemoryError, Source};
use axum::extract::State;
use serde_json::json;

use super::forms::{Action, MemoryOperationModel, UpdateMemoriesForm};
use super::permitted;
use super::views::MemoryModel;
use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::Json;

/// Changes in one request.
const MOST: usize = 100;

/// Does them in their order; one that cannot be done does not keep the others from it.
#[utoipa::path(post, path = "/api/v1/memories/update", tag = "memories", security(("verified" = [])),
    request_body = UpdateMemoriesForm, responses((status = 200, body = Vec<Object>)))]
pub async fn update(
    State(app): State<App>,
    user: Verified,
    Json(form): Json<UpdateMemoriesForm>,
) -> Result<Json<Vec<Value>>> {
    permitted(&app, &user).await?;
    if form.operations.len() > MOST {
        return Err(ApiError::bad_request(format!("{MOST} operations are the most in one request")));
    }
    let source = form.source.map_or(Source::Manual, Source::from);
    let mut results = Vec::with_capacity(form.operations.len());
    for operation in form.operations {
        let (action, id) = (operation.action.as_str(), operation.id.clone());
        results.push(match one(&app, &user, operation, source).await {
            Ok(memory) => {
                let id = memory.as_ref().map(|memory| memory.id.clone()).or(id);
                json!({"action": action, "id": id, "success": true, "memory": memory})
            }
            Err(MemoryError::Unknown | MemoryError::Refused(_)) if id.is_none() && action != "add" => {
                json!({"action": action, "id": id, "success": false, "error": "an id is missing"})
            }
            Err(error @ (MemoryError::Unknown | MemoryError::Refused(_))) => {
                json!({"action": action, "id": id, "success": false, "error": error.to_string()})
            }
            Err(error) => return Err(error.into()),
        });
    }
    app.memories.learn(&user).await?;
    Ok(Json(results))
}

async fn one(
    app: &App,
    user: &Verified,
    operation: MemoryOperationModel,
    source: Source,
) -> std::result::Result<Option<MemoryModel>, MemoryError> {
    let id = operation.id.unwrap_or_default();
    let kind = operation.kind.map(Into::into);
    let nothing = || MemoryError::Refused("there is no content".to_owned());
    let memory = match operation.action {
        Action::Add => {
            let new = Change { content: operation.content, kind, path: operation.path };
            app.memories.add(&user.id, new, source).await?
        }
        Action::Replace => {
            let content = Some(operation.content.ok_or_else(nothing)?);
            app.memories.change(&user.id, &id, Change { content, kind, path: operation.path }).await?
        }
        Action::Move => {
            let path = Some(operation.path.unwrap_or_default());
            app.memories.change(&user.id, &id, Change { content: None, kind, path }).await?
        }
        Action::Remove => {
            let gone = app.memories.remove(&user.id, &id).await?;
            return if gone { Ok(None) } else { Err(MemoryError::Unknown) };
        }
    };
    Ok(Some(memory.into()))
}
