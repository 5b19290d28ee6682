//! Long chats go on from a summary of what came before and their latest messages.

use std::future::pending;
use std::time::Duration;

use airis_domain::{Chat, ChatId, Json, JsonMap, Message, MessageId, MessageRole, User, render};
use airis_providers::ChatRequest;
use airis_store::MessagePatch;
use serde_json::json;

use crate::job::{Job, envelope};
use crate::{Inner, TurnError, models, prompt};

/// A summary that takes longer is given up.
const DEADLINE: Duration = Duration::from_secs(180);
/// Key of the message that closes the summarised part; its value is the summary.
const KEY: &str = "contextSummary";
/// Characters of a token, roughly.
const TOKEN: usize = 4;

const PROMPT: &str = "Sum up this conversation for an assistant that will go on with it without having seen it. Keep facts, \
    names, numbers, decisions, wishes of the user and open questions. Write plain text in the conversation's language, \
    without a preface.\n\nConversation:\n{{MESSAGES}}";
/// What a model reads before a summary.
const BEFORE: &str = "What was said before, in short:";

/// A summary, and the last message that it covers.
#[derive(Clone, Debug, PartialEq)]
pub struct Compacted {
    pub checkpoint: MessageId,
    pub summary: String,
}

/// What a model is told of the summarised part of a branch, and the part that is sent as it is; that holds the last
/// message in any case.
pub fn split(branch: &[Message]) -> (Option<String>, &[Message]) {
    let Some((_, earlier)) = branch.split_last() else { return (None, branch) };
    let (summary, at) = last_summary(earlier);
    (summary.map(|summary| format!("{BEFORE}\n{summary}")), &branch[at..])
}

/// The last summary on a branch, and where what it does not cover begins.
fn last_summary(branch: &[Message]) -> (Option<&str>, usize) {
    let summary = |message: &Message| message.rest.get(KEY).and_then(Json::as_str).is_some_and(|text| !text.is_empty());
    match branch.iter().rposition(summary) {
        Some(at) => (branch[at].rest.get(KEY).and_then(Json::as_str), at + 1),
        None => (None, 0),
    }
}

/// Sums up the branch that is shown, but for its latest messages, with the model that was named, the one that
/// administrators chose, or the one that answered last.
pub async fn compact(inner: &Inner, user: &User, chat: &Chat, model: Option<&str>) -> Result<Compacted, TurnError> {
    if !inner.store.running_turns(&chat.id).await?.is_empty() {
        return Err(TurnError::Conflict("A reply is being written in this chat".to_owned()));
    }
    let messages = inner.store.messages(&chat.id).await?;
    let branch = match render::visible_leaf(&messages, chat.current_message_id.as_ref()) {
        Some(leaf) => inner.store.branch(&chat.id, &leaf).await?,
        None => Vec::new(),
    };
    if branch.is_empty() {
        return Err(nothing());
    }
    let model = match (model.filter(|model| !model.is_empty()), chosen(inner).await) {
        (Some(named), _) => models::resolve(inner, user, named).await?.base,
        (None, Some(chosen)) => chosen,
        (None, None) => {
            let last = branch.iter().rev().find_map(|message| message.model.as_deref());
            models::resolve(inner, user, last.ok_or(TurnError::ModelNotFound)?).await?.base
        }
    };
    sum_up(inner, user, &chat.id, &branch, model, pending()).await
}

