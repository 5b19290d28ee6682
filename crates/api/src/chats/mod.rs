//! Conversations: making, reading, listing, changing and deleting them.

pub mod access;
pub mod blob;
pub mod compact;
pub mod config;
pub mod copy;
pub mod create;
pub mod delete;
pub mod export;
pub mod folder;
pub mod links;
pub mod list;
pub mod messages;
pub mod read;
pub mod resolve;
pub mod search;
pub mod share;
pub mod stats;
pub mod tags;
pub mod tally;
pub mod text;
pub mod unread;
pub mod update;
pub mod view;
