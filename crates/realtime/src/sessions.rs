//! Who is behind a token: asked of identity on connect, before every event and every thirty seconds.

use airis_domain::{Role, User, UserId};
use airis_identity::AuthError;
use airis_store::StoreError;

use crate::patience::read_patiently;

/// Turns a session token into its account.
#[async_trait::async_trait]
pub trait Sessions: Send + Sync + 'static {
    /// The account of a valid, unrevoked session token; `None` otherwise (API keys included). An error: nobody knows now.
    async fn user(&self, token: &str) -> Result<Option<User>, StoreError>;
}

#[async_trait::async_trait]
impl Sessions for airis_identity::Sessions {
    async fn user(&self, token: &str) -> Result<Option<User>, StoreError> {
        match self.by_session(token).await {
            Ok(caller) => Ok(Some(caller.user)),
            Err(AuthError::Store(error)) => Err(error),
            Err(error) => {
                tracing::debug!(%error, "socket token refused");
                Ok(None)
            }
        }
    }
}

/// Who may use sockets with a token. A person whose token holds must not be thrown out because the database is away.
pub(crate) async fn holder(sessions: &dyn Sessions, token: &str) -> Result<Option<Person>, StoreError> {
    let user = read_patiently(|| sessions.user(token)).await?;
    Ok(user.as_ref().and_then(Person::of))
}

/// What a socket remembers of its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) id: UserId,
    pub(crate) name: String,
    pub(crate) admin: bool,
}

impl Person {
    /// People who may use sockets: `user` and `admin`, not `pending`.
    pub(crate) fn of(user: &User) -> Option<Self> {
        (user.role != Role::Pending).then(|| Self {
            id: user.id.clone(),
            name: user.name.clone(),
            admin: user.role == Role::Admin,
        })
    }
}
