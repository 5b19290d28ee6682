//! Accounts of oneself: sign-in, sign-up, session, profile, password, API key; and what administrators set for all.

pub mod add;
pub mod admin_config;
pub mod admin_details;
pub mod api_key;
pub mod cookies;
mod factor_forms;
mod factor_views;
mod form;
pub mod ldap;
pub mod ldap_config;
pub mod mfa;
pub mod oauth_config;
pub mod oauth_sessions;
pub mod off;
pub mod password;
pub mod profile;
pub mod session;
pub mod signin;
pub mod signout;
pub mod signup;
mod views;

pub use form::FORM_LIMIT;
