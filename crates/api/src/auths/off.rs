//! Ways to sign in that this server does not have: they say so.

use airis_domain::Json as Value;
use serde::Deserialize;
use utoipa::ToSchema;

use super::form::Form;
use super::views::SessionUserResponse;
use crate::error::{ApiError, Result};
use crate::extract::{Json, Path};

/// A token of another identity provider.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "checked, then refused")]
pub struct TokenExchangeForm {
    pub token: String,
}

/// Exchange of another provider's token; always off.
#[utoipa::path(post, path = "/api/v1/auths/oauth/{provider}/token/exchange", tag = "auths", security(()),
    params(("provider" = String, Path)), request_body = TokenExchangeForm,
    responses((status = 200, body = SessionUserResponse), (status = 403, body = Value)))]
pub async fn exchange(_provider: Path<String>, _form: Form<TokenExchangeForm>) -> Result<Json<Value>> {
    Err(ApiError::forbidden("Token exchange is turned off"))
}
