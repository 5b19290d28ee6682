//! Accounts, credentials, API keys and revoked tokens.

use airis_domain::{Json, JsonMap, Role, User, UserId};

use crate::{Result, Store};

/// An account to create. The email is stored in lower case.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub profile_image_url: String,
    /// Argon2 or bcrypt hash.
    pub password_hash: String,
    pub session_stamp: Option<String>,
}

/// Fields to change; `None` leaves a field as it is, `Some(None)` clears it.
#[derive(Clone, Debug, Default)]
pub struct UserPatch {
    pub name: Option<String>,
    pub email: Option<String>,
    pub role: Option<Role>,
    pub profile_image_url: Option<String>,
    pub profile_banner_image_url: Option<Option<String>>,
    pub username: Option<Option<String>>,
    pub bio: Option<Option<String>>,
    pub gender: Option<Option<String>>,
    pub date_of_birth: Option<Option<String>>,
    pub timezone: Option<Option<String>>,
    pub presence_state: Option<Option<String>>,
    pub status_emoji: Option<Option<String>>,
    pub status_message: Option<Option<String>>,
    pub status_expires_at: Option<Option<i64>>,
    pub info: Option<Option<Json>>,
    pub settings: Option<Option<Json>>,
    pub variables: Option<Option<Json>>,
}

/// How a password is checked and a session proved.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub user_id: UserId,
    pub password_hash: String,
    pub active: bool,
    /// Every session token carries a copy; changing it ends all sessions.
    pub session_stamp: Option<String>,
}

/// Order of a user list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserSort {
    #[default]
    CreatedAt,
    Name,
    Email,
    Role,
    LastActiveAt,
    UpdatedAt,
}

/// A page of users.
#[derive(Clone, Debug, Default)]
pub struct UserQuery {
    /// Part of name or email, case ignored.
    pub search: Option<String>,
    pub role: Option<Role>,
    pub sort: UserSort,
    pub descending: bool,
    pub offset: i64,
    /// `None`: all.
    pub limit: Option<i64>,
}

impl Store {
    /// Creates an account. `Conflict("email")` when the address is taken.
    pub async fn insert_user(&self, user: &NewUser) -> Result<User> {
        todo!()
    }

    /// Creates an account by sign-up: the very first account becomes an administrator (decided inside the
    /// transaction, so exactly one wins however many sign up at once) and then `ui.enable_signup` is set to false.
    /// `allowed_when_not_first` is false when sign-up is closed: then `Ok(None)` unless it is the first account.
    pub async fn sign_up(&self, user: &NewUser, allowed_when_not_first: bool) -> Result<Option<User>> {
        todo!()
    }

    pub async fn user(&self, id: &UserId) -> Result<Option<User>> {
        todo!()
    }

    pub async fn users_by_ids(&self, ids: &[UserId]) -> Result<Vec<User>> {
        todo!()
    }

    pub async fn user_by_email(&self, email: &str) -> Result<Option<User>> {
        todo!()
    }

    /// The oldest account: the primary administrator, whom nobody else may change.
    pub async fn first_user(&self) -> Result<Option<User>> {
        todo!()
    }

    /// The page and the total that match.
    pub async fn users(&self, query: &UserQuery) -> Result<(Vec<User>, i64)> {
        todo!()
    }

    pub async fn count_users(&self) -> Result<i64> {
        todo!()
    }

    /// People active within the last `seconds`.
    pub async fn count_active_users(&self, seconds: i64) -> Result<i64> {
        todo!()
    }

    pub async fn update_user(&self, id: &UserId, patch: &UserPatch) -> Result<User> {
        todo!()
    }

    /// Sets `last_active_at`, at most once per `min_interval` seconds per user.
    pub async fn touch_user(&self, id: &UserId, min_interval: i64) -> Result<()> {
        todo!()
    }

    /// Deletes the account and everything it owns. False when it was not there.
    pub async fn delete_user(&self, id: &UserId) -> Result<bool> {
        todo!()
    }

    pub async fn credentials(&self, email: &str) -> Result<Option<Credentials>> {
        todo!()
    }

    pub async fn credentials_by_id(&self, id: &UserId) -> Result<Option<Credentials>> {
        todo!()
    }

    /// Replaces the hash; with a stamp, all sessions end.
    pub async fn set_password(&self, id: &UserId, hash: &str, new_stamp: Option<&str>) -> Result<()> {
        todo!()
    }

    pub async fn set_session_stamp(&self, id: &UserId, stamp: &str) -> Result<()> {
        todo!()
    }

    /// Creates or replaces the user's one API key.
    pub async fn set_api_key(&self, id: &UserId, key: &str) -> Result<()> {
        todo!()
    }

    pub async fn api_key(&self, id: &UserId) -> Result<Option<String>> {
        todo!()
    }

    pub async fn delete_api_key(&self, id: &UserId) -> Result<bool> {
        todo!()
    }

    pub async fn user_by_api_key(&self, key: &str) -> Result<Option<User>> {
        todo!()
    }

    /// Remembers a signed-out token until it would have expired anyway (`None`: forever). Seconds.
    pub async fn revoke_token(&self, jti: &str, expires_at: Option<i64>) -> Result<()> {
        todo!()
    }

    pub async fn token_is_revoked(&self, jti: &str) -> Result<bool> {
        todo!()
    }

    /// Merges top-level keys into `info` and returns the result.
    pub async fn merge_user_info(&self, id: &UserId, patch: &JsonMap) -> Result<Json> {
        todo!()
    }
}
