//! Sign-in, sign-up and new passwords.

use airis_domain::{Role, User, UserId, now};
use airis_store::{NewUser, Store};
use async_recursion::async_recursion as boxed;

use crate::{AuthError, Method, Opening, Passwords, Sessions};

/// The account that everybody uses where accounts are turned off.
pub const SINGLE_USER_EMAIL: &str = "admin@localhost";

/// What somebody types to get an account.
#[derive(Clone)]
pub struct NewAccount {
    pub name: String,
    pub email: String,
    pub password: String,
    /// `data:` URI, URL or path; `None`: the standard picture.
    pub profile_image_url: Option<String>,
}

impl Sessions {
    /// Checks email and password and opens a session, or says what is to be done before. An old kind of hash is replaced
    /// by the way.
    #[boxed]
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<(User, Opening), AuthError> {
        let email = email.trim().to_lowercase();
        if !self.inner.attempts.allow_everywhere(&self.inner.store, &email, now()).await {
            return Err(AuthError::TooManyAttempts);
        }
        let store = &self.inner.store;
        let Some(credentials) = store.credentials(&email).await? else {
            self.passwords().pretend(password).await?;
            return Err(AuthError::WrongCredentials);
        };
        if !self.passwords().verify(password, &credentials.password_hash).await? || !credentials.active {
            return Err(AuthError::WrongCredentials);
        }
        if Passwords::is_outdated(&credentials.password_hash) {
            let hash = self.passwords().hash(password).await?;
            store.set_password(&credentials.user_id, &hash, None).await?;
        }
        let user = store.user(&credentials.user_id).await?.ok_or(AuthError::WrongCredentials)?;
        let opening = self.open(&user, Method::Password).await?;
        Ok((user, opening))
    }

    /// Makes an account for somebody who asks for one. The very first becomes an administrator. `None`: sign-up is
    /// closed (`open` says whether it is open for people who are not the first).
    #[boxed]
    pub async fn sign_up(&self, account: NewAccount, open: bool) -> Result<Option<User>, AuthError> {
        if !open && self.inner.store.count_users().await? > 0 {
            return Ok(None);
        }
        let role = Role::parse(&self.inner.config.text("ui.default_user_role")).unwrap_or(Role::Pending);
        let user = self.prepare(account, role).await?;
        let made = self.inner.store.sign_up(&user, open).await.map_err(taken)?;
        if let Some(user) = &made {
            self.join_default_group(user).await;
        }
        Ok(made)
    }

    /// Makes an account on behalf of an administrator.
    #[boxed]
    pub async fn add_account(&self, account: NewAccount, role: Role) -> Result<User, AuthError> {
        let user = self.prepare(account, role).await?;
        let user = self.inner.store.insert_user(&user).await.map_err(taken)?;
        self.join_default_group(&user).await;
        Ok(user)
    }

    /// Puts a new person into the group that new people join, where there is one. An account without it is better than
    /// none.
    pub(crate) async fn join_default_group(&self, user: &User) {
        let group = self.inner.config.text("ui.default_group_id");
        if group.is_empty() {
            return;
        }
        if let Err(error) = self.inner.store.add_members(&group, std::slice::from_ref(&user.id)).await {
            tracing::warn!(%error, group, "somebody new could not join the group of new people");
        }
    }

    /// Replaces a password and ends every session.
    #[boxed]
    pub async fn set_password(&self, user: &User, password: &str) -> Result<(), AuthError> {
        self.check_rule(password)?;
        let hash = self.passwords().hash(password).await?;
        Ok(self.inner.store.set_password(&user.id, &hash, Some(&stamp())).await?)
    }

    /// Whether this is the person's password.
    #[boxed]
    pub async fn password_fits(&self, user: &User, password: &str) -> Result<bool, AuthError> {
        match self.inner.store.credentials_by_id(&user.id).await? {
            Some(credentials) => self.passwords().verify(password, &credentials.password_hash).await,
            None => Ok(false),
        }
    }

    /// The one administrator where accounts are turned off; made at the first call.
    #[boxed]
    pub async fn single_user(&self) -> Result<(User, Opening), AuthError> {
        let store = &self.inner.store;
        let user = match store.user_by_email(SINGLE_USER_EMAIL).await? {
            Some(user) => user,
            None => {
                let account = NewAccount {
                    name: "User".to_owned(),
                    email: SINGLE_USER_EMAIL.to_owned(),
                    password: "admin".to_owned(),
                    profile_image_url: None,
                };
                let user = self.prepare_unchecked(account, Role::Admin).await?;
                let closed =
                    || AuthError::Unusable("Accounts exist already; turn WEBUI_AUTH on to use them".to_owned());
                store.sign_up(&user, false).await?.ok_or_else(closed)?
            }
        };
        let opening = self.open(&user, Method::System).await?;
        Ok((user, opening))
    }

