//! Entities named in the path, already proved to be the caller's.

use std::marker::PhantomData;

use airis_access::Owned;
use airis_domain::{Chat, ChatId};
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;

use crate::app::App;
use crate::caller::Verified;
use crate::error::ApiError;
use crate::extract::Path;

/// The role of an owner, for `ChatAs<Owner>`.
#[derive(Clone, Copy, Debug)]
pub struct Owner;

/// The chat of the path (`{id}` or `{chat_id}`), loaded, and the caller proved to be `Whose`.
#[derive(Clone, Debug)]
pub struct ChatAs<Whose> {
    pub chat: Owned<Chat>,
    /// Who calls.
    pub caller: Verified,
    whose: PhantomData<Whose>,
}

impl<Whose> std::ops::Deref for ChatAs<Whose> {
    type Target = Chat;

    fn deref(&self) -> &Chat {
        &self.chat
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ChatAs<Owner>
where
    App: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let caller = Verified::from_request_parts(parts, state).await?;
        let Path(params) = Path::<std::collections::HashMap<String, String>>::from_request_parts(parts, state).await?;
        let id = params.get("id").or_else(|| params.get("chat_id")).ok_or_else(ApiError::unauthorized)?;
        let app = App::from_ref(state);
        let chat = Owned::chat(&app.store, &caller, &ChatId::from(id.as_str())).await?;
        Ok(Self { chat, caller, whose: PhantomData })
    }
}
