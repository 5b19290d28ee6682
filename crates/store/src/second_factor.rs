//! Second factors, the challenges between a password and a session, and the tickets that undo a lost factor. Secrets
//! arrive sealed, tokens and codes as hashes.

use airis_domain::{UserId, now};
use async_recursion::async_recursion as boxed;

use crate::db::{locked, reading, transaction, writing};
use crate::{Result, Store};

/// What a person's device proves.
#[derive(Clone)]
pub struct SecondFactor {
    /// Sealed.
    pub secret: String,
    /// The last time step whose code was used.
    pub last_step: i64,
    /// Hashes of the recovery codes that are left.
    pub recovery: Vec<String>,
}

/// What somebody has to do before a session is opened.
#[derive(Clone)]
pub struct SignInChallenge {
    pub user_id: UserId,
    /// `enroll`, `verify` or `recover`.
    pub step: String,
    /// How the password step was passed.
    pub method: String,
    /// The account's stamp at that time; a newer one ends the challenge.
    pub session_stamp: Option<String>,
    /// The sealed secret that is being enrolled.
    pub secret: Option<String>,
    /// Seconds.
    pub expires_at: i64,
}

type ChallengeRow = (String, String, String, Option<String>, Option<String>, i64);

impl Store {
    #[boxed]
    pub async fn second_factor(&self, id: &UserId) -> Result<Option<SecondFactor>> {
        let row: Option<(String, i64, String)> = reading!(self, pool => sqlx::query_as(
            "SELECT secret, last_step, recovery FROM second_factor WHERE user_id = $1")
            .bind(id.as_str()).fetch_optional(pool).await)?;
        Ok(row.map(|(secret, last_step, recovery)| SecondFactor { secret, last_step, recovery: codes(&recovery) }))
    }

    /// Sets a person's factor in place of an older one and ends every session and challenge of theirs.
    #[boxed]
    pub async fn set_second_factor(&self, id: &UserId, factor: &SecondFactor, new_stamp: &str) -> Result<()> {
        transaction!(self, tx => {
            sqlx::query(
                "INSERT INTO second_factor (user_id, secret, last_step, recovery, created_at) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, last_step = excluded.last_step, \
                 recovery = excluded.recovery, created_at = excluded.created_at")
                .bind(id.as_str()).bind(&factor.secret).bind(factor.last_step).bind(factor.recovery.join(" ")).bind(now())
                .execute(&mut *tx).await?;
            sqlx::query("UPDATE credential SET session_stamp = $2 WHERE user_id = $1")
                .bind(id.as_str()).bind(new_stamp).execute(&mut *tx).await?;
            sqlx::query("DELETE FROM sign_in_challenge WHERE user_id = $1").bind(id.as_str()).execute(&mut *tx).await?;
        });
        Ok(())
    }

    /// Marks a time step as used; false when it, or a later one, was used before.
    #[boxed]
    pub async fn use_step(&self, id: &UserId, step: i64) -> Result<bool> {
        let changed = writing!(self, pool => sqlx::query(
            "UPDATE second_factor SET last_step = $2 WHERE user_id = $1 AND last_step < $2")
            .bind(id.as_str()).bind(step).execute(pool).await.map(|done| done.rows_affected()))?;
        Ok(changed > 0)
    }

