//! Folders: who may use them at all, and whom the owner of one lets read the chats in it.

use airis_config::Config;
use airis_domain::{AccessGrant, Chat, ChatId, Role, User, UserId};
use airis_store::Store;
use async_recursion::async_recursion as boxed;

use crate::{AccessError, Readable, effective};

/// The resource type of grants on a folder.
pub const FOLDER: &str = "folder";
/// The switch of the whole area, and the permission of a person.
const SWITCH: &str = "folders.enable";
const PERMISSION: &str = "features.folders";

/// Whether folders are switched on, and `user` may use them.
#[boxed]
pub async fn may_use_folders(store: &Store, config: &Config, user: &User) -> Result<bool, AccessError> {
    Ok(config.flag(SWITCH)
        && match user.role {
            Role::Admin => true,
            Role::User => effective(store, config, user).await?.allows(PERMISSION),
            Role::Pending => false,
        })
}

/// Whether a grant on a folder lets somebody, a member of `groups`, see what is in it. Who may write sees it, too.
pub fn shows_folder(grant: &AccessGrant, user: &UserId, groups: &[String]) -> bool {
    match grant.principal_type.as_str() {
        "user" => grant.principal_id == user.as_str() || grant.principal_id == "*",
        "group" => groups.contains(&grant.principal_id),
        _ => false,
    }
}

/// Whether `user` may see what is in a folder of `owner`, who is somebody else.
#[boxed]
pub(crate) async fn sees_folder(
    store: &Store,
    config: &Config,
    user: &User,
    owner: &UserId,
    folder: &str,
) -> Result<bool, AccessError> {
    // A chat may name a folder that is gone, or not its owner's.
    if store.folder(owner, folder).await?.is_none() || !may_use_folders(store, config, user).await? {
        return Ok(false);
    }
    let groups = store.group_ids_of(&user.id).await?;
    Ok(store.grants(FOLDER, folder).await?.iter().any(|grant| shows_folder(grant, &user.id, &groups)))
}

impl Readable<Chat> {
    /// Loads a chat and proves that `user` may read it: whose it is, and with whom its folder was shared. For others
    /// what is in the archive is in no folder.
    #[boxed]
    pub async fn chat(store: &Store, config: &Config, user: &User, id: &ChatId) -> Result<Self, AccessError> {
        let chat = store.chat(id).await?.ok_or(AccessError::NotYours)?;
        if chat.user_id == user.id {
            return Ok(Self(chat));
        }
        let folder = chat.folder_id.as_deref().filter(|_| !chat.archived).ok_or(AccessError::NotYours)?;
        if sees_folder(store, config, user, &chat.user_id, folder).await? {
            Ok(Self(chat))
        } else {
            Err(AccessError::NotYours)
        }
    }
}
