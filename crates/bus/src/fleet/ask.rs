//! Questions from one instance to another, with a deadline and an answer.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use airis_domain::Json;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::Fleet;
use super::letter::Letter;
use super::outbox::Post;
use crate::BusError;

/// Questions of one kind that may wait for whoever answers them.
const DESK: usize = 4_096;

/// Who is there is known well enough for so long.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Somebody here waits for an answer.
pub(crate) struct Waiting {
    pub(crate) to: String,
    answer: oneshot::Sender<Option<Json>>,
}

/// A question of another instance.
pub struct Question {
    pub payload: Json,
    fleet: Arc<Fleet>,
    from: String,
    id: u64,
    over: CancellationToken,
    answered: bool,
}

impl Question {
    /// Answers it.
    pub fn answer(mut self, payload: Json) {
        self.reply(Some(payload));
    }

    /// Ends when nobody waits for the answer any more.
    pub async fn never_mind(&self) {
        self.over.cancelled().await;
    }

    fn reply(&mut self, payload: Option<Json>) {
        if !std::mem::replace(&mut self.answered, true) {
            self.fleet.answering.remove(&(self.from.clone(), self.id));
            let letter = Letter::Answer { id: self.id, payload };
            self.fleet.outbox.post(Post::Direct { to: self.from.clone(), letter });
        }
    }
}

impl Drop for Question {
    fn drop(&mut self) {
        self.reply(None);
    }
}

/// Takes the question back when whoever asked goes away.
struct Asking<'a> {
    fleet: &'a Fleet,
    id: u64,
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        if let Some((id, waiting)) = self.fleet.asks.remove(&self.id) {
            let letter = Letter::NeverMind { id, from: self.fleet.tag.clone() };
            self.fleet.outbox.post(Post::Direct { to: waiting.to, letter });
        }
    }
}

impl Fleet {
    /// The living instance that a name (of an instance or a socket) belongs to, this one included.
    pub(crate) async fn home(&self, is_of: impl Fn(&str) -> bool) -> Option<String> {
        if is_of(&self.tag) {
            return Some(self.tag.clone());
        }
        let find = || self.members.read().iter().find(|member| is_of(&member.tag)).map(|member| member.tag.clone());
        if let Some(found) = find() {
            return Some(found);
        }
        // It may have come since the last look; names that somebody made up are not worth many looks.
        if self.beaten.lock().elapsed() > LOOK_AGAIN {
            _ = self.beat().await;
        }
        find()
    }

    pub(crate) async fn ask(&self, to: &str, kind: &str, payload: Json, patience: Duration) -> Result<Json, BusError> {
        if self.is_away() || !self.members.read().iter().any(|member| member.tag == to) {
            return Err(BusError::Gone);
        }
        let (answer, answered) = oneshot::channel();
        let id = self.asked.fetch_add(1, Ordering::Relaxed);
        self.asks.insert(id, Waiting { to: to.to_owned(), answer });
        let _asking = Asking { fleet: self, id };
        let letter = Letter::Question { id, from: self.tag.clone(), kind: kind.to_owned(), payload };
        self.outbox.post(Post::Direct { to: to.to_owned(), letter });
        match tokio::time::timeout(patience, answered).await {
            Ok(Ok(Some(answer))) => Ok(answer),
            Ok(Ok(None)) => Err(BusError::Refused),
            Ok(Err(_)) => Err(BusError::Gone),
            Err(_) => Err(BusError::Silent),
        }
    }

    /// Asks every other instance at once; those that do not answer in time are left out.
    pub(crate) async fn ask_everyone(&self, kind: &str, payload: &Json, patience: Duration) -> Vec<Json> {
        let others: Vec<String> =
            self.members.read().iter().map(|member| member.tag.clone()).filter(|tag| *tag != self.tag).collect();
        let asks = others.iter().map(|to| self.ask(to, kind, payload.clone(), patience));
        futures::future::join_all(asks).await.into_iter().filter_map(Result::ok).collect()
    }

    /// Letters were lost, perhaps questions or answers among them: whoever asked must not wait for those in vain.
    pub(crate) fn ask_no_more(&self) {
        self.asks.clear();
    }

    pub(crate) fn serve(&self, kind: &str) -> mpsc::Receiver<Question> {
        let (sender, receiver) = mpsc::channel(DESK);
        self.desks.insert(kind.to_owned(), sender);
        receiver
    }

    pub(crate) fn asked(self: &Arc<Self>, id: u64, from: String, kind: &str, payload: Json) {
        let over = CancellationToken::new();
        self.answering.insert((from.clone(), id), over.clone());
        let question = Question { payload, fleet: self.clone(), from, id, over, answered: false };
        // A question that nobody takes answers itself when it is dropped.
        let Some(desk) = self.desks.get(kind).map(|desk| desk.clone()) else {
            return tracing::debug!(kind, "nobody here answers such a question");
        };
        if desk.try_send(question).is_err() {
            tracing::warn!(kind, "too many questions wait; one was refused");
        }
    }

    pub(crate) fn never_mind(&self, id: u64, from: String) {
        if let Some((_, over)) = self.answering.remove(&(from, id)) {
            over.cancel();
        }
    }

    pub(crate) fn answered(&self, id: u64, payload: Option<Json>) {
        if let Some((_, waiting)) = self.asks.remove(&id) {
            // Whoever asked may be gone.
            _ = waiting.answer.send(payload);
        }
    }
}
