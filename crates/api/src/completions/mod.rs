//! Replies of models: in a chat, or handed on to programs in the shapes of OpenAI and Anthropic.

pub mod after;
pub mod anthropic;
pub mod chat;
pub mod embeddings;
pub mod raw;
