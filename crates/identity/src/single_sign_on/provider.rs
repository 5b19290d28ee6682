//! The identity providers that are set up, as the settings stand.

use airis_config::Config;

use super::metadata::Metadata;

/// Seconds that a provider may take when nothing else is said, and the most that may be said.
const SECONDS: u64 = 10;
const MOST_SECONDS: i64 = 60;

/// A provider that this server knows how to speak with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Google,
    Microsoft,
    /// OAuth 2 without OpenID Connect.
    Github,
    /// Any provider that speaks OpenID Connect.
    Oidc,
}

impl Kind {
    pub(super) const ALL: [Self; 4] = [Self::Google, Self::Microsoft, Self::Github, Self::Oidc];

    /// Its name in addresses and settings.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Google => "google",
            Self::Microsoft => "microsoft",
            Self::Github => "github",
            Self::Oidc => "oidc",
        }
    }
}

/// Where a provider's own addresses are from.
#[derive(Clone)]
pub(super) enum Endpoints {
    /// The address of its discovery document.
    Discovered(String),
    Fixed(Box<Metadata>),
}

/// A provider with everything that was set for it.
#[derive(Clone)]
pub(super) struct Provider {
    pub(super) kind: Kind,
    /// What people read.
    pub(super) label: String,
    pub(super) client_id: String,
    /// Empty for a client that proves itself by PKCE alone.
    pub(super) client_secret: String,
    pub(super) scope: String,
    /// Empty: made from the address of this server.
    pub(super) redirect_uri: String,
    pub(super) endpoints: Endpoints,
    /// More of the address that people are sent to.
    pub(super) extra: Vec<(String, String)>,
    pub(super) pkce: bool,
    pub(super) auth_method: Option<String>,
    pub(super) seconds: u64,
    /// Where pictures are asked for with the access token.
    pub(super) picture_url: Option<String>,
    /// People of any organisation come, so that an email proves nothing by itself.
    pub(super) is_for_anybody: bool,
}

impl Provider {
    /// Those that are set up, in the order people see them.
    pub(super) fn all(config: &Config) -> Vec<Self> {
        if !config.flag("oauth.enable") {
            return Vec::new();
        }
        Kind::ALL.into_iter().filter_map(|kind| Self::of(kind, config)).collect()
    }

    pub(super) fn named(name: &str, config: &Config) -> Option<Self> {
        Self::all(config).into_iter().find(|provider| provider.kind.as_str() == name)
    }

    /// Whether it proves who somebody is by a signed token.
    pub(super) fn speaks_openid(&self) -> bool {
        self.scope.split_whitespace().any(|scope| scope == "openid")
    }

