//! Knowledge bases: files that people put together to be searched, and share.

pub mod change;
pub mod contents;
pub mod directories;
pub mod export;
pub mod external;
pub mod files;
mod forms;
pub mod list;
pub mod pending;
pub mod read;
pub mod reindex;
pub mod sync;
mod tree;
mod views;
