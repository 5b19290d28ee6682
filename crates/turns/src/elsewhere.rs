//! Turns of other instances: stopping them, asking for them, and what others ask of the turns here.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use airis_bus::{Home, LOG, Question};
use airis_domain::{ChatId, Json, TurnId, TurnState};
use serde_json::json;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use crate::job::Job;
use crate::registry::watched;
use crate::{Inner, TurnError, recover, traced};

/// Tells that turns lie there without an owner.
pub const ORPHANS: &str = "orphans";
/// Asks to run turns (`turn_ids`) that were stored and not begun, in the trace of who asked for them (`trace`); the answer
/// is whether it will.
const RUN: &str = "run";
/// Asks to stop a turn (`turn_id`) or all of a chat (`chat_id`); the answer, when they ended, is whether any was there.
const STOP: &str = "stop";
/// Asks for the running turns of a temporary chat (`chat_id`); the answer is their ids.
const RUNNING: &str = "running";

/// How long a stopped turn may take to end, and a turn whose owner is gone to be taken over before that.
const STOP_WITHIN: Duration = Duration::from_secs(10);
/// How long another instance may take to say what it knows.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// The same of whether it runs what it is given: less than until this instance misses a task for it.
const GIVEN_WITHIN: Duration = Duration::from_millis(800);
const PAUSE: Duration = Duration::from_millis(200);

/// Answers other instances, and mends logs that lost something, until the drain.
pub fn listen(inner: &Arc<Inner>, tasks: &TaskTracker, stop: &CancellationToken) {
    let (Some(mut stops), Some(mut chats), Some(mut given)) =
        (inner.bus.serve(STOP), inner.bus.serve(RUNNING), inner.bus.serve(RUN))
    else {
        return;
    };
    let (mut logs, mut orphans) = (inner.bus.subscribe(LOG), inner.bus.subscribe(ORPHANS));
    let (inner, stop) = (inner.clone(), stop.clone());
    tasks.spawn(async move {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                Some(question) = stops.recv() => {
                    inner.spawn_lesser(answer_stop(inner.clone(), question));
                }
                Some(question) = given.recv() => {
                    let runs = !inner.is_draining();
                    let ids = turn_ids(&question.payload["turn_ids"]);
                    let trace = question.payload["trace"].as_str().map(str::to_owned);
                    question.answer(json!(runs));
                    if runs {
                        inner.spawn_lesser(begin_given(inner.clone(), ids, trace));
                    }
                }
                Some(question) = chats.recv() => {
                    let chat = ChatId::from(question.payload["chat_id"].as_str().unwrap_or_default());
                    let ids: Vec<TurnId> = inner.of_chat(&chat).iter().map(|job| job.turn.clone()).collect();
                    question.answer(json!(ids));
                }
                message = logs.recv() => {
                    // Too many to hear of each: all are looked at.
                    let of = message.ok().and_then(|message| message["turn_id"].as_str().map(TurnId::from));
                    for job in inner.with_torn_log(of.as_ref()) {
                        inner.spawn_lesser(mend(inner.clone(), job));
                    }
                }
                _ = orphans.recv() => {
                    if !inner.is_draining() {
                        inner.spawn_lesser(adopt(inner.clone()));
                    }
                }
            }
        }
    });
}

/// The other instance to which whoever asks is connected. Replies run there: then no word of them has to be carried to
/// where it is shown.
pub async fn of_session(inner: &Inner, session: Option<&str>) -> Option<String> {
    let session = session.filter(|_| inner.bus.has_peers())?;
    match inner.bus.home(|mark| session.starts_with(mark)).await {
        Home::There(there) => Some(there),
        Home::Here | Home::Nowhere => None,
    }
}

/// Gives stored turns to another instance; what it does not want is begun here. Should it die with them, this instance
/// finds that it still holds what it does not run.
pub async fn give(inner: Arc<Inner>, there: String, turns: Vec<TurnId>, trace: Option<String>) {
    match inner.bus.ask(&there, RUN, json!({"turn_ids": turns, "trace": trace}), GIVEN_WITHIN).await {
        Ok(Json::Bool(true)) => {}
        _ => begin_given(inner, turns, trace).await,
    }
}

async fn begin_given(inner: Arc<Inner>, turns: Vec<TurnId>, trace: Option<String>) {
    let begun = recover::begin_stored(&inner, &turns).instrument(traced::given(trace.as_deref())).await;
    if let Err(error) = begun {
        tracing::warn!(%error, "turns were not begun yet; whoever holds them looks after them");
    }
}

fn turn_ids(list: &Json) -> Vec<TurnId> {
    list.as_array().into_iter().flatten().filter_map(Json::as_str).map(TurnId::from).collect()
}