    fn of(kind: Kind, config: &Config) -> Option<Self> {
        let settings = config.settings();
        let text = |key: &str| config.text(key).trim().to_owned();
        let own = |key: &str| text(&format!("oauth.{}.{key}", kind.as_str()));
        let base = Self {
            kind,
            label: String::new(),
            client_id: own("client_id"),
            client_secret: own("client_secret"),
            scope: own("scope"),
            redirect_uri: own("redirect_uri"),
            endpoints: Endpoints::Discovered(String::new()),
            extra: Vec::new(),
            pkce: false,
            auth_method: None,
            seconds: config
                .int("oauth.timeout")
                .map_or(SECONDS, |seconds| seconds.clamp(1, MOST_SECONDS).unsigned_abs()),
            picture_url: None,
            is_for_anybody: false,
        };
        let provider = match kind {
            Kind::Google => Self {
                label: "Google".to_owned(),
                endpoints: discovered("https://accounts.google.com"),
                extra: settings.google_authorize_params.clone(),
                ..base
            },
            Kind::Microsoft => {
                let tenant = own("tenant_id");
                if tenant.is_empty() {
                    return None;
                }
                Self {
                    label: "Microsoft".to_owned(),
                    endpoints: discovered(&format!("{}/{tenant}/v2.0", own("login_base_url").trim_end_matches('/'))),
                    picture_url: Some(own("picture_url")).filter(|url| !url.is_empty()),
                    is_for_anybody: ["common", "organizations", "consumers"].contains(&tenant.as_str()),
                    ..base
                }
            }
            Kind::Github => Self {
                label: "GitHub".to_owned(),
                endpoints: Endpoints::Fixed(Box::new(Metadata::of_github())),
                auth_method: Some("client_secret_post".to_owned()),
                ..base
            },
            Kind::Oidc => {
                let address = text("oauth.provider_url");
                if address.is_empty() {
                    return None;
                }
                let audience = text("oauth.audience");
                let audience = Some(("audience".to_owned(), audience)).filter(|(_, audience)| !audience.is_empty());
                let client_secret = text("oauth.client_secret");
                Self {
                    label: text("oauth.provider_name"),
                    client_id: text("oauth.client_id"),
                    scope: text("oauth.scopes"),
                    redirect_uri: text("oauth.redirect_uri"),
                    endpoints: discovered(&address),
                    extra: audience.into_iter().chain(settings.oauth_authorize_params.clone()).collect(),
                    pkce: client_secret.is_empty() || text("oauth.code_challenge_method") == "S256",
                    auth_method: Some(text("oauth.token_endpoint_auth_method")).filter(|method| !method.is_empty()),
                    client_secret,
                    ..base
                }
            }
        };
        let usable = !provider.client_id.is_empty() && (kind == Kind::Oidc || !provider.client_secret.is_empty());
        usable.then_some(provider)
    }
}

/// The discovery document at an address, or below it where only the issuer was named.
fn discovered(address: &str) -> Endpoints {
    let address = address.trim_end_matches('/');
    Endpoints::Discovered(if address.contains("/.well-known/") {
        address.to_owned()
    } else {
        format!("{address}/.well-known/openid-configuration")
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn names(pairs: &[(&str, &str)]) -> Vec<&'static str> {
        Provider::all(&config(pairs)).into_iter().map(|provider| provider.kind.as_str()).collect()
    }

    fn config(pairs: &[(&str, &str)]) -> Config {
        let env = |name: &str| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Config::from_env(&env).unwrap()
    }

    #[test]
    fn a_provider_is_there_when_all_it_needs_is_set() {
        assert!(names(&[]).is_empty());
        assert!(names(&[("GOOGLE_CLIENT_ID", "a")]).is_empty());
        assert_eq!(names(&[("GOOGLE_CLIENT_ID", "a"), ("GOOGLE_CLIENT_SECRET", "b")]), ["google"]);
        let microsoft = [("MICROSOFT_CLIENT_ID", "a"), ("MICROSOFT_CLIENT_SECRET", "b")];
        assert!(names(&microsoft).is_empty());
        assert_eq!(names(&[&microsoft[..], &[("MICROSOFT_CLIENT_TENANT_ID", "t")]].concat()), ["microsoft"]);
        let generic = [("OAUTH_CLIENT_ID", "a"), ("OPENID_PROVIDER_URL", "https://id.example")];
        assert_eq!(names(&generic), ["oidc"]);
        assert!(names(&[&generic[..], &[("ENABLE_OAUTH", "false")]].concat()).is_empty());
    }

    #[test]
    fn a_client_without_a_secret_uses_pkce() {
        let generic = [("OAUTH_CLIENT_ID", "a"), ("OPENID_PROVIDER_URL", "https://id.example/")];
        let provider = Provider::named("oidc", &config(&generic)).unwrap();
        assert!(provider.pkce);
        let Endpoints::Discovered(address) = provider.endpoints else { panic!("no address") };
        assert_eq!(address, "https://id.example/.well-known/openid-configuration");
        let secret = [&generic[..], &[("OAUTH_CLIENT_SECRET", "b")]].concat();
        assert!(!Provider::named("oidc", &config(&secret)).unwrap().pkce);
        assert!(Provider::named("google", &config(&generic)).is_none());
    }
}
