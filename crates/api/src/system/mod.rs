//! The server itself: health, version, configuration of the page, models at hand.

pub mod backup;
pub mod cache;
pub mod changelog;
pub mod code;
pub mod first_page;
pub mod gravatar;
pub mod health;
pub mod manifest;
pub mod metrics;
pub mod models;
pub mod onboarding;
pub mod opensearch;
pub mod page_config;
pub mod usage;
pub mod version;