    /// Makes the administrator named in the environment while nobody has an account. True when it was made.
    #[boxed]
    pub async fn ensure_admin(&self) -> Result<bool, AuthError> {
        let settings = self.inner.config.settings();
        let (Some(email), Some(password)) = (&settings.admin_email, &settings.admin_password) else { return Ok(false) };
        if self.inner.store.count_users().await? > 0 {
            return Ok(false);
        }
        let account = NewAccount {
            name: settings.admin_name.clone(),
            email: email.clone(),
            password: password.clone(),
            profile_image_url: None,
        };
        match self.sign_up(account, false).await {
            Ok(made) => Ok(made.is_some()),
            // Another instance started at the same moment.
            Err(AuthError::EmailTaken) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn prepare(&self, account: NewAccount, role: Role) -> Result<NewUser, AuthError> {
        let email = account.email.trim().to_lowercase();
        if !is_email(&email) {
            return Err(AuthError::Unusable("This is not a valid email address".to_owned()));
        }
        if account.name.chars().count() > 200 {
            return Err(AuthError::Unusable("A name may have at most 200 characters".to_owned()));
        }
        self.check_rule(&account.password)?;
        if email_is_taken(&self.inner.store, &email).await? {
            return Err(AuthError::EmailTaken);
        }
        self.prepare_unchecked(NewAccount { email, ..account }, role).await
    }

    /// The same for an account whose random password nobody ever types, so that no rule is held against it.
    pub(crate) async fn prepare_vouched(&self, account: NewAccount, role: Role) -> Result<NewUser, AuthError> {
        if !is_email(&account.email) {
            return Err(AuthError::Unusable("This is not a valid email address".to_owned()));
        }
        self.prepare_unchecked(account, role).await
    }

    async fn prepare_unchecked(&self, account: NewAccount, role: Role) -> Result<NewUser, AuthError> {
        Ok(NewUser {
            id: UserId::random(),
            name: account.name,
            email: account.email,
            role,
            profile_image_url: account.profile_image_url.unwrap_or_else(|| "/user.png".to_owned()),
            password_hash: self.passwords().hash(&account.password).await?,
            session_stamp: Some(stamp()),
        })
    }

    fn check_rule(&self, password: &str) -> Result<(), AuthError> {
        if password.is_empty() {
            return Err(AuthError::Unusable("The password is empty".to_owned()));
        }
        let Some((pattern, hint)) = &self.inner.config.settings().password_rule else { return Ok(()) };
        if fits_rule(password, pattern) {
            return Ok(());
        }
        let standard = "A password needs 8 characters with small and capital letters, a digit and another sign";
        Err(AuthError::Unusable(if hint.is_empty() { standard.to_owned() } else { hint.clone() }))
    }
}

/// An email taken twice at once shows as a conflict of the row.
pub(crate) fn taken(error: airis_store::StoreError) -> AuthError {
    match error {
        airis_store::StoreError::Conflict(_) => AuthError::EmailTaken,
        other => other.into(),
    }
}

async fn email_is_taken(store: &Store, email: &str) -> Result<bool, AuthError> {
    Ok(store.user_by_email(email).await?.is_some())
}

/// Something before and after one `@`, and a dot in what follows.
pub fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else { return false };
    let sound =
        |part: &str| !part.is_empty() && !part.contains(['@', ' ', '<', '>']) && !part.chars().any(char::is_control);
    text.len() <= 254
        && sound(name)
        && sound(domain)
        && domain
            .split_once('.')
            .is_some_and(|(host, rest)| !host.is_empty() && !rest.is_empty() && !rest.ends_with('.'))
}

/// The standard rule when the pattern is empty; a pattern that cannot be compiled lets nothing pass.
fn fits_rule(password: &str, pattern: &str) -> bool {
    if pattern.is_empty() {
        let has = |test: fn(char) -> bool| password.chars().any(test);
        return password.chars().count() >= 8
            && has(char::is_lowercase)
            && has(char::is_uppercase)
            && has(|c| c.is_ascii_digit())
            && has(|c| !c.is_alphanumeric() && !c.is_whitespace());
    }
    regex::Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(password))
}

fn stamp() -> String {
    uuid::Uuid::new_v4().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_need_a_name_one_at_sign_and_a_domain_with_a_dot() {
        for good in ["a@b.c", "first.last+tag@mail.example.com", "ünï@exämple.de"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "a", "a@b", "@b.c", "a@", "a@b@c.d", "a b@c.d", "a@.c", "a@b."] {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn the_standard_rule_asks_for_four_kinds_of_signs() {
        assert!(fits_rule("Good-pass1", ""));
        for weak in ["Sh0rt-", "nocapitals-1", "NOSMALL-1", "NoDigit-s", "NoSign12345"] {
            assert!(!fits_rule(weak, ""), "{weak}");
        }
        assert!(fits_rule("abc", "^[a-c]+$"));
        assert!(!fits_rule("abc", "("));
    }
}
