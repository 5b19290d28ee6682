//! Prompts that people keep, call by a command, and share; with a history.

pub mod change;
mod diff;
mod forms;
pub mod history;
pub mod listing;
pub mod read;
pub mod share;
mod views;
