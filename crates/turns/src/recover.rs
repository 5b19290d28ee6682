//! Taking over turns whose owner died: what viewers saw is rebuilt, and the reply goes on behind it.

use std::sync::Arc;

use airis_bus::{LogEntry, TurnLog};
use airis_domain::{Json, JsonMap, Message, MessageId, Turn, TurnId, TurnState, User};
use airis_store::{MessagePatch, StoreError};
use futures::StreamExt;
use futures::stream;
use serde_json::json;

use crate::form::Background;
use crate::replay::{Replayed, replay};
use crate::{Inner, Live, Start, TurnError, arena, begin, items, lease, models, run, toolloop};

/// What people read when a reply could not be continued where it was cut.
const RESTARTED: &str = "The server restarted while this reply was being written; this step was started again.";

/// What people read of a reply that is too old to be continued.
const GIVEN_UP: &str =
    "The server was gone for too long while this reply was being written; ask again to have it anew.";

/// How long the model of a turn is looked for.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(4);

/// Events that one owner of a turn numbers at most. Without the bus an owner shows what no log holds: were its numbers
/// used again, viewers would take what the next owner says for what they have seen, and miss it.
const NUMBERS: u64 = 1 << 20;

/// Turns taken over at once.
const AT_ONCE: usize = 32;

/// Takes over every abandoned turn; with `alone`, nobody else can own one, so all running turns are abandoned.
pub async fn take_over(inner: &Arc<Inner>, alone: bool) -> Result<usize, TurnError> {
    Ok(take_all(inner, orphans(inner, alone).await?).await)
}

/// Turns that nobody owns; with `alone`, all that run.
pub async fn orphans(inner: &Inner, alone: bool) -> Result<Vec<Turn>, TurnError> {
    let now = if alone { i64::MAX } else { inner.bus.now_ms() };
    Ok(inner.store.orphaned_turns(now, None).await?)
}

/// Takes over those of these turns that do not run here; returns how many.
pub async fn take_all(inner: &Arc<Inner>, orphans: Vec<Turn>) -> usize {
    let abandoned = orphans.into_iter().filter(|turn| inner.job(&turn.id).is_none());
    // Side by side: one whose provider does not answer must not hold up the others.
    let mut taken = stream::iter(abandoned)
        .map(|turn| async { (turn.id.clone(), take(inner, turn).await) })
        .buffer_unordered(AT_ONCE);
    let mut count = 0;
    while let Some((id, taken)) = taken.next().await {
        match taken {
            Ok(taken) => count += usize::from(taken),
            // One turn's trouble is not that of the others; it is tried again at the next look.
            Err(error) => tracing::warn!(%error, turn = %id, "a turn was not taken over"),
        }
    }
    count
}

/// Takes over turns that this instance holds but does not run: their request or their take-over broke off half-way, or
/// their end was not stored.
pub async fn take_strays(inner: &Arc<Inner>, strays: &[TurnId]) -> Result<(), TurnError> {
    for id in strays {
        let held = |turn: &Turn| turn.owner == inner.instance && !inner.has(id);
        if let Some(turn) = inner.store.turn(id).await?.filter(held) {
            tracing::info!(turn = %id, "a turn without a task is taken over");
            take(inner, turn).await?;
        }
    }
    Ok(())
}

