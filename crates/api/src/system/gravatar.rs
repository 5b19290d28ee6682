//! The address of somebody's picture at Gravatar.

use serde::Deserialize;
use sha2::{Digest, Sha256};
use utoipa::IntoParams;

use crate::caller::Verified;
use crate::extract::{Json, Query};

/// Whose picture.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GravatarQuery {
    email: String,
}

/// Names the address; nothing is asked of Gravatar.
#[utoipa::path(get, path = "/api/v1/utils/gravatar", tag = "utils", security(("verified" = [])),
    params(GravatarQuery), responses((status = 200, body = String, content_type = "application/json")))]
pub async fn address(_user: Verified, Query(query): Query<GravatarQuery>) -> Json<String> {
    let hash = hex::encode(Sha256::digest(query.email.trim().to_lowercase()));
    Json(format!("https://www.gravatar.com/avatar/{hash}?d=mp"))
}
