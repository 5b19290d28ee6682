//! What the server made and keeps for another time, such as speech and pictures.

use airis_files::Files;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::app::App;
use crate::caller::Verified;
use crate::error::Result;
use crate::extract::Path;
use crate::files::{Serving, serve};

/// A file of the folder `cache`. Pictures, sound and video are shown, everything else is a download.
#[utoipa::path(get, path = "/cache/{*path}", tag = "main", security(("verified" = [])),
    params(("path" = String, Path)), responses((status = 200, body = Value)))]
pub async fn read(
    _user: Verified,
    State(app): State<App>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let folder = Files::tree(&app.config.settings().data_dir.join("cache"));
    let kind = mime_guess::from_path(&path).first_or_octet_stream();
    let what = Serving {
        place: &path,
        name: &airis_files::base_name(&path),
        content_type: kind.essence_str(),
        tag: None,
        attachment: !["image", "audio", "video"].contains(&kind.type_().as_str()),
        page: false,
    };
    serve(&folder, &headers, what).await
}