    #[boxed]
    pub async fn set_recovery_codes(&self, id: &UserId, hashes: &[String]) -> Result<()> {
        writing!(self, pool => sqlx::query("UPDATE second_factor SET recovery = $2 WHERE user_id = $1")
            .bind(id.as_str()).bind(hashes.join(" ")).execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Uses up a recovery code; false when it is none.
    #[boxed]
    pub async fn use_recovery_code(&self, id: &UserId, hash: &str) -> Result<bool> {
        let used = transaction!(self, tx => {
            let sql = locked!(tx, "SELECT recovery FROM second_factor WHERE user_id = $1");
            let row: Option<String> = sqlx::query_scalar(sql).bind(id.as_str()).fetch_optional(&mut *tx).await?;
            let mut left = codes(row.as_deref().unwrap_or_default());
            let before = left.len();
            left.retain(|known| known != hash);
            let used = left.len() < before;
            if used {
                sqlx::query("UPDATE second_factor SET recovery = $2 WHERE user_id = $1")
                    .bind(id.as_str()).bind(left.join(" ")).execute(&mut *tx).await?;
            }
            used
        });
        Ok(used)
    }

    /// Remembers a challenge; those that have run out are forgotten by the way.
    #[boxed]
    pub async fn add_challenge(&self, token_hash: &str, challenge: &SignInChallenge) -> Result<()> {
        transaction!(self, tx => {
            sqlx::query("DELETE FROM sign_in_challenge WHERE expires_at < $1").bind(now()).execute(&mut *tx).await?;
            sqlx::query(
                "INSERT INTO sign_in_challenge (token_hash, user_id, step, method, session_stamp, secret, attempts, \
                 expires_at) VALUES ($1, $2, $3, $4, $5, $6, 0, $7)")
                .bind(token_hash).bind(challenge.user_id.as_str()).bind(&challenge.step).bind(&challenge.method)
                .bind(challenge.session_stamp.as_deref()).bind(challenge.secret.as_deref()).bind(challenge.expires_at)
                .execute(&mut *tx).await?;
        });
        Ok(())
    }

    /// A challenge that has not run out.
    #[boxed]
    pub async fn challenge(&self, token_hash: &str) -> Result<Option<SignInChallenge>> {
        let row: Option<ChallengeRow> = reading!(self, pool => sqlx::query_as(
            "SELECT user_id, step, method, session_stamp, secret, expires_at FROM sign_in_challenge \
             WHERE token_hash = $1 AND expires_at > $2").bind(token_hash).bind(now()).fetch_optional(pool).await)?;
        Ok(row.map(|(user_id, step, method, session_stamp, secret, expires_at)| SignInChallenge {
            user_id: user_id.into(),
            step,
            method,
            session_stamp,
            secret,
            expires_at,
        }))
    }

    #[boxed]
    pub async fn set_challenge_secret(&self, token_hash: &str, secret: &str) -> Result<()> {
        writing!(self, pool => sqlx::query("UPDATE sign_in_challenge SET secret = $2 WHERE token_hash = $1")
            .bind(token_hash).bind(secret).execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Counts an attempt at a challenge; false when there were `most` before.
    #[boxed]
    pub async fn count_attempt(&self, token_hash: &str, most: i64) -> Result<bool> {
        let changed = writing!(self, pool => sqlx::query(
            "UPDATE sign_in_challenge SET attempts = attempts + 1 WHERE token_hash = $1 AND attempts < $2")
            .bind(token_hash).bind(most).execute(pool).await.map(|done| done.rows_affected()))?;
        Ok(changed > 0)
    }

    /// Ends a challenge; true for the one caller that ended it.
    #[boxed]
    pub async fn end_challenge(&self, token_hash: &str) -> Result<bool> {
        let deleted = writing!(self, pool => sqlx::query("DELETE FROM sign_in_challenge WHERE token_hash = $1")
            .bind(token_hash).execute(pool).await.map(|done| done.rows_affected()))?;
        Ok(deleted > 0)
    }

    /// Gives a person a ticket in place of an older one. Seconds.
    #[boxed]
    pub async fn set_factor_reset(&self, id: &UserId, ticket_hash: &str, expires_at: i64) -> Result<()> {
        writing!(self, pool => sqlx::query(
            "INSERT INTO second_factor_reset (user_id, ticket_hash, expires_at) VALUES ($1, $2, $3) \
             ON CONFLICT (user_id) DO UPDATE SET ticket_hash = excluded.ticket_hash, expires_at = excluded.expires_at")
            .bind(id.as_str()).bind(ticket_hash).bind(expires_at).execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Whether the person has a ticket that has not run out.
    #[boxed]
    pub async fn factor_reset_waits(&self, id: &UserId) -> Result<bool> {
        let found: Option<i64> = reading!(self, pool => sqlx::query_scalar(
            "SELECT CAST(1 AS BIGINT) FROM second_factor_reset WHERE user_id = $1 AND expires_at > $2")
            .bind(id.as_str()).bind(now()).fetch_optional(pool).await)?;
        Ok(found.is_some())
    }

    /// Uses up a ticket: the factor goes, and with it every session and challenge of the person. False for a wrong ticket.
    #[boxed]
    pub async fn redeem_factor_reset(&self, id: &UserId, ticket_hash: &str, new_stamp: &str) -> Result<bool> {
        let redeemed = transaction!(self, tx => {
            let redeemed = sqlx::query(
                "DELETE FROM second_factor_reset WHERE user_id = $1 AND ticket_hash = $2 AND expires_at > $3")
                .bind(id.as_str()).bind(ticket_hash).bind(now()).execute(&mut *tx).await?.rows_affected() > 0;
            if redeemed {
                sqlx::query("DELETE FROM second_factor WHERE user_id = $1").bind(id.as_str()).execute(&mut *tx).await?;
                sqlx::query("DELETE FROM sign_in_challenge WHERE user_id = $1").bind(id.as_str()).execute(&mut *tx).await?;
                sqlx::query("UPDATE credential SET session_stamp = $2 WHERE user_id = $1")
                    .bind(id.as_str()).bind(new_stamp).execute(&mut *tx).await?;
            }
            redeemed
        });
        Ok(redeemed)
    }
}

fn codes(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}
