//! The HTTP face through its front door: one server per test, no network.
#![expect(clippy::unwrap_used, reason = "tests")]

mod analytics;
mod app;
mod attached;
mod auth;
mod bad_input;
mod code;
mod compact;
mod configs;
mod copies;
mod directory;
mod elsewhere;
mod evaluations;
mod factor;
mod files;
mod grantees;
mod groups;
mod guests;
mod happenings;
mod jobs;
mod key_limits;
mod matrix;
mod models;
mod pages;
mod parts;
mod prompts;
mod search;
mod servers;
mod shared_chats;
mod slapd;
mod stats;
mod usage;
mod users;
