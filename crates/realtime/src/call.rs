//! Asking one socket a question and waiting for its answer.

use std::time::Duration;

use airis_bus::Home;
use airis_domain::{Json, SessionId, UserId};

use crate::{Inner, Realtime, relay};

/// Why a client gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The socket is on no instance, or belongs to somebody else.
    #[error("the session is not connected")]
    NotConnected,
    /// The client took too long, or went away.
    #[error("the client did not answer")]
    NoAnswer,
    /// Too many questions are open, or this one cannot be written.
    #[error("the question could not be sent")]
    Unsent,
}

impl CallError {
    /// As instances tell it each other.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::NotConnected => "not_connected",
            Self::NoAnswer => "no_answer",
            Self::Unsent => "unsent",
        }
    }

    pub(crate) fn from_code(code: &str) -> Self {
        match code {
            "not_connected" => Self::NotConnected,
            "unsent" => Self::Unsent,
            _ => Self::NoAnswer,
        }
    }
}

/// A deadline for calls without one of their own; a person may be asked, so it is long.
const PATIENCE: Duration = Duration::from_secs(3600);

impl Realtime {
    /// Sends an `events` envelope (`{chat_id, message_id, data: {type, data}}`) to one socket of `user`, on whichever
    /// instance it is, and returns the first item of its acknowledgement.
    pub async fn call(
        &self,
        session: &SessionId,
        user: &UserId,
        envelope: &Json,
        timeout: Option<Duration>,
    ) -> Result<Json, CallError> {
        let inner = &self.inner;
        let configured = inner.config.settings().websocket_event_caller_timeout.map(Duration::from_secs);
        let patience = timeout.or(configured).unwrap_or(PATIENCE);
        match relay::home(inner, session.as_str()).await {
            Home::Here => here(inner, session, user, envelope, patience).await,
            Home::There(place) => relay::call(inner, &place, (session, user), envelope, patience).await,
            Home::Nowhere => Err(CallError::NotConnected),
        }
    }
}

/// Asks a socket of this instance.
pub(crate) async fn here(
    inner: &Inner,
    session: &SessionId,
    user: &UserId,
    envelope: &Json,
    patience: Duration,
) -> Result<Json, CallError> {
    let seat = inner.rooms.seat(session.as_str()).ok_or(CallError::NotConnected)?;
    if seat.awake().is_none_or(|person| person.id != *user) {
        return Err(CallError::NotConnected);
    }
    let (_, answer) = seat.ask("events", envelope).ok_or(CallError::Unsent)?;
    drop(seat);
    match tokio::time::timeout(patience, answer).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(_)) | Err(_) => Err(CallError::NoAnswer),
    }
}
