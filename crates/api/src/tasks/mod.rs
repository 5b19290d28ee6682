//! Running replies, and the small jobs around a chat: titles, labels, follow-up questions.

pub mod ask;
pub mod config;
pub mod running;
