//! Looking for anything of one's own.

pub mod find;
mod views;
