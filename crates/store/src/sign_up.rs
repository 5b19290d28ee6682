//! The first account becomes the administrator, exactly once.

use airis_domain::{Role, User, now};
use async_recursion::async_recursion as boxed;

use crate::db::{Db, begin};
use crate::identities::{insert_identity, shown};
use crate::users::{NewUser, insert_account};
use crate::{Result, Store, StoreError, json};

const COUNT: &str = "SELECT COUNT(*) FROM account";
const CLOSE: &str = "INSERT INTO setting (name, value, updated_at) VALUES ('ui.enable_signup', 'false', $1) \
    ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at";
const BUMP: &str = "UPDATE setting_version SET version = version + 1 WHERE id = 1";

/// Decides and writes inside `$tx`; evaluates to whether the account was created. With an identity (provider and
/// subject) the account belongs to that from its beginning.
macro_rules! decide {
    ($tx:ident, $user:expr, $open:expr, $identity:expr) => {{
        let count: i64 = sqlx::query_scalar(COUNT).fetch_one(&mut *$tx).await?;
        let created = if count == 0 {
            insert_account!($tx, $user, Role::Admin);
            sqlx::query(CLOSE).bind(now()).execute(&mut *$tx).await?;
            sqlx::query(BUMP).execute(&mut *$tx).await?;
            true
        } else if $open {
            insert_account!($tx, $user, $user.role);
            true
        } else {
            false
        };
        if let Some((provider, subject)) = $identity.filter(|_| created) {
            let id = $user.id.as_str();
            if insert_identity!($tx, id, provider, subject) != id {
                return Err(StoreError::Conflict("identity"));
            }
            sqlx::query("UPDATE account SET oauth = $2 WHERE id = $1")
                .bind(id)
                .bind(shown(None, provider, subject))
                .execute(&mut *$tx)
                .await?;
        }
        created
    }};
}

impl Store {
    /// Creates an account by sign-up: the very first account becomes an administrator (decided inside the transaction,
    /// so exactly one wins however many sign up at once) and then `ui.enable_signup` is set to false.
    /// With `allowed_when_not_first` false, `Ok(None)` unless it is the first account.
    #[boxed]
    pub async fn sign_up(&self, user: &NewUser, allowed_when_not_first: bool) -> Result<Option<User>> {
        self.sign_up_as(user, allowed_when_not_first, None).await
    }

    /// The same for somebody who comes from an identity provider, named with the provider's own id of the person; always
    /// allowed. `Conflict` when the email or the identity has an account already.
    #[boxed]
    pub async fn sign_up_from(&self, user: &NewUser, identity: (&str, &str)) -> Result<User> {
        self.sign_up_as(user, true, Some(identity)).await?.ok_or(StoreError::NotFound)
    }

    async fn sign_up_as(&self, user: &NewUser, open: bool, identity: Option<(&str, &str)>) -> Result<Option<User>> {
        let created = match &self.db {
            Db::Sqlite { write, .. } => {
                let mut tx = write.begin_with("BEGIN IMMEDIATE").await?;
                let created = decide!(tx, user, open, identity);
                tx.commit().await?;
                created
            }
            Db::Postgres { pool, pooled } => {
                let mut tx = begin(pool, *pooled).await?;
                // Readers go on; other sign-ups wait for this one.
                sqlx::query("LOCK TABLE account IN SHARE ROW EXCLUSIVE MODE").execute(&mut *tx).await?;
                let created = decide!(tx, user, open, identity);
                tx.commit().await?;
                created
            }
        };
        if created { self.user(&user.id).await?.ok_or(StoreError::NotFound).map(Some) } else { Ok(None) }
    }
}
