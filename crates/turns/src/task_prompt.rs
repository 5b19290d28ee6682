//! What the small jobs around a chat ask of a model: our own words or an administrator's, with the matter filled in.

use airis_config::Config;
use airis_domain::{Json, JsonMap};

/// Characters of a conversation, or of any other text, that a job sees.
const EXCERPT: usize = 6_000;

/// A small job around a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    Title,
    Tags,
    FollowUps,
    /// What to search for before a question can be answered.
    Queries,
    /// How a text that somebody types goes on.
    Autocomplete,
    /// A description that an image model can work from.
    ImagePrompt,
    /// One emoji for a mood.
    Emoji,
    /// One answer made of several models' answers.
    Merge,
}

impl Task {
    /// The setting that turns it on or off, where there is one. `kind` is what queries are for.
    pub(crate) fn switch(self, kind: &str) -> Option<&'static str> {
        match (self, kind) {
            (Self::Title, _) => Some("task.title.enable"),
            (Self::Tags, _) => Some("task.tags.enable"),
            (Self::FollowUps, _) => Some("task.follow_up.enable"),
            (Self::Queries, "web_search") => Some("task.query.search.enable"),
            (Self::Queries, "retrieval") => Some("task.query.retrieval.enable"),
            (Self::Autocomplete, _) => Some("task.autocomplete.enable"),
            _ => None,
        }
    }

    /// The setting that holds an administrator's words.
    fn template_key(self) -> Option<&'static str> {
        match self {
            Self::Title => Some("task.title.prompt_template"),
            Self::Tags => Some("task.tags.prompt_template"),
            Self::FollowUps => Some("task.follow_up.prompt_template"),
            Self::Queries => Some("task.query.prompt_template"),
            Self::Autocomplete => Some("task.autocomplete.prompt_template"),
            Self::ImagePrompt => Some("task.image.prompt_template"),
            Self::Emoji | Self::Merge => None,
        }
    }

    fn own_words(self) -> &'static str {
        match self {
            Self::Title => {
                "Name this conversation in at most five words, in its own language. Answer with JSON only, in the form \
                 {\"title\": \"...\"}.\n\nConversation:\n{{MESSAGES}}"
            }
            Self::Tags => {
                "Choose one to three broad topics for this conversation, each one or two words, in its own language. \
                 Answer with JSON only, in the form {\"tags\": [\"...\", \"...\"]}.\n\nConversation:\n{{MESSAGES}}"
            }
            Self::FollowUps => {
                "Suggest three short questions that the user might ask next, from the user's point of view and in the \
                 conversation's language. Answer with JSON only, in the form {\"follow_ups\": [\"...\", \"...\", \
                 \"...\"]}.\n\nConversation:\n{{MESSAGES}}"
            }
            Self::Queries => {
                "Today is {{CURRENT_DATE}}. Write one to three short search queries that find what is needed to answer \
                 the last message of this conversation, in its own language; none at all if it can be answered without \
                 a search. Answer with JSON only, in the form {\"queries\": [\"...\", \"...\"]}.\n\nConversation:\n\
                 {{MESSAGES:END:6}}"
            }
            Self::Autocomplete => {
                "Somebody is typing the text below ({{TYPE}}). Continue it from its last character with a few words, in \
                 the same language and tone; repeat nothing of it; an empty text if nothing fits. Answer with JSON \
                 only, in the form {\"text\": \"...\"}.\n\nConversation so far:\n{{MESSAGES:END:6}}\n\nText:\n{{prompt}}"
            }
            Self::ImagePrompt => {
                "Write the description from which an image model is to make the picture that this conversation asks for. \
                 That model has not read the conversation, so say everything that it must know, in one paragraph of plain \
                 words. Begin with what is seen: who or what it is, how it looks, what it does. Go on with the place and \
                 what lies around, then with the light, the colours and the mood. End with the kind of picture and its \
                 style, such as a photograph, a drawing or a painting. Keep to what was asked for, and fill gaps with \
                 what fits it well. Answer with JSON only, in the form {\"prompt\": \"...\"}.\n\nConversation:\n\
                 {{MESSAGES:END:6}}"
            }
            Self::Emoji => {
                "Consider the predominant feeling of the following text, whatever language it was written in, and express \
                 that feeling through exactly one well-chosen emoji. Return only this emoji, without words, quotation \
                 marks or explanation.\n\nText:\n{{prompt}}"
            }
            Self::Merge => {
                "Several assistants answered the same question, and none of them saw what the rest said. Write the one \
                 answer that a careful expert would give having read them all: keep what is right, leave out what is \
                 wrong or said twice, and where they differ, go by what the facts support and not by how many of them \
                 agree. Answer in the language of the question, in an order that is easy to follow. Do not mention that \
                 there were several answers, nor judge the assistants themselves.\n\nQuestion:\n{{prompt}}\n\nAnswers:\n\
                 {{responses}}"
            }
        }
    }
}

/// What a job is about.
#[derive(Clone, Debug, Default)]
pub struct Matter {
    /// `ROLE: text` of each message.
    pub messages: Vec<String>,
    pub prompt: String,
    /// What the result is for, in the caller's words.
    pub kind: String,
    pub responses: Vec<String>,
}

impl Matter {
    /// Reads it from the body of a request. Messages that are no text count as empty.
    pub fn read(body: &JsonMap) -> Self {
        let text = |name: &str| body.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
        let list = |name: &str| body.get(name).and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
        let message = |message: &Json| {
            let role = message["role"].as_str().filter(|role| *role != "system")?;
            Some(format!("{}: {}", role.to_uppercase(), plain(&message["content"])))
        };
        Self {
            messages: list("messages").iter().filter_map(message).collect(),
            prompt: text("prompt"),
            kind: text("type"),
            responses: list("responses").iter().filter_map(|text| text.as_str().map(str::to_owned)).collect(),
        }
    }
}

