//! The second factor: setting one up, showing a code, putting another in its place, and a way back when it is lost.

use airis_identity::{AuthError, Challenge, Method, Opening, Proof, Via};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::factor_forms::{MfaChallengeForm, MfaFactorForm, MfaRecoveryForm, MfaVerifyForm};
use super::factor_views::{
    MfaChallengeResponse, MfaEnrollmentResponse, MfaRecoveryCodesResponse, MfaSetupResponse, MfaStatusResponse, picture,
};
use super::form::Form;
use super::views::{SessionUserResponse, opened};
use super::{cookies, views};
use crate::app::App;
use crate::caller::{Human, cookie};
use crate::error::ApiError;
use crate::extract::Json;
use crate::happenings::{Happening, tell};
use crate::origin::Origin;

/// A refusal; somebody who tried too often learns when to come back.
pub struct Refusal(ApiError, Option<i64>);

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self(error, None)
    }
}

impl From<AuthError> for Refusal {
    fn from(error: AuthError) -> Self {
        let wait = if let AuthError::TooManyCodes(seconds) = &error { Some(*seconds) } else { None };
        Self(error.into(), wait)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.0.into_response();
        if let Some(seconds) = self.1 {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

type Answer<T> = Result<T, Refusal>;

/// How things stand for the caller.
#[utoipa::path(get, path = "/api/v1/auths/mfa/status", tag = "auths", security(("human" = [])),
    responses((status = 200, body = MfaStatusResponse)))]
pub async fn status(person: Human, State(app): State<App>) -> Answer<Json<MfaStatusResponse>> {
    let status = app.sessions.factor_status(&person).await?;
    Ok(Json(MfaStatusResponse {
        enabled: status.enabled,
        required: status.required,
        recovery_codes_remaining: status.recovery_codes_remaining,
    }))
}

/// The challenge that a browser carries in its cookie; for pages of this server only.
#[utoipa::path(post, path = "/api/v1/auths/mfa/challenge", tag = "auths", security(()),
    responses((status = 200, body = MfaChallengeResponse), (status = 403, body = Value)))]
pub async fn challenge(State(app): State<App>, headers: HeaderMap) -> Answer<Json<MfaChallengeResponse>> {
    on(&app)?;
    if !is_ours(&app, &headers) {
        return Err(ApiError::forbidden("This is for pages of this server").into());
    }
    let token = cookie(&headers, cookies::CHALLENGE).ok_or(AuthError::ChallengeOver)?;
    Ok(Json(app.sessions.standing_challenge(&token).await?.into()))
}

/// Makes a secret for the caller's app, as text and as a picture.
#[utoipa::path(post, path = "/api/v1/auths/mfa/enroll/start", tag = "auths", security(()),
    request_body = MfaChallengeForm, responses((status = 200, body = MfaSetupResponse)))]
pub async fn enroll(State(app): State<App>, Form(form): Form<MfaChallengeForm>) -> Answer<Json<MfaSetupResponse>> {
    on(&app)?;
    let setup = app.sessions.begin_enrollment(&form.challenge_token).await?;
    Ok(Json(MfaSetupResponse { qr_code: picture(&setup.address)?, manual_key: setup.manual_key }))
}

/// Takes the app into use and opens the session. The recovery codes are shown this once.
#[utoipa::path(post, path = "/api/v1/auths/mfa/enroll/confirm", tag = "auths", security(()),
    request_body = MfaVerifyForm, responses((status = 200, body = MfaEnrollmentResponse)))]
pub async fn confirm(State(app): State<App>, origin: Origin, Form(form): Form<MfaVerifyForm>) -> Answer<Response> {
    on(&app)?;
    app.sessions.may_show_from(origin.0.as_deref()).await?;
    let (user, issued, recovery_codes) = app.sessions.finish_enrollment(&form.challenge_token, &form.code).await?;
    app.realtime.disconnect_user(&user.id);
    tracing::info!(user = %user.id, "second factor set up");
    tell(&app, Happening::new("auth.login", ("user", user.id.as_str())).by(&user).from("mfa"));
    let session = SessionUserResponse::new(&app, &user, &issued).await?;
    let answer = Json(MfaEnrollmentResponse { session, recovery_codes }).into_response();
    Ok(views::with_cookie(&app, answer, &issued))
}

