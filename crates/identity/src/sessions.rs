//! Tokens in, people out.

use async_recursion::async_recursion as boxed;
use std::sync::Arc;

use airis_config::Config;
use airis_domain::{Role, User, now};
use airis_store::Store;

use crate::seal::Seal;
use crate::single_sign_on::SignOn;
use crate::token::Signer;
use crate::{AuthError, Claims, Method, Passwords, RateLimit, lifetime_seconds};

/// A request's person and how they proved it.
#[derive(Clone, Debug)]
pub struct Caller {
    pub user: User,
    pub via: Via,
}

/// What was shown.
#[derive(Clone, Debug)]
pub enum Via {
    /// A session token with its claims.
    Session { token: String, claims: Claims },
    /// An API key.
    ApiKey,
}

/// A fresh session token.
#[derive(Clone, Debug)]
pub struct IssuedToken {
    pub token: String,
    /// Seconds; `None` when it never expires.
    pub expires_at: Option<i64>,
}

/// Checks and issues credentials; cheap to clone. Used by HTTP handlers and sockets alike.
#[derive(Clone)]
pub struct Sessions {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) config: Arc<Config>,
    pub(crate) passwords: Passwords,
    pub(crate) attempts: RateLimit,
    /// Codes of second factors per account.
    pub(crate) codes: RateLimit,
    /// The same per machine that shows them.
    pub(crate) codes_from: RateLimit,
    signer: Signer,
    /// What the secrets of second factors are sealed with.
    seal_secret: String,
    /// What everything else is sealed with.
    pub(crate) secret: String,
    pub(crate) sign_on: SignOn,
}

impl Inner {
    pub(crate) fn seal(&self) -> Result<Seal, AuthError> {
        Seal::new(&self.seal_secret, "second factor")
    }
}

/// Seconds in which an account may be asked for ten codes, and a machine may show a hundred.
pub(crate) const CODE_WINDOW: i64 = 900;

