//! Who may read, use and change things that have an owner and can be shared.

use airis_access::{AccessError, effective, granted, shareable};
use airis_domain::{AccessGrant, Folder, Knowledge, ModelRow, Note, Permissions, Prompt, Role, User, UserId, now};

use crate::app::App;
use crate::error::{ApiError, Result};
use crate::extract::FreeForm;

/// Ids longer than this name nobody, and no index takes them.
const LONGEST_ID: usize = 256;

/// Something with an owner that others may be let at.
pub trait Shareable {
    /// What grants call it, such as `model`.
    const KIND: &'static str;
    /// The switch below `sharing`, such as `models`.
    const SWITCH: &'static str;
    /// Whether administrators may always change it, even where they may not read everything.
    const ADMINISTERED: bool;

    fn id(&self) -> &str;
    fn owner(&self) -> &UserId;
}

impl Shareable for ModelRow {
    const KIND: &'static str = "model";
    const SWITCH: &'static str = "models";
    const ADMINISTERED: bool = true;

    fn id(&self) -> &str {
        &self.id
    }

    fn owner(&self) -> &UserId {
        &self.user_id
    }
}

impl Shareable for Prompt {
    const KIND: &'static str = "prompt";
    const SWITCH: &'static str = "prompts";
    const ADMINISTERED: bool = false;

    fn id(&self) -> &str {
        &self.id
    }

    fn owner(&self) -> &UserId {
        &self.user_id
    }
}

impl Shareable for Note {
    const KIND: &'static str = airis_access::NOTE;
    const SWITCH: &'static str = "notes";
    const ADMINISTERED: bool = false;

    fn id(&self) -> &str {
        &self.id
    }

    fn owner(&self) -> &UserId {
        &self.user_id
    }
}

impl Shareable for Knowledge {
    const KIND: &'static str = airis_access::KNOWLEDGE;
    const SWITCH: &'static str = "knowledge";
    const ADMINISTERED: bool = false;

    fn id(&self) -> &str {
        &self.id
    }

    fn owner(&self) -> &UserId {
        &self.user_id
    }
}

impl Shareable for Folder {
    const KIND: &'static str = airis_access::FOLDER;
    const SWITCH: &'static str = "folders";
    const ADMINISTERED: bool = false;

    fn id(&self) -> &str {
        &self.id
    }

    fn owner(&self) -> &UserId {
        &self.user_id
    }
}

/// What somebody may do, looked up once per request.
pub struct Rights<'a> {
    user: &'a User,
    groups: Vec<String>,
    permissions: Permissions,
    sees_all: bool,
}

impl<'a> Rights<'a> {
    pub async fn of(app: &App, user: &'a User) -> Result<Self> {
        Ok(Self {
            user,
            groups: app.store.group_ids_of(&user.id).await?,
            permissions: effective(&app.store, &app.config, user).await?,
            sees_all: user.role == Role::Admin && app.config.settings().bypass_admin_access_control,
        })
    }

    /// Whether things of others are theirs to see without having been shared.
    pub fn sees_all(&self) -> bool {
        self.sees_all
    }

    /// Whether a switch such as `workspace.models` is on, or not needed.
    pub fn require(&self, switch: &'static str) -> Result<()> {
        if self.user.role == Role::Admin || self.permissions.allows(switch) {
            return Ok(());
        }
        Err(AccessError::NotPermitted(switch).into())
    }

    /// `grants` may be those of many things.
    pub fn reads<T: Shareable>(&self, thing: &T, grants: &[AccessGrant]) -> bool {
        self.owns(thing) || self.sees_all || granted(&own(thing, grants), self.user, &self.groups, "read")
    }

    /// `grants` may be those of many things.
    pub fn writes<T: Shareable>(&self, thing: &T, grants: &[AccessGrant]) -> bool {
        self.owns(thing)
            || self.sees_all
            || (T::ADMINISTERED && self.user.role == Role::Admin)
            || granted(&own(thing, grants), self.user, &self.groups, "write")
    }

    /// Whether the person owns a thing, or may do everything with it by their role.
    pub fn rules<T: Shareable>(&self, thing: &T) -> bool {
        self.owns(thing) || self.sees_all
    }

    /// Whether the person may share things of a kind at all.
    pub fn shares<T: Shareable>(&self) -> bool {
        self.user.role == Role::Admin || self.permissions.allows(&format!("sharing.{}", T::SWITCH))
    }

    fn owns<T: Shareable>(&self, thing: &T) -> bool {
        *thing.owner() == self.user.id
    }

    /// Grants as sent, made whole, each once; those that the person may not give are dropped.
    pub fn grants<T: Shareable>(&self, id: &str, sent: &[FreeForm]) -> Result<Vec<AccessGrant>> {
        let grants = whole(T::KIND, id, &["user", "group"], sent)?;
        if self.user.role == Role::Admin { Ok(grants) } else { Ok(shareable(&self.permissions, T::SWITCH, grants)) }
    }
}

fn own<T: Shareable>(thing: &T, grants: &[AccessGrant]) -> Vec<AccessGrant> {
    grants.iter().filter(|grant| grant.resource_id == thing.id()).cloned().collect()
}

fn same(one: &AccessGrant, other: &AccessGrant) -> bool {
    one.principal_type == other.principal_type
        && one.principal_id == other.principal_id
        && one.permission == other.permission
}

/// Grants on something as sent, made whole, each once; `principals` are the types that they may name.
pub fn whole(kind: &str, id: &str, principals: &[&str], sent: &[FreeForm]) -> Result<Vec<AccessGrant>> {
    let mut grants: Vec<AccessGrant> = Vec::with_capacity(sent.len());
    for grant in sent {
        let grant = one(kind, id, principals, grant)?;
        if !grants.iter().any(|known| same(known, &grant)) {
            grants.push(grant);
        }
    }
    Ok(grants)
}

fn one(kind: &str, id: &str, principals: &[&str], sent: &FreeForm) -> Result<AccessGrant> {
    let text = |key: &str| sent.0.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    let grant = AccessGrant {
        id: airis_domain::MessageId::random().to_string(),
        resource_type: kind.to_owned(),
        resource_id: id.to_owned(),
        principal_type: text("principal_type"),
        principal_id: text("principal_id"),
        permission: text("permission"),
        created_at: now(),
    };
    let sound = principals.contains(&grant.principal_type.as_str())
        && (1..=LONGEST_ID).contains(&grant.principal_id.len())
        && !grant.principal_id.contains('\0')
        && ["read", "write"].contains(&grant.permission.as_str());
    if sound {
        Ok(grant)
    } else {
        Err(ApiError::bad_request(format!(
            "A grant needs principal_type ({}), principal_id and permission (read, write)",
            principals.join(", ")
        )))
    }
}
