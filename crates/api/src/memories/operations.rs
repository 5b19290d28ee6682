//! Many changes at once; each says how it went.

use airis_domain::Json as Value;
use airis_memory::{Change, MemoryError, Operation, Source};
use axum::extract::State;
use serde_json::json;

use super::forms::{MemoryOperationModel, UpdateMemoriesForm};
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
        let (action, id) = (airis_memory::Action::from(operation.action).as_str(), operation.id.clone());
        results.push(match one(&app, &user, operation, source).await {
            Ok(memory) => {
                let id = memory.as_ref().map(|memory| memory.id.clone()).or(id);
                json!({"action": action, "id": id, "success": true, "memory": memory})
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
    let kind = operation.kind.map(Into::into);
    let change = Change { content: operation.content, kind, path: operation.path };
    let wanted = Operation { action: operation.action.into(), id: operation.id, change };
    Ok(app.memories.apply(&user.id, wanted, source).await?.map(MemoryModel::from))
}