impl Sessions {
    /// `secret` signs the tokens; every instance of one installation needs the same.
    pub fn new(store: Store, config: Arc<Config>, secret: &str) -> Self {
        let seal_secret = config.settings().mfa_encryption_key.clone().unwrap_or_else(|| secret.to_owned());
        let inner = Inner {
            store,
            config,
            passwords: Passwords::default(),
            attempts: RateLimit::new(15, 180),
            codes: RateLimit::new(10, CODE_WINDOW),
            codes_from: RateLimit::new(100, CODE_WINDOW),
            signer: Signer::new(secret),
            seal_secret,
            secret: secret.to_owned(),
            sign_on: SignOn::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Password hashing, for accounts that are created or changed elsewhere.
    pub fn passwords(&self) -> &Passwords {
        &self.inner.passwords
    }

    /// The person behind a session token or an API key. `path` is the address asked for: API keys may be restricted
    /// to some.
    #[boxed]
    pub async fn authenticate(&self, token: &str, path: &str) -> Result<Caller, AuthError> {
        if token.starts_with("sk-") { self.by_key(token, path).await } else { self.by_session(token).await }
    }

    /// The person behind a session token; API keys are refused (sockets, interactive addresses).
    #[boxed]
    pub async fn by_session(&self, token: &str) -> Result<Caller, AuthError> {
        let claims = self.inner.signer.check(token)?;
        let store = &self.inner.store;
        let credentials = store.credentials_by_id(&claims.id).await?.ok_or(AuthError::Ended)?;
        if !credentials.active || credentials.session_stamp != claims.session_stamp {
            return Err(AuthError::Ended);
        }
        if let Some(jti) = &claims.jti
            && store.token_is_revoked(jti).await?
        {
            return Err(AuthError::Ended);
        }
        if self.needs_factor(claims.auth_method)
            && !(claims.mfa_verified && store.second_factor(&claims.id).await?.is_some())
        {
            return Err(AuthError::Ended);
        }
        let user = store.user(&claims.id).await?.ok_or(AuthError::Ended)?;
        store.touch_user(&user.id, self.inner.config.settings().active_status_update_interval).await?;
        Ok(Caller { user, via: Via::Session { token: token.to_owned(), claims } })
    }

    async fn by_key(&self, key: &str, path: &str) -> Result<Caller, AuthError> {
        let Inner { store, config, .. } = self.inner.as_ref();
        let mut user = store.user_by_api_key(key).await?.ok_or(AuthError::UnknownKey)?;
        user.by_key = true;
        if !self.may_use_keys(&user).await? {
            return Err(AuthError::KeyRefused("API keys are switched off"));
        }
        if config.flag("auth.api_key.endpoint_restrictions") {
            let allowed = config.text("auth.api_key.allowed_endpoints");
            let within =
                |area: &str| path.strip_prefix(area).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            let areas = allowed.split(',').map(str::trim).filter(|area| !area.is_empty());
            // A list may write the addresses with or without a slash at their end.
            if !areas.map(|area| area.trim_end_matches('/')).any(within) {
                return Err(AuthError::KeyRefused("API keys may not be used at this address"));
            }
        }
        store.touch_user(&user.id, config.settings().active_status_update_interval).await?;
        Ok(Caller { user, via: Via::ApiKey })
    }

    /// Whether the person may own and use an API key.
    #[boxed]
    pub async fn may_use_keys(&self, user: &User) -> Result<bool, AuthError> {
        let Inner { store, config, .. } = self.inner.as_ref();
        if !config.flag("auth.enable_api_keys") {
            return Ok(false);
        }
        Ok(user.role == Role::Admin || airis_access::effective(store, config, user).await?.allows("features.api_keys"))
    }

    /// A new session for somebody who proved who they are.
    #[boxed]
    pub async fn issue(&self, user: &User, method: Method) -> Result<IssuedToken, AuthError> {
        self.sign(user, method, false).await
    }

    /// The same for somebody who showed a second factor, too.
    pub(crate) async fn issue_verified(&self, user: &User, method: Method) -> Result<IssuedToken, AuthError> {
        self.sign(user, method, true).await
    }

    /// A session of this many seconds at most, for a server that acts for the person meanwhile.
    #[boxed]
    pub async fn issue_brief(&self, user: &User, seconds: i64) -> Result<IssuedToken, AuthError> {
        self.sign_until(user, Method::System, true, Some(now() + seconds)).await
    }

    /// Keeps what must be read again, so that the database alone does not give it away. `purpose` keeps keys for
    /// different things apart.
    pub fn seal_for(&self, purpose: &str) -> Result<Seal, AuthError> {
        Seal::new(&self.inner.seal_secret, purpose)
    }

    async fn sign(&self, user: &User, method: Method, mfa_verified: bool) -> Result<IssuedToken, AuthError> {
        let lifetime = lifetime_seconds(&self.inner.config.text("auth.jwt_expiry"));
        self.sign_until(user, method, mfa_verified, lifetime.map(|seconds| now() + seconds)).await
    }

    async fn sign_until(
        &self,
        user: &User,
        method: Method,
        mfa_verified: bool,
        expires_at: Option<i64>,
    ) -> Result<IssuedToken, AuthError> {
        let credentials = self.inner.store.credentials_by_id(&user.id).await?.ok_or(AuthError::Ended)?;
        let begin = now();
        let token = self.inner.signer.sign(&Claims {
            id: user.id.clone(),
            typ: Some("session".to_owned()),
            auth_method: Some(method),
            auth_time: Some(begin),
            session_stamp: credentials.session_stamp,
            mfa_verified,
            exp: expires_at,
            jti: Some(uuid::Uuid::new_v4().to_string()),
            iat: Some(begin),
        })?;
        Ok(IssuedToken { token, expires_at })
    }

    /// Ends the session of a token. A token that is not valid needs no ending.
    #[boxed]
    pub async fn revoke(&self, token: &str) -> Result<Option<Claims>, AuthError> {
        let Ok(claims) = self.inner.signer.check(token) else { return Ok(None) };
        if let Some(jti) = &claims.jti {
            self.inner.store.revoke_token(jti, claims.exp).await?;
        }
        Ok(Some(claims))
    }

    /// Ends every session of a person.
    #[boxed]
    pub async fn revoke_all(&self, user: &User) -> Result<(), AuthError> {
        Ok(self.inner.store.set_session_stamp(&user.id, &uuid::Uuid::new_v4().to_string()).await?)
    }
}
