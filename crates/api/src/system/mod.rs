//! The server itself: health, version, configuration of the page.

pub mod health;
