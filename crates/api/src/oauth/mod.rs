//! Sign-in with accounts of other identity providers: the way there, the way back, and a provider that ends a session.

mod address;
pub mod callback;
pub mod login;
pub mod logout;

use airis_identity::SignOnError;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::auths::cookies;
use crate::error::ApiError;

/// Largest notice of a provider: one token.
pub const NOTICE_LIMIT: usize = 64 * 1024;

/// What did not work is told on the page for signing in; only a provider that is not there is a 404.
fn failed(app: &App, error: &SignOnError) -> Response {
    let text = match error {
        SignOnError::Unknown => {
            return ApiError::new(StatusCode::NOT_FOUND, error.to_string()).into_response();
        }
        SignOnError::Broken(reason) => {
            tracing::error!(reason, "an identity provider cannot be used");
            error.to_string()
        }
        SignOnError::Auth(error) if is_ours(error) => {
            tracing::error!(%error, "a sign-in by an identity provider failed inside");
            "Something went wrong inside the server; its log says what".to_owned()
        }
        other => other.to_string(),
    };
    address::page(app, &[("error", &text)])
}

fn is_ours(error: &airis_identity::AuthError) -> bool {
    use airis_identity::AuthError;
    matches!(error, AuthError::Internal(_) | AuthError::Store(_) | AuthError::Access(_))
}

/// Sets what the browser carries to a provider and back; an empty one is taken away.
fn carry(response: &mut Response, app: &App, cookie: &str, seconds: i64) {
    cookies::set_flight(response.headers_mut(), app.config.settings(), cookie, seconds);
}
