//! Connections to OpenAI-compatible servers.

pub mod config;
