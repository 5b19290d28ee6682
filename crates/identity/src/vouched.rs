//! People for whom somebody else vouches: a trusted proxy, a directory.

use airis_domain::{Group, Json, Role, User, now};
use airis_store::{StoreError, UserPatch};
use async_recursion::async_recursion as boxed;
use serde_json::json;

use crate::accounts::taken;
use crate::directory::{Directory, DirectoryError};
use crate::{AuthError, Method, NewAccount, Opening, Sessions};

/// Groups that one person may be said to be in.
const MOST_GROUPS: usize = 500;

/// What somebody else may do with the groups here.
pub(crate) struct GroupRules<'a> {
    /// Make groups that are missing.
    pub(crate) create: bool,
    /// Who may share with such a group, as groups store it.
    pub(crate) share: Json,
    /// Groups that nobody is put into or taken out of.
    pub(crate) is_blocked: &'a (dyn Fn(&str) -> bool + Sync),
}

impl Sessions {
    /// The person a trusted proxy names; made at first sight. The role and the groups that it names hold from now on; of
    /// those groups that are not here none is made.
    #[boxed]
    pub async fn trusted(
        &self,
        email: &str,
        name: Option<String>,
        role: Option<Role>,
        groups: Option<Vec<String>>,
    ) -> Result<(User, Opening), AuthError> {
        let mut user = self.vouched(&email.trim().to_lowercase(), name, role).await?;
        if let Some(role) = role.filter(|role| *role != user.role) {
            let patch = UserPatch { role: Some(role), ..UserPatch::default() };
            user = self.inner.store.update_user(&user.id, &patch).await?;
            self.revoke_all(&user).await?;
        }
        if let Some(groups) = groups {
            let rules = GroupRules { create: false, share: Json::Null, is_blocked: &|_| false };
            self.follow_groups(&user, &groups, &rules).await?;
        }
        let opening = self.open(&user, Method::TrustedHeader).await?;
        Ok((user, opening))
    }

    /// The person of a name and a password in the directory; made at first sight.
    #[boxed]
    pub async fn by_directory(&self, name: &str, password: &str) -> Result<(User, Opening), AuthError> {
        let config = &self.inner.config;
        let off = || AuthError::Unusable("Sign-in with an account of the directory is turned off".to_owned());
        let directory = Directory::from_config(config).ok_or_else(off)?;
        let key = format!("directory:{}", name.trim().to_lowercase());
        if !self.inner.attempts.allow_everywhere(&self.inner.store, &key, now()).await {
            return Err(AuthError::TooManyAttempts);
        }
        let person = directory.person(name, password).await.map_err(|error| match error {
            DirectoryError::Refused => AuthError::WrongDirectoryCredentials,
            DirectoryError::NoEmail => AuthError::Unusable("The directory has no email address of yours".to_owned()),
            DirectoryError::Broken(reason) => {
                tracing::error!(reason, "the directory cannot be asked");
                AuthError::Unusable(
                    "The directory cannot be asked; an administrator finds the reason in the log".to_owned(),
                )
            }
        })?;
        let user = self.vouched(&person.email, Some(person.name), None).await?;
        if let Some(groups) = person.groups {
            let rules = GroupRules {
                create: config.flag("ldap.group.enable_creation"),
                share: config.settings().default_group_share.clone(),
                is_blocked: &|_| false,
            };
            self.follow_groups(&user, &groups, &rules).await?;
        }
        let opening = self.open(&user, Method::Ldap).await?;
        Ok((user, opening))
    }

    /// The account with this email, made where there is none.
    async fn vouched(&self, email: &str, name: Option<String>, role: Option<Role>) -> Result<User, AuthError> {
        let store = &self.inner.store;
        if let Some(user) = store.user_by_email(email).await? {
            return Ok(user);
        }
        let account = NewAccount {
            name: name.unwrap_or_else(|| email.to_owned()).chars().take(200).collect(),
            email: email.to_owned(),
            password: uuid::Uuid::new_v4().to_string(),
            profile_image_url: None,
        };
        let default = Role::parse(&self.inner.config.text("ui.default_user_role")).unwrap_or(Role::Pending);
        let made = async {
            let user = self.prepare_vouched(account, role.unwrap_or(default)).await?;
            store.sign_up(&user, true).await.map_err(taken)?.ok_or(AuthError::WrongCredentials)
        };
        match made.await {
            Ok(user) => {
                self.join_default_group(&user).await;
                Ok(user)
            }
            // Somebody signs in twice at once for the first time.
            Err(AuthError::EmailTaken) => store.user_by_email(email).await?.ok_or(AuthError::WrongCredentials),
            Err(error) => Err(error),
        }
    }

    /// Puts somebody into the groups of these names and takes them out of all others.
    pub(crate) async fn follow_groups(
        &self,
        user: &User,
        names: &[String],
        rules: &GroupRules<'_>,
    ) -> Result<(), AuthError> {
        let store = &self.inner.store;
        let mut known = store.groups().await?;
        let mut wanted = Vec::new();
        for name in names.iter().take(MOST_GROUPS).filter(|name| !(rules.is_blocked)(name)) {
            if let Some(group) = known.iter().find(|group| group.name == *name) {
                wanted.push(group.id.clone());
            } else if rules.create {
                let group = new_group(user, name, &rules.share);
                store.insert_group(&group).await?;
                wanted.push(group.id.clone());
                known.push(group);
            }
        }
        let people = std::slice::from_ref(&user.id);
        let present = store.groups_of(&user.id).await?.into_iter().filter(|group| !(rules.is_blocked)(&group.name));
        let present: Vec<String> = present.map(|group| group.id).collect();
        for id in present.iter().filter(|id| !wanted.contains(id)) {
            gone_is_fine(store.remove_members(id, people).await)?;
        }
        for id in wanted.iter().filter(|id| !present.contains(id)) {
            gone_is_fine(store.add_members(id, people).await)?;
        }
        Ok(())
    }
}

fn new_group(user: &User, name: &str, share: &Json) -> Group {
    let at = now();
    Group {
        id: uuid::Uuid::new_v4().to_string(),
        parent_group_id: None,
        user_id: user.id.clone(),
        name: name.to_owned(),
        description: String::new(),
        data: Some(json!({"config": {"share": share}})),
        meta: None,
        permissions: None,
        created_at: at,
        updated_at: at,
    }
}

/// A group that was deleted meanwhile needs no change.
fn gone_is_fine(result: Result<(), StoreError>) -> Result<(), StoreError> {
    match result {
        Err(StoreError::NotFound) => Ok(()),
        other => other,
    }
}
