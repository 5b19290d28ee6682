//! Who somebody is at other identity providers.

use airis_domain::{Json, JsonMap, User, UserId, now};
use async_recursion::async_recursion as boxed;
use serde_json::json;

use crate::db::{locked, reading, transaction};
use crate::users::{AccountRow, select_account};
use crate::{Result, Store, StoreError, json};

/// Writes down inside `$tx` that a provider's person has an account; evaluates to whose account it is.
macro_rules! insert_identity {
    ($tx:ident, $user:expr, $provider:expr, $subject:expr) => {{
        sqlx::query(
            "INSERT INTO account_identity (provider, subject, user_id, created_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (provider, subject) DO NOTHING",
        )
        .bind($provider)
        .bind($subject)
        .bind($user)
        .bind(airis_domain::now())
        .execute(&mut *$tx)
        .await?;
        let owner: String =
            sqlx::query_scalar("SELECT user_id FROM account_identity WHERE provider = $1 AND subject = $2")
                .bind($provider)
                .bind($subject)
                .fetch_one(&mut *$tx)
                .await?;
        owner
    }};
}

pub(crate) use insert_identity;

impl Store {
    /// The account of a provider's person.
    #[boxed]
    pub async fn user_by_identity(&self, provider: &str, subject: &str) -> Result<Option<User>> {
        let row: Option<AccountRow> = reading!(self, pool => select_account!(
            "WHERE id = (SELECT user_id FROM account_identity WHERE provider = $1 AND subject = $2)")
            .bind(provider).bind(subject).fetch_optional(pool).await)?;
        Ok(row.map(User::from))
    }

    /// Says that an account belongs to a provider's person, too. `Conflict("identity")` when another account does.
    #[boxed]
    pub async fn link_identity(&self, id: &UserId, provider: &str, subject: &str) -> Result<User> {
        transaction!(self, tx => {
            let known: Option<Option<String>> =
                sqlx::query_scalar(locked!(tx, "SELECT oauth FROM account WHERE id = $1"))
                    .bind(id.as_str()).fetch_optional(&mut *tx).await?;
            let known = known.ok_or(StoreError::NotFound)?;
            if insert_identity!(tx, id.as_str(), provider, subject) != id.as_str() {
                return Err(StoreError::Conflict("identity"));
            }
            sqlx::query("UPDATE account SET oauth = $2, updated_at = $3 WHERE id = $1")
                .bind(id.as_str()).bind(shown(known.as_deref(), provider, subject)).bind(now())
                .execute(&mut *tx).await?;
        });
        self.user(id).await?.ok_or(StoreError::NotFound)
    }
}

/// What accounts show of their identities: `{provider: {"sub": subject}}`.
pub(crate) fn shown(known: Option<&str>, provider: &str, subject: &str) -> String {
    let mut all: JsonMap = known.map(json::parse_map).unwrap_or_default();
    all.insert(provider.to_owned(), json!({"sub": subject}));
    json::text(&Json::Object(all))
}
