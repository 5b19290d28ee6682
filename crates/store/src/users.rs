//! Accounts: reading, listing, changing and deleting.

use crate::row::row;
use airis_domain::{Json, JsonMap, Role, User, UserId, now};
use async_recursion::async_recursion as boxed;

use crate::db::{locked, reading, transaction, writing};
use crate::{Result, Store, StoreError, json};

/// An account to create. The email is stored in lower case.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub profile_image_url: String,
    /// Argon2 or bcrypt hash.
    pub password_hash: String,
    pub session_stamp: Option<String>,
}

/// Fields to change; `None` leaves a field as it is, `Some(None)` clears it.
#[derive(Clone, Debug, Default)]
pub struct UserPatch {
    pub name: Option<String>,
    pub email: Option<String>,
    pub role: Option<Role>,
    pub profile_image_url: Option<String>,
    pub profile_banner_image_url: Option<Option<String>>,
    pub username: Option<Option<String>>,
    pub bio: Option<Option<String>>,
    pub gender: Option<Option<String>>,
    pub date_of_birth: Option<Option<String>>,
    pub timezone: Option<Option<String>>,
    pub presence_state: Option<Option<String>>,
    pub status_emoji: Option<Option<String>>,
    pub status_message: Option<Option<String>>,
    pub status_expires_at: Option<Option<i64>>,
    pub info: Option<Option<Json>>,
    pub settings: Option<Option<Json>>,
    pub variables: Option<Option<Json>>,
}

/// Order of a user list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserSort {
    #[default]
    CreatedAt,
    Name,
    Email,
    Role,
    LastActiveAt,
    UpdatedAt,
}

/// A page of users.
#[derive(Clone, Debug, Default)]
pub struct UserQuery {
    /// Part of name or email, case ignored.
    pub search: Option<String>,
    pub role: Option<Role>,
    pub sort: UserSort,
    pub descending: bool,
    pub offset: i64,
    /// `None`: all.
    pub limit: Option<i64>,
}

/// Every column in the order of [`AccountRow`].
const COLUMNS: &str = "id, name, email, role, profile_image_url, profile_banner_image_url, username, bio, gender, \
    date_of_birth, timezone, presence_state, status_emoji, status_message, status_expires_at, info, settings, oauth, scim, \
    variables, last_active_at, updated_at, created_at";

row! {
    pub(crate) struct AccountRow {
        id: String,
        name: String,
        email: String,
        role: String,
        profile_image_url: String,
        profile_banner_image_url: Option<String>,
        username: Option<String>,
        bio: Option<String>,
        gender: Option<String>,
        date_of_birth: Option<String>,
        timezone: Option<String>,
        presence_state: Option<String>,
        status_emoji: Option<String>,
        status_message: Option<String>,
        status_expires_at: Option<i64>,
        info: Option<String>,
        settings: Option<String>,
        oauth: Option<String>,
        scim: Option<String>,
        variables: Option<String>,
        last_active_at: i64,
        updated_at: i64,
        created_at: i64,
    }
}

impl From<AccountRow> for User {
    fn from(row: AccountRow) -> Self {
        Self {
            id: row.id.into(),
            name: row.name,
            email: row.email,
            role: Role::parse(&row.role).unwrap_or(Role::Pending),
            profile_image_url: row.profile_image_url,
            profile_banner_image_url: row.profile_banner_image_url,
            username: row.username,
            bio: row.bio,
            gender: row.gender,
            date_of_birth: row.date_of_birth,
            timezone: row.timezone,
            presence_state: row.presence_state,
            status_emoji: row.status_emoji,
            status_message: row.status_message,
            status_expires_at: row.status_expires_at,
            info: json::parse_optional(row.info),
            settings: json::parse_optional(row.settings),
            oauth: json::parse_optional(row.oauth),
            scim: json::parse_optional(row.scim),
            variables: json::parse_optional(row.variables),
            by_key: false,
            last_active_at: row.last_active_at,
            updated_at: row.updated_at,
            created_at: row.created_at,
        }
    }
}

/// Text of a `SELECT` of whole accounts with the rest of the statement.
macro_rules! account_sql {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, email, role, profile_image_url, profile_banner_image_url, username, bio, gender, ",
            "date_of_birth, timezone, presence_state, status_emoji, status_message, status_expires_at, info, settings, ",
            "oauth, scim, variables, last_active_at, updated_at, created_at FROM account ",
            $rest
        )
    };
}

/// The query of that text.
macro_rules! select_account {
    ($rest:literal) => {
        sqlx::query_as::<_, AccountRow>(crate::users::account_sql!($rest))
    };
}

