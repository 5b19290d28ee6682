//! Connections to OpenAI-compatible servers.

pub mod ask;
pub mod config;
pub mod list;
pub mod proxy;
pub mod verify;
