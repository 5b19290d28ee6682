//! Having pictures changed.

use airis_domain::Json as Value;
use airis_media::{CHANGES, Wish};
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

/// One address or several: files of this server, `data:` addresses, pictures of the web.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
pub enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// Pictures, and what is to become of them.
#[derive(Deserialize, ToSchema)]
pub struct EditImageForm {
    pub image: OneOrMany,
    pub prompt: String,
    #[serde(default)]
    pub model: Option<String>,
    /// Width and height, such as `512x512`.
    #[serde(default)]
    pub size: Option<String>,
    /// How many; one unless given.
    #[serde(default)]
    pub n: Option<i64>,
    /// What is not to be seen.
    #[serde(default)]
    pub negative_prompt: Option<String>,
    #[serde(default)]
    pub background: Option<String>,
}

/// Changes pictures that the caller may read, keeps the results as files of the caller, and says where they are.
#[utoipa::path(post, path = "/api/v1/images/edit", tag = "images", security(("verified" = [])),
    request_body = EditImageForm, responses((status = 200, body = Value)))]
pub async fn change(
    State(app): State<App>,
    user: Verified,
    Json(form): Json<EditImageForm>,
) -> Result<Json<Vec<Value>>> {
    permitted(&app, &user, CHANGES, "An administrator has turned the changing of pictures off").await?;
    let addresses = match form.image {
        OneOrMany::One(address) => vec![address],
        OneOrMany::Many(addresses) => addresses,
    };
    let wish = Wish {
        prompt: form.prompt,
        model: form.model,
        size: form.size,
        count: form.n,
        steps: None,
        negative: form.negative_prompt,
        background: form.background,
    };
    let files = app.images.change(&user, wish, &addresses).await.map_err(|error| refusal(&user, error))?;
    if let Some(first) = files.first() {
        let happening = Happening::new("image.edited", ("file", first.id.as_str())).by(&user);
        tell(&app, happening.with(json!({"count": files.len()})));
    }
    Ok(Json(shown(&files)))
}
