//! Accounts with how they prove themselves, and the groups that they are in.

use std::collections::HashMap;

use airis_domain::{Json, Role, User, UserId};

use super::report::Outcome;
use super::row::Row;
use super::source::Source;
use super::{ALL, Arrival, nameless, nobody};
use crate::Result;
use crate::record::Record;

/// A password hash that no password has: of people who sign in at another provider.
const NO_PASSWORD: &str = "!";
const PICTURE: &str = "/user.png";

/// How somebody signs in there.
struct Proof {
    hash: String,
    active: bool,
    stamp: Option<String>,
    second_factor: bool,
}

impl Arrival<'_> {
    pub(super) async fn people(&mut self, source: &mut Source) -> Result<()> {
        let mut proofs: HashMap<String, Proof> = HashMap::new();
        source
            .each("auth", ALL, "id", async |row: Row| {
                let proof = Proof {
                    hash: row.filled("password").unwrap_or_else(|| NO_PASSWORD.to_owned()),
                    active: row.flag("active").unwrap_or(true),
                    stamp: row.filled("session_stamp"),
                    second_factor: row.json("mfa").is_some_and(|mfa| mfa.get("secret").is_some_and(Json::is_string)),
                };
                proofs.insert(row.clean("id").unwrap_or_default(), proof);
                Ok(())
            })
            .await?;
        let (mut done, total) = (0, source.count("user", ALL).await?);
        source
            .each("user", ALL, "created_at", async |row: Row| {
                let id = row.clean("id").unwrap_or_default();
                let outcome = self.person(&row, &id, proofs.get(&id)).await?;
                let came = matches!(outcome, Outcome::Brought);
                self.add("accounts", &id, outcome);
                if came && let Some(key) = row.filled("api_key") {
                    self.key(&id, &id, &key, row.times().0).await?;
                }
                self.tell("accounts", &mut done, total);
                Ok(())
            })
            .await?;
        source
            .each("api_key", ALL, "id", async |row: Row| {
                let id = row.clean("id").unwrap_or_default();
                if let (Some(user), Some(key)) = (row.clean("user_id"), row.filled("key")) {
                    self.key(&id, &user, &key, row.times().0).await?;
                }
                Ok(())
            })
            .await
    }

    async fn person(&mut self, row: &Row, id: &str, proof: Option<&Proof>) -> Result<Outcome> {
        if id.is_empty() {
            return Ok(nameless());
        }
        if let Some(user) = self.target.store.user(&UserId::from(id)).await? {
            self.people.insert(id.to_owned(), user);
            return Ok(Outcome::Known);
        }
        let Some(email) = row.filled("email").map(|email| email.trim().to_lowercase()) else {
            return Ok(Outcome::Skipped("it has no e-mail address".to_owned()));
        };
        let there = match self.emails.get(&email) {
            Some(user) => Some(user.clone()),
            None => self.target.store.user_by_email(&email).await?,
        };
        if let Some(user) = there {
            self.people.insert(id.to_owned(), user);
            let reason = format!("{email} has an account here, which stays as it is and gets what this one owns");
            return Ok(Outcome::Skipped(reason));
        }
        let user = user(row, id, email);
        let ordinal = self.target.next("account", "ordinal").await?;
        self.target.insert(&account(&user).int("ordinal", ordinal)).await?;
        let credential = Record::of("credential")
            .text("user_id", id)
            .text("password_hash", proof.map_or(NO_PASSWORD, |proof| &proof.hash))
            .flag("active", proof.is_none_or(|proof| proof.active))
            .text("session_stamp", proof.and_then(|proof| proof.stamp.as_deref()));
        self.target.insert(&credential).await?;
        if proof.is_some_and(|proof| proof.second_factor) {
            self.report.note(
                "Second factors stay behind, because their secrets are sealed for the other server: those people sign in \
                 with their password and set up a new one.",
            );
        }
        for (provider, subject) in identities(row) {
            let record = Record::of("account_identity")
                .text("provider", provider.as_str())
                .text("subject", subject.as_str())
                .text("user_id", id)
                .int("created_at", user.created_at);
            self.target.insert(&record).await?;
        }
        self.emails.insert(user.email.clone(), user.clone());
        self.people.insert(id.to_owned(), user);
        Ok(Outcome::Brought)
    }

    async fn key(&mut self, id: &str, user: &str, key: &str, at: i64) -> Result<()> {
        let outcome = match self.people.get(user).cloned() {
            None => nobody(),
            Some(user) => {
                let known = self.target.text("api_key", "secret", ("user_id", user.id.as_str())).await?;
                let record =
                    Record::of("api_key").text("user_id", user.id.as_str()).text("secret", key).int("created_at", at);
                match known {
                    Some(known) if known == key => Outcome::Known,
                    Some(_) => Outcome::Skipped("its owner has another key here".to_owned()),
                    None if self.target.insert(&record).await? => Outcome::Brought,
                    None => Outcome::Skipped("somebody else has this key here".to_owned()),
                }
            }
        };
        self.add("API keys", id, outcome);
        Ok(())
    }

    pub(super) async fn groups(&mut self, source: &mut Source) -> Result<()> {
        let mut members: Vec<(String, String, i64)> = Vec::new();
        source
            .each("group", ALL, "created_at", async |row: Row| {
                let id = row.clean("id").unwrap_or_default();
                let (created_at, updated_at) = row.times();
                // Earlier versions kept the members in the group itself.
                if let Some(Json::Array(users)) = row.json("user_ids") {
                    let users = users.iter().filter_map(Json::as_str);
                    members.extend(users.map(|user| (id.clone(), user.to_owned(), created_at)));
                }
                let outcome = if id.is_empty() {
                    nameless()
                } else if self.target.has("user_group", &id).await? {
                    Outcome::Known
                } else {
                    let owner = self.owner(&row);
                    let ordinal = self.target.next("user_group", "ordinal").await?;
                    let record = Record::of("user_group")
                        .text("id", id.as_str())
                        .text("user_id", owner.as_ref().map(|user| user.id.as_str()))
                        .text("name", row.text("name").unwrap_or_default())
                        .text("description", row.text("description"))
                        .json("data", row.json("data").as_ref())
                        .json("meta", row.json("meta").as_ref())
                        .json("permissions", row.json("permissions").as_ref())
                        .text("parent_group_id", row.text("parent_group_id"))
                        .int("created_at", created_at)
                        .int("updated_at", updated_at)
                        .int("ordinal", ordinal);
                    self.target.insert(&record).await?;
                    Outcome::Brought
                };
                self.add("groups", &id, outcome);
                Ok(())
            })
            .await?;
        source
            .each("group_member", ALL, "id", async |row: Row| {
                let of = |column: &str| row.clean(column).unwrap_or_default();
                members.push((of("group_id"), of("user_id"), row.times().0));
                Ok(())
            })
            .await?;
        for (group, user, at) in members {
            let outcome = self.member(&group, &user, at).await?;
            self.add("group members", &format!("{group}/{user}"), outcome);
        }
        Ok(())
    }

    async fn member(&mut self, group: &str, user: &str, at: i64) -> Result<Outcome> {
        let Some(user) = self.people.get(user).cloned() else { return Ok(nobody()) };
        if !self.target.has("user_group", group).await? {
            return Ok(Outcome::Skipped("its group is not here".to_owned()));
        }
        if self.target.has_such("group_member", &[("group_id", group), ("user_id", user.id.as_str())]).await? {
            return Ok(Outcome::Known);
        }
        let record =
            Record::of("group_member").text("group_id", group).text("user_id", user.id.as_str()).int("created_at", at);
        self.target.insert(&record).await?;
        Ok(Outcome::Brought)
    }
}