async fn answer_stop(inner: Arc<Inner>, question: Question) {
    let id = |name: &str| question.payload[name].as_str().map(str::to_owned);
    let (turn, chat) = (id("turn_id"), id("chat_id"));
    let mut stopped = false;
    if let Some(turn) = turn {
        stopped = stop_here(&inner, &TurnId::from(turn)).await;
    }
    if let Some(chat) = chat {
        for job in inner.of_chat(&ChatId::from(chat)) {
            stopped |= stop_here(&inner, &job.turn).await;
        }
    }
    question.answer(json!(stopped));
}

/// The log of a running turn lacks something, or nothing was shown for a while: the whole is written and told anew,
/// unless another instance has the turn by now.
pub async fn mend(inner: Arc<Inner>, job: Arc<Job>) {
    loop {
        match inner.store.turn(&job.turn).await {
            Ok(Some(turn)) if turn.fence == job.fence => {
                if let Err(error) = job.restate() {
                    tracing::warn!(%error, turn = %job.turn, "the log of a turn was not mended");
                }
                return;
            }
            Ok(_) => return job.lose(),
            // As long as nobody can say whose it is, it goes on here.
            Err(error) => tracing::debug!(%error, turn = %job.turn, "whose turn it is cannot be asked yet"),
        }
        sleep(PAUSE).await;
    }
}

async fn adopt(inner: Arc<Inner>) {
    match recover::take_over(&inner, false).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "took over replies of an instance that ends"),
        Err(error) => tracing::warn!(%error, "replies of another instance were not taken over yet"),
    }
}

/// Stops a turn that runs here and waits until it has ended; false when it does not.
pub async fn stop_here(inner: &Inner, id: &TurnId) -> bool {
    let Some(job) = inner.job(id) else { return false };
    job.cancel.cancel();
    inner.wait_for(id, STOP_WITHIN).await;
    true
}

/// Stops a turn wherever it runs and waits until it has ended; false when it does not run.
pub async fn stop(inner: &Inner, id: &TurnId) -> Result<bool, TurnError> {
    let end = Instant::now() + STOP_WITHIN;
    let mut ran = false;
    loop {
        if stop_here(inner, id).await {
            return Ok(true);
        }
        let Some(turn) = inner.store.turn(id).await? else {
            // Turns of temporary chats are in no database.
            let answers = inner.bus.ask_everyone(STOP, &json!({"turn_id": id}), STOP_WITHIN).await;
            return Ok(answers.iter().any(|stopped| *stopped == true));
        };
        if turn.state != TurnState::Running {
            return Ok(ran);
        }
        ran = true;
        if !inner.bus.is_shared() || Instant::now() > end {
            return Ok(true);
        }
        if let Home::There(owner) = inner.bus.home(|mark| turn.owner.ends_with(mark)).await
            && let Ok(Json::Bool(true)) = inner.bus.ask(&owner, STOP, json!({"turn_id": id}), STOP_WITHIN).await
        {
            return Ok(true);
        }
        // Its owner is gone, or has it no more: somebody takes it over, and is asked then.
        sleep(PAUSE).await;
    }
}

/// Stops what other instances still do for a chat, such as naming it.
pub async fn stop_chat(inner: &Inner, chat: &ChatId) {
    inner.bus.ask_everyone(STOP, &json!({"chat_id": chat}), STOP_WITHIN).await;
}

/// Running turns of a temporary chat on other instances.
pub async fn running(inner: &Inner, chat: &ChatId) -> Vec<TurnId> {
    let places = inner.bus.who_has(&watched(chat)).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "turns of a temporary chat elsewhere cannot be found");
        Vec::new()
    });
    let mut ids = Vec::new();
    for (place, _) in places.iter().filter(|(place, _)| place != inner.bus.tag()) {
        let answer = inner.bus.ask(place, RUNNING, json!({"chat_id": chat}), ANSWER_WITHIN).await;
        ids.extend(answer.as_ref().map(turn_ids).unwrap_or_default());
    }
    ids
}

/// Whether another instance still has a turn of a chat.
pub async fn runs(inner: &Inner, chat: &ChatId) -> bool {
    if !inner.bus.is_shared() || chat.is_temporary() {
        return false;
    }
    inner.store.running_turns(chat).await.is_ok_and(|turns| turns.iter().any(|turn| turn.owner != inner.instance))
}

/// Learns who looks at the chat of a turn that has just begun here; changes are heard of from then on.
pub async fn learn_viewers(inner: Arc<Inner>, chat: ChatId) {
    // First it must be known that this instance wants to hear.
    inner.bus.settle().await;
    match inner.bus.people(&watched(&chat)).await {
        Ok(people) => {
            let users: HashSet<String> =
                people.iter().filter_map(|person| person["id"].as_str().map(str::to_owned)).collect();
            inner.bus.set_viewers(chat.as_str(), users);
        }
        Err(error) => tracing::debug!(%error, "who looks at a chat is not known yet"),
    }
}
