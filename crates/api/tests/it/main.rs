//! The HTTP face through its front door: one server per test, no network.
#![expect(clippy::unwrap_used, reason = "tests")]

mod analytics;
mod app;
mod attached;
mod auth;
mod bad_input;
mod compact;
mod configs;
mod copies;
mod evaluations;
mod factor;
mod files;
mod grantees;
mod groups;
mod guests;
mod jobs;
mod matrix;
mod models;
mod pages;
mod parts;
mod prompts;
mod search;
mod shared_chats;
mod stats;
mod usage;
mod users;
