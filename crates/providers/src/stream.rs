//! The normalised stream: every provider's chunks as OpenAI `chat.completion.chunk` objects with their parts picked out.

use std::pin::Pin;

use airis_domain::Json;
use futures::Stream;

use crate::ProviderError;

/// A reply as it arrives. Ends after the last chunk; dropping it cancels the request.
pub type ChatStream = Pin<Box<dyn Stream<Item = Result<Chunk, ProviderError>> + Send>>;

/// One chunk: what the contract forwards raw, and what it means.
#[derive(Clone, Debug, PartialEq)]
pub struct Chunk {
    /// An OpenAI `chat.completion.chunk`, unknown fields kept.
    pub raw: Json,
    pub parts: Vec<Part>,
}

/// One meaning inside a chunk.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    Text(String),
    Reasoning(String),
    /// A fragment of a tool call; `id` and `name` come with the first fragment of an index.
    ToolCall {
        index: usize,
        id: Option<String>,
        name: Option<String>,
        arguments: String,
    },
    /// Token counts with the provider's own fields.
    Usage(Json),
    /// `finish_reason`.
    Finish(String),
    /// `data:` or remote URL of a generated image.
    Image(String),
    /// A `url_citation` annotation.
    Citation(Json),
    /// The provider reports an error inside the stream.
    Error(Json),
}

impl Chunk {
    /// Reads a `chat.completion.chunk`, or a whole `chat.completion` as if it came in one piece.
    pub fn read(raw: Json) -> Self {
        let mut parts = Vec::new();
        if let Some(error) = raw.get("error").filter(|error| !error.is_null()) {
            parts.push(Part::Error(error.clone()));
        }
        let choice = raw.get("choices").and_then(|choices| choices.get(0));
        if let Some(delta) = choice.and_then(|choice| choice.get("delta").or_else(|| choice.get("message"))) {
            read_delta(delta, &mut parts);
        }
        if let Some(reason) = choice.and_then(|choice| choice.get("finish_reason")).and_then(Json::as_str) {
            parts.push(Part::Finish(reason.to_owned()));
        }
        if let Some(usage) = raw.get("usage").filter(|usage| usage.is_object()) {
            parts.push(Part::Usage(usage.clone()));
        }
        Self { raw, parts }
    }
}

fn read_delta(delta: &Json, parts: &mut Vec<Part>) {
    let text = |name: &str| delta.get(name).and_then(Json::as_str).filter(|text| !text.is_empty());
    if let Some(reasoning) = text("reasoning_content").or_else(|| text("reasoning")).or_else(|| text("thinking")) {
        parts.push(Part::Reasoning(reasoning.to_owned()));
    }
    if let Some(content) = text("content") {
        parts.push(Part::Text(content.to_owned()));
    }
    for (position, call) in delta.get("tool_calls").and_then(Json::as_array).into_iter().flatten().enumerate() {
        let function = call.get("function");
        let field = |from: Option<&Json>, name: &str| {
            from.and_then(|from| from.get(name))
                .and_then(Json::as_str)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let index = call.get("index").and_then(Json::as_u64).and_then(|index| usize::try_from(index).ok());
        // Some servers send the arguments as an object.
        let arguments = function.and_then(|function| function.get("arguments")).map_or_else(String::new, |arguments| {
            arguments
                .as_str()
                .map_or_else(|| if arguments.is_null() { String::new() } else { arguments.to_string() }, str::to_owned)
        });
        parts.push(Part::ToolCall {
            index: index.unwrap_or(position),
            id: field(Some(call), "id"),
            name: field(function, "name"),
            arguments,
        });
    }
    for image in delta.get("images").and_then(Json::as_array).into_iter().flatten() {
        if let Some(url) = image.pointer("/image_url/url").or_else(|| image.get("url")).and_then(Json::as_str) {
            parts.push(Part::Image(url.to_owned()));
        }
    }
    for annotation in delta.get("annotations").and_then(Json::as_array).into_iter().flatten() {
        if let Some(citation) = annotation.get("url_citation") {
            parts.push(Part::Citation(citation.clone()));
        }
    }
}