/// Inserts account and credential inside `$tx`.
macro_rules! insert_account {
    ($tx:ident, $user:expr, $role:expr) => {{
        let (user, at) = ($user, now());
        sqlx::query(
            "INSERT INTO account (id, name, email, role, profile_image_url, last_active_at, updated_at, created_at, ordinal) \
             VALUES ($1, $2, $3, $4, $5, $6, $6, $6, (SELECT COALESCE(MAX(ordinal), 0) + 1 FROM account))",
        )
        .bind(user.id.as_str())
        .bind(json::clean(&user.name))
        .bind(user.email.to_lowercase())
        .bind($role.as_str())
        .bind(&user.profile_image_url)
        .bind(at)
        .execute(&mut *$tx)
        .await?;
        sqlx::query("INSERT INTO credential (user_id, password_hash, active, session_stamp) VALUES ($1, $2, $3, $4)")
            .bind(user.id.as_str())
            .bind(&user.password_hash)
            .bind(true)
            .bind(&user.session_stamp)
            .execute(&mut *$tx)
            .await?;
    }};
}

pub(crate) use {account_sql, insert_account, select_account};

impl Store {
    /// Creates an account. `Conflict("email")` when the address is taken.
    #[boxed]
    pub async fn insert_user(&self, user: &NewUser) -> Result<User> {
        transaction!(self, tx => { insert_account!(tx, user, user.role) });
        self.user(&user.id).await?.ok_or(StoreError::NotFound)
    }

    #[boxed]
    pub async fn user(&self, id: &UserId) -> Result<Option<User>> {
        let row =
            reading!(self, pool => select_account!("WHERE id = $1").bind(id.as_str()).fetch_optional(pool).await)?;
        Ok(row.map(User::from))
    }

    /// Those of the ids that exist, in no particular order.
    #[boxed]
    pub async fn users_by_ids(&self, ids: &[UserId]) -> Result<Vec<User>> {
        let mut users = Vec::with_capacity(ids.len());
        for id in ids {
            users.extend(self.user(id).await?);
        }
        Ok(users)
    }

    #[boxed]
    pub async fn user_by_email(&self, email: &str) -> Result<Option<User>> {
        let email = email.to_lowercase();
        let row = reading!(self, pool => select_account!("WHERE email = $1").bind(email).fetch_optional(pool).await)?;
        Ok(row.map(User::from))
    }

    /// The oldest account: the primary administrator, whom nobody else may change.
    #[boxed]
    pub async fn first_user(&self) -> Result<Option<User>> {
        let row = reading!(self, pool =>
            select_account!("ORDER BY created_at, ordinal LIMIT 1").fetch_optional(pool).await)?;
        Ok(row.map(User::from))
    }

    /// The page and the total that match.
    #[boxed]
    pub async fn users(&self, query: &UserQuery) -> Result<(Vec<User>, i64)> {
        const FILTER: &str = "WHERE ($1 IS NULL OR LOWER(name) LIKE $1 ESCAPE '!' OR email LIKE $1 ESCAPE '!') AND ($2 IS NULL OR role = $2)";
        let search = query.search.as_deref().filter(|text| !text.is_empty()).map(contains);
        let role = query.role.map(Role::as_str);
        let order = match query.sort {
            UserSort::CreatedAt => "created_at",
            UserSort::Name => "LOWER(name)",
            UserSort::Email => "email",
            UserSort::Role => "role",
            UserSort::LastActiveAt => "last_active_at",
            UserSort::UpdatedAt => "updated_at",
        };
        let direction = if query.descending { "DESC" } else { "ASC" };
        // Only the constants above are put together; values are bound.
        let page = format!(
            "SELECT {COLUMNS} FROM account {FILTER} ORDER BY {order} {direction}, ordinal {direction} LIMIT $3 OFFSET $4"
        );
        let total = format!("SELECT COUNT(*) FROM account {FILTER}");
        let limit = query.limit.unwrap_or(i64::MAX);
        let rows: Vec<AccountRow> = reading!(self, pool =>
            sqlx::query_as(sqlx::AssertSqlSafe(page)).bind(&search).bind(role).bind(limit).bind(query.offset).fetch_all(pool).await)?;
        let total: i64 = reading!(self, pool =>
            sqlx::query_scalar(sqlx::AssertSqlSafe(total)).bind(&search).bind(role).fetch_one(pool).await)?;
        Ok((rows.into_iter().map(User::from).collect(), total))
    }

    #[boxed]
    pub async fn count_users(&self) -> Result<i64> {
        Ok(reading!(self, pool => sqlx::query_scalar("SELECT COUNT(*) FROM account").fetch_one(pool).await)?)
    }

    /// People active within the last `seconds`.
    #[boxed]
    pub async fn count_active_users(&self, seconds: i64) -> Result<i64> {
        let since = now() - seconds;
        Ok(reading!(self, pool =>
            sqlx::query_scalar("SELECT COUNT(*) FROM account WHERE last_active_at >= $1").bind(since).fetch_one(pool).await)?)
    }

    /// `NotFound` when the account is gone, `Conflict("email")` when the new address is taken.
    #[boxed]
    pub async fn update_user(&self, id: &UserId, patch: &UserPatch) -> Result<User> {
        self.change_user(id, |user| apply(user, patch)).await
    }