/// Begins turns that were stored, here or on another instance, and that nobody has begun.
pub async fn begin_stored(inner: &Arc<Inner>, ids: &[TurnId]) -> Result<(), TurnError> {
    for id in ids {
        let Some(turn) = inner.store.turn(id).await?.filter(|turn| turn.fence == begin::FENCE) else { continue };
        let Some(_taking) = inner.taking(id) else { continue };
        match inner.store.take_turn(id, turn.fence, &inner.instance, lease::until(inner)).await {
            Ok(fence) => begin_here(inner, turn, fence).await?,
            Err(StoreError::LeaseLost) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

async fn begin_here(inner: &Arc<Inner>, turn: Turn, fence: i64) -> Result<(), TurnError> {
    let Some(stored) = Stored::read(inner, turn, fence).await? else { return Ok(()) };
    let extended = stored.extends().then(|| items::of_message(stored.message.output.as_ref(), &stored.message.content));
    let job = inner.begin_from(stored.start(None), |_, progress| {
        if let Some(items) = extended {
            progress.writer.resume(items, true);
        }
    });
    run::launch(inner, &job.chat, std::slice::from_ref(&job.turn));
    Ok(())
}

/// False when somebody else was faster, or another task here.
async fn take(inner: &Arc<Inner>, turn: Turn) -> Result<bool, TurnError> {
    let Some(_taking) = inner.taking(&turn.id) else { return Ok(false) };
    match inner.store.take_turn(&turn.id, turn.fence, &inner.instance, lease::until(inner)).await {
        Ok(fence) => go_on(inner, turn, fence).await.map(|()| true),
        Err(StoreError::LeaseLost) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// All that is stored of a turn.
struct Stored {
    turn: Turn,
    fence: i64,
    user: User,
    message: Message,
    model: models::Resolved,
    body: JsonMap,
    folder: Option<String>,
}

impl Stored {
    /// `None` when its message is gone, or whoever asked: then it has ended.
    async fn read(inner: &Inner, turn: Turn, fence: i64) -> Result<Option<Self>, TurnError> {
        let (Some(mut user), Some(message)) =
            (inner.store.user(&turn.user_id).await?, inner.store.message(&turn.chat_id, &turn.message_id).await?)
        else {
            let gone = MessagePatch::default();
            inner.store.finish_turn(&turn.id, fence, TurnState::Failed, &gone).await?;
            return Ok(None);
        };
        // Budgets of keys count on.
        user.by_key = turn.checkpoint["by_key"] == true;
        let (model, body) = begin::kept(&turn.checkpoint)
            .unwrap_or_else(|| (message.model.clone().unwrap_or_default(), JsonMap::new()));
        // A connection that does not answer must not hold up the end: then the turn ends with an error.
        let model = match tokio::time::timeout(PATIENCE, found(inner, &user, &model, &message)).await {
            Ok(Ok(resolved)) => resolved,
            _ => begin::gone(&model),
        };
        let folder = inner.store.chat(&turn.chat_id).await?.and_then(|chat| chat.folder_id);
        Ok(Some(Self { turn, fence, user, message, model, body, folder }))
    }

    fn extends(&self) -> bool {
        self.turn.checkpoint["extends"] == true
    }

    /// `taken_over`: behind its log so far, and whether it was paid for.
    fn start(self, taken_over: Option<(TurnLog, bool)>) -> Start {
        let extends = self.extends();
        let said = &self.turn.checkpoint;
        let flag = |name: &str| said["background"][name] == true;
        Start {
            folder: self.folder,
            model: self.model,
            body: self.body,
            background: Background { title: flag("title"), tags: flag("tags"), follow_ups: flag("follow_ups") },
            session: said["session"].as_str().map(str::to_owned),
            extends,
            fence: self.fence,
            first: said["first"] != false,
            parent: said["parent"].as_str().map(MessageId::from).or(self.message.parent_id),
            // One without an owner was stored by an instance that begins nothing any more.
            taken_over: taken_over.is_some() && !self.turn.owner.is_empty(),
            paid: taken_over.as_ref().is_some_and(|(_, paid)| *paid),
            log: taken_over.map(|(log, _)| log),
            user: self.user,
            turn: self.turn.id,
            chat: self.turn.chat_id,
            message: self.turn.message_id,
        }
    }
}

async fn go_on(inner: &Arc<Inner>, turn: Turn, fence: i64) -> Result<(), TurnError> {
    let Some(stored) = Stored::read(inner, turn, fence).await? else { return Ok(()) };
    let turn = stored.turn.clone();
    // From here on nothing more of what the old owner writes is stored or shown.
    let floor = u64::try_from(fence - begin::FENCE).unwrap_or_default() * NUMBERS;
    let (log, entries) = inner.bus.seize(turn.id.as_str(), floor).await?;
    let mut seen = seen_by_viewers(entries, &stored.message);
    let paid = settle(inner, &turn, &stored.model, &seen.items).await || items::size(&seen.items) > 0;
    tracing::info!(turn = %turn.id, fence, characters = items::size(&seen.items), "turn taken over");
    let can_continue =
        tokio::time::timeout(PATIENCE, inner.providers.can_continue(&stored.model.base)).await.unwrap_or(false);
    let end = seen.end.take().or_else(|| is_given_up(inner, &turn).then(given_up));
    let cut = end.is_none() && mend(&mut seen, can_continue);
    let start = stored.start(Some((log, paid)));
    let job = inner.begin_from(start, |job, progress| {
        progress.seq = seen.seq;
        progress.writer.usage = seen.usage;
        progress.writer.sources = seen.sources;
        progress.writer.files = seen.files;
        progress.writer.resume(seen.items, can_continue && end.is_none());
        let snapshot = progress.writer.snapshot();
        // Among many instances also when it is empty: numbers jump, and only the whole says that nothing is missing.
        if (!progress.writer.items.is_empty() || inner.bus.is_shared())
            && end.is_none()
            && let Err(error) = job.tell(progress, vec![snapshot])
        {
            tracing::warn!(%error, turn = %job.turn, "the log does not take the state of a turn");
        }
    });
    job.notice("chat:active", json!({"active": true, "folder_id": job.folder}));
    if cut {
        let status = json!({"action": "restarted", "description": RESTARTED, "done": true});
        // The turn is a job by now, and must run.
        if let Err(error) = inner.store.push_status(&turn.chat_id, &turn.message_id, &status).await {
            tracing::warn!(%error, turn = %turn.id, "that a reply was cut off was not stored");
        }
        job.notice("status", status);
    }
    match end {
        Some(end) => inner.spawn(run::end_only(inner.clone(), job, run::Ending::kept(&end))),
        None => inner.spawn(run::drive(inner.clone(), job)),
    };
    Ok(())
}

/// Whether nobody has written a turn for longer than the operator lets one be continued.
fn is_given_up(inner: &Inner, turn: &Turn) -> bool {
    let Some(ttl) = inner.config.settings().task_ttl else { return false };
    // A lease that was given up says no time.
    let last = turn.lease_until_ms.max(turn.updated_at.saturating_mul(1_000));
    inner.bus.now_ms().saturating_sub(last) > i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX)
}

/// The end of such a turn, as a log has it.
fn given_up() -> Json {
    json!({"state": TurnState::Failed, "error": {"content": GIVEN_UP}})
}

/// Counts what the dead process ran up since it last asked the model; what it had asked before is counted.
/// Whether there was anything to count.
async fn settle(inner: &Inner, turn: &Turn, model: &models::Resolved, seen: &[Json]) -> bool {
    let Some(budgets) = inner.providers.budgets() else { return false };
    let begin = seen.iter().rposition(|item| items::kind(item) == "function_call_output").map_or(0, |place| place + 1);
    let said = items::size(&seen[begin..]);
    match budgets.settle_dead(turn.id.as_str(), &[&model.id, &model.base], said).await {
        Ok(counted) => counted,
        Err(error) => {
            tracing::warn!(%error, turn = %turn.id, "what a dead process spent of budgets was not counted");
            false
        }
    }
}

/// The model of a turn; where an arena picked one, that one again.
pub async fn found(inner: &Inner, user: &User, model: &str, message: &Message) -> Result<models::Resolved, TurnError> {
    match (arena::find(&inner.config, model), begin::selected(message)) {
        (Some(arena), Some(selected)) => arena::again(inner, user, &arena, selected).await,
        _ => models::resolve(inner, user, model).await,
    }
}

/// What viewers saw of a turn that does not run here; `None` when its message is gone, or done by now.
pub async fn last_seen(inner: &Inner, turn: &Turn) -> Result<Option<Live>, TurnError> {
    let read = || inner.store.message(&turn.chat_id, &turn.message_id);
    let Some(mut message) = read().await? else { return Ok(None) };
    let entries = inner.bus.read_log(turn.id.as_str()).await?;
    if entries.is_empty() {
        // A log goes when the end is stored.
        let Some(now) = read().await? else { return Ok(None) };
        message = now;
    }
    if message.done == Some(true) {
        return Ok(None);
    }
    let seen = seen_by_viewers(entries, &message);
    Ok(Some(Live {
        message_id: turn.message_id.clone(),
        turn_id: turn.id.clone(),
        seq: seen.seq,
        content: items::content(&seen.items),
        output: json!(seen.items),
    }))
}

/// The log, or the checkpoint where that knows more (the log was lost with its disk).
fn seen_by_viewers(entries: Vec<LogEntry>, message: &Message) -> Replayed {
    let mut seen = replay(entries);
    let stored = message.output.as_ref().and_then(Json::as_array).cloned().unwrap_or_default();
    if items::size(&stored) > items::size(&seen.items) {
        seen.items = stored;
    }
    seen
}

/// Makes the items fit to go on from; true when something had to be cut off and started again.
fn mend(seen: &mut Replayed, can_continue: bool) -> bool {
    let answered: Vec<String> = seen
        .items
        .iter()
        .filter(|item| items::kind(item) == "function_call_output")
        .filter_map(|item| item["call_id"].as_str().map(str::to_owned))
        .collect();
    let mut unknown = Vec::new();
    let mut cut = false;
    seen.items.retain(|item| {
        // A call whose arguments were still arriving was never run: the model makes it again.
        let half = items::kind(item) == "function_call" && item["status"] == "in_progress";
        cut |= half;
        !half
    });
    for item in seen.items.iter().filter(|item| !toolloop::waits(item) && !toolloop::is_decided(item)) {
        let call = item["call_id"].as_str().unwrap_or_default().to_owned();
        if items::kind(item) == "function_call" && !answered.contains(&call) {
            unknown.push(items::function_output(&call, items::UNKNOWN_OUTCOME, "incomplete"));
        }
    }
    let has_unknown = !unknown.is_empty();
    seen.items.extend(unknown);
    let last = seen.items.len().saturating_sub(1);
    for (place, item) in seen.items.iter_mut().enumerate() {
        if item["status"] == "in_progress" {
            let goes_on = place == last && items::kind(item) == "message" && can_continue;
            if !goes_on {
                item["status"] = json!("incomplete");
                cut = true;
            }
        }
    }
    cut || has_unknown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(items: Json) -> Replayed {
        Replayed { items: items.as_array().cloned().unwrap_or_default(), ..Replayed::default() }
    }

    #[test]
    fn a_tool_that_may_have_run_is_reported_and_not_run_again() {
        let mut replayed =
            seen(json!([{"type": "function_call", "call_id": "c", "status": "completed", "arguments": "{}"}]));
        assert!(mend(&mut replayed, true));
        assert_eq!(replayed.items[1]["output"][0]["text"], items::UNKNOWN_OUTCOME);
    }

    #[test]
    fn a_call_that_was_decided_about_and_not_begun_is_left_to_whoever_goes_on() {
        for status in ["approved", "rejected", "queued"] {
            let mut replayed =
                seen(json!([{"type": "function_call", "call_id": "c", "status": status, "arguments": "{}"}]));
            assert!(!mend(&mut replayed, true));
            assert_eq!((replayed.items.len(), &replayed.items[0]["status"]), (1, &json!(status)));
        }
    }

    #[test]
    fn shown_text_stays_whether_or_not_the_provider_can_go_on() {
        let text = json!([{"type": "message", "status": "in_progress", "content": [{"type": "output_text", "text": "Once upon"}]}]);
        for (can_continue, status, cut) in [(true, "in_progress", false), (false, "incomplete", true)] {
            let mut replayed = seen(text.clone());
            assert_eq!(mend(&mut replayed, can_continue), cut);
            assert_eq!(items::text(&replayed.items[0]), "Once upon");
            assert_eq!(replayed.items[0]["status"], status);
        }
    }
}
