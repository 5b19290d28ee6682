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
    /// An OpenAI `chat.completion.chunk` (or a Responses event, `type: "response.*"`), unknown fields kept.
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
