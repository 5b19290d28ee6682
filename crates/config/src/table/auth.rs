//! Accounts, sign-in and API keys.

use crate::variable::{Variable, flag, text};

pub(super) const VARIABLES: &[Variable] = &[
    flag("WEBUI_AUTH", true).doc("`false` turns accounts off: everybody is the one administrator"),
    text("WEBUI_SECRET_KEY", "")
        .or("WEBUI_JWT_SECRET_KEY")
        .doc("Secret that signs sessions; made and kept in the data folder when empty"),
    text("WEBUI_ADMIN_EMAIL", "").doc("With a password: makes this administrator at the first start"),
    text("WEBUI_ADMIN_PASSWORD", "").doc("Password of that administrator"),
    text("WEBUI_ADMIN_NAME", "Admin").doc("Name of that administrator"),
    flag("ENABLE_PASSWORD_AUTH", true).doc("Sign-in and sign-up with a password"),
    flag("ENABLE_INITIAL_ADMIN_SIGNUP", false).doc("Allow the first signup even when signup/login form is off"),
    flag("ENABLE_SIGNUP_PASSWORD_CONFIRMATION", false).doc("Ask for the password twice at sign-up"),
    flag("ENABLE_PASSWORD_VALIDATION", false).doc("New passwords must match the pattern below"),
    text("PASSWORD_VALIDATION_REGEX_PATTERN", "").doc("Pattern passwords must match when validation is on"),
    text("PASSWORD_VALIDATION_HINT", "").doc("Hint shown on rejected password"),
    text("CUSTOM_API_KEY_HEADER", "x-api-key").doc("Header name accepted for API keys"),
    text("WEBUI_SESSION_COOKIE_SAME_SITE", "lax").doc("SameSite of the owui-session cookie"),
    flag("WEBUI_SESSION_COOKIE_SECURE", false).doc("Secure flag of the owui-session cookie"),
    text("WEBUI_AUTH_COOKIE_SAME_SITE", "").or("WEBUI_SESSION_COOKIE_SAME_SITE").doc("SameSite of the token cookie"),
    flag("WEBUI_AUTH_COOKIE_SECURE", false).or("WEBUI_SESSION_COOKIE_SECURE").doc("Secure flag of the token cookie"),
    text("WEBUI_AUTH_SIGNOUT_REDIRECT_URL", "").doc("Where sign-out sends the browser"),
    text("WEBUI_AUTH_TRUSTED_EMAIL_HEADER", "").doc("Request header holding an authenticated email (proxy SSO)"),
    text("WEBUI_AUTH_TRUSTED_NAME_HEADER", "").doc("Request header with display name"),
    text("WEBUI_AUTH_TRUSTED_ROLE_HEADER", "").doc("Request header with role"),
    text("WEBUI_AUTH_TRUSTED_GROUPS_HEADER", "").doc("Request header with the names of groups, comma between"),
    flag("BYPASS_ADMIN_ACCESS_CONTROL", true)
        .or("ENABLE_ADMIN_WORKSPACE_CONTENT_ACCESS")
        .doc("Admins see all models/workspace items regardless of grants"),
    flag("BYPASS_MODEL_ACCESS_CONTROL", false).doc("Every user may use every model"),
    flag("ENABLE_ADMIN_CHAT_ACCESS", true).doc("Admins may open other users' chats"),
    flag("ENABLE_ADMIN_EXPORT", true).doc("Admins may export data"),
    flag("ENABLE_ADMIN_ANALYTICS", true).doc("Mount analytics routes"),
    flag("ENABLE_SIGNUP", true)
        .key("ui.enable_signup")
        .doc("People may make accounts themselves; off by itself after the first account"),
    flag("ENABLE_LOGIN_FORM", true).key("ui.enable_login_form").doc("Show the sign-in form"),
    flag("ENABLE_PASSWORD_CHANGE_FORM", true)
        .key("ui.enable_password_change_form")
        .doc("Show the form that changes the password"),
    text("DEFAULT_USER_ROLE", "pending").key("ui.default_user_role").doc("Role of newly registered users"),
    text("DEFAULT_GROUP_ID", "").key("ui.default_group_id").doc("Group joined by new users"),
    text("DEFAULT_GROUP_SHARE_PERMISSION", "members").doc("Who may share to a new group: true, false or members"),
    text("JWT_EXPIRES_IN", "4w")
        .key("auth.jwt_expiry")
        .doc("Session lifetime as duration text (4w, 1h30m, -1 = never)"),
    flag("ENABLE_API_KEYS", false).key("auth.enable_api_keys").doc("API keys for people who are allowed to have one"),
    flag("ENABLE_API_KEYS_ENDPOINT_RESTRICTIONS", false)
        .or("ENABLE_API_KEY_ENDPOINT_RESTRICTIONS")
        .key("auth.api_key.endpoint_restrictions")
        .doc("API keys work at listed addresses only"),
    text("API_KEYS_ALLOWED_ENDPOINTS", "")
        .or("API_KEY_ALLOWED_ENDPOINTS")
        .key("auth.api_key.allowed_endpoints")
        .doc("Comma list of path prefixes allowed for API keys"),
    flag("SHOW_ADMIN_DETAILS", true).key("auth.admin.show").doc("Expose admin contact to pending users"),
    text("ADMIN_EMAIL", "").key("auth.admin.email").nullable().doc("Admin contact shown to pending users"),
    flag("ENABLE_MFA", false).key("auth.mfa.enable").doc("A second factor at sign-in"),
    flag("MFA_ALLOW_OAUTH_BYPASS", false)
        .key("auth.mfa.allow_oauth_bypass")
        .doc("Single sign-on skips the second factor"),
    flag("MFA_ALLOW_TRUSTED_HEADER_BYPASS", false)
        .key("auth.mfa.allow_trusted_header_bypass")
        .doc("Trusted header sign-ins skip MFA"),
    text("MFA_ENCRYPTION_KEY", "").doc("Seals the secrets of second factors; the secret key when empty"),
];
