//! Notes: texts that people write, find again, share, and ask models about.

pub mod chat;
pub mod create;
pub mod delete;
mod forms;
mod found;
pub mod list;
pub mod pin;
pub mod read;
pub mod search;
pub mod share;
pub mod update;
mod views;
