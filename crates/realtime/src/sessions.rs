//! Who is behind a token: asked of identity on connect, before every event and every thirty seconds.

use airis_domain::{Role, User, UserId};

/// Turns a session token into its account.
#[async_trait::async_trait]
pub trait Sessions: Send + Sync + 'static {
    /// The account of a valid, unrevoked session token; `None` otherwise (API keys included).
    async fn user(&self, token: &str) -> Option<User>;
}

#[async_trait::async_trait]
impl Sessions for airis_identity::Sessions {
    async fn user(&self, token: &str) -> Option<User> {
        match self.by_session(token).await {
            Ok(caller) => Some(caller.user),
            Err(error) => {
                tracing::debug!(%error, "socket token refused");
                None
            }
        }
    }
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
