//! Having pictures made.

use airis_domain::Json as Value;
use airis_media::{MAKES, Wish};
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{permitted, refusal, shown};
use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::Json;
use crate::happenings::{Happening, tell};

/// The picture that is wanted. What is not said, the settings say.
#[derive(Deserialize, ToSchema)]
pub struct CreateImageForm {
    #[serde(default)]
    pub model: Option<String>,
    pub prompt: String,
    /// Width and height, such as `512x512`.
    #[serde(default)]
    pub size: Option<String>,
    /// How many; one unless given.
    #[serde(default)]
    pub n: Option<i64>,
    #[serde(default)]
    pub steps: Option<i64>,
    /// What is not to be seen.
    #[serde(default)]
    pub negative_prompt: Option<String>,
}

/// Makes pictures, keeps them as files of the caller, and says where they are.
#[utoipa::path(post, path = "/api/v1/images/generations", tag = "images", security(("verified" = [])),
    request_body = CreateImageForm, responses((status = 200, body = Value)))]
pub async fn make(
    State(app): State<App>,
    user: Verified,
    Json(form): Json<CreateImageForm>,
) -> Result<Json<Vec<Value>>> {
    permitted(&app, &user, MAKES, "An administrator has turned the making of pictures off").await?;
    let wish = Wish {
        prompt: form.prompt,
        model: form.model,
        size: form.size,
        count: form.n,
        steps: form.steps,
        negative: form.negative_prompt,
        background: None,
    };
    let files = app.images.make(&user, wish).await.map_err(|error| refusal(&user, error))?;
    if let Some(first) = files.first() {
        let happening = Happening::new("image.generated", ("file", first.id.as_str())).by(&user);
        tell(&app, happening.with(json!({"count": files.len()})));
    }
    Ok(Json(shown(&files)))
}
