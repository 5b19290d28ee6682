//! Extractors that prove who calls. A handler that takes none of them is public.

use airis_domain::{Role, User};
use airis_identity::{Caller, Via};
use async_recursion::async_recursion as boxed;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use crate::app::App;
use crate::error::ApiError;

macro_rules! proof {
    ($(#[$doc:meta])* $name:ident, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(pub Caller);

        impl std::ops::Deref for $name {
            type Target = User;

            fn deref(&self) -> &User {
                &self.0.user
            }
        }

        impl<S: Send + Sync> FromRequestParts<S> for $name
        where
            App: FromRef<S>,
        {
            type Rejection = ApiError;

            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
                let caller = caller(parts, &App::from_ref(state)).await?;
                let check: fn(&Caller) -> Result<(), ApiError> = $check;
                check(&caller)?;
                Ok(Self(caller))
            }
        }
    };
}

proof!(
    /// Anybody signed in, people who wait for approval included.
    Current,
    |_| Ok(())
);
proof!(
    /// Somebody with the role user or admin.
    Verified,
    |caller| if caller.user.role == Role::Pending { Err(ApiError::wrong_role()) } else { Ok(()) }
);
proof!(
    /// An administrator.
    Admin,
    |caller| if caller.user.role == Role::Admin { Ok(()) } else { Err(ApiError::wrong_role()) }
);
proof!(
    /// Somebody in an interactive session; API keys are refused.
    Human,
    |caller| match caller.via {
        Via::Session { .. } => Ok(()),
        Via::ApiKey => Err(ApiError::forbidden("This address needs an interactive session, not an API key")),
    }
);

/// Whoever calls, when anybody does; a credential that is not valid counts as none.
#[derive(Clone, Debug)]
pub struct Maybe(pub Option<Caller>);

impl<S: Send + Sync> FromRequestParts<S> for Maybe
where
    App: FromRef<S>,
{
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(caller(parts, &App::from_ref(state)).await.ok()))
    }
}

/// The caller of a request; looked up once, however many extractors ask.
#[boxed]
pub async fn caller(parts: &mut Parts, app: &App) -> Result<Caller, ApiError> {
    if let Some(known) = parts.extensions.get::<Caller>() {
        return Ok(known.clone());
    }
    let token =
        token(&parts.headers, &app.config.settings().custom_api_key_header).ok_or_else(ApiError::not_authenticated)?;
    let caller = app.sessions.authenticate(&token, parts.uri.path()).await?;
    parts.extensions.insert(caller.clone());
    Ok(caller)
}

/// The credential of a request: bearer, then cookie `token`, then the API key header.
pub fn token(headers: &HeaderMap, key_header: &str) -> Option<String> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let bearer = text(header::AUTHORIZATION.as_str())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    let filled = |token: &&str| !token.is_empty();
    bearer
        .filter(filled)
        .map(str::to_owned)
        .or_else(|| cookie(headers, "token"))
        .or_else(|| text(key_header).filter(filled).map(str::to_owned))
}

/// A cookie's value, when it is set and not empty.
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| value.trim_matches('"').to_owned())
}
