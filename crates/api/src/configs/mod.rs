//! Settings of the whole server, for administrators and for the first page.

pub mod banners;
pub mod code_execution;
pub mod connections;
pub mod models;
pub mod suggestions;
pub mod transfer;
pub mod visibility;
