//! From messages to the tokens a model was trained on, short enough for its context.

use airis_domain::Json;
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Value, context};
use tokenizers::Encoding;

use super::chat_model::ChatModel;
use super::script::Script;

/// Tokens of a prompt for these messages, the beginning of the reply (`prefix`) included. The oldest messages that are not
/// system messages give way until `reserve` tokens are left for the reply.
pub fn tokens(model: &ChatModel, messages: &[Json], prefix: &str, reserve: usize) -> Result<Vec<u32>, String> {
    let script = &model.script;
    let mut messages: Vec<(String, String)> = messages.iter().map(|message| read(script, message)).collect();
    let limit = model.context.saturating_sub(reserve).max(64);
    loop {
        let encoded = encode(script, render(script, &messages)? + prefix)?;
        let tokens = encoded.get_ids();
        if tokens.len() <= limit {
            return Ok(tokens.to_vec());
        }
        let oldest = messages.iter().position(|(role, _)| role != "system");
        match oldest {
            Some(at) if at + 1 < messages.len() => _ = messages.remove(at),
            // One huge message: its end is what counts.
            _ => return Ok(tokens[tokens.len() - limit..].to_vec()),
        }
    }
}

/// How many tokens these messages are, however long the model's memory.
pub fn count(script: &Script, messages: &[Json]) -> Result<usize, String> {
    let messages: Vec<(String, String)> = messages.iter().map(|message| read(script, message)).collect();
    Ok(encode(script, render(script, &messages)?)?.len())
}

fn encode(script: &Script, text: String) -> Result<Encoding, String> {
    script.tokenizer.encode(text, false).map_err(|error| format!("the prompt cannot be encoded: {error}"))
}

/// Role and text; names of control tokens are taken out of what people wrote.
fn read(script: &Script, message: &Json) -> (String, String) {
    let role = message["role"].as_str().filter(|role| matches!(*role, "system" | "assistant")).unwrap_or("user");
    let mut text = match &message["content"] {
        Json::String(text) => text.clone(),
        Json::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join("\n"),
        _ => String::new(),
    };
    for special in &script.specials {
        if text.contains(special.as_str()) {
            text = text.replace(special.as_str(), " ");
        }
    }
    (role.to_owned(), text)
}

fn render(script: &Script, messages: &[(String, String)]) -> Result<String, String> {
    let Some(template) = &script.template else { return Ok(chat_ml(messages)) };
    let mut environment = Environment::new();
    if let Ok(syntax) = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build() {
        environment.set_syntax(syntax);
    }
    let pairs = |(role, text): &(String, String)| {
        Value::from_pairs([("role", Value::from(role.as_str())), ("content", Value::from(text.as_str()))])
    };
    let list: Vec<Value> = messages.iter().map(pairs).collect();
    let values = context! { messages => list, add_generation_prompt => true, bos_token => "", eos_token => "" };
    match environment.render_str(template, values) {
        Ok(text) => Ok(text),
        Err(error) => {
            tracing::debug!(%error, "the model's own chat template does not render; ChatML is used");
            Ok(chat_ml(messages))
        }
    }
}

/// The common form where a file brings no template of its own.
fn chat_ml(messages: &[(String, String)]) -> String {
    let turns: String = messages.iter().map(|(role, text)| format!("<|im_start|>{role}\n{text}<|im_end|>\n")).collect();
    turns + "<|im_start|>assistant\n"
}
