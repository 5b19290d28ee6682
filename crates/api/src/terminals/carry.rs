//! Messages carried from one socket to another. One message is under way at a time in each direction: whoever does
//! not read holds back who writes to them, and nothing piles up here.

use std::time::Duration;

use airis_outbound::{Frame, closing};
use axum::extract::ws::{CloseFrame, Message};
use futures::{Sink, SinkExt, Stream, StreamExt};
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

use super::refusal::Refusal;

/// How often each side is asked for a sign of life, and how long it may give none.
const BEAT: Duration = Duration::from_secs(30);
const SILENCE: Duration = Duration::from_secs(95);
/// How long one message may take to leave.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a side has to say goodbye.
const FAREWELL: Duration = Duration::from_secs(2);
/// Bytes of a reason: the last message may have 125, the code included.
const REASON: usize = 120;

/// How a relay ends, as both sides are told.
#[derive(Debug, PartialEq)]
pub struct Ending {
    code: u16,
    reason: String,
}

impl Ending {
    /// A code that may be sent, whatever was received.
    pub fn new(code: u16, reason: &str) -> Self {
        let sendable = matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999);
        let end = (0..=REASON.min(reason.len())).rev().find(|end| reason.is_char_boundary(*end)).unwrap_or_default();
        Self { code: if sendable { code } else { 1000 }, reason: reason[..end].to_owned() }
    }

    fn gone() -> Self {
        Self::new(1011, "The connection broke off")
    }
}

impl From<Refusal> for Ending {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.code, &refusal.error)
    }
}

impl From<&Ending> for Message {
    fn from(ending: &Ending) -> Self {
        Self::Close(Some(CloseFrame { code: ending.code, reason: ending.reason.as_str().into() }))
    }
}

impl From<&Ending> for Frame {
    fn from(ending: &Ending) -> Self {
        closing(ending.code, &ending.reason)
    }
}

/// What becomes of a message.
pub enum Step<M> {
    On(M),
    /// It was for this server.
    Nothing,
    End(Ending),
}

/// What a browser says, for the terminal server.
pub fn to_server(message: Message) -> Step<Frame> {
    match message {
        Message::Text(text) => Step::On(Frame::text(text.as_str())),
        Message::Binary(bytes) => Step::On(Frame::binary(bytes)),
        Message::Ping(_) | Message::Pong(_) => Step::Nothing,
        Message::Close(None) => Step::End(Ending::new(1000, "")),
        Message::Close(Some(close)) => Step::End(Ending::new(close.code, close.reason.as_str())),
    }
}

/// What a terminal server says, for the browser.
pub fn to_browser(frame: Frame) -> Step<Message> {
    match frame {
        Frame::Text(text) => Step::On(Message::Text(text.as_str().into())),
        Frame::Binary(bytes) => Step::On(Message::Binary(bytes)),
        Frame::Ping(_) | Frame::Pong(_) | Frame::Frame(_) => Step::Nothing,
        Frame::Close(None) => Step::End(Ending::new(1000, "")),
        Frame::Close(Some(close)) => Step::End(Ending::new(close.code.into(), close.reason.as_str())),
    }
}

/// Carries messages one way until a side ends, gives no sign of life, or takes nothing.
pub async fn carry<I, E, O>(
    from: &mut (impl Stream<Item = Result<I, E>> + Unpin),
    to: &mut (impl Sink<O> + Unpin),
    turn: fn(I) -> Step<O>,
    ping: fn() -> O,
) -> Ending {
    let mut beat = interval_at(Instant::now() + BEAT, BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard = Instant::now();
    loop {
        let message = tokio::select! {
            said = from.next() => {
                let Some(Ok(said)) = said else { return Ending::gone() };
                heard = Instant::now();
                match turn(said) {
                    Step::On(message) => message,
                    Step::Nothing => continue,
                    Step::End(ending) => return ending,
                }
            }
            _ = beat.tick() => {
                if heard.elapsed() > SILENCE {
                    return Ending::gone();
                }
                ping()
            }
        };
        if !matches!(timeout(PATIENCE, to.send(message)).await, Ok(Ok(()))) {
            return Ending::gone();
        }
    }
}

/// Says goodbye and hears the other side out for a moment, so that the last message is not lost.
pub async fn part<I, O>(from: &mut (impl Stream<Item = I> + Unpin), to: &mut (impl Sink<O> + Unpin), farewell: O) {
    let parting = async {
        if to.send(farewell).await.is_ok() {
            while from.next().await.is_some() {}
        }
    };
    // Whoever does not answer is cut off.
    let _ = timeout(FAREWELL, parting).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_last_message_can_be_sent_whatever_was_received() {
        assert_eq!(Ending::new(1006, "x").code, 1000);
        assert_eq!(Ending::new(4004, "x").code, 4004);
        let long = Ending::new(4003, &"ü".repeat(100));
        assert_eq!(long.reason.len(), 120);
    }
}
