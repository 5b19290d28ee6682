//! Conversations: making, reading, listing, changing and deleting them.

pub mod blob;
pub mod copy;
pub mod create;
pub mod delete;
pub mod export;
pub mod folder;
pub mod list;
pub mod messages;
pub mod read;
pub mod search;
pub mod tags;
pub mod text;
pub mod unread;
pub mod update;
pub mod view;
