//! The way back from a provider.

use airis_domain::Role;
use airis_identity::{Arrival, Landing, Opening};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::{address, carry, failed};
use crate::app::App;
use crate::auths::cookies;
use crate::caller::cookie;
use crate::error::Result;
use crate::extract::{Path, Query};
use crate::happenings::{Happening, tell};
use crate::settings;

/// Seconds that a browser may carry what came back, where there is something left to carry.
const CARRIED: i64 = 600;

/// What a provider sends along.
#[derive(Deserialize)]
pub struct Brought {
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    state: Option<String>,
    #[serde(default)]
    iss: Option<String>,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    error_description: Option<String>,
}

/// Takes somebody in whom a provider sends back, and sends them on to the page.
#[utoipa::path(get, path = "/oauth/{provider}/login/callback", tag = "main", security(()),
    params(("provider" = String, Path)),
    responses((status = 200, body = Value), (status = 302, description = "To the page"), (status = 404, body = Value)))]
pub async fn end(
    State(app): State<App>,
    Path(provider): Path<String>,
    headers: HeaderMap,
    Query(brought): Query<Brought>,
) -> Result<Response> {
    let carried = cookie(&headers, cookies::FLIGHT);
    let landing = Landing {
        code: brought.code.as_deref(),
        state: brought.state.as_deref(),
        issuer: brought.iss.as_deref(),
        error: brought.error.as_deref(),
        explanation: brought.error_description.as_deref(),
        cookie: carried.as_deref(),
    };
    let (left, arrival) = app.sessions.arrive(&provider, &landing).await;
    let mut response = match arrival {
        Ok(arrival) => received(&app, &provider, &arrival).await?,
        Err(error) => failed(&app, &error),
    };
    if carried.is_some() {
        carry(&mut response, &app, &left, CARRIED);
    }
    Ok(response)
}

/// The same at the address that older settings of providers name.
#[utoipa::path(get, path = "/oauth/{provider}/callback", tag = "main", security(()), params(("provider" = String, Path)),
    responses((status = 200, body = Value), (status = 302, description = "To the page"), (status = 404, body = Value)))]
pub async fn end_old(
    app: State<App>,
    provider: Path<String>,
    headers: HeaderMap,
    brought: Query<Brought>,
) -> Result<Response> {
    end(app, provider, headers, brought).await
}

async fn received(app: &App, provider: &str, arrival: &Arrival) -> Result<Response> {
    let user = &arrival.user;
    if user.role == Role::Admin {
        settings::reload_after_sign_up(app).await?;
    }
    let about = ("user", user.id.as_str());
    let data = json!({"auth_method": "oauth", "provider": provider});
    if arrival.is_new {
        tracing::info!(user = %user.id, provider, "account made for somebody of an identity provider");
        tell(app, Happening::new("auth.signup", about).by(user).from("oauth").with(data.clone()));
    }
    if arrival.role_changed {
        app.realtime.disconnect_user(&user.id);
        tell(app, Happening::new("user.role_updated", about).from("oauth").with(json!({"role": user.role.as_str()})));
    }
    let settings = app.config.settings();
    let mut response = match &arrival.opening {
        Opening::Session(issued) => {
            tracing::info!(user = %user.id, provider, "signed in by an identity provider");
            tell(app, Happening::new("auth.login", about).by(user).from("oauth").with(data));
            let mut response = address::page(app, &[]);
            cookies::hand_over_session(response.headers_mut(), settings, &issued.token, issued.expires_at);
            response
        }
        Opening::Challenge(challenge) => {
            let mut response = address::page(app, &[("mfa", "1")]);
            cookies::set_challenge(response.headers_mut(), settings, &challenge.token, challenge.expires_in);
            response
        }
        Opening::Pending => address::page(app, &[("pending", "1")]),
    };
    let id_token = arrival.id_token.as_deref().filter(|_| settings.enable_oauth_id_token_cookie);
    cookies::set_elsewhere(response.headers_mut(), settings, &arrival.session, id_token);
    Ok(response)
}
