//! What proves who somebody is: password hashes, session stamps, API keys and revoked tokens.

use airis_domain::{User, UserId, now};
use async_recursion::async_recursion as boxed;

use crate::db::{reading, transaction, writing};
use crate::users::{AccountRow, select_account};
use crate::{Result, Store, StoreError};

/// How a password is checked and a session proved.
#[derive(Clone)]
pub struct Credentials {
    pub user_id: UserId,
    pub password_hash: String,
    pub active: bool,
    /// Every session token carries a copy; changing it ends all sessions.
    pub session_stamp: Option<String>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("user_id", &self.user_id).finish_non_exhaustive()
    }
}

type Row = (String, String, bool, Option<String>);

fn credentials((user_id, password_hash, active, session_stamp): Row) -> Credentials {
    Credentials { user_id: user_id.into(), password_hash, active, session_stamp }
}

impl Store {
    #[boxed]
    pub async fn credentials(&self, email: &str) -> Result<Option<Credentials>> {
        let email = email.to_lowercase();
        let row: Option<Row> = reading!(self, pool => sqlx::query_as(
            "SELECT c.user_id, c.password_hash, c.active, c.session_stamp FROM credential c \
             JOIN account a ON a.id = c.user_id WHERE a.email = $1").bind(email).fetch_optional(pool).await)?;
        Ok(row.map(credentials))
    }

    #[boxed]
    pub async fn credentials_by_id(&self, id: &UserId) -> Result<Option<Credentials>> {
        let row: Option<Row> = reading!(self, pool => sqlx::query_as(
            "SELECT user_id, password_hash, active, session_stamp FROM credential WHERE user_id = $1")
            .bind(id.as_str()).fetch_optional(pool).await)?;
        Ok(row.map(credentials))
    }

    /// Replaces the hash; with a stamp, all sessions end.
    #[boxed]
    pub async fn set_password(&self, id: &UserId, hash: &str, new_stamp: Option<&str>) -> Result<()> {
        let changed = writing!(self, pool => sqlx::query(
            "UPDATE credential SET password_hash = $2, session_stamp = COALESCE($3, session_stamp) WHERE user_id = $1")
            .bind(id.as_str()).bind(hash).bind(new_stamp).execute(pool).await.map(|done| done.rows_affected()))?;
        if changed == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    #[boxed]
    pub async fn set_session_stamp(&self, id: &UserId, stamp: &str) -> Result<()> {
        writing!(self, pool => sqlx::query("UPDATE credential SET session_stamp = $2 WHERE user_id = $1")
            .bind(id.as_str()).bind(stamp).execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Creates or replaces the user's one API key.
    #[boxed]
    pub async fn set_api_key(&self, id: &UserId, key: &str) -> Result<()> {
        writing!(self, pool => sqlx::query(
            "INSERT INTO api_key (user_id, secret, created_at) VALUES ($1, $2, $3) \
             ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at")
            .bind(id.as_str()).bind(key).bind(now()).execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    #[boxed]
    pub async fn api_key(&self, id: &UserId) -> Result<Option<String>> {
        Ok(reading!(self, pool => sqlx::query_scalar("SELECT secret FROM api_key WHERE user_id = $1")
            .bind(id.as_str()).fetch_optional(pool).await)?)
    }

    #[boxed]
    pub async fn delete_api_key(&self, id: &UserId) -> Result<bool> {
        let deleted = writing!(self, pool => sqlx::query("DELETE FROM api_key WHERE user_id = $1")
            .bind(id.as_str()).execute(pool).await.map(|done| done.rows_affected()))?;
        Ok(deleted > 0)
    }

    #[boxed]
    pub async fn user_by_api_key(&self, key: &str) -> Result<Option<User>> {
        let row: Option<AccountRow> = reading!(self, pool =>
            select_account!("WHERE id = (SELECT user_id FROM api_key WHERE secret = $1)").bind(key).fetch_optional(pool).await)?;
        Ok(row.map(User::from))
    }

    /// Remembers a signed-out token until it would have expired anyway (`None`: forever). Seconds.
    #[boxed]
    pub async fn revoke_token(&self, jti: &str, expires_at: Option<i64>) -> Result<()> {
        transaction!(self, tx => {
            sqlx::query("DELETE FROM revoked_token WHERE expires_at < $1").bind(now()).execute(&mut *tx).await?;
            sqlx::query("INSERT INTO revoked_token (jti, expires_at) VALUES ($1, $2) ON CONFLICT (jti) DO NOTHING")
                .bind(jti).bind(expires_at).execute(&mut *tx).await?;
        });
        Ok(())
    }

    #[boxed]
    pub async fn token_is_revoked(&self, jti: &str) -> Result<bool> {
        let found: Option<i64> = reading!(self, pool => sqlx::query_scalar("SELECT CAST(1 AS BIGINT) FROM revoked_token WHERE jti = $1")
            .bind(jti).fetch_optional(pool).await)?;
        Ok(found.is_some())
    }
}
