//! Links to chats: who may follow one, who may give one away, and what a live one allows.

use airis_config::Config;
use airis_domain::{AccessGrant, Chat, ChatId, Permissions, Role, SharedChat, User, UserId};
use airis_store::Store;
use async_recursion::async_recursion as boxed;

use crate::grants::granted_to;
use crate::{AccessError, effective};

/// The resource type of grants on a link; the resource is the chat.
pub const SHARED_CHAT: &str = "shared_chat";

/// Something that was proved to be readable by the caller; there is no other way to make one.
#[derive(Clone, Debug)]
pub struct Readable<T>(pub(crate) T);

impl<T> Readable<T> {
    /// The entity, when the proof has done its work.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> std::ops::Deref for Readable<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl Readable<SharedChat> {
    /// Follows a link as `caller`. Its owner may, whoever was granted to read, and administrators where the operator
    /// lets them see chats; without a session, or while waiting for approval, only what is open to anyone.
    #[boxed]
    pub async fn link(store: &Store, config: &Config, caller: Option<&User>, id: &str) -> Result<Self, AccessError> {
        let link = store.shared_chat(id).await?.ok_or(AccessError::NotYours)?;
        let grants = store.grants(SHARED_CHAT, link.chat_id.as_str()).await?;
        let allowed = match caller.filter(|user| user.role != Role::Pending) {
            Some(user) if user.id == link.user_id || sees_all(config, user) => true,
            Some(user) => granted_to(&grants, &user.id, &store.group_ids_of(&user.id).await?, "read"),
            None => open(&grants),
        };
        if allowed { Ok(Self(link)) } else { Err(AccessError::NotYours) }
    }
}

fn sees_all(config: &Config, user: &User) -> bool {
    let settings = config.settings();
    user.role == Role::Admin && settings.bypass_admin_access_control && settings.enable_admin_chat_access
}

fn open(grants: &[AccessGrant]) -> bool {
    grants.iter().any(|grant| grant.principal_type == "anyone" && grant.permission == "read")
}

/// What a live link lets somebody do with the chat of another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LiveRights {
    pub read: bool,
    pub write: bool,
}

impl LiveRights {
    /// The rights of `user`, who is not waiting for approval; none when the chat has no link or that shows a copy.
    #[boxed]
    pub async fn of(store: &Store, user: &UserId, chat: &ChatId) -> Result<Self, AccessError> {
        if !store.link_to_chat(chat).await?.is_some_and(|link| link.is_live()) {
            return Ok(Self::default());
        }
        let grants = store.grants(SHARED_CHAT, chat.as_str()).await?;
        let groups = store.group_ids_of(user).await?;
        let may = |permission| granted_to(&grants, user, &groups, permission);
        Ok(Self { read: may("read"), write: may("write") })
    }
}

/// A chat that somebody may say something in: their own, or one whose live link lets them write.
#[derive(Clone, Debug)]
pub struct JoinedChat {
    pub chat: Chat,
    /// It belongs to somebody else.
    pub guest: bool,
}

impl JoinedChat {
    /// Loads a chat and proves that `user` may say something in it.
    #[boxed]
    pub async fn of(store: &Store, user: &User, id: &ChatId) -> Result<Self, AccessError> {
        let chat = store.chat(id).await?.ok_or(AccessError::NotYours)?;
        let guest = chat.user_id != user.id;
        let allowed = !guest
            || (user.role != Role::Pending
                && chat.share_id.is_some()
                && LiveRights::of(store, &user.id, id).await?.write);
        if allowed { Ok(Self { chat, guest }) } else { Err(AccessError::NotYours) }
    }
}

/// Somebody who may share chats, and with whom.
#[derive(Clone, Debug)]
pub struct Sharer {
    /// `None`: an administrator, who may share with everybody.
    permissions: Option<Permissions>,
}

impl Sharer {
    /// Proves that `user` may share chats at all.
    #[boxed]
    pub async fn of(store: &Store, config: &Config, user: &User) -> Result<Self, AccessError> {
        if user.role == Role::Admin {
            return Ok(Self { permissions: None });
        }
        let permissions = effective(store, config, user).await?;
        if !permissions.allows("chat.share") {
            return Err(AccessError::NotPermitted("chat.share"));
        }
        Ok(Self { permissions: Some(permissions) })
    }

    /// The grants that this person may give; others are dropped silently, as the contract says. People without a
    /// session can only ever read.
    pub fn may_give(&self, mut grants: Vec<AccessGrant>) -> Vec<AccessGrant> {
        let switched_on = |key: &str| self.permissions.as_ref().is_none_or(|permissions| permissions.allows(key));
        grants.retain(|grant| match (grant.principal_type.as_str(), grant.principal_id.as_str()) {
            ("anyone", "*") => grant.permission == "read" && switched_on("sharing.open_chats"),
            ("user", "*") => switched_on("sharing.public_chats"),
            ("user", _) => switched_on("access_grants.allow_users"),
            ("group", _) => switched_on("access_grants.allow_groups"),
            _ => false,
        });
        grants
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn grant(principal_type: &str, principal_id: &str, permission: &str) -> AccessGrant {
        AccessGrant {
            id: "g".into(),
            resource_type: SHARED_CHAT.into(),
            resource_id: "c".into(),
            principal_type: principal_type.into(),
            principal_id: principal_id.into(),
            permission: permission.into(),
            created_at: 0,
        }
    }

    #[test]
    fn each_circle_of_readers_has_a_switch_of_its_own() {
        let all = || {
            vec![
                grant("anyone", "*", "read"),
                grant("user", "*", "read"),
                grant("user", "u", "write"),
                grant("group", "g", "read"),
            ]
        };
        let given = |tree| {
            let sharer = Sharer { permissions: Some(Permissions(tree)) };
            sharer
                .may_give(all())
                .into_iter()
                .map(|grant| grant.principal_type + &grant.principal_id)
                .collect::<Vec<_>>()
        };
        assert_eq!(given(json!({"sharing": {"open_chats": true}})), ["anyone*"]);
        assert_eq!(given(json!({"sharing": {"public_chats": true}})), ["user*"]);
        assert_eq!(given(json!({"access_grants": {"allow_users": true}})), ["useru"]);
        assert_eq!(given(json!({"access_grants": {"allow_groups": true}})), ["groupg"]);
        assert_eq!(Sharer { permissions: None }.may_give(all()), all());
    }

    #[test]
    fn nobody_lets_strangers_write() {
        let sharer = Sharer { permissions: None };
        assert_eq!(sharer.may_give(vec![grant("anyone", "*", "write"), grant("anyone", "u", "read")]), []);
    }
}
