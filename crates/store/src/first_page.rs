//! Lists that a client asks for on its first page, of areas whose writers come later. Rows as JSON objects.

use airis_domain::{Json, UserId};
use async_recursion::async_recursion as boxed;
use serde_json::json;

use crate::db::reading;
use crate::{Result, Store, json as column};

impl Store {
    /// Tools of this user, or of everybody for an administrator (`user` is `None`), without their source.
    #[boxed]
    pub async fn tools(&self, user: Option<&UserId>) -> Result<Vec<Json>> {
        type Row = (String, String, String, String, i64, i64);
        let rows: Vec<Row> = reading!(self, pool => sqlx::query_as(
            "SELECT id, user_id, name, meta, updated_at, created_at FROM tool WHERE ($1 IS NULL OR user_id = $1) ORDER BY name")
            .bind(user.map(UserId::as_str)).fetch_all(pool).await)?;
        let object = |(id, user_id, name, meta, updated_at, created_at): Row| {
            json!({"id": id, "user_id": user_id, "name": name, "meta": column::parse(&meta), "updated_at": updated_at,
                "created_at": created_at})
        };
        Ok(rows.into_iter().map(object).collect())
    }

    /// Functions of everybody, without their source.
    #[boxed]
    pub async fn functions(&self) -> Result<Vec<Json>> {
        type Row = (String, String, String, String, String, bool, bool, i64, i64);
        let rows: Vec<Row> = reading!(self, pool => sqlx::query_as(
            "SELECT id, user_id, name, type, meta, is_active, is_global, updated_at, created_at FROM function ORDER BY name")
            .fetch_all(pool).await)?;
        let object = |(id, user_id, name, kind, meta, active, global, updated_at, created_at): Row| {
            json!({"id": id, "user_id": user_id, "type": kind, "name": name, "meta": column::parse(&meta),
                "is_active": active, "is_global": global, "updated_at": updated_at, "created_at": created_at})
        };
        Ok(rows.into_iter().map(object).collect())
    }

    /// Skills of this user, or of everybody for an administrator (`user` is `None`), without their text.
    #[boxed]
    pub async fn skills(&self, user: Option<&UserId>) -> Result<Vec<Json>> {
        type Row = (String, String, String, Option<String>, Option<String>, bool, i64, i64);
        let rows: Vec<Row> = reading!(self, pool => sqlx::query_as(
            "SELECT id, user_id, name, description, meta, is_active, updated_at, created_at FROM skill \
             WHERE ($1 IS NULL OR user_id = $1) ORDER BY name").bind(user.map(UserId::as_str)).fetch_all(pool).await)?;
        let object = |(id, user_id, name, description, meta, active, updated_at, created_at): Row| {
            json!({"id": id, "user_id": user_id, "name": name, "description": description,
                "meta": column::parse_optional(meta), "is_active": active, "updated_at": updated_at, "created_at": created_at})
        };
        Ok(rows.into_iter().map(object).collect())
    }

    /// Channels that a user is a member of or owns.
    #[boxed]
    pub async fn channels(&self, user: &UserId) -> Result<Vec<Json>> {
        type Row = (String, String, String, Option<String>, Option<String>, i64, i64);
        let rows: Vec<Row> = reading!(self, pool => sqlx::query_as(
            "SELECT id, user_id, name, description, type, updated_at, created_at FROM channel WHERE user_id = $1 \
             OR EXISTS (SELECT 1 FROM channel_member m WHERE m.channel_id = channel.id AND m.user_id = $1) ORDER BY name")
            .bind(user.as_str()).fetch_all(pool).await)?;
        let object = |(id, user_id, name, description, kind, updated_at, created_at): Row| {
            json!({"id": id, "user_id": user_id, "name": name, "description": description, "type": kind,
                "updated_at": updated_at, "created_at": created_at})
        };
        Ok(rows.into_iter().map(object).collect())
    }
}
