//! Whose account somebody from another provider gets, and what the provider decides about it.

use airis_domain::{Role, User};
use airis_store::{StoreError, UserPatch};

use super::arrive::Stranger;
use super::blocked::Blocked;
use super::claims::{Ruling, may_come, ruling, text, texts};
use super::error::SignOnError;
use super::exchange::Tokens;
use super::metadata::Metadata;
use super::picture::{self, Source};
use super::provider::{Kind, Provider};
use crate::accounts::taken;
use crate::vouched::GroupRules;
use crate::{AuthError, NewAccount, Sessions, is_email};

/// Characters of the longest name.
const LONGEST_NAME: usize = 200;

/// An account that somebody got.
pub(super) struct Settled {
    pub(super) user: User,
    pub(super) is_new: bool,
    pub(super) role_changed: bool,
}

impl Sessions {
    /// The account of somebody who comes from a provider, brought up to date.
    pub(super) async fn settle(
        &self,
        provider: &Provider,
        metadata: &Metadata,
        tokens: &Tokens,
        stranger: &Stranger,
    ) -> Result<Settled, SignOnError> {
        let (config, store) = (&self.inner.config, &self.inner.store);
        let email = self.email(provider, stranger)?;
        let name = provider.kind.as_str();
        let mut known = store.user_by_identity(name, &stranger.subject).await?;
        // An email that was made up here proves nothing.
        if known.is_none() && stranger.email.is_some() && config.flag("oauth.merge_accounts_by_email") {
            known = self.merged(name, &email, stranger).await?;
        }
        let role = self.role(stranger, known.as_ref()).await?;
        let (mut user, is_new) = match known {
            Some(user) => (user, false),
            None => self.made(provider, metadata, tokens, stranger, &email, role).await?,
        };
        let mut role_changed = false;
        if !is_new {
            user = self.refreshed(provider, metadata, tokens, stranger, user, &email).await?;
            if let Some(role) = role.filter(|role| *role != user.role) {
                let patch = UserPatch { role: Some(role), ..UserPatch::default() };
                user = store.update_user(&user.id, &patch).await?;
                self.revoke_all(&user).await?;
                role_changed = true;
            }
        }
        if config.flag("oauth.enable_group_mapping") {
            self.follow_provider_groups(stranger, &user).await?;
        }
        Ok(Settled { user, is_new, role_changed })
    }

    /// The email that somebody comes with, if people with it may come.
    fn email(&self, provider: &Provider, stranger: &Stranger) -> Result<String, SignOnError> {
        let (config, settings) = (&self.inner.config, self.inner.config.settings());
        let made = || {
            let subject = stranger.subject.to_lowercase();
            settings.enable_oauth_email_fallback.then(|| format!("{}@{subject}.local", provider.kind.as_str()))
        };
        let (email, unproven) = match stranger.email.clone() {
            Some(email) => (email, stranger.email_is_unproven),
            None => (made().unwrap_or_default(), false),
        };
        if !is_email(&email) {
            return Err(SignOnError::refused("The identity provider gave no usable email address of yours"));
        }
        let domains = config.texts("oauth.allowed_domains");
        if !may_come(&email, &domains) {
            return Err(SignOnError::refused("People with an email address of this domain may not sign in here"));
        }
        if unproven && !domains.iter().any(|domain| domain == "*") {
            return Err(SignOnError::refused("The identity provider has not confirmed your email address"));
        }
        Ok(email)
    }

    /// The account that has this email already, which from now on belongs to the provider's person, too.
    async fn merged(&self, provider: &str, email: &str, stranger: &Stranger) -> Result<Option<User>, SignOnError> {
        let store = &self.inner.store;
        let Some(user) = store.user_by_email(email).await? else { return Ok(None) };
        if stranger.email_is_unproven {
            // Whoever may write any address into their profile must not get the account of somebody else.
            return Err(SignOnError::refused("The identity provider has not confirmed your email address"));
        }
        Ok(Some(store.link_identity(&user.id, provider, &stranger.subject).await?))
    }

    /// The role that the provider gives; `None` where it says nothing.
    async fn role(&self, stranger: &Stranger, known: Option<&User>) -> Result<Option<Role>, SignOnError> {
        let config = &self.inner.config;
        let people = self.inner.store.count_users().await?;
        // Without an administrator nobody could put a wrong setting right.
        if people == 0 || (people == 1 && known.is_some()) {
            return Ok(Some(Role::Admin));
        }
        if !config.flag("oauth.enable_role_mapping") {
            return Ok(None);
        }
        let separator = &config.settings().oauth_roles_separator;
        let roles = texts(&stranger.claims, &self.claim("oauth.roles_claim", "roles"), separator);
        match ruling(&roles, &config.texts("oauth.admin_roles"), &config.texts("oauth.allowed_roles")) {
            Ruling::Silent => Ok(None),
            Ruling::Is(role) => Ok(Some(role)),
            Ruling::Refused => Err(SignOnError::refused("Your role at the identity provider does not let you in here")),
        }
    }

