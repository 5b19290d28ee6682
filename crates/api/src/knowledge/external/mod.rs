//! Knowledge bases whose passages others keep: their servers, and the places there that are searched.

pub mod connections;
mod forms;
pub mod sources;
pub mod trials;
