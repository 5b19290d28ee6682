//! What people say of replies, who wins by it, and models that are compared blindly.

pub mod clear;
pub mod config;
pub mod feedback;
pub mod leaderboard;
pub mod lists;
mod rank;
mod views;
