//! Notes: who may use them at all, and who may read one.

use airis_config::Config;
use airis_domain::{Note, Role, User};
use airis_store::Store;
use async_recursion::async_recursion as boxed;

use crate::grants::granted_to;
use crate::{AccessError, Readable, effective, reaches_all};

/// The resource type of grants on a note.
pub const NOTE: &str = "note";
/// The switch of the whole area, and the permission of a person.
const SWITCH: &str = "notes.enable";
const PERMISSION: &str = "features.notes";

/// Whether notes are switched on, and `user` may use them.
#[boxed]
pub async fn may_use_notes(store: &Store, config: &Config, user: &User) -> Result<bool, AccessError> {
    Ok(config.flag(SWITCH)
        && match user.role {
            Role::Admin => true,
            Role::User => effective(store, config, user).await?.allows(PERMISSION),
            Role::Pending => false,
        })
}

impl Readable<Note> {
    /// Loads a note and proves that `user` may use notes, and read this one.
    #[boxed]
    pub async fn note(store: &Store, config: &Config, user: &User, id: &str) -> Result<Self, AccessError> {
        if !may_use_notes(store, config, user).await? {
            return Err(AccessError::NotYours);
        }
        let note = store.note(&user.id, id).await?.ok_or(AccessError::NotYours)?;
        let allowed = note.user_id == user.id
            || reaches_all(config, user)
            || granted_to(&store.grants(NOTE, id).await?, &user.id, &store.group_ids_of(&user.id).await?, "read");
        if allowed { Ok(Self(note)) } else { Err(AccessError::NotYours) }
    }
}
