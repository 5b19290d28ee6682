//! Settings of the whole server, for administrators and for the first page.

pub mod banners;
pub mod code_execution;
pub mod connections;
mod mcp;
pub mod models;
mod server;
pub mod subagents;
pub mod suggestions;
pub mod terminal_control;
pub mod terminal_servers;
pub mod tool_servers;
pub mod transfer;
pub mod visibility;
