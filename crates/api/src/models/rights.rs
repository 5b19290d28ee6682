//! Who may read, use and change stored models.

use airis_access::{AccessError, effective, granted, shareable};
use airis_domain::{AccessGrant, ModelRow, Permissions, Role, User, now};

use crate::app::App;
use crate::error::{ApiError, Result};
use crate::extract::FreeForm;

/// What somebody may do with models, looked up once per request.
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

    /// Whether a switch such as `workspace.models` is on, or not needed.
    pub fn require(&self, switch: &'static str) -> Result<()> {
        if self.user.role == Role::Admin || self.permissions.allows(switch) {
            return Ok(());
        }
        Err(AccessError::NotPermitted(switch).into())
    }

    pub fn reads(&self, row: &ModelRow, grants: &[AccessGrant]) -> bool {
        self.owns(row) || self.sees_all || granted(&of_row(row, grants), self.user, &self.groups, "read")
    }

    pub fn writes(&self, row: &ModelRow, grants: &[AccessGrant]) -> bool {
        self.owns(row)
            || self.user.role == Role::Admin
            || granted(&of_row(row, grants), self.user, &self.groups, "write")
    }

    fn owns(&self, row: &ModelRow) -> bool {
        row.user_id == self.user.id
    }

    /// Grants as sent, made whole; those that the person may not give are dropped.
    pub fn grants(&self, model: &str, sent: &[FreeForm]) -> Result<Vec<AccessGrant>> {
        let whole = sent.iter().map(|grant| whole(model, grant)).collect::<Result<Vec<_>>>()?;
        if self.user.role == Role::Admin { Ok(whole) } else { Ok(shareable(&self.permissions, "models", whole)) }
    }
}

fn of_row(row: &ModelRow, grants: &[AccessGrant]) -> Vec<AccessGrant> {
    grants.iter().filter(|grant| grant.resource_id == row.id).cloned().collect()
}

fn whole(model: &str, sent: &FreeForm) -> Result<AccessGrant> {
    let text = |key: &str| sent.0.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    let grant = AccessGrant {
        id: airis_domain::MessageId::random().to_string(),
        resource_type: "model".to_owned(),
        resource_id: model.to_owned(),
        principal_type: text("principal_type"),
        principal_id: text("principal_id"),
        permission: text("permission"),
        created_at: now(),
    };
    let sound = ["user", "group"].contains(&grant.principal_type.as_str())
        && !grant.principal_id.is_empty()
        && ["read", "write"].contains(&grant.permission.as_str());
    if sound {
        Ok(grant)
    } else {
        Err(ApiError::bad_request(
            "A grant needs principal_type (user, group), principal_id and permission (read, write)",
        ))
    }
}
