//! Asking one socket a question and waiting for its answer.

use std::time::Duration;

use airis_domain::{Json, SessionId, UserId};

use crate::Realtime;

/// Why a client gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The socket is not here, or belongs to somebody else.
    #[error("the session is not connected")]
    NotConnected,
    /// The client took too long, or went away.
    #[error("the client did not answer")]
    NoAnswer,
    /// Too many questions are open, or this one cannot be written.
    #[error("the question could not be sent")]
    Unsent,
}

/// A deadline for calls without one of their own; a person may be asked, so it is long.
const PATIENCE: Duration = Duration::from_secs(3600);

impl Realtime {
    /// Sends an `events` envelope (`{chat_id, message_id, data: {type, data}}`) to one socket of `user` and returns the
    /// first item of its acknowledgement.
    pub async fn call(
        &self,
        session: &SessionId,
        user: &UserId,
        envelope: &Json,
        timeout: Option<Duration>,
    ) -> Result<Json, CallError> {
        let seat = self.inner.rooms.seat(session.as_str()).ok_or(CallError::NotConnected)?;
        if seat.awake().is_none_or(|person| person.id != *user) {
            return Err(CallError::NotConnected);
        }
        let configured = self.inner.config.settings().websocket_event_caller_timeout.map(Duration::from_secs);
        let patience = timeout.or(configured).unwrap_or(PATIENCE);
        let (_, answer) = seat.ask("events", envelope).ok_or(CallError::Unsent)?;
        drop(seat);
        match tokio::time::timeout(patience, answer).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) | Err(_) => Err(CallError::NoAnswer),
        }
    }
}
