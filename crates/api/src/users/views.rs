//! People as others see them.

use airis_domain::{Json as Value, User, now};
use serde::Serialize;
use utoipa::ToSchema;

/// Somebody counts as present this many seconds after their last request.
const PRESENT: i64 = 180;

/// Everything about an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserModel {
    pub id: String,
    pub email: String,
    pub username: Option<String>,
    #[schema(required = false)]
    pub role: String,
    pub name: String,
    pub profile_image_url: Option<String>,
    pub profile_banner_image_url: Option<String>,
    pub bio: Option<String>,
    pub gender: Option<String>,
    #[schema(value_type = Option<String>, format = Date)]
    pub date_of_birth: Option<String>,
    pub timezone: Option<String>,
    pub presence_state: Option<String>,
    pub status_emoji: Option<String>,
    pub status_message: Option<String>,
    pub status_expires_at: Option<i64>,
    #[schema(value_type = Option<Object>)]
    pub info: Option<Value>,
    #[schema(value_type = Option<Object>)]
    pub settings: Option<Value>,
    #[schema(value_type = Option<Object>)]
    pub oauth: Option<Value>,
    #[schema(value_type = Option<Object>)]
    pub scim: Option<Value>,
    /// Seconds, as the two below.
    pub last_active_at: i64,
    pub updated_at: i64,
    pub created_at: i64,
}

impl From<User> for UserModel {
    fn from(user: User) -> Self {
        Self {
            id: user.id.to_string(),
            email: user.email,
            username: user.username,
            role: user.role.as_str().to_owned(),
            name: user.name,
            profile_image_url: Some(user.profile_image_url),
            profile_banner_image_url: user.profile_banner_image_url,
            bio: user.bio,
            gender: user.gender,
            date_of_birth: user.date_of_birth,
            timezone: user.timezone,
            presence_state: user.presence_state,
            status_emoji: user.status_emoji,
            status_message: user.status_message,
            status_expires_at: user.status_expires_at,
            info: user.info,
            settings: user.settings,
            oauth: user.oauth,
            scim: user.scim,
            last_active_at: user.last_active_at,
            updated_at: user.updated_at,
            created_at: user.created_at,
        }
    }
}

/// An account with the groups it is in.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserGroupIdsModel {
    #[serde(flatten)]
    pub user: UserModel,
    #[schema(required = false)]
    pub group_ids: Vec<String>,
}

/// A page of accounts.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserGroupIdsListResponse {
    pub users: Vec<UserGroupIdsModel>,
    /// How many match in all.
    pub total: i64,
}

/// What people may know of each other.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserInfoResponse {
    pub status_emoji: Option<String>,
    pub status_message: Option<String>,
    pub status_expires_at: Option<i64>,
    pub id: String,
    pub name: String,
    pub email: String,
    pub role: String,
    pub bio: Option<String>,
    pub last_active_at: Option<i64>,
    pub timezone: Option<String>,
    #[schema(value_type = Option<Vec<Object>>)]
    pub groups: Option<Vec<Value>>,
    /// Filled for one person only, lists leave it false.
    #[schema(required = false)]
    pub is_active: bool,
}

impl UserInfoResponse {
    /// As lists show somebody.
    pub fn listed(user: User) -> Self {
        Self {
            status_emoji: user.status_emoji,
            status_message: user.status_message,
            status_expires_at: user.status_expires_at,
            id: user.id.to_string(),
            name: user.name,
            email: user.email,
            role: user.role.as_str().to_owned(),
            bio: user.bio,
            last_active_at: Some(user.last_active_at),
            timezone: user.timezone,
            groups: Some(Vec::new()),
            is_active: false,
        }
    }
}

/// People found.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserInfoListResponse {
    pub users: Vec<UserInfoResponse>,
    pub total: i64,
}

/// Whether somebody made a request lately.
pub fn is_present(user: &User) -> bool {
    now() - user.last_active_at <= PRESENT
}