/// Opens the session for a code of the app, or for a recovery code.
#[utoipa::path(post, path = "/api/v1/auths/mfa/verify", tag = "auths", security(()),
    request_body = MfaVerifyForm, responses((status = 200, body = SessionUserResponse)))]
pub async fn verify(State(app): State<App>, origin: Origin, Form(form): Form<MfaVerifyForm>) -> Answer<Response> {
    on(&app)?;
    app.sessions.may_show_from(origin.0.as_deref()).await?;
    let proof = Proof { code: &form.code, recovery: form.recovery };
    let (user, issued) = app.sessions.verify_factor(&form.challenge_token, proof).await?;
    tracing::info!(user = %user.id, "signed in with a second factor");
    tell(&app, Happening::new("auth.login", ("user", user.id.as_str())).by(&user).from("mfa"));
    Ok(opened(&app, &user, Opening::Session(issued)).await?)
}

/// Begins to put another app in place of the present one.
#[utoipa::path(post, path = "/api/v1/auths/mfa/replace", tag = "auths", security(("human" = [])),
    request_body = MfaFactorForm, responses((status = 200, body = MfaChallengeResponse)))]
pub async fn replace(
    person: Human,
    State(app): State<App>,
    origin: Origin,
    Form(form): Form<MfaFactorForm>,
) -> Answer<Json<MfaChallengeResponse>> {
    on(&app)?;
    app.sessions.may_show_from(origin.0.as_deref()).await?;
    let method = match &person.0.via {
        Via::Session { claims, .. } => claims.auth_method.unwrap_or(Method::Password),
        Via::ApiKey => Method::Api,
    };
    let proof = Proof { code: &form.code, recovery: form.recovery };
    Ok(Json(app.sessions.begin_replacement(&person, method, proof).await?.into()))
}

/// New recovery codes in place of all old ones.
#[utoipa::path(post, path = "/api/v1/auths/mfa/recovery/codes", tag = "auths", security(("human" = [])),
    request_body = MfaFactorForm, responses((status = 200, body = MfaRecoveryCodesResponse)))]
pub async fn recovery_codes(
    person: Human,
    State(app): State<App>,
    origin: Origin,
    Form(form): Form<MfaFactorForm>,
) -> Answer<Json<MfaRecoveryCodesResponse>> {
    on(&app)?;
    app.sessions.may_show_from(origin.0.as_deref()).await?;
    let proof = Proof { code: &form.code, recovery: form.recovery };
    Ok(Json(MfaRecoveryCodesResponse { recovery_codes: app.sessions.new_recovery_codes(&person, proof).await? }))
}

/// Takes a lost app away for a ticket that the operator made; the next step is to set another up.
#[utoipa::path(post, path = "/api/v1/auths/mfa/recover", tag = "auths", security(()),
    request_body = MfaRecoveryForm, responses((status = 200, body = MfaChallengeResponse)))]
pub async fn recover(
    State(app): State<App>,
    origin: Origin,
    Form(form): Form<MfaRecoveryForm>,
) -> Answer<Json<MfaChallengeResponse>> {
    on(&app)?;
    app.sessions.may_show_from(origin.0.as_deref()).await?;
    let challenge: Challenge = app.sessions.redeem_ticket(&form.challenge_token, &form.reset_token).await?;
    Ok(Json(challenge.into()))
}

fn on(app: &App) -> Result<(), ApiError> {
    if app.sessions.factors_are_on() { Ok(()) } else { Err(ApiError::forbidden("Second factors are turned off")) }
}

/// Whether a page of this server asks.
fn is_ours(app: &App, headers: &HeaderMap) -> bool {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(origin) = text(header::ORIGIN) else { return false };
    let host = origin.split_once("://").map(|(_, host)| host);
    origin == app.config.text("webui.url").trim_end_matches('/') || (host.is_some() && host == text(header::HOST))
}
