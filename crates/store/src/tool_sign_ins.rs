//! What people were granted at tool servers. It arrives sealed.

use airis_domain::{UserId, now};
use async_recursion::async_recursion as boxed;

use crate::db::{reading, writing};
use crate::{Result, Store};

impl Store {
    #[boxed]
    pub async fn tool_sign_in(&self, user: &UserId, server: &str) -> Result<Option<String>> {
        Ok(
            reading!(self, pool => sqlx::query_scalar("SELECT sealed FROM tool_sign_in WHERE user_id = $1 AND server = $2")
            .bind(user.as_str()).bind(server).fetch_optional(pool).await)?,
        )
    }

    /// Keeps a grant in place of an older one.
    #[boxed]
    pub async fn set_tool_sign_in(&self, user: &UserId, server: &str, sealed: &str) -> Result<()> {
        writing!(self, pool => sqlx::query(
            "INSERT INTO tool_sign_in (user_id, server, sealed, updated_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (user_id, server) DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at")
            .bind(user.as_str()).bind(server).bind(sealed).bind(now()).execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Forgets a grant; there need not be one.
    #[boxed]
    pub async fn delete_tool_sign_in(&self, user: &UserId, server: &str) -> Result<()> {
        writing!(self, pool => sqlx::query("DELETE FROM tool_sign_in WHERE user_id = $1 AND server = $2")
            .bind(user.as_str()).bind(server).execute(pool).await.map(|_| ()))?;
        Ok(())
    }
}
