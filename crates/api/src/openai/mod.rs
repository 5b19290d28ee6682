//! Connections to OpenAI-compatible servers.

pub mod ask;
pub mod config;
pub mod list;
pub mod manage;
pub mod proxy;
pub mod speech;
pub mod verify;
