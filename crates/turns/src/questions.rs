//! What attached documents or the web are searched for: what a model makes of the conversation, or the question itself.

use std::time::Duration;

use airis_domain::{Json, JsonMap, Message, User};

use crate::models::Resolved;
use crate::task_prompt::{Matter, plain};
use crate::tasks::{object, texts};
use crate::{Inner, Task, ask};

/// Nobody waits longer for better words.
const PATIENCE: Duration = Duration::from_secs(10);
/// Messages that say what a question is about.
const RECENT: usize = 6;

/// What is searched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Questions {
    pub texts: Vec<String>,
    /// Whether a model found the words.
    pub thought: bool,
}

/// A conversation as lines, and its last question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    pub lines: Vec<String>,
    pub question: String,
}

impl Asked {
    /// Of the messages of a chat, or where it has none, of a request.
    pub fn of(branch: &[Message], body: &JsonMap) -> Self {
        let stored = branch.iter().map(|message| (message.role.as_str().to_owned(), plain(&message.content)));
        let asked = Self::read(stored.collect());
        if !asked.question.is_empty() {
            return asked;
        }
        let sent = body.get("messages").and_then(Json::as_array).into_iter().flatten();
        let sent =
            sent.map(|message| (message["role"].as_str().unwrap_or_default().to_owned(), plain(&message["content"])));
        Self::read(sent.collect())
    }

    /// Whether nothing was asked.
    pub fn is_empty(&self) -> bool {
        self.question.trim().is_empty()
    }

    fn read(messages: Vec<(String, String)>) -> Self {
        let question = messages.iter().rfind(|(role, _)| role == "user").map(|(_, text)| text.clone());
        let lines = messages.iter().filter(|(role, _)| role == "user" || role == "assistant");
        let lines: Vec<String> = lines.map(|(role, text)| format!("{}: {text}", role.to_uppercase())).collect();
        let first = lines.len().saturating_sub(RECENT);
        Self { lines: lines[first..].to_vec(), question: question.unwrap_or_default() }
    }
}

/// Asks the model of small jobs for words; without one that is quick and willing it is the question. `kind` is what is
/// searched: `retrieval` or `web_search`.
pub async fn think(inner: &Inner, user: &User, answering: &Resolved, asked: Asked, kind: &str) -> Questions {
    let plain = Questions { texts: vec![asked.question.clone()], thought: false };
    if Task::Queries.switch(kind).is_some_and(|switch| !inner.config.flag(switch)) || asked.is_empty() {
        return plain;
    }
    let model = ask::task_model(inner, &answering.base).await;
    // Where the model of the reply does it, it counts as that was picked.
    let picked = (model == answering.base).then_some(answering.id.as_str());
    let providers = inner.providers.aside(picked);
    if inner.providers.is_built_in(&model).await {
        // It computes one reply at a time: the answer would wait for the words.
        return plain;
    }
    let matter = Matter { messages: asked.lines, kind: kind.to_owned(), ..Matter::default() };
    let request = ask::request(inner, Task::Queries, model, &matter, user);
    let found = match tokio::time::timeout(PATIENCE, providers.complete(request)).await {
        Ok(Ok(answer)) => {
            let text = answer.pointer("/choices/0/message/content").and_then(Json::as_str);
            text.and_then(object).map(|answer| texts(&answer["queries"])).unwrap_or_default()
        }
        Ok(Err(error)) => {
            tracing::info!(%error, "it is searched with the question itself");
            Vec::new()
        }
        Err(_) => {
            tracing::info!(seconds = PATIENCE.as_secs(), "words to search for took too long");
            Vec::new()
        }
    };
    if found.is_empty() { plain } else { Questions { texts: found, thought: true } }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_last_question_counts_and_what_was_said_before_it() {
        let body = json!({"messages": [
            {"role": "system", "content": "never told"}, {"role": "user", "content": "Who is Ann?"},
            {"role": "assistant", "content": "A cat."}, {"role": "user", "content": [{"type": "text", "text": "How old?"}]},
        ]});
        let asked = Asked::of(&[], body.as_object().unwrap());
        assert_eq!(asked.question, "How old?");
        assert_eq!(asked.lines, ["USER: Who is Ann?", "ASSISTANT: A cat.", "USER: How old?"]);
        assert_eq!(Asked::of(&[], json!({}).as_object().unwrap()), Asked::default());
    }
}