    /// Merges top-level keys into `info` and returns the result.
    #[boxed]
    pub async fn merge_user_info(&self, id: &UserId, patch: &JsonMap) -> Result<Json> {
        let merge = |user: &mut User| {
            let mut info = user.info.take().and_then(|info| info.as_object().cloned()).unwrap_or_default();
            info.extend(patch.clone());
            user.info = Some(Json::Object(info));
        };
        Ok(self.change_user(id, merge).await?.info.unwrap_or_default())
    }

    /// Reads, changes and writes an account that nobody else changes meanwhile.
    async fn change_user(&self, id: &UserId, change: impl FnOnce(&mut User)) -> Result<User> {
        let user = transaction!(self, tx => {
            let row: Option<AccountRow> = sqlx::query_as(locked!(tx, account_sql!("WHERE id = $1")))
                .bind(id.as_str()).fetch_optional(&mut *tx).await?;
            let mut user = User::from(row.ok_or(StoreError::NotFound)?);
            change(&mut user);
            user.updated_at = now();
            let text = |text: &Option<String>| text.as_deref().map(|text| json::clean(text).into_owned());
            sqlx::query("UPDATE account SET name = $2, email = $3, role = $4, profile_image_url = $5, \
                 profile_banner_image_url = $6, username = $7, bio = $8, gender = $9, date_of_birth = $10, timezone = $11, \
                 presence_state = $12, status_emoji = $13, status_message = $14, status_expires_at = $15, info = $16, \
                 settings = $17, variables = $18, updated_at = $19 WHERE id = $1")
                .bind(user.id.as_str()).bind(json::clean(&user.name)).bind(json::clean(&user.email)).bind(user.role.as_str())
                .bind(json::clean(&user.profile_image_url)).bind(text(&user.profile_banner_image_url))
                .bind(text(&user.username)).bind(text(&user.bio)).bind(text(&user.gender)).bind(text(&user.date_of_birth))
                .bind(text(&user.timezone)).bind(text(&user.presence_state)).bind(text(&user.status_emoji))
                .bind(text(&user.status_message)).bind(user.status_expires_at)
                .bind(json::optional_text(user.info.as_ref())).bind(json::optional_text(user.settings.as_ref()))
                .bind(json::optional_text(user.variables.as_ref())).bind(user.updated_at)
                .execute(&mut *tx).await?;
            user
        });
        Ok(user)
    }

    /// Sets `last_active_at`, at most once per `min_interval` seconds per user.
    #[boxed]
    pub async fn touch_user(&self, id: &UserId, min_interval: i64) -> Result<()> {
        let at = now();
        writing!(self, pool => sqlx::query("UPDATE account SET last_active_at = $2 WHERE id = $1 AND last_active_at <= $3")
            .bind(id.as_str()).bind(at).bind(at - min_interval).execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Deletes the account and everything it owns. False when it was not there.
    #[boxed]
    pub async fn delete_user(&self, id: &UserId) -> Result<bool> {
        let deleted = transaction!(self, tx => {
            sqlx::query("DELETE FROM access_grant WHERE principal_type = 'user' AND principal_id = $1")
                .bind(id.as_str()).execute(&mut *tx).await?;
            sqlx::query("DELETE FROM access_grant WHERE resource_type = 'note' AND resource_id IN \
                 (SELECT id FROM note WHERE user_id = $1)").bind(id.as_str()).execute(&mut *tx).await?;
            sqlx::query("DELETE FROM account WHERE id = $1").bind(id.as_str()).execute(&mut *tx).await?.rows_affected()
        });
        Ok(deleted > 0)
    }
}

/// A `LIKE` pattern (escape `!`) for text that contains this one, case ignored.
pub(crate) fn contains(text: &str) -> String {
    let escaped = text.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{}%", json::clean(&escaped))
}

fn apply(user: &mut User, patch: &UserPatch) {
    fn set<T: Clone>(field: &mut T, change: &Option<T>) {
        if let Some(value) = change {
            *field = value.clone();
        }
    }
    set(&mut user.name, &patch.name);
    set(&mut user.email, &patch.email.as_ref().map(|email| email.to_lowercase()));
    set(&mut user.role, &patch.role);
    set(&mut user.profile_image_url, &patch.profile_image_url);
    set(&mut user.profile_banner_image_url, &patch.profile_banner_image_url);
    set(&mut user.username, &patch.username);
    set(&mut user.bio, &patch.bio);
    set(&mut user.gender, &patch.gender);
    set(&mut user.date_of_birth, &patch.date_of_birth);
    set(&mut user.timezone, &patch.timezone);
    set(&mut user.presence_state, &patch.presence_state);
    set(&mut user.status_emoji, &patch.status_emoji);
    set(&mut user.status_message, &patch.status_message);
    set(&mut user.status_expires_at, &patch.status_expires_at);
    set(&mut user.info, &patch.info);
    set(&mut user.settings, &patch.settings);
    set(&mut user.variables, &patch.variables);
}
