//! People and their roles.

use serde::{Deserialize, Serialize};

use crate::{Json, UserId};

/// What an account may do at all; permissions refine it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Signed up, waiting for an administrator.
    Pending,
    User,
    Admin,
}

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::User => "user",
            Self::Admin => "admin",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "pending" => Some(Self::Pending),
            "user" => Some(Self::User),
            "admin" => Some(Self::Admin),
            _ => None,
        }
    }
}

/// An account. Times are seconds; free-form parts are JSON as the contract has them.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    pub id: UserId,
    pub name: String,
    /// Lower case, unique.
    pub email: String,
    pub role: Role,
    /// `data:` URI, URL or `/user.png`.
    pub profile_image_url: String,
    pub profile_banner_image_url: Option<String>,
    pub username: Option<String>,
    pub bio: Option<String>,
    pub gender: Option<String>,
    /// ISO date.
    pub date_of_birth: Option<String>,
    pub timezone: Option<String>,
    pub presence_state: Option<String>,
    pub status_emoji: Option<String>,
    pub status_message: Option<String>,
    pub status_expires_at: Option<i64>,
    pub info: Option<Json>,
    pub settings: Option<Json>,
    pub oauth: Option<Json>,
    pub scim: Option<Json>,
    pub variables: Option<Json>,
    /// Whether this person came with an API key; not stored, as keys have budgets of their own.
    pub by_key: bool,
    pub last_active_at: i64,
    pub updated_at: i64,
    pub created_at: i64,
}
