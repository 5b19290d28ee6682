//! Folders looked up by somebody else than their owner.

use airis_domain::Folder;

use crate::{Result, Store};

impl Store {
    /// A folder whoever owns it; the caller must have been granted it.
    pub async fn folder_by_id(&self, id: &str) -> Result<Option<Folder>> {
        todo!()
    }
}
