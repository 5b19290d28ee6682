//! Accounts of other identity providers (OAuth 2, OpenID Connect).

use crate::variable::{Variable, flag, int, json, list, text};

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
    text("OAUTH_ROLES_SEPARATOR", ",").doc("What stands between several roles in one text, here and in the claim"),
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
    text("OAUTH_GROUPS_SEPARATOR", ";").doc("What stands between several groups in one text"),
    text("OAUTH_GROUP_DEFAULT_SHARE", "true").doc("Who may share with such a group: true, false or members"),
    text("OAUTH_PROVIDER_NAME", "SSO").key("oauth.provider_name").doc("Name of the provider that people see"),
    text("OPENID_PROVIDER_URL", "")
        .or("OKTA_ISSUER_URL")
        .key("oauth.provider_url")
        .doc("Address of its discovery document"),
    text("OAUTH_CLIENT_ID", "").or("OKTA_CLIENT_ID").key("oauth.client_id").doc("This server's id at the provider"),
    text("OAUTH_CLIENT_SECRET", "")
        .or("OKTA_CLIENT_SECRET")
        .key("oauth.client_secret")
        .doc("This server's secret at the provider"),
    text("OKTA_ISSUER_URL", "")
        .doc("Address of an issuer, Okta's or any other, where `OPENID_PROVIDER_URL` is not set"),
    text("OKTA_CLIENT_ID", "").doc("This server's id there"),
    text("OKTA_CLIENT_SECRET", "").doc("This server's secret there"),
    text("OPENID_REDIRECT_URI", "").key("oauth.redirect_uri").doc("Where the provider sends people back to"),
    text("OAUTH_SCOPES", "openid email profile").key("oauth.scopes").doc("What is asked of the provider"),
    text("OAUTH_CODE_CHALLENGE_METHOD", "").key("oauth.code_challenge_method").nullable().doc("`S256` turns PKCE on"),
    text("OAUTH_TOKEN_ENDPOINT_AUTH_METHOD", "")
        .key("oauth.token_endpoint_auth_method")
        .nullable()
        .doc("How this server shows its secret"),
    text("OPENID_END_SESSION_ENDPOINT", "").key("oauth.end_session_endpoint").doc("Where sign-out sends people"),
    flag("OAUTH_ACCESS_TOKEN_REQUEST_INCLUDE_CLIENT_ID", false)
        .doc("Name this server's id beside its secret when a code is exchanged, for providers that ask for both"),
    json("OAUTH_AUTHORIZE_PARAMS", "").doc("More of the address that people are sent to, as a JSON object"),
    flag("ENABLE_OAUTH_EMAIL_FALLBACK", false).doc("People without an email get one that leads nowhere"),
    flag("ENABLE_OAUTH_ID_TOKEN_COOKIE", true).doc("Give browsers the provider's id token, too"),
    flag("ENABLE_OAUTH_BACKCHANNEL_LOGOUT", false)
        .doc("Providers may end sessions here at `/oauth/backchannel-logout`"),
    int("OAUTH_MAX_SESSIONS_PER_USER", "10").doc("Sessions with one provider that are remembered per person"),
    text("OAUTH_SESSION_TOKEN_ENCRYPTION_KEY", "").doc("Seals the tokens of providers in place of `WEBUI_SECRET_KEY`"),
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
    text("GOOGLE_CLIENT_ID", "").key("oauth.google.client_id").doc("This server's id at Google"),
    text("GOOGLE_CLIENT_SECRET", "").key("oauth.google.client_secret").doc("This server's secret at Google"),
    text("GOOGLE_OAUTH_SCOPE", "openid email profile").key("oauth.google.scope").doc("What is asked of Google"),
    text("GOOGLE_REDIRECT_URI", "").key("oauth.google.redirect_uri").doc("Where Google sends people back to"),
    json("GOOGLE_OAUTH_AUTHORIZE_PARAMS", "").doc("More of the address at Google, as a JSON object"),
    text("MICROSOFT_CLIENT_ID", "").key("oauth.microsoft.client_id").doc("This server's id at Microsoft"),
    text("MICROSOFT_CLIENT_SECRET", "").key("oauth.microsoft.client_secret").doc("This server's secret at Microsoft"),
    text("MICROSOFT_CLIENT_TENANT_ID", "").key("oauth.microsoft.tenant_id").doc("The organisation at Microsoft"),
    text("MICROSOFT_CLIENT_LOGIN_BASE_URL", "https://login.microsoftonline.com")
        .key("oauth.microsoft.login_base_url")
        .doc("Where Microsoft lets people sign in"),
    text("MICROSOFT_CLIENT_PICTURE_URL", "https://graph.microsoft.com/v1.0/me/photo/$value")
        .key("oauth.microsoft.picture_url")
        .doc("Where Microsoft has people's pictures; empty: none are taken"),
    text("MICROSOFT_OAUTH_SCOPE", "openid email profile")
        .key("oauth.microsoft.scope")
        .doc("What is asked of Microsoft"),
    text("MICROSOFT_REDIRECT_URI", "").key("oauth.microsoft.redirect_uri").doc("Where Microsoft sends people back to"),
    text("GITHUB_CLIENT_ID", "").key("oauth.github.client_id").doc("This server's id at GitHub"),
    text("GITHUB_CLIENT_SECRET", "").key("oauth.github.client_secret").doc("This server's secret at GitHub"),
    text("GITHUB_CLIENT_SCOPE", "user:email").key("oauth.github.scope").doc("What is asked of GitHub"),
    text("GITHUB_CLIENT_REDIRECT_URI", "").key("oauth.github.redirect_uri").doc("Where GitHub sends people back to"),
];
