//! Connections to Ollama servers.

pub mod config;