/// The branch of a reply that is about to be written, summed up where administrators want that and it is long enough.
/// Without a summary the reply is written all the same.
pub async fn when_due(inner: &Inner, job: &Job, mut branch: Vec<Message>) -> Vec<Message> {
    // What the turn said itself is no part of its branch: one try is enough.
    if !inner.config.flag("chat.context_compaction.enable") || !job.progress.lock().writer.items.is_empty() {
        return branch;
    }
    let limit = job.params().get("compact_token_threshold").and_then(Json::as_i64);
    let limit =
        limit.or_else(|| inner.config.int("chat.context_compaction.token_threshold")).filter(|limit| *limit > 0);
    let recent: usize = split(&branch).1.iter().map(|message| words(message).len() / TOKEN).sum();
    let (Some(limit), Some((_, earlier))) = (limit.and_then(|limit| usize::try_from(limit).ok()), branch.split_last())
    else {
        return branch;
    };
    if recent <= limit {
        return branch;
    }
    let model = chosen(inner).await.unwrap_or_else(|| job.model.base.clone());
    match sum_up(inner, &job.user, &job.chat, earlier, model, job.cancel.cancelled()).await {
        Ok(done) => {
            if let Some(message) = branch.iter_mut().find(|message| message.id == done.checkpoint) {
                message.rest.insert(KEY.to_owned(), json!(done.summary));
            }
        }
        Err(error) => tracing::warn!(%error, chat = %job.chat, "a long chat was not summed up"),
    }
    branch
}

fn nothing() -> TurnError {
    TurnError::Invalid("There is nothing in this chat yet that could be summed up".to_owned())
}

/// The model that administrators chose for summaries, if it is there.
async fn chosen(inner: &Inner) -> Option<String> {
    let chosen = inner.config.text("chat.context_compaction.model");
    (!chosen.is_empty() && inner.providers.offers(&chosen).await).then_some(chosen)
}

/// Sums up what the last summary does not cover, unless `stopped` comes first.
async fn sum_up(
    inner: &Inner,
    user: &User,
    chat: &ChatId,
    branch: &[Message],
    model: String,
    stopped: impl Future<Output = ()>,
) -> Result<Compacted, TurnError> {
    let (before, at) = last_summary(branch);
    let since = &branch[at..];
    let kept = inner.config.int("chat.context_compaction.retention_percentage").unwrap_or(40).clamp(0, 100);
    let old = &since[..old(since, usize::try_from(kept).unwrap_or_default())];
    let Some(checkpoint) = old.last().map(|message| message.id.clone()) else {
        return Err(nothing());
    };
    let tell = |mut data: Json| {
        data["action"] = json!("context_compaction");
        inner.tell_room(format!("user:{}", user.id), envelope(chat, &checkpoint, "context_compaction", data), None);
    };
    tell(json!({ "description": "Summing up what was said before", "done": false }));
    let excerpt = excerpt(inner, before, old);
    let asked = tokio::select! {
        () = stopped => Err(TurnError::Conflict("Summing up was stopped".to_owned())),
        asked = ask(inner, user, model, &excerpt) => asked,
    };
    match asked {
        Ok(summary) => {
            let rest = JsonMap::from_iter([(KEY.to_owned(), json!(summary))]);
            let patch = MessagePatch { rest, ..MessagePatch::default() };
            inner.store.patch_message(chat, &checkpoint, &patch).await?;
            tell(json!({ "description": "What was said before is summed up", "done": true,
                "checkpoint_message_id": checkpoint, "context_summary": summary }));
            Ok(Compacted { checkpoint, summary })
        }
        Err(error) => {
            tell(json!({ "description": "Summing up failed", "done": true, "error": error.to_string() }));
            Err(error)
        }
    }
}

/// How many messages are old: all but the last ones that hold this percentage of the characters. What is kept begins with a
/// question.
fn old(messages: &[Message], percentage: usize) -> usize {
    let lengths: Vec<usize> = messages.iter().map(|message| words(message).len()).collect();
    let room = lengths.iter().sum::<usize>() * percentage / 100;
    let mut kept = 0;
    let mut at = messages.len();
    while at > 0 && kept + lengths[at - 1] <= room {
        at -= 1;
        kept += lengths[at];
    }
    (at..=messages.len())
        .find(|at| messages.get(*at).is_none_or(|message| message.role == MessageRole::User))
        .unwrap_or(messages.len())
}

