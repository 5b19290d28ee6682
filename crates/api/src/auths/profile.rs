//! What people say about themselves.

use airis_domain::Json as Value;
use airis_store::UserPatch;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::form::Form;
use crate::app::App;
use crate::caller::{Current, Verified};
use crate::error::{ApiError, Result};
use crate::extract::Json;
use crate::pictures;

/// A person's own details.
#[derive(Deserialize, ToSchema)]
pub struct UpdateProfileForm {
    pub profile_image_url: String,
    pub name: String,
    #[serde(default)]
    pub bio: Option<String>,
    #[serde(default)]
    pub gender: Option<String>,
    /// ISO date.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub date_of_birth: Option<String>,
}

/// A person with a picture.
#[derive(Serialize, ToSchema)]
pub struct UserProfileImageResponse {
    pub id: String,
    pub name: String,
    pub role: String,
    pub email: String,
    pub profile_image_url: String,
}

/// Changes name, picture and details of the caller.
#[utoipa::path(post, path = "/api/v1/auths/update/profile", tag = "auths", security(("verified" = [])),
    request_body = UpdateProfileForm, responses((status = 200, body = UserProfileImageResponse)))]
pub async fn update(
    person: Verified,
    State(app): State<App>,
    Form(form): Form<UpdateProfileForm>,
) -> Result<Json<UserProfileImageResponse>> {
    if form.date_of_birth.as_deref().is_some_and(|date| !is_date(date)) {
        return Err(ApiError::bad_request("The date of birth must be a date such as 2000-01-31"));
    }
    let patch = UserPatch {
        name: Some(form.name),
        profile_image_url: pictures::acceptable(Some(form.profile_image_url))?,
        bio: Some(form.bio),
        gender: Some(form.gender),
        date_of_birth: Some(form.date_of_birth),
        ..UserPatch::default()
    };
    let user = app.store.update_user(&person.id, &patch).await?;
    Ok(Json(UserProfileImageResponse {
        id: user.id.to_string(),
        name: user.name,
        role: user.role.as_str().to_owned(),
        email: user.email,
        profile_image_url: user.profile_image_url,
    }))
}

/// Where somebody lives, as the browser knows it.
#[derive(Deserialize, ToSchema)]
pub struct UpdateTimezoneForm {
    /// IANA name, such as `Europe/Paris`.
    pub timezone: String,
}

/// Remembers the caller's time zone.
#[utoipa::path(post, path = "/api/v1/auths/update/timezone", tag = "auths", security(("current" = [])),
    request_body = UpdateTimezoneForm, responses((status = 200, body = Value)))]
pub async fn timezone(
    person: Current,
    State(app): State<App>,
    Form(form): Form<UpdateTimezoneForm>,
) -> Result<Json<Value>> {
    if form.timezone.len() > 64 {
        return Err(ApiError::bad_request("This is no time zone"));
    }
    let patch = UserPatch { timezone: Some(Some(form.timezone)), ..UserPatch::default() };
    app.store.update_user(&person.id, &patch).await?;
    Ok(Json(json!({"status": true})))
}

/// `YYYY-MM-DD` with a month and a day that exist in some year.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    let number = |text: &str, length: usize| {
        (text.len() == length && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse::<u32>().ok()).flatten()
    };
    number(year, 4).is_some()
        && number(month, 2).is_some_and(|month| (1..=12).contains(&month))
        && number(day, 2).is_some_and(|day| (1..=31).contains(&day))
}
