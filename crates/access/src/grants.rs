//! What was shared with whom.

use airis_domain::{AccessGrant, User};

/// Whether `grants` let `user` (a member of `groups`) do `permission`; write includes read.
pub fn granted(grants: &[AccessGrant], user: &User, groups: &[String], permission: &str) -> bool {
    grants.iter().any(|grant| {
        let enough = grant.permission == permission || (permission == "read" && grant.permission == "write");
        let meant = match grant.principal_type.as_str() {
            "user" => grant.principal_id == "*" || grant.principal_id == user.id.as_str(),
            "group" => groups.contains(&grant.principal_id),
            "anyone" => true,
            _ => false,
        };
        enough && meant
    })
}