    /// A new account; the person's own where they come twice at once.
    async fn made(
        &self,
        provider: &Provider,
        metadata: &Metadata,
        tokens: &Tokens,
        stranger: &Stranger,
        email: &str,
        role: Option<Role>,
    ) -> Result<(User, bool), SignOnError> {
        let (config, store) = (&self.inner.config, &self.inner.store);
        if !config.flag("oauth.enable_signup") {
            return Err(SignOnError::refused("You have no account here; ask an administrator for one"));
        }
        if store.user_by_email(email).await?.is_some() {
            return Err(AuthError::EmailTaken.into());
        }
        let account = NewAccount {
            name: self.name(provider, stranger).unwrap_or_else(|| email.to_owned()),
            email: email.to_owned(),
            password: uuid::Uuid::new_v4().to_string(),
            profile_image_url: self.picture(provider, metadata, tokens, stranger).await,
        };
        let default = Role::parse(&config.text("ui.default_user_role")).unwrap_or(Role::Pending);
        let new = self.prepare_vouched(account, role.unwrap_or(default)).await?;
        let identity = (provider.kind.as_str(), stranger.subject.as_str());
        match store.sign_up_from(&new, identity).await.map_err(taken) {
            Ok(user) => {
                self.join_default_group(&user).await;
                Ok((user, true))
            }
            Err(AuthError::EmailTaken) => match store.user_by_identity(identity.0, identity.1).await? {
                Some(user) => Ok((user, false)),
                None => Err(AuthError::EmailTaken.into()),
            },
            Err(error) => Err(error.into()),
        }
    }

    /// Takes over what the provider may change at every sign-in.
    async fn refreshed(
        &self,
        provider: &Provider,
        metadata: &Metadata,
        tokens: &Tokens,
        stranger: &Stranger,
        user: User,
        email: &str,
    ) -> Result<User, SignOnError> {
        let (config, store) = (&self.inner.config, &self.inner.store);
        let mut patch = UserPatch::default();
        if config.flag("oauth.update_name_on_login") {
            patch.name = self.name(provider, stranger).filter(|name| *name != user.name);
        }
        if config.flag("oauth.update_picture_on_login") {
            let picture = self.picture(provider, metadata, tokens, stranger).await;
            patch.profile_image_url = picture.filter(|picture| *picture != user.profile_image_url);
        }
        let email = Some(email).filter(|email| *email != user.email && stranger.email.is_some());
        if config.flag("oauth.update_email_on_login") && !stranger.email_is_unproven {
            patch.email = email.map(str::to_owned);
        }
        if patch.name.is_none() && patch.profile_image_url.is_none() && patch.email.is_none() {
            return Ok(user);
        }
        match store.update_user(&user.id, &patch).await {
            Err(StoreError::Conflict(_)) => {
                tracing::warn!(user = %user.id, "the email of an identity provider belongs to another account here");
                Ok(store.update_user(&user.id, &UserPatch { email: None, ..patch }).await?)
            }
            result => Ok(result?),
        }
    }

    fn name(&self, provider: &Provider, stranger: &Stranger) -> Option<String> {
        let mut name = text(&stranger.claims, &self.claim("oauth.username_claim", "name"));
        if provider.kind == Kind::Github {
            name = name.or_else(|| text(&stranger.claims, "login"));
        }
        name.map(|name| name.chars().filter(|sign| !sign.is_control()).take(LONGEST_NAME).collect())
    }

    async fn picture(
        &self,
        provider: &Provider,
        metadata: &Metadata,
        tokens: &Tokens,
        stranger: &Stranger,
    ) -> Option<String> {
        let claim = match provider.kind {
            Kind::Github => "avatar_url".to_owned(),
            _ => self.claim("oauth.picture_claim", "picture"),
        };
        let told = text(&stranger.claims, &claim);
        let source = Source {
            url: provider.picture_url.as_deref().or(told.as_deref())?,
            bearer: provider.picture_url.is_some().then_some(tokens.access.as_str()),
            provider: &metadata.authorization_endpoint,
            anywhere: self.inner.config.settings().enable_local_web_fetch,
        };
        picture::taken(self.inner.sign_on.outbound(), &source).await
    }

    /// Puts somebody into the groups that the provider names. One that names none changes nothing.
    async fn follow_provider_groups(&self, stranger: &Stranger, user: &User) -> Result<(), SignOnError> {
        let config = &self.inner.config;
        let separator = &config.settings().oauth_groups_separator;
        let names = texts(&stranger.claims, &self.claim("oauth.group_claim", "groups"), separator);
        if names.is_empty() {
            return Ok(());
        }
        let blocked = Blocked::read(&config.text("oauth.blocked_groups"));
        let rules = GroupRules {
            create: config.flag("oauth.enable_group_creation"),
            share: config.get("oauth.group_default_share"),
            is_blocked: &|name| blocked.has(name),
        };
        Ok(self.follow_groups(user, &names, &rules).await?)
    }
}
