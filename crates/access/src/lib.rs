//! Who may do what. Handlers get entities only inside a type that proves the check was made.

mod files;
mod folders;
mod grants;
mod knowledge;
mod notes;
mod owned;
mod permissions;
mod shared_chat;

pub use files::{Reachable, reaches_all};
pub use folders::{FOLDER, may_use_folders, shows_folder};
pub use grants::{granted, granted_to_groups, shareable};
pub use knowledge::{KNOWLEDGE, Writable};
pub use notes::{NOTE, may_use_notes};
pub use owned::{Belongs, Owned};
pub use permissions::{effective, merge};
pub use shared_chat::{JoinedChat, LiveRights, Readable, SHARED_CHAT, Sharer};

/// Why access was refused. What the caller learns is the same for a missing and for a foreign entity.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// It is not there, or it belongs to somebody else.
    #[error("not found, or not yours")]
    NotYours,
    /// A permission switch is off.
    #[error("you have no permission for this: {0}")]
    NotPermitted(&'static str),
    #[error(transparent)]
    Store(#[from] airis_store::StoreError),
}
