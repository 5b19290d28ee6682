//! Stored models, access grants and group membership.

use airis_domain::{AccessGrant, Json, ModelRow, UserId};

use crate::{Result, Store};

impl Store {
    pub async fn models(&self) -> Result<Vec<ModelRow>> {
        todo!()
    }

    pub async fn model(&self, id: &str) -> Result<Option<ModelRow>> {
        todo!()
    }

    /// Inserts or replaces a stored model.
    pub async fn put_model(&self, model: &ModelRow) -> Result<()> {
        todo!()
    }

    pub async fn delete_model(&self, id: &str) -> Result<bool> {
        todo!()
    }

    /// Grants on one resource.
    pub async fn grants(&self, resource_type: &str, resource_id: &str) -> Result<Vec<AccessGrant>> {
        todo!()
    }

    /// Grants on all resources of a type.
    pub async fn grants_of_type(&self, resource_type: &str) -> Result<Vec<AccessGrant>> {
        todo!()
    }

    /// Replaces the grants of one resource.
    pub async fn set_grants(&self, resource_type: &str, resource_id: &str, grants: &[AccessGrant]) -> Result<()> {
        todo!()
    }

    /// Ids of the groups a user is in, ancestors included.
    pub async fn group_ids_of(&self, user: &UserId) -> Result<Vec<String>> {
        todo!()
    }

    /// Permission trees of the groups a user is in, ancestors included.
    pub async fn group_permissions_of(&self, user: &UserId) -> Result<Vec<Json>> {
        todo!()
    }
}
