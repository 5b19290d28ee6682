//! Sessions with other identity providers. Their tokens arrive sealed.

use crate::row::row;
use airis_domain::{User, UserId};
use async_recursion::async_recursion as boxed;

use crate::db::{reading, transaction, writing};
use crate::users::{AccountRow, select_account};
use crate::{Result, Store};

/// A session that somebody has with a provider.
#[derive(Clone)]
pub struct OauthSession {
    pub id: String,
    pub user_id: UserId,
    pub provider: String,
    /// The provider's own id of the session.
    pub sid: Option<String>,
    /// The provider's own id of the person.
    pub subject: Option<String>,
    /// Sealed.
    pub token: String,
    /// Seconds.
    pub expires_at: i64,
    pub created_at: i64,
    pub updated_at: i64,
}

row! {
    struct SessionRow {
        id: String,
        user_id: String,
        provider: String,
        sid: Option<String>,
        subject: Option<String>,
        token: String,
        expires_at: i64,
        created_at: i64,
        updated_at: i64,
    }
}

impl From<SessionRow> for OauthSession {
    fn from(row: SessionRow) -> Self {
        Self {
            id: row.id,
            user_id: row.user_id.into(),
            provider: row.provider,
            sid: row.sid,
            subject: row.subject,
            token: row.token,
            expires_at: row.expires_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

impl Store {
    /// Remembers a session; of more than `most` with the same provider the oldest are forgotten.
    #[boxed]
    pub async fn add_oauth_session(&self, session: &OauthSession, most: i64) -> Result<()> {
        transaction!(self, tx => {
            sqlx::query("INSERT INTO oauth_session (id, user_id, provider, sid, subject, token, expires_at, created_at, \
                 updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
                .bind(&session.id).bind(session.user_id.as_str()).bind(&session.provider).bind(session.sid.as_deref())
                .bind(session.subject.as_deref()).bind(&session.token).bind(session.expires_at)
                .bind(session.created_at).bind(session.updated_at).execute(&mut *tx).await?;
            sqlx::query("DELETE FROM oauth_session WHERE user_id = $1 AND provider = $2 AND id <> $3 AND id NOT IN \
                 (SELECT id FROM oauth_session WHERE user_id = $1 AND provider = $2 AND id <> $3 \
                 ORDER BY created_at DESC, id LIMIT $4)")
                .bind(session.user_id.as_str()).bind(&session.provider).bind(&session.id).bind((most - 1).max(0))
                .execute(&mut *tx).await?;
        });
        Ok(())
    }

    /// Somebody's sessions, newest first.
    #[boxed]
    pub async fn oauth_sessions(&self, id: &UserId) -> Result<Vec<OauthSession>> {
        let rows: Vec<SessionRow> = reading!(self, pool => sqlx::query_as(
            "SELECT id, user_id, provider, sid, subject, token, expires_at, created_at, updated_at FROM oauth_session \
             WHERE user_id = $1 ORDER BY created_at DESC, id").bind(id.as_str()).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(OauthSession::from).collect())
    }

    /// Forgets a session of somebody and says what it was.
    #[boxed]
    pub async fn take_oauth_session(&self, session: &str, id: &UserId) -> Result<Option<OauthSession>> {
        let row: Option<SessionRow> = writing!(self, pool => sqlx::query_as(
            "DELETE FROM oauth_session WHERE id = $1 AND user_id = $2 RETURNING id, user_id, provider, sid, subject, token, \
             expires_at, created_at, updated_at").bind(session).bind(id.as_str()).fetch_optional(pool).await)?;
        Ok(row.map(OauthSession::from))
    }

    /// Forgets somebody's sessions with a provider; how many there were.
    #[boxed]
    pub async fn delete_oauth_sessions(&self, id: &UserId, provider: &str) -> Result<u64> {
        Ok(writing!(self, pool => sqlx::query("DELETE FROM oauth_session WHERE user_id = $1 AND provider = $2")
            .bind(id.as_str()).bind(provider).execute(pool).await.map(|done| done.rows_affected()))?)
    }

    /// Whose session this is, by the provider's id of the session.
    #[boxed]
    pub async fn user_by_oauth_sid(&self, provider: &str, sid: &str) -> Result<Option<User>> {
        let row: Option<AccountRow> = reading!(self, pool => select_account!(
            "WHERE id = (SELECT user_id FROM oauth_session WHERE provider = $1 AND sid = $2 ORDER BY created_at DESC LIMIT 1)")
            .bind(provider).bind(sid).fetch_optional(pool).await)?;
        Ok(row.map(User::from))
    }

    /// Whose session this is, by the provider's id of the person.
    #[boxed]
    pub async fn user_by_oauth_subject(&self, provider: &str, subject: &str) -> Result<Option<User>> {
        let row: Option<AccountRow> = reading!(self, pool => select_account!(
            "WHERE id = (SELECT user_id FROM oauth_session WHERE provider = $1 AND subject = $2 \
             ORDER BY created_at DESC LIMIT 1)").bind(provider).bind(subject).fetch_optional(pool).await)?;
        Ok(row.map(User::from))
    }
}
