//! Folders of chats.

use airis_domain::{Folder, Json, UserId};

use crate::{Result, Store};

impl Store {
    pub async fn folders(&self, user: &UserId) -> Result<Vec<Folder>> {
        todo!()
    }

    pub async fn folder(&self, user: &UserId, id: &str) -> Result<Option<Folder>> {
        todo!()
    }

    pub async fn insert_folder(&self, folder: &Folder) -> Result<()> {
        todo!()
    }

    /// Replaces name, parent, data, meta and expansion.
    pub async fn update_folder(&self, folder: &Folder) -> Result<()> {
        todo!()
    }

    /// Deletes folders by id; their chats are deleted with them, or moved out when `keep_chats`.
    pub async fn delete_folders(&self, user: &UserId, ids: &[String], keep_chats: bool) -> Result<()> {
        todo!()
    }

    /// Rows of a list-only area (`tool`, `function`, `skill`, `note`, `channel`) that a user may see, as JSON objects.
    pub async fn pinned_notes(&self, user: &UserId) -> Result<Vec<Json>> {
        todo!()
    }
}