/// The old part as text, the latest of it if there is a cap.
fn excerpt(inner: &Inner, before: Option<&str>, old: &[Message]) -> String {
    let mut parts: Vec<String> = before.map(|summary| format!("EARLIER: {summary}")).into_iter().collect();
    parts.extend(old.iter().map(|message| format!("{}: {}", message.role.as_str().to_uppercase(), words(message))));
    let text = parts.join("\n\n");
    let cap = inner.config.int("chat.context_compaction.token_cap").and_then(|cap| usize::try_from(cap).ok());
    match cap.filter(|cap| *cap > 0) {
        Some(cap) => {
            let skipped = text.chars().count().saturating_sub(cap.saturating_mul(TOKEN));
            text.chars().skip(skipped).collect()
        }
        None => text,
    }
}

/// What a message says to a model, tools included, images left out.
fn words(message: &Message) -> String {
    let said = prompt::history(std::slice::from_ref(message));
    let texts = said.iter().map(|part| match &part["content"] {
        Json::String(text) => text.clone(),
        Json::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join("\n"),
        _ => String::new(),
    });
    texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n")
}

async fn ask(inner: &Inner, user: &User, model: String, conversation: &str) -> Result<String, TurnError> {
    let custom = inner.config.text("chat.context_compaction.prompt_template");
    let template = if custom.trim().is_empty() { PROMPT } else { &custom };
    let content = template.replace("{{MESSAGES}}", conversation);
    let body = json!({ "messages": [{ "role": "user", "content": content }], "stream": false });
    let body = body.as_object().cloned().unwrap_or_default();
    let request = ChatRequest { model, body, user: Some(user.clone()), chat_id: None, prefix: None };
    let answer = tokio::time::timeout(DEADLINE, inner.providers.complete(request));
    let answer =
        answer.await.map_err(|_| TurnError::Conflict("The model took too long to sum the chat up".to_owned()))??;
    let summary = answer.pointer("/choices/0/message/content").and_then(Json::as_str).unwrap_or_default().trim();
    if summary.is_empty() {
        return Err(TurnError::Conflict("The model gave no summary".to_owned()));
    }
    Ok(summary.to_owned())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    fn branch(lengths: &[usize]) -> Vec<Message> {
        let message = |(index, length): (usize, &usize)| {
            let role = if index % 2 == 0 { "user" } else { "assistant" };
            let object = json!({"role": role, "content": "x".repeat(*length)});
            Message::from_json(&ChatId::from("c"), &index.to_string(), object.as_object().unwrap()).unwrap()
        };
        lengths.iter().enumerate().map(message).collect()
    }

    #[test]
    fn the_latest_messages_are_kept_from_a_question_on() {
        assert_eq!(old(&branch(&[10, 10, 10, 10]), 50), 2);
        assert_eq!(old(&branch(&[10, 10, 10, 10]), 30), 4, "an answer without its question is not kept");
        assert_eq!(old(&branch(&[10, 10, 10, 10]), 0), 4);
        assert_eq!(old(&branch(&[10, 10, 10, 10]), 100), 0);
        assert_eq!(old(&branch(&[100, 1, 1, 1]), 40), 2);
        assert_eq!(old(&[], 40), 0);
    }

    #[test]
    fn a_model_reads_the_last_summary_and_what_followed() {
        let mut messages = branch(&[1, 1, 1, 1, 1]);
        assert_eq!(split(&messages), (None, &messages[..]));
        messages[1].rest.insert(KEY.to_owned(), json!("first"));
        messages[3].rest.insert(KEY.to_owned(), json!("second"));
        let (summary, recent) = split(&messages);
        assert!(summary.is_some_and(|summary| summary.ends_with("\nsecond")));
        assert_eq!(recent, &messages[4..]);
        assert_eq!(split(&messages[..4]).1, &messages[2..4], "a question is asked even if it was summed up");
    }
}
