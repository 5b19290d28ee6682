//! Making texts searchable and searching them.

pub mod batch;
pub mod config;
pub mod embedding;
pub mod process;
pub mod query;
pub mod reset;
mod settings;
mod web_settings;
