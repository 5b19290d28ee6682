//! Accounts of other identity providers (OAuth 2, OpenID Connect). Kept and served for the settings page.

use crate::variable::{Variable, flag, int, list, text};

pub(super) const VARIABLES: &[Variable] = &[
    flag("ENABLE_OAUTH", true).key("oauth.enable").doc("Sign-in by an identity provider"),
    flag("ENABLE_OAUTH_SIGNUP", false).key("oauth.enable_signup").doc("New people may come by an identity provider"),
    flag("OAUTH_MERGE_ACCOUNTS_BY_EMAIL", false)
        .key("oauth.merge_accounts_by_email")
        .doc("An account with the same email is the same person"),
    flag("OAUTH_AUTO_REDIRECT", false).key("oauth.auto_redirect").doc("Send people to the provider at once"),
    list("OAUTH_ALLOWED_DOMAINS", ',', "*").key("oauth.allowed_domains").doc("Email domains that may come; `*`: any"),
    text("OAUTH_BLOCKED_GROUPS", "[]")
        .key("oauth.blocked_groups")
        .doc("JSON list of group names or patterns that the provider never changes"),
    flag("ENABLE_OAUTH_ROLE_MANAGEMENT", false)
        .key("oauth.enable_role_mapping")
        .doc("The provider says who is an administrator"),
    text("OAUTH_ROLES_CLAIM", "roles").key("oauth.roles_claim").doc("Claim holding the roles; dots nest"),
    list("OAUTH_ADMIN_ROLES", ',', "admin").key("oauth.admin_roles").doc("Roles of administrators"),
    list("OAUTH_ALLOWED_ROLES", ',', "user,admin").key("oauth.allowed_roles").doc("Roles that may come at all"),
    flag("ENABLE_OAUTH_GROUP_MANAGEMENT", false)
        .key("oauth.enable_group_mapping")
        .doc("The provider says who is in which group"),
    flag("ENABLE_OAUTH_GROUP_CREATION", false).key("oauth.enable_group_creation").doc("Make groups that are missing"),
    text("OAUTH_GROUP_CLAIM", "groups")
        .or("OAUTH_GROUPS_CLAIM")
        .key("oauth.group_claim")
        .doc("Claim holding the groups"),
    text("OAUTH_GROUP_DEFAULT_SHARE", "true").doc("Who may share with such a group: true, false or members"),
    text("OAUTH_PROVIDER_NAME", "SSO").key("oauth.provider_name").doc("Name of the provider that people see"),
    text("OPENID_PROVIDER_URL", "").key("oauth.provider_url").doc("Address of its discovery document"),
    text("OAUTH_CLIENT_ID", "").key("oauth.client_id").doc("This server's id at the provider"),
    text("OAUTH_CLIENT_SECRET", "").key("oauth.client_secret").doc("This server's secret at the provider"),
    text("OPENID_REDIRECT_URI", "").key("oauth.redirect_uri").doc("Where the provider sends people back to"),
    text("OAUTH_SCOPES", "openid email profile").key("oauth.scopes").doc("What is asked of the provider"),
    text("OAUTH_CODE_CHALLENGE_METHOD", "").key("oauth.code_challenge_method").nullable().doc("`S256` turns PKCE on"),
    text("OAUTH_TOKEN_ENDPOINT_AUTH_METHOD", "")
        .key("oauth.token_endpoint_auth_method")
        .nullable()
        .doc("How this server shows its secret"),
    text("OPENID_END_SESSION_ENDPOINT", "").key("oauth.end_session_endpoint").doc("Where sign-out sends people"),
    int("OAUTH_TIMEOUT", "").key("oauth.timeout").doc("Seconds that the provider may take"),
    int("OAUTH_CLIENT_TIMEOUT", "").key("oauth.client.timeout").doc("Seconds that providers of tool servers may take"),
    text("OAUTH_EMAIL_CLAIM", "email").key("oauth.email_claim").doc("Claim holding the email"),
    text("OAUTH_USERNAME_CLAIM", "name").key("oauth.username_claim").doc("Claim holding the name"),
    text("OAUTH_PICTURE_CLAIM", "picture").key("oauth.picture_claim").doc("Claim holding the picture"),
    text("OAUTH_SUB_CLAIM", "")
        .key("oauth.sub_claim")
        .nullable()
        .doc("Claim holding the provider's own id of a person"),
    text("OAUTH_AUDIENCE", "").key("oauth.audience").doc("Audience asked of the provider"),
    flag("OAUTH_UPDATE_EMAIL_ON_LOGIN", false)
        .key("oauth.update_email_on_login")
        .doc("The provider's email replaces the one here"),
    flag("OAUTH_UPDATE_NAME_ON_LOGIN", false)
        .key("oauth.update_name_on_login")
        .doc("The provider's name replaces the one here"),
    flag("OAUTH_UPDATE_PICTURE_ON_LOGIN", false)
        .key("oauth.update_picture_on_login")
        .doc("The provider's picture replaces the one here"),
    flag("OAUTH_REFRESH_TOKEN_INCLUDE_SCOPE", false)
        .key("oauth.refresh_token.include_scope")
        .doc("Name the scopes again when a token is renewed"),
];