fn user(row: &Row, id: &str, email: String) -> User {
    let (created_at, updated_at) = row.times();
    User {
        id: UserId::from(id),
        name: row.filled("name").unwrap_or_else(|| email.split('@').next().unwrap_or_default().to_owned()),
        role: row.text("role").and_then(Role::parse).unwrap_or(Role::Pending),
        profile_image_url: row.filled("profile_image_url").unwrap_or_else(|| PICTURE.to_owned()),
        profile_banner_image_url: row.filled("profile_banner_image_url"),
        username: row.filled("username"),
        bio: row.clean("bio"),
        gender: row.clean("gender"),
        date_of_birth: row.clean("date_of_birth"),
        timezone: row.clean("timezone"),
        presence_state: row.clean("presence_state"),
        status_emoji: row.clean("status_emoji"),
        status_message: row.clean("status_message"),
        status_expires_at: row.int("status_expires_at"),
        info: row.json("info"),
        settings: row.json("settings"),
        oauth: row.json("oauth"),
        scim: row.json("scim"),
        variables: row.json("variables"),
        by_key: false,
        last_active_at: row.int("last_active_at").unwrap_or(updated_at),
        updated_at,
        created_at,
        email,
    }
}

fn account(user: &User) -> Record {
    Record::of("account")
        .text("id", user.id.as_str())
        .text("name", user.name.as_str())
        .text("email", user.email.as_str())
        .text("role", user.role.as_str())
        .text("profile_image_url", user.profile_image_url.as_str())
        .text("profile_banner_image_url", user.profile_banner_image_url.as_deref())
        .text("username", user.username.as_deref())
        .text("bio", user.bio.as_deref())
        .text("gender", user.gender.as_deref())
        .text("date_of_birth", user.date_of_birth.as_deref())
        .text("timezone", user.timezone.as_deref())
        .text("presence_state", user.presence_state.as_deref())
        .text("status_emoji", user.status_emoji.as_deref())
        .text("status_message", user.status_message.as_deref())
        .int("status_expires_at", user.status_expires_at)
        .json("info", user.info.as_ref())
        .json("settings", user.settings.as_ref())
        .json("oauth", user.oauth.as_ref())
        .json("scim", user.scim.as_ref())
        .json("variables", user.variables.as_ref())
        .int("last_active_at", user.last_active_at)
        .int("updated_at", user.updated_at)
        .int("created_at", user.created_at)
}

/// Who somebody is at other providers: `{provider: {"sub": subject}}`, in early versions `provider@subject`.
fn identities(row: &Row) -> Vec<(String, String)> {
    let Some(Json::Object(all)) = row.json("oauth") else {
        let early = row.filled("oauth_sub");
        let early = early.as_deref().and_then(|early| early.split_once('@'));
        return early.map(|(provider, subject)| (provider.to_owned(), subject.to_owned())).into_iter().collect();
    };
    let subject = |known: &Json| match known.get("sub") {
        Some(Json::String(text)) if !text.is_empty() => Some(text.clone()),
        Some(Json::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    all.iter().filter_map(|(provider, known)| Some((provider.clone(), subject(known)?))).collect()
}