/// The text of a message, without its pictures.
pub fn plain(content: &Json) -> String {
    match content {
        Json::String(text) => text.clone(),
        Json::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join("\n"),
        _ => String::new(),
    }
}

/// What the model is asked.
pub fn compose(config: &Config, task: Task, matter: &Matter, asker: &str) -> String {
    let custom = task.template_key().map(|key| config.text(key)).filter(|text| !text.trim().is_empty());
    fill(custom.as_deref().unwrap_or_else(|| task.own_words()), matter, asker)
}

/// Fills placeholders in one pass, so that nothing people wrote is taken for a placeholder. Unknown ones stay.
fn fill(template: &str, matter: &Matter, asker: &str) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        filled.push_str(before);
        let Some((name, behind)) = after.split_once("}}") else {
            filled.push_str("{{");
            rest = after;
            continue;
        };
        match value(name, matter, asker) {
            Some(value) => filled.push_str(&value),
            None => filled.extend(["{{", name, "}}"]),
        }
        rest = behind;
    }
    filled + rest
}

/// `MESSAGES`, `prompt` and `responses` may name a part: `:START:n`, `:END:n` (messages, or characters of a text) and
/// `:MIDDLETRUNCATE:n` (characters).
fn value(name: &str, matter: &Matter, asker: &str) -> Option<String> {
    let mut words = name.trim().split(':').map(|word| word.trim().to_lowercase());
    let (what, part) = (words.next()?, words.next().unwrap_or_default());
    let count = words.next().and_then(|count| count.parse::<usize>().ok()).unwrap_or(EXCERPT);
    Some(match what.as_str() {
        "messages" => {
            let all = &matter.messages;
            let chosen = match part.as_str() {
                "start" => &all[..count.min(all.len())],
                "end" => &all[all.len().saturating_sub(count)..],
                _ => &all[..],
            };
            cut_middle(&chosen.join("\n\n"), if part == "middletruncate" { count } else { EXCERPT })
        }
        "prompt" => match part.as_str() {
            "start" => matter.prompt.chars().take(count).collect(),
            "end" => {
                let skipped = matter.prompt.chars().count().saturating_sub(count);
                matter.prompt.chars().skip(skipped).collect()
            }
            _ => cut_middle(&matter.prompt, count),
        },
        "responses" => {
            let numbered = matter.responses.iter().enumerate();
            let texts = numbered.map(|(index, text)| format!("{}.\n{}", index + 1, cut_middle(text, EXCERPT)));
            texts.collect::<Vec<_>>().join("\n\n")
        }
        "type" => matter.kind.clone(),
        "user_name" => asker.to_owned(),
        "current_date" => jiff::Timestamp::now().strftime("%Y-%m-%d").to_string(),
        _ => return None,
    })
}

/// Beginning and end of a text that is longer than `limit` characters.
fn cut_middle(text: &str, limit: usize) -> String {
    let length = text.chars().count();
    if length <= limit {
        return text.to_owned();
    }
    let head: String = text.chars().take(limit / 2).collect();
    let tail: String = text.chars().skip(length - (limit - limit / 2)).collect();
    format!("{head}\n[…]\n{tail}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn matter() -> Matter {
        let body = json!({"messages": [
            {"role": "system", "content": "secret"}, {"role": "user", "content": "Why {{prompt}}?"},
            {"role": "assistant", "content": [{"type": "text", "text": "Because."}]}, {"role": "user", "content": 5}],
            "prompt": "äbcdef", "type": "search query", "responses": ["one", "two", 3]});
        Matter::read(body.as_object().unwrap_or(&JsonMap::new()))
    }

    #[test]
    fn placeholders_are_filled_once_and_unknown_ones_stay() {
        let filled = |template: &str| fill(template, &matter(), "Ada");
        assert_eq!(filled("{{MESSAGES}}|{{user_name}}"), "USER: Why {{prompt}}?\n\nASSISTANT: Because.\n\nUSER: |Ada");
        assert_eq!(filled("{{MESSAGES:START:1}}"), "USER: Why {{prompt}}?");
        assert_eq!(filled("{{MESSAGES:END:2}}"), "ASSISTANT: Because.\n\nUSER: ");
        assert_eq!(filled("{{prompt:start:2}}-{{prompt:end:2}}-{{prompt:middletruncate:2}}"), "äb-ef-ä\n[…]\nf");
        assert_eq!(filled("{{TYPE}} {{responses}}"), "search query 1.\none\n\n2.\ntwo");
        assert_eq!(filled("{{NOTHING}} {{open {\"a\": {{"), "{{NOTHING}} {{open {\"a\": {{");
    }

    #[test]
    fn a_long_conversation_keeps_its_beginning_and_its_end() {
        let long = Matter { messages: vec![format!("A{}Z", "é".repeat(EXCERPT * 2))], ..Matter::default() };
        let filled = fill("{{MESSAGES}}", &long, "Ada");
        assert!(filled.starts_with('A') && filled.ends_with('Z'));
        assert!(filled.chars().count() < EXCERPT + 10);
    }

    #[test]
    fn every_job_that_wants_json_says_which() {
        for task in [Task::Title, Task::Tags, Task::FollowUps, Task::Queries, Task::Autocomplete, Task::ImagePrompt] {
            assert!(task.own_words().contains("JSON only, in the form {\""), "{task:?}");
        }
    }
}
